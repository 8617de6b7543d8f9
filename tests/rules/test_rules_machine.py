"""The state machine by example: who gets power, who gets none, and how it ends. One sentence a rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    ADAS_OTHER,
    BLOCKED,
    CLEOS,
    DANS,
    EVES,
    HOUR,
    LASER,
    LOCK,
    MINUTE,
    RULES,
    SUSPENDED,
    TEDS,
    UNKNOWN,
    MachineBench,
    asked,
    powers,
    working,
)

from fabgate.events import Ask, BadgeSeen, Ink, Power, Refuse, Tell, Tick
from fabgate.model import Code, Ending, Ends, Hold, Level, Notice, Trouble, Why
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rules.gestures import Name
from fabgate.rules.states import Open

# --- on ---------------------------------------------------------------------------------------


def test_an_autonomous_member_taps_and_the_machine_is_on():
    bench = MachineBench()
    bench.tap(ADAS)
    assert bench.relay
    assert bench.state.name is Name.OPEN
    assert bench.said is Notice.OPENED


def test_they_tap_again_and_it_is_off():
    bench = working(ADAS)
    bench.tap(ADAS)
    assert not bench.relay
    assert bench.state.name is Name.FREE
    assert bench.stop.why == Why.OWN_TAP
    assert bench.said is Notice.ENDED


def test_the_journal_says_who_started_what_at_which_level():
    bench = working(ADAS)
    assert bench.starts == [
        SessionStarted(
            machine="laser",
            skill="laser",
            member="m-ada",
            badge=ADAS,
            level="autonomous",
            hold="tap",
            limit_ms=RULES.limit_ms,
        )
    ]


def test_an_end_names_its_start_and_its_length_and_is_charged():
    bench = working(ADAS)
    bench.wait(10 * MINUTE)
    bench.tap(ADAS)
    start, _ = bench.records[0]
    assert bench.stop == SessionStopped(str(start), "laser", Why.OWN_TAP, 603_000, charged=True)


def test_the_one_who_starts_is_greeted_by_name_and_in_their_language():
    bench = working(ADAS)
    opened = bench.told[-1]
    assert (opened.facts["member"], opened.facts["title"]) == ("Ada", "Laser cutter")
    assert opened.language == "fr"


# --- ink before on (law 1) --------------------------------------------------------------------


def test_no_power_before_the_start_is_in_the_journal():
    bench = MachineBench()
    bench.see(ADAS)
    effects = bench.answer()
    assert bench.state.name is Name.OPENING
    assert powers(effects) == []
    (ink,) = bench.inks
    assert ink.by_ms == bench.boot_ms + 2_000
    assert powers(bench.write()) == [True]


def test_only_the_ink_of_the_start_that_waits_opens():
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    (ink,) = bench.inks
    other = replace(ink, ink=ink.ink + 7)
    assert powers(bench.deliver(other)) == []
    assert bench.state.name is Name.OPENING


def test_ink_that_comes_after_its_deadline_opens_nothing_and_is_answered_by_a_stop_of_no_length():
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    bench.wait(2)
    assert bench.said is Code.LEDGER_UNAVAILABLE
    assert powers(bench.write()) == []
    assert bench.state.name is Name.FREE
    start, _ = bench.records[0]
    assert bench.stop == SessionStopped(str(start), "laser", Why.ABORTED, 0, charged=False)


def test_the_deadline_holds_although_nobody_woke_the_machine():
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    bench.sleep(2)
    assert powers(bench.write()) == []
    assert bench.stop.why == Why.ABORTED


def test_ink_within_its_deadline_opens():
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    bench.wait(1.999)
    assert powers(bench.write()) == [True]


@pytest.mark.parametrize(
    "interrupt",
    [
        lambda bench: bench.lock(),
        lambda bench: bench.trouble(Trouble.ESTOP),
        lambda bench: bench.trouble(Trouble.READER),
        lambda bench: bench.shut_down(),
        lambda bench: bench.fail_ink(),
        lambda bench: bench.see(ADAS_OTHER) + bench.answer(),
    ],
    ids=["lock", "e-stop", "blind reader", "shut down", "failed ink", "cancelled"],
)
def test_ink_that_comes_after_a_stop_opens_nothing_and_is_aborted(interrupt):
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    waiting = list(bench.inks)
    interrupt(bench)
    for ink in waiting:
        assert powers(bench.deliver(ink)) == []
    assert not bench.relay
    assert (bench.stop.why, bench.stop.length_ms, bench.stop.charged) == (Why.ABORTED, 0, False)


def test_late_ink_of_an_abandoned_start_does_not_open_the_next_one():
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    (late,) = bench.inks
    bench.inks.clear()
    bench.lift(ADAS)
    bench.wait(3)
    bench.see(DANS)
    bench.answer()
    assert powers(bench.deliver(late)) == []
    assert bench.state.name is Name.OPENING
    assert powers(bench.write()) == [True]
    assert bench.starts[-1].member == "m-dan"


def test_a_journal_that_cannot_be_written_refuses_the_start_and_says_so():
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    bench.fail_ink()
    assert not bench.relay
    assert bench.state.name is Name.FREE
    assert bench.said is Code.LEDGER_UNAVAILABLE
    assert bench.told[-1].facts["contact"] == "ask at the bar"
    assert bench.refused[-1].member == "m-ada"


def test_failed_ink_of_an_older_start_leaves_the_next_one_alone():
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    bench.wait(3)
    bench.lift(ADAS)
    bench.wait(3)
    bench.see(ADAS)
    bench.answer()
    old, new = bench.inks
    bench.inks = [old]
    bench.fail_ink()
    assert bench.state.name is Name.OPENING
    assert powers(bench.deliver(new)) == [True]


def test_a_store_that_cannot_be_asked_refuses():
    bench = MachineBench()
    bench.see(ADAS)
    bench.fail_lookups()
    assert bench.state.name is Name.FREE
    assert bench.said is Code.LEDGER_UNAVAILABLE
    assert [refusal.code for refusal in bench.refused] == [Code.LEDGER_UNAVAILABLE]


def test_an_answer_that_took_longer_than_a_person_waits_opens_nothing():
    bench = MachineBench()
    bench.see(ADAS)
    bench.wait(2.001)
    bench.answer()
    assert bench.inks == []
    assert bench.state.name is Name.FREE
    assert bench.said is Code.LEDGER_UNAVAILABLE


# --- off before ink (law 2) -------------------------------------------------------------------

CAUSES = {
    Why.OWN_TAP: (lambda bench: bench.see(ADAS), "now"),
    Why.LOCKED: (lambda bench: bench.lock(), "now"),
    Why.REVOKED: (lambda bench: bench.change(ADAS, level=Level.NONE), "now"),
    Why.SUSPENDED: (lambda bench: bench.change(ADAS, suspended_ms=1), "now"),
    Why.BLOCKED: (lambda bench: bench.change(ADAS, blocked_ms=1), "now"),
    Why.CLOSED: (lambda bench: bench.close(bench.records[0][0]), "warn"),
    Why.ESTOP: (lambda bench: bench.trouble(Trouble.ESTOP), "warn"),
    Why.FAULT: (lambda bench: bench.trouble(Trouble.RELAY), "warn"),
    Why.GATE_STOPPED: (lambda bench: bench.shut_down(), "warn"),
}


def ends(word: str) -> Ends:
    return Ends(revoked=Ending(word), suspended=Ending(word), locked=Ending(word))


@pytest.mark.parametrize("why", CAUSES)
def test_power_goes_off_before_its_end_is_written_whatever_the_cause(why):
    cause, table = CAUSES[why]
    bench = working(ADAS, replace(RULES, ends=ends(table)))
    effects = [effect for effect in cause(bench) if isinstance(effect, Power | Ink | Tell)]
    cut = why in (Why.CLOSED, Why.ESTOP, Why.FAULT, Why.GATE_STOPPED)  # those wait for no output's delay
    assert effects[0] == Power(LASER, on=False, cut=cut)
    assert isinstance(effects[1], Ink)
    assert bench.stop.why == why


def test_power_goes_off_before_the_end_is_written_at_the_limit():
    bench = working(ADAS)
    bench.sleep(4 * HOUR)
    effects = bench.send(Tick(LASER, bench.now))
    assert effects[0] == Power(LASER, on=False)
    assert [type(effect) for effect in effects] == [Power, Ink, Tell]
    assert bench.stop.why == Why.LIMIT


def test_an_end_has_no_deadline_it_is_written_however_late():
    bench = working(ADAS)
    (ink,) = [effect for effect in bench.see(ADAS) if isinstance(effect, Ink)]
    assert (ink.ink, ink.by_ms) == (None, None)


def test_ones_own_tap_is_off_without_asking_the_store():
    bench = working(ADAS)
    effects = bench.see(ADAS)
    assert asked(effects) == []
    assert not bench.relay


def test_the_same_persons_other_badge_is_off_too():
    bench = working(ADAS)
    bench.tap(ADAS_OTHER)
    assert bench.stop.why == Why.OWN_TAP


# --- strangers --------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", [DANS, CLEOS, TEDS, EVES, UNKNOWN, BLOCKED, SUSPENDED])
def test_a_stranger_cannot_end_a_session(stranger):
    bench = working(ADAS)
    before = bench.state
    bench.see(stranger)
    effects = bench.answer()
    assert bench.relay
    assert isinstance(before, Open)
    assert isinstance(bench.state, Open)
    assert bench.state.run == before.run
    assert [type(effect) for effect in effects] == [Tell, Refuse]
    bench.wait(MINUTE)
    bench.see(ADAS)
    assert bench.stop.length_ms == 63_000


def test_a_stranger_who_might_work_here_is_told_for_how_long_it_is_taken_but_not_by_whom():
    bench = working(ADAS)
    bench.wait(10 * MINUTE)
    bench.tap(DANS)
    told = bench.told[-1]
    assert told.what is Code.MACHINE_IN_USE
    assert (told.facts["taken_ms"], told.facts["left_ms"]) == (603_000, RULES.limit_ms - 603_000)
    assert "Ada" not in [value for key, value in told.facts.items() if key != "sponsors"]


def test_a_lost_badge_that_was_blocked_cannot_end_its_owners_session():
    bench = working(ADAS)
    bench.roster[ADAS_OTHER] = replace(bench.roster[ADAS_OTHER], blocked_ms=1_700_000_000_000)
    bench.tap(ADAS_OTHER)
    assert bench.relay
    assert bench.said is Code.BLOCKED_BADGE


def test_a_suspended_member_can_still_switch_off_with_any_badge():
    bench = working(ADAS)
    for token in (ADAS, ADAS_OTHER):
        bench.roster[token] = replace(bench.roster[token], suspended_ms=1_700_000_000_000)
    bench.tap(ADAS_OTHER)
    assert bench.stop.why == Why.OWN_TAP


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (UNKNOWN, Code.UNKNOWN_BADGE),
        (BLOCKED, Code.BLOCKED_BADGE),
        (SUSPENDED, Code.SUSPENDED_MEMBER),
        (EVES, Code.NOT_QUALIFIED),
    ],
)
def test_who_may_not_work_here_is_told_why_and_the_machine_stays_off(token, code):
    bench = MachineBench()
    bench.tap(token)
    assert bench.said is code
    assert not bench.relay
    assert bench.records == []
    assert bench.state.name is Name.FREE
    person = bench.standing(token).person
    assert [(r.code, r.token, r.member) for r in bench.refused] == [
        (code, token, person.member if person else None)
    ]


def test_a_right_that_ran_out_is_refused_with_its_date():
    bench = MachineBench()
    bench.roster[EVES] = replace(bench.roster[EVES], lapsed_ms=1_700_000_000_000)
    bench.tap(EVES)
    assert bench.said is Code.LAPSED
    assert bench.told[-1].facts["lapsed_ms"] == 1_700_000_000_000


# --- small print --------------------------------------------------------------------------------


def test_a_lookup_carries_the_badges_older_tokens():
    bench = MachineBench()
    (ask,) = bench.send(BadgeSeen(LASER, ADAS, bench.now, older=(UNKNOWN,)))
    assert isinstance(ask, Ask)
    assert (ask.token, ask.older, ask.at) == (ADAS, (UNKNOWN,), bench.now)


def test_badges_that_leave_mean_nothing_where_sessions_are_tapped():
    bench = working(ADAS)
    assert bench.rules.hold is Hold.TAP
    assert bench.lift(ADAS) == ()
    bench.wait(HOUR)
    assert bench.relay


def test_a_machine_that_is_locked_while_it_rests_is_locked_out():
    bench = MachineBench()
    bench.lock()
    bench.tap(ADAS)
    assert bench.state.name is Name.LOCKED_OUT
    assert bench.told[-1].facts["since_ms"] == LOCK.since_ms
