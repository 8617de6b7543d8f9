"""Who may do what at the desk: one pure function for each deed, `None` where it may be done.

`desk/` asks here before it writes anything; nothing else decides about rights. A refusal is a
`Denied` with the bare facts (ids and words); the desk adds the names that a person reads.
The order of the answers is fixed: who you are, what you may, to whom, whether you said why,
and last whether it would change anything. So nobody learns more by asking than they may do.
"""

from __future__ import annotations

from collections.abc import Collection

from fabgate.model import Code, Denied, Level, MachineId, MemberId, Role, SkillId, Status
from fabgate.rules.actors import (
    Actor,
    Gift,
    Grounds,
    Held,
    Safety,
    active,
    another,
    first,
    keeper,
    level_at,
    manager,
    needs,
    on_safety,
    said,
    visible,
)
from fabgate.rules.promotion import (
    NO_SAFETY,
    may_approve,
    may_bootstrap,
    may_grant,
    may_lift_skill,
    may_note_evidence,
    may_propose,
    may_refuse,
    may_renew,
    may_review,
    may_revoke_grant,
    may_strike_evidence,
    may_suspend_skill,
)

__all__ = [
    "OWN_FIELDS",
    "Actor",
    "Gift",
    "Grounds",
    "Held",
    "Safety",
    "level_at",
    "may_add_badge",
    "may_approve",
    "may_assign_sponsor",
    "may_block_badge",
    "may_bootstrap",
    "may_check_in",
    "may_check_out",
    "may_close",
    "may_close_workshop",
    "may_edit",
    "may_enrol",
    "may_file_paper",
    "may_give_role",
    "may_grant",
    "may_import",
    "may_invite",
    "may_lift",
    "may_lift_skill",
    "may_lock",
    "may_note_evidence",
    "may_open_workshop",
    "may_propose",
    "may_refuse",
    "may_release_sponsor",
    "may_renew",
    "may_retire",
    "may_review",
    "may_revoke_grant",
    "may_revoke_role",
    "may_set_hours",
    "may_set_status",
    "may_strike_evidence",
    "may_suspend",
    "may_suspend_skill",
    "may_unlock",
    "visible",
]

OWN_FIELDS = frozenset({"name", "language", "email", "nameable"})
"""What a member may change about themselves. Handle, login and age say who they are: a manager's."""


# --- members and badges -----------------------------------------------------------------------


def may_enrol(actor: Actor) -> Denied | None:
    """Take a new member in: a manager."""
    return first(active(actor), manager(actor))


def may_edit(actor: Actor, subject: MemberId, fields: Collection[str]) -> Denied | None:
    """Change what is known of a member: a manager, or the member within `OWN_FIELDS`."""
    own = actor.member == subject and OWN_FIELDS.issuperset(fields)
    return first(active(actor), None if own else manager(actor))


def may_suspend(
    actor: Actor,
    subject: MemberId,
    last_manager: bool,
    reason: str,
    *,
    for_ms: int | None = None,
    suspended: bool = False,
    safety: Safety = NO_SAFETY,
) -> Denied | None:
    """Suspend a member: a manager, or on grounds of safety who has the keys; somebody else (R9).

    `last_manager`: the subject is the only active one. `for_ms`: for how long, None until somebody
    lifts it, which is a manager's word only; `suspended`: they are already. A manager confirms what
    was said on grounds of safety by suspending again.
    """
    return first(
        active(actor),
        on_safety(actor, safety, for_ms, suspended, {}),
        Denied(Code.LAST_MANAGER) if last_manager else None,
        another(actor, subject),
        said(reason),
    )


def may_lift(actor: Actor, subject: MemberId, reason: str) -> Denied | None:
    """Lift a suspension: a manager, somebody else's."""
    return first(active(actor), manager(actor), another(actor, subject), said(reason))


def may_add_badge(actor: Actor) -> Denied | None:
    """Give a badge to a member: a manager, to themselves too. A badge says who, it gives no right."""
    return first(active(actor), manager(actor))


def may_block_badge(actor: Actor, owner: MemberId) -> Denied | None:
    """Block a lost badge: a manager, or the one who lost it."""
    return first(active(actor), None if actor.member == owner else manager(actor))


# --- status and papers ------------------------------------------------------------------------


def may_set_status(
    actor: Actor,
    subject: MemberId,
    old: Status,
    new: Status,
    reason: str | None = None,
    *,
    last_manager: bool = False,
    alone: bool = False,
) -> Denied | None:
    """Say what somebody is in the lab: a manager, of somebody else (R1).

    `autonomous` has the keys: the reason is the decision of the board, its date and where it is
    written down (R6). `last_manager`: the subject is the only one who may act as manager, and so does
    not leave. `alone`: the one who acts is the only manager: they say it of themselves, with a reason,
    for nobody else can (R7).
    """
    keys, gone = new is Status.AUTONOMOUS, new <= Status.GUEST
    own = alone and actor.member == subject
    return first(
        active(actor),
        manager(actor),
        Denied(Code.LAST_MANAGER) if last_manager and gone else None,
        None if own else another(actor, subject),
        said(reason) if keys or own else None,
        Denied(Code.NOTHING_TO_DO, {"status": new.word}) if new is old else None,
    )


