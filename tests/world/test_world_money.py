"""A seeded lab over three months of money: every second is charged once, and every sum is the same sum."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from money_lab import FIRST, ZONE, Lived, MoneyLab
from money_oracle import groups, list_cents

from fabgate.charges import Charge, Sort
from fabgate.store import charged

MONTHS = ("2026-01", "2026-02", "2026-03")
WHY = "seeded"


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


def sealed(lab: MoneyLab) -> dict[str, list[Charge]]:
    with lab.store.reader() as reader:
        return {month: list(charged.charges(reader.conn, month)) for month in MONTHS}


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
