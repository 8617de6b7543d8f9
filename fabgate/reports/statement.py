"""A payer's month on paper: what they used and bought, what paid for it already, VAT, what is left to pay.

Pure: from charges to what stands on the page, in the payer's language; `statement_pdf.py` lays it out. It is
no invoice, and says so: that one comes from the accounting program, and adds up to the same cent, because VAT
is reckoned here as there, by rate on the payer's total (`rules/vat`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fabgate.charges import ADVANCE, Charge, Sort
from fabgate.model import MemberId
from fabgate.rules import vat
from fabgate.rules.month import Month
from fabgate.tariff import Basis, Regime
from fabgate.texts.statement_words import StatementWords

HOUR_S = 3_600
_TOLD = ("free time", "plan", "pack", "day pass")  # told by what they gave


@dataclass(frozen=True, slots=True)
class Payee:
    """Who it is for; `address` line by line."""

    member: MemberId
    name: str
    handle: str
    address: tuple[str, ...] = ()
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What all statements of a month have in common, and how things and people are called.

    `made`: the day on which the month was closed, of a draft the day of today. `title` and `name` are asked
    for each charge: what was used or sold, and who used it; `called` what the lab calls a `purpose` or a
    `category`, by its id.
    """

    lab: str
    contact: str
    zone: ZoneInfo
    month: Month
    currency: str
    regime: Regime
    made: date
    draft: bool
    title: Callable[[Charge], str]
    name: Callable[[MemberId], str]
    called: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A charge: its day, what it is for, what there is to say of it, what it costs."""

    day: str
    what: str
    details: tuple[str, ...]
    amount: str


@dataclass(frozen=True, slots=True)
class Statement:
    """All that stands on the paper, in one language. The last of `sums` is what is left to pay.

    `taxes`: rate, net, VAT, total, the rates from low to high; nothing where the lab charges no VAT.
    """

    lab: str
    title: str
    month: str
    to: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    note: str
    heads: tuple[str, str, str]
    rows: tuple[Row, ...]
    sums: tuple[tuple[str, str], ...]
    tax_title: str
    tax_heads: tuple[str, str, str, str]
    taxes: tuple[tuple[str, str, str, str], ...]
    mentions: tuple[str, ...]
    draft: str
    nothing: str
    page: Callable[[int, str], str]
    made: date
    to_pay_cents: int


def statement(payee: Payee, charges: Sequence[Charge], around: Around, words: StatementWords) -> Statement:
    """The statement of a payer's charges in their month, in the order in which they come."""
    taxed = around.regime is Regime.TAXABLE
    usual = _usual(charges)
    due = vat.to_pay(charges)
    return Statement(
        lab=around.lab,
        title=words.word("title"),
        month=words.month(date(around.month.year, around.month.month, 1)),
        to=(payee.name, *payee.address),
        facts=tuple(_facts(payee, around, words)),
        note=words.word(_note(taxed, usual), currency=around.currency),
        heads=(words.word("when"), words.word("what"), words.word("amount")),
        rows=tuple(_row(one, around, words, usual if taxed else one.basis) for one in charges),
        sums=(
            *_sums(charges, words),
            (words.sums("to_get" if due < 0 else "to_pay"), words.amount(abs(due))),
        ),
        tax_title=words.vat("title"),
        tax_heads=(words.vat("rate"), words.vat("net"), words.vat("tax"), words.vat("gross")),
        taxes=tuple(_taxes(charges, words)) if taxed else (),
        mentions=tuple(_mentions(around, words)),
        draft=words.word("draft") if around.draft else "",
        nothing=words.word("nothing"),
        page=lambda page, pages: words.word("page", page=page, pages=pages),
        made=around.made,
        to_pay_cents=due,
    )


def _facts(payee: Payee, around: Around, words: StatementWords) -> Iterator[tuple[str, str]]:
    yield words.word("month"), words.month(date(around.month.year, around.month.month, 1))
    yield words.word("member"), payee.handle
    if payee.vat_number:
        yield words.word("vat_number"), payee.vat_number
    yield words.word("as_of" if around.draft else "made"), words.full_date(around.made)


def _mentions(around: Around, words: StatementWords) -> Iterator[str]:
    law = words.regime(around.regime.value)
    if law:
        yield law
    yield f"{words.word('not_an_invoice')} {words.word('explain')}"
    if around.contact:
        yield words.word("questions", contact=around.contact)


# --- what VAT the amounts have in them ----------------------------------------------------------


def _usual(charges: Sequence[Charge]) -> str:
    """In which basis most lines stand; the others say so themselves."""
    without = sum(one.basis == Basis.WITHOUT_VAT for one in charges)
    with_vat = sum(one.basis == Basis.WITH_VAT for one in charges)
    return (Basis.WITHOUT_VAT if without > with_vat else Basis.WITH_VAT).value


def _note(taxed: bool, usual: str) -> str:
    if not taxed:
        return "currency_plain"
    return "currency_net" if usual == Basis.WITHOUT_VAT else "currency"


# --- lines --------------------------------------------------------------------------------------


