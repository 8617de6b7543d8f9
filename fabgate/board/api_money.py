"""The API on money: months, and what closed ones charged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fabgate.board.api_door import CONFLICT, Stop, said
from fabgate.board.api_floor import MONTH, Handle
from fabgate.board.api_forms import Fits, Instant, Money
from fabgate.board.api_people import Said
from fabgate.board.api_words import Next, Paged, handles, instant, page_behind, page_of, utc
from fabgate.board.visit import Visit
from fabgate.charges import Charge as Line
from fabgate.charges import Sort
from fabgate.desk import who
from fabgate.model import Denied
from fabgate.rules.money import plain
from fabgate.rules.month import Month as Wanted
from fabgate.store import charged
from fabgate.store.charged import Period

_MOST_OPEN = 36  # months that nobody closed


@dataclass(frozen=True, slots=True)
class Month:
    """A month. One that is open says no sums: `fabgate close --dry-run` reckons what it would come to."""

    month: Annotated[str, Fits(7, 7, f"^{MONTH}$")]
    state: Literal["open", "closed"]
    currency: str
    closed: Instant | None
    lines: int | None
    listed: Annotated[Money | None, "At list price."]
    amount: Annotated[Money | None, "By invoice."]
    wallet: Annotated[Money | None, "Paid by wallets."]
    forced: Annotated[bool, "Closed over what stood in the way."]
    held: Annotated[int, "Sessions that were left out of it."]


@dataclass(frozen=True, slots=True)
class Months:
    """Months: those that are closed, and those after them up to this one."""

    items: tuple[Month, ...]
    next: Next


@dataclass(frozen=True, slots=True)
class Charge:
    """A line of a closed month. It is never altered; what takes it back is another line."""

    charge: str
    payer: Handle
    member: Annotated[str | None, "Who worked, where that is known."]
    sort: Sort
    item: str
    at: Annotated[Instant, "Its accounting date."]
    started: Instant | None
    seconds: int
    billed_s: int
    quantity: str
    purpose: str
    category: str
    listed: Annotated[Money, "At list price."]
    wallet: Money
    amount: Annotated[Money, "What is left to pay by invoice."]
    basis: str
    vat: str
    percent: str
    reason: Annotated[str, "Why it is zero, or less than listed."]
    version: Annotated[str, "Of the price list."]
    of: Annotated[str, "The charge that it takes back; empty for all others."]
    sessions: tuple[str, ...]
    records: Annotated[tuple[str, ...], "All that it rests on."]
    marks: Annotated[tuple[str, ...], "What was said of it since: reversed, again, settled."]


@dataclass(frozen=True, slots=True)
class Charges:
    """Charges, by payer and date."""

    items: tuple[Charge, ...]
    next: Next


# --- asked --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfPayer(Paged):
    """Whose."""

    payer: Annotated[Said, "Only what this member pays: a handle or an id."] = ""


@dataclass(frozen=True, slots=True)
class OwnCharges(Paged):
    """Of which month."""

    month: Annotated[str, Fits(0, 7, f"^({MONTH})?$"), "Only those of this closed month."] = ""


# --- told ---------------------------------------------------------------------------------------


def months(visit: Visit, asked: Paged) -> Months:
    found = [*(_closed(visit, one) for one in charged.periods(visit.conn)), *_open(visit)]
    page, after = page_of(found, asked, lambda one: one.month)
    return Months(page, after)


def one_month(visit: Visit, _: object) -> Month:
    wanted = Wanted.of(visit.asked.parameters["month"])
    found = charged.period(visit.conn, str(wanted))
    return _still_open(visit, wanted) if found is None else _closed(visit, found)


def _open(visit: Visit) -> Iterator[Month]:
    closed = charged.closed(visit.conn)
    now = Wanted.at(visit.today_ms // 1000, visit.settings.lab.zone)
    month = Wanted.of(closed[-1]).following if closed else now
    for _ in range(_MOST_OPEN):
        if month > now:
            return
        yield _still_open(visit, month)
        month = month.following


def _still_open(visit: Visit, month: Wanted) -> Month:
    currency = visit.settings.tariff.currency
    return Month(str(month), "open", currency, None, None, None, None, None, forced=False, held=0)


def _closed(visit: Visit, one: Period) -> Month:
    lines, listed, cents, wallet = one.body.totals
    return Month(
        month=one.month,
        state="closed",
        currency=visit.settings.tariff.currency,
        closed=instant(one.at_ms),
        lines=lines,
        listed=plain(listed),
        amount=plain(cents),
        wallet=plain(wallet),
        forced=one.body.forced,
        held=len(one.body.held),
    )


def of_month(visit: Visit, asked: OfPayer) -> Charges | Stop | Denied:
    month = str(Wanted.of(visit.asked.parameters["month"]))
    if charged.period(visit.conn, month) is None:
        return said(visit, "month_open", CONFLICT, month=month)
    if not asked.payer:
        return _charges(visit, charged.charges(visit.conn, month), asked)
    payer = who.find(visit.conn, asked.payer)
    if isinstance(payer, Denied):
        return payer
    return _charges(visit, charged.of_payer(visit.conn, payer.id, month), asked)


def mine(visit: Visit, asked: OwnCharges) -> Charges:
    month = str(Wanted.of(asked.month)) if asked.month else None
    return _charges(visit, charged.of_payer(visit.conn, visit.me.id, month), asked)


def _charges(visit: Visit, found: Iterator[Line], asked: Paged) -> Charges:
    page, after = page_behind(found, asked, lambda one: one.id)
    of = handles(visit.conn)
    return Charges(tuple(_charge(visit, one, of) for one in page), after)


def _charge(visit: Visit, one: Line, of: Callable[[str], str]) -> Charge:
    return Charge(
        charge=one.id,
        payer=of(one.payer),
        member=None if one.member is None else of(one.member),
        sort=one.sort,
        item=one.item,
        at=instant(one.at_s * 1000),
        started=utc(one.started_s * 1000) if one.started_s else None,
        seconds=one.seconds,
        billed_s=one.billed_s,
        quantity=one.quantity,
        purpose=one.purpose,
        category=one.category,
        listed=plain(one.list_cents),
        wallet=plain(one.wallet_cents),
        amount=plain(one.cents),
        basis=one.basis,
        vat=one.vat,
        percent=one.percent,
        reason=one.reason,
        version=one.version,
        of=one.of,
        sessions=one.sessions,
        records=one.records,
        marks=tuple(sorted(charged.marks(visit.conn, one.id))),
    )
