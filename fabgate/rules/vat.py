"""VAT by rate on totals: of each rate one sum, one rounding, half up; never a line's own VAT.

Whatever was paid for the use counts: by invoice, from the wallet, and what was once paid for that part of
a pack whose VAT is due at the use. Money in advance (a top-up, such a pack's sale) bears none yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from fabgate.charges import ADVANCE, Charge
from fabgate.tariff import Basis


@dataclass(frozen=True, slots=True)
class Taxed:
    """What was charged at one rate, `percent` (a decimal text): net, its VAT, and both together, in cents."""

    percent: str
    net_cents: int
    vat_cents: int
    gross_cents: int


def totals(charges: Iterable[Charge]) -> tuple[Taxed, ...]:
    """What some charges come to by rate, the lowest first.

    Prices with the VAT in them and prices without are summed apart, so each of a rate is rounded once.
    """
    return _taxed(
        (one.percent, one.basis, one.cents + one.wallet_cents, one.pack_cents)
        for one in charges
        if one.basis != ADVANCE
    )


def invoiced(charges: Iterable[Charge]) -> tuple[Taxed, ...]:
    """What is left to pay by invoice of some charges, by rate; nothing that was worked off."""
    return _taxed((one.percent, one.basis, one.cents, 0) for one in charges if one.basis != ADVANCE)


def to_pay(charges: Iterable[Charge]) -> int:
    """What a payer has to pay for some charges, in cents, with VAT and what they pay in advance."""
    held = tuple(charges)
    ahead = sum(one.cents for one in held if one.basis == ADVANCE)
    return ahead + sum(one.gross_cents for one in invoiced(held))


def split(percent: str, basis: str, cents: int) -> Taxed:
    """A sum of one rate and one basis, cut into net and VAT."""
    rate = Fraction(Decimal(percent))
    if basis == Basis.WITHOUT_VAT:
        vat = _half_up(cents * rate * Fraction(1, 100))
        return Taxed(percent, cents, vat, cents + vat)
    net = _half_up(cents * 100 * Fraction(1, 100 + rate))
    return Taxed(percent, net, cents - net, cents)


def _taxed(parts: Iterable[tuple[str, str, int, int]]) -> tuple[Taxed, ...]:
    """By rate; the last of each part is what was paid for packs, which always has its VAT in it."""
    sums: dict[str, dict[str, int]] = {}
    for percent, basis, cents, packs in parts:
        of = sums.setdefault(percent, {})
        of[basis] = of.get(basis, 0) + cents
        of[Basis.WITH_VAT] = of.get(Basis.WITH_VAT, 0) + packs
    return tuple(_joined(percent, sums[percent]) for percent in sorted(sums, key=Decimal))


def _joined(percent: str, sums: dict[str, int]) -> Taxed:
    cut = [split(percent, basis, cents) for basis, cents in sums.items()]
    return Taxed(
        percent,
        sum(one.net_cents for one in cut),
        sum(one.vat_cents for one in cut),
        sum(one.gross_cents for one in cut),
    )


def _half_up(amount: Fraction) -> int:
    """Half up, away from zero below it, as every line is."""
    whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return whole if amount >= 0 else -whole
