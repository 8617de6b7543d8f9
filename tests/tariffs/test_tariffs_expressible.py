"""What price lists of other labs say can be written, and comes out as they mean it."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from bills import Bill, amount, only, written

from fabgate.charges import Sort
from fabgate.tariff import Tariff

DAY = date(2026, 3, 9)
VERSION = "[version.2026]\nsince = 2026-01-01\n"


def prices(folder: Path, text: str) -> Tariff:
    return written(folder, VERSION + text)


def paid(tariff: Tariff, machine: str, minutes: int, category: str = "", busy: int | None = None) -> str:
    return str(Bill(tariff, category).work(machine, minutes, DAY, busy=busy).total("2026-03"))


@pytest.mark.parametrize(
    ("minutes", "expected"), [(10, "0.00"), (15, "0.00"), (16, "0.10"), (120, "10.50"), (180, "14.50")]
)
def test_bands_with_a_free_start(tmp_path: Path, minutes: int, expected: str):
    tariff = prices(
        tmp_path,
        "[version.2026.machine.laser]\n"
        'bands = [{ upto = "15m", price = 0 }, { upto = "2h", price = 6 }, { price = 4 }]\n',
    )
    assert paid(tariff, "laser", minutes) == expected


def test_members_at_half_price_and_mentors_at_nothing(tmp_path: Path):
    tariff = prices(
        tmp_path,
        '[version.2026.category]\nmember = { pays = "50%" }\nmentor = { pays = "0%" }\n'
        '[version.2026.machine.laser]\nprice = "12.50"\n',
    )
    assert [paid(tariff, "laser", 60, category) for category in ("", "member", "mentor")] == [
        "12.50",
        "6.25",
        "0.00",
    ]
    (line,) = Bill(tariff, "mentor").work("laser", 60, DAY).lines("2026-03")
    assert line.reason == "category mentor"


def test_a_start_fee_and_a_rate_by_the_minute(tmp_path: Path):
    tariff = prices(tmp_path, '[version.2026.machine.laser]\nstart_fee = 2\nprice = 0.20\nper = "1m"\n')
    assert [paid(tariff, "laser", minutes) for minutes in (1, 20)] == ["2.20", "6.00"]


def test_free_minutes_a_month_do_not_go_on_into_the_next(tmp_path: Path):
    tariff = prices(tmp_path, '[version.2026.machine.printer]\nfree_month = "60m"\nprice = 3\n')
    bill = Bill(tariff).work("printer", 40, DAY).work("printer", 40, date(2026, 3, 10))
    bill.work("printer", 40, date(2026, 4, 2))
    assert (bill.total("2026-03"), bill.lines("2026-04")[0].cents) == (Decimal("1.00"), 0)


def test_a_room_by_the_hour_and_the_laser_in_it_by_the_minute_of_its_work(tmp_path: Path):
    tariff = prices(
        tmp_path,
        '[version.2026.machine.room]\nprice = 4\nevery = "30m"\n'
        '[version.2026.machine.laser]\nmeter = "busy"\nprice = 0.50\nper = "1m"\n',
    )
    bill = Bill(tariff).work("room", 115, DAY).work("laser", 40, DAY, at=time(12, 30), busy=12)
    assert [(line.item, amount(line.cents)) for line in bill.lines("2026-03")] == [
        ("laser", Decimal("6.00")),
        ("room", Decimal("8.00")),
    ]


def test_a_price_by_the_session_and_a_minimum_in_money(tmp_path: Path):
    tariff = prices(
        tmp_path,
        '[version.2026.machine.kiln]\nprice = 15\nper = "session"\n'
        "[version.2026.machine.laser]\nprice = 12\nminimum_price = 5\n",
    )
    assert [paid(tariff, "kiln", minutes) for minutes in (1, 600)] == ["15.00", "15.00"]
    assert [paid(tariff, "laser", minutes) for minutes in (1, 60)] == ["5.00", "12.00"]


@pytest.mark.parametrize(("rounding", "expected"), [("up", "10.00"), ("down", "5.00"), ("nearest", "5.00")])
def test_half_hours_started_whole_or_nearest(tmp_path: Path, rounding: str, expected: str):
    tariff = prices(
        tmp_path,
        f'[version.2026.machine.laser]\nprice = 10\nevery = "30m"\nrounding = "{rounding}"\n',
    )
    assert paid(tariff, "laser", 40) == expected


def test_a_plan_with_hours_in_it_and_one_that_pays_a_part(tmp_path: Path):
    tariff = prices(
        tmp_path,
        "[version.2026.machine.laser]\nprice = 10\n"
        '[version.2026.plan.maker]\nprice = 30\ncontingent = { any = "1h" }\n'
        '[version.2026.plan.pro]\nprice = 90\npays = "80%"\n',
    )
    for plan, expected in (("maker", "5.00"), ("pro", "12.00")):
        bill = Bill(tariff).sell(Sort.PLAN, plan, date(2026, 3, 1)).work("laser", 90, DAY)
        assert amount(only(bill.lines("2026-03"), Sort.MACHINE).cents) == Decimal(expected)


def test_a_plan_once_and_for_ever(tmp_path: Path):
    tariff = prices(tmp_path, '[version.2026.plan.life]\nprice = 500\nperiod = "once"\n')
    bill = Bill(tariff).sell(Sort.PLAN, "life", DAY)
    assert [bill.total(month) for month in ("2026-03", "2026-04", "2027-03")] == [500, 0, 0]


def test_hours_that_were_paid_before_for_one_machine_only(tmp_path: Path):
    tariff = prices(
        tmp_path,
        "[version.2026.machine.any]\nprice = 10\n"
        '[version.2026.pack.hours]\nprice = 80\ntime = "10h"\nmachines = ["laser"]\n'
        '[version.2026.pack.all]\nprice = 90\ntime = "10h"\nmachines = ["any"]\n',
    )
    for pack, expected in (("hours", ["0.00", "10.00"]), ("all", ["0.00", "0.00"])):
        bill = Bill(tariff).sell(Sort.PACK, pack, DAY).work("laser", 60, DAY).work("lathe", 60, DAY)
        lines = [line for line in bill.lines("2026-03") if line.sort is Sort.MACHINE]
        assert [str(amount(line.cents)) for line in lines] == expected


def test_a_day_that_has_machines_in_it(tmp_path: Path):
    tariff = prices(
        tmp_path,
        "[version.2026.machine.any]\nprice = 10\n"
        '[version.2026.pass.day]\nprice = 12\nautomatic = true\nmachines = ["laser"]\n',
    )
    bill = Bill(tariff).work("laser", 60, DAY).work("lathe", 60, DAY)
    assert sorted(str(amount(line.cents)) for line in bill.lines("2026-03")) == ["0.00", "10.00", "12.00"]
    everything = written(tmp_path, tariff.text.replace('["laser"]', '["any"]'))
    assert Bill(everything).work("laser", 60, DAY).work("lathe", 60, DAY).total("2026-03") == 12


def test_somebodys_time_with_a_free_quarter_of_an_hour(tmp_path: Path):
    tariff = prices(tmp_path, '[version.2026.person.manager]\nprice = 40\nfree = "15m"\n')
    assert Bill(tariff).sell(Sort.PERSON, "manager", DAY, "1").total("2026-03") == 30
    (line,) = Bill(tariff).sell(Sort.PERSON, "manager", DAY, "0.25").lines("2026-03")
    assert (line.cents, line.reason) == (0, "free time")


def test_a_session_is_priced_by_the_version_of_its_start(tmp_path: Path):
    tariff = written(
        tmp_path,
        VERSION
        + "[version.2026.machine.laser]\nprice = 10\n"
        + '[version.2027]\nsince = 2027-01-01\nbased_on = "2026"\n'
        + "[version.2027.machine.laser]\nprice = 20\n",
    )
    bill = Bill(tariff).work("laser", 60, date(2026, 12, 31), at=time(23, 30))
    (line,) = bill.lines("2027-01")
    assert (line.version, amount(line.cents)) == ("2026", Decimal("10.00"))
