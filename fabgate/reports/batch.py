"""A file for an accounting program as it is made: its rows one by one, its hash, and what it adds up to.

The sums go into a text beside it, for the treasurer to hold against what the program shows after the import.
"""

from __future__ import annotations

import calendar
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fabgate.charges import Sort
from fabgate.config.accounting import Accounting, plain_percent
from fabgate.reports.accounting import Entry
from fabgate.reports.buyers import Buyers, nobody
from fabgate.reports.usage import Names
from fabgate.rules import batches, money
from fabgate.rules.month import Month


@dataclass(frozen=True, slots=True)
class Book:
    """What the entries of a file have in common.

    `batch`: its name; `what`: the words for a sort and item of the price list, as a machine's title.
    """

    batch: str
    month: Month
    lab: str
    currency: str
    accounts: Accounting
    names: Names
    what: Callable[[Sort, str], str]
    buyers: Buyers = nobody

    @property
    def day(self) -> date:
        """The day of all its entries: the last of the month."""
        return date(
            self.month.year, self.month.month, calendar.monthrange(self.month.year, self.month.month)[1]
        )

    def piece(self, entry: Entry) -> str:
        return batches.reference(self.batch, entry.number)

    def auxiliary(self, handle: str) -> str:
        """The payer's own account there."""
        return self.accounts.auxiliary.get(handle, handle)

    def label(self, entry: Entry) -> str:
        handle, name = self.names(entry.payer)
        return f"{self.lab} {self.month} {name or handle}"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a program wants its file: what stands first, the rows of an entry, what stands between and last.

    `rows` is given an entry and its running number, from 1 on, among those that have postings; `lacks`: who
    cannot be imported yet, for nobody has said what they are called there.
    """

    suffix: str
    head: str
    rows: Callable[[Entry, int], Iterable[str]]
    between: str = ""
    tail: str = ""
    encoding: str = "utf-8"
    lacks: Callable[[Entry], str] = lambda _: ""


@dataclass(slots=True)
class Tally:
    """What a file holds, once it was written: counts, its SHA-256, and sums in cents."""

    charges: int = 0
    payers: int = 0
    entries: int = 0
    rows: int = 0
    due: int = 0
    debit: Counter[str] = field(default_factory=Counter)
    credit: Counter[str] = field(default_factory=Counter)
    net: Counter[str] = field(default_factory=Counter)
    vat: Counter[str] = field(default_factory=Counter)
    lacking: list[str] = field(default_factory=list)
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def count(self, entry: Entry) -> None:
        self.charges += entry.lines
        self.payers += 1
        self.due += entry.due_cents
        for posting in entry.postings:
            side = self.debit if posting.cents > 0 else self.credit
            side[posting.account] += abs(posting.cents)
        for one in entry.earned:
            self.net[one.percent] += one.net_cents
            self.vat[one.percent] += one.vat_cents

    def passed(self, piece: bytes) -> bytes:
        self._hash.update(piece)
        return piece


def pieces(entries: Iterable[Entry], layout: Layout, tally: Tally) -> Iterator[bytes]:
    """The file's bytes, piece by piece; `tally` is filled on the way."""
    yield tally.passed(spelled(layout.head, layout.encoding).encode(layout.encoding))
    for entry in entries:
        tally.count(entry)
        if not entry.postings and not entry.earned:
            continue
        tally.entries += 1
        if lacking := layout.lacks(entry):
            tally.lacking.append(lacking)
        for row in layout.rows(entry, tally.entries):
            before = layout.between if tally.rows else ""
            tally.rows += 1
            yield tally.passed(spelled(before + row, layout.encoding).encode(layout.encoding))
    yield tally.passed(layout.tail.encode(layout.encoding))


def spelled(text: str, encoding: str) -> str:
    """The text without signs that an encoding lacks: they lose their accent, or become a question mark."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = "".join(_plain(sign, encoding) for sign in text)
        return plain.encode(encoding, "replace").decode(encoding)
    return text


_WRITTEN_OUT = {"œ": "oe", "Œ": "Oe", "ß": "ss", "€": "EUR", "’": "'", "‘": "'", "–": "-", "—": "-"}


def _plain(sign: str, encoding: str) -> str:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        plain = _WRITTEN_OUT.get(sign) or unicodedata.normalize("NFKD", sign)
        return "".join(part for part in plain if not unicodedata.combining(part))
    return sign


def sums(book: Book, tally: Tally, file: str) -> Iterator[str]:
    """The text beside a file: what it is, and what it adds up to."""
    facts = (
        ("batch", book.batch),
        ("file", file),
        ("sha256", tally.sha256),
        ("month", str(book.month)),
        ("charges", tally.charges),
        ("payers", tally.payers),
        ("entries", tally.entries),
        ("rows", tally.rows),
        ("to pay", money.shown(tally.due, book.currency)),
    )
    yield from (f"{name + ':':<10}{value}\n" for name, value in facts)
    yield f"\n{'account':<14}{'debit':>14}{'credit':>14}\n"
    for account in sorted({*tally.debit, *tally.credit}):
        yield (
            _line(account, tally.debit[account], tally.credit[account])
            + f"  {book.accounts.title(account)}\n"
        )
    yield _line("total", tally.debit.total(), tally.credit.total()) + "\n"
    yield f"\n{'VAT rate':<14}{'net':>14}{'VAT':>14}\n"
    for percent in sorted(tally.net, key=Decimal):
        yield _line(f"{plain_percent(percent)} %", tally.net[percent], tally.vat[percent]) + "\n"
    yield _line("total", tally.net.total(), tally.vat.total()) + "\n"


def _line(name: str, *cents: int) -> str:
    return f"{name:<14}" + "".join(f"{money.plain(one):>14}" for one in cents)