def _row(one: Charge, around: Around, words: StatementWords, usual: str) -> Row:
    day = datetime.fromtimestamp(one.started_s or one.at_s, UTC).astimezone(around.zone).date()
    what = around.title(one) or words.sort(one.sort.value)
    details = [detail for detail in _details(one, around, words, usual) if detail]
    if one.sort is Sort.REVERSAL:
        what = words.line("takes_back", what=what)
    return Row(words.day(day), what, tuple(details), words.amount(one.list_cents))


def _details(one: Charge, around: Around, words: StatementWords, usual: str) -> Iterator[str]:
    if one.sessions and one.sort is not Sort.REVERSAL:
        yield _times(one, around, words)
        if one.billed_s and one.billed_s != one.seconds:
            yield words.line("billed", billed=length(one.billed_s))
    if one.quantity not in ("", "1") and one.sort is not Sort.REVERSAL:
        yield _quantity(one, words)
    if one.member is not None and one.member != one.payer:
        yield words.line("by", name=around.name(one.member))
    if one.purpose:
        yield words.line("for_purpose", purpose=around.called("purpose", one.purpose))
    given = tuple(_worked_off(one, words))
    yield from given
    yield _reason(one, around, words, told=bool(given))
    if one.basis == ADVANCE and around.regime is Regime.TAXABLE:
        yield words.line("ahead")
    elif one.basis not in (usual, ADVANCE):
        yield words.line("net" if one.basis == Basis.WITHOUT_VAT else "gross")


def _quantity(one: Charge, words: StatementWords) -> str:
    unit = "h" if one.sort is Sort.PERSON else ""
    for step in one.steps:
        match step:
            case ("price", _, _, str(said)):
                unit = said
    number = words.number(one.quantity)
    return f"{number} {unit}" if unit else words.line("quantity", quantity=number)


def _reason(one: Charge, around: Around, words: StatementWords, told: bool) -> str:
    """Why it costs nothing or less; nothing where another detail has said so."""
    kind, _, which = one.reason.partition(" ")
    if one.reason in _TOLD and told:
        return ""
    if kind == "purpose" and which:
        return ""
    return around.called(kind, which) if kind == "category" and which else words.reason(one.reason)


def _times(one: Charge, around: Around, words: StatementWords) -> str:
    """From when to when, and how long; of what a later month charges only its begin is known here."""
    begin, end = (
        datetime.fromtimestamp(at_s, UTC).astimezone(around.zone).strftime("%H:%M")
        for at_s in (one.started_s, one.at_s)
    )
    if one.at_s == around.month.bounds(around.zone)[0]:
        return f"{begin}, {length(one.seconds)}"
    return f"{words.line('time', begin=begin, end=end)}, {length(one.seconds)}"


def _worked_off(one: Charge, words: StatementWords) -> Iterator[str]:
    """What plans, packs and the wallet gave, as the steps of the arithmetic say."""
    given: dict[str, int] = {}
    for step in one.steps:
        match step:
            case (("plan" | "pack" | "credit" | "day") as word, str(), int(amount)):
                given[word] = given.get(word, 0) + amount
            case ("free" | "free_month", int(amount)):
                given["free"] = given.get("free", 0) + amount
    for by in ("free", "plan", "pack"):
        if given.get(by):
            yield words.line(f"from_{by}", length=length(given[by]))
    if given.get("day"):
        yield words.line("days_from_pack", days=given["day"])
    if given.get("credit"):
        yield words.line("credit", amount=words.amount(given["credit"]))
    if one.wallet_cents:
        yield words.line("wallet", amount=words.amount(one.wallet_cents))


def length(seconds: int) -> str:
    """`1 h 05`, `35 min`, `40 s`: as people say it; seconds only below an hour."""
    sign, rest = (chr(0x2212), -seconds) if seconds < 0 else ("", seconds)
    hours, minutes, left = rest // HOUR_S, rest % HOUR_S // 60, rest % 60
    if hours:
        return f"{sign}{hours} h {minutes:02}"
    if minutes:
        return f"{sign}{minutes} min {left:02} s" if left else f"{sign}{minutes} min"
    return f"{sign}{left} s"


# --- sums ---------------------------------------------------------------------------------------


def _sums(charges: Sequence[Charge], words: StatementWords) -> Iterator[tuple[str, str]]:
    """From what the lines cost to what is left to pay, as far as there is anything to say of the way."""
    cost = sum(one.list_cents for one in charges)
    left, wallet = sum(one.cents for one in charges), sum(one.wallet_cents for one in charges)
    packs, added = cost - left - wallet, vat.to_pay(charges) - left
    if packs or wallet or added:
        yield words.sums("sum"), words.amount(cost)
    for name, cents in (("from_packs", -packs), ("from_wallet", -wallet), ("vat", added)):
        if cents:
            yield words.sums(name), words.amount(cents)


def _taxes(charges: Iterable[Charge], words: StatementWords) -> Iterator[tuple[str, str, str, str]]:
    for one in vat.totals(charges):
        if one.gross_cents:
            rate = f"{Decimal(one.percent).normalize():f}"
            cents = (one.net_cents, one.vat_cents, one.gross_cents)
            net, tax, gross = map(words.amount, cents)
            yield f"{words.number(rate)} %", net, tax, gross
