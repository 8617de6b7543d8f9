"""From journal entries to usages: which start and stop belong together, how long, and when.

`reports/` reads a month here and, later, the tariff prices it; both so count the same seconds.
Nothing is kept but the sessions that are open at the point of reading and one sync for each boot:
a million usages cost no more memory than ten. Usages come in the order of their stops.

The dates (law 5). A length is the stop's `length_ms` and nothing else: no wall clock was asked for
it. A session is dated at one end, its start, and its end lies one length later: so a wall clock that
somebody set in mid-session, or a stop that was written at the next boot, moves no end, and `end -
start` is the length in every line. The start's wall time is as journaled if the clock was synced
then; else it is counted back from that boot's first `ClockSynced` or, where there is none, from the
session's own synced stop in the same boot; else it is what the journal has, and flagged.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fabgate.model import MachineId, MemberId, Moment, Origin, RecordId, SkillId, Why
from fabgate.records import ClockSeen, ClockSynced, Entry, SessionStarted, SessionStopped

KINDS = (SessionStarted.kind, SessionStopped.kind)
"""The records that a ledger wants; whoever reads the journal for it may leave out all others."""

SYNC_KINDS = (ClockSynced.kind, ClockSeen.kind)
"""The records that `first_syncs` wants."""

_HUB = "hub"  # the hub's name among the gates


class Dated(enum.StrEnum):
    """How a usage got its date."""

    SYNCED = "synced"  # the clock was right at the start
    REDATED = "redated"  # the clock came right later in the same boot, and the start was counted back
    UNSYNCED = "unsynced"  # it never did: the date is a guess, and a month with one cannot be closed


@dataclass(frozen=True, slots=True)
class Session:
    """A session that began: who, where, under whom. `start` is settled; `start.synced` says if so.

    `level` is the member's at the time and prices the whole session, whatever changed meanwhile.
    `payer` is who pays: the member, where nobody else does. `purpose` is empty for one's own work,
    `people` how many took part. `would`: by which code a gate that only looks on would have refused it;
    `member` is then empty where nobody owns the badge. `limit_ms`: after how long its gate was to end it.
    """

    session: RecordId
    machine: MachineId
    skill: SkillId
    member: MemberId
    level: str
    sponsor: MemberId | None
    payer: MemberId
    purpose: str
    people: int
    start: Moment
    dated: Dated
    would: str
    limit_ms: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class Usage(Session):
    """A session that ended, `length_ms` of power after its start; a line of the treasurer's file.

    `end` is the start moved by the length. `recovered` and `uncertain_ms` are the stop's: nobody saw
    the end, and it came at most so much later. `charged` is False for a start that was undone. For
    `blind_ms` of it the reader saw nothing, for `busy_ms` the machine worked: None where nothing told.
    """

    stop: RecordId
    end: Moment
    length_ms: int
    why: str
    charged: bool
    recovered: bool
    uncertain_ms: int
    blind_ms: int
    busy_ms: int | None

    # Whole seconds, for all who sum or print: the length is cut once, downwards, in the member's
    # favour, and the end is counted from the start. Cut apart, the three would differ by a second.

    @property
    def seconds(self) -> int:
        """Powered time in whole seconds: a second that was begun is not counted."""
        return self.length_ms // 1000

    @property
    def seconds_busy(self) -> int | None:
        """The seconds of work among them, cut in the same way."""
        return None if self.busy_ms is None else self.busy_ms // 1000

    @property
    def seconds_charged(self) -> int:
        return self.seconds if self.charged else 0

    @property
    def started_s(self) -> int:
        """The start, UTC, in whole seconds since 1970."""
        return self.start.wall_ms // 1000

    @property
    def ended_s(self) -> int:
        """The end, UTC, in whole seconds since 1970: decides the month that the usage belongs to."""
        return self.started_s + self.seconds


Boot = tuple[str, str]
Syncs = Mapping[Boot, Moment]
"""The first sync of each boot of each gate. A boot id alone would not do: benches count theirs."""


def first_syncs(entries: Iterable[Entry]) -> Syncs:
    """The earliest sync of each boot: the first of the two passes over the journal.

    What the gate itself was told comes before what the hub, whose clock was right, has heard of it:
    that one is late by as long as the message was under way.
    """
    found: dict[Boot, Moment] = {}
    seen: dict[Boot, Moment] = {}
    for entry in entries:
        match entry.body:
            case ClockSynced() if entry.at is not None and entry.at.synced:
                _earlier(found, _boot(entry.id.origin, entry.at), entry.at)
            case ClockSeen(gate, boot, boot_ms, wall_ms) if _of_hub(entry.id.origin):
                lab = entry.id.origin.partition("/")[0]
                _earlier(seen, (f"{lab}/{gate}", boot), Moment(boot, boot_ms, wall_ms, synced=True))
            case _:
                pass
    return seen | found


def _earlier(syncs: dict[Boot, Moment], boot: Boot, at: Moment) -> None:
    if boot not in syncs or at.boot_ms < syncs[boot].boot_ms:
        syncs[boot] = at


def _of_hub(origin: Origin) -> bool:
    """Only the hub says when it heard somebody: a gate could move another's sessions by it."""
    return origin.split("/")[1] == _HUB


