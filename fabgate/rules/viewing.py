"""Who may see which pages of the board: one pure answer for each area, asked anew at every request.

What may be *done* there is not decided here: each deed asks `authority` or `bookkeeping`, as a command does.
"""

from __future__ import annotations

import enum

from fabgate.model import Denied, Level, Role, Status
from fabgate.rules.actors import Actor, needs
from fabgate.rules.bookkeeping import keeps_books

SIGN_IN = "sign_in"
"""What is missing of somebody whom nobody knows yet; an office in the words of the texts."""


class Way(enum.Enum):
    """How the board came to know who looks.

    A tap proves little, for the number of a badge can be copied: it opens a member's own pages and no
    office, whatever they hold.
    """

    NOBODY = "nobody"
    TAP = "tap"
    PASSWORD = "password"


class Area(enum.StrEnum):
    """A part of the board that is open to the same people."""

    PUBLIC = "public"  # the wall, signing in
    OWN = "own"  # a member's own passport, sessions, charges
    SPONSORING = "sponsoring"  # whom they look after, and whom they could sign for
    MACHINES = "machines"  # machines, lockouts, sessions that run
    LAB = "lab"  # members, badges, grants, gates, history
    MONEY = "money"  # months, charges, sales, price lists


def areas(way: Way, actor: Actor | None) -> frozenset[Area]:
    """The areas that somebody may see. Who left the lab or is suspended sees their own pages, and no more."""
    if actor is None or way is Way.NOBODY:
        return frozenset({Area.PUBLIC})
    own = {Area.PUBLIC, Area.OWN}
    if way is Way.TAP or actor.status is Status.LEFT or actor.suspended_ms is not None:
        return frozenset(own)
    return frozenset(own | {area for area, so in _by_office(actor).items() if so})


def _by_office(actor: Actor) -> dict[Area, bool]:
    sponsors = any(actor.level(skill) >= Level.AUTONOMOUS for skill in actor.levels)
    return {
        Area.SPONSORING: sponsors or actor.manages,
        Area.MACHINES: bool(actor.maintains) or actor.manages,
        Area.LAB: actor.manages,
        Area.MONEY: keeps_books(actor),
    }


def may_view(area: Area, way: Way, actor: Actor | None) -> Denied | None:
    """Why somebody may not see an area: they have to sign in, by more than a tap, or it takes an office."""
    seen = areas(way, actor)
    if area in seen:
        return None
    if actor is None or way is not Way.PASSWORD:
        return needs(SIGN_IN)
    return needs(_OFFICE[area])


_OFFICE = {
    Area.PUBLIC: SIGN_IN,
    Area.OWN: SIGN_IN,
    Area.SPONSORING: "sponsor",
    Area.MACHINES: Role.MAINTAINER.value,
    Area.LAB: Role.MANAGER.value,
    Area.MONEY: Role.TREASURER.value,
}
