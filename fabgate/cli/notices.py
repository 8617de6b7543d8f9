"""`fabgate notices`: whom to write to, for the lab's own mail merge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from fabgate.cli.frame import Here, example, json_option, pass_here, pour, printable, show_json, show_table
from fabgate.cli.show import Json, day
from fabgate.desk import mail_merge
from fabgate.desk import notices as told
from fabgate.desk.notices import Kind, Notice
from fabgate.model import Lapse
from fabgate.reports import sheet
from fabgate.reports.sheet import DIALECTS

_PRIVATE = 0o600


@click.command(epilog=example("fabgate notices", "fabgate notices --csv --days 30 --out notices.csv"))
@click.option(
    "--days",
    type=click.IntRange(0, 3650),
    metavar="NUMBER",
    help="How far to look ahead (default: the longest notice of the lab's rules).",
)
@click.option("--csv", "as_csv", is_flag=True, help="For a mail merge: CSV, a line for each thing.")
@click.option(
    "--dialect",
    type=click.Choice(list(DIALECTS)),
    default="plain",
    show_default=True,
    help="Of the CSV: fr and nl open in a spreadsheet of that country by a double click.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the CSV to this file, which only you may read (default: to the screen).",
)
@json_option
@pass_here
def notices(
    here: Here, days: int | None, as_csv: bool, dialect: str, out: Path | None, as_json: bool
) -> None:
    """Show what runs out soon or has just run out, by member.

    Just: within the last seven days. Papers, qualifications, suspensions, who comes of age. fabgate
    sends no mail: take the CSV into your own mail merge. It holds names and addresses: delete it when
    the mails are sent.
    """
    with here.desk() as desk:
        shown = told.listed(desk, days)
    if as_json:
        show_json([_json(here, one) for one in shown])
    elif as_csv or out is not None:
        _csv(here, shown, dialect, out)
    else:
        rows = [_row(here, one) for one in shown]
        show_table(("member", "name", "what", "last day", "days left", ""), rows, "There is nothing to tell.")
    _say_unreachable(shown)


def _csv(here: Here, shown: Sequence[Notice], dialect: str, out: Path | None) -> None:
    pieces = sheet.table(mail_merge.COLUMNS, _rows(here, shown), dialect)
    if out is None:
        pour(pieces)
        return
    sheet.save(out, pieces, _PRIVATE)
    click.echo(f"written: {printable(out)}")


def _rows(here: Here, shown: Sequence[Notice]) -> list[tuple[str | int, ...]]:
    return [mail_merge.cells(one, here.settings.lab.zone) for one in shown]


def _say_unreachable(shown: Sequence[Notice]) -> None:
    """Those whom no mail will reach; a gate of a hub is told no addresses at all."""
    without = sorted({one.member.handle for one in shown if not one.member.email})
    if without:
        names = ", ".join(without[:5]) + (f" and {len(without) - 5} more" if len(without) > 5 else "")
        click.echo(f"No e-mail address here: {printable(names)}. (Gates of a hub keep none.)", err=True)


def _row(here: Here, one: Notice) -> tuple[object, ...]:
    left = "" if one.days_left is None else one.days_left
    return (one.member.handle, one.member.name, _what(one), day(here, one.until_ms), left, _note(here, one))


def _what(one: Notice) -> str:
    match one.kind:
        case Kind.SUSPENDED:
            return f"suspended on {one.what}" if one.what else "suspended"
        case Kind.OF_AGE:
            return "comes of age"
        case Kind.PAPER | Kind.SKILL:
            return one.what


def _note(here: Here, one: Notice) -> str:
    match one.why:
        case Lapse.DISUSE:
            return "not used for long"
        case Lapse.VALIDITY:
            return "to be renewed"
        case _ if one.grace:
            return f"over since {day(here, one.filed_ms)}, in grace"
        case _ if one.kind is Kind.SUSPENDED and one.until_ms is None:
            return "until it is lifted"
        case _:
            return ""


def _json(here: Here, one: Notice) -> Json:
    (cells,) = _rows(here, (one,))
    return {
        **dict(zip(mail_merge.COLUMNS, cells, strict=True)),
        "days_left": one.days_left,
        "last_day": day(here, one.until_ms) or None,
        "paper_until": day(here, one.filed_ms) or None,
    }
