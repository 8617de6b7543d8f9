"""Accounts: who pays, by which prices, how they stand; what is sold to them, what they pay in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import money_dues, money_month, money_settling, money_standing, money_typed
from fabgate.board.money_told import Teller, lines
from fabgate.board.money_typed import decimal
from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.charges import Payer, Sort
from fabgate.desk import accounts, days, papers, payers, sales, sold, who
from fabgate.desk.accounts import Left, Terms
from fabgate.desk.sales import Wanted
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.rules import offers
from fabgate.rules.pools import WALLET
from fabgate.rules.viewing import Area
from fabgate.store import accounts as kept
from fabgate.store.roster import Member
from fabgate.tariff import Version

_PAGE, _LAST = 50, 10
SORTS = (Sort.PLAN, Sort.PACK, Sort.DAY, Sort.ITEM, Sort.PERSON)


# --- all of them ---------------------------------------------------------------------------------


def listed(visit: Visit) -> Response:
    """Members by name or handle, those first who pay for something already."""
    text, first = visit.wish("search"), _number(visit.wish("from"))
    found = payers.found(visit.desk, text)
    return visit.page(
        "money/accounts.html",
        found=found[first : first + _PAGE],
        text=text,
        first=first,
        before=max(0, first - _PAGE) if first else None,
        after=first + _PAGE if len(found) > first + _PAGE else None,
        number=len(found),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


# --- one -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offers:
    """What the price list of today has of a sort, by id and title."""

    sort: Sort
    name: str
    entries: tuple[tuple[str, str], ...]


def show(visit: Visit) -> Response:
    """An account. Where the open months are large, what they took of it is reckoned when somebody asks."""
    handle = visit.asked.parameters["member"]
    member = who.find(visit.conn, handle)
    if isinstance(member, Denied):
        visit.refusal = visit.speaker.refusal(member)
        return visit.page("sorry.html", 404)
    whole = not money_standing.large(visit) or bool(visit.wish("reckon"))
    shown = accounts.shown(visit.desk, member.handle) if whole else payers.told(visit.desk, member)
    assert not isinstance(shown, Denied)
    tell, version = Teller(visit), _version(visit)
    mine, dues_ = sold.listed(visit.desk, member.handle), money_dues.of(visit, member)
    return visit.page(
        "money/account.html",
        tell=tell,
        one=shown,
        member=member,
        whole=whole,
        seen=_seen(shown.payer),
        own_category=accounts.own_category(shown.payer, visit.today_ms // 1000),
        categories=_titles(version.categories) if version else [],
        left=[(_left(visit, tell, one), one) for one in shown.left],
        sold=[] if isinstance(mine, Denied) else list(reversed(mine)),
        number=lambda record: record.removeprefix(f"{visit.desk.writer.identity.origin}#"),
        offers=_offers(tell, version),
        today=str(days.of(visit.today_ms, visit.settings.lab.zone)),
        last=lines(visit, tell, reversed(accounts.last_charges(visit.desk, member.id, _LAST))),
        alone=member.id == visit.me.id,
        dues=dues_,
        dues_seen=money_dues.mark(dues_),
    )


def _version(visit: Visit) -> Version | None:
    return visit.settings.tariff.at(days.of(visit.today_ms, visit.settings.lab.zone))


def _seen(payer: Payer) -> str:
    """What an account said when its page was shown."""
    return f"{payer.categories}{payer.organisation}{payer.prepaid}"


def _titles(section: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(name, getattr(one, "title", "") or name) for name, one in section.items()]


def _offers(tell: Teller, version: Version | None) -> list[Offers]:
    if version is None:
        return []
    found = []
    for sort in SORTS:
        entries = tuple((name, offers.title(version, sort, name)) for name in offers.section(version, sort))
        if entries:
            found.append(Offers(sort, tell.sort(sort), entries))
    return found


def _left(visit: Visit, tell: Teller, left: Left) -> Markup:
    """What is left of something that was paid in advance, as people read it."""
    pool, s = left.pool, visit.speaker
    if pool.id == WALLET:
        return s.t("money.wallet_holds", amount=s.money(pool.left))
    much = {
        "seconds": tell.length(pool.left),
        "days": s.t("money.days", number=pool.left),
        "cents": s.money(pool.left),
    }[pool.unit]
    where = f" ({', '.join(pool.machines)})" if pool.machines else ""
    until = "" if pool.until is None else Markup(", ") + s.t("common.until", when=tell.date(pool.until))
    what = s.name(left.title) if left.title else s.t("money.free_time")
    return Markup("{}{}{}{}{}").format(what, s.colon, much, where, until)


# --- deeds ---------------------------------------------------------------------------------------


def _deed(visit: Visit, do: Callable[[str], object], said: str, day: str = "day") -> Response:
    """Does it for the member in the address; what cannot be read or is refused shows the account again.

    `day`: the field of the form that holds a day."""
    handle = visit.asked.parameters["member"]
    again = partial(show, visit)
    try:
        answer = do(handle)
    except UsageError as error:
        return money_typed.wrong(visit, error, again, {"day": day})
    return visit.answer(answer, to=f"/money/accounts/{handle}", again=again, said=said)


def terms(visit: Visit) -> Response:
    """What a payer is. Who saw something else than what is so now is told, and nothing is done."""
    member = who.find(visit.conn, visit.asked.parameters["member"])
    if isinstance(member, Member) and _has_changed(visit, member):
        return money_month.changed(visit, partial(show, visit))
    category, since = visit.field("category"), visit.field("since") or None
    wanted = Terms(
        category=category,
        organisation=bool(visit.field("organisation")),
        prepaid=bool(visit.field("prepaid")),
        since=since,
    )
    reason = visit.field("reason") or None
    return _deed(
        visit, lambda whom: accounts.put(visit.desk, None, whom, wanted, reason), "money.done_terms", "since"
    )


def _has_changed(visit: Visit, member: Member) -> bool:
    return "seen" in visit.asked.form and visit.field("seen") != _seen(kept.payer(visit.conn, member.id))


def dues(visit: Visit) -> Response:
    """Until when their dues are paid. Who saw something else than what is so now is told; nothing is done."""
    member = who.find(visit.conn, visit.asked.parameters["member"])
    seen = visit.asked.form.get("seen")
    if isinstance(member, Member) and seen not in (None, money_dues.mark(money_dues.of(visit, member))):
        return money_month.changed(visit, partial(show, visit))
    zone, past = visit.settings.lab.zone, bool(visit.field("past"))
    reason, ref = visit.field("reason") or None, visit.field("dues_ref") or None

    def do(whom: str) -> object:
        until_ms = days.end_of_day_ms(zone, visit.field("paid_until"))
        return papers.file(visit.desk, None, whom, papers.DUES, until_ms, reason, ref, past)

    return _deed(visit, do, "lists.dues_done", "paid_until")


def address(visit: Visit) -> Response:
    found = money_settling.address_lines(visit)
    if found is None:
        return visit.unfit("money.address", partial(show, visit))
    number = visit.field("vat_number")
    return _deed(
        visit,
        lambda whom: accounts.put_address(visit.desk, None, whom, found, number),
        "money.done_address",
    )


def sell(visit: Visit) -> Response:
    """Sells an entry of the price list; `what` is its sort and its id."""
    sort, _, item = visit.field("what").partition(":")
    if sort not in {one.value for one in SORTS}:
        return visit.unfit("money.what", partial(show, visit))
    wanted = Wanted(
        Sort(sort),
        item,
        visit.field("day") or None,
        decimal(visit.field("quantity")) or "1",
        decimal(visit.field("amount")) or None,
        visit.field("session"),
    )
    said, ref = visit.field("reason") or None, visit.field("ref") or None
    return _deed(visit, lambda whom: sales.sell(visit.desk, None, whom, wanted, said, ref), "money.done_sold")


def top_up(visit: Visit) -> Response:
    amount, day, ref = decimal(visit.field("amount")), visit.field("day") or None, visit.field("ref") or None
    return _deed(
        visit,
        lambda whom: sales.top_up(visit.desk, None, whom, amount, day, visit.field("reason") or None, ref),
        "money.done_top_up",
    )


def end(visit: Visit) -> Response:
    plan, until, reason = visit.field("plan"), visit.field("until") or None, visit.field("reason") or None
    return _deed(
        visit, lambda whom: sold.end(visit.desk, None, whom, plan, until, reason), "money.done_ended", "until"
    )


def cancel(visit: Visit) -> Response:
    return _deed(
        visit,
        lambda _: sold.cancel(visit.desk, None, visit.field("sale"), visit.field("reason")),
        "money.done_cancelled",
    )


ROUTES: list[BaseRoute] = [
    page("/money/accounts", Area.MONEY, listed),
    page("/money/accounts/{member}", Area.MONEY, show),
    page("/money/accounts/{member}/terms", Area.MONEY, take=terms),
    page("/money/accounts/{member}/dues", Area.MONEY, take=dues),
    page("/money/accounts/{member}/address", Area.MONEY, take=address),
    page("/money/accounts/{member}/sale", Area.MONEY, take=sell),
    page("/money/accounts/{member}/wallet", Area.MONEY, take=top_up),
    page("/money/accounts/{member}/end", Area.MONEY, take=end),
    page("/money/accounts/{member}/cancel", Area.MONEY, take=cancel),
    *money_dues.ROUTES,
]
