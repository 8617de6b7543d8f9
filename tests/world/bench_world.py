"""The bench's world: two machines of which anything may happen, beside a pencil that knows no rules.

The gate is the real one, on a stage; the room around it is ours: what a machine draws, a contactor that
welds or does not pull, who presses what. After everything, and after each moment at which the gate has
something to do by itself, pencil and wires are held against what the bench shows.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from bench_books import Books
from bench_kit import BEGINS_MS, POWER, WORKERS, Founded, Kit
from bench_pencil import CUTS, Pencil
from bench_room import Room
from bench_told import Broken
from bench_wires import Wires
from bench_work import Ended

from fabgate.devices.clock import SimClock
from fabgate.devices.sim import Change
from fabgate.model import MachineId
from fabgate.rehearsal.office import Office
from fabgate.rehearsal.stage import Stage

MOST_TURNS = 20_000  # of one gate in one wait: more, and it never comes to rest


class Place:
    """One machine: what it is, what the bench shows of it, and what should be."""

    def __init__(self, kit: Kit) -> None:
        self.kit, self.id = kit, MachineId(kit.name)
        self.pencil, self.wires, self.room = Pencil(kit), Wires(kit), Room(kit)
        self.seen: dict[str, tuple[bool, int]] = {out.name: (False, 0) for out in kit.outs}
        self.moves: list[bool] = []  # of the permission, since the last look
        self.tapped_ms: dict[str, int] = {}  # when each badge was last at the reader
        self.lying: str | None = None  # whose badge lies in the slot
        self.last = ""  # whose badge was at the reader last


class World:
    """One seed's day."""

    def __init__(self, seed: int, founded: Founded, folder: Path, kits: tuple[Kit, ...]) -> None:
        folder.mkdir()
        self.chance = random.Random(seed)
        self.settings = founded.settle_in(folder, kits)
        self.clock = SimClock(BEGINS_MS)
        self.stage = Stage(self.settings, self.clock, founded.catalogue)
        self.places = {kit.name: Place(kit) for kit in kits}
        self.rights = dict.fromkeys(WORKERS, True)
        self.welcome = dict.fromkeys(WORKERS, True)
        self.full, self.was_full_ms = False, -1
        self.log: list[str] = []
        self.stage.bench.follow(self._changed)

    @property
    def now_ms(self) -> int:
        return self.stage.passed_ms

    def opens(self) -> None:
        self.office = Office(self.settings, self.clock)
        self.books = Books(self.office.conn)
        self.stage.power_on()
        self.boots()
        self.look()

    def closes(self) -> None:
        self.stage.shut_down()
        self.office.__exit__(None, None, None)

    def boots(self) -> None:
        """A daemon begins: it knows what stands in the books, and what its inputs show."""
        for place in self.places.values():
            place.room.boots()
            place.pencil.begins(place.room.troubles, self.now_ms)
            place.pencil.doubt = place.pencil.jammed
            known, ended_ms = self.books.last_end(place.kit.name, self.clock.now(), self.now_ms)
            place.wires.boots(self.now_ms, ended_ms, known)

    # --- time, and what is seen

    def do(self, what: str, place: Place | None = None, *about: object) -> None:
        """One thing, by its name; then all of it is looked at."""
        where = (place.kit.name,) if place else ()
        self.log.append(" ".join([f"{self.now_ms / 1000:.3f}", what, *where, *map(str, about)]))
        getattr(self, what)(*([place] if place else ()), *about)
        self.look()

    def wait(self, ms: int) -> None:
        """Time passes; whatever falls due, for the gate or in the room, happens at its moment."""
        end_ms = self.now_ms + ms
        turns = 0
        while (due_ms := self._due_ms()) is not None and self.now_ms + due_ms <= end_ms:
            self.stage.let_pass(due_ms)
            self.look()
            turns += 1
            if turns > MOST_TURNS:
                raise Broken(
                    f"the gate does not come to rest: it wants waking at {self.now_ms} again and again"
                )
        if self.now_ms < end_ms:
            self.stage.let_pass(end_ms - self.now_ms)
            self.look()

    def _due_ms(self) -> int | None:
        dues = [room - self.now_ms for one in self.places.values() if (room := one.room.due_ms) is not None]
        if (stage := self.stage.due_in_ms()) is not None:
            dues.append(stage)
        return max(0, min(dues)) if dues else None

    def look(self) -> None:
        """Let gate and room come to rest, then hold everything against pencil and wires."""
        self.stage.settle()
        while self._react():
            self.stage.settle()
        self.stage.bench.settle()  # a charge pump that nobody feeds runs dry
        ended = {place.id: self._hear(place) for place in self.places.values()}
        whys = self.books.news()
        for place in self.places.values():
            self._look_at(place, ended[place.id], whys.get(place.kit.name))

    def _react(self) -> bool:
        """Every machine does what it does with its power; whether anything changed."""
        bench = self.stage.bench
        return any([one.room.react(bench, one.seen["main"][0]) for one in self.places.values()])  # noqa: C419

    def _hear(self, place: Place) -> list[Ended]:
        """What the pencil has of this moment, before the books are asked."""
        if self.stage.powered:
            place.room.tell(place.pencil.signal, self.now_ms)
        ended = place.pencil.look(self.now_ms, place.moves)
        for one in ended:
            self.books.hear(replace(one, unwritten=self._unwritten(one)))
        return ended

    def _look_at(self, place: Place, ended: list[Ended], why: str | None) -> None:
        """The wires follow what the permission did. `why`: how the books say that its last session ended."""
        now_ms, wires = self.now_ms, place.wires
        moves, place.moves = place.moves, []
        for on in moves:
            if on:
                wires.begin(now_ms)
            else:
                wires.end(now_ms, self._is_cut(place, ended.pop(0), why))
        wires.expected(now_ms)
        wires.jams(now_ms, place.seen)
        if not self.stage.powered:
            wires.dead(now_ms)
        elif place.room.shows_a_weld(wires, now_ms):
            self._welds(place)
        wires.check(now_ms, place.seen)

    def _is_cut(self, place: Place, ended: Ended, why: str | None) -> bool:
        """Whether this end knows no delay; where the books can not say it yet, the wires do."""
        if why is not None or len(ended.whys) == 1:
            return (why or next(iter(ended.whys))) in CUTS
        wires = place.wires.wires.values()
        late = [wire.out.name for wire in wires if wire.on and wire.out.off_ms and wire.out.duty == POWER]
        return not any(place.seen[name][0] for name in late)

    def _unwritten(self, ended: Ended) -> bool:
        """Whether the disk took nothing at its end, or when its last heartbeat was due."""
        return self.full or self.was_full_ms >= ended.since_ms

    def _welds(self, place: Place) -> None:
        """Commanded off and seen on: out of service until a person says otherwise (law 9)."""
        place.pencil.trouble("welded", True)
        place.pencil.locked = True
        place.wires.cut(self.now_ms)

    def _changed(self, change: Change) -> None:
        place = self.places[change.machine]
        if change.device not in place.seen:
            return
        on = change.value == "on"
        if place.seen[change.device][0] != on:
            place.seen[change.device] = (on, self.now_ms)
            if change.device == "main":
                place.moves.append(on)
