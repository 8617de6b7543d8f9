"""Who may give, propose, take and renew a level on a skill, and say what they saw of it (R5 to R10).

A part of `authority.py`, where the order of the answers is explained.
"""

from __future__ import annotations

from fabgate.charter import Granter, Skill
from fabgate.model import Code, Denied, Lapse, Level, MemberId, Role, SkillId
from fabgate.rules.actors import (
    Actor,
    Gift,
    Grounds,
    Held,
    Safety,
    active,
    another,
    first,
    manager,
    needs,
    on_safety,
    said,
)
from fabgate.rules.progress import Missing, Practice
from fabgate.rules.terms import End

NO_GROUNDS = Grounds()
NO_SAFETY = Safety()

# --- giving and taking ------------------------------------------------------------------------


def may_grant(
    actor: Actor, subject: MemberId, held: Held, gift: Gift, reason: str, *, grounds: Grounds = NO_GROUNDS
) -> Denied | None:
    """Give a level on a skill to somebody else, who holds `held` now (law 11, R6, R7).

    A manager gives `trainee` and `autonomous` by their office and makes a sponsor of one who is
    autonomous; a sponsor of the skill gives `trainee`, and `autonomous` where the lab leaves that to
    sponsors. A grant below what is held is a lowering: a sponsor lowers only what they gave
    themselves. What a level asks for has to be there, or a manager says why it need not (R5); no two
    people make each other sponsors of a skill (R7).
    """
    return first(
        active(actor),
        another(actor, subject),
        _may_give_level(actor, gift, held, grounds),
        _ready(held, gift),
        _may_lower(actor, held, gift),
        _grounded(actor, subject, held, gift, grounds),
        said(reason),
        _changes(held, gift),
    )


def may_bootstrap(actor: Actor, gift: Gift, has_sponsor: bool, reason: str) -> Denied | None:
    """Name a skill's first sponsor, oneself included: the first manager, while it has none (R7).

    Somebody must be the first to know a machine; this is the only grant that skips `may_grant`,
    and its record says so.
    """
    named = {"skill": gift.skill, "level": gift.level.word}
    return first(
        active(actor),
        None if actor.manages and actor.first else needs("first_manager"),
        Denied(Code.BOOTSTRAP_CLOSED, named) if has_sponsor or gift.level is not Level.SPONSOR else None,
        said(reason),
    )


def may_revoke_grant(actor: Actor, skill: SkillId, held: Held, reason: str) -> Denied | None:
    """Take a level away: a manager, or a sponsor of the skill who gave it."""
    own = actor.level(skill) is Level.SPONSOR and held.by == actor.member
    return first(active(actor), None if own else manager(actor), said(reason))


def may_renew(
    actor: Actor,
    subject: MemberId,
    skill: SkillId,
    lapse: End | None,
    practice: Practice,
    *,
    least: Level = Level.AUTONOMOUS,
) -> Denied | None:
    """Say that somebody still knows the machine, after a supervised session since it lapsed (R8).

    `lapse`: what their grant ran out by, None where it holds: then there is nothing to renew. The day
    that a giver wrote is renewed by nobody: it takes a new grant. `least`: the lab's `sponsor_from`.
    """
    seen = lapse is not None and practice.supervised_last_ms > lapse.ms
    return first(
        active(actor),
        another(actor, subject),
        _may_sign(actor, skill, least),
        Denied(Code.NOTHING_TO_DO, {"skill": skill}) if lapse is None or lapse.why is Lapse.UNTIL else None,
        None if seen else _lacking(skill, (Missing("sessions", "", 0, 1),)),
    )


def may_review(actor: Actor, subject: MemberId, reason: str) -> Denied | None:
    """Look again at a grant that a fallen sponsor stood for, and let it be: a manager, of others (R10)."""
    return first(active(actor), manager(actor), another(actor, subject), said(reason))


# --- proposals --------------------------------------------------------------------------------


def may_propose(
    actor: Actor, subject: MemberId, held: Held, gift: Gift, reason: str, *, grounds: Grounds = NO_GROUNDS
) -> Denied | None:
    """Give one's word that somebody else is ready: whoever may sponsor on the skill, or a manager (R6).

    It confers nothing: what is missing for the level is asked for when it is approved. A word that
    could only end in two people making each other sponsors is refused at once (R7).
    """
    return first(
        active(actor),
        another(actor, subject),
        _may_sign(actor, gift.skill, _least(grounds.skill)),
        _ready(held, gift),
        _mutual(actor.member, subject, gift, grounds),
        said(reason),
        _raises(held, gift),
    )


def may_approve(
    actor: Actor,
    subject: MemberId,
    held: Held,
    gift: Gift | None,
    reason: str | None = None,
    *,
    grounds: Grounds = NO_GROUNDS,
) -> Denied | None:
    """Give what was proposed (`gift`; None: nothing waits): a manager, for somebody else (R6).

    A manager who proposed it themselves may approve it: they grant by their office. The proposer's
    reason stands for the grant; only who waives what is missing says why (R5).
    """
    if gift is None:
        return first(active(actor), manager(actor), another(actor, subject), Denied(Code.NO_PROPOSAL))
    return first(
        active(actor),
        manager(actor),
        another(actor, subject),
        Denied(Code.NOT_TO_YOURSELF) if grounds.proposer == subject else None,
        _ready(held, gift),
        _grounded(actor, subject, held, gift, grounds),
        said(reason) if grounds.waive else None,
        _raises(held, gift),
    )


def may_refuse(actor: Actor, proposer: MemberId | None, reason: str) -> Denied | None:
    """Refuse what was proposed: a manager; its proposer takes it back. `proposer` None: nothing waits."""
    return first(
        active(actor),
        None if actor.member == proposer else manager(actor),
        Denied(Code.NO_PROPOSAL) if proposer is None else None,
        said(reason),
    )


