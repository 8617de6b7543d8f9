"""The arithmetic of a charge, told step by step to whoever has to defend it.

Amounts on the way are exact: what is no whole number of cents is shown with more digits (up to six), and is
rounded once, where the line says what it comes to.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from fabgate.charges import ADVANCE, Charge, Step
from fabgate.rules.money import plain, shown
from fabgate.tariff import Basis

HOUR_S = 3_600
MINUTE_S = 60
_AFTER = ("credit",)  # worked off after the one rounding
_IN_CURRENCY = ("coin", "credit", "most", "said")  # also where prices are in coins
_ADDED = ("band", "minimum", "fee", "supervised")
_FINE = Decimal("0.000001")


def told(charge: Charge, currency: str) -> list[str]:
    """Each step of a charge as a readable line, and what it came to; amounts in `currency`.

    A step of a later version, or a damaged one, is told as it was written.
    """
    unit = next((str(step[2]) for step in charge.steps if step[0] == "coin" and len(step) > 2), currency)
    said = [(step[0], _step(step, currency if step[0] in _IN_CURRENCY else unit)) for step in charge.steps]
    before = [text for word, text in said if word not in ("factor", *_AFTER)]
    factors = [text for word, text in said if word == "factor"]
    after = [text for word, text in said if word in _AFTER]
    together = _together(charge, unit) if len(_added(charge)) > 1 else []
    return [*before, *together, *factors, _sum(charge, currency), *after, *_end(charge, currency)]


def _step(step: Step, unit: str) -> str:
    word, *numbers = step
    say = _SAY.get(str(word))
    try:
        return _plainly(step) if say is None else say(unit, *numbers)
    except (TypeError, ValueError, ArithmeticError, KeyError):
        return _plainly(step)


def _plainly(step: Step) -> str:
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


def _exact(amount: Decimal, unit: str) -> str:
    """An amount with two digits, or with more where it is no whole number of cents."""
    whole, _, part = f"{amount.quantize(_FINE):f}".rstrip("0").partition(".")
    return f"{whole}.{part:0<2} {unit}"


def _price(price: str, unit: str) -> str:
    return _exact(Decimal(price), unit)


def _of(seconds: int, price: str, per_s: int) -> Decimal:
    """What some seconds cost; a price for a whole stretch has no length of its own."""
    return Decimal(price) * seconds / per_s if per_s else Decimal(price)


def _pool(pool: str) -> str:
    """`the pack of sale x`; of a plan also its month and machine."""
    kind, _, sale = pool.partition(":")
    if kind != "plan":
        return f"the {kind} of sale {sale}"
    sale, month, machine = sale.rsplit(":", 2)
    where = "all machines" if machine == "*" else machine
    return f"the plan of sale {sale}, for {where} in {month}"


# --- the words ----------------------------------------------------------------------------------


def _band(unit: str, seconds: int, price: str, per_s: int) -> str:
    if per_s == 0:
        return f"{length(seconds)}, for all of it: {_price(price, unit)}"
    amount = _exact(_of(seconds, price, per_s), unit)
    return f"{length(seconds)} at {_price(price, unit)} {_each(per_s)}: {amount}"


def _billed(_: str, billed_s: int, how: str, every_s: int, minimum_s: int) -> str:
    ways = {"up": "rounded up", "down": "rounded down", "nearest": "rounded to the nearest"}
    said = [f"at least {length(minimum_s)}"] if minimum_s else []
    if every_s > 1:
        said.append(f"{ways[how]} in steps of {length(every_s)}")
    return f"billed: {length(billed_s)} ({', '.join(said)})" if said else f"billed: {length(billed_s)}"


def _supervised(unit: str, price: str, per_s: int, billed_s: int) -> str:
    amount = _exact(_of(billed_s, price, per_s), unit)
    return f"under a sponsor, {length(billed_s)} at {_price(price, unit)} {_each(per_s)}: {amount}"


def _runs(_: str, counted_s: int, before_s: int, after_s: int) -> str:
    runs = f"with {length(before_s)} before it and {length(after_s)} after it"
    return f"the machine worked, {runs}: {length(counted_s)}"


def _sold(unit: str, price: str, quantity: str, of: str = "") -> str:
    if quantity == "1" and not of:
        return f"price: {_price(price, unit)}"
    amount = _exact(Decimal(price) * Decimal(quantity), unit)
    return f"{quantity} {of or 'times'} at {_price(price, unit)}: {amount}"


def _holds(_: str, amount: int, unit: str) -> str:
    match unit:
        case "time":
            return f"holds {length(amount)}"
        case "days":
            return f"holds {amount} days"
        case _:
            return f"holds {plain(amount)} of credit"


def _held(_: str, sale: str, first: str, last: str) -> str:
    return f"by the plan of sale {sale}, held from {first}" + (f" to {last}" if last else " on")


def _percent(factor: str) -> str:
    text = f"{Decimal(factor) * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


_SAY: dict[str, Callable[..., str]] = {
    "held": _held,
    "band": _band,
    "billed": _billed,
    "busy": lambda _, s: f"the machine worked: {length(s)}",
    "busy+runs": _runs,
    "coin": lambda unit, worth, name: f"prices are in {name}, each worth {_price(worth, unit)}",
    "credit": lambda unit, pool, cents: f"{shown(cents, unit)} of credit from {_pool(pool)}",
    "day": lambda _, pool, days: f"{days} day from {_pool(pool)}",
    "factor": lambda _, factor, why: f"of this, {_percent(factor)} ({why})",
    "fee": lambda unit, price: f"for the start: {_price(price, unit)}",
    "free": lambda _, s: f"free at the beginning: {length(s)}",
    "free_month": lambda _, s: f"from the free time of the month: {length(s)}",
    "holds": _holds,
    "minimum": lambda unit, price: f"for the time at least {_price(price, unit)}",
    "months": lambda _, due, of: f"for {due} of {of} months",
    "most": lambda unit, cents: f"at most {shown(cents, unit)}",
    "pack": lambda _, pool, s: f"{length(s)} from {_pool(pool)}",
    "plan": lambda _, pool, s: f"{length(s)} from {_pool(pool)}",
    "powered": lambda _, s: f"powered: {length(s)}",
    "price": _sold,
    "reverses": lambda _, charge: f"takes back charge {charge}",
    "said": lambda unit, cents: f"price said at the desk: {shown(cents, unit)}",
    "sessions": lambda _, number: f"{number} sessions that count as one",
    "supervised": _supervised,
    "unsure": lambda _, s: f"not charged, as nobody could have ended it: {length(s)}",
    "worked": lambda _, s: f"worked: {length(s)}",
}


# --- what it came to ----------------------------------------------------------------------------


def _added(charge: Charge) -> list[Step]:
    return [step for step in charge.steps if step[0] in _ADDED]


def _together(charge: Charge, unit: str) -> list[str]:
    """The sum of bands, fee and surcharge; of less than the minimum for the time, that."""
    time, besides = Decimal(0), Decimal(0)
    for step in _added(charge):
        match step:
            case ("band", int(seconds), str(price), int(per_s)):
                time += _of(seconds, price, per_s)
            case ("minimum", str(price)):
                time = Decimal(price)
            case ("fee", str(price)):
                besides += Decimal(price)
            case ("supervised", str(price), int(per_s), int(billed_s)):
                besides += _of(billed_s, price, per_s)
            case _:
                return []
    return [f"together: {_exact(time + besides, unit)}"]


def _sum(charge: Charge, currency: str) -> str:
    """What it came to; and why it is nothing, or less than listed, unless a step has said so."""
    said = any(step[0] == "factor" for step in charge.steps)
    because = f" ({charge.reason})" if charge.reason and not said else ""
    return f"comes to {shown(charge.list_cents, currency)}{because}"


def _end(charge: Charge, currency: str) -> list[str]:
    """By what it is paid, and its VAT."""
    said = []
    if charge.wallet_cents:
        said.append(f"from the wallet: {shown(charge.wallet_cents, currency)}")
    if charge.cents != charge.list_cents:
        said.append(f"to invoice: {shown(charge.cents, currency)}")
    if charge.pack_cents:
        said.append(f"once paid for what packs gave: {shown(charge.pack_cents, currency)}")
    if charge.list_cents or charge.pack_cents:
        said.append(_vat(charge))
    return said


def _vat(charge: Charge) -> str:
    if charge.basis == ADVANCE:
        return "paid in advance: no VAT until it is used"
    if charge.percent == "0":
        return "bears no VAT"
    if charge.basis == Basis.WITHOUT_VAT:
        return f"without VAT: {charge.percent} % come on top"
    return f"with {charge.percent} % VAT in it"
