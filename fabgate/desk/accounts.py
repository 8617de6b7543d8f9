"""Accounts: what a payer is, where their bills go, how they stand. Anybody can be a payer, so can a guild.

Facts of what was done: `by`, `subject`, `handle`, and for `put`: `category`, `organisation`, `prepaid`,
`since` (a day, None: from now on).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fabgate.charges import Charge, Payer, Pool, Sold
from fabgate.desk import balances, bookkeeping, days, open_use, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.desk.open_use import OpenUse
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, MemberId
from fabgate.records import AccountSet, AddressSet
from fabgate.rules import charging, offers, plans
from fabgate.rules.actors import visible
from fabgate.store import accounts, charged, roster, sales
from fabgate.store.accounts import Address
from fabgate.store.roster import Member
from fabgate.tariff import Plan

MOST_LINES = 6
LONGEST_LINE = 70
_VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z]{2,12}")
_IN_BETWEEN = str.maketrans("", "", " .-/")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is to change of an account; None leaves it. An empty `category` is none.

    `since`: the day (ISO) from which the category holds, None: from now on.
    """

    category: str | None = None
    organisation: bool | None = None
    prepaid: bool | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A plan that is held, since when, and the last day of the period that runs (None: it has no end).

    `sold.until` is the last day of one that was ended.
    """

    sold: Sold
    plan: Plan
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a pool, and what the price list calls that of which it is; nothing for free time."""

    pool: Pool
    title: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A payer as they stand: `category` is the one that prices them today, by a plan or by their account.

    `left` is what closed months and open ones left of contingents, packs and the wallet. `waiting`: so many
    sessions are not in it, because somebody must decide about them first.
    """

    member: Member
    payer: Payer
    category: str
    address: Address | None
    plans: tuple[Holding, ...]
    left: tuple[Left, ...]
    waiting: int = 0


# --- deeds --------------------------------------------------------------------------------------


def put(desk: Desk, by: str | None, whom: str, terms: Terms, reason: str | None = None) -> Done | Denied:
    """Says what a payer is. The category prices the sessions that begin from then on, or from `since` on.

    Raises UsageError for a `since` that is no day, or one to come.
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
        today = days.of(now.today_ms, desk.settings.lab.zone)
        since = None if terms.since is None else not_to_come(days.day(terms.since), today)
        old = accounts.payer(now.conn, member.id)
        new = _new(now, member.id, old, terms, since)
        no = _unfit(now, terms, since, today)
        if no is None and _says_nothing(new, old):
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member)
        record = now.write(new, reason)
        balances.tell(now, member.id, use)
        return now.done(
            record,
            member,
            category=new.category,
            organisation=new.organisation,
            prepaid=new.prepaid,
            since=None if since is None else since.isoformat(),
        )


def _new(now: Turn, member: MemberId, old: Payer, terms: Terms, since: date | None) -> AccountSet:
    """The account with what is to change. What is left as it is stands in the record too."""
    category = own_category(old, now.today_ms // 1000) if terms.category is None else terms.category
    organisation = old.organisation if terms.organisation is None else terms.organisation
    prepaid = old.prepaid if terms.prepaid is None else terms.prepaid
    zone = now.desk.settings.lab.zone
    since_ms = None if since is None else days.moment_ms(zone, f"{since}T00:00", now.today_ms)
    return AccountSet(member, now.member.id, who.sound(category), organisation, prepaid, since_ms)


def _unfit(now: Turn, terms: Terms, since: date | None, today: date) -> Denied | None:
    """Why this category cannot be, or not from that day on."""
    no = None if since is None else bookkeeping.closed(now.conn, since)
    if no is not None or not terms.category:
        return no
    day = since or today
    version = now.desk.settings.tariff.at(day)
    if version is None:
        return Denied(Code.NO_TARIFF, {"day": day.isoformat()})
    known = version.categories
    if terms.category in known:
        return None
    near = who.near(terms.category, known) or tuple(sorted(known))
    return Denied(Code.UNKNOWN_CATEGORY, {"category": who.sound(terms.category), "near": near})


def _says_nothing(new: AccountSet, old: Payer) -> bool:
    if (new.organisation, new.prepaid) != (old.organisation, old.prepaid):
        return False
    last = old.categories[-1] if old.categories else (0, "")
    in_force = new.since_ms is None or last[0] <= new.since_ms // 1000
    return new.category == last[1] and in_force


def own_category(payer: Payer, at_s: int) -> str:
    """The category that an account has at a second (UTC), whatever plans they hold."""
    return next((name for since_s, name in reversed(payer.categories) if since_s <= at_s), "")


def not_to_come(day: date, today: date) -> date:
    """The day itself. Raises UsageError for one to come."""
    if day > today:
        raise UsageError(f"{day} is still to come", "Write the day on which it was, or leave it out.", "day")
    return day


def put_address(
    desk: Desk,
    by: str | None,
    whom: str,
    lines: Iterable[str] | None = None,
    vat_number: str | None = None,
    reason: str | None = None,
) -> Done | Denied:
    """Says where a payer's bills go, and the VAT number of an organisation. None leaves one as it is, empty
    takes it away. Facts: `fields`, those that changed.

    What they are stands in no record and goes to no gate (law 12). Raises UsageError for an address of more
    than six lines or with a line over 70 signs, and for what is no VAT number.
    """
    new_lines = None if lines is None else _lines(lines)
    number = None if vat_number is None else _vat_number(vat_number)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        no = bookkeeping.refused(now)
        old = accounts.address(now.conn, member.id) or Address()
        new = Address(
            old.lines if new_lines is None else new_lines, old.vat_number if number is None else number
        )
        changed = _changed(old, new)
        if no is None and not changed:
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member)
        record = now.write(AddressSet(member.id, now.member.id, changed), reason)
        accounts.put_address(now.pen, member.id, new)
        return now.done(record, member, fields=changed)


