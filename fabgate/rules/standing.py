"""Who may do what, out of a set of records that met without an order.

Every store of the lab holds a set of right records that only grows; the roster is what this file
makes of it. Nothing here depends on the order in which records came, nor on how often: merging
two sets is their union. A record is *superseded* by one of the same subject that names it, or by a
later one of the same origin, which has seen its own. The others are the heads, and the most
restrictive head decides; wall time never does.

What is personal stands `beside` a record. It is laid together field by field: who wrote a field
having seen an older value of it replaces that value, which is then told by nobody any more (law 12).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeGuard, get_args

from fabgate.model import Level, Lock, MachineId, MemberId, Moment, RecordId, Role, SkillId, Token
from fabgate.records import (
    BadgeAdded,
    BadgeBlocked,
    Body,
    GrantGiven,
    GrantRevoked,
    MachineLocked,
    MachineUnlocked,
    MemberAdded,
    MemberEdited,
    MemberLifted,
    MemberSuspended,
    RoleGiven,
    RoleRevoked,
)

RightBody = (
    MemberAdded
    | MemberEdited
    | MemberSuspended
    | MemberLifted
    | BadgeAdded
    | BadgeBlocked
    | RoleGiven
    | RoleRevoked
    | GrantGiven
    | GrantRevoked
    | MachineLocked
    | MachineUnlocked
)
RIGHTS: frozenset[type] = frozenset(get_args(RightBody))
KINDS = frozenset(cls.kind for cls in get_args(RightBody))
PERSON_FIELDS = ("handle", "name", "language", "email", "login", "nameable")

Beside = Mapping[str, str | bool | None]


@dataclass(frozen=True, slots=True)
class Said:
    """One right record of a subject as this store knows it."""

    record: RecordId
    at: Moment
    body: RightBody
    beside: Beside | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A member: the record that took them in, and what is personal; None where nothing was told yet."""

    member: MemberId
    record: RecordId
    added_ms: int
    person: Beside | None


@dataclass(frozen=True, slots=True)
class BadgeStands:
    """A badge and its owner; several `owners`: given to two people who both hold it, it opens nothing."""

    token: Token
    owners: tuple[MemberId, ...]
    label: str
    added_ms: int
    blocked_ms: int | None
    record: RecordId


@dataclass(frozen=True, slots=True)
class RoleStands:
    member: MemberId
    role: Role
    machine: MachineId | None
    first: bool
    record: RecordId


@dataclass(frozen=True, slots=True)
class GrantStands:
    member: MemberId
    skill: SkillId
    level: Level
    by: MemberId
    record: RecordId
    since_ms: int
    until_ms: int | None


# --- subjects -----------------------------------------------------------------------------------


def is_right(body: Body) -> TypeGuard[RightBody]:
    """Whether a record of this kind gives or takes a right."""
    return type(body) in RIGHTS


def subject(body: Body) -> str | None:
    """What a right record is about; None for every other record."""
    match body:
        case MemberAdded(member=member) | MemberEdited(member=member):
            return member_subject(member)
        case MemberSuspended(member=member) | MemberLifted(member=member):
            return _path("hold", member)
        case BadgeAdded(badge=token) | BadgeBlocked(badge=token):
            return badge_subject(token)
        case (
            RoleGiven(member=member, role=role, machine=machine)
            | RoleRevoked(member=member, role=role, machine=machine)
        ):
            return _path("role", member, role, machine or "-")
        case GrantGiven(member=member, skill=skill) | GrantRevoked(member=member, skill=skill):
            return grant_subject(member, skill)
        case MachineLocked(machine=machine) | MachineUnlocked(machine=machine):
            return _path("lock", machine)
        case _:
            return None


def member_subject(member: str) -> str:
    """The subject of what is personal about a member."""
    return _path("member", member)


def badge_subject(token: str) -> str:
    """The subject of a badge."""
    return _path("badge", token)


def grant_subject(member: str, skill: str) -> str:
    """The subject of a member's grants on a skill."""
    return _path("grant", member, skill)


