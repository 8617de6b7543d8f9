"""The arithmetic of a charge, told step by step to whoever has to defend it, or to pay it.

Amounts on the way are exact: what is no whole number of cents is shown with more digits (up to six), and is
rounded once, where the line says what it comes to. The words are those of the board, `arithmetic_*.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fabgate.charges import ADVANCE, Charge, Step
from fabgate.rules.money import plain, shown
from fabgate.tariff import Basis
from fabgate.texts.board_words import BoardWords

HOUR_S = 3_600
MINUTE_S = 60
_AFTER = ("credit",)  # worked off after the one rounding
_IN_CURRENCY = ("coin", "credit", "most", "said")  # also where prices are in coins
_ADDED = ("band", "minimum", "fee", "supervised")
_FINE = Decimal("0.000001")
_NUMBER = re.compile(
    r"(?<![#\w.])(\d+)\.(\d+)(?= )"
)  # an amount or a quantity before its unit, no record's id
_WAYS = {"up": "rounded_up", "down": "rounded_down", "nearest": "rounded_nearest"}


def _as_it_is(reason: str) -> str:
    return reason


def told(
    charge: Charge,
    currency: str,
    language: str = "en",
    called: Callable[[str], str] = _as_it_is,
    sale: Callable[[str], str] = _as_it_is,
) -> list[str]:
    """Each step of a charge as a readable line, and what it came to; amounts in `currency`.

    `called` says why something costs less, in words of the reader's, `sale` what was sold by a record. A
    step of a later version, or a damaged one, is told as it was written.
    """
    unit = next((str(step[2]) for step in charge.steps if step[0] == "coin" and len(step) > 2), currency)
    telling = _Telling(BoardWords.of(language), currency, unit, called, sale)
    said = [(step[0], telling.step(step)) for step in charge.steps]
    before = [text for word, text in said if word not in ("factor", *_AFTER)]
    factors = [text for word, text in said if word == "factor"]
    after = [text for word, text in said if word in _AFTER]
    together = telling.together(charge) if len(_added(charge)) > 1 else []
    lines = [*before, *together, *factors, telling.sum(charge), *after, *telling.end(charge)]
    return [_NUMBER.sub(rf"\1{telling.t('decimal')}\2", line) for line in lines]


def _plainly(step: Step) -> str:
    return " ".join(str(part) for part in step)


# --- lengths and amounts ------------------------------------------------------------------------


def length(seconds: int) -> str:
    """`1 h 5 min`, `40 s`: as people say it, and to the second."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes, left = rest // HOUR_S, rest % HOUR_S // MINUTE_S, rest % MINUTE_S
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{left} s" if left else ""]
    return sign + (" ".join(part for part in parts if part) or "0 s")


def _exact(amount: Decimal, unit: str) -> str:
    """An amount with two digits, or with more where it is no whole number of cents."""
    whole, _, part = f"{amount.quantize(_FINE):f}".rstrip("0").partition(".")
    return f"{whole}.{part:0<2} {unit}"


def _price(price: str, unit: str) -> str:
    return _exact(Decimal(price), unit)


def _of(seconds: int, price: str, per_s: int) -> Decimal:
    """What some seconds cost; a price for a whole stretch has no length of its own."""
    return Decimal(price) * seconds / per_s if per_s else Decimal(price)


def _percent(factor: str) -> str:
    text = f"{Decimal(factor) * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _added(charge: Charge) -> list[Step]:
    return [step for step in charge.steps if step[0] in _ADDED]


# --- the words ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Telling:
    """A charge in one language; its prices are in `unit`, which is the currency or the lab's coins."""

    words: BoardWords
    currency: str
    unit: str
    called: Callable[[str], str]
    sale: Callable[[str], str]

    def t(self, key: str, **facts: object) -> str:
        return self.words.word(f"arithmetic.{key}").format(**facts)

    def step(self, step: Step) -> str:
        word, *numbers = step
        say = _SAY.get(str(word))
        unit = self.currency if word in _IN_CURRENCY else self.unit
        try:
            return _plainly(step) if say is None else say(self, unit, *numbers)
        except (TypeError, ValueError, ArithmeticError, KeyError):
            return _plainly(step)

    def each(self, per_s: int) -> str:
        if per_s == HOUR_S:
            return self.t("an_hour")
        return self.t("a_minute") if per_s == MINUTE_S else self.t("for_each", length=length(per_s))

    def pool(self, pool: str) -> str:
        """`the pack of sale x`; of a plan also its month and machine."""
        kind, _, sale = pool.partition(":")
        if kind != "plan":
            return self.t("the_pack", sale=self.sale(sale)) if kind == "pack" else f"{kind} {sale}"
        sale, month, machine = sale.rsplit(":", 2)
        where = self.t("all_machines") if machine == "*" else machine
        return self.t("the_plan", sale=self.sale(sale), machine=where, month=month)

    # --- what it came to

    def together(self, charge: Charge) -> list[str]:
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
        return [self.t("together", amount=_exact(time + besides, self.unit))]

    def sum(self, charge: Charge) -> str:
        """What it came to; and why it is nothing, or less than listed, unless a step has said so."""
        amount = shown(charge.list_cents, self.currency)
        if charge.reason and not any(step[0] == "factor" for step in charge.steps):
            return self.t("comes_to_because", amount=amount, why=self.called(charge.reason))
        return self.t("comes_to", amount=amount)

    def end(self, charge: Charge) -> list[str]:
        """By what it is paid, and its VAT."""
        said = []
        if charge.wallet_cents:
            said.append(self.t("from_wallet", amount=shown(charge.wallet_cents, self.currency)))
        if charge.cents != charge.list_cents:
            said.append(self.t("to_invoice", amount=shown(charge.cents, self.currency)))
        if charge.pack_cents:
            said.append(self.t("packs_paid", amount=shown(charge.pack_cents, self.currency)))
        if charge.list_cents or charge.pack_cents:
            said.append(self._vat(charge))
        return said

    def _vat(self, charge: Charge) -> str:
        if charge.basis == ADVANCE:
            return self.t("vat_ahead")
        if charge.percent == "0":
            return self.t("vat_none")
        key = "vat_on_top" if charge.basis == Basis.WITHOUT_VAT else "vat_in_it"
        return self.t(key, percent=charge.percent)


