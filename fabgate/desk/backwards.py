"""The journal as a manager looks through it: what sort of thing, of whom, at which machine, when.

It is read and nothing else; who may look is the board's to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from fabgate.desk import days, search, who
from fabgate.desk.deed import Desk
from fabgate.model import Denied, MemberId, RecordId
from fabgate.records import KINDS, AccountState, Entry, SkillUsed
from fabgate.store import annals, backwards, journal
from fabgate.store.backwards import Sought
from fabgate.store.roster import Member

MOST = 50  # lines of a page
MOST_NEAR = 8
_SUMS = frozenset({SkillUsed.kind, AccountState.kind})  # what a hub tells its gates now and then
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "sessions": ("session.start", "session.stop", "session.alone", "session.proved", "session.close"),
    "refusals": ("session.refused",),
    "presence": ("presence.", "door.", "hours.", "workshop."),
    "people": ("member.", "paper.", "sponsor.", "badge.", "role.", "sign."),
    "rights": ("grant.", "evidence."),
    "machines": ("machine.",),
    "gates": ("gate.", "hub.", "clock.", "epoch.", "rights.", "purge"),
    "money": (
        "account.set",
        "address.",
        "sale",
        "plan.",
        "usage.",
        "tariff.",
        "charges",
        "period.",
        "charge.",
        "batch.",
    ),
}
GROUPS: Mapping[str, frozenset[str]] = {
    group: frozenset(kind for kind in KINDS if kind.startswith(begins)) for group, begins in _GROUPS.items()
}
"""The kinds of records by what they are about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is left empty is not asked. `group`: one of GROUPS. Both days are in it."""

    group: str = ""
    member: MemberId | None = None
    machine: str = ""
    gate: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A record and the texts that were written with it: a `reason`, a `ref`, the `login` of its author."""

    entry: Entry
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def gate(self) -> str:
        return self.entry.id.origin.split("/")[1]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of the journal, the newest first; `mark` leads to the next one, None where it is the last.

    `looked_ms` (wall): it was looked back so far and no further, for that is enough at once.
    """

    lines: tuple[Seen, ...]
    mark: str | None
    looked_ms: int | None


def leaf(desk: Desk, wanted: Wanted, mark: str | None = None, most: int = MOST) -> Leaf:
    """The records that are wanted, the newest first. Raises ChainBroken, StoreCorrupt."""
    found = backwards.page(desk.conn, _sought(wanted, desk.settings.lab.zone), mark, most)
    lines = tuple(Seen(one, journal.notes(desk.conn, one.id)) for one in found.entries)
    return Leaf(lines, found.mark, found.looked_ms)


def one(desk: Desk, record: str) -> Seen | None:
    """The record with this id, of any journal in these books; None where there is none."""
    try:
        found = journal.entry(desk.conn, RecordId.of(record))
    except ValueError:
        return None
    return None if found is None else Seen(found, journal.notes(desk.conn, found.id))


def gates(desk: Desk) -> tuple[str, ...]:
    """Whose journals are in these books: this gate's or hub's own first."""
    return backwards.gates(desk.conn)


def meant(desk: Desk, text: str) -> Member | tuple[Member, ...] | Denied:
    """The member whom somebody means by a handle, an id or a part of a name; several, where all of them may
    be meant; UNKNOWN_MEMBER where nobody is."""
    exact = who.find(desk.conn, text)
    if not isinstance(exact, Denied):
        return exact
    near = search.members(desk, text, most=MOST_NEAR).members
    if not near:
        return exact
    return near[0] if len(near) == 1 else near


def _sought(wanted: Wanted, zone: ZoneInfo) -> Sought:
    return Sought(
        kinds=GROUPS.get(wanted.group, frozenset()),
        but=_SUMS,
        saying=tuple(_saying(wanted)),
        text=wanted.text,
        gate=wanted.gate or None,
        from_ms=None if wanted.first is None else _begins_ms(zone, wanted.first),
        to_ms=None if wanted.last is None else _begins_ms(zone, wanted.last + timedelta(days=1)),
    )


def _saying(wanted: Wanted) -> Iterator[str]:
    if wanted.member is not None:
        yield f'"{wanted.member}"'  # whoever acts, pays or stood by is named in the same way
    if wanted.machine:
        yield annals.said("machine", wanted.machine)


def _begins_ms(zone: ZoneInfo, day: date) -> int:
    """The first moment of a day. Raises UsageError for one that no calendar has."""
    return days.end_of_day_ms(zone, (day - timedelta(days=1)).isoformat()) + 1
