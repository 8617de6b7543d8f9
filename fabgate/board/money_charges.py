"""The charges of a closed month: the list, why each is what it is, and taking one back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import money_obstacles
from fabgate.board.money_told import Teller, id_of, key_of, lines, short, what
from fabgate.board.pages import page, stopped
from fabgate.board.visit import Visit
from fabgate.charges import Charge
from fabgate.desk import charges, who
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area
from fabgate.store import charged, journal

_PAGE = 100


def listed(visit: Visit) -> Response:
    """The lines of a month, of everybody or of one payer, so many at a time."""
    month = _month(visit)
    if month is None or charged.period(visit.conn, month) is None:
        return stopped(visit, "not_found", 404)
    whom, tell, first = visit.wish("payer"), Teller(visit), _number(visit.wish("from"))
    payer = who.find(visit.conn, whom) if whom else None
    if isinstance(payer, Denied):
        visit.refusal, payer = visit.speaker.refusal(payer), None
    found: Iterator[Charge] = (
        charged.charges(visit.conn, month) if payer is None else charged.of_payer(visit.conn, payer.id, month)
    )
    some = list(islice(found, first, first + _PAGE + 1))
    return visit.page(
        "money/charges.html",
        tell=tell,
        month=month,
        payer=payer,
        lines=lines(visit, tell, some[:_PAGE]),
        first=first,
        before=max(0, first - _PAGE) if first else None,
        after=first + _PAGE if len(some) > _PAGE else None,
    )


def _month(visit: Visit) -> str | None:
    try:
        return str(Month.of(visit.asked.parameters["month"]))
    except UsageError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def explained(visit: Visit) -> Response:
    """A charge step by step, on which records it rests, and what was said of it since."""
    one = charged.charge(visit.conn, id_of(visit, visit.asked.parameters["charge"]))
    if one is None:
        denied = Denied(Code.UNKNOWN_CHARGE, {"charge": visit.asked.parameters["charge"][:80]})
        visit.refusal = visit.speaker.refusal(denied)
        return visit.page("sorry.html", 404)
    tell, marks = Teller(visit), charged.marks(visit.conn, one.id)
    return visit.page(
        "money/charge.html",
        tell=tell,
        one=one,
        key=key_of(one.id),
        number=short(visit, one.id),
        what=what(tell, one),
        month=charged.month_of(visit.conn, one.id),
        steps=tell.steps(one),
        marks=[_mark(visit, tell, mark, said) for mark, said in marks.items() if mark != "again"],
        reversed="reversed" in marks,
        anew="again" in marks,
        of=key_of(one.of) if one.of else "",
        of_short=short(visit, one.of) if one.of else "",
        sessions=[_session(visit, one_) for one_ in one.sessions],
        purposes=money_obstacles.purposes(visit),
    )


def _session(visit: Visit, session: str) -> str:
    return session.removeprefix(f"{visit.desk.writer.identity.origin}#")


def _mark(visit: Visit, tell: Teller, mark: str, said: charged.Marked) -> dict[str, object]:
    """What was done about it, when, by whom, why."""
    entry = journal.entry(visit.conn, said.record)
    body = None if entry is None else entry.body
    return {
        "what": visit.speaker.t(f"money.mark_{mark}"),
        "day": said.day,
        "at_ms": None if entry is None or entry.at is None else entry.at.wall_ms,
        "by": tell.person(getattr(body, "by", "")),
        "why": journal.notes(visit.conn, said.record).get("reason", ""),
    }


def reverse(visit: Visit) -> Response:
    key = visit.asked.parameters["charge"]
    anew = visit.field("anew") == "yes"

    def again() -> Response:
        return explained(visit)

    try:
        answer = charges.reverse(visit.desk, None, id_of(visit, key), anew, visit.field("reason"))
    except UsageError as error:
        return visit.wrong(error, again)
    said = "money.done_reversed_anew" if anew else "money.done_reversed"
    return visit.answer(answer, to=f"/money/charges/{key_of(id_of(visit, key))}", again=again, said=said)


ROUTES: list[BaseRoute] = [
    page("/money/{month}/charges", Area.MONEY, listed),
    page("/money/charges/{charge}", Area.MONEY, explained),
    page("/money/charges/{charge}/reverse", Area.MONEY, take=reverse),
]
