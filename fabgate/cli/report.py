"""`fabgate report`: what funders, a board or the public ask of a lab."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import click

from fabgate.cli.frame import Here, Noun, example, options, pass_here, pour, printable, show_table
from fabgate.cli.report_money import paid_of
from fabgate.errors import UsageError
from fabgate.reports import chart, datapackage, figure_sheet, funders, public
from fabgate.reports import merge as merging
from fabgate.reports.figure_sheet import Paper
from fabgate.reports.gathered import Period, gather
from fabgate.reports.saving import save
from fabgate.rules.month import Month
from fabgate.store import linked
from fabgate.texts.report_words import ReportWords

OPEN = 0o644  # no person is in it
MOST_MONTHS = 120
TEXT, CSV, JSON, SVG = "text", "csv", "json", "svg"

_period = options(
    click.option("--from", "first", required=True, metavar="YYYY-MM", help="The first month."),
    click.option("--to", "last", metavar="YYYY-MM", help="The last month (default: the first one)."),
)
_dialect = click.option(
    "--dialect",
    type=click.Choice(["plain", "fr", "nl", "de"]),
    default="plain",
    show_default=True,
    help="The language, and a CSV that a spreadsheet of that country opens by a double click.",
)
_shape = options(
    _period,
    click.option(
        "--format",
        "form",
        type=click.Choice([TEXT, CSV, JSON, SVG]),
        default=TEXT,
        show_default=True,
        help="To read here, for a spreadsheet, for programs, or a picture to print.",
    ),
    _dialect,
    click.option(
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to this file, whole or not at all.",
    ),
)


class Asked(TypedDict):
    """What all reports are asked with."""

    first: str
    last: str | None
    form: str
    dialect: str
    output: Path | None


@click.group(cls=Noun)
def report() -> None:
    """Figures for funders, the board and the public.

    No figure tells of one person: what fewer than five people stand behind is not shown.
    """


def _report(name: str, *shown: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command that writes the report of that name."""

    def put(deed: Callable[..., None]) -> click.Command:
        return report.command(name, epilog=example(*shown))(_shape(pass_here(deed)))

    return put


@_report(
    "occupancy",
    "fabgate report occupancy --from 2026-01 --to 2026-06",
    "fabgate report occupancy --from 2026-01 --to 2026-06 --format svg --output occupancy.svg",
)
def occupancy(here: Here, **asked: Unpack[Asked]) -> None:
    """Say how much of the offered time each machine worked.

    Busy hours over the hours in which the lab was open and the machine was in order.
    """
    _write(here, "occupancy", **asked)


@_report(
    "funders",
    "fabgate report funders --from 2026-01 --to 2026-12 --dialect fr --format svg --output lab-2026.svg",
)
def funders_(here: Here, **asked: Unpack[Asked]) -> None:
    """Say who uses the lab, how much, and what for.

    People, visits, new and renewed members, workshops, hours by month, purpose and opening mode; free hours
    and why, where the lab has a price list.
    """
    _write(here, "funders", **asked)


@_report("sponsorship", "fabgate report sponsorship --from 2026-01 --to 2026-12")
def sponsorship(here: Here, **asked: Unpack[Asked]) -> None:
    """Say who learned from whom.

    Trainees who became autonomous, the days that it took them, the hours that sponsors gave.
    """
    _write(here, "sponsorship", **asked)


@_report("downtime", "fabgate report downtime --from 2026-01 --to 2026-06")
def downtime(here: Here, **asked: Unpack[Asked]) -> None:
    """Say how long machines could not be used, and why."""
    _write(here, "downtime", **asked)


@report.command(
    "open-data",
    epilog=example(
        "fabgate report open-data --from 2026-01 --to 2026-06 --licence CC-BY-4.0 --output figures"
    ),
)
@_period
@_dialect
@click.option("--licence", default="", metavar="NAME", help="Under which licence you give it away: CC0-1.0.")
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write into this folder.",
)
@pass_here
def open_data(here: Here, first: str, last: str | None, dialect: str, licence: str, output: Path) -> None:
    """Write all figures into a folder, for others to reckon with.

    A CSV for each table, their definitions, and a description that programs read (a Data Package).
    """
    words, paper = _paper(here, funders.OPEN_DATA, first, last, dialect)
    _written(output, datapackage.written(paper, words, output, licence))


