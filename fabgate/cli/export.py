"""`fabgate export`: files for the treasurer."""

from __future__ import annotations

from pathlib import Path

import click

from fabgate.cli.frame import Here, Noun, example, pass_here, pour, printable
from fabgate.reports import sheet
from fabgate.reports.sheet import DIALECTS, Form
from fabgate.reports.usage import Per, Report, usages
from fabgate.rules.month import Month


@click.group(cls=Noun)
def export() -> None:
    """Files for the treasurer."""


@export.command(
    epilog=example(
        "fabgate export usage --month 2026-10 --dialect fr --output usage-2026-10.csv",
        "fabgate export usage --month 2026-10 --per member",
    )
)
@click.option("--month", required=True, metavar="YYYY-MM", help="Sessions that ended in this month.")
@click.option(
    "--per",
    type=click.Choice([per.value for per in Per]),
    help="Sums instead of one row a session.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Form]),
    default=Form.CSV.value,
    show_default=True,
    help="A table for a spreadsheet, or JSON for programs.",
)
@click.option(
    "--dialect",
    type=click.Choice(list(DIALECTS)),
    default="plain",
    show_default=True,
    help="fr and nl open in a spreadsheet of that country by a double click.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file, whole or not at all (default: to the screen).",
)
@pass_here
def usage(here: Here, month: str, per: str | None, form: str, dialect: str, output: Path | None) -> None:
    """Write what was used in a month: a row a session, or sums.

    Sessions that still run are in no file yet; they are named apart. The same month gives the same
    file, however often it is made.
    """
    wanted = None if per is None else Per(per)
    with (
        here.reading() as reader,
        usages(reader.conn, Month.of(month), here.settings.lab.zone, here.clock.now()) as report,
    ):
        pieces = sheet.written(report, wanted, Form(form), dialect)
        if output is None:
            pour(pieces)
        else:
            sheet.save(output, pieces)
            click.echo(f"written: {printable(output)}")
        _warn(report)


def _warn(report: Report) -> None:
    """What is not in the file, and why."""
    for one in report.open:
        click.echo(
            f"still open, in no file yet: {one.machine}, {printable(one.member)},"
            f" since {one.start_local} (session {one.session})",
            err=True,
        )
    for month, number in report.undated.items():
        click.echo(
            f"{number} session(s) stand in {month} by a clock that was not right: they may belong here",
            err=True,
        )
    if report.unpaired:
        click.echo(f"{report.unpaired} end(s) of sessions without a beginning in this journal", err=True)
