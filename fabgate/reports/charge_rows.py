"""Charges as a table, a row a charge, and the sums that stand beside them.

Money is int cents here and Decimal with two decimals in a cell. Amounts of lines whose prices have VAT in
them and of those that have not are never added: sums are net, VAT and gross, VAT by rate on each payer's
total, as on their statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from fabgate.charges import Charge
from fabgate.config.accounting import Accounting, plain_percent
from fabgate.reports.accounting import Entry, SortOf, told
from fabgate.reports.buyers import Buyers, nobody
from fabgate.reports.sheet import Cell
from fabgate.reports.usage import Names, local, utc
from fabgate.reports.xlsx import Block
from fabgate.rules.money import amount

COLUMNS = (
    *("charge", "period", "number", "batch", "day", "payer", "payer_name", "organisation", "vat_number"),
    *(
        "member",
        "sort",
        "item",
        "quantity",
        "purpose",
        "category",
        "start_utc",
        "end_utc",
        "start_local",
        "end_local",
    ),
    *("seconds_powered", "busy_s", "seconds_billed", "version", "list_price", "amount", "wallet"),
    *("pack_value", "pools", "basis", "vat", "percent", "vat_paid", "reason", "of", "sessions", "records"),
)
PAYER_COLUMNS = ("number", "payer", "payer_name", "lines", "net", "vat_amount", "gross", "ahead", "to_pay")
ITEM_COLUMNS = ("sort", "item", "percent", "net", "vat_amount", "gross")
RATE_COLUMNS = ("percent", "net", "vat_amount", "gross")


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of a file have in common. `period` and `batch` are empty in a draft."""

    names: Names
    zone: ZoneInfo
    period: str = ""
    batch: str = ""
    buyers: Buyers = nobody


def rows(charges: Iterable[Charge], around: Around) -> Iterator[tuple[Cell, ...]]:
    """A row a charge, in their order; they stand together by payer, who is numbered by it."""
    number, payer = 0, None
    for one in charges:
        if one.payer != payer:
            number, payer = number + 1, one.payer
        yield _row(one, number, around)


def _row(one: Charge, number: int, around: Around) -> tuple[Cell, ...]:
    handle, name = around.names(one.payer)
    buyer = around.buyers(one.payer)
    began, ended = one.started_s or one.at_s, local(one.at_s, around.zone)
    return (
        one.id,
        around.period,
        number,
        around.batch,
        date.fromisoformat(ended[:10]),
        handle,
        name,
        buyer.organisation,
        buyer.vat_number,
        around.names(one.member)[0] if one.member else "",
        one.sort.value,
        one.item,
        Decimal(one.quantity) if one.quantity else None,
        one.purpose,
        one.category,
        utc(began),
        utc(one.at_s),
        local(began, around.zone),
        ended,
        one.seconds,
        one.busy_s,
        one.billed_s,
        one.version,
        amount(one.list_cents),
        amount(one.cents),
        amount(one.wallet_cents),
        amount(one.pack_cents),
        " ".join(f"{pool}={taken}" for pool, taken in sorted(one.taken.items())),
        one.basis,
        one.vat,
        Decimal(one.percent),
        one.vat_paid,
        one.reason,
        one.of,
        " ".join(one.sessions),
        " ".join(one.records),
    )


@dataclass(slots=True)
class Sums:
    """The sums of charges that pass through, kept in memory: a row a payer, an item, a rate."""

    names: Names
    accounts: Accounting
    sort_of: SortOf
    payers: list[tuple[Cell, ...]] = field(default_factory=list)
    _net: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _vat: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def through(self, charges: Iterable[Charge]) -> Iterator[Charge]:
        """The same charges, added up on their way; they stand together by payer."""
        return told(charges, self.accounts, self.sort_of, self._entry)

    def blocks(self) -> tuple[Block, ...]:
        """The tables of sums: each payer, each sort and item, each rate of VAT."""
        return (
            Block("per_payer", PAYER_COLUMNS, self.payers),
            Block("per_item", ITEM_COLUMNS, [*self._summed(self._net)]),
            Block("per_rate", RATE_COLUMNS, [*self._rates()]),
        )

    def _entry(self, entry: Entry) -> None:
        handle, name = self.names(entry.payer)
        net = sum(one.net_cents for one in entry.earned)
        vat = sum(one.vat_cents for one in entry.earned)
        money = (net, vat, net + vat, entry.wallet_cents + entry.packs_cents, entry.due_cents)
        self.payers.append((len(self.payers) + 1, handle, name, entry.lines, *map(amount, money)))
        for one in entry.earned:
            key = (one.sort.value, one.item, plain_percent(one.percent))
            self._net[key] += one.net_cents
            self._vat[key] += one.vat_cents

    def _summed(self, net: Counter[tuple[str, str, str]]) -> Iterator[tuple[Cell, ...]]:
        for key in sorted(net):
            sort, item, percent = key
            yield sort, item, Decimal(percent), *_three(net[key], self._vat[key])

    def _rates(self) -> Iterator[tuple[Cell, ...]]:
        net: Counter[str] = Counter()
        vat: Counter[str] = Counter()
        for (_, _, percent), cents in self._net.items():
            net[percent] += cents
        for (_, _, percent), cents in self._vat.items():
            vat[percent] += cents
        for percent in sorted(net, key=Decimal):
            yield Decimal(percent), *_three(net[percent], vat[percent])


def _three(net: int, vat: int) -> tuple[Decimal, Decimal, Decimal]:
    return amount(net), amount(vat), amount(net + vat)
