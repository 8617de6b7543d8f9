"""Opening hours: what is planned, single days added and taken away, a calendar file taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.answers import answered
from fabgate.board.pages import page
from fabgate.board.speaker import Speaker
from fabgate.board.visit import REFUSED, UNFIT, Visit
from fabgate.charter import Opening
from fabgate.desk import days
from fabgate.desk import hours as deeds
from fabgate.desk.hours import Shown
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.reports import calendar
from fabgate.rules import hours as rules
from fabgate.rules.hours import Span
from fabgate.rules.viewing import Area
from fabgate.texts.catalogue import Said

_PATH = "/hours"
_AHEAD_MS = 14 * 86_400_000
_MOST_SHOWN = 60
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_USUAL_DAYS = 400


@dataclass(frozen=True)
class _Card:
    """An opening: its weekly hours in words, what comes next, and the spans of its calendar to come."""

    shown: Shown
    weekly: str
    next: Span | None
    spans: tuple[tuple[str, Span], ...]

    @property
    def record(self) -> str:
        return "" if self.shown.calendar is None else str(self.shown.calendar.record)


@dataclass(frozen=True)
class _Preview:
    """What a calendar file would change: spans with whether they are new."""

    opening: str
    title: str
    spans: tuple[str, ...]
    were: int
    changes: tuple[tuple[Span, bool], ...]
    more: int
    seen: str


def _show(visit: Visit, preview: _Preview | None = None) -> Response:
    cards = tuple(_card(visit, one) for one in deeds.listed(visit.desk))
    today = days.of(visit.today_ms, visit.settings.lab.zone).isoformat()
    usual = {"first": today, "days": _USUAL_DAYS}
    return visit.page("hours.html", cards=cards, preview=preview, today=today, usual=usual)


def _card(visit: Visit, shown: Shown) -> _Card:
    zone, now_ms = visit.settings.lab.zone, visit.today_ms
    texts = () if shown.calendar is None else shown.calendar.spans
    weekly = "" if shown.opening is None else _weekly(visit.speaker, shown.opening)
    ahead: tuple[Span, ...] = ()
    if shown.opening is not None:
        ahead = rules.scheduled(shown.opening, texts, zone, now_ms, now_ms + _AHEAD_MS)
    known = ((text, span) for text in sorted(texts) for span in rules.spans([text], zone))
    to_come = tuple((text, span) for text, span in known if span.to_ms > now_ms)
    return _Card(shown, weekly, next(iter(ahead), None), to_come[:_MOST_SHOWN])


def _weekly(speaker: Speaker, opening: Opening) -> str:
    """Weekly hours as people write them: Tue, Thu 17:00-22:00; Sat 10:00-18:00."""
    by_time = sorted(opening.weekly, key=lambda one: (one.from_min, one.to_min, one.weekday))
    said: list[tuple[list[int], str]] = []
    for (begin, end), same in groupby(by_time, lambda one: (one.from_min, one.to_min)):
        weekdays = sorted({one.weekday for one in same})
        names = ", ".join(str(speaker.t(f"hours.day_{_WEEKDAYS[day]}")) for day in weekdays)
        said.append((weekdays, f"{names} {_clock(begin)}\N{EN DASH}{_clock(end)}"))
    return "; ".join(text for _, text in sorted(said))


def _clock(minutes: int) -> str:
    hours = minutes // 60 if minutes <= 24 * 60 else minutes // 60 - 24
    return f"{hours:02d}:{minutes % 60:02d}"


# --- deeds ----------------------------------------------------------------------------------------


def _add(visit: Visit) -> Response:
    try:
        span = _typed(visit.field("day"), visit.field("from"), visit.field("to"))
    except UsageError as error:
        return visit.wrong(error, lambda: _show(visit))
    return _set(visit, (*_spans_now(visit), span))


def _remove(visit: Visit) -> Response:
    gone = visit.field("span")
    return _set(visit, tuple(text for text in _spans_now(visit) if text != gone))


def _clear(visit: Visit) -> Response:
    return _set(visit, ())


def _import(visit: Visit) -> Response:
    """What a file would change; with its spans in the form that sets them."""
    zone = visit.settings.lab.zone
    raw = visit.asked.form.get("file", "").encode()
    if not raw.strip():
        return _refused(visit, "no_file", UNFIT)
    count = visit.field("days")
    if not (count.isdecimal() and len(count) < 6):
        return visit.unfit("hours.days", lambda: _show(visit))
    try:
        found = calendar.spans(raw, zone, days.day(visit.field("first")), int(count))
        found = deeds.sound(visit.desk, found)
    except UsageError as error:
        return visit.wrong(error, lambda: _show(visit))
    shown = deeds.shown(visit.desk, visit.field("opening"))
    if isinstance(shown, Denied):
        return visit.refused(shown, lambda: _show(visit))
    return _show(visit, _preview(visit, shown, found))


def _preview(visit: Visit, shown: Shown, found: tuple[str, ...]) -> _Preview:
    were = () if shown.calendar is None else shown.calendar.spans
    changed = sorted({*found} ^ {*were})
    zone = visit.settings.lab.zone
    changes = [(span, text in found) for text in changed for span in rules.spans([text], zone)]
    return _Preview(
        opening=shown.id,
        title=shown.id if shown.opening is None else visit.speaker.title("opening", shown.id),
        spans=found,
        were=len(were),
        changes=tuple(changes[:_MOST_SHOWN]),
        more=max(0, len(changes) - _MOST_SHOWN),
        seen="" if shown.calendar is None else str(shown.calendar.record),
    )


def _set_all(visit: Visit) -> Response:
    return _set(visit, tuple(visit.field("spans").split()))


def _set(visit: Visit, spans: tuple[str, ...]) -> Response:
    """Puts them there, unless somebody else has changed the calendar since it was looked at."""
    reason = visit.field("reason") or None
    try:
        result = deeds.set_hours(
            visit.desk, None, visit.field("opening"), spans, reason, seen=visit.field("seen")
        )
    except UsageError as error:
        return visit.wrong(error, lambda: _show(visit))
    if isinstance(result, Denied) and result.facts.get("changed"):
        return _refused(visit, "changed", REFUSED)
    return answered(visit, result, _PATH, lambda: _show(visit), "hours.set_said")


def _spans_now(visit: Visit) -> tuple[str, ...]:
    shown = deeds.shown(visit.desk, visit.field("opening"))
    return () if isinstance(shown, Denied) or shown.calendar is None else shown.calendar.spans


def _typed(day: str, begin: str, end: str) -> str:
    """The span of a day and two times of it; an end that is no later is the next day's. Raises UsageError."""
    on = days.day(day)
    try:
        opens, closes = (datetime.strptime(f"{on} {at[:5]}", "%Y-%m-%d %H:%M") for at in (begin, end))  # noqa: DTZ007
        closes += timedelta(days=closes <= opens)
    except (ValueError, OverflowError):
        wrong = f"{begin[:20]} to {end[:20]}: these are no times"
        raise UsageError(wrong, "Write them as 17:00: hours, minutes.") from None
    return "/".join(at.isoformat(timespec="minutes") for at in (opens, closes))


def _refused(visit: Visit, word: str, status: int) -> Response:
    t = visit.speaker.t
    visit.refusal = Said(t(f"hours.{word}"), t(f"hours.{word}_next"))
    response = _show(visit)
    response.status_code = status
    return response


ROUTES: list[BaseRoute] = [
    page(_PATH, Area.LAB, _show),
    page(f"{_PATH}/add", Area.LAB, take=_add),
    page(f"{_PATH}/remove", Area.LAB, take=_remove),
    page(f"{_PATH}/clear", Area.LAB, take=_clear),
    page(f"{_PATH}/import", Area.LAB, take=_import),
    page(f"{_PATH}/set", Area.LAB, take=_set_all),
]
