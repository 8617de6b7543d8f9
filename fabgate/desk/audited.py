"""What gates that look on would have refused, of a month: for whoever prepares to let them refuse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fabgate.desk.deed import Desk
from fabgate.model import MemberId
from fabgate.records import SessionStarted
from fabgate.rules.month import Month
from fabgate.store import backwards, roster
from fabgate.store.backwards import Sought
from fabgate.store.roster import Member

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """In how many sessions a machine would have refused a member by a code, and when last (wall).

    `member`: None for badges that nobody owns; `member_id` is what they were known by then.
    """

    machine: str
    code: str
    member_id: str
    member: Member | None
    sessions: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Audit:
    """Of a month: refusals by machine, the most frequent first; and of each of these machines how many
    sessions began, and against how many of them nothing stood."""

    refusals: tuple[Refusal, ...]
    machines: tuple[tuple[str, int, int], ...]


def of_month(desk: Desk, month: Month) -> Audit:
    """By the sessions that began in the month. Raises ChainBroken, StoreCorrupt."""
    counts: Counter[tuple[str, str, str]] = Counter()
    last_ms: dict[tuple[str, str, str], int] = {}
    all_of: Counter[str] = Counter()
    for at_ms, said in _begun(desk, month):
        all_of[said.machine] += 1
        if said.would:
            key = (said.machine, said.would, said.member)
            counts[key] += 1
            last_ms[key] = max(last_ms.get(key, 0), at_ms)
    refused: Counter[str] = Counter()
    for (machine, _, _), number in counts.items():
        refused[machine] += number
    looked_on = {str(name) for name, one in desk.settings.machines.items() if one.rules.audit} & set(all_of)
    found = sorted(counts, key=lambda key: (key[0], -counts[key], key))
    return Audit(
        tuple(Refusal(*key, _known(desk, key[2]), counts[key], last_ms[key]) for key in found),
        tuple((one, all_of[one], all_of[one] - refused[one]) for one in sorted({*refused, *looked_on})),
    )


def _known(desk: Desk, member: str) -> Member | None:
    return roster.member(desk.conn, MemberId(member)) if member else None


def _begun(desk: Desk, month: Month) -> Iterator[tuple[int, SessionStarted]]:
    """Each start of a month, with its wall time."""
    first_s, next_s = month.bounds(desk.settings.lab.zone)
    sought = Sought(frozenset({SessionStarted.kind}), from_ms=first_s * 1000, to_ms=next_s * 1000)
    mark: str | None = None
    while True:
        page = backwards.page(desk.conn, sought, mark, _AT_ONCE)
        for one in page.entries:
            if one.at is not None and isinstance(one.body, SessionStarted):
                yield one.at.wall_ms, one.body
        mark = page.mark
        if mark is None:
            return
