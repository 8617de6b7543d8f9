"""The books tell all gates how payers stand: at the desk at once, of everybody now and then."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from billed import NOVEMBER, OCTOBER, PRICES, Billed, done

from fabgate.desk import accounts, balances, charges, sales, usages
from fabgate.desk.closing import Closed, close
from fabgate.desk.deed import turn
from fabgate.model import MemberId
from fabgate.records import AccountState, Sale
from fabgate.rules import standing
from fabgate.store import charged, journal, rights
from fabgate.store.spent import Spent, reads
from fabgate.tariff import Pack, Tariff, Unit

HOUR = Pack("An hour", Decimal(10), Unit.TIME, 3_600)
VERSION = replace(PRICES.versions[0], minimum_balance=Decimal(5), packs={"hour": HOUR})
PREPAID = replace(PRICES, versions=(VERSION,))
HERE = "openfab/gate1/"


@pytest.fixture
def lab(here) -> Billed:
    made = Billed(here, PREPAID)
    made.now("2026-10-20T08:00")
    return made


def paid_in(lab: Billed, who: str, amount: str) -> None:
    done(sales.top_up(lab.desk, "zoe", who, amount))


def tell(lab: Billed, who: str) -> bool:
    """Whether there was anything new to tell."""
    with turn(lab.desk, "zoe") as now:
        return balances.tell(now, lab.member[who]) is not None


def state(lab: Billed, who: str = "ada") -> standing.StateStands:
    about = str(standing.subject(AccountState(lab.member[who], 0, 0)))
    found = standing.state(rights.said_of(lab.desk.conn, about))
    assert found is not None
    return found


def told(lab: Billed) -> list[AccountState]:
    found = journal.entries(lab.desk.conn, kinds=(AccountState.kind,))
    return [one.body for one in found if isinstance(one.body, AccountState)]


def at_gate(lab: Billed, who: str = "ada") -> int:
    """What a gate makes of it: the state less what it knows of since, at 12 EUR an hour."""
    now = state(lab, who)
    read = reads(str(list(now.read)).replace("'", '"'))
    used = Spent().of(lab.desk.conn, lab.member[who], read, now.as_of_ms, lab.clock.now())
    return now.balance_cents - sum(one.seconds // 60 * 20 for one in used)


# --- at the desk ----------------------------------------------------------------------------------


def test_a_lab_that_has_nothing_to_tell_of_is_told_nothing(here):
    plain = Tariff((replace(PRICES.versions[0], plans={}),))
    lab = Billed(here, plain)
    paid_in(lab, "ada", "20")
    assert not tell(lab, "ada")
    assert balances.tell_all(lab.desk) == 0
    assert told(lab) == []


def test_money_that_came_in_is_told_and_told_once(lab):
    paid_in(lab, "ada", "20")
    assert not tell(lab, "ada")
    assert (len(told(lab)), state(lab).balance_cents) == (1, 2_000)
    assert not tell(lab, "bob"), "bob has nothing"


def test_what_was_used_before_anything_was_paid_in_is_invoiced_and_not_taken_off(lab):
    lab.worked("ada", "2026-10-19T12:00", 30)
    paid_in(lab, "ada", "20")
    assert at_gate(lab) == 2_000
    lab.worked("ada", "2026-10-20T12:00", 15)
    assert at_gate(lab) == 1_700


def test_a_wallet_that_pays_for_everything_pays_for_what_was_used_before_too(lab):
    done(accounts.put(lab.desk, "zoe", "ada", accounts.Terms(prepaid=True)))
    lab.worked("ada", "2026-10-19T12:00", 30)
    paid_in(lab, "ada", "20")
    assert (state(lab).balance_cents, at_gate(lab)) == (1_400, 1_400)


def test_a_gate_by_itself_reckons_all_use_with_each_sale(lab):
    paid_in(lab, "ada", "20")
    lab.worked("ada", "2026-10-20T09:00", 45)
    assert balances.tell_all(lab.desk) == 1
    lab.worked("ada", "2026-10-20T14:00", 15)
    paid_in(lab, "ada", "10")
    assert state(lab).balance_cents == at_gate(lab) == 3_000 - 900 - 300


def test_where_nobody_looked_at_it_use_stays_as_it_was_told_last(lab):
    """As at a hub, where nothing that happened at machines is reckoned again while others wait."""
    paid_in(lab, "ada", "20")
    lab.worked("ada", "2026-10-20T09:00", 45)
    assert balances.tell_all(lab.desk) == 1
    lab.worked("ada", "2026-10-20T14:00", 15)
    with turn(lab.desk, "zoe") as now:
        ada = lab.member["ada"]
        now.write(Sale(ada, "topup", "", "2026-10-20", now.member.id, cents=1_000))
        balances.tell(now, ada)
    assert state(lab).balance_cents == 3_000 - 900
    assert at_gate(lab) == 3_000 - 900 - 300


@pytest.mark.parametrize(("prepaid", "left"), [(True, 1_400), (False, 2_000)])
def test_at_a_hub_the_first_word_leaves_what_was_before_it_to_each_gate_where_the_wallet_pays_it(
    lab, prepaid, left
):
    if prepaid:
        done(accounts.put(lab.desk, "zoe", "ada", accounts.Terms(prepaid=True)))
    lab.worked("ada", "2026-10-19T12:00", 30)
    with turn(lab.desk, "zoe") as now:
        ada = lab.member["ada"]
        now.write(Sale(ada, "topup", "", "2026-10-20", now.member.id, cents=2_000))
        balances.tell(now, ada)
    assert (state(lab).balance_cents, at_gate(lab)) == (2_000, left)


def test_a_pack_is_not_used_up_by_what_was_before_it(lab):
    lab.worked("ada", "2026-10-19T12:00", 60)
    done(sales.sell(lab.desk, "zoe", "ada", sales.Wanted(sales.Sort.PACK, "hour")))
    assert state(lab).left == ("*::3600",)
    read = reads(str(list(state(lab).read)).replace("'", '"'))
    assert Spent().of(lab.desk.conn, lab.member["ada"], read, state(lab).as_of_ms, lab.clock.now()) == []


def test_a_plan_that_is_sold_is_told(lab):
    done(sales.sell(lab.desk, "zoe", "ada", sales.Wanted(sales.Sort.PLAN, "month", day="2026-10-20")))
    assert state(lab).plans == ("month:",)


def test_a_session_that_costs_nothing_after_all_gives_its_money_back_at_once(lab):
    paid_in(lab, "ada", "20")
    session = lab.worked("ada", "2026-10-20T09:00", 45)
    lab.now("2026-10-20T10:00")
    assert at_gate(lab) == 1_100
    done(usages.mark(lab.desk, "zoe", session, None, True, "the tube was worn out"))
    assert at_gate(lab) == 2_000


# --- everybody ------------------------------------------------------------------------------------


def test_everybody_who_paid_anything_in_is_told_and_read_up_to_now(lab):
    paid_in(lab, "ada", "20")
    lab.worked("ada", "2026-10-20T06:00", 45)
    lab.worked("bob", "2026-10-20T06:00", 45)
    assert balances.tell_all(lab.desk) == 1
    assert {one.member for one in told(lab)} == {lab.member["ada"]}
    now = state(lab)
    assert (now.balance_cents, now.as_of_ms, now.open) == (1_100, lab.clock.wall_ms, ("wallet=900",))
    [read] = now.read
    assert read.startswith(HERE)
    assert at_gate(lab) == 1_100


def test_nobody_is_told_twice_of_the_same(lab):
    paid_in(lab, "ada", "20")
    lab.worked("ada", "2026-10-20T06:00", 45)
    assert [balances.tell_all(lab.desk) for _ in range(3)] == [1, 0, 0]


def test_little_use_of_much_is_not_told_before_a_week_is_over(lab):
    paid_in(lab, "ada", "200")
    lab.worked("ada", "2026-10-20T09:00", 30)
    assert balances.tell_all(lab.desk) == 0
    lab.now("2026-10-27T08:00")
    assert balances.tell_all(lab.desk) == 1
    assert state(lab).balance_cents == 20_000 - 600


def test_a_closed_month_takes_no_use_twice(lab):
    """What open months had taken is what closed ones took, once one is closed: each state is told anew."""
    paid_in(lab, "ada", "20")
    lab.worked("ada", "2026-10-20T06:00", 30)
    lab.now("2026-11-02T08:00")
    lab.worked("ada", "2026-11-01T12:00", 15)
    lab.closed()
    assert (state(lab).balance_cents, at_gate(lab)) == (1_100, 1_100)
    assert state(lab).open == ("wallet=300",)
    paid_in(lab, "ada", "1")
    assert at_gate(lab) == 1_200
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    assert (state(lab).balance_cents, state(lab).open) == (1_200, ())


def test_what_a_charge_gives_back_is_on_the_wallet_before_the_next_closing(lab):
    """A gate would else refuse somebody whose money the lab has promised to give back."""
    paid_in(lab, "ada", "20")
    lab.worked("ada", "2026-10-20T06:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    assert state(lab).balance_cents == 1_400
    (line,) = [one for one in charged.charges(lab.desk.conn, "2026-10") if one.wallet_cents]
    done(charges.reverse(lab.desk, "zoe", line.id, again=False, reason="the lens was cracked"))
    assert (state(lab).balance_cents, at_gate(lab)) == (2_000, 2_000)
    paid_in(lab, "ada", "1")
    assert at_gate(lab) == 2_100
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    assert (state(lab).balance_cents, state(lab).open) == (2_100, ())


def test_a_closing_tells_of_everybody_who_has_a_state_though_nothing_moved(lab):
    """Else what closed months took by then would be off the next sale's balance once more."""
    paid_in(lab, "ada", "200")
    lab.worked("ada", "2026-10-20T06:00", 30)
    paid_in(lab, "ada", "1")
    assert (state(lab).balance_cents, state(lab).open) == (19_500, ("wallet=600",))
    lab.now("2026-10-31T23:30")
    lab.closed()
    assert (state(lab).balance_cents, state(lab).open) == (19_500, ())
    assert not tell(lab, "ada")


def test_between_a_closing_and_the_next_word_a_sale_counts_from_now(lab):
    """Where everybody was not told after it, as when the power failed just then."""
    paid_in(lab, "ada", "20")
    lab.worked("ada", "2026-10-20T06:00", 30)
    lab.now("2026-11-02T08:00")
    version = replace(PRICES.versions[0], plans={})
    settings = replace(lab.desk.settings, tariff=replace(PRICES, versions=(version,)))
    assert isinstance(close(replace(lab.desk, settings=settings), "zoe", OCTOBER), Closed)
    assert len(told(lab)) == 1
    paid_in(lab, "ada", "5")
    assert (state(lab).balance_cents, at_gate(lab)) == (1_900, 1_900)


def test_who_is_told_of_everybody_waits_for_no_long_transaction(lab):
    for number in range(70):
        handle = f"m{number}"
        lab.member[handle] = MemberId(lab.lab.member(handle))
        paid_in(lab, handle, "20")
        lab.worked(handle, "2026-10-20T06:00", 45)
    before = lab.desk.writer.commits
    assert balances.tell_all(lab.desk) == 70
    assert lab.desk.writer.commits - before == 3
