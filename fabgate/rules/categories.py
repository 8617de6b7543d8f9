"""Since when a payer was in which category, out of all that was ever said of their account."""

from __future__ import annotations

from collections.abc import Iterable

from fabgate.records import AccountSet
from fabgate.rules.payers import account
from fabgate.rules.said import Said

Since = tuple[int, str]


def categories(found: Iterable[Said]) -> tuple[Since, ...]:
    """The categories with the second (UTC) since when each holds, oldest first; `""` is none.

    A later word counts from its day on, whatever was said before of that time. Where two were said that
    did not know of each other, what `payers.account` makes of them holds from the later one on.
    """
    several = list(found)
    since: list[Since] = []
    for wall_ms, body in _dated(several):
        start_s = (wall_ms if body.since_ms is None else body.since_ms) // 1000
        since = [*(one for one in since if one[0] < start_s), (start_s, body.category)]
    now = account(several)
    if now is not None and now.category != since[-1][1]:
        since[-1] = (since[-1][0], now.category)
    return _told_once(since)


def _dated(found: Iterable[Said]) -> list[tuple[int, AccountSet]]:
    """What was said, with its wall time, in the order of saying.

    One store's words stay in their order: a clock that was not set yet dates nothing back.
    """
    last: dict[str, int] = {}
    dated = []
    for one in sorted(found, key=lambda one: one.record):
        if isinstance(one.body, AccountSet):
            origin = one.record.origin
            last[origin] = max(last.get(origin, 0), one.at.wall_ms)
            dated.append((last[origin], one.record, one.body))
    return [(wall_ms, body) for wall_ms, _, body in sorted(dated, key=lambda told: told[:2])]


def _told_once(since: Iterable[Since]) -> tuple[Since, ...]:
    """Without those that change nothing."""
    told: list[Since] = []
    for start_s, category in since:
        if category != (told[-1][1] if told else ""):
            told.append((start_s, category))
    return tuple(told)
