"""Who is handed what is kept about a member."""

from __future__ import annotations

from fabgate.desk.deed import Desk, looking
from fabgate.model import Denied
from fabgate.rules import forgetting
from fabgate.store.roster import Member


def to_take_out(desk: Desk, by: str | None, whom: str) -> Member | Denied:
    """The member whose data is asked for, where the one who asks may have it: a manager, or they."""
    now = looking(desk, by)
    if isinstance(now, Denied):
        return now
    member = now.find(whom)
    if isinstance(member, Denied):
        return member
    no = forgetting.may_take_out(now.actor, member.id)
    return member if no is None else now.denied(no, member)
