"""What closed months came to, as a picture: a bar for each, what was invoiced and what wallets paid.

Used by the board. Amounts are whole cents; a month in which more was taken back than charged has no bar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fabgate.reports.drawing import DARK, STRIPES, Bar, Page


@dataclass(frozen=True, slots=True)
class Month:
    """A closed month: its name, and what it came to in cents."""

    name: str
    cents: int
    wallet_cents: int


def svg(months: Sequence[Month], shown: Callable[[int], str], words: Mapping[str, str]) -> str:
    """The picture. `shown` writes an amount in the reader's way. `words`: `title`, `invoiced`, `wallet`."""
    page = Page(words["title"], " – ".join(dict.fromkeys(one.name for one in (*months[:1], *months[-1:]))))
    page.head(words["title"], [page.about] if months else [])
    page.legend([(DARK, words["invoiced"]), (STRIPES, words["wallet"])])
    most = max((_positive(one.cents) + _positive(one.wallet_cents) for one in months), default=0)
    page.bars(_bar(one, most, shown) for one in months)
    return page.svg()


def _bar(one: Month, most: int, shown: Callable[[int], str]) -> Bar:
    parts = ((DARK, one.cents), (STRIPES, one.wallet_cents))
    shares = ((fill, _positive(cents) * 1000 // most if most else 0) for fill, cents in parts)
    return Bar(one.name, tuple(part for part in shares if part[1]), shown(one.cents + one.wallet_cents))


def _positive(cents: int) -> int:
    return max(0, cents)
