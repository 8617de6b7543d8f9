"""What a payer has left, told by the hub to all gates: what was used at one counts at the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hub_lab import FakeGate, Lab, enrol, first_manager

from fabgate.desk import accounts, sales
from fabgate.desk.deed import Done
from fabgate.hub.balances import EVERY_MS, Balances
from fabgate.model import Credit, MachineId, MachineRules, MemberId, SkillId
from fabgate.records import AccountState, Draft, SessionStarted, SessionStopped
from fabgate.rules.balances import WEEK_MS
from fabgate.store import journal, lookup, roster
from fabgate.store.asked import Asked, Money
from fabgate.store.db import Store
from fabgate.store.spent import Spent
from fabgate.tariff import ANY, Band, Tariff, TimePrice, Version

HOUR_MS = 3_600_000
TARIFF = Tariff(
    (
        Version(
            "2026",
            date(2026, 1, 1),
            machines={ANY: {"": TimePrice((Band(Decimal(12)),))}},
            minimum_balance=Decimal(5),
        ),
    )
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A lab where members pay before they start."""
    made = Lab(tmp_path)
    made.settings = replace(made.settings, tariff=TARIFF)
    made.make_hub()
    first_manager(made.settings, made.clock)
    made.hub_on()
    with made.desk() as desk:
        enrol(desk, "ada")
    made.join("gate-1", "gate-2")
    made.settle()
    yield made
    for gate in made.gates.values():
        gate.off()
    made.hub_off()


def ada(lab: Lab) -> MemberId:
    with Store(lab.settings.gate.state).reader() as reader:
        member = roster.member(reader.conn, "ada")
    assert member is not None
    return member.id


def pays_in(lab: Lab, amount: str) -> None:
    with lab.desk() as desk:
        assert isinstance(sales.top_up(desk, "zoe", "ada", amount), Done)


def works(lab: Lab, gate: FakeGate, ms: int) -> None:
    begun = SessionStarted(gate.machine, "laser", ada(lab), "k:00", "autonomous", "tap", HOUR_MS)
    (start,) = gate.write(Draft(gate.clock.now(), begun))
    lab.pass_ms(ms)
    gate.write(Draft(gate.clock.now(), SessionStopped(str(start), gate.machine, "own_tap", ms)))
    lab.settle()


def later(lab: Lab, ms: int = 0) -> None:
    """Time passes; the hub gets round to it."""
    lab.pass_ms(ms)
    lab.settle()
    lab.pass_ms(EVERY_MS)
    lab.settle()


def told(lab: Lab) -> list[AccountState]:
    with Store(lab.settings.gate.state).reader() as reader:
        found = journal.entries(reader.conn, kinds=(AccountState.kind,), own=True)
        return [one.body for one in found if isinstance(one.body, AccountState)]


def at(lab: Lab, gate: FakeGate) -> Credit | None:
    """What a tap of Ada's at this gate is answered."""
    rules = MachineRules(MachineId(gate.machine), SkillId("laser"), "Laser")
    now = gate.clock.now()
    with gate.store.reader() as reader:
        asked = Asked(now.wall_ms, at=now, money=Money(TARIFF, Spent()))
        return lookup.standing_of(reader.conn, ada(lab), rules, asked).credit


def test_what_was_paid_in_at_the_hub_counts_at_each_gate(lab: Lab) -> None:
    pays_in(lab, "20")
    later(lab)
    assert {at(lab, gate) for gate in lab.gates.values()} == {Credit(2_000, 500)}
    read = [name.split("/")[1] for name in told(lab)[-1].read]
    assert read == ["gate-1", "gate-2"], "and not how far the hub's own is, which no gate asks for"


def test_what_was_used_at_one_gate_counts_at_the_other_and_twice_nowhere(lab: Lab) -> None:
    one, two = lab.gates.values()
    pays_in(lab, "20")
    later(lab)
    works(lab, one, HOUR_MS)
    assert at(lab, one) == Credit(800, 500), "its own use a gate knows at once"
    assert at(lab, two) == Credit(2_000, 500)
    later(lab)
    assert at(lab, one) == at(lab, two) == Credit(800, 500)
    assert len(told(lab)) == 2


