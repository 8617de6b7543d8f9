"""Sales: what is sold and charged at the desk, against the price list; and what is paid in.

A sale is no cash record: it says what is to be charged, and the month's closing charges it. Facts of what
was done: `by`, `subject`, `handle`, `sale` (its record), `item`, `title`, `day`, `quantity`, `amount`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fabgate.charges import Sort
from fabgate.desk import accounts, balances, bookkeeping, days, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, MemberId, RecordId
from fabgate.records import Sale, SessionStarted
from fabgate.rules import offers
from fabgate.rules.days import Days
from fabgate.rules.offers import Offer
from fabgate.rules.reckoning import Reckoning
from fabgate.store import accounts as store_accounts
from fabgate.store import journal, sales
from fabgate.tariff import Item, Tariff, Version

AHEAD = timedelta(days=366)  # so far before its day a plan or a day pass may be sold


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be sold: an entry of the price list, and how much of it.

    `item` may be empty where the price list has one such thing only. `day`: on which it is sold, or from
    which a plan is held; None is today. `quantity`: packs, grams, hours of a person. `amount`: the price, of
    what has an open one. `session`: in which it was used up, or broken.
    """

    sort: Sort
    item: str = ""
    day: str | None = None
    quantity: str = "1"
    amount: str | None = None
    session: str = ""


# --- selling ------------------------------------------------------------------------------------


def sell(
    desk: Desk, by: str | None, whom: str, what: Wanted, reason: str | None = None, ref: str | None = None
) -> Done | Denied:
    """Charges something of the price list to a member. `ref`, such as a receipt's number, stays beside.

    Raises UsageError for a day or a session that is none, and for a price where none is open.
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
        body = _sale(now, member.id, what)
        if isinstance(body, Denied):
            return now.denied(body, member)
        record = now.write(body, reason, ref=ref)
        balances.tell(now, member.id, use)
        return now.done(record, member, **_told(desk, body), sale=str(record))


def _told(desk: Desk, body: Sale) -> dict[str, str | int | None]:
    sort, version = Sort(body.sort), desk.settings.tariff.at(date.fromisoformat(body.day))
    told: dict[str, str | int | None] = {"item": body.item, "title": offers.title(version, sort, body.item)}
    return {**told, "day": body.day, "quantity": body.quantity, "amount": body.cents}


def _sale(now: Turn, payer: MemberId, what: Wanted) -> Sale | Denied:
    """The record of it, or why it cannot be."""
    day, tariff = _day(now, what), now.desk.settings.tariff
    version = tariff.at(day)
    if version is None:
        return Denied(Code.NO_TARIFF, {"day": day.isoformat()} if tariff.versions else {})
    item = _item(version, what)
    if isinstance(item, Denied):
        return item
    offer = offers.offer(version, what.sort, item, _category(now, payer, version, day))
    if offer is None:  # there is none for their category
        return Denied(Code.UNKNOWN_PRICE, {"item": item, "day": day.isoformat()})
    cents = _cents(tariff, offer, what)
    quantity = offers.quantity(what.sort, what.quantity)
    if quantity is None:
        return Denied(Code.AMOUNT_UNFIT, {"amount": who.sound(what.quantity)})
    session = _session(now, what.session)
    no = next((one for one in (cents, session) if isinstance(one, Denied)), None)
    no = no or bookkeeping.closed(now.conn, day) or _held(now, payer, what.sort, item, day)
    if no is not None or isinstance(cents, Denied) or isinstance(session, Denied):
        return no or Denied(Code.AMOUNT_UNFIT)
    return Sale(payer, what.sort.value, item, day.isoformat(), now.member.id, quantity, cents, session)


def _day(now: Turn, what: Wanted) -> date:
    """The day that is meant. Raises UsageError for none, or for one too far ahead."""
    today = days.of(now.today_ms, now.desk.settings.lab.zone)
    if what.day is None:
        return today
    day = days.day(what.day)
    if what.sort in (Sort.PLAN, Sort.DAY) and day <= today + AHEAD:
        return day
    return accounts.not_to_come(day, today)


def _item(version: Version, what: Wanted) -> str | Denied:
    """The entry of the price list that is meant, or UNKNOWN_PRICE with those that are near."""
    known = offers.section(version, what.sort)
    if what.item in known:
        return what.item
    if not what.item and len(known) == 1:
        return next(iter(known))
    near = who.near(what.item, known) or tuple(sorted(known))
    day = {} if what.day is None else {"day": what.day}
    return Denied(Code.UNKNOWN_PRICE, {"item": who.sound(what.item) or what.sort.value, "near": near, **day})


def _category(now: Turn, payer: MemberId, version: Version, day: date) -> str:
    """As which category they are priced at noon of a day."""
    account, sold = store_accounts.payer(now.conn, payer), sales.of(now.conn, payer)
    run = Reckoning(now.desk.settings.tariff, Days(now.desk.settings.lab.zone), account, sold, {})
    return run.category(version, day, run.days.noon(day))


def _cents(tariff: Tariff, offer: Offer, what: Wanted) -> int | Denied | None:
    """The price that was said, of what has an open one; None where the price list says it."""
    if not isinstance(offer, Item) or not offer.open:
        if what.amount is not None:
            raise UsageError(
                f"the price of {what.item} stands in the price list", "Leave --amount out.", "amount"
            )
        return None
    if what.amount is None:
        raise UsageError(f"the price of {what.item} is open", "Say what it costs: --amount 12.50", "amount")
    if what.quantity != "1":
        raise UsageError("an open price is one for all of it", "Leave --quantity out.", "quantity")
    cents = offers.amount(what.amount, offers.most_cents(offer, tariff.coin))
    return Denied(Code.AMOUNT_UNFIT, {"amount": who.sound(what.amount)}) if cents is None else cents


def _session(now: Turn, text: str) -> str | Denied:
    """The session that is named by its number or its id, or UNKNOWN_SESSION."""
    if not text:
        return ""
    record = numbered(now.desk, text)
    entry = None if record is None else journal.entry(now.conn, record)
    if entry is None or not isinstance(entry.body, SessionStarted):
        return Denied(Code.UNKNOWN_SESSION, {"session": who.sound(text)})
    return str(record)


def numbered(desk: Desk, text: str) -> RecordId | None:
    """The record that a number of this store's own names, or a whole id; None for what is neither."""
    number = text.removeprefix("#")
    whole = f"{desk.writer.identity.origin}#{number}" if number.isdecimal() else text
    try:
        return RecordId.of(whole)
    except ValueError:
        return None


