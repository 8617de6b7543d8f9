"""A person is forgotten: what is personal goes, at every gate and the hub; the id stays in the books.

The record of it is one of the rights (law 12), so it travels as they do, and each store erases what it holds
as it hears of it; the texts beside the journal go with the next purge there. Facts of what was done: `by`,
`subject`, `handle`, `member`, `badges`, `owed`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fabgate.charges import Charge
from fabgate.desk import bookkeeping, presence, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.desk.month import drafts
from fabgate.model import Denied, MemberId, Moment, RecordId, Status
from fabgate.records import BadgeBlocked, CheckedOut, Draft, MemberForgotten, MemberStatus, Note, RoleRevoked
from fabgate.rules import forgetting, money, standing, vat
from fabgate.rules.month import Month
from fabgate.store import charged, journal, purging, rights, roster
from fabgate.store.db import Pen
from fabgate.store.roster import Member

Ending = BadgeBlocked | RoleRevoked | MemberStatus | MemberForgotten
BY_AGE = "retention"  # in the place of whoever did it, where it was the lab's own rule


def forget(desk: Desk, by: str | None, whom: str, reason: str, force: bool = False) -> Done | Denied:
    """Erases the person behind a member, where the books are kept. There is no way back.

    Their badges open nothing any more and bear no label, their offices end, they have left the lab. What was
    charged stays, under an id that says nothing. `force`: although something is still to be paid or charged.
    """
    owed = _owed_by(desk, whom)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = bookkeeping.not_the_books(now.conn, desk.settings)
        if no is not None:
            return now.denied(no)
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        no = _refused(now, member, reason, owed, force)
        if no is not None:
            return now.denied(no, member)
        here, badges = presence.on_site(now, member), roster.badges(now.conn, member.id)
        notes = [Note("reason", who.sound(reason))]
        record = erase(now.pen, now.at, member, now.member.id, notes)
        if here:
            now.write(CheckedOut(member.id, now.member.id))
        return now.done(record, member, member=member.id, badges=len(badges), owed=_shown(desk, owed))


def _refused(now: Turn, member: Member, reason: str, owed: int | None, force: bool) -> Denied | None:
    running = (
        one.start for one in journal.running(now.conn) if member.id in (one.said.member, one.said.payer)
    )
    session = next(running, None)
    return forgetting.may_forget(
        now.actor,
        member.id,
        reason,
        forgotten=member.id in purging.forgotten(now.conn),
        last_manager=who.managers(now.conn, now.today_ms) == {member.id},
        running=None if session is None else str(session),
        owes=owed is not None,
        owed=_shown(now.desk, owed),
        force=force,
    )


def erase(pen: Pen, at: Moment, member: Member, by: str, notes: list[Note]) -> RecordId:
    """Writes all that makes a member nobody, within the pen's transaction."""
    for badge in roster.badges(pen.conn, member.id):
        if badge.blocked_ms is None:
            _write(pen, at, BadgeBlocked(badge.token, member.id, by))
    for held in roster.roles(pen.conn, member.id):
        _write(pen, at, RoleRevoked(member.id, held.role.value, by, held.machine))
    if member.status is not Status.LEFT:
        _write(pen, at, MemberStatus(member.id, Status.LEFT.word, by))
    return _write(pen, at, MemberForgotten(member.id, by), notes)


def _write(pen: Pen, at: Moment, body: Ending, notes: list[Note] | None = None) -> RecordId:
    """A right that has seen all that was said of its subject."""
    seen = tuple(str(record) for record in rights.heads(pen.conn, standing.subject(body) or ""))
    return pen.append(Draft(at, replace(body, supersedes=seen)), notes or [])


# --- what is open -------------------------------------------------------------------------------


def _owed_by(desk: Desk, whom: str) -> int | None:
    """What a member has to pay (cents), closed months and the open one; None where nothing is."""
    member = who.find(desk.conn, whom)
    return None if isinstance(member, Denied) else owing(desk, {member.id}).get(member.id)


def owing(desk: Desk, members: Collection[MemberId]) -> dict[MemberId, int]:
    """Who of these has something to pay, or use that no month has charged: how much (cents)."""
    due = {one: vat.to_pay(_unpaid(desk, one)) for one in members}
    uncharged: set[MemberId] = set()
    if due and desk.settings.tariff.versions:
        at = desk.clock.now()
        month = Month.at(who.today_ms(desk.conn, at) // 1000, desk.settings.lab.zone)
        with drafts(desk.conn, desk.settings, month, at) as open_:
            for payer, charges in open_:
                if payer in due:
                    due[payer] += vat.to_pay(charges)
                    uncharged |= {payer} if any(map(_costs, charges)) else set()
    return {one: cents for one, cents in due.items() if cents or one in uncharged}


def _unpaid(desk: Desk, member: MemberId) -> list[Charge]:
    """Those of closed months that nobody has said were paid."""
    conn = desk.conn
    return [one for one in charged.of_payer(conn, member) if "settled" not in charged.marks(conn, one.id)]


def _costs(one: Charge) -> bool:
    return bool(one.cents or one.wallet_cents or one.pack_cents)


def _shown(desk: Desk, cents: int | None) -> str:
    return money.shown(cents, desk.settings.tariff.currency) if cents else ""
