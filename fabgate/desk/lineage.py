"""Who vouched for whom: every grant in force, whose word it rests on, and the trees that this makes.

Who proposed a member vouches for them; where nobody did, who gave the grant.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fabgate.desk.deed import Desk
from fabgate.model import Denied, Level, MemberId, RecordId, SkillId
from fabgate.store import roster

_DEEPEST = 24


@dataclass(frozen=True, slots=True)
class Word:
    """A grant in force: `by` gave it, `vouched` had proposed it (None: nobody had)."""

    member: MemberId
    skill: SkillId
    level: Level
    record: RecordId
    since_ms: int
    by: MemberId
    vouched: MemberId | None = None

    @property
    def sponsor(self) -> MemberId:
        """Whose word it is that the member was ready."""
        return self.vouched or self.by


@dataclass(frozen=True, slots=True)
class Twig:
    """A member in a tree: `rails` says for each step down from the root whether a sibling follows.

    Of a very deep one only the last steps are kept. `level` is None for who holds nothing here
    themselves. `ring`: whoever vouched for them hangs below them; the ring was cut open here.
    """

    member: MemberId
    level: Level | None
    depth: int = 0
    rails: tuple[bool, ...] = ()
    ring: bool = False


def words(conn: sqlite3.Connection, skill: SkillId | None = None) -> tuple[Word, ...]:
    """Every grant in force with who stands for it, by skill."""
    return tuple(
        Word(one.member, one.skill, one.level, one.record, one.since_ms, one.by, one.vouched)
        for one in roster.grants(conn, skill=skill)
    )


def tree(desk: Desk, skill: str | None = None) -> tuple[Word, ...] | Denied:
    """Who vouched for whom on a skill, or on all that anybody holds."""
    known = None if skill is None else desk.skill(skill)
    if isinstance(known, Denied):
        return known
    return words(desk.conn, None if known is None else known.id)


def twigs(several: Iterable[Word]) -> Iterator[Twig]:
    """The words on one skill as trees, from the roots down, each branch in the order of its grants.

    Everybody has one sponsor at most, so what is no tree is a ring with trees on it: it is cut open at
    its oldest grant.
    """
    held = {one.member: one for one in sorted(several, key=lambda one: (one.since_ms, one.record))}
    below: dict[MemberId, list[MemberId]] = {}
    for one in held.values():
        if one.sponsor != one.member:
            below.setdefault(one.sponsor, []).append(one.member)
    roots = [who for who in below if who not in held]
    roots += [who for who, one in held.items() if one.sponsor == who]
    seen: set[MemberId] = set()
    for root in roots:
        yield from _down(root, held, below, seen, ring=False)
    for who in held:
        if who not in seen:
            yield from _down(_in_ring(who, held), held, below, seen, ring=True)


def _in_ring(who: MemberId, held: Mapping[MemberId, Word]) -> MemberId:
    """The oldest member of the ring that this one hangs on."""
    passed: set[MemberId] = set()
    while who not in passed:
        passed.add(who)
        who = held[who].sponsor
    ring = [who]
    while (above := held[ring[-1]].sponsor) != who:
        ring.append(above)
    return min(ring, key=lambda one: (held[one].since_ms, held[one].record))


def _down(
    root: MemberId,
    held: Mapping[MemberId, Word],
    below: Mapping[MemberId, list[MemberId]],
    seen: set[MemberId],
    ring: bool,
) -> Iterator[Twig]:
    waiting = [Twig(root, _level(held, root), ring=ring)]
    while waiting:
        twig = waiting.pop()
        seen.add(twig.member)
        yield twig
        next_ones = [who for who in below.get(twig.member, ()) if who not in seen]
        for place, who in reversed(list(enumerate(next_ones))):
            rails = (*twig.rails[-_DEEPEST + 1 :], place + 1 < len(next_ones))
            waiting.append(Twig(who, _level(held, who), twig.depth + 1, rails))


def _level(held: Mapping[MemberId, Word], who: MemberId) -> Level | None:
    return held[who].level if who in held else None