# --- evidence ---------------------------------------------------------------------------------


def may_note_evidence(
    actor: Actor, subject: MemberId, skill: SkillId, *, least: Level = Level.AUTONOMOUS
) -> Denied | None:
    """Say what one saw of a skill: who may sponsor on it (`least`), or a manager; never one's own (R5)."""
    return first(active(actor), another(actor, subject), _may_sign(actor, skill, least))


def may_strike_evidence(actor: Actor, noted_by: MemberId) -> Denied | None:
    """Take back what somebody said they saw: who said it, or a manager (R5)."""
    return first(active(actor), None if actor.member == noted_by else manager(actor))


# --- suspension of a skill --------------------------------------------------------------------


def may_suspend_skill(
    actor: Actor,
    subject: MemberId,
    skill: SkillId,
    reason: str,
    *,
    for_ms: int | None = None,
    suspended: bool = False,
    safety: Safety = NO_SAFETY,
) -> Denied | None:
    """Suspend a skill of somebody else: a manager, or on grounds of safety who has the keys (R9).

    `for_ms`: for how long, None for good; `suspended`: it is already.
    """
    return first(
        active(actor),
        on_safety(actor, safety, for_ms, suspended, {"skill": skill}),
        another(actor, subject),
        said(reason),
    )


def may_lift_skill(actor: Actor, subject: MemberId, reason: str) -> Denied | None:
    """Lift the suspension of a skill: a manager, somebody else's (R9)."""
    return first(active(actor), manager(actor), another(actor, subject), said(reason))


# --- the parts --------------------------------------------------------------------------------


def _may_give_level(actor: Actor, gift: Gift, held: Held, grounds: Grounds) -> Denied | None:
    if actor.manages:
        return None
    if gift.level is Level.SPONSOR:
        return needs(Role.MANAGER.value)
    if actor.level(gift.skill) is not Level.SPONSOR:
        return Denied(Code.NOT_HELD, {"skill": gift.skill, "level": gift.level.word})
    reserved = grounds.skill is not None and grounds.skill.granted_by is Granter.MANAGER
    if reserved and gift.level is Level.AUTONOMOUS and not _lowers(held, gift):
        return needs(Role.MANAGER.value)
    return None


def _ready(held: Held, gift: Gift) -> Denied | None:
    if gift.level is not Level.SPONSOR or held.level >= Level.AUTONOMOUS:
        return None
    return Denied(Code.NOT_READY, {"skill": gift.skill, "level": held.level.word})


def _may_lower(actor: Actor, held: Held, gift: Gift) -> Denied | None:
    if actor.manages or held.by == actor.member or not _lowers(held, gift):
        return None
    return needs(Role.MANAGER.value)


def _lowers(held: Held, gift: Gift) -> bool:
    if gift.level != held.level:
        return gift.level < held.level
    return gift.until_ms is not None and (held.until_ms is None or gift.until_ms < held.until_ms)


def _changes(held: Held, gift: Gift) -> Denied | None:
    """`none` is no level to give; what is held already needs no second grant."""
    same = gift.level is held.level and gift.until_ms == held.until_ms
    return _nothing_to_do(gift) if same or gift.level is Level.NONE else None


def _raises(held: Held, gift: Gift) -> Denied | None:
    """A proposal is for more than is held: a sponsor gives `trainee` without asking anybody."""
    return None if gift.level > max(held.level, Level.TRAINEE) else _nothing_to_do(gift)


def _nothing_to_do(gift: Gift) -> Denied:
    return Denied(Code.NOTHING_TO_DO, {"skill": gift.skill, "level": gift.level.word})


def _grounded(actor: Actor, subject: MemberId, held: Held, gift: Gift, grounds: Grounds) -> Denied | None:
    """What is asked of every promotion; a lowering, and what makes a trainee, goes through."""
    if gift.level < Level.AUTONOMOUS or _lowers(held, gift):
        return None
    words = {actor.member} if grounds.proposer is None else {actor.member, grounds.proposer}
    return first(
        *(_mutual(word, subject, gift, grounds) for word in sorted(words)),
        _shown(actor, held, gift, grounds),
        Denied(Code.OFFLINE_PROMOTION) if grounds.offline and not grounds.offline_promotion else None,
    )


def _mutual(word: MemberId, subject: MemberId, gift: Gift, grounds: Grounds) -> Denied | None:
    if gift.level is not Level.SPONSOR or subject not in grounds.vouches.get(word, ()):
        return None
    return Denied(Code.MUTUAL_SPONSORS, {"skill": gift.skill})


def _shown(actor: Actor, held: Held, gift: Gift, grounds: Grounds) -> Denied | None:
    if gift.level <= held.level or not grounds.missing or (grounds.waive and actor.manages):
        return None
    return _lacking(gift.skill, grounds.missing)


def _lacking(skill: SkillId, missing: tuple[Missing, ...]) -> Denied:
    """The facts name each thing by its id, and how much of it is there: `minutes 60/240`, `tick focus`."""
    return Denied(Code.EVIDENCE_MISSING, {"skill": skill, "missing": tuple(map(str, missing))})


def _may_sign(actor: Actor, skill: SkillId, least: Level) -> Denied | None:
    least = max(least, Level.AUTONOMOUS)
    if actor.manages or actor.level(skill) >= least:
        return None
    return Denied(Code.NOT_HELD, {"skill": skill, "level": least.word})


def _least(skill: Skill | None) -> Level:
    return Level.AUTONOMOUS if skill is None else skill.sponsor_from