def settle(at: Moment, sync: Moment | None) -> tuple[Moment, Dated]:
    """The moment with its settled wall time, and how it was found (law 5).

    `sync` is a moment of the same boot at which the wall clock was right, if there is one.
    """
    if at.synced:
        return at, Dated.SYNCED
    if sync is None:
        return at, Dated.UNSYNCED
    wall_ms = sync.wall_ms - (sync.boot_ms - at.boot_ms)
    return Moment(at.boot, at.boot_ms, wall_ms, synced=True), Dated.REDATED


def settled(origin: Origin, at: Moment, syncs: Syncs) -> Moment:
    """A record's moment with its settled wall time, by the syncs of its boot (law 5)."""
    return settle(at, None if at.synced else syncs.get(_boot(origin, at)))[0]


class Ledger:
    """Pairs starts and stops of any origins, in journal order, into usages.

    - A second stop of one session is passed over: what was said first stays.
    - A stop whose start is not there (purged, or in a journal moved aside) makes no usage, nor does
      one that another gate has written. All are counted in `unpaired`.
    - An `aborted` start never had power and makes no usage; an undone one does, uncharged.
    - A start without a stop is still open.
    """

    def __init__(self, syncs: Syncs) -> None:
        self._syncs = syncs
        self._open: dict[str, tuple[RecordId, Moment, SessionStarted]] = {}
        self.unpaired = 0

    def usages(self, entries: Iterable[Entry]) -> Iterator[Usage]:
        """The usages that end among `entries`, each as soon as its stop is read."""
        for entry in entries:
            match entry.body:
                case SessionStarted() as begun if entry.at is not None:
                    self._open[str(entry.id)] = (entry.id, entry.at, begun)
                case SessionStopped() as ended if entry.at is not None:
                    usage = self._closed(entry.id, entry.at, ended)
                    if usage is not None:
                        yield usage
                case _:
                    pass

    def still_open(self) -> tuple[Session, ...]:
        """The sessions that began and have not ended in what was read, in the order of their starts."""
        return tuple(self._session(record, at, begun) for record, at, begun in self._open.values())

    def _closed(self, record: RecordId, at: Moment, ended: SessionStopped) -> Usage | None:
        opened = self._open.get(ended.session)
        if opened is None or _gate(opened[0].origin) != _gate(record.origin):
            self.unpaired += 1
            return None
        del self._open[ended.session]
        if ended.why == Why.ABORTED:
            return None
        start_record, begun_at, begun = opened
        start, dated = self._dated(start_record, begun_at, at)
        # Written out, as is `_session`: a closing does it a million times.
        return Usage(
            start_record,
            MachineId(begun.machine),
            SkillId(begun.skill),
            MemberId(begun.member),
            begun.level,
            None if begun.sponsor is None else MemberId(begun.sponsor),
            MemberId(begun.payer or begun.member),
            begun.purpose,
            begun.people,
            start,
            dated,
            begun.would,
            record,
            _later(start, ended.length_ms),
            ended.length_ms,
            ended.why,
            ended.charged,
            ended.recovered,
            ended.uncertain_ms,
            ended.blind_ms,
            ended.busy_ms,
            limit_ms=begun.limit_ms,
        )

    def _session(self, record: RecordId, at: Moment, begun: SessionStarted) -> Session:
        start, dated = self._dated(record, at, None)
        return Session(
            record,
            MachineId(begun.machine),
            SkillId(begun.skill),
            MemberId(begun.member),
            begun.level,
            None if begun.sponsor is None else MemberId(begun.sponsor),
            MemberId(begun.payer or begun.member),
            begun.purpose,
            begun.people,
            start,
            dated,
            begun.would,
            limit_ms=begun.limit_ms,
        )

    def _dated(self, record: RecordId, at: Moment, stop: Moment | None) -> tuple[Moment, Dated]:
        """When a session began, settled, and how that was found."""
        if at.synced:
            return at, Dated.SYNCED
        sync = self._syncs.get(_boot(record.origin, at))
        if sync is None and stop is not None and stop.synced and stop.boot == at.boot:
            sync = stop
        return settle(at, sync)


def _boot(origin: Origin, at: Moment) -> Boot:
    # The epoch is left out: a gate may begin a new one in mid-boot.
    return _gate(origin), at.boot


def _gate(origin: Origin) -> str:
    return origin.rpartition("/")[0]


def _later(at: Moment, ms: int) -> Moment:
    return Moment(at.boot, at.boot_ms + ms, at.wall_ms + ms, at.synced)
