"""Who may keep the books of the lab: its treasurer, or a manager; and nobody their own account."""

from __future__ import annotations

from fabgate.model import Denied, MemberId, Role
from fabgate.rules.actors import Actor, active, another, first, needs, said


def may_keep_books(
    actor: Actor, payer: MemberId | None, *, alone: bool = False, reason: str | None = None
) -> Denied | None:
    """Sell, take money in, correct, close: the treasurer or a manager, on the account of somebody else.

    `payer`: whose account it is, None where it is nobody's (a month, a file). `alone`: no other treasurer
    or manager is there; they keep their own account too, with a reason, for nobody else can (R7).
    """
    own = payer is not None and actor.member == payer
    return first(
        active(actor),
        None if keeps_books(actor) else needs(Role.TREASURER.value),
        another(actor, payer) if payer is not None and not alone else None,
        said(reason) if own else None,
    )


def keeps_books(actor: Actor) -> bool:
    """Whether their office is to keep the books."""
    return actor.manages or Role.TREASURER in actor.roles