def _path(kind: str, *parts: str) -> str:
    # A part with a slash in it must not pass for two.
    return "/".join((kind, *(part.replace("%", "%25").replace("/", "%2F") for part in parts)))


_INT64 = 1 << 63
_FITS: Mapping[str, Callable[[object], bool]] = {
    "str": lambda value: is_text(value),
    "str | None": lambda value: value is None or is_text(value),
    "bool": lambda value: isinstance(value, bool),
    "int | None": lambda value: value is None or _is_int(value),
    "tuple[str, ...]": lambda value: isinstance(value, tuple) and all(map(is_text, value)),
}


def fits(at: Moment, body: Body) -> bool:
    """Whether a record that came from elsewhere says what its fields may say, each of its type."""
    if not (is_text(at.boot) and _is_int(at.boot_ms) and _is_int(at.wall_ms)):
        return False
    return all(_FITS[str(field.type)](getattr(body, field.name)) for field in fields(body))


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64


def is_text(value: object) -> bool:
    """Whether it is text that a table can hold."""
    # JSON can say half a character, which no table can hold.
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def read_beside(text: str | None) -> Beside | None:
    """What stands beside a record; None where nothing does. What is no text and no yes or no is left out."""
    if text is None:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {
        str(name): value
        for name, value in said.items()
        if is_text(name) and (value is None or isinstance(value, bool) or is_text(value))
    }


def write_beside(said: Beside | None) -> str | None:
    """The one text of it."""
    if said is None:
        return None
    return json.dumps(dict(sorted(said.items())), ensure_ascii=False, separators=(",", ":"))


# --- what supersedes what -----------------------------------------------------------------------


def heads(records: Iterable[Said]) -> tuple[Said, ...]:
    """The records of one subject that nothing supersedes, by their ids."""
    known = {str(one.record): one for one in records}
    newest: dict[str, int] = {}
    named: set[str] = set()
    for one in known.values():
        origin = one.record.origin
        newest[origin] = max(newest.get(origin, 0), one.record.seq)
        named |= _named(one, known)
    latest = [one for one in known.values() if newest[one.record.origin] == one.record.seq]
    # Records that name each other in a ring were made by no honest desk: then all of them count.
    left = [one for one in latest if str(one.record) not in named] or latest
    return tuple(sorted(left, key=_by_id))


def superseded(records: Iterable[Said]) -> dict[RecordId, RecordId]:
    """By which record each of one subject that is no head was superseded first, as far as can be told."""
    by_age = sorted({one.record: one for one in records}.values(), key=_by_id)
    known = {str(one.record): one for one in by_age}
    found: dict[RecordId, RecordId] = {}
    before: dict[str, RecordId] = {}
    for one in by_age:
        if (older := before.get(one.record.origin)) is not None:
            found[older] = one.record
        before[one.record.origin] = one.record
    for one in by_age:
        for name in _named(one, known):
            found.setdefault(known[name].record, one.record)
    return found


def _by_id(one: Said) -> RecordId:
    return one.record


def _named(one: Said, known: Mapping[str, Said]) -> set[str]:
    """What a record supersedes by name: never itself, nor what its own origin wrote later."""
    if isinstance(one.body, MemberAdded):
        return set()
    return {name for name in one.body.supersedes if name in known and _may_name(one, known[name])}


def _may_name(one: Said, other: Said) -> bool:
    return other.record.origin != one.record.origin or other.record.seq < one.record.seq


def _seen(records: Iterable[Said]) -> dict[RecordId, frozenset[RecordId]]:
    """For each record of one subject all those that whoever wrote it had seen, by whatever road."""
    by_age = sorted({one.record: one for one in records}.values(), key=_by_id)
    known = {str(one.record): one for one in by_age}
    steps: dict[RecordId, set[RecordId]] = {}
    before: dict[str, RecordId] = {}
    for one in by_age:
        steps[one.record] = {known[name].record for name in _named(one, known)}
        if (older := before.get(one.record.origin)) is not None:
            steps[one.record].add(older)
        before[one.record.origin] = one.record
    return {record: _reached(record, steps) for record in steps}


