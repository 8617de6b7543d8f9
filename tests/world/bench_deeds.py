"""What happens on a day at the bench, each told to the pencil before the gate hears of it."""

from __future__ import annotations

from dataclasses import replace

from bench_kit import BADGES, BECAUSE, STRANGER, WORKERS
from bench_told import Broken
from bench_world import Place, World

from fabgate.store import roster

AGAIN_MS = 2_100  # a badge counts again after so long away
BOUNCE_MS = 400  # a button that is held for so long is seen, and may be pressed anew after it
LOWERS_MS = 1_100  # what did not obey is told again so soon


class Deeds(World):
    """Everything that people, machines and mains can do."""

    # --- people

    def tap(self, place: Place, who: str) -> None:
        place.tapped_ms[who], place.last = self.now_ms, who
        may = who in WORKERS and self.rights[who] and self.welcome[who]
        place.pencil.taps(who, may, self.now_ms, not self.full)
        if place.kit.slot:
            place.lying = who
        (self.stage.bench.hold if place.kit.slot else self.stage.bench.tap)(
            place.id, BADGES.get(who, STRANGER)
        )

    def lift(self, place: Place) -> None:
        """The badge is taken out of the slot."""
        who, place.lying = place.lying, None
        assert who is not None
        place.tapped_ms[who] = self.now_ms
        if place.pencil.work is not None and place.pencil.work.who == who:
            place.pencil.lifts(self.now_ms)
        self.stage.bench.lift(place.id)

    def draw(self, place: Place, ma: int) -> None:
        if not place.room.welded:  # else what proves the weld would come and go
            place.room.wants_ma = ma

    def moves(self, place: Place, what: str) -> None:
        """A contact that stays as it is put."""
        down = what not in place.room.pressed
        place.room.pressed ^= {what}
        (self.stage.bench.press if down else self.stage.bench.release)(place.id, what)
        if what == "lid":
            place.pencil.lid(down, self.now_ms)
            return
        place.pencil.trouble(what, down)
        if what == "estop" and down:
            place.pencil.estop(self.now_ms)
            place.wires.cut(self.now_ms)

    def push(self, place: Place) -> None:
        place.pencil.button(self.now_ms)
        self._press(place, "button")

    def oops(self, place: Place) -> None:
        place.pencil.claim = None
        if not place.pencil.locked:
            place.pencil.locked = True
            place.pencil.loses("locked", self.now_ms)
        self._press(place, "oops")

    def _press(self, place: Place, what: str) -> None:
        """A finger on a button, for as long as fingers are."""
        self.stage.bench.press(place.id, what)
        self.look()
        self.wait(BOUNCE_MS)
        self.stage.bench.release(place.id, what)
        self.look()
        self.wait(BOUNCE_MS)

    def lock(self, place: Place) -> None:
        self._decide("machine", "lock", place.kit.name)
        place.pencil.locked, place.pencil.claim = True, None
        place.pencil.loses("locked", self.now_ms)
        self.stage.news()

    def unlock(self, place: Place) -> None:
        self._decide("machine", "unlock", place.kit.name)
        place.pencil.locked, place.pencil.claim = False, None
        place.pencil.finds("locked")
        self.stage.news()

    def right(self, who: str) -> None:
        """The right to work here is taken, or given back."""
        had, self.rights[who] = self.rights[who], not self.rights[who]
        give = ("grant", "give", who, "skill", "--level", "autonomous")
        self._decide(*(("grant", "revoke", who, "skill") if had else give))
        self._moved(who, "revoked", had, self.welcome[who])

    def welcomes(self, who: str) -> None:
        """They are suspended from the whole lab, or that is lifted."""
        had, self.welcome[who] = self.welcome[who], not self.welcome[who]
        self._decide("member", "suspend" if had else "lift", who)
        self._moved(who, "suspended", had, self.rights[who])

    def _moved(self, who: str, why: str, lost: bool, else_fine: bool) -> None:
        """Of two losses only one is told, and which of them stays is nobody's business."""
        for place in self.places.values():
            work = place.pencil.work
            if work is None or work.who != who:
                continue
            if lost:
                place.pencil.loses(why, self.now_ms, sure=else_fine)
            else:
                place.pencil.finds(why)
                if not else_fine:
                    other = "suspended" if why == "revoked" else "revoked"
                    place.pencil.loses(other, self.now_ms, sure=False)
        self.stage.news()

    def close(self, place: Place) -> None:
        self._decide("session", "close", place.kit.name)
        place.pencil.closed(self.now_ms)
        self.stage.news()

    def _decide(self, *words: str) -> None:
        done = self.office.do((*words, *BECAUSE))
        assert done, f"the desk refused: {words}"

    def signal(self, place: Place) -> None:
        """What tells whether it works stops to, or begins again."""
        room = place.room
        room.deaf = not room.deaf
        place.pencil.trouble("signal", room.deaf)
        (self.stage.bench.fail if room.deaf else self.stage.bench.mend)(place.id, place.kit.signal)
        if not room.deaf:
            room.twitch(self.stage.bench)

    def reader(self, place: Place) -> None:
        place.room.blind = not place.room.blind
        place.pencil.trouble("reader", place.room.blind)
        if place.room.blind:
            place.pencil.blinds()
        else:
            place.pencil.sees(place.lying, self.now_ms)
        (self.stage.bench.fail if place.room.blind else self.stage.bench.mend)(place.id, "reader")

    def jam(self, place: Place, name: str) -> None:
        """An output does not obey any more."""
        place.wires.stuck.add(name)
        place.pencil.jammed = place.pencil.doubt = True
        self.stage.bench.fail(place.id, name)

    def free(self, place: Place, name: str) -> None:
        """It obeys again: what was told off meanwhile goes off, by itself."""
        self.stage.bench.mend(place.id, name)
        self.look()
        self.wait(LOWERS_MS)
        place.pencil.jammed = False
        place.wires.obeys_again(name, self.now_ms, place.seen[name])

    def weld(self, place: Place) -> None:
        place.room.weld(self.stage.bench)

    def coil(self, place: Place) -> None:
        place.room.break_coil(self.stage.bench)

    def mend(self, place: Place) -> None:
        place.room.mend(self.stage.bench)
        place.pencil.trouble("welded", False)

    def disk_full(self) -> None:
        self.full = self.stage.disk.full = True
        self.was_full_ms = self.now_ms

    def disk_ok(self) -> None:
        self.full = False
        self.stage.free_disk()
        self.books.news()

    def step(self, by_ms: int) -> None:
        self.stage.clock.step_wall(by_ms)

    # --- the daemon's own ends

    def cut(self) -> None:
        """The mains are gone, and with them all that was in memory."""
        self._dies("recovered", "power_back")
        self.stage.power_cut()

    def crash(self) -> None:
        """The process is gone; the controller has power still."""
        self._dies("recovered", "begin_again")
        self.stage.power_cut()

    def stop(self) -> None:
        """The daemon ends in good order."""
        self._dies("gate_stopped", "begin_again")
        self.stage.shut_down()

    def tap_and_cut(self, place: Place, who: str, steps: int) -> None:
        """The mains go in the middle of what a tap began."""
        pencil = place.pencil
        if place.lying is None and self.now_ms - place.tapped_ms.get(who, -AGAIN_MS) >= AGAIN_MS:
            self.tap(place, who)
        if pencil.start is not None:
            pencil.start = replace(pencil.start, must=False)
        start = pencil.start
        self._dies("recovered", "power_back")
        pencil.start = start
        self.stage.power_cut(steps)

    def power_back(self) -> None:
        self._heal_disk()
        self.stage.power_back()
        self._begun()

    def begin_again(self) -> None:
        self._heal_disk()
        self.stage.bench.reopen()
        self.stage.power_on()
        self._begun()

    def _begun(self) -> None:
        """A lock that a full disk did not take is gone with the daemon that had it."""
        for place in self.places.values():
            place.pencil.locked = roster.lock(self.office.conn, place.id) is not None
        self.boots()

    def _dies(self, why: str, back: str) -> None:
        self.back = back
        for place in self.places.values():
            written = roster.lock(self.office.conn, place.id) is not None
            if written is not place.pencil.locked and not self.full:
                raise Broken(
                    f"{place.kit.name}: out of service is {place.pencil.locked}, the books say {written}"
                )
            place.pencil.dies(why, self.now_ms)
            place.room.boots()
            place.tapped_ms.clear()

    def _heal_disk(self) -> None:
        self.full = self.stage.disk.full = False
