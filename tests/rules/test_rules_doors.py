"""Doors and counters by example: who comes in, for how long the strike has power, who is on the list."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from machine_bench import (
    ADAS,
    ADAS_OTHER,
    BLOCKED,
    BOBS,
    CLEOS,
    EVES,
    GUSS,
    LASER,
    LOCK,
    RULES,
    SUSPENDED,
    UNKNOWN,
    MachineBench,
    powers,
)

from fabgate.events import (
    BadgeUnfit,
    CloseNow,
    Effect,
    Event,
    Identify,
    Ink,
    Inked,
    Power,
    Rechecked,
    RosterMoved,
    Tell,
    Tick,
)
from fabgate.model import Closed, Code, Due, Kind, Lack, Level, Notice, Status, Token, Trouble
from fabgate.records import CheckedIn, CheckedOut, DoorOpened, TroubleBegan
from fabgate.rules.door import Door, lapse
from fabgate.rules.face import Mood
from fabgate.rules.gestures import Name
from fabgate.rules.kinds import look

DOOR = replace(RULES, kind=Kind.DOOR, title="Front door", openings=("openlab",))
COUNTER = replace(RULES, kind=Kind.COUNTER, title="Counter")


def door() -> MachineBench:
    return MachineBench(DOOR)


def counter() -> MachineBench:
    return MachineBench(COUNTER)


def opened(bench: MachineBench) -> list[str]:
    return [body.member for body in bench.written(DoorOpened)]


# --- a door -------------------------------------------------------------------------------------


def test_a_member_taps_and_the_strike_has_power_for_its_pulse_and_no_longer():
    bench = door()
    bench.tap(ADAS)
    assert bench.relay
    assert bench.said is Notice.DOOR_OPEN
    bench.wait(4.999)
    assert bench.relay
    bench.wait(0.001)
    assert not bench.relay


def test_the_journal_says_who_came_in_and_by_which_status_r1():
    bench = door()
    bench.change(ADAS, status=Status.AUTONOMOUS, roster_age_ms=5_000, hours_unasked=True)
    bench.tap(ADAS)
    assert bench.written(DoorOpened) == [
        DoorOpened("laser", "m-ada", ADAS, "autonomous", roster_age_ms=5_000, hours_unasked=True)
    ]


def test_a_roster_whose_age_nobody_knows_is_written_as_such_r12():
    bench = door()
    bench.change(ADAS, roster_age_ms=None)
    bench.tap(ADAS)
    assert bench.written(DoorOpened)[0].roster_age_ms == -1


def test_no_power_before_the_opening_is_in_the_journal():
    bench = door()
    bench.see(ADAS)
    assert powers(bench.answer()) == []
    (ink,) = bench.inks
    assert ink.by_ms == bench.boot_ms + 2_000
    assert powers(bench.write()) == [True]


def test_ink_that_comes_too_late_opens_nothing_and_checks_nobody_in():
    bench = door()
    bench.see(ADAS)
    bench.answer()
    bench.sleep(2)
    assert powers(bench.write()) == []
    assert bench.said is Code.LEDGER_UNAVAILABLE
    assert bench.written(CheckedIn) == []


def test_ink_that_fails_opens_nothing():
    bench = door()
    bench.see(ADAS)
    bench.answer()
    bench.fail_ink()
    assert not bench.relay
    assert (bench.said, bench.refused[-1].member) == (Code.LEDGER_UNAVAILABLE, "m-ada")


def test_an_answer_that_took_longer_than_a_person_waits_opens_nothing():
    bench = door()
    bench.see(ADAS)
    bench.sleep(2.001)
    bench.answer()
    assert (bench.inks, bench.said) == ([], Code.LEDGER_UNAVAILABLE)


def test_a_store_that_cannot_be_asked_opens_nothing():
    bench = door()
    bench.see(ADAS)
    bench.fail_lookups()
    assert bench.said is Code.LEDGER_UNAVAILABLE


def test_whoever_comes_in_is_checked_in_by_it_r4():
    bench = door()
    bench.tap(ADAS)
    assert bench.written(CheckedIn) == [CheckedIn("m-ada", "m-ada", "laser", ADAS)]


def test_whoever_left_without_a_tap_and_comes_back_is_checked_in_anew_r4():
    bench = door()
    bench.change(ADAS, here=True)
    bench.tap(ADAS)
    assert opened(bench) == ["m-ada"]
    assert bench.written(CheckedIn) == [CheckedIn("m-ada", "m-ada", "laser", ADAS)]


def test_a_door_never_checks_out():
    bench = door()
    bench.change(ADAS, here=True)
    for _ in range(2):
        bench.tap(ADAS)
        bench.wait(60)
    assert bench.written(CheckedOut) == []


def test_the_strike_goes_on_before_the_check_in_is_written():
    bench = door()
    bench.see(ADAS)
    bench.answer()
    assert [type(effect) for effect in bench.write()] == [Power, Tell, Ink]


def test_a_second_person_within_the_pulse_has_a_record_and_a_pulse_of_their_own():
    bench = door()
    bench.tap(ADAS)
    bench.wait(3)
    effects = bench.tap(BOBS)
    assert powers(effects) == []
    assert opened(bench) == ["m-ada", "m-bob"]
    bench.wait(4.999)
    assert bench.relay
    bench.wait(0.001)
    assert not bench.relay


def test_two_who_tap_at_two_readers_at_once_are_both_written():
    bench = door()
    for token in (ADAS, BOBS):
        bench.see(token)
    bench.answer()
    assert len(bench.inks) == 2
    bench.write()
    assert opened(bench) == ["m-ada", "m-bob"]
    bench.wait(5)
    assert not bench.relay


def test_a_badge_left_at_the_reader_does_not_keep_the_door_open():
    bench = door()
    bench.lay(ADAS)
    bench.wait(60)
    bench.see(ADAS)
    assert (bench.relay, bench.asks) == (False, [])


def test_a_badge_that_lay_there_when_the_reader_came_up_opens_nothing():
    bench = door()
    bench.see(ADAS, fresh=False)
    assert (bench.relay, bench.asks) == (False, [])


def test_what_runs_out_soon_is_told_at_the_door():
    bench = door()
    bench.change(ADAS, due=Due("dues", 1_800_000_000_000))
    bench.tap(ADAS)
    told = bench.told[-1]
    assert (told.facts["due"], told.facts["due_ms"]) == ("dues", 1_800_000_000_000)
    assert (told.facts["member"], told.language) == ("Ada", "fr")


@pytest.mark.parametrize(
    ("token", "fields", "code"),
    [
        (UNKNOWN, {}, Code.UNKNOWN_BADGE),
        (BLOCKED, {}, Code.BLOCKED_BADGE),
        (SUSPENDED, {}, Code.SUSPENDED_MEMBER),
        (ADAS, {"status": Status.LEFT}, Code.MEMBER_LEFT),
        (ADAS, {"lacks": (Lack("dues", 1),)}, Code.PAPER_EXPIRED),
        (BOBS, {"closed": Closed(Code.CLOSED_NOW, 5)}, Code.CLOSED_NOW),
        (BOBS, {"closed": Closed(Code.NOBODY_STAFFS)}, Code.NOBODY_STAFFS),
    ],
)
def test_who_may_not_come_in_is_told_why_and_the_door_stays_shut_r2(token, fields, code):
    bench = door()
    if fields:
        bench.change(token, **fields)
    bench.tap(token)
    assert (bench.said, bench.relay, bench.records) == (code, False, [])
    assert [refusal.code for refusal in bench.refused] == [code]


def test_a_level_on_a_machine_is_no_key_and_no_level_is_no_bar_r1():
    bench = door()
    bench.tap(EVES)
    assert bench.relay
    assert bench.standing(EVES).level is Level.NONE


def test_who_has_the_keys_comes_in_at_any_hour_r1():
    bench = door()
    bench.change(ADAS, status=Status.AUTONOMOUS, closed=Closed(Code.CLOSED_NOW, 5))
    bench.tap(ADAS)
    assert bench.relay


@pytest.mark.parametrize("make", [door, counter], ids=["door", "counter"])
def test_a_lock_refuses_and_the_next_tap_after_it_does_not(make):
    bench = make()
    bench.lock()
    bench.tap(ADAS)
    assert (bench.said, bench.told[-1].facts["since_ms"]) == (Code.MACHINE_LOCKED, LOCK.since_ms)
    assert bench.records == []
    bench.lock(None)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.written(CheckedIn)


def test_a_lock_found_with_the_badge_refuses_although_no_word_of_it_came():
    bench = door()
    bench.locked = LOCK
    bench.tap(ADAS)
    assert (bench.said, bench.relay) == (Code.MACHINE_LOCKED, False)


def test_a_door_that_is_locked_while_somebody_comes_in_lets_nobody_in():
    bench = door()
    bench.see(ADAS)
    bench.answer()
    bench.lock()
    assert powers(bench.write()) == []
    assert bench.written(CheckedIn) == []


def test_a_door_that_is_locked_within_its_pulse_shuts():
    bench = door()
    bench.tap(ADAS)
    assert powers(bench.lock()) == [False]


@pytest.mark.parametrize("make", [door, counter], ids=["door", "counter"])
@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble is not Trouble.WELDED])
def test_a_door_in_trouble_refuses_until_it_is_over(make, trouble):
    bench = make()
    bench.trouble(trouble)
    bench.tap(ADAS)
    assert bench.said is (Code.JOURNAL_CHECK if trouble is Trouble.CHECKING else Code.MACHINE_FAULT)
    assert bench.written(DoorOpened) == bench.written(CheckedIn) == []
    bench.mend(trouble)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.written(CheckedIn)


@pytest.mark.parametrize("trouble", [Trouble.ESTOP, Trouble.RELAY])
def test_an_emergency_stop_or_a_relay_that_fails_shuts_at_once_and_off_comes_first(trouble):
    bench = door()
    bench.tap(ADAS)
    effects = bench.trouble(trouble)
    off = Power(LASER, on=False, cut=True)
    assert effects == (off, Ink(LASER, bench.now, TroubleBegan("laser", trouble)))
    bench.wait(60)
    assert not bench.relay


@pytest.mark.parametrize("trouble", Trouble)
def test_whatever_fails_while_somebody_comes_in_they_do_not_come_in_by_it(trouble):
    bench = door()
    bench.see(ADAS)
    bench.answer()
    bench.trouble(trouble)
    assert powers(bench.write()) == []


def test_a_trouble_that_is_told_twice_is_one_trouble_and_one_that_never_was_is_not_over():
    bench = door()
    assert bench.mend(Trouble.INPUT) == ()
    bench.trouble(Trouble.INPUT)
    assert bench.trouble(Trouble.INPUT) == ()


def test_the_end_of_the_daemon_shuts_the_door_and_it_stays_shut():
    bench = door()
    bench.tap(ADAS)
    bench.see(BOBS)
    assert powers(bench.shut_down()) == [False]
    bench.answer()
    bench.wait(3)
    bench.tap(CLEOS)
    bench.write()
    assert not bench.relay


def test_somebody_at_the_hub_can_have_a_door_say_where_it_is():
    bench = door()
    bench.send(Identify(LASER, bench.now))
    assert bench.said is Notice.IDENTIFY


def test_a_badge_that_cannot_be_taken_for_one_is_told_so():
    bench = door()
    bench.send(BadgeUnfit(LASER, Code.TWO_BADGES, bench.now))
    assert bench.said is Code.TWO_BADGES


def test_a_door_shows_what_it_is():
    bench = door()
    assert (look(DOOR, bench.state).mood, bench.state.name) == (Mood.READY, Name.FREE)
    assert look(DOOR, bench.state).what is Notice.DOOR_READY
    assert look(COUNTER, counter().state).what is Notice.COUNTER_READY
    bench.see(ADAS)
    bench.answer()
    assert bench.state.name is Name.OPENING
    bench.write()
    assert (look(DOOR, bench.state).mood, bench.state.name) == (Mood.ON, Name.OPEN)
    bench.wait(5)
    bench.lock()
    assert (look(DOOR, bench.state).mood, bench.state.name) == (Mood.LOCKED, Name.LOCKED_OUT)


# --- a counter ----------------------------------------------------------------------------------


def test_at_a_counter_a_tap_checks_in_and_the_next_one_out():
    bench = counter()
    bench.tap(ADAS)
    assert bench.said is Notice.CHECKED_IN
    bench.change(ADAS, here=True)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.said is Notice.CHECKED_OUT
    assert [body for _, body in bench.records] == [
        CheckedIn("m-ada", "m-ada", "laser", ADAS),
        CheckedOut("m-ada", "m-ada", "laser", ADAS),
    ]


def test_who_checks_in_reads_until_when_it_counts():
    bench = counter()
    bench.tap(ADAS)
    assert bench.told[-1].facts["until_ms"] == bench.wall_ms + COUNTER.stay_ms


def test_a_counter_switches_nothing_and_its_records_have_no_deadline():
    bench = counter()
    effects = bench.tap(ADAS)
    assert powers(effects) == []
    (ink,) = [effect for effect in effects if isinstance(effect, Ink)]
    assert (ink.ink, ink.by_ms) == (None, None)


def test_a_guest_checks_in_like_everybody():
    bench = counter()
    bench.tap(GUSS)
    assert bench.said is Notice.CHECKED_IN


def test_no_paper_and_no_hour_is_asked_of_who_only_checks_in():
    bench = counter()
    bench.change(BOBS, lacks=(Lack("dues"),), closed=Closed(Code.CLOSED_NOW))
    bench.tap(BOBS)
    assert bench.said is Notice.CHECKED_IN


@pytest.mark.parametrize(
    ("token", "fields", "code"),
    [
        (UNKNOWN, {}, Code.UNKNOWN_BADGE),
        (BLOCKED, {}, Code.BLOCKED_BADGE),
        (SUSPENDED, {}, Code.SUSPENDED_MEMBER),
        (ADAS, {"status": Status.LEFT}, Code.MEMBER_LEFT),
    ],
)
def test_who_is_not_welcome_does_not_check_in(token, fields, code):
    bench = counter()
    if fields:
        bench.change(token, **fields)
    bench.tap(token)
    assert (bench.said, bench.records) == (code, [])


def test_nobody_is_kept_on_the_list_who_may_no_more_come():
    bench = counter()
    bench.change(SUSPENDED, here=True)
    bench.tap(SUSPENDED)
    assert bench.said is Notice.CHECKED_OUT


def test_a_badge_that_was_lost_and_blocked_checks_its_owner_neither_in_nor_out():
    bench = counter()
    bench.change(BLOCKED, here=True)
    bench.tap(BLOCKED)
    assert (bench.said, bench.records) == (Code.BLOCKED_BADGE, [])


def test_who_is_checked_in_hears_of_what_runs_out_soon():
    bench = counter()
    bench.change(ADAS, due=Due("laser", 1_800_000_000_000))
    bench.tap(ADAS)
    assert bench.told[-1].facts["due"] == "laser"


# --- the laws -----------------------------------------------------------------------------------

CAST = (ADAS, ADAS_OTHER, BOBS, CLEOS, EVES, UNKNOWN, SUSPENDED)
TOKENS = st.sampled_from(CAST)
NEWS = st.sampled_from(
    [
        {"here": True},
        {"here": False},
        {"suspended_ms": 1},
        {"suspended_ms": None},
        {"closed": Closed(Code.CLOSED_NOW)},
        {"closed": None},
        {"status": Status.AUTONOMOUS},
        {"status": Status.TRAINEE},
    ]
)


class WatchedDoor(MachineBench):
    """A door that is held to the laws at every step."""

    on_ms: int | None = None

    def send(self, event: Event) -> tuple[Effect, ...]:
        waited, _ = lapse(self.rules, self.state, event.at)
        effects = super().send(event)
        if True in powers(effects):
            assert isinstance(event, Inked), "power without ink (law 1)"
            assert event.ink in [one.ink for one in waited.passing], "power on the ink of another opening"
        if isinstance(event, Tick | RosterMoved | Rechecked | CloseNow | Identify):
            assert not [effect for effect in effects if isinstance(effect, Power) and effect.on]
        return effects

    def carry_out(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Power):
                assert not (effect.on and self.relay), "switched on twice"
                self.on_ms = self.boot_ms if effect.on else None
            super().carry_out((effect,))

    def watch(self) -> None:
        assert isinstance(self.state, Door)
        assert self.relay == (self.state.until_ms is not None)
        condition = self.state.condition
        if condition.lock or condition.stopping:
            assert not self.relay
        if self.relay:
            assert self.state.until_ms - self.boot_ms <= self.rules.pulse_ms
        if self.rules.kind is Kind.COUNTER:
            assert not self.relay
            assert self.inks == []


class Entrance(RuleBasedStateMachine):
    """Anybody comes and goes, and everything fails now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.benches = [WatchedDoor(DOOR), WatchedDoor(COUNTER)]

    @rule(token=TOKENS)
    def a_badge_comes(self, token: Token) -> None:
        for bench in self.benches:
            bench.see(token)

    @rule(token=TOKENS)
    def a_badge_goes(self, token: Token) -> None:
        for bench in self.benches:
            bench.lift(token)

    @rule(token=TOKENS)
    def somebody_taps(self, token: Token) -> None:
        for bench in self.benches:
            bench.tap(token)

    @rule(seconds=st.sampled_from([0, 0.1, 1, 2, 3, 5, 60]))
    def time_passes(self, seconds: float) -> None:
        for bench in self.benches:
            bench.wait(seconds)

    @rule(seconds=st.sampled_from([1, 2, 3, 5]))
    def nobody_wakes_it(self, seconds: float) -> None:
        for bench in self.benches:
            bench.sleep(seconds)
            bench.send(Tick(LASER, bench.now))

    @rule()
    def the_store_answers(self) -> None:
        for bench in self.benches:
            bench.answer()

    @rule()
    def it_is_written(self) -> None:
        for bench in self.benches:
            bench.write()

    @rule()
    def it_is_not_written(self) -> None:
        for bench in self.benches:
            bench.fail_ink()

    @rule(token=TOKENS, fields=NEWS)
    def somebody_stands_otherwise(self, token: Token, fields: dict[str, object]) -> None:
        if token != UNKNOWN:
            for bench in self.benches:
                bench.change(token, **fields)

    @rule(locked=st.booleans())
    def it_is_locked_or_unlocked(self, locked: bool) -> None:
        for bench in self.benches:
            bench.lock(LOCK if locked else None)

    @rule(trouble=st.sampled_from(Trouble))
    def something_breaks(self, trouble: Trouble) -> None:
        for bench in self.benches:
            bench.trouble(trouble)

    @rule(trouble=st.sampled_from(Trouble))
    def something_is_mended(self, trouble: Trouble) -> None:
        for bench in self.benches:
            bench.mend(trouble)

    @invariant()
    def the_laws_hold(self) -> None:
        for bench in self.benches:
            bench.watch()

    def teardown(self) -> None:
        for bench in self.benches:
            bench.shut_down()
            bench.answer()
            bench.write()
            assert not bench.relay


TestEntrance = Entrance.TestCase
TestEntrance.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@settings(deadline=None)
@given(st.lists(st.tuples(TOKENS, st.sampled_from([0, 1, 3, 6])), max_size=30))
def test_who_comes_in_is_written_first_and_who_is_refused_never_has_power(taps):
    bench = door()
    for token, seconds in taps:
        refused = len(bench.refused)
        effects = bench.tap(token)
        if len(bench.refused) > refused:
            assert True not in powers(effects)
        bench.wait(seconds)
    counts = Counter(type(body) for _, body in bench.records)
    assert counts[DoorOpened] == counts[CheckedIn]
