"""What a member's month costs, line by line with its arithmetic, and what they have paid for already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import stamps
from fabgate.board.attached import attached
from fabgate.board.heavy import heavy
from fabgate.board.own_sessions import before, month_title, named_month, of_month, this_month
from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.charges import Charge
from fabgate.desk import accounts, bookkeeping
from fabgate.desk.accounts import Holding, Left
from fabgate.desk.month import drafts
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.reports import arithmetic, statement_of, statement_pdf
from fabgate.reports.statement import Around, Payee, Row, Statement, statement
from fabgate.rules import offers
from fabgate.rules.days import Days
from fabgate.rules.month import Month
from fabgate.rules.pools import WALLET
from fabgate.rules.viewing import Area
from fabgate.store import accounts as kept
from fabgate.store import charged, sales
from fabgate.texts.statement_words import StatementWords

_PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the bill, its arithmetic step by step, and what became of it: taken back, paid on a day."""

    row: Row
    steps: tuple[str, ...]
    taken_back: bool
    paid: str


@dataclass(frozen=True, slots=True)
class Bill:
    """A month of mine; `waiting` sessions are not in it, because somebody has to decide about them first.

    `earlier`: months before it are open too, and what they have to charge is in it.
    """

    month: Month
    title: str
    draft: bool
    lines: tuple[Line, ...]
    said: Statement
    waiting: int
    earlier: bool


@dataclass(frozen=True, slots=True)
class Had:
    """Something that is paid for already, as people read it."""

    title: str
    much: Markup


def _show(visit: Visit, month: Month) -> Response:
    """What a month costs me, and what I have left."""
    elsewhere = bookkeeping.not_the_books(visit.conn, visit.settings)
    if elsewhere is not None or not visit.settings.tariff.versions:
        said = None if elsewhere is None else visit.speaker.refusal(elsewhere)
        return visit.page("own_no_charges.html", elsewhere=said)
    shown = accounts.shown(visit.desk, visit.me.id)
    if isinstance(shown, Denied):
        return visit.refused(shown, lambda: visit.page("sorry.html"))
    return visit.page(
        "own_charges.html",
        bill=bill(visit, month),
        months=[(one, month_title(visit, one)) for one in _months(visit, month)],
        shown=shown,
        plans=[_plan(visit, one) for one in shown.plans],
        left=[_left(visit, one) for one in shown.left],
        category=_category(visit, shown.category),
        paper=find_spec("fpdf") is not None,
        barred=stamps.barred(visit),
    )


@heavy
def paper(visit: Visit) -> Response:
    """The same month on paper, as the treasurer would hand it out."""
    if bookkeeping.not_the_books(visit.conn, visit.settings) is not None:
        raise UsageError("the books are not kept here", "Look at the hub's board.")
    month = named_month(visit, visit.asked.parameters["month"])
    made = statement_pdf.pdf([bill(visit, month).said])
    return attached(made, f"{month}-{visit.me.handle}.pdf", _PDF)


def bill(visit: Visit, month: Month) -> Bill:
    """A month as it was closed, or as it would be charged now."""
    closed = charged.period(visit.conn, str(month)) is not None
    charges, waiting = (_closed(visit, month), 0) if closed else _open(visit, month)
    words = StatementWords.of(visit.language)
    around = statement_of.around(visit.conn, visit.settings, month, visit.today_ms, draft=not closed)
    said = statement(_payee(visit), charges, around, words)
    both = zip(charges, said.rows, strict=True)
    lines = tuple(_line(visit, one, row, around, words) for one, row in both)
    return Bill(month, month_title(visit, month), not closed, lines, said, waiting, _earlier(visit, month))


# --- charges ------------------------------------------------------------------------------------


def _closed(visit: Visit, month: Month) -> Sequence[Charge]:
    return tuple(charged.of_payer(visit.conn, visit.me.id, str(month)))


def _open(visit: Visit, month: Month) -> tuple[Sequence[Charge], int]:
    """My lines of an open month, and how many of my sessions wait for a person's decision."""
    now = visit.house.clock.now()
    with drafts(visit.conn, visit.settings, month, now, leave_out=True) as found:
        mine = next((lines for payer, lines in found if payer == visit.me.id), ())
        waiting = {one.session for one in found.obstacles if one.payer == visit.me.id and one.session}
    return mine, len(waiting)


