"""`fabgate export`: files for the treasurer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click

from fabgate.charges import Charge
from fabgate.cli.export_accounting import accounting, accounts
from fabgate.cli.export_shared import (
    accounts_of,
    charges_of,
    draft_option,
    month_option,
    put,
    put_book,
    sorts_in,
)
from fabgate.cli.frame import Here, Noun, example, options, pass_here, printable
from fabgate.reports import charge_rows, sheet, xlsx
from fabgate.reports.buyers import buyers_in
from fabgate.reports.charge_rows import Around, Sums
from fabgate.reports.sheet import DIALECTS, Form
from fabgate.reports.usage import Per, Report, names_in, usages
from fabgate.reports.xlsx import Block
from fabgate.rules.month import Month
from fabgate.store import batches
from fabgate.store.db import Reader


@click.group(cls=Noun)
def export() -> None:
    """Files for the treasurer."""


_table_options = options(
    click.option(
        "--format",
        "form",
        type=click.Choice([form.value for form in Form]),
        default=Form.CSV.value,
        show_default=True,
        help="A table for a spreadsheet, JSON for programs, or a workbook with sums and definitions.",
    ),
    click.option(
        "--dialect",
        type=click.Choice(list(DIALECTS)),
        default="plain",
        show_default=True,
        help="fr, nl and de open in a spreadsheet of that country by a double click.",
    ),
    click.option(
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to this file, whole or not at all (default: to the screen).",
    ),
)


# --- usage --------------------------------------------------------------------------------------


@export.command(
    epilog=example(
        "fabgate export usage --month 2026-10 --dialect fr --output usage-2026-10.csv",
        "fabgate export usage --month 2026-10 --per member",
    )
)
@month_option("Sessions that ended in this month.")
@click.option(
    "--per",
    type=click.Choice([per.value for per in Per]),
    help="Sums instead of one row a session.",
)
@_table_options
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
        if Form(form) is Form.XLSX:
            put_book(_workbook(report, wanted, dialect), output)
        else:
            put(sheet.written(report, wanted, Form(form), dialect), output)
        _warn(report)


def _workbook(report: Report, per: Per | None, dialect: str) -> Iterator[bytes]:
    columns = sheet.ROW_COLUMNS if per is None else sheet.SUM_COLUMNS[per]
    rows = map(sheet.cells(columns), report.rows() if per is None else report.sums(per))
    return xlsx.pieces("usage", columns, rows, lambda: _usage_sums(report), dialect, _after(report.month))


def _usage_sums(report: Report) -> tuple[Block, ...]:
    return tuple(
        Block(title, columns, [sheet.cells(columns)(one) for one in report.sums(per)])
        for title, per in (("per_member", Per.MEMBER), ("per_machine", Per.MACHINE))
        for columns in (sheet.SUM_COLUMNS[per],)
    )


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


# --- charges ------------------------------------------------------------------------------------


@export.command(
    epilog=example(
        "fabgate export charges --month 2026-10 --dialect fr --output charges-2026-10.csv",
        "fabgate export charges --month 2026-10 --format xlsx --output charges-2026-10.xlsx",
        "fabgate export charges --month 2026-11 --draft",
    )
)
@month_option("The month that was closed.")
@draft_option
@_table_options
@pass_here
def charges(here: Here, month: str, draft: bool, form: str, dialect: str, output: Path | None) -> None:
    """Write what was charged in a month: a row a line, with all that explains its price.

    The same closed month gives the same file, however often it is made, but for the column `batch`: the
    first accounting file that took it. What goes to an accounting program is `export accounting`.
    """
    wanted = Month.of(month)
    with here.reading() as reader, charges_of(here, reader, wanted, draft) as found:
        around = _around(here, reader, wanted, draft)
        if Form(form) is Form.XLSX:
            put_book(_charges_book(here, reader, found, around, dialect, wanted), output)
        else:
            rows = charge_rows.rows(found, around)
            put(sheet.text(charge_rows.COLUMNS, rows, Form(form), dialect), output)


def _around(here: Here, reader: Reader, month: Month, draft: bool) -> Around:
    went = () if draft else batches.of(reader.conn, str(month))
    period = "" if draft else str(month)
    zone, batch = here.settings.lab.zone, went[0] if went else ""
    return Around(names_in(reader.conn), zone, period, batch, buyers_in(reader.conn))


def _charges_book(
    here: Here, reader: Reader, found: Iterable[Charge], around: Around, dialect: str, month: Month
) -> Iterator[bytes]:
    sums = Sums(around.names, accounts_of(here), sorts_in(reader))
    rows = charge_rows.rows(sums.through(found), around)
    return xlsx.pieces("charges", charge_rows.COLUMNS, rows, sums.blocks, dialect, _after(month))


def _after(month: Month) -> date:
    """The day on which a month is over: what a workbook says of its creation."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


export.add_command(accounting)
export.add_command(accounts)
