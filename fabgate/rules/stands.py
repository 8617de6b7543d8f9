"""Who a badge belongs to, who holds which office and level, what is locked: subjects settled.

A part of `standing.py`, which says how records meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.model import Level, Lock, MachineId, MemberId, RecordId, Role, SkillId, Token
from fabgate.records import BadgeAdded, BadgeBlocked, GrantGiven, MachineLocked, RoleGiven
from fabgate.rules.personal import laid_together, tellers
from fabgate.rules.said import Said, heads


@dataclass(frozen=True, slots=True)
class BadgeStands:
    """A badge and its owner; several `owners`: given to two people who both hold it, it opens nothing.

    `payer`: another member who pays for it; None for its owner, and where they do not agree who does.
    `purpose`: what it is worked for, of the price list; "" for nothing that they agree on.
    """

    token: Token
    owners: tuple[MemberId, ...]
    label: str
    added_ms: int
    blocked_ms: int | None
    record: RecordId
    payer: MemberId | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class RoleStands:
    member: MemberId
    role: Role
    machine: MachineId | None
    first: bool
    record: RecordId


@dataclass(frozen=True, slots=True)
class GrantStands:
    """A level on a skill; `vouched`: who proposed it, where that was somebody else than its giver."""

    member: MemberId
    skill: SkillId
    level: Level
    by: MemberId
    record: RecordId
    since_ms: int
    until_ms: int | None
    vouched: MemberId | None = None


def lock(records: Iterable[Said]) -> Lock | None:
    """Since when a machine is out of service; None for one that is in it."""
    return next(
        (Lock(one.at.wall_ms, one.record) for one in heads(records) if isinstance(one.body, MachineLocked)),
        None,
    )


def badge(records: Iterable[Said]) -> BadgeStands | None:
    """Whose a badge is, and whether it opens anything; None for no records."""
    several = list(records)
    left = heads(several)
    blocks = [one for one in left if isinstance(one.body, BadgeBlocked)]
    adds = [one for one in left if isinstance(one.body, BadgeAdded)]
    if not blocks and not adds:
        return None
    owners = _owners(adds or blocks)
    last = blocks[0] if blocks else adds[-1]
    given = tellers(several).get("label", [last])[-1]
    since = last.at.wall_ms if blocks else None if len(owners) == 1 else max(one.at.wall_ms for one in adds)
    label = (laid_together(several) or {}).get("label")
    token = Token(last.body.badge) if isinstance(last.body, BadgeAdded | BadgeBlocked) else Token("")
    text = label if isinstance(label, str) else ""
    added = given.at.wall_ms
    return BadgeStands(token, owners, text, added, since, last.record, _payer(adds), _purpose(adds))


def _payer(adds: Iterable[Said]) -> MemberId | None:
    found = {one.body.payer for one in adds if isinstance(one.body, BadgeAdded)}
    [payer] = found if len(found) == 1 else [None]
    return None if payer is None else MemberId(payer)


def _purpose(adds: Iterable[Said]) -> str:
    found = {one.body.purpose for one in adds if isinstance(one.body, BadgeAdded)}
    [purpose] = found if len(found) == 1 else [""]
    return purpose


def _owners(several: Iterable[Said]) -> tuple[MemberId, ...]:
    found = {MemberId(one.body.member) for one in several if isinstance(one.body, BadgeAdded | BadgeBlocked)}
    return tuple(sorted(found))


def role(records: Iterable[Said]) -> RoleStands | None:
    """The office that is held; None where it was taken away, or is none that this version knows."""
    left = heads(records)
    given = [(one, one.body) for one in left if isinstance(one.body, RoleGiven)]
    if not given or len(given) < len(left):
        return None
    one, body = given[0]
    if body.role not in set(Role):
        return None
    first = all(body.first for _, body in given)
    machine = None if body.machine is None else MachineId(body.machine)
    return RoleStands(MemberId(body.member), Role(body.role), machine, first, one.record)


def grant(records: Iterable[Said]) -> GrantStands | None:
    """The level that is held; None where it was taken away, or is none that this version knows.

    Of several the lowest level, until the earliest end of them all.
    """
    left = heads(records)
    given = [(level_of(one.body.level), one, one.body) for one in left if isinstance(one.body, GrantGiven)]
    if not given or len(given) < len(left):
        return None
    level, one, body = min(given, key=lambda found: (found[0], found[1].record))
    if level is Level.NONE:
        return None
    ends = [body.until_ms for _, _, body in given if body.until_ms is not None]
    return GrantStands(
        member=MemberId(body.member),
        skill=SkillId(body.skill),
        level=level,
        by=MemberId(body.by),
        record=one.record,
        since_ms=one.at.wall_ms,
        until_ms=min(ends, default=None),
        vouched=None if body.vouched is None else MemberId(body.vouched),
    )


def level_of(word: str) -> Level:
    """The level that a word names; one that this version does not know is none."""
    try:
        return Level.of(word)
    except KeyError:
        return Level.NONE
