"""Any other program: a file of columns says what its import wants, and entries are written so.

A file that is a mapping has a table `[file]` and a `[column.<id>]` for each column, in their order. What
stands in a column is a text with words in braces, such as `{account}`; which words there are depends on what
a row is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from fabgate.config.accounting import plain_percent
from fabgate.config.key import Key, KeyList
from fabgate.config.reading import Document, refuse, spot
from fabgate.config.values import TEXT, YES_OR_NO, Kind, Unfit, between, nearest, one_of, word_of
from fabgate.reports.accounting import Entry
from fabgate.reports.batch import Book, Layout, spelled
from fabgate.reports.paheko import transfers
from fabgate.reports.sheet import Cell, Dialect, lines
from fabgate.rules import money

_WORD = re.compile(r"\{([a-z_]*)\}")
_COMMON = (
    *("batch", "number", "piece", "date", "month", "label", "currency", "journal", "journal_title"),
    *("payer", "payer_name", "auxiliary", "customers", "address", "vat_number", "kind"),
)
WORDS: Mapping[str, tuple[str, ...]] = {
    "postings": (
        *_COMMON,
        "account",
        "account_title",
        "customer",
        "debit",
        "credit",
        "amount",
        "side",
        "percent",
    ),
    "transfers": (*_COMMON, "debit_account", "credit_account", "amount"),
    "sales": (*_COMMON, "account", "account_title", "sort", "item", "what", "percent", "net", "vat", "gross"),
}
"""What a row can be, and the words that it has: a line of an entry; a transfer between two accounts, as
Paheko wants it; or what a payer was charged for one thing at one rate."""

_DATES = {"2026-10-31": "%Y-%m-%d", "31/10/2026": "%d/%m/%Y", "31.10.2026": "%d.%m.%Y", "20261031": "%Y%m%d"}
_SEPARATORS = {";": ";", ",": ",", "|": "|", "tab": "\t"}


def _suffix(value: object) -> str:
    text = TEXT.read(value)
    if not re.fullmatch("[a-z0-9]{1,8}", text):
        raise Unfit(f'"{text}" is no ending of a file', 'Write it without its dot: "csv", "txt".')
    return text


ROWS: Key[str] = Key("file.rows", word_of(*WORDS), "What a row is.", "postings")
SUFFIX: Key[str] = Key("file.suffix", Kind("text", _suffix), "How the file's name ends.", "csv")
ENCODING: Key[str] = Key(
    "file.encoding",
    word_of("utf-8", "utf-8-sig", "iso-8859-1", "iso-8859-15", "cp1252"),
    "The alphabet of the file.",
    "utf-8",
)
SEPARATOR: Key[str] = Key("file.separator", one_of(_SEPARATORS), "What stands between cells.", ";")
DECIMAL: Key[str] = Key("file.decimal", word_of(",", "."), "What stands before the cents.", ",")
DATE: Key[str] = Key("file.date", one_of(_DATES), "How a day is written.", "31/10/2026")
HEADER: Key[bool] = Key("file.header", YES_OR_NO, "Whether the first line names the columns.", True)
ZEROS: Key[bool] = Key("file.zeros", YES_OR_NO, "Whether an amount of nothing is written: 0,00.", True)
TITLE: Key[str] = Key("column.*.title", TEXT, "What the header calls it.", "")
VALUE: Key[str] = Key("column.*.value", TEXT, "What stands in it.", example="{account}")
MOST: Key[int] = Key("column.*.most", between(0, 1000), "How many signs fit, 0: any number.", 0)
MAPPING = KeyList(
    keys=(ROWS, SUFFIX, ENCODING, SEPARATOR, DECIMAL, DATE, HEADER, ZEROS, TITLE, VALUE, MOST),
    tables={"file": "The file.", "column.*": "A column, in their order."},
    sample="docs/accounting.md",
)


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    value: str
    most: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file of columns says. `name` is its profile in a batch's name: the file's own."""

    name: str
    columns: tuple[Column, ...]
    rows: str
    dialect: Dialect
    suffix: str
    encoding: str
    date: str
    header: bool
    zeros: bool


def read(path: Path) -> Columns:
    """A mapping file. Raises ConfigError with everything that is wrong, by line."""
    document = Document(path, MAPPING)
    rows = document.get(ROWS) or "postings"
    columns = document.names("column")
    if not columns:
        document.wrong(("column",), "there is no column", 'Write [column.account] and value = "{account}".')
    for name in columns:
        _check(document, name, rows)
    refuse([document])
    dialect = Dialect(document.need(SEPARATOR), document.need(DECIMAL), "", "\r\n")
    return Columns(
        _profile(path),
        tuple(_column(document, name) for name in columns),
        rows,
        dialect,
        document.need(SUFFIX),
        document.need(ENCODING),
        document.need(DATE),
        document.need(HEADER),
        document.need(ZEROS),
    )


