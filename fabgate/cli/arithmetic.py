"""The arithmetic of a charge, told step by step to whoever has to defend it.

Each line is exact: an amount that is no whole number of cents is shown with four more digits, and is rounded
once, in the last line.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from fabgate.charges import ADVANCE, Charge, Step
from fabgate.rules import money
from fabgate.rules.money import shown

_AFTER = ("credit",)  # worked off after the one rounding
HOUR_S = 3_600
MINUTE_S = 60


def told(charge: Charge, currency: str) -> list[str]:
    """Each step of a charge as a readable line, and what it came to; amounts in `currency`."""
    before = [step for step in charge.steps if step[0] not in _AFTER]
    after = [step for step in charge.steps if step[0] in _AFTER]
    said = [_step(step, currency) for step in before]
    return [
        *said,
        _sum(charge, currency),
        *(_step(step, currency) for step in after),
        *_end(charge, currency),
    ]


def _step(step: Step, currency: str) -> str:
    word, *numbers = step
    say = _SAY.get(str(word))
    try:
        return say(currency, *numbers) if say is not None else _unknown(step)
    except (TypeError, ValueError, ArithmeticError):
        return _unknown(step)


def _unknown(step: Step) -> str:
    """A step of a later version, or a damaged one: as it was written."""
    return " ".join(str(part) for part in step)


# --- lengths and amounts ------------------------------------------------------------------------


def length(seconds: int) -> str:
    """`1 h 5 min`, `40 s`: as people say it, and to the second."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes, left = rest // HOUR_S, rest % HOUR_S // MINUTE_S, rest % MINUTE_S
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{left} s" if left else ""]
    return sign + (" ".join(part for part in parts if part) or "0 s")


def _each(per_s: int) -> str:
    if per_s == HOUR_S:
        return "an hour"
    return "a minute" if per_s == MINUTE_S else f"for each {length(per_s)}"


def _exact(amount: Decimal, currency: str) -> str:
    """An amount with two digits, or with more where it is no whole number of cents."""
    fine = amount.quantize(Decimal("0.000001"))
    text = f"{fine:f}".rstrip("0")
    whole, _, part = text.partition(".")
    return f"{whole}.{part:0<2} {currency}"


def _price(price: str, currency: str) -> str:
    return _exact(Decimal(price), currency)


# --- the words ----------------------------------------------------------------------------------


def _band(currency: str, seconds: int, price: str, per_s: int) -> str:
    if per_s == 0:
        return f"{length(seconds)}, whole: {_price(price, currency)}"
    amount = Decimal(price) * seconds / per_s
    return f"{length(seconds)} at {_price(price, currency)} {_each(per_s)}: {_exact(amount, currency)}"


def _billed(_: str, billed_s: int, how: str, every_s: int, minimum_s: int) -> str:
    rounded = {"up": "rounded up", "down": "rounded down", "nearest": "rounded to the nearest"}[how]
    least = f", at least {length(minimum_s)}" if minimum_s else ""
    return f"billed: {length(billed_s)} ({rounded}, in steps of {length(every_s)}{least})"


def _supervised(currency: str, price: str, per_s: int, billed_s: int) -> str:
    amount = _exact(Decimal(price) * billed_s / per_s, currency)
    return f"under a sponsor, {length(billed_s)} at {_price(price, currency)} {_each(per_s)}: {amount}"


def _runs(_: str, counted_s: int, before_s: int, after_s: int) -> str:
    return f"worked, with {length(before_s)} before and {length(after_s)} after it: {length(counted_s)}"


def _of_price(currency: str, price: str, quantity: str, unit: str = "") -> str:
    if quantity == "1" and not unit:
        return f"price: {_price(price, currency)}"
    amount = _exact(Decimal(price) * Decimal(quantity), currency)
    return f"{quantity} {unit or 'times'} at {_price(price, currency)}: {amount}"


def _name(pool: str) -> str:
    kind, _, rest = pool.partition(":")
    return f"{kind} {rest}"


_SAY: dict[str, Callable[..., str]] = {
    "band": _band,
    "billed": _billed,
    "busy": lambda _, s: f"the machine worked: {length(s)}",
    "busy+runs": _runs,
    "coin": lambda currency, worth, name: f"prices are in {name}, each worth {_price(worth, currency)}",
    "credit": lambda currency, pool, cents: f"from {_name(pool)}: {shown(cents, currency)} of credit",
    "day": lambda _, pool, n: f"{n} day from {_name(pool)}",
    "factor": lambda _, factor, why: f"of all this, {_percent(factor)} is paid ({why})",
    "fee": lambda currency, price: f"for the start: {_price(price, currency)}",
    "free": lambda _, s: f"free at the beginning: {length(s)}",
    "free_month": lambda _, s: f"free time of the month: {length(s)}",
    "holds": lambda _, amount, unit: f"holds {_amount(amount, unit)}",
    "minimum": lambda currency, price: f"at least {_price(price, currency)}",
    "months": lambda _, due, of: f"for {due} of {of} months",
    "most": lambda currency, cents: f"at most {shown(cents, currency)}",
    "pack": lambda _, pool, s: f"{length(s)} from {_name(pool)}",
    "plan": lambda _, pool, s: f"{length(s)} from {_name(pool)}",
    "powered": lambda _, s: f"powered: {length(s)}",
    "price": _of_price,
    "reverses": lambda _, charge: f"takes back charge {charge}",
    "said": lambda currency, cents: f"price said at the desk: {shown(cents, currency)}",
    "sessions": lambda _, n: f"{n} sessions that count as one",
    "supervised": _supervised,
    "unsure": lambda _, s: f"nobody knows about, not charged: {length(s)}",
    "worked": lambda _, s: f"worked: {length(s)}",
}


def _percent(factor: str) -> str:
    text = f"{Decimal(factor) * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def _amount(amount: int, unit: str) -> str:
    if unit == "time":
        return length(amount)
    return f"{amount} days" if unit == "days" else f"{money.plain(amount)} of credit"


def _sum(charge: Charge, currency: str) -> str:
    """What it came to, and why it is nothing or less than listed."""
    because = f" ({charge.reason})" if charge.reason else ""
    return f"comes to {shown(charge.list_cents, currency)}{because}"


def _end(charge: Charge, currency: str) -> list[str]:
    """By what it is paid."""
    said = []
    if charge.wallet_cents:
        said.append(f"from the wallet: {shown(charge.wallet_cents, currency)}")
    if charge.pack_cents:
        said.append(f"of what was paid for packs: {shown(charge.pack_cents, currency)}")
    if charge.cents != charge.list_cents:
        said.append(f"to invoice: {shown(charge.cents, currency)}")
    return [*said, _vat(charge)]


def _vat(charge: Charge) -> str:
    if charge.basis == ADVANCE:
        return "paid in advance: VAT is due when it is used"
    if charge.percent == "0":
        return "bears no VAT"
    with_it = "with" if charge.basis == "with_vat" else "without"
    return f"{with_it} VAT of {charge.percent} %"
