"""What the commands of `fabgate export` share: the charges of a month, and where a file goes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from fabgate.charges import Charge
from fabgate.cli.frame import Here, pour, printable, refuse
from fabgate.config import accounting
from fabgate.config.accounting import Accounting
from fabgate.desk import bookkeeping
from fabgate.desk.month import drafts
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.reports import statement_of
from fabgate.reports.accounting import SortOf
from fabgate.reports.saving import save
from fabgate.rules.month import Month
from fabgate.store import charged
from fabgate.store.db import Reader

_TOLD_EVERY = 10_000
Deed = TypeVar("Deed", bound=Callable[..., Any])


def month_option(meaning: str) -> Callable[[Deed], Deed]:
    return click.option("--month", required=True, metavar="YYYY-MM", help=meaning)


draft_option = click.option(
    "--draft", is_flag=True, help="Of a month that is not closed, as it stands now: to look at."
)


@contextmanager
def charges_of(here: Here, reader: Reader, month: Month, draft: bool) -> Iterator[Iterator[Charge]]:
    """The charges of a closed month, or of an open one as it stands, by payer. Raises UsageError, refuses."""
    elsewhere = bookkeeping.not_the_books(reader.conn, here.settings)
    if isinstance(elsewhere, Denied):
        refuse(here, elsewhere)
    closed = charged.period(reader.conn, str(month)) is not None
    if closed and draft:
        raise UsageError(f"{month} is closed", "Leave --draft out.")
    if closed:
        yield watched(charged.charges(reader.conn, str(month)))
    elif draft:
        with drafts(reader.conn, here.settings, month, here.clock.now()) as found:
            yield watched(one for _, lines in found for one in lines)
            _blocked(month, len(found.obstacles))
    else:
        raise UsageError(
            f"{month} is not closed",
            f"fabgate close {month} --dry-run says what stands in the way. To look at it as it is: --draft",
        )


def _blocked(month: Month, obstacles: int) -> None:
    what = f", and {obstacles} thing(s) stand in the way of closing {month}" if obstacles else ""
    click.echo(f"a draft: it changes until the month is closed{what}", err=True)


def accounts_of(here: Here) -> Accounting:
    """The lab's account numbers. Raises ConfigError."""
    return accounting.read(here.settings.lab.accounting)


def sorts_in(reader: Reader) -> SortOf:
    """What a charge that was taken back was for, by its id."""
    return statement_of.sorts_in(reader.conn)


def watched(charges: Iterable[Charge]) -> Iterator[Charge]:
    """The same charges; how many there were is said on a terminal, in one line that is gone in the end."""
    if not sys.stderr.isatty():
        yield from charges
        return
    try:
        for number, one in enumerate(charges, 1):
            if number % _TOLD_EVERY == 0:
                click.echo(f"\r\033[K{number:,} charges", err=True, nl=False)
            yield one
    finally:
        click.echo("\r\033[K", err=True, nl=False)


# --- where it goes ------------------------------------------------------------------------------


def put(pieces: Iterable[str], output: Path | None) -> None:
    """Text to a file, or to the screen."""
    if output is None:
        pour(pieces)
    else:
        _save(pieces, output)


def put_book(pieces: Iterable[bytes], output: Path | None) -> None:
    """A workbook to a file, or to a pipe. Raises UsageError for a screen, and within a rehearsal."""
    if output is not None:
        _save(pieces, output)
    elif sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        raise UsageError("a workbook is nothing to read on a screen", "Add: > file.xlsx")
    else:
        pour_bytes(pieces)


def pour_bytes(pieces: Iterable[bytes]) -> None:
    """Bytes to standard output as they are; a rehearsal, whose output is text, reads them as UTF-8."""
    raw = getattr(sys.stdout, "buffer", None)
    for piece in pieces:
        if raw is None:
            sys.stdout.write(piece.decode(errors="replace"))
        else:
            raw.write(piece)
    sys.stdout.flush()


def _save(pieces: Iterable[str | bytes], output: Path) -> None:
    save(output, pieces)
    click.echo(f"written: {printable(output)}")
