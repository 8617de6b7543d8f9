"""Who may do what at the desk: one pure function for each deed, `None` where it may be done.

`desk/` asks here before it writes anything; nothing else decides about rights. A refusal is a
`Denied` with the bare facts (ids and words); the desk adds the names that a person reads.
The order of the answers is fixed: who you are, what you may, to whom, whether you said why,
and last whether it would change anything. So nobody learns more by asking than they may do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from fabgate.model import Code, Denied, Level, MachineId, MemberId, Role, SkillId

OWN_FIELDS = frozenset({"name", "language", "email", "nameable"})
"""What a member may change about themselves. Handle and login say who they are: a manager's."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts: offices held for the whole lab, machines maintained, levels now.

    `first` marks the manager whom `init` made. A skill that is not in `levels` is held at `none`.
    """

    member: MemberId
    suspended_ms: int | None = None
    roles: frozenset[Role] = frozenset()
    first: bool = False
    maintains: frozenset[MachineId] = frozenset()
    levels: Mapping[SkillId, Level] = field(default_factory=dict)

    def level(self, skill: SkillId) -> Level:
        return self.levels.get(skill, Level.NONE)

    @property
    def manages(self) -> bool:
        return Role.MANAGER in self.roles


@dataclass(frozen=True, slots=True)
class Held:
    """What a member holds on a skill now; `until_ms` (wall) and `by` are those of the grant."""

    level: Level = Level.NONE
    until_ms: int | None = None
    by: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Gift:
    """A grant that somebody is about to give; `until_ms` is wall time, None has no end."""

    skill: SkillId
    level: Level
    until_ms: int | None = None


def level_at(level: Level, until_ms: int | None, today_ms: int) -> Level:
    """What is left of a grant at a wall time: a member whose right ran out is a trainee again.

    They know the machine and need company, so that a supervised session can bring them back
    (R8). A trainee whose time ran out is what they were before: nothing on this skill. A grant is
    good up to and including `until_ms`.
    """
    if until_ms is None or today_ms <= until_ms:
        return level
    return Level.TRAINEE if level > Level.TRAINEE else Level.NONE


# --- members and badges -----------------------------------------------------------------------


def may_enrol(actor: Actor) -> Denied | None:
    """Take a new member in: a manager."""
    return _first(_active(actor), _manager(actor))


def may_edit(actor: Actor, subject: MemberId, fields: Collection[str]) -> Denied | None:
    """Change what is known of a member: a manager, or the member within `OWN_FIELDS`."""
    own = actor.member == subject and OWN_FIELDS.issuperset(fields)
    return _first(_active(actor), None if own else _manager(actor))


def may_suspend(actor: Actor, subject: MemberId, last_manager: bool, reason: str) -> Denied | None:
    """Suspend a member: a manager, somebody else. `last_manager`: the subject is the only active one."""
    return _first(
        _active(actor),
        _manager(actor),
        Denied(Code.LAST_MANAGER) if last_manager else None,
        _another(actor, subject),
        _said(reason),
    )


def may_lift(actor: Actor, subject: MemberId, reason: str) -> Denied | None:
    """Lift a suspension: a manager, somebody else's."""
    return _first(_active(actor), _manager(actor), _another(actor, subject), _said(reason))


def may_add_badge(actor: Actor) -> Denied | None:
    """Give a badge to a member: a manager, to themselves too. A badge says who, it gives no right."""
    return _first(_active(actor), _manager(actor))


def may_block_badge(actor: Actor, owner: MemberId) -> Denied | None:
    """Block a lost badge: a manager, or the one who lost it."""
    return _first(_active(actor), None if actor.member == owner else _manager(actor))


# --- roles and grants -------------------------------------------------------------------------


def may_give_role(actor: Actor, subject: MemberId, reason: str) -> Denied | None:
    """Give an office: a manager, to somebody else."""
    return _first(_active(actor), _manager(actor), _another(actor, subject), _said(reason))


def may_revoke_role(actor: Actor, last_manager: bool, reason: str) -> Denied | None:
    """Take an office away: a manager, their own too. `last_manager`: nobody active would be left."""
    return _first(
        _active(actor),
        _manager(actor),
        Denied(Code.LAST_MANAGER) if last_manager else None,
        _said(reason),
    )


def may_grant(actor: Actor, subject: MemberId, held: Held, gift: Gift, reason: str) -> Denied | None:
    """Give a level on a skill to somebody else, who holds `held` now (law 11).

    A manager gives `trainee` and `autonomous` by their office and makes a sponsor of one who is
    autonomous; a sponsor of the skill gives `trainee` and `autonomous`. A grant below what is
    held is a lowering: a sponsor lowers only what they gave themselves.
    """
    return _first(
        _active(actor),
        _another(actor, subject),
        _may_give_level(actor, gift),
        _ready(held, gift),
        _may_lower(actor, held, gift),
        _said(reason),
        _changes(held, gift),
    )


