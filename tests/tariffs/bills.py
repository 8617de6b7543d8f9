"""Bills by the price lists in docs/tariffs: somebody works, holds plans and packs, and gets their lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from fabgate import config
from fabgate.charges import Charge, Payer, Sold, Sort, Worked
from fabgate.model import MachineId, MemberId
from fabgate.rules import charging, vat
from fabgate.rules.month import Month
from fabgate.tariff import Tariff

LISTS = Path(__file__).resolve().parents[2] / "docs" / "tariffs"
ZONE = ZoneInfo("Europe/Brussels")
ADA = MemberId("ada")
NOON = time(12)


def tariff(name: str) -> Tariff:
    """One of the price lists that are shown."""
    return config.read_tariff(LISTS / f"{name}.toml")


def written(folder: Path, text: str) -> Tariff:
    """A price list as somebody just wrote it."""
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return config.read_tariff(path)


@dataclass
class Bill:
    """What a member did in a month, and the lines that they get for it."""

    tariff: Tariff
    category: str = ""
    worked: list[Worked] = field(default_factory=list)
    sold: list[Sold] = field(default_factory=list)

    def work(
        self,
        machine: str,
        minutes: int,
        day: date,
        *,
        at: time = NOON,
        busy: int | None = None,
        supervised: bool = False,
        purpose: str = "",
    ) -> Bill:
        """A session of so many minutes on a day, from a time of the lab's clock on."""
        start = int(datetime.combine(day, at, ZONE).astimezone(UTC).timestamp())
        number = len(self.worked) + 1
        self.worked.append(
            Worked(
                session=f"s{number}",
                records=(f"r{number}",),
                payer=ADA,
                member=ADA,
                machine=MachineId(machine),
                supervised=supervised,
                purpose=purpose,
                started_s=start,
                ended_s=start + minutes * 60,
                seconds=minutes * 60,
                busy_s=None if busy is None else busy * 60,
            )
        )
        return self

    def sell(self, sort: Sort, item: str, day: date, quantity: str = "1", cents: int | None = None) -> Bill:
        self.sold.append(Sold(f"sale{len(self.sold) + 1}", ADA, sort, item, day, quantity, cents))
        return self

    def lines(self, month: str) -> tuple[Charge, ...]:
        payer = Payer(ADA, ((0, self.category),) if self.category else ())
        return charging.charges(self.tariff, ZONE, payer, self.worked, self.sold, {}, Month.of(month))

    def total(self, month: str) -> Decimal:
        """All that is to pay for the month, before VAT is put on prices that are without it."""
        return amount(sum(line.cents for line in self.lines(month)))


def amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def only(lines: Iterable[Charge], sort: Sort) -> Charge:
    """The one line of a sort."""
    (found,) = (line for line in lines if line.sort is sort)
    return found


def taxed(lines: Iterable[Charge]) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """By rate: its percentage, net, VAT, both."""
    return [
        (one.percent, amount(one.net_cents), amount(one.vat_cents), amount(one.gross_cents))
        for one in vat.totals(lines)
    ]