def _changed(old: Address, new: Address) -> tuple[str, ...]:
    fields = {"address": old.lines != new.lines, "vat_number": old.vat_number != new.vat_number}
    return tuple(name for name, differs in fields.items() if differs)


def _lines(lines: Iterable[str]) -> tuple[str, ...]:
    found = tuple(" ".join(who.sound(line).split()) for line in lines)
    found = tuple(line for line in found if visible(line))
    if len(found) > MOST_LINES or any(len(line) > LONGEST_LINE for line in found):
        raise UsageError(
            f"an address has at most {MOST_LINES} lines of {LONGEST_LINE} signs",
            'Give each line in quotes: "Rue Voot 61" "1200 Bruxelles"',
        )
    return found


def _vat_number(text: str) -> str:
    """The number as it is kept, without blanks and dots; empty for none."""
    number = text.upper().translate(_IN_BETWEEN)
    if number and not _VAT_NUMBER.fullmatch(number):
        raise UsageError(
            f"{text!r} is no VAT number",
            "It begins with the country: BE0123456789, FR12345678901.",
            "vat_number",
        )
    return number


# --- questions ----------------------------------------------------------------------------------


def shown(desk: Desk, whom: str) -> Shown | Denied:
    """A payer and all that they hold today."""
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    return standing(desk, member, open_use.reckoned(desk, (member.id,)))


def listed(desk: Desk) -> tuple[Shown, ...]:
    """Everybody who is a payer of some kind: with an account, a sale, or an address; by handle."""
    known = {*accounts.known(desk.conn), *sales.payers(desk.conn), *accounts.addresses(desk.conn)}
    use = open_use.reckoned(desk)
    return tuple(standing(desk, one, use) for one in roster.members(desk.conn) if one.id in known)


def last_charges(desk: Desk, member: MemberId, most: int) -> tuple[Charge, ...]:
    """The newest charges of closed months, the oldest of them first."""
    return tuple(deque(charged.of_payer(desk.conn, member), most))


def standing(desk: Desk, member: Member, use: OpenUse) -> Shown:
    """A payer and all that they hold, of which open months took `use`."""
    conn, tariff = desk.conn, desk.settings.tariff
    now_ms = who.today_ms(conn, desk.clock.now())
    today = days.of(now_ms, desk.settings.lab.zone)
    payer, sold = accounts.payer(conn, member.id), sales.of(conn, member.id)
    held, version = plans.held(tariff, sold, today), tariff.at(today)
    by_plan = "" if version is None else plans.category(held, version)
    return Shown(
        member,
        payer,
        by_plan or own_category(payer, now_ms // 1000),
        accounts.address(conn, member.id),
        tuple(Holding(sale, plan, plans.last_day(plan, sale, today)) for sale, plan in held),
        _left(desk, payer, sold, use.of(member.id), today),
        use.waiting.get(member.id, 0),
    )


def _left(
    desk: Desk, payer: Payer, sold: tuple[Sold, ...], use: Mapping[str, int], today: date
) -> tuple[Left, ...]:
    tariff = desk.settings.tariff
    titles = {one.record: offers.title(tariff.at(one.day), one.sort, one.item) for one in sold}
    closed = charged.taken(desk.conn, payer.member)
    taken = {pool: closed.get(pool, 0) + use.get(pool, 0) for pool in {*closed, *use}}
    pools = charging.left(tariff, desk.settings.lab.zone, payer, sold, taken, today)
    return tuple(Left(pool, titles.get(_sale_of(pool), "")) for pool in pools)


def _sale_of(pool: Pool) -> str:
    """The sale that a pool came from: `pack:<sale>`, `plan:<sale>:<month>:<machine>`."""
    sort, _, rest = pool.id.partition(":")
    return rest.rsplit(":", 2)[0] if sort == "plan" else rest
