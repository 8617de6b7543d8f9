"""A seeded lab over three months of money: every second is charged once, and every sum is the same sum."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from money_lab import FIRST, ZONE, Lived, MoneyLab
from money_oracle import groups, list_cents

from fabgate.charges import Charge, Sort
from fabgate.store import charged

MONTHS = ("2026-01", "2026-02", "2026-03")
WHY = "seeded"
BY = ("--by", "zoe")


def lived_through(folder: Path, seed: int) -> MoneyLab:
    """Three months lived and closed, each on the third of the next."""
    lab = MoneyLab(folder, seed)
    for month in MONTHS:
        first = datetime.fromisoformat(f"{month}-01T08:00:00").replace(tzinfo=ZONE)
        following = (first + timedelta(days=32)).replace(day=1)
        day = max(first, FIRST + timedelta(days=1))
        while day < following:
            lab.at(day.replace(hour=7))
            something_bought(lab)
            lab.day(day)
            day += timedelta(days=1)
        lab.at(following + timedelta(days=2))
        lab.must("close", month, "--by", "zoe")
    return lab


def something_bought(lab: MoneyLab) -> None:
    """Now and then somebody buys something at the desk."""
    who = lab.random.choice(("ada", "bob", "eve", "gus"))
    match lab.random.randrange(40):
        case 0:
            lab.must("sell", "pack", who, "hours", "--by", "zoe")
        case 1:
            lab.must("sell", "pack", who, "coins", "--by", "zoe")
        case 2:
            lab.must("wallet", "topup", who, f"{lab.random.randrange(1, 90)}.50", "--by", "zoe")
        case 3:
            lab.must(
                "sell", "item", who, "pla", "--quantity", str(lab.random.randrange(1, 500)), "--by", "zoe"
            )
        case 4:
            lab.type("sell", "plan", who, "month", "--by", "zoe")  # who has one already is told so
        case _:
            pass


def sealed(lab: MoneyLab, months: Sequence[str] = MONTHS) -> dict[str, list[Charge]]:
    with lab.store.reader() as reader:
        return {month: list(charged.charges(reader.conn, month)) for month in months}


@pytest.fixture(scope="module", params=range(3))
def lab(request, tmp_path_factory) -> MoneyLab:
    return lived_through(tmp_path_factory.mktemp("mint"), request.param)


def due(lab: MoneyLab, month: str) -> list[list[Lived]]:
    """The groups whose last session ends in the month, of those that were over when it was closed."""
    first = datetime.fromisoformat(f"{month}-01T00:00:00").replace(tzinfo=ZONE)
    after = (first + timedelta(days=32)).replace(day=1)
    return [
        group for group in groups(lab.lived) if first.timestamp() <= group[-1].ended_s < after.timestamp()
    ]


def test_every_session_is_charged_once_and_in_its_month(lab: MoneyLab):
    charges = sealed(lab)
    for month in MONTHS:
        told = Counter(session for one in charges[month] for session in one.sessions)
        lived = Counter(one.id for group in due(lab, month) for one in group)
        assert told == lived, month


def test_the_price_of_each_group_is_what_a_person_reckons_from_the_list(lab: MoneyLab):
    for month, charges in sealed(lab).items():
        mine = {tuple(one.id for one in group): list_cents(group) for group in due(lab, month)}
        for one in charges:
            if one.sort is not Sort.MACHINE:
                continue
            if any(step[0] in ("plan", "pack") for step in one.steps):
                assert one.list_cents <= mine[one.sessions], one  # a plan or hours in advance gave a part
            else:
                assert one.list_cents == mine[one.sessions], (one.steps, dict(one.taken))


def test_no_pool_gives_more_than_was_in_it(lab: MoneyLab):
    charges = [one for several in sealed(lab).values() for one in several]
    took: Counter[tuple[str, str]] = Counter()
    for one in charges:
        for pool, amount in one.taken.items():
            took[one.payer, pool.partition(":")[0] + pool[-8:]] += amount
            assert amount >= 0 or one.sort is Sort.REVERSAL
    wallet = Counter[str]()
    for one in charges:
        wallet[one.payer] += one.list_cents if one.sort is Sort.TOPUP else -one.wallet_cents
    assert min(wallet.values(), default=0) >= 0


def test_each_line_is_paid_whole_and_by_somebody(lab: MoneyLab):
    for one in (one for several in sealed(lab).values() for one in several):
        assert one.cents >= 0 and one.wallet_cents >= 0 and one.list_cents >= one.cents + one.wallet_cents
        if not one.taken:
            assert one.list_cents == one.cents, one


def test_closing_again_changes_nothing(lab: MoneyLab):
    before = sealed(lab)
    for month in MONTHS:
        lab.type("close", month, "--by", "zoe")
    assert sealed(lab) == before
    lab.must("journal", "verify")
    lab.must("close", "--verify")


def test_every_sum_is_the_same_sum(lab: MoneyLab, tmp_path: Path):
    for month, charges in sealed(lab).items():
        owed = sum(one.cents for one in charges)
        listed = json.loads(lab.must("export", "charges", "--month", month, "--format", "json"))
        assert sum(cents(row["amount"]) for row in listed) == owed
        by_payer: Counter[str] = Counter()
        for one in charges:
            by_payer[one.payer] += one.cents
        fec = tmp_path / f"{month}.txt"
        lab.must(
            "export", "accounting", "--month", month, "--profile", "fec", "--again", "--output", str(fec), *BY
        )
        lines = [line.split("\t") for line in fec.read_text(encoding="utf-8").splitlines()]
        rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
        assert sum(cents(row["Debit"]) for row in rows) == sum(cents(row["Credit"]) for row in rows)
        customers: Counter[str] = Counter()
        for row in rows:
            if row["CompteNum"].startswith("411"):
                customers[row["CompAuxNum"]] += cents(row["Debit"]) - cents(row["Credit"])
        assert sum(customers.values()) == owed
        assert sorted(filter(None, customers.values())) == sorted(filter(None, by_payer.values()))


def cents(text: object) -> int:
    """The cents of an amount of a file, with a point or a comma."""
    return int(Decimal(str(text or "0").replace(",", ".")).scaleb(2))


def test_what_comes_late_or_is_taken_back_is_charged_once(tmp_path: Path):
    lab = lived_through(tmp_path, 11)
    machine = [one for several in sealed(lab).values() for one in several if one.sort is Sort.MACHINE]
    anew, gone = lab.random.sample(machine, 6), set[str]()
    for one in anew:
        again = lab.random.random() < 0.5
        lab.must("charge", "reverse", one.id, *(("--again",) if again else ()), "--reason", WHY, *BY)
        gone |= set() if again else set(one.sessions)
        if again:
            lab.type("session", "assign", one.sessions[0], "--payer", "eve", "--reason", WHY, *BY)
    late = [lab.work(Lived("", "ada", "ada", "laser", False, day(month), 1200, None)) for month in MONTHS]
    lab.at(datetime(2026, 5, 3, 9, tzinfo=ZONE))
    lab.must("close", "2026-04", *BY)

    charged_now = sealed(lab, (*MONTHS, "2026-04"))
    every = {one.id: one for several in charged_now.values() for one in several}
    count: Counter[str] = Counter()
    for one in every.values():
        if one.sort is Sort.MACHINE:
            count.update(one.sessions)
        elif one.sort is Sort.REVERSAL:
            count.subtract(every[one.of].sessions)
    lived = {one.id for one in lab.lived}
    assert {name for name, number in count.items() if number} == lived - gone
    assert set(count.values()) <= {0, 1}
    assert {one.id for one in late} <= {session for one in charged_now["2026-04"] for session in one.sessions}
    lab.must("journal", "verify")
    lab.must("close", "--verify")


def day(month: str) -> int:
    """The last hour of a month, in which nobody of this seed works."""
    first = datetime.fromisoformat(f"{month}-01T08:00:00").replace(tzinfo=ZONE)
    following = (first + timedelta(days=32)).replace(day=1, hour=0)
    return int(following.timestamp()) - 3_000


def test_no_purge_and_no_erasure_changes_a_sum(tmp_path: Path):
    lab = lived_through(tmp_path, 12)
    before = sealed(lab)
    lab.at(datetime(2028, 1, 1, 9, tzinfo=ZONE))
    lab.must("privacy", "purge")
    lab.must("privacy", "forget", "bob", "--force", "--reason", WHY, *BY)
    assert sealed(lab) == before
    lab.must("journal", "verify")
    lab.must("close", "--verify")
    assert "bob" not in lab.must("export", "charges", "--month", "2026-01")
