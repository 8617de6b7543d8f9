"""Money as int cents: rounded once, half up, away from zero below it; read from and shown as text.

Only currencies with two decimals are known. No float comes near.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
_AMOUNT = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?")


def cents(amount: Decimal) -> int:
    """An amount of the currency in cents, rounded half up (2.5 cents are 3, -2.5 are -3)."""
    return int(amount.quantize(_CENT, ROUND_HALF_UP).scaleb(2))


def amount(cents_: int) -> Decimal:
    """Cents as an amount of the currency with two decimals."""
    return Decimal(cents_).scaleb(-2)


def read(text: str) -> int | None:
    """The cents that a text such as `12.50`, `12.5` or `12` names; None where it names none."""
    return cents(Decimal(text)) if _AMOUNT.fullmatch(text) else None


def plain(cents_: int) -> str:
    """`1234.56`: for programs, without sign of currency or thousands."""
    return f"{amount(cents_):.2f}"


def shown(cents_: int, currency: str) -> str:
    """`1234.56 EUR`: for people, in any language."""
    return f"{plain(cents_)} {currency}"
