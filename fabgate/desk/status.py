"""What somebody is in the lab, apart from any skill: guest, trainee, autonomous, left (R1).

Facts of what was done: `by`, `subject`, `handle`, `status`, `was`; `checked_out` where somebody who
left was still checked in.
"""

from __future__ import annotations

from fabgate.desk import presence, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.model import Denied, Status
from fabgate.records import CheckedOut, MemberStatus
from fabgate.rules import authority
from fabgate.store.roster import Member


def give(desk: Desk, by: str | None, whom: str, status: Status, reason: str | None) -> Done | Denied:
    """Says what a member is from now on; of one who leaves the presence ends in the same moment (R1).

    `autonomous` gives the keys: the reason names the minutes in which the board decided it (R6).
    Grants of one who left stay where they are, and open nothing.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        no = refused(now, member, status, reason)
        if no is not None:
            return now.denied(no, member, status=status.word)
        gone = status is Status.LEFT and presence.on_site(now, member)
        record = now.write(MemberStatus(member.id, status.word, now.member.id), reason)
        if gone:
            now.write(CheckedOut(member.id, now.member.id))
        return now.done(record, member, status=status.word, was=member.status.word, checked_out=gone)


def refused(now: Turn, member: Member, status: Status, reason: str | None) -> Denied | None:
    """Why this person may not say so of that member, or why nothing would change."""
    managers = who.managers(now.conn, now.today_ms)
    return authority.may_set_status(
        now.actor,
        member.id,
        member.status,
        status,
        reason,
        last_manager=managers == {member.id},
        alone=managers == {now.member.id},
    )
