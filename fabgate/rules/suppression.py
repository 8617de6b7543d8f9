"""Which figures are not shown, so that no table tells what one person or a few did.

Used by the reports for funders. A row behind which one to four people stand is hidden. So is whatever
would give it back: where a total is the sum of its rows, one hidden row is the total less the others. A
row that stands in several tables, under whatever name, is one unknown in all of them, and the tables
together are a system of equations: what can be reckoned from it counts as told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

LEAST = 5
"""So many people at least stand behind a figure that is shown."""


@dataclass(frozen=True, slots=True)
class Share:
    """A row as far as hiding it goes: its name over all tables, who stands behind it, what it counts.

    Rows of the same people with the same numbers are the same row, whatever they are called. A row of
    nobody that counts something (badges that nobody owns) is hidden too: nobody knows how many they were.
    """

    key: str
    who: frozenset[str]
    counts: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.who and not any(self.counts)

    @property
    def few(self) -> bool:
        return not self.empty and len(self.who) < LEAST


@dataclass(frozen=True, slots=True)
class Split:
    """A table: `parts` that add up to `whole`, or (None) rows that add up to nothing that is told."""

    parts: tuple[Share, ...]
    whole: Share | None = None

    @property
    def shares(self) -> tuple[Share, ...]:
        return self.parts if self.whole is None else (*self.parts, self.whole)


Row = dict[int, Fraction]
"""A sum that anybody can reckon: so many times each unknown."""


def hidden(splits: Sequence[Split]) -> frozenset[str]:
    """The keys of the rows to hide. Empty rows stay: that nobody came tells of nobody.

    What is hidden besides the rows of few is the one of fewest people in the table that would tell, and
    a total only where no other row is left.
    """
    known = _same(splits)
    people = {number: share.who for share, number in known.items()}
    tables = [split for split in splits if split.whole is not None]
    hide = {number for share, number in known.items() if share.few}
    while True:
        told = [set(row) for row in _reckoned(tables, known, hide) if _few(row, people)]
        more = next(
            (one for one in (_next(tables, known, hide, row) for row in told) if one is not None), None
        )
        if more is None:
            return frozenset(share.key for share, number in known.items() if number in hide)
        hide.add(more)


def _same(splits: Iterable[Split]) -> Mapping[Share, int]:
    """Each row's number; rows that are the same bear the same one, but not two rows of one table."""
    by_key: dict[str, int] = {}
    alike: dict[object, int] = {}
    for split in splits:
        used = {by_key[part.key] for part in split.parts if part.key in by_key}
        for share in (one for one in split.shares if one.key not in by_key):
            same = share.key if share.empty else (share.who, share.counts)
            number = alike.get(same)
            if number is None or (number in used and share is not split.whole):
                number = len(by_key)
                alike.setdefault(same, number)
            by_key[share.key] = number
            used.add(number)
    return {share: by_key[share.key] for split in splits for share in split.shares}


def _few(told: Row, people: Mapping[int, frozenset[str]]) -> bool:
    return len(frozenset[str]().union(*(people[number] for number in told))) < LEAST


def _reckoned(splits: Iterable[Split], known: Mapping[Share, int], hide: set[int]) -> Iterator[Row]:
    """What the tables tell of the hidden rows: their equations, solved as far as they can be."""
    solved: dict[int, Row] = {}
    for equation in _equations(splits, known, hide):
        row = equation
        for pivot, other in solved.items():
            row = _less(row, other, row.get(pivot, Fraction(0)))
        if not row:
            continue
        pivot = min(row)
        row = {number: times / row[pivot] for number, times in row.items()}
        solved = {at: _less(other, row, other.get(pivot, Fraction(0))) for at, other in solved.items()}
        solved[pivot] = row
    yield from solved.values()


def _equations(splits: Iterable[Split], known: Mapping[Share, int], hide: set[int]) -> Iterator[Row]:
    for split in splits:
        row: Row = {}
        for share in split.shares:
            if known[share] in hide:
                times = Fraction(-1 if share is split.whole else 1)
                row[known[share]] = row.get(known[share], Fraction(0)) + times
        yield {number: times for number, times in row.items() if times}


def _less(row: Row, other: Row, times: Fraction) -> Row:
    if not times:
        return row
    sums = {
        number: row.get(number, Fraction(0)) - times * other.get(number, Fraction(0))
        for number in {*row, *other}
    }
    return {number: left for number, left in sums.items() if left}


def _next(tables: Sequence[Split], known: Mapping[Share, int], hide: set[int], told: set[int]) -> int | None:
    """The row to hide with those that are told: of fewest people, totals last.

    It is one of a table that tells them by itself; else of their own tables; else, where nothing is left
    there, of a table that tells by way of others.
    """
    alone = [split for split in tables if _hidden_in(split, known, hide) <= told]
    found = _least(alone, known, hide, told)
    near = told
    while found is None:
        found = _least(tables, known, hide, near)
        wider = near.union(*(row for row in (_hidden_in(it, known, hide) for it in tables) if row & near))
        if wider == near:
            break
        near = wider
    return found


def _hidden_in(split: Split, known: Mapping[Share, int], hide: set[int]) -> set[int]:
    return {known[share] for share in split.shares} & hide


def _least(tables: Iterable[Split], known: Mapping[Share, int], hide: set[int], near: set[int]) -> int | None:
    """Of the tables with one of `near`, the row of fewest people that is shown."""
    found = [
        (share is split.whole, len(share.who), share.key, known[share])
        for split in tables
        if _hidden_in(split, known, hide) & near
        for share in split.shares
        if known[share] not in hide and not share.empty
    ]
    return min(found)[-1] if found else None
