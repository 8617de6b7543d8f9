"""`fabgate statement`: a member's month on paper, in their language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import click

from fabgate.charges import Charge
from fabgate.cli.export_shared import charges_of, draft_option, month_option
from fabgate.cli.frame import Here, example, found, pass_here, printable
from fabgate.desk import who
from fabgate.errors import UsageError
from fabgate.model import MemberId
from fabgate.reports import statement_of, statement_pdf
from fabgate.reports.saving import save
from fabgate.reports.statement import Around, Payee, Statement
from fabgate.reports.statement import statement as stated
from fabgate.rules.month import Month
from fabgate.store import accounts, roster
from fabgate.store.db import Reader
from fabgate.texts.statement_words import StatementWords

PDF = ".pdf"


@click.command(
    epilog=example(
        "fabgate statement ada --month 2026-10 --output ada.pdf",
        "fabgate statement --all --month 2026-10 --output statements-2026-10",
        "fabgate statement --all --month 2026-10 --output statements-2026-10.pdf --one-file",
    )
)
@click.argument("whom", required=False, metavar="[WHO]")
@month_option("The month, as 2026-10.")
@click.option("--all", "everybody", is_flag=True, help="A statement for each payer of the month.")
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="A file that ends in .pdf, or a folder: a file for each payer goes there.",
)
@click.option("--one-file", is_flag=True, help="With --all: one file, each payer on pages of their own.")
@draft_option
@pass_here
def statement(
    here: Here, whom: str | None, month: str, everybody: bool, output: Path, one_file: bool, draft: bool
) -> None:
    """Write what WHO used and bought in a month, what paid for it, and what is left to pay, as PDF.

    In the language of each member. It is no invoice, and says so: the amounts are those of the accounting
    file, to the cent. WHO is a handle or an id.
    """
    if (whom is None) is not everybody:
        raise UsageError("whose statement?", "Name a member, or type --all.")
    if one_file and not everybody:
        raise UsageError("--one-file goes with --all", "Leave --one-file out.")
    with here.reading() as reader:
        one = None if whom is None else found(here, who.find(reader.conn, whom)).id
        of = Month.of(month)
        with charges_of(here, reader, of, draft) as charges:
            papers = _papers(here, reader, of, draft, charges, one)
            if one_file or (one is not None and output.suffix.lower() == PDF):
                _one(output, papers)
            else:
                _each(output, of, papers)


def _one(output: Path, papers: Iterable[tuple[Payee, Statement]]) -> None:
    both = list(papers)
    if not both:
        raise UsageError("nobody was charged anything in this month", "Look at another month.")
    save(output, [statement_pdf.pdf(paper for _, paper in both)])
    click.echo(f"written: {len(both)} statement(s), in {printable(output)}")


def _each(folder: Path, month: Month, papers: Iterable[tuple[Payee, Statement]]) -> None:
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as wrong:
        raise UsageError(
            f"cannot write {folder}: {wrong.strerror}", "Name a folder that can be made."
        ) from wrong
    count = 0
    for payee, paper in papers:
        save(folder / f"{month}-{payee.handle}{PDF}", [statement_pdf.pdf([paper])])
        count += 1
    click.echo(f"written: {count} statement(s), in {printable(folder)}")


# --- what they say ------------------------------------------------------------------------------


def _papers(
    here: Here, reader: Reader, month: Month, draft: bool, charges: Iterable[Charge], one: MemberId | None
) -> Iterator[tuple[Payee, Statement]]:
    """Each payer's, or the one of a member, who may have been charged nothing."""
    around = statement_of.around(reader.conn, here.settings, month, here.clock.now().wall_ms, draft)
    seen = False
    for payer, theirs in groupby(charges, key=lambda charge: charge.payer):
        if one is None or payer == one:
            seen = True
            yield _paper(here, reader, payer, list(theirs), around)
    if one is not None and not seen:
        yield _paper(here, reader, one, [], around)


def _paper(
    here: Here, reader: Reader, payer: MemberId, charges: list[Charge], around: Around
) -> tuple[Payee, Statement]:
    member, where = roster.member(reader.conn, payer), accounts.address(reader.conn, payer)
    name, handle = (payer, payer) if member is None else (member.name, member.handle)
    lines, number = ((), "") if where is None else (where.lines, where.vat_number)
    spoken = None if member is None else member.language
    language = spoken if spoken else here.settings.lab.languages[0]
    payee = Payee(payer, name, handle, lines, number)
    return payee, stated(payee, charges, around, StatementWords.of(language))
