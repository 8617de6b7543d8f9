"""Who needs a machine that stands idle in a session of another: two taps end it, and start nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    ADAS_OTHER,
    BOBS,
    CLEOS,
    DANS,
    EVES,
    GUSS,
    KIMS,
    LASER,
    LEAS,
    LOCK,
    MINUTE,
    RULES,
    TEDS,
    UNKNOWN,
    MachineBench,
    metered,
    sponsored,
    working,
)

from fabgate.events import Ask, Looked
from fabgate.model import (
    Code,
    Company,
    Ending,
    Ends,
    Hold,
    MachineRules,
    Notice,
    Standing,
    Token,
    Trouble,
    Why,
)
from fabgate.rules.gestures import Name

TAKES = replace(RULES, takeover_ms=10 * 60_000)
ZOES = Token("k1:zoe")


def idle(rules: MachineRules = TAKES) -> MachineBench:
    """Ada's machine has done nothing for ten minutes. Zoe is a fab manager, and has not learned it."""
    bench = metered(ADAS, rules)
    bench.wait(MINUTE)
    bench.works(False)
    bench.wait(10 * MINUTE)
    return with_zoe(bench)


def with_zoe(bench: MachineBench) -> MachineBench:
    bench.roster[ZOES] = replace(bench.roster[EVES], manages=True)
    return bench


def twice(bench: MachineBench, token: Token, pause: float = 3) -> None:
    bench.tap(token)
    bench.wait(pause)
    bench.tap(token)


# --- of an idle machine -------------------------------------------------------------------------


@pytest.mark.parametrize("hold", Hold)
def test_the_first_tap_asks_and_the_second_ends_the_session_and_starts_nothing(hold):
    bench = idle(replace(TAKES, hold=hold))
    bench.tap(DANS)
    assert (bench.relay, bench.said) == (True, Notice.ASK_CLAIM)
    assert (bench.told[-1].facts["taken_ms"], bench.told[-1].facts["wait_s"]) == (10 * 60_000, 10)
    bench.wait(3)
    bench.tap(DANS)
    assert (bench.relay, bench.stop.why, bench.stop.charged) == (False, Why.TAKEOVER, True)
    assert bench.stop.by == bench.roster[DANS].person.member
    assert (bench.state.name, bench.inks, len(bench.starts)) == (Name.FREE, [], 1)


def test_then_they_tap_again_for_themselves():
    bench = idle()
    twice(bench, DANS)
    bench.wait(3)
    bench.tap(DANS)
    assert (bench.relay, bench.starts[-1].member) == (True, "m-dan")


@pytest.mark.parametrize("pause", [9.999, 10])
def test_the_second_tap_comes_within_ten_seconds_or_asks_again(pause):
    bench = idle()
    twice(bench, DANS, pause)
    assert bench.relay == (pause == 10)
    if bench.relay:
        assert bench.said is Notice.ASK_CLAIM


def test_it_is_the_same_badge_that_taps_twice():
    bench = idle()
    bench.tap(DANS)
    bench.wait(3)
    bench.tap(CLEOS)
    assert (bench.relay, bench.said) == (True, Notice.ASK_CLAIM)
    bench.wait(3)
    bench.tap(DANS)
    assert bench.relay, "Cleo was asked last"


def test_a_minute_less_of_doing_nothing_is_too_little():
    bench = metered(ADAS, TAKES, busy=False)
    bench.wait(10 * MINUTE - 3.001)
    bench.tap(DANS)
    assert bench.said is Code.MACHINE_IN_USE


def test_what_stood_idle_before_the_session_is_none_of_it():
    bench = MachineBench(replace(TAKES, metered=True))
    bench.works(False)
    bench.wait(60 * MINUTE)
    bench.tap(ADAS)
    bench.wait(MINUTE)
    bench.tap(DANS)
    assert bench.said is Code.MACHINE_IN_USE


def test_a_machine_that_works_again_between_the_taps_is_nobodys_to_take():
    bench = idle()
    bench.tap(DANS)
    bench.works(True)
    bench.wait(3)
    bench.tap(DANS)
    assert (bench.relay, bench.said) == (True, Code.MACHINE_IN_USE)
    bench.works(False)
    bench.wait(10 * MINUTE)
    bench.tap(DANS)
    assert bench.said is Notice.ASK_CLAIM


def test_a_cut_between_the_taps_makes_the_first_one_void_however_short():
    bench = idle(replace(RULES, takeover_ms=1_000))
    bench.tap(DANS)
    bench.works(True)
    bench.works(False)
    bench.wait(3)
    bench.tap(DANS)
    assert (bench.relay, bench.said) == (True, Notice.ASK_CLAIM)


def test_its_member_who_taps_meanwhile_is_there():
    bench = idle(replace(TAKES, hold=Hold.SLOT))
    bench.tap(DANS)
    bench.lift(ADAS)
    bench.wait(3)
    bench.lay(ADAS)
    bench.tap(DANS)
    assert (bench.relay, bench.said) == (True, Notice.ASK_CLAIM)


@pytest.mark.parametrize("token", [TEDS, EVES, GUSS, UNKNOWN])
def test_who_could_not_start_here_at_once_takes_nothing(token):
    bench = idle()
    twice(bench, token)
    assert bench.relay
    assert Notice.ASK_CLAIM not in [tell.what for tell in bench.told]