def test_a_gate_that_was_away_takes_its_own_use_off_and_no_others_twice(lab: Lab) -> None:
    one, two = lab.gates.values()
    pays_in(lab, "30")
    later(lab)
    two.off()
    works(lab, two, HOUR_MS // 2)
    works(lab, one, HOUR_MS)
    later(lab)
    assert (at(lab, one), at(lab, two)) == (Credit(1_800, 500), Credit(2_400, 500))
    two.on()
    later(lab)
    later(lab, WEEK_MS)
    assert at(lab, one) == at(lab, two) == Credit(1_200, 500)


def test_little_use_of_much_is_told_once_a_week(lab: Lab) -> None:
    one, two = lab.gates.values()
    pays_in(lab, "500")
    later(lab)
    for _ in range(6):
        works(lab, one, HOUR_MS)
        later(lab)
    assert len(told(lab)) == 1
    later(lab, WEEK_MS)
    assert len(told(lab)) == 2
    assert at(lab, two) == Credit(50_000 - 7_200, 500)


def test_nothing_is_told_where_nothing_moves(lab: Lab) -> None:
    pays_in(lab, "20")
    for _ in range(5):
        later(lab, HOUR_MS)
    assert len(told(lab)) == 1


def test_who_pays_nothing_before_is_told_of_never(lab: Lab) -> None:
    one, _ = lab.gates.values()
    works(lab, one, HOUR_MS)
    later(lab, WEEK_MS)
    assert told(lab) == []


def test_a_wallet_that_pays_for_everything_is_told_below_zero(lab: Lab) -> None:
    one, two = lab.gates.values()
    with lab.desk() as desk:
        assert isinstance(accounts.put(desk, "zoe", "ada", accounts.Terms(prepaid=True)), Done)
    works(lab, one, HOUR_MS)
    later(lab)
    assert at(lab, two) == Credit(-1_200, 500)


class Counted:
    """The books, how often anybody asked them to reckon, and how long that takes."""

    def __init__(self, lab: Lab, ms: int = 0) -> None:
        self._lab, self._ms, self.asked = lab, ms, 0

    def __getattr__(self, name: str) -> object:
        if name == "states":
            self.asked += 1
            self._lab.clock.advance(self._ms)
        return getattr(self._lab.books, name)


def test_nothing_is_reckoned_without_need_nor_by_a_clock_that_is_wrong(lab: Lab) -> None:
    now = lab.clock.now()
    plain, unsure, quiet = Counted(lab), Counted(lab), Counted(lab)
    Balances(plain, replace(lab.settings, tariff=Tariff()), lab.clock).turn(now)
    Balances(unsure, lab.settings, lab.clock).turn(replace(now, synced=False))
    assert (plain.asked, unsure.asked) == (0, 0)
    balances = Balances(quiet, lab.settings, lab.clock)
    for _ in range(3):
        balances.turn(now)
        now = replace(now, boot_ms=now.boot_ms + EVERY_MS, wall_ms=now.wall_ms + EVERY_MS)
    assert quiet.asked == 1
    balances.turn(replace(now, boot_ms=now.boot_ms + 86_400_000, wall_ms=now.wall_ms + 86_400_000))
    assert quiet.asked == 2, "a pack may have ended with the day"


def test_where_reckoning_takes_long_the_hub_rests_from_it_for_longer(lab: Lab) -> None:
    slow = Counted(lab, ms=60_000)
    balances = Balances(slow, lab.settings, lab.clock)
    begun = lab.clock.now()
    asked = []
    for minutes in (0, 15, 49, 50):
        ms = minutes * 60_000
        balances.turn(replace(begun, boot_ms=begun.boot_ms + ms, wall_ms=begun.wall_ms + 1_440 * ms))
        asked.append(slow.asked)
    assert asked == [1, 1, 1, 2]
