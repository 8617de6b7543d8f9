"""Entries as Paheko imports them in its kind "simplifié": a row is a transfer from one account to another.

The columns are those of its own export of that kind. `Numéro d'écriture` stays empty: a number that Paheko
does not know makes its import fail, and one that it knows would change that entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from fabgate.reports.accounting import Entry, pairs
from fabgate.reports.batch import Book, Layout
from fabgate.reports.sheet import Cell, Dialect, lines
from fabgate.rules import money

COLUMNS = (
    "Numéro d'écriture",
    "Type",
    "Statut",
    "Libellé",
    "Date",
    "Remarques",
    "Numéro pièce comptable",
    "Référence paiement",
    "Compte de débit",
    "Compte de crédit",
    "Montant",
    "Projet analytique",
    "Membres associés",
)
_DIALECT = Dialect(";", ",", "", "\r\n")


def layout(book: Book) -> Layout:
    """How entries become rows: one a transfer."""
    head, *_ = lines(COLUMNS, (), _DIALECT)

    def rows(entry: Entry, number: int) -> Iterator[str]:  # noqa: ARG001 - Paheko numbers them
        cells = (_cells(book, entry, *pair) for pair in transfers(entry))
        yield from lines((), cells, _DIALECT, header_too=False)

    return Layout("csv", head, rows)


def transfers(entry: Entry) -> Iterator[tuple[str, str, int]]:
    """Debit account, credit account and cents, one for each such pair."""
    found: dict[tuple[str, str], int] = {}
    for debit, credit, cents in pairs(entry.postings):
        where = (debit.account, credit.account)
        found[where] = found.get(where, 0) + cents
    return ((debit, credit, cents) for (debit, credit), cents in found.items())


def _cells(book: Book, entry: Entry, debit: str, credit: str, cents: int) -> tuple[Cell, ...]:
    titled = book.accounts.title(debit if credit == book.accounts.customers else credit)
    return (
        *(None, None, None),
        f"{book.label(entry)} : {titled}",
        f"{book.day:%d/%m/%Y}",
        None,
        book.piece(entry),
        None,
        *(debit, credit, money.amount(cents)),
        book.accounts.project,
        _member(book, entry),
    )


def _member(book: Book, entry: Entry) -> str:
    """Their name, by which Paheko finds them; it reads a comma as the end of one name."""
    name = book.names(entry.payer)[1]
    return "" if "," in name or book.accounts.members == "none" else name
