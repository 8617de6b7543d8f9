"""What a lab did in a period, counted: sessions, hours, people and visits, each by what funders ask.

Pure, and one pass: a hundred thousand sessions cost no more memory than their people and days. Lengths are
whole seconds as the ledger cut them (docs/decisions/0018).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fabgate.charter import Mode
from fabgate.rules.hours import Span, merged
from fabgate.rules.ledger import Usage
from fabgate.rules.month import Month
from fabgate.rules.occupancy import Times, mode
from fabgate.rules.states import MAINTENANCE
from fabgate.rules.suppression import Share

FULL, REDUCED, PLAN, FREE, UNPRICED = "full", "reduced", "plan", "free", "unpriced"
"""How a session was paid: the whole price, less, by a plan or a pack, not at all; or nobody knows yet."""


@dataclass(frozen=True, slots=True)
class Paid:
    """How a session was paid, and where it was free or cheaper, why."""

    how: str = UNPRICED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A period: the lab's zone, when it was open, and when by which mode."""

    zone: ZoneInfo
    offered: Times
    modes: Mapping[Mode, Times]


@dataclass(slots=True)
class Count:
    """Sessions added up. `worked_s`: as far as a meter tells, else powered; `inside_s`: within offered hours.

    `extra`: the most people that one session had besides its member.
    """

    sessions: int = 0
    powered_s: int = 0
    worked_s: int = 0
    inside_s: int = 0
    unmetered_s: int = 0
    extra: int = 0
    who: set[str] = field(default_factory=set)

    @property
    def counts(self) -> tuple[int, ...]:
        return self.sessions, self.powered_s, self.worked_s

    def people(self) -> frozenset[str]:
        """Who stands behind it; those who came with a group have no names."""
        return frozenset(self.who) | {f"?{number}" for number in range(self.extra)}

    def share(self, key: str) -> Share:
        return Share(key, self.people(), self.counts)


@dataclass(slots=True)
class Taught:
    """Work of trainees beside a sponsor, on one skill or all."""

    sessions: int = 0
    trainees: set[str] = field(default_factory=set)
    sponsors: set[str] = field(default_factory=set)
    spans: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def hours_s(self) -> int:
        """The time that sponsors stood by; of two trainees at once, once."""
        return (
            sum((one.to_ms - one.from_ms) for spans in self.spans.values() for one in merged(spans)) // 1000
        )

    def share(self, key: str) -> Share:
        """Hidden where either trainees or sponsors are few."""
        fewest = min(self.trainees, self.sponsors, key=len)
        return Share(key, frozenset(fewest), (self.sessions,))


Counts = dict[str, Count]


@dataclass(slots=True)
class Census:
    """Everything that was counted, by what; `visits`: members and the days on which they came."""

    frame: Frame
    whole: Count = field(default_factory=Count)
    machines: Counts = field(default_factory=lambda: defaultdict(Count))
    purposes: Counts = field(default_factory=lambda: defaultdict(Count))
    modes: Counts = field(default_factory=lambda: defaultdict(Count))
    months: Counts = field(default_factory=lambda: defaultdict(Count))
    paid: Counts = field(default_factory=lambda: defaultdict(Count))
    free: Counts = field(default_factory=lambda: defaultdict(Count))
    taught: dict[str, Taught] = field(default_factory=lambda: defaultdict(Taught))
    teaching: Taught = field(default_factory=Taught)
    visits: set[tuple[str, int]] = field(default_factory=set)

    def add(self, usage: Usage, purpose: str, seconds: int, paid: Paid) -> None:
        """Count a session that ended in the period: `seconds` of power for `purpose`."""
        worked = seconds if usage.busy_ms is None else min(seconds, usage.busy_ms // 1000)
        inside = 0 if purpose == MAINTENANCE else self._inside_s(usage, seconds, worked)
        ended = datetime.fromtimestamp(usage.started_s + seconds, self.frame.zone)
        rows = [
            self.whole,
            self.machines[usage.machine],
            self.purposes[purpose],
            self.modes[mode(self.frame.modes, usage.start.wall_ms)],
            self.months[f"{ended.year:04}-{ended.month:02}"],
            self.paid[paid.how],
        ]
        if paid.how == FREE:
            rows.append(self.free[paid.reason])
        for row in rows:
            _count(row, usage, seconds, worked, inside)
        self._came(usage, ended.toordinal())
        if usage.sponsor is not None:
            for one in (self.teaching, self.taught[usage.skill]):
                _teach(one, usage, usage.sponsor, seconds)

    def came(self, member: str, day: date) -> None:
        """Somebody checked in on a day."""
        self.visits.add((member, day.toordinal()))

    def visits_in(self, first: date, after: date) -> set[tuple[str, int]]:
        begin, end = first.toordinal(), after.toordinal()
        return {one for one in self.visits if begin <= one[1] < end}

    def _came(self, usage: Usage, day: int) -> None:
        for who in (usage.member, usage.sponsor):
            if who:
                self.visits.add((who, day))

    def _inside_s(self, usage: Usage, seconds: int, worked_s: int) -> int:
        """What of the work lay within offered hours: work is taken to be spread evenly over a session."""
        begin_ms = usage.start.wall_ms
        if not seconds:
            return 0
        return (
            worked_s * self.frame.offered.within_ms(begin_ms, begin_ms + seconds * 1000) // (seconds * 1000)
        )


def _count(row: Count, usage: Usage, seconds: int, worked_s: int, inside_s: int) -> None:
    row.sessions += 1
    row.powered_s += seconds
    row.worked_s += worked_s
    row.inside_s += inside_s
    if usage.busy_ms is None:
        row.unmetered_s += seconds
    if usage.people > row.extra + 1:
        row.extra = usage.people - 1
    if usage.member:
        row.who.add(usage.member)


def _teach(row: Taught, usage: Usage, sponsor: str, seconds: int) -> None:
    row.sessions += 1
    row.trainees.add(usage.member)
    row.sponsors.add(sponsor)
    row.spans[sponsor].append(Span(usage.start.wall_ms, usage.start.wall_ms + seconds * 1000))


def months(first: Month, last: Month) -> tuple[Month, ...]:
    """All months from one to another, both among them."""
    found = [first]
    while found[-1] < last:
        one = found[-1]
        found.append(Month(one.year + one.month // 12, one.month % 12 + 1))
    return tuple(found)


def by_openness(spans: Iterable[tuple[Mode, Span]]) -> dict[Mode, Times]:
    """Spans under their modes."""
    found: dict[Mode, list[Span]] = defaultdict(list)
    for one, span in spans:
        found[one].append(span)
    return {one: Times(several) for one, several in found.items()}
