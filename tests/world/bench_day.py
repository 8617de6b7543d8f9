"""A day on the bench: what may happen there, each with how often it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench_kit import AT_REST_MA, AT_WORK_MA, BADGES, BECAUSE, BETWEEN_MA, STRANGER, WORKERS
from bench_told import Broken
from bench_world import Place, World

from fabgate.rehearsal.play import MOST_STEPS
from fabgate.store import roster

AGAIN_MS = 2_100  # a badge counts again after so long away
BOUNCE_MS = 400  # a button that is held for so long is seen, and may be pressed anew after it
WAITS_MS = (0, 300, 2_100, 2_100, 3_000, 5_000, 9_000, 11_000, 11_000, 31_000, 61_000, 95_000, 200_000)
OFTEN: Mapping[str, float] = {
    "badge": 34,
    "job": 18,
    "switch": 12,
    "button": 3,
    "oops": 1,
    "lock": 4,
    "right": 6,
    "remote": 2,
    "deaf": 2,
    "blind": 1,
    "contactor": 3,
    "disk": 2,
    "clock": 2,
    "end": 3,
}


class Day(World):
    """Everything that a seed can do."""

    def run(self, events: int) -> None:
        """Live through so many events, then end the day and read the books. Raises Broken."""
        self.opens()
        try:
            for _ in range(events):
                self.one()
            self.ends()
        finally:
            self.closes()

    def ends(self) -> None:
        """Everything off, and the books whole."""
        if not self.stage.powered:
            self.do(self.back)
        if self.full:
            self.do("disk_ok")
        self.do("stop")
        on = [name for place in self.places.values() for name, (is_on, _) in place.seen.items() if is_on]
        if on:
            raise Broken(f"still on when all is over: {on}")
        self.books.end()

    def one(self) -> None:
        """Time passes, and then something happens."""
        self.wait(self.chance.choice(WAITS_MS))
        if not self.stage.powered:
            if self.chance.random() < 0.7:
                self.do(self.back)
            return
        place = self.chance.choice(list(self.places.values()))
        if place.pencil.work is None and self.chance.random() < 0.5 and self._put_right(place):
            return
        what = self.chance.choices(list(OFTEN), list(OFTEN.values()))[0]
        getattr(self, f"_{what}")(place)

    # --- what is chosen

    def _put_right(self, place: Place) -> bool:
        """Somebody mends what keeps people from working here; whether there was anything to mend."""
        room = place.room
        taken = [one for one in WORKERS if not (self.rights[one] and self.welcome[one])]
        if stays := sorted(room.pressed - {"lid"}):
            self.do("moves", place, stays[0])
        elif room.deaf:
            self.do("signal", place)
        elif room.blind:
            self.do("reader", place)
        elif room.welded or room.open_coil:
            self.do("mend", place)
        elif self.full:
            self.do("disk_ok")
        elif place.pencil.locked:
            self.do("unlock", place)
        elif len(taken) > 1:
            self.do("right" if not self.rights[taken[0]] else "welcomes", None, taken[0])
        else:
            return False
        return True

    def _badge(self, place: Place) -> None:
        who = self._somebody(place)
        if place.room.blind:
            return
        gap_ms = self.now_ms - place.tapped_ms.get(who, -AGAIN_MS)
        if gap_ms < AGAIN_MS:
            self.wait(AGAIN_MS - gap_ms)
        self.do("tap", place, who)

    def _somebody(self, place: Place) -> str:
        work, claim = place.pencil.work, place.pencil.claim
        if claim is not None and self.chance.random() < 0.6:
            return claim.who
        if work is not None and self.chance.random() < 0.5:
            return work.who
        return self.chance.choices((*WORKERS, "zoe", "stranger"), (5, 5, 5, 3, 1))[0]

    def _job(self, place: Place) -> None:
        self.do(
            "draw", place, self.chance.choice((AT_REST_MA, AT_REST_MA, BETWEEN_MA, AT_WORK_MA, AT_WORK_MA))
        )

    def _switch(self, place: Place) -> None:
        stays = sorted(place.room.pressed)
        what = self.chance.choice(("estop", "lid", "lid", "key", "tamper"))
        if stays and self.chance.random() < 0.6:
            what = self.chance.choice(stays)
        self.do("moves", place, what)

    def _button(self, place: Place) -> None:
        self.do("push", place)

    def _oops(self, place: Place) -> None:
        if not self.full:  # a lock that is not in the books is gone with the mains
            self.do("oops", place)

    def _lock(self, place: Place) -> None:
        if not self.full:
            self.do("unlock" if place.pencil.locked else "lock", place)

    def _right(self, place: Place) -> None:
        work = place.pencil.work
        who = work.who if work is not None and work.who in WORKERS else self.chance.choice(WORKERS)
        taken = [one for one in WORKERS if not (self.rights[one] and self.welcome[one])]
        if taken and self.chance.random() < 0.7:
            who = self.chance.choice(taken)
        if not self.full:
            self.do("welcomes" if self.chance.random() < 0.5 else "right", None, who)

    def _remote(self, place: Place) -> None:
        if place.pencil.work is not None and not self.full:
            self.do("close", place)

    def _deaf(self, place: Place) -> None:
        if place.kit.metered:
            self.do("signal", place)

    def _blind(self, place: Place) -> None:
        self.do("reader", place)

    def _contactor(self, place: Place) -> None:
        if place.room.welded or place.room.open_coil:
            self.do("mend", place)
        else:
            self.do(self.chance.choice(("weld", "coil")), place)

    def _disk(self, place: Place) -> None:
        self.do("disk_ok" if self.full else "disk_full")

    def _clock(self, place: Place) -> None:
        self.do("step", None, self.chance.choice((-3_600_000, 3_600_000, -86_400_000, 1_000)))

    def _end(self, place: Place) -> None:
        if place.room.blind or self.chance.random() < 0.7:
            self.do(self.chance.choice(("cut", "stop", "stop", "crash")))
        else:
            self.do("tap_and_cut", place, self.chance.choice(WORKERS), self.chance.randrange(MOST_STEPS))

    # --- what is done

    def tap(self, place: Place, who: str) -> None:
        place.tapped_ms[who] = self.now_ms
        may = who in WORKERS and self.rights[who] and self.welcome[who]
        place.pencil.taps(who, may, self.now_ms, not self.full)
        self.stage.bench.tap(place.id, BADGES.get(who, STRANGER))

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
        (self.stage.bench.fail if place.room.blind else self.stage.bench.mend)(place.id, "reader")

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
        if self.now_ms - place.tapped_ms.get(who, -AGAIN_MS) >= AGAIN_MS:
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