def _held(now: Turn, payer: MemberId, sort: Sort, item: str, day: date) -> Denied | None:
    """Nobody pays twice for one plan at a time, nor for one day."""
    same = [one for one in sales.of(now.conn, payer) if (one.sort, one.item) == (sort, item)]
    plan = sort is Sort.PLAN and any(one.until is None or one.until >= day for one in same)
    once = sort is Sort.DAY and any(one.day == day for one in same)
    return Denied(Code.NOTHING_TO_DO) if plan or once else None


# --- paid in ------------------------------------------------------------------------------------


def top_up(
    desk: Desk,
    by: str | None,
    whom: str,
    text: str,
    day: str | None = None,
    reason: str | None = None,
    ref: str | None = None,
) -> Done | Denied:
    """Puts money that came in (`12.50`) on a member's wallet; it counts from its day on.

    It is no cash record: what came in stands in the accounts. Raises UsageError for a day that is none or is
    to come.
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
        on, cents = _day(now, Wanted(Sort.TOPUP, day=day)), offers.amount(text)
        no = _no_top_up(now, on) or bookkeeping.closed(now.conn, on)
        if no is not None or cents is None:
            return now.denied(no or Denied(Code.AMOUNT_UNFIT, {"amount": who.sound(text)}), member)
        body = Sale(member.id, Sort.TOPUP.value, "", on.isoformat(), now.member.id, cents=cents)
        record = now.write(body, reason, ref=ref)
        balances.tell(now, member.id, use)
        return now.done(record, member, **_told(desk, body), sale=str(record))


def _no_top_up(now: Turn, day: date) -> Denied | None:
    """A wallet is for what the price list sells: without one nobody could ever use it up."""
    tariff = now.desk.settings.tariff
    if tariff.at(day) is not None:
        return None
    return Denied(Code.NO_TARIFF, {"day": day.isoformat()} if tariff.versions else {})