def test_who_leads_a_workshop_or_works_with_a_sponsor_on_site_may_too():
    bench = idle(replace(TAKES, company=Company.ACCOMPANIED))
    bench.roster[TEDS] = replace(bench.roster[TEDS], sponsors_here=(LASER,))
    bench.tap(TEDS)
    assert bench.said is Notice.ASK_CLAIM
    twice(bench, LEAS)
    assert bench.stop.why == Why.TAKEOVER


def test_a_machine_that_nobody_could_start_is_nobodys_to_take():
    for spoil in (lambda bench: bench.lock(LOCK), lambda bench: bench.trouble(Trouble.INPUT)):
        bench = idle(replace(TAKES, ends=Ends(locked=Ending.WARN)))
        spoil(bench)
        bench.tap(DANS)
        assert bench.said is Code.MACHINE_IN_USE


def test_where_the_machine_does_not_say_so_nobody_takes_it():
    bench = idle(RULES)
    bench.tap(DANS)
    assert bench.said is Code.MACHINE_IN_USE


def test_ones_own_other_badge_is_no_strangers():
    bench = idle()
    bench.tap(ADAS_OTHER)
    assert bench.stop.why == Why.OWN_TAP


def test_whoever_stands_by_takes_nothing():
    bench = sponsored(replace(TAKES, metered=True))
    bench.works(False)
    bench.wait(20 * MINUTE)
    bench.tap(CLEOS)
    assert (bench.relay, bench.said) == (True, Notice.HERE)


def test_nobody_says_well_done_to_a_session_that_was_taken_over():
    bench = sponsored(replace(TAKES, metered=True))
    bench.works(False)
    bench.wait(20 * MINUTE)
    twice(bench, DANS)
    assert bench.state.condition.praise is None


def test_a_tap_from_before_the_question_answers_nothing():
    bench = idle()
    tapped = bench.now
    bench.wait(1)
    bench.send(Looked(LASER, DANS, bench.now, bench.standing(DANS), bench.now))
    bench.wait(0.5)
    bench.send(Looked(LASER, DANS, tapped, bench.standing(DANS), bench.now))
    assert bench.relay
    assert bench.said is Notice.ASK_CLAIM


def test_each_of_the_taps_is_looked_up():
    bench = idle()
    for _ in range(2):
        effects = bench.see(DANS)
        assert any(isinstance(effect, Ask) for effect in effects)
        bench.answer()
        bench.lift(DANS)
        bench.wait(3)
    assert bench.stop.why == Why.TAKEOVER


def test_who_lost_their_right_between_the_taps_takes_nothing():
    bench = idle()
    bench.tap(DANS)
    bench.wait(3)
    bench.roster[DANS] = replace(bench.roster[DANS], suspended_ms=1)
    bench.tap(DANS)
    assert (bench.relay, bench.said) == (True, Code.SUSPENDED_MEMBER)


# --- by a manager -------------------------------------------------------------------------------


def test_without_a_meter_only_a_managers_two_taps_end_it():
    bench = with_zoe(working(ADAS, TAKES))
    bench.wait(60 * MINUTE)
    twice(bench, DANS)
    assert (bench.relay, bench.said) == (True, Code.MACHINE_IN_USE)
    bench.tap(ZOES)
    assert (bench.relay, bench.said) == (True, Notice.ASK_CLAIM)
    assert "taken_ms" not in bench.told[-1].facts, "nobody knows how long it stands idle"
    bench.wait(3)
    bench.tap(ZOES)
    assert bench.stop.why == Why.TAKEOVER


def test_with_a_meter_that_fails_only_a_managers_do():
    bench = idle()
    bench.works(None)
    bench.wait(60 * MINUTE)
    twice(bench, DANS)
    assert bench.relay
    twice(bench, ZOES)
    assert bench.stop.why == Why.TAKEOVER


def test_a_machine_at_work_is_nobodys_to_take_not_even_a_managers():
    bench = with_zoe(metered(ADAS, TAKES))
    bench.wait(60 * MINUTE)
    twice(bench, ZOES)
    assert (bench.relay, bench.said) == (True, Code.MACHINE_IN_USE)


def test_of_an_idle_machine_a_manager_need_not_wait():
    bench = with_zoe(metered(ADAS, RULES, busy=False))
    twice(bench, ZOES)
    assert bench.stop.why == Why.TAKEOVER


@pytest.mark.parametrize("fields", [{"suspended_ms": 1}, {"blocked_ms": 1}, {"person": None}])
def test_a_manager_who_is_not_welcome_takes_nothing(fields):
    bench = idle()
    bench.roster[ZOES] = replace(bench.roster[ZOES], **fields)
    twice(bench, ZOES)
    assert bench.relay


def test_nobodys_tap_ends_maintenance():
    bench = MachineBench(replace(TAKES, metered=True))
    bench.lock()
    twice(bench, KIMS)
    assert bench.relay
    bench.works(False)
    bench.wait(60 * MINUTE)
    for token in (DANS, ZOES):
        twice(with_zoe(bench), token)
    assert bench.relay


def test_who_works_here_as_a_manager_is_their_own_member():
    bench = idle()
    bench.roster[ADAS] = replace(bench.roster[ADAS], manages=True)
    bench.tap(ADAS)
    assert bench.stop.why == Why.OWN_TAP


def test_somebody_else_is_told_in_their_language():
    bench = idle()
    bench.roster[BOBS] = Standing(bench.roster[BOBS].person, level=bench.roster[DANS].level)
    bench.tap(BOBS)
    assert (bench.said, bench.told[-1].language) == (Notice.ASK_CLAIM, "nl")