def may_bootstrap(actor: Actor, gift: Gift, has_sponsor: bool, reason: str) -> Denied | None:
    """Name a skill's first sponsor, oneself included: the first manager, while it has none.

    Somebody must be the first to know a machine; this is the only grant that skips `may_grant`,
    and its record says so.
    """
    named = {"skill": gift.skill, "level": gift.level.word}
    return _first(
        _active(actor),
        None if actor.manages and actor.first else _needs("first_manager"),
        Denied(Code.BOOTSTRAP_CLOSED, named) if has_sponsor or gift.level is not Level.SPONSOR else None,
        _said(reason),
    )


def may_revoke_grant(actor: Actor, skill: SkillId, held: Held, reason: str) -> Denied | None:
    """Take a level away: a manager, or a sponsor of the skill who gave it."""
    own = actor.level(skill) is Level.SPONSOR and held.by == actor.member
    return _first(_active(actor), None if own else _manager(actor), _said(reason))


# --- machines and sessions --------------------------------------------------------------------


def may_lock(actor: Actor, reason: str) -> Denied | None:
    """Take a machine out of service: any member who may act at all. The safe direction is open."""
    return _first(_active(actor), _said(reason))


def may_unlock(actor: Actor, machine: MachineId) -> Denied | None:
    """Put a machine back into service: a manager or who maintains it."""
    return _first(_active(actor), _keeper(actor, machine))


def may_close(actor: Actor, machine: MachineId, user: MemberId | None, reason: str) -> Denied | None:
    """End a session now: a manager, who maintains the machine, or who works in it."""
    own = user is not None and actor.member == user
    return _first(_active(actor), None if own else _keeper(actor, machine), _said(reason))


# --- gates --------------------------------------------------------------------------------------


def may_invite(actor: Actor) -> Denied | None:
    """Let a gate or an observer join the lab, or this gate join its hub: a manager."""
    return _first(_active(actor), _manager(actor))


def may_retire(actor: Actor, reason: str) -> Denied | None:
    """Send a gate away for good: a manager."""
    return _first(_active(actor), _manager(actor), _said(reason))


# --- the parts --------------------------------------------------------------------------------


def visible(text: str | None) -> bool:
    """Whether a text shows anything at all: blanks and zero-width signs say nothing."""
    return any(sign.isprintable() and not sign.isspace() for sign in text or "")


def _first(*answers: Denied | None) -> Denied | None:
    return next((answer for answer in answers if answer is not None), None)


def _active(actor: Actor) -> Denied | None:
    if actor.suspended_ms is None:
        return None
    return Denied(Code.SUSPENDED_MEMBER, {"since_ms": actor.suspended_ms})


def _needs(office: str) -> Denied:
    return Denied(Code.NOT_ALLOWED, {"needs": office})


def _manager(actor: Actor) -> Denied | None:
    return None if actor.manages else _needs(Role.MANAGER.value)


def _keeper(actor: Actor, machine: MachineId) -> Denied | None:
    if actor.manages or machine in actor.maintains:
        return None
    return Denied(Code.NOT_ALLOWED, {"needs": Role.MAINTAINER.value, "machine": machine})


def _another(actor: Actor, subject: MemberId) -> Denied | None:
    return Denied(Code.NOT_TO_YOURSELF) if actor.member == subject else None


def _said(reason: str) -> Denied | None:
    return None if visible(reason) else Denied(Code.REASON_NEEDED)


def _may_give_level(actor: Actor, gift: Gift) -> Denied | None:
    if actor.manages:
        return None
    if gift.level is Level.SPONSOR:
        return _needs(Role.MANAGER.value)
    if actor.level(gift.skill) is Level.SPONSOR:
        return None
    return Denied(Code.NOT_HELD, {"skill": gift.skill, "level": gift.level.word})


def _ready(held: Held, gift: Gift) -> Denied | None:
    if gift.level is not Level.SPONSOR or held.level >= Level.AUTONOMOUS:
        return None
    return Denied(Code.NOT_READY, {"skill": gift.skill, "level": held.level.word})


def _may_lower(actor: Actor, held: Held, gift: Gift) -> Denied | None:
    if actor.manages or held.by == actor.member or not _lowers(held, gift):
        return None
    return _needs(Role.MANAGER.value)


def _lowers(held: Held, gift: Gift) -> bool:
    if gift.level != held.level:
        return gift.level < held.level
    return gift.until_ms is not None and (held.until_ms is None or gift.until_ms < held.until_ms)


def _changes(held: Held, gift: Gift) -> Denied | None:
    """`none` is no level to give; what is held already needs no second grant."""
    same = gift.level is held.level and gift.until_ms == held.until_ms
    if not same and gift.level is not Level.NONE:
        return None
    return Denied(Code.NOTHING_TO_DO, {"skill": gift.skill, "level": gift.level.word})
