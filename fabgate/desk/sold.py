"""What was sold: listed, a plan ended, a sale taken back that no closed month has charged.

Facts of what was done: `by`, `subject`, `handle`, `sale` (its record), `item`, `until` (a day).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fabgate.charges import Sold, Sort
from fabgate.desk import balances, bookkeeping, days, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.desk.sales import numbered
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, MemberId
from fabgate.records import PlanEnded, SaleCancelled
from fabgate.rules import offers, plans
from fabgate.rules.actors import said
from fabgate.store import roster, sales
from fabgate.store.roster import Member
from fabgate.store.sales import Kept


@dataclass(frozen=True, slots=True)
class Shown:
    """A sale, whose it is, and what the price list of its day calls it."""

    kept: Kept
    member: Member | None
    title: str

    @property
    def sold(self) -> Sold:
        return self.kept.sold


def end(
    desk: Desk, by: str | None, whom: str, plan: str, until: str | None = None, reason: str | None = None
) -> Done | Denied:
    """Ends a plan with a day, by default the last one of the period that runs. The last word counts.

    Nothing changes in a month that is closed. Raises UsageError for a day before the plan began.
    """
    use = balances.look(desk, whom)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        no = bookkeeping.refused(now, member.id, reason)
        if no is not None:
            return now.denied(no, member)
        sold = _running(now, member.id, who.sound(plan))
        if isinstance(sold, Denied):
            return now.denied(sold, member)
        last = _last(now, sold, until)
        no = _may_end(now, sold, last)
        if no is not None:
            return now.denied(no, member)
        record = now.write(PlanEnded(sold.record, last.isoformat(), now.member.id), reason)
        balances.tell(now, member.id, use)
        told = {"item": sold.item, "sale": sold.record, "until": last.isoformat()}
        return now.done(record, member, **told)


def _running(now: Turn, payer: MemberId, plan: str) -> Sold | Denied:
    """The plan of that name that was sold last."""
    sold = [one for one in sales.of(now.conn, payer) if one.sort is Sort.PLAN]
    found = [one for one in sold if one.item == plan]
    if found:
        return found[-1]
    names = {one.item for one in sold}
    near = who.near(plan, names) or tuple(sorted(names))
    return Denied(Code.UNKNOWN_PRICE, {"item": plan, "near": near})


def _last(now: Turn, sold: Sold, until: str | None) -> date:
    if until is not None:
        return days.day(until)
    today = days.of(now.today_ms, now.desk.settings.lab.zone)
    found = plans.offered(now.desk.settings.tariff, sold, today)
    last = None if found is None else plans.last_day(found[1], sold, max(today, sold.day))
    return last or max(today, sold.day)


def _may_end(now: Turn, sold: Sold, last: date) -> Denied | None:
    if last < sold.day:
        raise UsageError(
            f"{sold.item} begins on {sold.day}",
            "Take it back whole: `fabgate sell list`, `fabgate sell cancel`.",
            "until",
        )
    if sold.until == last:
        return Denied(Code.NOTHING_TO_DO)
    # The day before an open month may be named: nothing that was charged changes.
    earliest = min(day for day in (last, sold.until) if day is not None)
    return bookkeeping.closed(now.conn, earliest + timedelta(days=1))


def cancel(desk: Desk, by: str | None, sale: str, reason: str | None) -> Done | Denied:
    """Takes a sale back that no closed month has charged; `sale` is its number in the list, or its id.

    Raises UsageError for one that is not there.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        record = numbered(desk, sale)
        found = None if record is None else sales.one(now.conn, record)
        if found is None:
            raise UsageError(f"there is no sale {sale!r}", "`fabgate sell list` shows their numbers.")
        member = roster.member(now.conn, found.sold.payer)
        no = bookkeeping.refused(now, found.sold.payer, reason) or said(reason)
        if no is None and found.cancelled:
            no = Denied(Code.NOTHING_TO_DO)
        if no is None:
            no = bookkeeping.closed(now.conn, found.sold.day)
        if no is not None:
            return now.denied(no, member)
        record = now.write(SaleCancelled(found.sold.record, now.member.id), reason)
        balances.tell(now, found.sold.payer)
        title = offers.title(desk.settings.tariff.at(found.sold.day), found.sold.sort, found.sold.item)
        day = found.sold.day.isoformat()
        told = {"sale": found.sold.record, "item": found.sold.item, "title": title, "day": day}
        return now.done(record, member, **told)


# --- questions ----------------------------------------------------------------------------------


def listed(desk: Desk, whom: str | None = None) -> tuple[Shown, ...] | Denied:
    """The sales of a member, or of everybody, by day; those that were taken back too."""
    if whom is None:
        return _shown(desk, sales.every(desk.conn))
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    return _shown(desk, sales.kept(desk.conn, member.id))


def _shown(desk: Desk, found: Iterable[Kept]) -> tuple[Shown, ...]:
    people = {one.id: one for one in roster.members(desk.conn)}
    tariff = desk.settings.tariff
    return tuple(
        Shown(
            one,
            people.get(one.sold.payer),
            offers.title(tariff.at(one.sold.day), one.sold.sort, one.sold.item),
        )
        for one in found
    )