def may_file_paper(
    actor: Actor, subject: MemberId, *, dues: bool = False, alone: bool = False, reason: str | None = None
) -> Denied | None:
    """Put a paper of somebody else on file, or take it off: a manager, the treasurer where it is dues (R2).

    `alone`: the one who acts is the only manager: they file their own, with a reason, for nobody else
    can (R7).
    """
    own = alone and actor.manages and actor.member == subject
    return first(
        active(actor),
        None if dues and Role.TREASURER in actor.roles else _office(actor, dues),
        None if own else another(actor, subject),
        said(reason) if own else None,
    )


def may_import(actor: Actor) -> Denied | None:
    """Take in members, levels and papers from a file: a manager. Nothing in it is asked of each line anew."""
    return first(active(actor), manager(actor))


# --- named sponsors -----------------------------------------------------------------------------


def may_assign_sponsor(
    actor: Actor,
    subject: MemberId,
    sponsor: MemberId,
    *,
    status: Status = Status.TRAINEE,
    suspended: bool = False,
    assigned: MemberId | None = None,
) -> Denied | None:
    """Name who looks after a newcomer: a manager, or whoever takes on one whom nobody looks after.

    It is a duty, no right. `status` and `suspended` are the sponsor's: no guest, nobody who left or is
    suspended, and nobody for themselves. `assigned`: whose duty it is now.
    """
    takes_on = actor.member == sponsor and assigned is None
    unfit = sponsor == subject or suspended or status <= Status.GUEST
    return first(
        active(actor),
        None if takes_on else manager(actor),
        Denied(Code.UNFIT_SPONSOR) if unfit else None,
        Denied(Code.NOTHING_TO_DO) if assigned == sponsor else None,
    )


def may_release_sponsor(actor: Actor, assigned: MemberId | None) -> Denied | None:
    """End that duty: a manager, or who has it (`assigned`)."""
    return first(
        active(actor),
        None if actor.member == assigned else manager(actor),
        Denied(Code.NOTHING_TO_DO) if assigned is None else None,
    )


# --- who is there, and when ---------------------------------------------------------------------


def may_check_in(actor: Actor, subject: MemberId) -> Denied | None:
    """Say that somebody is on site: they themselves, a manager, or who has the keys (R3)."""
    own = actor.member == subject or actor.has_keys or actor.manages
    return first(active(actor), None if own else needs("keyholder"))


def may_check_out(actor: Actor, subject: MemberId, present: bool = True) -> Denied | None:
    """Say that somebody left: they themselves, suspended or not, a manager, or who has the keys (R3)."""
    if actor.member != subject:
        refused = may_check_in(actor, subject)
        if refused is not None:
            return refused
    return None if present else Denied(Code.NOT_PRESENT)


def may_set_hours(actor: Actor) -> Denied | None:
    """Set the calendar of an opening: a manager (R2)."""
    return first(active(actor), manager(actor))


def may_open_workshop(actor: Actor, leader: MemberId, skill: SkillId, level: Level) -> Denied | None:
    """Open a machine to a group: who may work on it alone leads it; a manager names such a one.

    `level`: the leader's, on the machine's skill. Nobody earns a qualification in it.
    """
    ready = level >= Level.AUTONOMOUS
    return first(
        active(actor),
        None if actor.member == leader else manager(actor),
        None if ready else Denied(Code.NOT_READY, {"skill": skill, "level": level.word}),
    )


def may_close_workshop(actor: Actor, leader: MemberId | None) -> Denied | None:
    """Close it before its time: a manager or who leads it; None where none is open."""
    return first(
        active(actor),
        None if actor.member == leader else manager(actor),
        Denied(Code.NO_WORKSHOP) if leader is None else None,
    )


# --- roles --------------------------------------------------------------------------------


def may_give_role(actor: Actor, subject: MemberId, reason: str) -> Denied | None:
    """Give an office: a manager, to somebody else."""
    return first(active(actor), manager(actor), another(actor, subject), said(reason))


def may_revoke_role(actor: Actor, last_manager: bool, reason: str) -> Denied | None:
    """Take an office away: a manager, their own too. `last_manager`: nobody active would be left."""
    return first(
        active(actor),
        manager(actor),
        Denied(Code.LAST_MANAGER) if last_manager else None,
        said(reason),
    )


# --- machines and sessions --------------------------------------------------------------------


def may_lock(actor: Actor, reason: str) -> Denied | None:
    """Take a machine out of service: any member who may act at all. The safe direction is open."""
    return first(active(actor), said(reason))


def may_unlock(actor: Actor, machine: MachineId) -> Denied | None:
    """Put a machine back into service: a manager or who maintains it."""
    return first(active(actor), keeper(actor, machine))


def may_close(actor: Actor, machine: MachineId, user: MemberId | None, reason: str) -> Denied | None:
    """End a session now: a manager, who maintains the machine, or who works in it."""
    own = user is not None and actor.member == user
    return first(active(actor), None if own else keeper(actor, machine), said(reason))


# --- gates --------------------------------------------------------------------------------------


def may_invite(actor: Actor) -> Denied | None:
    """Let a gate or an observer join the lab, or this gate join its hub: a manager."""
    return first(active(actor), manager(actor))


def may_retire(actor: Actor, reason: str) -> Denied | None:
    """Send a gate away for good: a manager."""
    return first(active(actor), manager(actor), said(reason))


def _office(actor: Actor, dues: bool) -> Denied | None:
    return None if actor.manages else needs((Role.TREASURER if dues else Role.MANAGER).value)
