"""Services of a machine: what it needs soonest, and what that does at a tap."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine_bench import ADAS, BOBS, CLEOS, EVES, HOUR, KIMS, RULES, MachineBench, badge, person

from fabgate.charter import DAY_MS
from fabgate.model import Code, Notice, Service, Standing, Token, Trouble, Upkeep
from fabgate.rules.gestures import Name
from fabgate.rules.upkeep import Wear, soonest, state

HOUR_MS = 3_600_000
TODAY = 1_790_000_000_000
LENS = Service("lens", powered_ms=100 * HOUR_MS)
BELT = Service("belt", busy_ms=10 * HOUR_MS, jobs=50, days=30, blocks=True)
OVER = Upkeep("belt", left_jobs=-1, blocks=True)
SOON = Upkeep("lens", left_ms=HOUR_MS)
PATS = badge("pat")  # keeps the laser, and may not work on it


def used(**numbers: int) -> Wear:
    return Wear(**numbers)


# --- reckoned -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "left"), [(0, None), (89, None), (90, 10), (99, 1), (100, 0), (130, -30)], ids=str
)
def test_a_service_is_told_of_when_a_tenth_of_it_is_left(hours, left):
    found = soonest((LENS,), {"lens": used(powered_ms=hours * HOUR_MS)}, TODAY)
    assert found == (None if left is None else Upkeep("lens", left * HOUR_MS))
    assert found is None or found.over == (left <= 0)


@pytest.mark.parametrize(
    ("wear", "left"),
    [
        (used(busy_ms=9 * HOUR_MS + 1, jobs=1), Upkeep("belt", HOUR_MS - 1, None, True)),
        (used(busy_ms=9 * HOUR_MS, jobs=49), Upkeep("belt", None, 1, True)),
        (used(jobs=51, busy_ms=10 * HOUR_MS), Upkeep("belt", None, -1, True)),
        (used(since_ms=TODAY - 29 * DAY_MS), Upkeep("belt", DAY_MS, None, True)),
        (used(powered_ms=1_000 * HOUR_MS, jobs=45), Upkeep("belt", None, 5, True)),
    ],
    ids=["work", "jobs", "more jobs than work", "days", "hours with power are not counted"],
)
def test_whichever_of_its_numbers_runs_out_first_is_what_is_left(wear, left):
    assert soonest((BELT,), {"belt": wear}, TODAY) == left
    assert state(BELT, wear, TODAY) == left


def test_a_machine_that_was_never_used_needs_nothing_however_old_it_is():
    assert soonest((LENS, BELT), {}, TODAY) is None
    assert state(Service("belt", days=30), Wear(), TODAY).left_ms == 30 * DAY_MS


def test_of_several_services_the_one_that_is_used_up_most_is_told():
    wear = {"lens": used(powered_ms=95 * HOUR_MS), "belt": used(jobs=48)}
    assert soonest((LENS, BELT), wear, TODAY).service == "belt"
    assert soonest((LENS, BELT), wear | {"belt": used(jobs=47)}, TODAY).service == "lens"


def test_what_lets_nothing_start_is_told_before_what_is_over_for_longer():
    wear = {"lens": used(powered_ms=300 * HOUR_MS), "belt": used(jobs=50)}
    assert soonest((LENS, BELT), wear, TODAY).service == "belt"
    assert soonest((LENS, replace(BELT, blocks=False)), wear, TODAY).service == "lens"
    assert soonest((LENS, BELT), wear | {"belt": used(jobs=49)}, TODAY).service == "lens", "not over yet"


def test_a_clock_that_was_set_back_makes_no_service_younger_than_new():
    assert state(Service("belt", days=30), used(since_ms=TODAY + DAY_MS), TODAY).left_ms == 30 * DAY_MS


NUMBERS = st.builds(
    Wear, st.integers(0, 1 << 50), st.integers(0, 1 << 50), st.integers(0, 1 << 30), st.integers(0, TODAY)
)


@given(NUMBERS, NUMBERS)
def test_use_since_a_service_is_never_negative(one, other):
    since = one.since(other)
    assert min(since.powered_ms, since.busy_ms, since.jobs) >= 0
    assert since.since_ms == other.since_ms


@given(NUMBERS, NUMBERS)
def test_more_use_never_leaves_more(one, more):
    later = Wear(
        one.powered_ms + more.powered_ms, one.busy_ms + more.busy_ms, one.jobs + more.jobs, one.since_ms
    )
    for service in (LENS, Service("belt", jobs=50), Service("belt", busy_ms=9)):
        before, after = state(service, one, TODAY), state(service, later, TODAY)
        assert (after.left_ms or 0) <= (before.left_ms or 0)
        assert (after.left_jobs or 0) <= (before.left_jobs or 0)


# --- at the machine -------------------------------------------------------------------------------


def worn(due: Upkeep | None, audit: bool = False) -> MachineBench:
    """A machine of which the store says this to everybody."""
    bench = MachineBench(replace(RULES, audit=audit))
    bench.roster[PATS] = Standing(person("Pat"), keeps=True)
    needs(bench, due)
    return bench


def needs(bench: MachineBench, due: Upkeep | None) -> None:
    bench.roster = {token: replace(standing, upkeep=due) for token, standing in bench.roster.items()}


def test_a_service_that_is_due_soon_is_told_at_the_welcome_and_refuses_nothing():
    bench = worn(SOON)
    bench.tap(ADAS)
    assert bench.relay
    assert [told.what for told in bench.told] == [Notice.OPENED, Notice.SERVICE_SOON]
    assert (bench.told[-1].facts["upkeep"], bench.told[-1].language) == ("lens", "fr")


@pytest.mark.parametrize("due", [replace(SOON, left_ms=-1), replace(SOON, blocks=True)])
def test_only_one_that_is_over_and_blocks_refuses(due):
    bench = worn(due)
    bench.tap(ADAS)
    assert (bench.relay, bench.said) == (True, Notice.SERVICE_SOON)


@pytest.mark.parametrize("token", [ADAS, BOBS, CLEOS])
def test_a_service_that_is_over_lets_nobody_start_and_names_it(token):
    bench = worn(OVER)
    bench.tap(token)
    assert (bench.said, bench.state.name, bench.starts) == (Code.SERVICE_OVER, Name.FREE, [])
    assert bench.told[-1].facts["upkeep"] == "belt"
    assert bench.refused[-1].code is Code.SERVICE_OVER


def test_who_may_not_work_here_is_told_that_and_nothing_of_a_service():
    bench = worn(OVER)
    bench.tap(EVES)
    assert bench.said is Code.NOT_QUALIFIED


@pytest.mark.parametrize("token", [KIMS, PATS])
def test_who_keeps_the_machine_starts_it_for_its_service_with_two_taps(token: Token):
    bench = worn(OVER)
    bench.tap(token)
    assert (bench.said, bench.relay) == (Notice.CONFIRM, False)
    assert bench.told[-1].facts["since_ms"] is None
    bench.wait(3)
    bench.tap(token)
    assert (bench.start.purpose, bench.said) == ("maintenance", Notice.OPENED_MAINTENANCE)
    bench.lock(None)
    bench.wait(HOUR)
    assert bench.relay
    bench.tap(token)
    assert bench.state.name is Name.FREE


def test_who_keeps_a_machine_that_needs_nothing_works_like_everybody():
    bench = worn(SOON)
    bench.tap(KIMS)
    assert (bench.start.purpose, bench.start.member) == ("", "m-kim")


def test_nobody_else_confirms_it():
    bench = worn(OVER)
    bench.tap(KIMS)
    bench.wait(3)
    bench.tap(ADAS)
    assert (bench.state.name, bench.starts) == (Name.AWAITING_CONFIRM, [])


def test_a_service_that_was_done_between_the_taps_makes_it_no_ordinary_start():
    bench = worn(OVER)
    bench.tap(KIMS)
    bench.wait(3)
    needs(bench, None)
    bench.tap(KIMS)
    assert (bench.said, bench.starts, bench.state.name) == (Notice.CANCELLED, [], Name.FREE)


def test_a_lock_that_comes_between_the_taps_takes_the_start_with_it():
    bench = worn(OVER)
    bench.tap(KIMS)
    bench.lock()
    assert bench.state.name is Name.LOCKED_OUT
    bench = worn(OVER)
    bench.tap(KIMS)
    bench.wait(3)
    bench.see(KIMS)
    bench.answer()
    bench.lock()
    bench.write()
    assert not bench.relay


def test_a_fault_starts_for_nobody():
    bench = worn(OVER)
    bench.trouble(Trouble.METER)
    bench.tap(KIMS)
    assert bench.said is Code.MACHINE_FAULT


@pytest.mark.parametrize("token", [ADAS, KIMS])
def test_a_gate_that_looks_on_refuses_for_no_service_either(token: Token):
    bench = worn(OVER, audit=True)
    bench.tap(token)
    assert (bench.start.would, bench.start.purpose) == (Code.SERVICE_OVER, "")