def _band(say: _Telling, unit: str, seconds: int, price: str, per_s: int) -> str:
    said, its_price = length(seconds), _price(price, unit)
    if per_s == 0:
        return say.t("whole_band", length=said, price=its_price)
    amount = _exact(_of(seconds, price, per_s), unit)
    return say.t("band", length=said, price=its_price, each=say.each(per_s), amount=amount)


def _billed(say: _Telling, _: str, billed_s: int, how: str, every_s: int, minimum_s: int) -> str:
    said = [say.t("at_least", length=length(minimum_s))] if minimum_s else []
    if every_s > 1:
        said.append(say.t(_WAYS[how], length=length(every_s)))
    if said:
        return say.t("billed_how", length=length(billed_s), how=", ".join(said))
    return say.t("billed", length=length(billed_s))


def _supervised(say: _Telling, unit: str, price: str, per_s: int, billed_s: int) -> str:
    amount = _exact(_of(billed_s, price, per_s), unit)
    facts = {"length": length(billed_s), "price": _price(price, unit), "each": say.each(per_s)}
    return say.t("supervised", amount=amount, **facts)


def _runs(say: _Telling, _: str, counted_s: int, before_s: int, after_s: int) -> str:
    return say.t("runs", length=length(counted_s), before=length(before_s), after=length(after_s))


def _sold(say: _Telling, unit: str, price: str, quantity: str, of: str = "") -> str:
    if quantity == "1" and not of:
        return say.t("price", price=_price(price, unit))
    amount = _exact(Decimal(price) * Decimal(quantity), unit)
    facts = {"price": _price(price, unit), "amount": amount, "unit": of or say.t("times")}
    return say.t("quantity", quantity=quantity, **facts)


def _holds(say: _Telling, _: str, amount: int, unit: str) -> str:
    match unit:
        case "time":
            return say.t("holds", much=length(amount))
        case "days":
            return say.t("holds_days", days=amount)
        case _:
            return say.t("holds_credit", amount=plain(amount))


def _held(say: _Telling, _: str, sale: str, first: str, last: str) -> str:
    if last:
        return say.t("held_until", sale=say.sale(sale), first=first, last=last)
    return say.t("held", sale=say.sale(sale), first=first)


def _lasting(key: str) -> Callable[..., str]:
    """A step that is a length and nothing else."""
    return lambda say, _, seconds: say.t(key, length=length(seconds))


def _from_pool(say: _Telling, _: str, pool: str, seconds: int) -> str:
    return say.t("from_pool", much=length(seconds), pool=say.pool(pool))


_SAY: Mapping[str, Callable[..., str]] = {
    "held": _held,
    "band": _band,
    "billed": _billed,
    "busy": _lasting("busy"),
    "busy+runs": _runs,
    "coin": lambda say, unit, worth, name: say.t("coins", name=name, worth=_price(worth, unit)),
    "credit": lambda say, unit, pool, cents: say.t("credit", amount=shown(cents, unit), pool=say.pool(pool)),
    "day": lambda say, _, pool, days: say.t("day", days=days, pool=say.pool(pool)),
    "factor": lambda say, _, factor, why: say.t("factor", percent=_percent(factor), why=say.called(why)),
    "fee": lambda say, unit, price: say.t("fee", price=_price(price, unit)),
    "free": _lasting("free"),
    "free_month": _lasting("free_month"),
    "holds": _holds,
    "minimum": lambda say, unit, price: say.t("minimum", price=_price(price, unit)),
    "months": lambda say, _, due, of: say.t("months", due=due, of=of),
    "most": lambda say, unit, cents: say.t("most", amount=shown(cents, unit)),
    "pack": _from_pool,
    "plan": _from_pool,
    "powered": _lasting("powered"),
    "price": _sold,
    "reverses": lambda say, _, charge: say.t("reverses", charge=charge),
    "said": lambda say, unit, cents: say.t("said", amount=shown(cents, unit)),
    "sessions": lambda say, _, number: say.t("sessions", number=number),
    "supervised": _supervised,
    "unsure": _lasting("unsure"),
    "worked": _lasting("worked"),
}
