"""Charges of a month as they may be, and a statement of them; to test with, and to look at as pictures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from fabgate.charges import ADVANCE, Charge, Sort
from fabgate.model import MemberId
from fabgate.reports.statement import Around, Payee, Statement, statement
from fabgate.rules.month import Month
from fabgate.tariff import Regime
from fabgate.texts.statement_words import StatementWords

ADA, BOB = MemberId("m-ada"), MemberId("m-bob")
TITLES = {"laser": "Laser cutter", "mill": "CNC mill", "pla": "PLA filament", "month": "Maker, a month"}
WORDS = {("purpose", "client"): "Work for a client", ("category", "student"): "Student"}
NAMES = {ADA: "Ada Lovelace", BOB: "Bořivoj Őszi"}


def at_s(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def worked(begun: str, minutes: int, cost: int, machine: str = "laser", **more: object) -> Charge:
    """Machine time of Ada's that costs so many cents; they are to be paid, unless `cents` says less."""
    start_s = at_s(begun)
    facts: dict[str, object] = {
        "seconds": minutes * 60,
        "billed_s": minutes * 60,
        "list_cents": cost,
        "cents": cost,
        "member": ADA,
        "percent": "21",
        **more,
    }
    return Charge(
        ADA,
        Sort.MACHINE,
        machine,
        start_s + minutes * 60,
        version="2026",
        records=("a#1",),
        sessions=("a#1",),
        started_s=start_s,
        **facts,  # type: ignore[arg-type]
    )


def sold(sort: Sort, item: str, day: str, cents: int, **more: object) -> Charge:
    facts: dict[str, object] = {"list_cents": cents, "percent": "21", **more}
    return Charge(ADA, sort, item, at_s(f"{day}T10:00"), cents, version="2026", records=("a#2",), **facts)  # type: ignore[arg-type]


def around(**more: object) -> Around:
    facts: dict[str, object] = {
        "lab": "openfab",
        "contact": "Zoé, 0470 12 34 56",
        "zone": ZoneInfo("Europe/Brussels"),
        "month": Month(2026, 10),
        "currency": "EUR",
        "regime": Regime.TAXABLE,
        "made": date(2026, 11, 2),
        "draft": False,
        "title": lambda one: TITLES.get(one.item, one.item),
        "called": lambda kind, which: WORDS.get((kind, which), which),
        "name": lambda member: NAMES.get(member, str(member)),
        **more,
    }
    return Around(**facts)  # type: ignore[arg-type]


PAYEE = Payee(ADA, "Ada Lovelace", "ada", ("Rue Gray 1", "1040 Bruxelles"))


def stated(*charges: Charge, language: str = "en", payee: Payee = PAYEE, **more: object) -> Statement:
    return statement(payee, charges, around(**more), StatementWords.of(language))


def a_month() -> list[Charge]:
    """Something of everything."""
    return [
        sold(Sort.PLAN, "month", "2026-10-01", 2_000),
        sold(Sort.TOPUP, "", "2026-10-02", 5_000, basis=ADVANCE, percent="0"),
        worked("2026-10-03T12:05", 65, 1_500, billed_s=4_500, purpose="client"),
        worked("2026-10-05T16:00", 30, 0, reason="plan", steps=(("plan", "plan:a#9:2026-10:laser", 1_800),)),
        worked("2026-10-07T16:00", 130, 2_600, "mill", cents=600, wallet_cents=2_000),
        worked("2026-10-09T08:30", 45, 900, member=BOB),
        worked("2026-10-12T08:30", 2, 0, reason="short"),
        sold(
            Sort.ITEM,
            "pla",
            "2026-10-12",
            250,
            quantity="25",
            percent="6",
            steps=(("price", "0.10", "25", "g"),),
        ),
        sold(Sort.REVERSAL, "pla", "2026-10-14", -250, quantity="-25", percent="6", of="a#2.1"),
        worked("2026-10-24T22:30", 75, 1_500),
    ]
