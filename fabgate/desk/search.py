"""Members found by what somebody remembers of them: a piece of a name, a handle, a status."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.desk import who
from fabgate.desk.deed import Desk
from fabgate.model import Status
from fabgate.store import roster
from fabgate.store.roster import Member

SUSPENDED = "suspended"
KINDS = (*(one.word for one in reversed(Status)), SUSPENDED)
"""What a search may be narrowed to: a status in the lab, or those who are suspended."""
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A page of those who were found, by name; `total` of them in all, `first` the number of the first."""

    members: tuple[Member, ...]
    total: int
    first: int


def members(desk: Desk, text: str = "", kind: str = "", first: int = 0, most: int = 50) -> Found:
    """Members whose name, handle or e-mail holds every word of `text`, with or without accents.

    `kind`: one of KINDS, else all. A page past the end is the last one.
    """
    today = who.today_ms(desk.conn, desk.clock.now())
    words = plain(text).split()
    found = [
        one
        for one in roster.members(desk.conn)
        if _is(one, kind, today) and all(word in plain(_known_by(one)) for word in words)
    ]
    found.sort(key=lambda one: (plain(one.name), one.handle))
    last = max(0, (len(found) - 1) // most * most)
    first = min(max(0, first) // most * most, last)
    return Found(tuple(found[first : first + most]), len(found), first)


def namesakes(desk: Desk, name: str) -> tuple[Member, ...]:
    """Members who are called just so, but for capitals and accents: perhaps the same person twice."""
    meant = plain(name)
    if not meant:
        return ()
    return tuple(one for one in roster.members(desk.conn) if plain(one.name) == meant)


def plain(text: str) -> str:
    """A text without capitals and accents, with one blank between words: to compare by.

    Of one that is too long for anybody's name, its beginning: a row of accents takes its length squared.
    """
    apart = unicodedata.normalize("NFKD", who.sound(text[:_LONGEST]).casefold())
    return " ".join("".join(_letters(apart)).split())


def _letters(text: str) -> Iterable[str]:
    return (sign for sign in text if not unicodedata.combining(sign))


def _known_by(one: Member) -> str:
    return f"{one.name} {one.handle} {one.email or ''}"


def _is(one: Member, kind: str, today_ms: int) -> bool:
    if kind == SUSPENDED:
        return one.suspended_at(today_ms) is not None
    return kind in ("", one.status.word) or kind not in KINDS
