"""Entries in the 18 columns of the FEC, for import into an accounting program. It is not the legal FEC.

Columns, order, tab, dates and decimal comma as article A47 A-1 of the French Livre des procédures fiscales
lists them. The legal file is what the accounting program makes of its whole year; ours begins with entries
that nobody has validated, so `ValidDate` is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fabgate.reports.accounting import Entry, Posting
from fabgate.reports.batch import Book, Layout
from fabgate.rules import money

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
_END = "\r\n"
_BREAKS = re.compile(r"[\t\r\n|\x00-\x1f]+")
_FORMULA = ("=", "+", "-", "@")


def layout(book: Book) -> Layout:
    """How entries become rows: one a posting."""

    def rows(entry: Entry, number: int) -> Iterator[str]:
        handle, name = book.names(entry.payer)
        for one in entry.postings:
            customer = (book.auxiliary(handle), name or handle) if one.customer else ("", "")
            yield "\t".join(map(_text, _cells(book, entry, number, one, customer))) + _END

    return Layout("txt", "\t".join(COLUMNS) + _END, rows)


def file_name(book: Book) -> str:
    """`<SIREN>FEC<date>.txt` where the lab has a SIREN, for programs that ask for that; else the batch's."""
    siren = book.accounts.siren
    return f"{siren}FEC{book.day:%Y%m%d}.txt" if siren else f"{book.batch}.txt"


def _cells(book: Book, entry: Entry, number: int, one: Posting, customer: tuple[str, str]) -> tuple[str, ...]:
    accounts, day = book.accounts, f"{book.day:%Y%m%d}"
    debit, credit = max(one.cents, 0), max(-one.cents, 0)
    return (
        *(accounts.journal, accounts.journal_title, str(number), day),
        *(one.account, accounts.title(one.account), *customer),
        *(book.piece(entry), day, book.label(entry)),
        *(_amount(debit), _amount(credit)),
        *("", "", "", "", ""),
    )


def _amount(cents: int) -> str:
    return money.plain(cents).replace(".", ",")


def _text(text: str) -> str:
    """No sign that parts cells; nothing that a spreadsheet would take for a formula."""
    line = _BREAKS.sub(" ", text).strip()
    return f"'{line}" if line.startswith(_FORMULA) else line
