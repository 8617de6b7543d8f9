"""Who may have a person forgotten, and when that must wait (law 12)."""

from __future__ import annotations

from fabgate.model import Code, Denied, MemberId
from fabgate.rules.actors import Actor, active, another, first, manager, said


def may_forget(
    actor: Actor,
    subject: MemberId,
    reason: str,
    *,
    forgotten: bool,
    last_manager: bool,
    running: str | None,
    owes: bool,
    owed: str = "",
    force: bool = False,
) -> Denied | None:
    """Erase the person behind a member: a manager, of somebody else, with a reason.

    Never the last who may act as manager, never while a session `running` of theirs runs: it has to be
    charged to somebody. Who still owes (`owed`, as people read it) only by `force`.
    """
    return first(
        active(actor),
        manager(actor),
        Denied(Code.LAST_MANAGER) if last_manager else None,
        another(actor, subject),
        said(reason),
        Denied(Code.NOTHING_TO_DO) if forgotten else None,
        Denied(Code.SESSION_RUNS, {"session": running}) if running is not None else None,
        Denied(Code.STILL_OWES, {"amount": owed} if owed else {}) if owes and not force else None,
    )


def may_take_out(actor: Actor, subject: MemberId) -> Denied | None:
    """Write out all that is kept about a member: a manager; or the member, also who left or is suspended.

    What is kept about somebody is theirs to have for as long as it is kept (GDPR, articles 15 and 20).
    """
    return None if actor.member == subject else first(active(actor), manager(actor))
