"""A month's charges as entries for an accounting program: one for each payer, balanced to the cent.

An entry debits what the payer owes and what was taken from their wallet and packs, and credits what was
earned, its VAT, and what was paid in advance. VAT is of each rate on the payer's total (`rules/vat`), as on
their statement; what was earned at a rate shares its net by the running sum, so that no cent is lost or made.
Money is int cents throughout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from fabgate.charges import ADVANCE, Charge, Sort
from fabgate.config.accounting import Accounting
from fabgate.model import MemberId
from fabgate.rules.vat import split
from fabgate.tariff import Basis

SortOf = Callable[[str], tuple[Sort, str]]
"""The sort and item of a charge, by its id: what a reversal takes back is booked where that was."""


@dataclass(frozen=True, slots=True)
class Earned:
    """What a payer was charged for one thing at one rate: `cents` in `basis`, its share of net and VAT."""

    sort: Sort
    item: str
    account: str
    percent: str
    basis: str
    cents: int
    net_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True)
class Posting:
    """What an entry books on one account: cents, above zero on the debit side, below it on the credit side.

    `percent`: the rate of what was earned, or of the VAT; else empty.
    """

    account: str
    cents: int
    percent: str = ""
    customer: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """All that a payer was charged in a month; the postings add up to zero.

    `number`: the payer's within the month. `lines`: of how many charges it is made. `wallet_cents` and
    `packs_cents`: what came out of money in advance, less what went in.
    """

    number: int
    payer: MemberId
    lines: int
    earned: tuple[Earned, ...]
    wallet_cents: int
    packs_cents: int
    postings: tuple[Posting, ...]

    @property
    def due_cents(self) -> int:
        """What is left to pay; below zero where they get something back."""
        return sum(one.cents for one in self.postings if one.customer)


def entries(charges: Iterable[Charge], accounts: Accounting, sort_of: SortOf) -> Iterator[Entry]:
    """The entry of each payer, in the order of the charges, which stand together by payer.

    One whom the month cost nothing has a number and no postings.
    """
    found: list[Entry] = []
    for _ in told(charges, accounts, sort_of, found.append):
        yield from found
        found.clear()
    yield from found


def told(
    charges: Iterable[Charge], accounts: Accounting, sort_of: SortOf, take: Callable[[Entry], None]
) -> Iterator[Charge]:
    """The same charges, one by one; after those of a payer, `take` is told their entry."""
    for number, (payer, theirs) in enumerate(groupby(charges, key=lambda one: one.payer), 1):
        sums = _Sums()
        for charge in theirs:
            sums.add(charge, accounts, sort_of)
            yield charge
        take(sums.entry(number, payer, accounts))


def booked_as(charge: Charge, sort_of: SortOf) -> tuple[Sort, str]:
    """The sort and item by which a charge is booked: its own, or those of what it takes back."""
    return sort_of(charge.of) if charge.sort is Sort.REVERSAL else (charge.sort, charge.item)


@dataclass(slots=True)
class _Sums:
    """The charges of one payer, added up by rate, basis, account, sort and item."""

    lines: int = 0
    wallet: int = 0
    packs: int = 0
    sums: Counter[tuple[str, str, str, Sort, str]] = field(default_factory=Counter)

    def add(self, charge: Charge, accounts: Accounting, sort_of: SortOf) -> None:
        self.lines += 1
        sort, item = booked_as(charge, sort_of)
        self.wallet += charge.wallet_cents
        self.packs += charge.pack_cents
        if charge.basis == ADVANCE:
            if sort is Sort.TOPUP:
                self.wallet -= charge.cents
            else:
                self.packs -= charge.cents
            return
        what = (accounts.earned(sort, item), sort, item)
        self.sums[charge.percent, charge.basis, *what] += charge.cents + charge.wallet_cents
        if charge.pack_cents:
            self.sums[charge.percent, Basis.WITH_VAT.value, *what] += charge.pack_cents

    def entry(self, number: int, payer: MemberId, accounts: Accounting) -> Entry:
        earned = tuple(self.shared())
        postings = tuple(_postings(accounts, earned, self.wallet, self.packs))
        return Entry(number, payer, self.lines, earned, self.wallet, self.packs, postings)

    def shared(self) -> Iterator[Earned]:
        """By rate and basis: each gets what net and VAT of the running sum grew by."""
        kept = sorted((key for key, cents in self.sums.items() if cents), key=_by_rate)
        for (percent, basis), group in groupby(kept, key=lambda key: key[:2]):
            so_far, before = 0, split(percent, basis, 0)
            for key in group:
                so_far += self.sums[key]
                now = split(percent, basis, so_far)
                net, vat = now.net_cents - before.net_cents, now.vat_cents - before.vat_cents
                yield Earned(key[3], key[4], key[2], percent, basis, self.sums[key], net, vat)
                before = now


def _by_rate(key: tuple[str, str, str, Sort, str]) -> tuple[Decimal, tuple[str, ...]]:
    return Decimal(key[0]), key


def _postings(accounts: Accounting, earned: Iterable[Earned], wallet: int, packs: int) -> Iterator[Posting]:
    """What they owe first, then what came out of money in advance or went in, what was earned, its VAT."""
    sums: Counter[tuple[str, str]] = Counter({(accounts.wallets, ""): wallet})
    sums[accounts.advances, ""] += packs
    vat: Counter[tuple[str, str]] = Counter()
    for one in earned:
        sums[one.account, one.percent] -= one.net_cents
        vat[accounts.vat_of(one.percent), one.percent] -= one.vat_cents
    booked = [Posting(*where, percent) for where, percent in _real(sums)]
    booked += [Posting(*where, percent) for where, percent in _real(vat)]
    due = -sum(one.cents for one in booked)
    if due:
        yield Posting(accounts.customers, due, customer=True)
    yield from booked


def _real(sums: Counter[tuple[str, str]]) -> Iterator[tuple[tuple[str, int], str]]:
    return (((account, cents), percent) for (account, percent), cents in sums.items() if cents)


def pairs(postings: Iterable[Posting]) -> Iterator[tuple[Posting, Posting, int]]:
    """The same entry as transfers: a debit, a credit, and how many cents of the one go against the other.

    For programs whose entries have two accounts each; what is on either side comes out in its order.
    """
    held = tuple(postings)
    debits = [one for one in held if one.cents > 0]
    left = [one.cents for one in debits]
    for credit in (one for one in held if one.cents < 0):
        open_ = -credit.cents
        for at, debit in enumerate(debits):
            moved = min(open_, left[at])
            if moved:
                left[at] -= moved
                open_ -= moved
                yield debit, credit, moved
