"""The gates as the hub hears them: who is there, which program speaks for it, how its clock goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from fabgate.hub.admission import Admission, admitted, pending
from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.books import HubBooks, HubPen
from fabgate.hub.limits import BOOTS_A_DAY, Daily
from fabgate.model import Moment
from fabgate.records import ClockSeen, Draft, GateJoined
from fabgate.store.gates import GateRow
from fabgate.wire.forms import Malformed
from fabgate.wire.presence import GateInfo, GateState
from fabgate.wire.topics import INFO, STATE, WIRE

MOST = 1_000  # gates of a lab: names that a client of an open broker invents must not fill the books
HEARD_MS = 60_000  # how often it is written down that a gate was heard
FAR_MS = 60_000  # a clock that differs by more is an alarm
TURNS = 2  # how often two programs speak in turn before they are two
REMEMBERED = 8


@dataclass(slots=True)
class Live:
    """A gate in this run of the hub. `past` are the programs that spoke for it before the present one.

    `shown` is the certificate that it says it has, None until it said so. `joins`: that it was heard for
    the first time under its invitation is yet to be written down. `early`: a state that it said before
    its hello, and whether that was retained; it counts once the gate does.
    """

    row: GateRow
    info: GateInfo | None = None
    instance: str | None = None
    ready: bool = False
    past: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    turns: int = 0
    written_ms: int | None = None
    dirty: bool = False
    shown: str | None = None
    joins: bool = False
    early: tuple[GateState, bool] | None = None

    @property
    def name(self) -> str:
        return self.row.gate

    @property
    def retired(self) -> bool:
        return self.row.retired_ms is not None

    @property
    def talks(self) -> bool:
        """Whether something that is said to it now has a chance to be understood."""
        return self.ready and self.info is not None and self.info.wire == WIRE


class Gates:
    """Every gate of the lab. What is learnt is written down by `write`, within whatever transaction."""

    def __init__(self, books: HubBooks, alarms: Alarms, invites: bool) -> None:
        self._books, self._alarms, self._invites = books, alarms, invites
        self._known: dict[str, Live] = {}
        self._boots: set[tuple[str, str]] = set()
        self._seen: dict[tuple[str, str], ClockSeen] = {}
        self._unsure = Daily(BOOTS_A_DAY)

    def open(self) -> None:
        """Read what is known of the gates."""
        self._boots = set(self._books.boots_seen())
        self.reload()

    def reload(self) -> None:
        """Read again what others write: who was invited, who was retired."""
        for name, row in self._books.gates().items():
            live = self._known.get(name)
            if live is None:
                self._known[name] = Live(row, _read_info(row.info))
            else:
                live.row = replace(
                    live.row,
                    fingerprint=row.fingerprint,
                    invited_ms=row.invited_ms,
                    retired_ms=row.retired_ms,
                )

    def __iter__(self) -> Iterator[Live]:
        return iter(self._known.values())

    def get(self, name: str) -> Live | None:
        return self._known.get(name)

    def heard(self, name: str, what: str, at: Moment) -> Live | None:
        """The gate that something came from; None where it does not count: nothing of it is looked at."""
        live = self._known.get(name)
        if live is None:
            if len(self._known) >= MOST:
                self._alarms.tell("-", Alarm.TOO_MANY, f"more than {MOST} gates")
                return None
            live = self._known[name] = Live(GateRow(name))
        if live.retired:
            self._alarms.tell(name, Alarm.RETIRED, "a gate that was retired speaks")
            return None
        if self._is_awaited(live):  # by which certificate it comes, its hello says
            return live if what in (INFO, STATE) else None
        if live.row.joined_ms is None:
            if not self.invited(live):
                self._alarms.tell(
                    name, Alarm.UNINVITED, "its certificate was made by no invitation of these books"
                )
            self._join(live, at)
        self._is_there(live, at)
        return live

    def _is_awaited(self, live: Live) -> bool:
        """Whether its newest invitation was not used yet, and nothing that was heard since says otherwise."""
        shows = live.row.joined_ms is not None and live.shown not in (None, live.row.fingerprint)
        return self._invites and pending(live.row) and not shows

    def _admit(self, live: Live, certificate: str, at: Moment) -> bool:
        """A gate says by which certificate it comes; whether it counts."""
        live.shown = certificate
        match admitted(live.row, certificate, at) if self._invites else Admission.KNOWN:
            case Admission.LATE:
                what = "it came with an invitation of more than a day before: invite it again"
                self._alarms.tell(live.name, Alarm.LATE, what)
                live.ready = False
                return False
            case Admission.JOINED:
                self._join(live, at)
            case _:
                pass
        self._is_there(live, at)
        return True

    def _join(self, live: Live, at: Moment) -> None:
        # Never before its invitation: by a clock that was set back it would join for ever.
        live.row = replace(live.row, joined_ms=max(at.wall_ms, live.row.invited_ms or 0))
        live.joins = live.dirty = True

    def _is_there(self, live: Live, at: Moment) -> None:
        live.row = replace(live.row, heard_ms=at.wall_ms)
        if live.written_ms is None or at.boot_ms - live.written_ms >= HEARD_MS:
            live.dirty = True

    def invited(self, live: Live) -> bool:
        """Whether these books made its certificate; on a broker that asks for none, everybody is invited."""
        return not self._invites or live.row.invited_ms is not None

    def lost(self) -> None:
        """The hub hears nobody any more; who is there says so anew."""
        for live in self._known.values():
            live.ready, live.early = False, None

    def take_state(self, live: Live, said: GateState, retained: bool, at: Moment) -> None:
        """A gate says that it is there, or its broker that it is not."""
        if self._is_awaited(live):
            live.early = said, retained
            return
        if said.state == "lost" and live.instance not in (None, said.instance):
            return  # the last will of a program that another has followed
        live.ready = said.state == "ready"
        live.row = replace(live.row, state=said.state, state_ms=at.wall_ms)
        live.dirty = True
        if said.at is not None and not retained:
            self._speaks(live, said.instance)
            self._compare(live, said.at, at)

    def take_info(self, live: Live, said: GateInfo, retained: bool, at: Moment) -> bool:
        """A gate says what it is and has. False where it does not count: it was invited, and came late."""
        if not self._admit(live, said.certificate, at):
            return False
        if live.early is not None:
            (state, kept), live.early = live.early, None
            self.take_state(live, state, kept, at)
        if said.wire != WIRE:
            self._alarms.tell(live.name, Alarm.WIRE, f"it speaks wire {said.wire}, this hub speaks {WIRE}")
        live.ready = live.ready or not retained
        if retained:
            live.instance = said.instance
        else:
            self._speaks(live, said.instance)
        live.info = said
        self.keep_info(live)
        for other in self._known.values():
            twice = _machines(other) & _machines(live)
            if other is not live and not other.retired and twice:
                what = f"{', '.join(sorted(twice))} is also at {other.name}"
                self._alarms.tell(live.name, Alarm.MACHINE_TWICE, what)
        return True

    def keep_info(self, live: Live) -> None:
        """Write down what the gate said, with what is known since."""
        if live.info is not None:
            live.row = replace(live.row, info=live.info.encode().decode())
            live.dirty = True

    def _speaks(self, live: Live, instance: str) -> None:
        """Note which program speaks. One that was followed by another speaks no more, or there are two."""
        if instance == live.instance:
            return
        if instance in live.past:
            live.turns += 1
            if live.turns >= TURNS:
                self._alarms.tell(live.name, Alarm.TWO_CLIENTS, "two programs speak in turn as this gate")
        if live.instance is not None and live.instance not in live.past:
            live.past.append(live.instance)
        live.instance = instance

    def _compare(self, live: Live, theirs: Moment, ours: Moment) -> None:
        """How the gate's clock goes beside ours, where ours is right (law 5)."""
        if not ours.synced:
            return
        live.row = replace(live.row, offset_ms=theirs.wall_ms - ours.wall_ms)
        boot = (live.name, theirs.boot)
        if not theirs.synced:
            if boot in self._boots or boot in self._seen:
                return
            if self._unsure.exceeded(live.name, ours):
                what = f"more than {BOOTS_A_DAY} boots in a day without a clock"
                self._alarms.tell(live.name, Alarm.TOO_MANY, what)
            else:
                self._seen[boot] = ClockSeen(live.name, theirs.boot, theirs.boot_ms, ours.wall_ms)
        elif abs(theirs.wall_ms - ours.wall_ms) > FAR_MS:
            seconds = (theirs.wall_ms - ours.wall_ms) // 1000
            self._alarms.tell(live.name, Alarm.CLOCK, f"its clock differs by {seconds} s from the hub's")

    # --- what is written down

    @property
    def dirty(self) -> bool:
        return bool(self._seen) or any(live.dirty for live in self._known.values())

    def write(self, pen: HubPen, at: Moment) -> None:
        """Write down what was learnt; `committed` says that it is durable."""
        for seen in self._seen.values():
            pen.append(Draft(at, seen))
        for live in self._known.values():
            if live.dirty:
                if live.joins:
                    pen.append(Draft(at, GateJoined(live.name)))
                pen.put_gate(live.row)

    def committed(self, at: Moment) -> None:
        self._boots |= self._seen.keys()
        self._seen.clear()
        for live in self._known.values():
            if live.dirty:
                live.dirty, live.joins, live.written_ms = False, False, at.boot_ms


def _machines(live: Live) -> set[str]:
    return set() if live.info is None else {machine.machine for machine in live.info.machines}


def _read_info(text: str | None) -> GateInfo | None:
    """What a gate said in an earlier run; None where this version cannot read it."""
    said = None if text is None else GateInfo.decode(text.encode())
    return None if isinstance(said, Malformed) else said