@report.command("merge", epilog=example("fabgate report merge figures-openfab figures-imal --output both"))
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@_dialect
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write into this folder.",
)
def merge(folders: tuple[Path, ...], dialect: str, output: Path) -> None:
    """Join the open data of several labs: FOLDERS, one of each.

    All are of the same months, and made with the same definitions. What a lab has not shown stays hidden, in
    the sums too.
    """
    words = ReportWords.of(figure_sheet.language(dialect))
    _written(output, merging.merged(folders, output, words))


# --- the pieces -------------------------------------------------------------------------------


def _write(
    here: Here, name: str, first: str, last: str | None, form: str, dialect: str, output: Path | None
) -> None:
    words, paper = _paper(here, name, first, last, dialect)
    if form == TEXT and output is None:
        _show(paper, words)
        return
    pieces = _pieces(paper, words, form, dialect)
    if output is None:
        pour(pieces)
        return
    save(output, pieces, OPEN)
    click.echo(f"written: {printable(output)}")


def _pieces(paper: Paper, words: ReportWords, form: str, dialect: str) -> Iterator[str]:
    if form == CSV:
        return figure_sheet.csv(paper, words, dialect)
    if form == JSON:
        return iter([figure_sheet.as_json(paper, words)])
    if form == SVG:
        return iter([chart.svg(paper, words)])
    raise UsageError("text is shown, not written", "Take --format csv, json or svg with --output.")


def _paper(here: Here, name: str, first: str, last: str | None, dialect: str) -> tuple[ReportWords, Paper]:
    """Counts the period and puts the report together; what a person should know goes to standard error."""
    settings, now = here.settings, here.clock.now()
    period = _months(first, last, settings.lab.zone, now.wall_ms // 1000)
    words = funders.words_of(settings, figure_sheet.language(dialect))
    machines = [one for one, its in settings.machines.items() if its.rules.kind.is_machine]
    with here.reading() as reader:
        if linked.linked(reader.conn).hub is not None:
            click.echo(
                "These are the figures of this gate alone: type it at the hub for the lab's.", err=True
            )
        paid = paid_of(reader.conn, settings, period, now)
        found = gather(reader.conn, settings.charter, machines, period, paid)
    return words, funders.paper(found, public.tables(found), name, settings.lab.name, words)


def _months(first: str, last: str | None, zone: ZoneInfo, now_s: int) -> Period:
    begin = Month.of(first)
    end = begin if last is None else Month.of(last)
    if end < begin:
        raise UsageError(f"{end} is before {begin}", "Name the earlier month with --from.")
    if (end.year - begin.year) * 12 + end.month - begin.month >= MOST_MONTHS:
        raise UsageError(f"{begin} to {end} is too long", f"Take {MOST_MONTHS} months at most.")
    period = Period(begin, end, zone, now_s)
    if period.from_s >= now_s:
        raise UsageError(f"{begin} has not begun", "Name a month that has.")
    return period


def _show(paper: Paper, words: ReportWords) -> None:
    """The report on a terminal: its tables, and what the figures mean."""
    click.echo(
        f"{words.report(paper.report)}: {printable(paper.lab)}, {words.period(paper.first, paper.last)}"
    )
    for one in paper.tables:
        click.echo(f"\n{words.table(one.id)}\n")
        header, rows = figure_sheet.text_rows(one, words)
        show_table([textwrap.fill(title, 14) for title in header], rows, "")
    click.echo(f"\n{words.word('definitions')}\n")
    for title, says in figure_sheet.definitions(paper.tables, words):
        _paragraph(f"{title}: {says}")
    click.echo("")
    for note in paper.notes:
        _paragraph(note)


def _paragraph(text: str) -> None:
    click.echo("\n".join(textwrap.wrap(printable(text), 100, subsequent_indent="  ")))


def _written(folder: Path, names: tuple[str, ...]) -> None:
    click.echo(f"written into {printable(folder)}: {', '.join(names)}")