def _line(visit: Visit, one: Charge, row: Row, around: Around, words: StatementWords) -> Line:
    def called(reason: str) -> str:
        kind, _, which = reason.partition(" ")
        known = kind in ("category", "purpose") and which
        return around.called(kind, which) if known else words.reason(reason)

    marks = charged.marks(visit.conn, one.id) if one.id else {}
    steps = arithmetic.told(one, around.currency, visit.language, called, lambda sale: _sale(visit, sale))
    paid = marks["settled"].day if "settled" in marks else ""
    return Line(row, tuple(steps), "reversed" in marks, paid)


def _sale(visit: Visit, record: str) -> str:
    """A sale by its number, and what was sold."""
    number = record.rpartition("#")[2]
    of = next((one for one in sales.of(visit.conn, visit.me.id) if one.record == record), None)
    if of is None:
        return number
    return f"{number} ({offers.title(visit.settings.tariff.at(of.day), of.sort, of.item)})"


def _payee(visit: Visit) -> Payee:
    me, where = visit.me, kept.address(visit.conn, visit.me.id)
    lines, number = ((), "") if where is None else (where.lines, where.vat_number)
    return Payee(me.id, me.name, me.handle, lines, number)


def _months(visit: Visit, month: Month) -> list[Month]:
    """This month, in which all is that is not charged yet, those that were closed, and the one asked for."""
    closed = (Month.of(one) for one in charged.closed(visit.conn))
    return sorted({*closed, this_month(visit), month}, reverse=True)


def _earlier(visit: Visit, month: Month) -> bool:
    """Whether the month before is still open, though the lab had a price list then."""
    ago = before(month)
    last_s = month.bounds(visit.settings.lab.zone)[0] - 1
    priced = visit.settings.tariff.at(Days(visit.settings.lab.zone).of(last_s)) is not None
    return priced and charged.period(visit.conn, str(ago)) is None


# --- what is paid for already -------------------------------------------------------------------


def _plan(visit: Visit, one: Holding) -> Had:
    t = visit.speaker.t
    last = one.sold.until or one.last_day
    key = "own.plan_ends" if one.sold.until is not None else "own.plan_runs"
    since = _day(visit, one.sold.day)
    much = t("own.plan_since", since=since) if last is None else t(key, since=since, last=_day(visit, last))
    return Had(one.plan.title or one.sold.item, much)


def _left(visit: Visit, one: Left) -> Had:
    s, pool = visit.speaker, one.pool
    if pool.id == WALLET:
        return Had(s.t("own.wallet"), Markup.escape(_amount(visit, pool.left)))
    much: object
    match pool.unit:
        case "seconds":
            much = s.length(pool.left * 1000)
        case "days":
            much = s.t("own.days", days=pool.left)
        case _:
            much = _amount(visit, pool.left)
    machines = visit.settings.machines
    titles = {str(id_): machine.rules.title for id_, machine in machines.items()}
    said = s.t("own.left", much=much)
    if pool.machines:
        said += s.t("own.left_where", machines=", ".join(titles.get(name, name) for name in pool.machines))
    if pool.until is not None:
        said += s.t("own.left_until", day=_day(visit, pool.until))
    return Had(one.title or s.t("own.free_time"), said)


def _amount(visit: Visit, cents: int) -> str:
    """As the statement writes amounts."""
    return f"{StatementWords.of(visit.language).amount(cents)} {visit.settings.tariff.currency}"


def _day(visit: Visit, day: date) -> str:
    return visit.speaker.day(Days(visit.settings.lab.zone).noon(day) * 1000)


def _category(visit: Visit, name: str) -> str:
    version = visit.settings.tariff.versions[-1]
    known = version.categories.get(name)
    return name if known is None else known.title or name


ROUTES: list[BaseRoute] = [
    page("/me/charges", Area.OWN, heavy(of_month(_show))),
    page("/me/statements/{month}.pdf", Area.OWN, paper),
]