def _reached(start: RecordId, steps: Mapping[RecordId, set[RecordId]]) -> frozenset[RecordId]:
    reached: set[RecordId] = set()
    waiting = [start]
    while waiting:
        fresh = steps[waiting.pop()] - reached
        reached |= fresh
        waiting.extend(fresh)
    return frozenset(reached - {start})


def tells(body: RightBody) -> tuple[str, ...]:
    """Which personal fields a record speaks of, whether or not their values are still beside it."""
    match body:
        case MemberAdded():
            return PERSON_FIELDS
        case MemberEdited(fields=said):
            return said
        case BadgeAdded():
            return ("label",)
        case _:
            return ()


def _tellers(records: Iterable[Said]) -> dict[str, list[Said]]:
    """For each field the records whose word on it nobody has replaced, by their ids."""
    several = sorted({one.record: one for one in records}.values(), key=_by_id)
    seen = _seen(several)
    found: dict[str, list[Said]] = {}
    for field in sorted({field for one in several for field in tells(one.body)}):
        about = [one for one in several if field in tells(one.body)]
        replaced = frozenset().union(*(seen[one.record] for one in about))
        found[field] = [one for one in about if one.record not in replaced] or about
    return found


def outdated(records: Iterable[Said]) -> dict[RecordId, Beside]:
    """What should stand beside those records that tell more than they may: values that were replaced."""
    several = list(records)
    tellers = {field: {one.record for one in found} for field, found in _tellers(several).items()}
    due: dict[RecordId, Beside] = {}
    for one in several:
        if one.beside is None:
            continue
        # A field that no record here speaks of is one of a version to come: it is kept.
        kept = {
            field: value
            for field, value in one.beside.items()
            if field not in tellers or one.record in tellers[field]
        }
        if kept != one.beside:
            due[one.record] = kept
    return due


def _told(records: Iterable[Said]) -> Beside | None:
    """The fields laid together. Two who wrote one field unseen by each other: the higher id's word."""
    several = list(records)
    if all(one.beside is None for one in several):
        return None
    told: dict[str, str | bool | None] = {}
    for field, found in _tellers(several).items():
        values = [one.beside[field] for one in found if one.beside is not None and field in one.beside]
        if values:
            told[field] = values[-1]
    return told


# --- settling -----------------------------------------------------------------------------------


def profile(records: Iterable[Said]) -> Profile | None:
    """The member that these records took in and changed; None while nobody has taken them in."""
    several = list(records)
    added = [(one.record, one.at, one.body.member) for one in several if isinstance(one.body, MemberAdded)]
    if not added:
        return None
    record, at, member = min(added, key=lambda found: found[0])
    return Profile(MemberId(member), record, at.wall_ms, _told(several))


def hold(records: Iterable[Said]) -> Lock | None:
    """Since when a member is suspended, and by which record; None for one who is not."""
    return next((_since(one) for one in heads(records) if isinstance(one.body, MemberSuspended)), None)


def lock(records: Iterable[Said]) -> Lock | None:
    """Since when a machine is out of service; None for one that is in it."""
    return next((_since(one) for one in heads(records) if isinstance(one.body, MachineLocked)), None)


def _since(one: Said) -> Lock:
    return Lock(one.at.wall_ms, one.record)


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
    given = _tellers(several).get("label", [last])[-1]
    since = last.at.wall_ms if blocks else None if len(owners) == 1 else max(one.at.wall_ms for one in adds)
    label = (_told(several) or {}).get("label")
    token = Token(last.body.badge) if isinstance(last.body, BadgeAdded | BadgeBlocked) else Token("")
    return BadgeStands(
        token, owners, label if isinstance(label, str) else "", given.at.wall_ms, since, last.record
    )


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
    given = [(_level(one.body.level), one, one.body) for one in left if isinstance(one.body, GrantGiven)]
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
    )


def _level(word: str) -> Level:
    try:
        return Level.of(word)
    except KeyError:
        return Level.NONE
