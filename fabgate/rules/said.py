"""The records of the set: which kinds it holds, what each is about, and which of them still count.

A part of `standing.py`, which says how they meet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeGuard, get_args

from fabgate.model import Moment, RecordId
from fabgate.records import (
    AccountSet,
    AccountState,
    BadgeAdded,
    BadgeBlocked,
    Body,
    EvidenceNoted,
    EvidenceStruck,
    GrantGiven,
    GrantLifted,
    GrantProposed,
    GrantRenewed,
    GrantReviewed,
    GrantRevoked,
    GrantSuspended,
    HoursSet,
    MachineLocked,
    MachineUnlocked,
    MemberAdded,
    MemberEdited,
    MemberForgotten,
    MemberLifted,
    MemberStatus,
    MemberSuspended,
    PaperFiled,
    PaperWithdrawn,
    ProposalApproved,
    ProposalRefused,
    RoleGiven,
    RoleRevoked,
    SkillUsed,
    SponsorAssigned,
    SponsorReleased,
    WorkshopClosed,
    WorkshopOpened,
)

RightBody = (
    MemberAdded
    | MemberEdited
    | MemberSuspended
    | MemberLifted
    | MemberStatus
    | PaperFiled
    | PaperWithdrawn
    | SponsorAssigned
    | SponsorReleased
    | BadgeAdded
    | BadgeBlocked
    | RoleGiven
    | RoleRevoked
    | GrantGiven
    | GrantRevoked
    | GrantSuspended
    | GrantLifted
    | GrantRenewed
    | GrantProposed
    | ProposalApproved
    | ProposalRefused
    | GrantReviewed
    | EvidenceNoted
    | EvidenceStruck
    | SkillUsed
    | HoursSet
    | WorkshopOpened
    | WorkshopClosed
    | MachineLocked
    | MachineUnlocked
    | AccountSet
    | AccountState
    | MemberForgotten
)
RIGHTS: frozenset[type] = frozenset(get_args(RightBody))
KINDS = frozenset(cls.kind for cls in get_args(RightBody))

Beside = Mapping[str, str | bool | None]


@dataclass(frozen=True, slots=True)
class Said:
    """One right record of a subject as this store knows it."""

    record: RecordId
    at: Moment
    body: RightBody
    beside: Beside | None = None


# --- subjects -----------------------------------------------------------------------------------


def is_right(body: Body) -> TypeGuard[RightBody]:
    """Whether a record of this kind gives or takes a right."""
    return type(body) in RIGHTS


def subject(body: Body) -> str | None:
    """What a right record is about; None for every other record."""
    match body:
        case MemberAdded(member=member) | MemberEdited(member=member) | MemberForgotten(member=member):
            return member_subject(member)
        case MemberSuspended(member=member) | MemberLifted(member=member):
            return hold_subject(member)
        case MemberStatus(member=member):
            return _path("status", member)
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
        case WorkshopOpened(machine=machine) | WorkshopClosed(machine=machine):
            return _path("workshop", machine)
        case AccountSet(member=member):
            return _path("account", member)
        case AccountState(member=member):
            return _path("state", member)
        case HoursSet(opening=opening):
            return _path("hours", opening)
        case _:
            return _earned(body)


def _earned(body: Body) -> str | None:
    """The subjects of what stands beside a member's grants."""
    match body:
        case PaperFiled(member=member, paper=paper) | PaperWithdrawn(member=member, paper=paper):
            return _path("paper", member, paper)
        case SponsorAssigned(member=member) | SponsorReleased(member=member):
            return _path("duty", member)
        case GrantSuspended(member=member, skill=skill) | GrantLifted(member=member, skill=skill):
            return _path("pause", member, skill)
        case GrantRenewed(member=member, skill=skill):
            return _path("renew", member, skill)
        case (
            GrantProposed(member=member, skill=skill)
            | ProposalApproved(member=member, skill=skill)
            | ProposalRefused(member=member, skill=skill)
        ):
            return proposal_subject(member, skill)
        case GrantReviewed(member=member, skill=skill, grant=grant):
            return _path("review", member, skill, grant)
        case (
            EvidenceNoted(member=member, skill=skill, what=what, item=item)
            | EvidenceStruck(member=member, skill=skill, what=what, item=item)
        ):
            return _path("evidence", member, skill, what, item)
        case SkillUsed(member=member, skill=skill):
            return _path("use", member, skill)
        case _:
            return None


def member_subject(member: str) -> str:
    """The subject of what is personal about a member."""
    return _path("member", member)


def hold_subject(member: str) -> str:
    """The subject of a member's suspensions as a whole."""
    return _path("hold", member)


def badge_subject(token: str) -> str:
    """The subject of a badge."""
    return _path("badge", token)


def grant_subject(member: str, skill: str) -> str:
    """The subject of a member's grants on a skill."""
    return _path("grant", member, skill)


def proposal_subject(member: str, skill: str) -> str:
    """The subject of what was proposed for a member on a skill, and of what became of it."""
    return _path("proposal", member, skill)


def _path(kind: str, *parts: str) -> str:
    # A part with a slash in it must not pass for two.
    return "/".join((kind, *(part.replace("%", "%25").replace("/", "%2F") for part in parts)))


_INT64 = 1 << 63
_FITS: Mapping[str, Callable[[object], bool]] = {
    "str": lambda value: is_text(value),
    "str | None": lambda value: value is None or is_text(value),
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: _is_int(value),
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
    return tuple(sorted(left, key=by_id))


def superseded(records: Iterable[Said]) -> dict[RecordId, RecordId]:
    """By which record each of one subject that is no head was superseded first, as far as can be told."""
    by_age = sorted({one.record: one for one in records}.values(), key=by_id)
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


def by_id(one: Said) -> RecordId:
    return one.record


def _named(one: Said, known: Mapping[str, Said]) -> set[str]:
    """What a record supersedes by name: never itself, nor what its own origin wrote later."""
    if isinstance(one.body, MemberAdded):
        return set()
    return {name for name in one.body.supersedes if name in known and _may_name(one, known[name])}


def _may_name(one: Said, other: Said) -> bool:
    return other.record.origin != one.record.origin or other.record.seq < one.record.seq


def seen_by_each(records: Iterable[Said]) -> dict[RecordId, frozenset[RecordId]]:
    """For each record of one subject all those that whoever wrote it had seen, by whatever road."""
    by_age = sorted({one.record: one for one in records}.values(), key=by_id)
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
