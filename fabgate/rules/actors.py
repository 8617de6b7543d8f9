"""Who acts at the desk, upon what, and the small answers that every rule of `authority.py` is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from fabgate.charter import Skill
from fabgate.model import Code, Denied, Level, MachineId, MemberId, Role, SkillId, Status
from fabgate.rules.progress import Missing


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts: offices held for the whole lab, machines maintained, levels now, status (R1).

    `first` marks the manager whom `init` made. A skill that is not in `levels` is held at `none`; so
    is one in `held`: it is suspended. A proposal is no level, so nobody acts upon one (R6).
    """

    member: MemberId
    suspended_ms: int | None = None
    roles: frozenset[Role] = frozenset()
    first: bool = False
    maintains: frozenset[MachineId] = frozenset()
    levels: Mapping[SkillId, Level] = field(default_factory=dict)
    status: Status = Status.TRAINEE
    held: frozenset[SkillId] = frozenset()

    def level(self, skill: SkillId) -> Level:
        return Level.NONE if skill in self.held else self.levels.get(skill, Level.NONE)

    @property
    def manages(self) -> bool:
        return Role.MANAGER in self.roles

    @property
    def has_keys(self) -> bool:
        return self.status is Status.AUTONOMOUS


def bare(actor: Actor) -> Actor:
    """The same person without offices, keys and levels: as one who proved too little to act by them."""
    return Actor(actor.member, actor.suspended_ms, status=min(actor.status, Status.TRAINEE))


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


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a promotion is judged by (R5, R6, R7, R12). Without any nothing more is asked for.

    `skill`: the lab's rules for it. `missing`: what of it is not there yet for this level; `waive`: the
    one who acts gives it all the same, and says why. `proposer`: on whose word, where it is not the
    giver's own. `vouches`: by sponsor of this skill, on whose word they became one: who gave it and
    who proposed it. `offline`: the gate has no word of its hub; `offline_promotion`: it may then, too.
    """

    skill: Skill | None = None
    missing: tuple[Missing, ...] = ()
    waive: bool = False
    proposer: MemberId | None = None
    vouches: Mapping[MemberId, Collection[MemberId]] = field(default_factory=dict)
    offline: bool = False
    offline_promotion: bool = True


@dataclass(frozen=True, slots=True)
class Safety:
    """What the lab lets any autonomous member do on grounds of safety: nothing, or for so long (R9)."""

    allowed: bool = False
    most_ms: int = 0


def level_at(level: Level, until_ms: int | None, today_ms: int) -> Level:
    """What is left of a grant at a wall time: a member whose right ran out is a trainee again.

    They know the machine and need company, so that a supervised session can bring them back
    (R8). A trainee whose time ran out is what they were before: nothing on this skill. A grant is
    good up to and including `until_ms`. `terms.left` asks for validity and disuse besides.
    """
    if until_ms is None or today_ms <= until_ms:
        return level
    return Level.TRAINEE if level > Level.TRAINEE else Level.NONE


# --- the parts --------------------------------------------------------------------------------


def visible(text: str | None) -> bool:
    """Whether a text shows anything at all: blanks and zero-width signs say nothing."""
    return any(sign.isprintable() and not sign.isspace() for sign in text or "")


def first(*answers: Denied | None) -> Denied | None:
    return next((answer for answer in answers if answer is not None), None)


def active(actor: Actor) -> Denied | None:
    if actor.status is Status.LEFT:
        return Denied(Code.MEMBER_LEFT)
    if actor.suspended_ms is None:
        return None
    return Denied(Code.SUSPENDED_MEMBER, {"since_ms": actor.suspended_ms})


def needs(office: str) -> Denied:
    return Denied(Code.NOT_ALLOWED, {"needs": office})


def manager(actor: Actor) -> Denied | None:
    return None if actor.manages else needs(Role.MANAGER.value)


def keeper(actor: Actor, machine: MachineId) -> Denied | None:
    if actor.manages or machine in actor.maintains:
        return None
    return Denied(Code.NOT_ALLOWED, {"needs": Role.MAINTAINER.value, "machine": machine})


def another(actor: Actor, subject: MemberId) -> Denied | None:
    return Denied(Code.NOT_TO_YOURSELF) if actor.member == subject else None


def said(reason: str | None) -> Denied | None:
    return None if visible(reason) else Denied(Code.REASON_NEEDED)


def on_safety(
    actor: Actor, safety: Safety, for_ms: int | None, suspended: bool, facts: Mapping[str, str]
) -> Denied | None:
    """A manager suspends as they see fit; whoever has the keys on grounds of safety, for a while (R9).

    Their word never takes the place of a suspension that is there already: it would end sooner.
    """
    if actor.manages:
        return None
    if not (safety.allowed and actor.has_keys):
        return needs("keyholder" if safety.allowed else Role.MANAGER.value)
    if suspended:
        return Denied(Code.NOTHING_TO_DO, dict(facts))
    if for_ms is None or for_ms > safety.most_ms:
        return Denied(Code.TOO_LONG, {"most_ms": safety.most_ms})
    return None
