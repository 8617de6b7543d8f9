"""`fabgate export accounting` and `export accounts`: what an accounting program imports."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from fabgate.charges import Sort
from fabgate.cli.export_shared import (
    accounts_of,
    charges_of,
    draft_option,
    month_option,
    pour_bytes,
    sorts_in,
)
from fabgate.cli.frame import Here, by_option, example, found, pass_here, pour, printable
from fabgate.config.accounting import SAMPLE
from fabgate.desk import batches
from fabgate.desk.batches import Wanted
from fabgate.errors import UsageError
from fabgate.model import MachineId
from fabgate.reports import batch, dolibarr, fec, mapping, paheko
from fabgate.reports.accounting import entries
from fabgate.reports.batch import Book, Layout, Tally
from fabgate.reports.buyers import buyers_in
from fabgate.reports.saving import prepared
from fabgate.reports.usage import names_in
from fabgate.rules import offers
from fabgate.rules.month import Month
from fabgate.store.db import Reader

PROFILES: dict[str, Callable[[Book], Layout]] = {
    "fec": fec.layout,
    "paheko": paheko.layout,
    "dolibarr": dolibarr.layout,
}
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Profile:
    """For which program: its name in the batch's, and how entries are laid out for it."""

    name: str
    layout: Callable[[Book], Layout]


@click.command(
    epilog=example(
        "fabgate export accounting --month 2026-10 --profile fec --output /srv/books",
        "fabgate export accounting --month 2026-10 --profile paheko > october.csv",
        "fabgate export accounting --month 2026-10 --profile winbooks.toml --output /srv/books",
    )
)
@month_option("The month that was closed.")
@click.option(
    "--profile",
    required=True,
    metavar="PROGRAM|FILE",
    help="fec (18 columns), paheko (simplified), dolibarr (drafts of invoices), or a file of columns.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER|FILE",
    help="Write it there, with a file of its sums beside it (default: to the screen).",
)
@click.option("--again", is_flag=True, help="Though it went out already: a second import doubles it.")
@draft_option
@by_option
@pass_here
def accounting(
    here: Here, month: str, profile: str, output: Path | None, again: bool, draft: bool, by: str | None
) -> None:
    """Write a closed month for the accounting program: one balanced entry a payer.

    The file is a batch with a name, which each of its entries bears. Its hash goes into the journal, and the
    same month is refused for the same program a second time. Who does this is treasurer or manager.
    """
    wanted, program = Month.of(month), _profile(profile)
    with here.reading() as reader, charges_of(here, reader, wanted, draft) as charges, here.desk() as desk:
        asked = Wanted(str(wanted), program.name, again)
        draft_name = f"{wanted}-{program.name}-draft"
        name = draft_name if draft else found(here, batches.named(desk, by, asked))
        book, tally = _book(here, reader, wanted, name), Tally()
        layout = program.layout(book)
        made = batch.pieces(entries(charges, book.accounts, sorts_in(reader)), layout, tally)

        def record() -> None:
            if not draft:
                found(here, batches.exported(desk, by, asked, name, tally.rows, tally.sha256))

        if output is None:
            _pour(book, tally, made, record)
        else:
            _save(book, tally, made, record, _path(output, program, book, layout, draft))
        _warn(tally)


@click.command(epilog=example("fabgate export accounts > accounting.toml"))
def accounts() -> None:
    """Print a file of account numbers to begin with: all of them, as they are without one.

    Change what your accounting program calls otherwise, and name the file in the configuration:
    `[lab] accounting = "accounting.toml"`.
    """
    pour((SAMPLE,))


# --- the file -------------------------------------------------------------------------------------


def _profile(text: str) -> Profile:
    if text in PROFILES:
        return Profile(text, PROFILES[text])
    path = Path(text)
    if path.suffix != ".toml" and not path.is_file():
        known = ", ".join(PROFILES)
        raise UsageError(f"there is no program {text!r}", f"There are: {known}; or name a file of columns.")
    said = mapping.read(path)
    if said.name in PROFILES:
        raise UsageError(f"{path}: {said.name} is the name of a program of ours", "Call the file otherwise.")
    return Profile(said.name, lambda book: mapping.layout(book, said))


def _book(here: Here, reader: Reader, month: Month, name: str) -> Book:
    lab, tariff = here.settings.lab, here.settings.tariff

    def what(sort: Sort, item: str) -> str:
        if sort is Sort.MACHINE:
            machine = here.settings.machines.get(MachineId(item))
            return machine.rules.title if machine is not None else item
        titles = (offers.title(version, sort, item) for version in reversed(tariff.versions))
        return next((title for title in titles if title != item), item)

    names, buyers = names_in(reader.conn), buyers_in(reader.conn)
    return Book(name, month, lab.name, tariff.currency, accounts_of(here), names, what, buyers)


def _path(output: Path, program: Profile, book: Book, layout: Layout, draft: bool) -> Path:
    if not output.is_dir():
        return output
    if program.name == "fec" and not draft:
        return output.joinpath(fec.file_name(book))
    return output / f"{book.batch}.{layout.suffix}"


def _save(book: Book, tally: Tally, made: Iterator[bytes], record: Callable[[], None], path: Path) -> None:
    """The file, its sums beside it, and the record: all of them, or nothing."""
    beside = path.with_name(f"{path.stem}.sums.txt")
    with prepared(path, made), prepared(beside, batch.sums(book, tally, path.name)):
        record()
    click.echo(f"written: {printable(path)}")
    click.echo(f"written: {printable(beside)}")


def _pour(book: Book, tally: Tally, made: Iterator[bytes], record: Callable[[], None]) -> None:
    """To the screen once it is whole and on record; its sums go where people are told things."""
    with tempfile.TemporaryFile() as file:
        file.writelines(made)
        record()
        file.seek(0)
        pour_bytes(iter(lambda: file.read(_CHUNK), b""))
    click.echo("".join(batch.sums(book, tally, "-")), err=True, nl=False)


def _warn(tally: Tally) -> None:
    """What is missing in the file of account numbers."""
    if tally.lacking:
        click.echo(
            f"no number of a third party for: {printable(', '.join(tally.lacking))};"
            " give them one under [dolibarr] in the file of account numbers, or fill in socid",
            err=True,
        )
