"""A member's own sessions, a month at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.pages import page
from fabgate.board.stamps import named
from fabgate.board.visit import UNFIT, Visit
from fabgate.desk import past, sessions
from fabgate.errors import UsageError
from fabgate.model import MachineId, RecordId
from fabgate.rules.ledger import Dated, Session, Usage
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area
from fabgate.store import roster
from fabgate.store.roster import Member
from fabgate.texts.catalogue import Said
from fabgate.texts.statement_words import StatementWords


@dataclass(frozen=True, slots=True)
class Row:
    """One session. `length_ms` is None where it began before the last boot; `unsure`: nobody saw its end."""

    session: RecordId
    machine: str
    member: Member | None
    begun_ms: int
    guessed: bool
    length_ms: int | None
    unsure: bool
    level: str
    sponsor: Markup | None
    ended: str
    runs: bool
    charged: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The month that is shown, by name, and those beside it; None where there is nothing to turn to."""

    month: Month
    title: str
    earlier: Month | None
    later: Month | None


def _show(visit: Visit, month: Month) -> Response:
    """The sessions of a month that I worked in, the newest first."""
    found = rows(visit, past.of_month(visit.desk, visit.me.id, month))
    counted = [one.length_ms for one in found if one.length_ms is not None and one.charged]
    return visit.page(
        "own_sessions.html",
        pages=turned(visit, month),
        rows=found,
        sum_ms=sum(counted),
        costs=bool(visit.settings.tariff.versions),
    )


# --- months -------------------------------------------------------------------------------------


def of_month(show: Callable[[Visit, Month], Response]) -> Callable[[Visit], Response]:
    """A page of the month that is asked for, `?month=2026-10`; of this one where none is, or nonsense."""

    @wraps(show)
    def page_of(visit: Visit) -> Response:
        wish, t = visit.wish("month"), visit.speaker.t
        try:
            return show(visit, named_month(visit, wish or str(this_month(visit))))
        except UsageError:
            told = t("common.bad_value", value=wish[:80], field=t("own.month"))
            visit.refusal = Said(told, t("own.month_hint"))
            answer = show(visit, this_month(visit))
            answer.status_code = UNFIT
            return answer

    return page_of


def named_month(visit: Visit, text: str) -> Month:
    """The month of that name, which has begun. Raises UsageError."""
    month = Month.of(text)
    if month > this_month(visit):
        raise UsageError(f"{month} is still to come", "Look at an earlier month.")
    return month


def this_month(visit: Visit) -> Month:
    return Month.at(visit.today_ms // 1000, visit.settings.lab.zone)


def before(month: Month) -> Month:
    return Month(month.year, month.month - 1) if month.month > 1 else Month(month.year - 1, 12)


def turned(visit: Visit, month: Month) -> Pages:
    """Back to the month in which they came, and on to this one."""
    first = Month.at(visit.me.added_ms // 1000, visit.settings.lab.zone)
    earlier, later = before(month), month.following
    return Pages(
        month,
        month_title(visit, month),
        earlier if earlier >= first else None,
        later if later <= this_month(visit) else None,
    )


def month_title(visit: Visit, month: Month) -> str:
    """`October 2026` in the language of whoever looks."""
    words = StatementWords.of(visit.language)
    return f"{words.said['months'][month.month - 1]} {month.year}"


# --- rows ---------------------------------------------------------------------------------------


def rows(visit: Visit, found: Iterable[Session]) -> list[Row]:
    """Sessions as they are read: what runs now has the length that it has by now."""
    runs = {one.session: one.length_ms for one in sessions.listed(visit.desk)}
    return [_row(visit, one, runs) for one in found]


def _row(visit: Visit, one: Session, runs: Mapping[RecordId, int | None]) -> Row:
    machine = visit.settings.machines.get(MachineId(one.machine))
    ended = one if isinstance(one, Usage) else None
    return Row(
        session=one.session,
        machine=one.machine if machine is None else machine.rules.title,
        member=roster.member(visit.conn, one.member),
        begun_ms=one.start.wall_ms,
        guessed=one.dated is Dated.UNSYNCED,
        length_ms=runs.get(one.session) if ended is None else ended.length_ms,
        unsure=ended is not None and ended.uncertain_ms > 0,
        level=visit.speaker.word("level", one.level) if one.level else "",
        sponsor=None if one.sponsor is None else named(visit, roster.member(visit.conn, one.sponsor)),
        ended="" if ended is None else visit.speaker.word("why", ended.why),
        runs=one.session in runs,
        charged=ended is None or ended.charged,
    )


ROUTES: list[BaseRoute] = [page("/me/sessions", Area.OWN, of_month(_show))]
