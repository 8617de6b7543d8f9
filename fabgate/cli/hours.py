"""Opening hours, planned and offered: `fabgate hours import|closed|clear|list|offered`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import click

from fabgate.cli import rules_told as told
from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    json_option,
    pass_here,
    printable,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import utc
from fabgate.desk import days, who
from fabgate.desk import hours as desk_hours
from fabgate.desk.deed import Desk
from fabgate.desk.hours import Shown
from fabgate.reports import calendar
from fabgate.reports import offered as reports
from fabgate.rules import hours as rules
from fabgate.rules.hours import Span
from fabgate.rules.month import Month

_AHEAD_MS = 14 * 86_400_000


@click.group(cls=Noun)
def hours() -> None:
    """Opening hours: what is planned, and what was offered."""


_FILE = click.Path(dir_okay=False, allow_dash=True)
_from_option = click.option(
    "--from", "first", metavar="DAY", help="The first day that is looked at (default: today)."
)
_days_option = click.option(
    "--days", type=int, default=400, show_default=True, metavar="NUMBER", help="How many days from there."
)


@hours.command(
    "import",
    epilog=example(
        "fabgate hours import openlab openlab.ics --by zoe --dry-run",
        "fabgate hours import openlab openlab.ics --by zoe",
    ),
)
@click.argument("opening")
@click.argument("file", type=_FILE)
@_from_option
@_days_option
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@by_option
@reason_option(required=False)
@pass_here
def import_(
    here: Here,
    opening: str,
    file: str,
    first: str | None,
    days: int,
    dry_run: bool,
    by: str | None,
    reason: str | None,
) -> None:
    """Put the events of a calendar in the place of those that OPENING had.

    FILE is iCalendar, or - for what comes by standard input.

    Events that recur are written out, in the lab's own time; cancelled ones are left out. OPENING is
    one of the lab's rules. Do it again when the calendar changes, and before its days are over.
    """
    with here.desk() as desk:
        spans = calendar.spans(_read(file), here.settings.lab.zone, _day(here, desk, first), days)
        if not dry_run:
            _set(here, desk, by, opening, spans, reason)
            return
        spans = desk_hours.sound(desk, spans)
        old = found(here, desk_hours.shown(desk, opening)).calendar
    were = () if old is None else old.spans
    for text in sorted({*spans, *were}):
        if text not in were or text not in spans:
            click.echo(f"{'+' if text in spans else '-'} {_said(text)}")
    click.echo(f"{told.count(len(spans), 'span')}, in the place of {len(were)}. Nothing was changed.")


@hours.command(epilog=example("fabgate hours closed holidays.ics"))
@click.argument("file", type=_FILE)
@_from_option
@_days_option
@pass_here
def closed(here: Here, file: str, first: str | None, days: int) -> None:
    """Print the days of a calendar of holidays as the file of rules has them: closed = [...].

    Put the line into each opening that keeps them, in the place of the one it has.
    """
    with here.desk() as desk:
        begin = _day(here, desk, first)
    spans = calendar.spans(_read(file), here.settings.lab.zone, begin, days)
    listed = ", ".join(f'"{day}"' for day in calendar.closed_days(spans))
    click.echo(f"closed = [{listed}]")


@hours.command(epilog=example("fabgate hours clear openlab --by zoe"))
@click.argument("opening")
@by_option
@reason_option(required=False)
@pass_here
def clear(here: Here, opening: str, by: str | None, reason: str | None) -> None:
    """Take the calendar of OPENING away; its weekly hours stay."""
    with here.desk() as desk:
        _set(here, desk, by, opening, (), reason)


@hours.command("list", epilog=example("fabgate hours list"))
@json_option
@pass_here
def list_(here: Here, as_json: bool) -> None:
    """Show the opening hours of the rules, their calendars, and what comes next."""
    with here.desk() as desk:
        listed = desk_hours.listed(desk)
        now_ms = who.today_ms(desk.conn, desk.clock.now())
    if as_json:
        show_json([_json(here, one, now_ms) for one in listed])
        return
    rows = [
        (
            one.id,
            "no longer in the rules" if one.opening is None else one.opening.mode.value.replace("_", " "),
            "" if one.opening is None else told.weekly(one.opening.weekly),
            _calendar(one),
            next((_local(here, span) for span in _next(here, one, now_ms)), "nothing planned"),
        )
        for one in listed
    ]
    heads = ("opening", "mode", "every week", "calendar", "next")
    show_table(heads, rows, "The rules have no opening hours: everything is open always.")


@hours.command(epilog=example("fabgate hours offered --month 2026-11"))
@click.option("--month", required=True, metavar="YYYY-MM", help="The month.")
@json_option
@pass_here
def offered(here: Here, month: str, as_json: bool) -> None:
    """Show when the lab was really open, by the check-ins of keyholders, beside what was planned."""
    settings = here.settings
    now_ms = here.clock.now().wall_ms
    with here.reading() as reader:
        told_ = reports.hours_of(reader.conn, settings.charter, settings.lab.zone, Month.of(month), now_ms)
    if as_json:
        show_json(
            {
                "month": month,
                "until": utc(told_.until_ms),
                "offered_ms": reports.length_ms(told_.spans),
                "spans": _spans(told_.spans),
                "planned": {name: _spans(spans) for name, spans in told_.planned.items()},
            }
        )
        return
    names = list(told_.planned)
    found_ = [reports.by_day(spans, settings.lab.zone) for spans in (told_.spans, *told_.planned.values())]
    rows = [
        (day.strftime("%a %Y-%m-%d"), *(_times(one.get(day, ())) for one in found_))
        for day in sorted({day for one in found_ for day in one})
    ]
    show_table(("day", "offered", *(f"planned: {name}" for name in names)), rows, f"Nothing in {month}.")
    planned = "".join(f"; planned for {name}: {_sum(told_.planned[name])}" for name in names)
    click.echo(f"\nOffered in {month}: {_sum(told_.spans)}{printable(planned)}.")


# --- words ------------------------------------------------------------------------------------


def _read(file: str) -> bytes:
    """The file, as far as it is no flood; `-` is standard input."""
    with click.open_file(file, "rb") as opened:
        return bytes(opened.read(calendar.MOST_BYTES + 1))


def _set(
    here: Here, desk: Desk, by: str | None, opening: str, spans: tuple[str, ...], reason: str | None
) -> None:
    set_ = desk_hours.set_hours(desk, by, opening, spans, reason)
    last = f", the last on {_said(max(spans))}" if spans else ""
    has = told.count(len(set(spans)), "span")
    done(here, set_, f"The calendar of {{title}} ({{opening}}) has {has} now{last}; it had {{were}}.")


def _day(here: Here, desk: Desk, text: str | None) -> date:
    today = days.of(who.today_ms(desk.conn, desk.clock.now()), here.settings.lab.zone)
    return today if text is None else days.day(text)


def _said(span: str) -> str:
    """A span as people write it: Tue 2026-11-24 17:00-22:00."""
    return _time_of_day(*(datetime.fromisoformat(part) for part in span.split("/")))


def _local(here: Here, span: Span) -> str:
    ((begin, end),) = (one for day in reports.by_day([span], here.settings.lab.zone).values() for one in day)
    return _time_of_day(begin, end)


def _time_of_day(begin: datetime, end: datetime) -> str:
    """Midnight at the end of the day is its 24:00; an end on a later day bears its date."""
    midnight = end.hour == end.minute == 0 and end.date() == begin.date() + timedelta(days=1)
    same = end.date() == begin.date()
    until = "24:00" if midnight else end.strftime("%H:%M" if same else "%Y-%m-%d %H:%M")
    return f"{begin.strftime('%a %Y-%m-%d %H:%M')}-{until}"


def _times(spans: Iterable[tuple[datetime, datetime]]) -> str:
    return ", ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in spans)


def _sum(spans: Iterable[Span]) -> str:
    return told.length(reports.length_ms(spans) // 60_000 * 60_000)


def _calendar(one: Shown) -> str:
    if one.calendar is None or not one.calendar.spans:
        return ""
    last = max(one.calendar.spans).partition("T")[0]
    return f"{told.count(len(one.calendar.spans), 'span')} until {last}, by {one.by or 'somebody'}"


def _next(here: Here, one: Shown, now_ms: int) -> tuple[Span, ...]:
    """What is planned within a fortnight and not over."""
    if one.opening is None:
        return ()
    texts = () if one.calendar is None else one.calendar.spans
    return rules.scheduled(one.opening, texts, here.settings.lab.zone, now_ms, now_ms + _AHEAD_MS)


def _spans(spans: Iterable[Span]) -> list[dict[str, str | None]]:
    return [{"from": utc(span.from_ms), "to": utc(span.to_ms)} for span in spans]


def _json(here: Here, one: Shown, now_ms: int) -> dict[str, object]:
    return {
        "opening": one.id,
        "mode": None if one.opening is None else one.opening.mode.value,
        "title": None if one.opening is None else one.opening.title,
        "weekly": "" if one.opening is None else told.weekly(one.opening.weekly),
        "closed": [] if one.opening is None else one.opening.closed,
        "calendar": [] if one.calendar is None else list(one.calendar.spans),
        "set_by": one.by,
        "set_at": None if one.calendar is None else utc(one.calendar.at_ms),
        "next": _spans(_next(here, one, now_ms)),
    }