def layout(book: Book, said: Columns) -> Layout:
    """How entries become rows, as the file of columns says."""
    # What Python calls utf-8-sig would mark every piece; the mark stands at the head once.
    mark = "\ufeff" if said.encoding == "utf-8-sig" else ""
    head = "".join(lines([one.title for one in said.columns], (), said.dialect)) if said.header else ""

    def rows(entry: Entry, number: int) -> Iterator[str]:
        found = ({**_common(book, entry, number), **own} for own in _ROWS[said.rows](book, entry))
        cells = ([_filled(one, words, said) for one in said.columns] for words in found)
        yield from lines((), cells, said.dialect, header_too=False)

    return Layout(said.suffix, mark + head, rows, encoding=said.encoding.removesuffix("-sig"))


def _profile(path: Path) -> str:
    """The part of a batch's name: lower-case letters, digits, - and _."""
    return re.sub(r"[^a-z0-9_-]", "-", path.stem.lower())[:32] or "file"


def _column(document: Document, name: str) -> Column:
    title = document.need(TITLE, name) or name
    return Column(title, document.need(VALUE, name), document.need(MOST, name))


def _check(document: Document, name: str, rows: str) -> None:
    """Note each word in braces that such a row has not."""
    for word in _WORD.findall(document.get(VALUE, name) or ""):
        if word not in WORDS[rows]:
            where = spot(VALUE, name)
            document.wrong(where, f"a row of {rows} has no {{{word}}}", nearest(word, WORDS[rows]))


# --- words -----------------------------------------------------------------------------------------

Words = dict[str, Cell]


def _common(book: Book, entry: Entry, number: int) -> Words:
    handle, name = book.names(entry.payer)
    buyer = book.buyers(entry.payer)
    return {
        "batch": book.batch,
        "number": number,
        "piece": book.piece(entry),
        "date": book.day,
        "month": str(book.month),
        "label": book.label(entry),
        "currency": book.currency,
        "journal": book.accounts.journal,
        "journal_title": book.accounts.journal_title,
        "payer": handle,
        "payer_name": name,
        "address": ", ".join(buyer.address),
        "vat_number": buyer.vat_number,
        "kind": "B2B" if buyer.organisation else "B2C",
        "auxiliary": book.auxiliary(handle),
        "customers": book.accounts.customers,
    }


def _postings(book: Book, entry: Entry) -> Iterator[Words]:
    handle, _ = book.names(entry.payer)
    for one in entry.postings:
        yield {
            "account": one.account,
            "account_title": book.accounts.title(one.account),
            "customer": book.auxiliary(handle) if one.customer else "",
            "debit": money.amount(max(one.cents, 0)),
            "credit": money.amount(max(-one.cents, 0)),
            "amount": money.amount(one.cents),
            "side": "D" if one.cents > 0 else "C",
            "percent": plain_percent(one.percent) if one.percent else "",
        }


def _transfers(_: Book, entry: Entry) -> Iterator[Words]:
    for debit, credit, cents in transfers(entry):
        yield {"debit_account": debit, "credit_account": credit, "amount": money.amount(cents)}


def _sales(book: Book, entry: Entry) -> Iterator[Words]:
    for one in entry.earned:
        yield {
            "account": one.account,
            "account_title": book.accounts.title(one.account),
            "sort": one.sort.value,
            "item": one.item,
            "what": book.what(one.sort, one.item),
            "percent": plain_percent(one.percent),
            "net": money.amount(one.net_cents),
            "vat": money.amount(one.vat_cents),
            "gross": money.amount(one.net_cents + one.vat_cents),
        }


_ROWS: Mapping[str, Callable[[Book, Entry], Iterator[Words]]] = {
    "postings": _postings,
    "transfers": _transfers,
    "sales": _sales,
}


def _filled(column: Column, words: Words, said: Columns) -> Cell:
    """A cell: an amount as a number where nothing stands beside it, else text."""
    alone = _WORD.fullmatch(column.value)
    if alone and isinstance(words[alone[1]], Decimal):
        cell = words[alone[1]]
        return None if not said.zeros and cell == 0 else cell
    text = spelled(_WORD.sub(lambda found: _shown(words[found[1]], said), column.value), said.encoding)
    return text[: column.most] if column.most else text


def _shown(cell: Cell, said: Columns) -> str:
    match cell:
        case Decimal():
            return f"{cell:f}".replace(".", said.dialect.decimal)
        case date():
            return cell.strftime(said.date)
        case _:
            return str(cell)
