"""How money, shares and stretches of time are written in a price list. No float comes near any of them."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

from fabgate.config.values import LENGTH, LENGTH_OR_NONE, Kind, Unfit, items, nearest
from fabgate.tariff import HOUR_S, Band

_PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?")
_SHARE = re.compile(r"([0-9]{1,3}(\.[0-9]{1,4})?) ?%")
_RATE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,3})?|100) ?%?")
# Money with other than two decimals (ISO 4217): cents would be wrong there.
_NO_CENTS = (
    *("BHD", "BIF", "CLF", "CLP", "DJF", "GNF", "IQD", "ISK", "JOD", "JPY", "KMF", "KRW", "KWD", "LYD"),
    *("OMR", "PYG", "RWF", "TND", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
_HUNDRED = Decimal(100)
_BANDS = '[{ upto = "1h", price = 10 }, { price = 8 }]'
ONCE = "session"  # in the place of a length: however long it is


def _price(value: object) -> Decimal:
    """An amount in the currency of the list, or in its coins."""
    text = _digits(value)
    if _PRICE.fullmatch(text):
        return Decimal(text)
    if re.fullmatch(r"-[0-9.,]+", text):
        raise Unfit(f"{text} is negative", "Write 0 or more; who pays less has a category with `pays`.")
    if re.fullmatch(r"[0-9]+,[0-9]+", text):
        raise Unfit(f'"{text}" has a comma', f"Write a point: {text.replace(',', '.')}.")
    raise Unfit(
        f'"{text[:40]}" is no price', "Write digits alone: 12.50. The currency is said once, in [money]."
    )


def _amount(value: object) -> Decimal:
    """A price in whole cents."""
    amount = _price(value)
    if amount != round(amount, 2):
        raise Unfit(f"{amount} is no whole number of cents", "Write two decimals at most: 12.50.")
    return amount


def _share(value: object) -> Decimal:
    """A part of the list price, 0 to 1."""
    found = _SHARE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Unfit(f'"{_digits(value)[:40]}" is no share', 'Write a percentage in quotes: "50%".')
    share = Decimal(found[1]) / _HUNDRED
    if share > 1:
        raise Unfit(
            f"{found[0]} is more than the list price",
            "Who pays more has prices of their own: [version.2026.machine.laser.for.company].",
        )
    return share


def _rate(value: object) -> Decimal:
    """A percentage of VAT."""
    text = _digits(value)
    found = _RATE.fullmatch(text)
    if found is None:
        raise Unfit(f'"{text[:40]}" is no percentage', "Write 0 to 100, such as 21 or 5.5.")
    return Decimal(found[1])


def _digits(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() if abs(value) < 10**15:
            return str(value)
        case int():
            return "a number of that size"
        case Decimal() | str():
            return str(value).strip()
        case _:
            return "this"


def _per(value: object) -> int:
    """Seconds; 0 for the whole stretch."""
    return 0 if value == ONCE else LENGTH.read(value) // 1000


def _bands(value: object) -> tuple[Band, ...]:
    """Stretches in their order: each ends after the one before it, and the last has no end."""
    bands = tuple(_band(one, number) for number, one in enumerate(items(value, _BANDS), 1))
    ends = [band.upto_s for band in bands]
    if not ends or ends[-1] is not None:
        last = f" after {ends[-1]} s" if ends else ""
        raise Unfit(
            f"there is a gap: nothing says what it costs{last}",
            f"Write a last band without `upto`, of price 0 where it costs nothing more: {_BANDS}.",
        )
    for number, (before, after) in enumerate(pairwise(ends), 2):
        if before is None or (after is not None and after <= before):
            raise Unfit(
                f"band {number} overlaps the one before it",
                "Write them from the shortest to the longest `upto`; the last has none.",
            )
    return bands


def _band(value: object, number: int) -> Band:
    if not isinstance(value, dict):
        raise Unfit(f"band {number} is no band", f"Write each in braces: {_BANDS}.")
    for word in value:
        if word not in ("price", "per", "upto"):
            raise Unfit(f'band {number} has no "{word}"', nearest(word, ("price", "per", "upto")))
    if "price" not in value:
        raise Unfit(f"band {number} has no price", "Write price = 0 where it costs nothing.")
    try:
        return Band(
            _price(value["price"]),
            _per(value["per"]) if "per" in value else HOUR_S,
            LENGTH.read(value["upto"]) // 1000 if "upto" in value else None,
        )
    except Unfit as unfit:
        raise Unfit(f"band {number}: {unfit.what}", unfit.remedy) from unfit


def _currency(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch("[A-Z]{3}", text):
        raise Unfit(f'"{_digits(value)[:40]}" is no currency', 'Write its three letters: "EUR".')
    if text in _NO_CENTS:
        raise Unfit(f"{text} has no hundredths", "fabgate counts in hundredths of a currency: EUR, SEK, CHF.")
    return text


PRICE = Kind("price", _price)
SHARE = Kind("percentage", _share)
RATE = Kind("percentage", _rate)
BANDS = Kind("list of bands", _bands)
AMOUNT = Kind("amount", _amount)
CURRENCY = Kind("currency", _currency)
PER = Kind(f'length of time or "{ONCE}"', _per)
SECONDS = Kind("length of time", lambda value: LENGTH.read(value) // 1000)
SECONDS_OR_NONE = Kind('length of time or "none"', lambda value: LENGTH_OR_NONE.read(value) // 1000)
