"""A charge is told step by step, so that whoever pays it can reckon it again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from fabgate.charges import Charge, Payer, Sold, Sort, Worked
from fabgate.model import MachineId, MemberId
from fabgate.reports.arithmetic import length, told
from fabgate.rules import charging, lines, reversals
from fabgate.rules.month import Month
from fabgate.tariff import (
    Band,
    Basis,
    Category,
    Coin,
    DayPass,
    Item,
    Meter,
    Pack,
    Period,
    Plan,
    Regime,
    Tariff,
    TimePrice,
    Unit,
    Version,
)
from fabgate.texts import LANGUAGES

BRUSSELS = ZoneInfo("Europe/Brussels")
ADA = MemberId("m-ada")
START = 1_779_264_000  # 2026-05-20 10:00 in Brussels
DAY = date(2026, 5, 2)
HOUR, MIN = 3_600, 60

LASER = TimePrice((Band(Decimal(10)),), every_s=1800, supervised=Decimal(10), vat="standard")
RICH = TimePrice(
    (Band(Decimal(6), MIN, HOUR), Band(Decimal(5), 0, 2 * HOUR), Band(Decimal(3), MIN)),
    meter=Meter.BUSY_AND_RUNS,
    before_s=20,
    after_s=40,
    start_fee=Decimal("2.5"),
    every_s=MIN,
    minimum_s=5 * MIN,
    minimum=Decimal(20),
    free_s=2 * MIN,
    free_month_s=10 * MIN,
    supervised=Decimal(1),
    supervised_per_s=MIN,
    coins=True,
    vat="standard",
)
LIST = Version(
    "2026",
    date(2026, 1, 1),
    machines={"laser": {"": LASER}, "rich": {"": RICH}, "net": {"": replace(LASER, basis=Basis.WITHOUT_VAT)}},
    passes={"day": DayPass("Day", Decimal(10), vat="standard")},
    plans={"term": Plan("Term", Decimal(100), Period.TERM, 4, contingent={"rich": 600}, vat="standard")},
    packs={
        "credit": Pack("Credit", Decimal(40), Unit.CREDIT, 500),
        "time": Pack("Time", Decimal(10), Unit.TIME, 900, ("rich",)),
        "ten": Pack("Ten days", Decimal(80), Unit.DAYS, 10),
    },
    categories={"student": Category("Student", Decimal("0.5"))},
    items={
        "pla": {"": Item("PLA", Decimal("0.1"), "g", at_most=Decimal(1))},
        "damage": {"": Item("Damage", Decimal(0), open=True)},
    },
    people={"help": {"": TimePrice((Band(Decimal(55)),), free_s=15 * MIN, every_s=15 * MIN)}},
)
PRICES = Tariff(
    (LIST,),
    regime=Regime.TAXABLE,
    rates={"standard": ((date(2000, 1, 1), Decimal(21)),)},
    coin=Coin("coins", Decimal("0.10")),
)


def work(machine="laser", minutes=65, **more):
    facts = {"session": "s1", "records": ("s1",), "payer": ADA, "member": ADA, "machine": MachineId(machine)}
    times = {"started_s": START, "ended_s": START + minutes * MIN, "seconds": minutes * MIN}
    return Worked(**{**facts, **times, "supervised": False, "purpose": "", **more})


def sale(sort, item, **more):
    return Sold(**{"record": f"g/x#{item}", "payer": ADA, "sort": sort, "item": item, "day": DAY, **more})


def said(*what, category=""):
    """What is told of the last charge that comes of some work and sales, once it stood in the journal."""
    payer = Payer(ADA, ((0, category),))
    worked = [one for one in what if isinstance(one, Worked)]
    sold = [one for one in what if isinstance(one, Sold)]
    found = charging.charges(PRICES, BRUSSELS, payer, worked, sold, {}, Month(2026, 5))
    return told(lines.read(lines.written(found[-1]), ADA, "p.1"), "EUR")


def test_sixty_five_minutes_of_a_trainee_at_the_laser():
    assert said(work(supervised=True)) == [
        "powered: 1 h 5 min",
        "billed: 1 h 30 min (rounded up in steps of 30 min)",
        "1 h 30 min at 10.00 EUR an hour: 15.00 EUR",
        "under a sponsor, 1 h 30 min at 10.00 EUR an hour: 15.00 EUR",
        "together: 30.00 EUR",
        "comes to 30.00 EUR",
        "with 21 % VAT in it",
    ]


def test_every_step_of_a_long_bill_in_coins():
    sold = [
        sale(Sort.PLAN, "term"),
        sale(Sort.PACK, "time"),
        sale(Sort.PACK, "credit", day=date(2026, 5, 19)),
        sale(Sort.TOPUP, "", day=date(2026, 5, 19), cents=200),
    ]
    worked = [
        work("rich", 65, busy_s=3_000, supervised=True),
        work(
            "rich",
            40,
            busy_s=2_000,
            supervised=True,
            session="s2",
            records=("s2",),
            unsure_s=120,
            started_s=START + 66 * MIN,
            ended_s=START + 106 * MIN,
        ),
    ]
    assert said(*sold, *worked, category="student") == [
        "2 sessions that count as one",
        "powered: 1 h 45 min",
        "not charged, as nobody could have ended it: 2 min",
        "the machine worked, with 20 s before it and 40 s after it: 1 h 24 min 20 s",
        "free at the beginning: 2 min",
        "from the free time of the month: 10 min",
        "billed: 1 h 13 min (at least 5 min, rounded up in steps of 1 min)",
        "10 min from the plan of sale g/x#term, for rich in 2026-05",
        "15 min from the pack of sale g/x#time",
        "prices are in coins, each worth 0.10 EUR",
        "35 min at 6.00 coins a minute: 210.00 coins",
        "13 min, for all of it: 5.00 coins",
        "for the start: 2.50 coins",
        "under a sponsor, 1 h 13 min at 1.00 coins a minute: 73.00 coins",
        "together: 290.50 coins",
        "of this, 50 % (category student)",
        "comes to 14.53 EUR",
        "5.00 EUR of credit from the pack of sale g/x#credit",
        "from the wallet: 2.00 EUR",
        "to invoice: 7.53 EUR",
        "once paid for what packs gave: 50.00 EUR",
        "with 21 % VAT in it",
    ]


def test_a_minimum_stands_for_the_time():
    price = replace(LASER, minimum=Decimal(20), start_fee=Decimal(1), every_s=1)
    prices = replace(PRICES, versions=(replace(LIST, machines={"laser": {"": price}}),))
    (charge,) = charging.charges(prices, BRUSSELS, Payer(ADA), [work(minutes=1)], [], {}, Month(2026, 5))
    assert told(charge, "EUR")[1:-1] == [
        "1 min at 10.00 EUR an hour: 0.166667 EUR",
        "for the time at least 20.00 EUR",
        "for the start: 1.00 EUR",
        "together: 21.00 EUR",
        "comes to 21.00 EUR",
    ]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            [sale(Sort.PLAN, "term")],
            ["price: 100.00 EUR", "comes to 100.00 EUR", "with 21 % VAT in it"],
        ),
        (
            [sale(Sort.PACK, "credit", quantity="2")],
            [
                "2 times at 40.00 EUR: 80.00 EUR",
                "holds 10.00 of credit",
                "comes to 80.00 EUR",
                "paid in advance: no VAT until it is used",
            ],
        ),
        (
            [sale(Sort.TOPUP, "", cents=200)],
            ["comes to 2.00 EUR", "paid in advance: no VAT until it is used"],
        ),
        (
            [sale(Sort.ITEM, "pla", quantity="12.5")],
            ["12.5 g at 0.10 EUR: 1.25 EUR", "at most 1.00 EUR", "comes to 1.00 EUR", "bears no VAT"],
        ),
        (
            [sale(Sort.ITEM, "damage", cents=4_250)],
            ["price said at the desk: 42.50 EUR", "comes to 42.50 EUR", "bears no VAT"],
        ),
        (
            [sale(Sort.PERSON, "help", quantity="1.25")],
            [
                "worked: 1 h 15 min",
                "free at the beginning: 15 min",
                "1 h at 55.00 EUR an hour: 55.00 EUR",
                "comes to 55.00 EUR",
                "bears no VAT",
            ],
        ),
        ([work(free="maintenance")], ["powered: 1 h 5 min", "comes to 0.00 EUR (maintenance)"]),
        (
            [work("net", 30)],
            [
                "powered: 30 min",
                "30 min at 10.00 EUR an hour: 5.00 EUR",
                "comes to 5.00 EUR",
                "without VAT: 21 % come on top",
            ],
        ),
    ],
    ids=["plan", "pack", "topup", "item", "damage", "person", "free", "net"],
)
def test_what_each_sort_of_charge_says(what, expected):
    assert said(*what) == expected


def test_months_of_a_period_that_was_begun_and_packs_of_time_and_days():
    june = charging.charges(
        PRICES, BRUSSELS, Payer(ADA), [], [sale(Sort.PLAN, "term", day=date(2026, 6, 2))], {}, Month(2026, 6)
    )
    assert told(june[0], "EUR")[:3] == ["price: 100.00 EUR", "for 3 of 4 months", "comes to 75.00 EUR"]
    assert said(sale(Sort.PACK, "time"))[1] == "holds 15 min"
    assert said(sale(Sort.PACK, "ten"))[1] == "holds 10 days"


def test_a_line_that_takes_another_back_names_it():
    charge = replace(
        charging.charges(PRICES, BRUSSELS, Payer(ADA), [work()], [], {}, Month(2026, 5))[0], id="g/x#9.1"
    )
    assert told(reversals.reversal(charge, 0), "EUR") == [
        "takes back charge g/x#9.1",
        "comes to -15.00 EUR",
        "with 21 % VAT in it",
    ]


@pytest.mark.parametrize(
    "step", [("unheard-of", 3, "x"), ("billed", 3, "sideways", 60, 0), ("band", "x", "y", 1), ("fee",)]
)
def test_a_step_that_is_not_understood_is_told_as_it_was_written(step):
    charge = Charge(ADA, Sort.MACHINE, "laser", 0, 0, 0, "v", (), steps=(step,), reason="x")
    assert told(charge, "EUR") == [" ".join(str(part) for part in step), "comes to 0.00 EUR (x)"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (40, "40 s"), (3_900, "1 h 5 min"), (3_601, "1 h 1 s"), (-60, "-1 min")]
)
def test_a_length_is_said_to_the_second(seconds, text):
    assert length(seconds) == text


@pytest.mark.parametrize(("last", "told_"), [("2026-12-31", "to 2026-12-31"), ("", "on")])
def test_a_plan_that_lets_somebody_pay_less_is_told_with_its_dates(last: str, told_: str):
    steps = (("held", "g/x#7", "2026-10-01", last),)
    charge = Charge(ADA, Sort.MACHINE, "laser", 0, 0, 0, "2026", (), steps=steps)
    assert told(charge, "EUR")[0] == f"by the plan of sale g/x#7, held from 2026-10-01 {told_}"


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("fr", ["sous tension : 1 h 5 min", "cela fait 0,00 EUR (entretien)"]),
        ("nl", ["onder spanning: 1 h 5 min", "komt op 0,00 EUR (entretien)"]),
        ("de", ["eingeschaltet: 1 h 5 min", "ergibt 0,00 EUR (entretien)"]),
    ],
)
def test_a_charge_is_told_in_the_language_of_whoever_pays(language, lines):
    (charge,) = charging.charges(
        PRICES, BRUSSELS, Payer(ADA), [work(free="maintenance")], [], {}, Month(2026, 5)
    )
    assert told(charge, "EUR", language, lambda reason: {"maintenance": "entretien"}[reason]) == lines


def _one_of_each():
    sold = [
        sale(Sort.PLAN, "term"),
        sale(Sort.PACK, "time"),
        sale(Sort.PACK, "credit", day=date(2026, 5, 19)),
        sale(Sort.PACK, "ten"),
        sale(Sort.TOPUP, "", day=date(2026, 5, 19), cents=200),
        sale(Sort.ITEM, "pla", quantity="12.5"),
        sale(Sort.ITEM, "damage", cents=4_250),
    ]
    worked = [work("rich", busy_s=3_000, supervised=True), work("net", 30, session="s2", records=("s2",))]
    return charging.charges(PRICES, BRUSSELS, Payer(ADA), worked, sold, {}, Month(2026, 5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_arithmetic_takes_the_facts_that_it_is_given(language):
    for charge in _one_of_each():
        assert len(told(charge, "EUR", language)) == len(told(charge, "EUR"))
        assert not any("{" in line for line in told(charge, "EUR", language))


def test_a_sale_is_called_what_the_reader_knows_it_by():
    steps = (("pack", "pack:g/x#7", 60), ("held", "g/x#7", "2026-10-01", ""))
    charge = Charge(ADA, Sort.MACHINE, "laser", 0, 0, 0, "2026", (), steps=steps)
    said = told(charge, "EUR", sale=lambda record: {"g/x#7": "7 (Ten hours)"}[record])
    assert said[:2] == [
        "1 min from the pack of sale 7 (Ten hours)",
        "by the plan of sale 7 (Ten hours), held from 2026-10-01 on",
    ]


def test_amounts_have_the_comma_of_the_language_and_ids_keep_their_point():
    steps = (("price", "1.50", "12.5", "g"), ("reverses", "g/x#9.1 "))
    charge = Charge(ADA, Sort.ITEM, "pla", 0, 1875, 1875, "2026", (), steps=steps)
    assert told(charge, "EUR", "de")[:3] == [
        "12,5 g zu 1,50 EUR: 18,75 EUR",
        "nimmt den Posten g/x#9.1  zurück",
        "ergibt 18,75 EUR",
    ]
