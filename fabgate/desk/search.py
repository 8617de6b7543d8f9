"""Members found by what somebody remembers of them: a piece of a name, a status, the digits of a badge; or by
what they may do, which office they hold, what they have not put on file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fabgate.desk import badges, grants, papers, who
from fabgate.desk.deed import Desk
from fabgate.model import Denied, MemberId, Role, Status
from fabgate.store import roster
from fabgate.store.roster import Member

SUSPENDED = "suspended"
KINDS = (*(one.word for one in reversed(Status)), SUSPENDED)
"""What a search may be narrowed to: a status in the lab, or those who are suspended."""
ANY_PAPER = "*"
_LONGEST = 1_000
_DIGITS = re.compile(rf"[0-9a-f]{{{badges.LEAST},{badges.SHORT}}}")


@dataclass(frozen=True, slots=True)
class Narrow:
    """Who holds something on a skill; who has a role; whom a paper (ANY_PAPER: any) keeps from starting.

    What is empty, or nothing that the lab knows, narrows nothing.
    """

    skill: str = ""
    role: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of those who were found, by name; `total` of them in all, `first` the number of the first.

    `held`: what each holds on the skill that was asked for; those who may do most come first then.
    `lacking`: the papers that were asked for and keep them from starting.
    """

    members: tuple[Member, ...]
    total: int
    first: int
    held: Mapping[MemberId, grants.Shown] = field(default_factory=dict)
    lacking: Mapping[MemberId, tuple[papers.Shown, ...]] = field(default_factory=dict)


def members(
    desk: Desk, text: str = "", kind: str = "", first: int = 0, most: int = 50, narrow: Narrow | None = None
) -> Found:
    """Members of whom every word of `text` is in name, handle or e-mail, with or without accents, or begins
    the digits of a badge of theirs as it is shown to people.

    `kind`: one of KINDS, else all. Who left is found by a skill only where that is asked. A page past the end
    is the last one.
    """
    narrow = narrow or Narrow()
    today = who.today_ms(desk.conn, desk.clock.now())
    held, lacking = _held(desk, narrow.skill, kind), _lacking(desk, narrow.lacks)
    among = [one for one in (held, lacking, _in_office(desk, narrow.role)) if one is not None]
    words = {word: _owners(desk, word) for word in plain(text).split()}
    found = [
        one
        for one in roster.members(desk.conn)
        if _is(one, kind, today)
        and all(one.id in those for those in among)
        and all(one.id in owners or word in plain(_known_by(one)) for word, owners in words.items())
    ]
    level = {} if held is None else {who_: -one.level for who_, one in held.items()}
    found.sort(key=lambda one: (level.get(one.id, 0), plain(one.name), one.handle))
    last = max(0, (len(found) - 1) // most * most)
    first = min(max(0, first) // most * most, last)
    return Found(tuple(found[first : first + most]), len(found), first, held or {}, lacking or {})


def _held(desk: Desk, skill: str, kind: str) -> dict[MemberId, grants.Shown] | None:
    """What is held on a skill, by member; None where no skill of the lab is asked for."""
    found = grants.listed(desk, None, skill) if skill else None
    if found is None or isinstance(found, Denied):
        return None
    gone = Status.LEFT.word
    return {
        one.grant.member: one
        for one in found
        if kind == gone or one.holder is None or one.holder.status is not Status.LEFT
    }


def _lacking(desk: Desk, paper: str) -> dict[MemberId, tuple[papers.Shown, ...]] | None:
    """What is not on file and keeps them from starting; None where no paper of the lab is asked for."""
    known = desk.settings.charter.papers
    if not known or paper not in (ANY_PAPER, *known):
        return None
    every = papers.listed(desk)
    assert not isinstance(every, Denied), "of everybody there is always a list"
    found: dict[MemberId, tuple[papers.Shown, ...]] = {}
    for one in every:
        if one.asked and not one.counts and paper in (ANY_PAPER, one.paper.id):
            found[one.member.id] = (*found.get(one.member.id, ()), one)
    return found


def _in_office(desk: Desk, role: str) -> Collection[MemberId] | None:
    """Who has a role, of any machine; None where none is asked for."""
    if role not in tuple(Role):
        return None
    return {one.member for one in roster.roles(desk.conn) if one.role == role}


def _owners(desk: Desk, word: str) -> Collection[MemberId]:
    """Whose badges are shown by digits that begin so; blocked ones too, for somebody may have found one."""
    if not _DIGITS.fullmatch(word):
        return ()
    known = roster.badges(desk.conn)
    meant = [one for one in known if badges.short(one.token).startswith(word)]
    return {owner for one in meant for owner in (one.member, *one.rivals)}


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
