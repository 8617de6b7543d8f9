"""What happens to a session whose ground is gone: locks, lost rights, and a person who says "now"."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    BOBS,
    CLEOS,
    DANS,
    HOUR,
    LASER,
    LOCK,
    MINUTE,
    ORIGIN,
    RULES,
    SLOT_RULES,
    MachineBench,
    sponsored,
    working,
)

from fabgate.events import Recheck, Rechecked, RosterMoved, Tell
from fabgate.model import Code, Ending, Ends, Level, Notice, RecordId, Standing, Trouble, Why
from fabgate.rules.gestures import Name

# Each loss of ground, and how it comes to the machine.
LOSSES = {
    Why.LOCKED: lambda bench: bench.lock(),
    Why.REVOKED: lambda bench: bench.change(ADAS, level=Level.TRAINEE),
    Why.SUSPENDED: lambda bench: bench.change(ADAS, suspended_ms=1_700_000_000_000),
    Why.BLOCKED: lambda bench: bench.change(ADAS, blocked_ms=1_700_000_000_000),
}
# Where the machine's table says what to do about it; a blocked badge ends as a suspension does.
COLUMN = {Why.LOCKED: "locked", Why.REVOKED: "revoked", Why.SUSPENDED: "suspended", Why.BLOCKED: "suspended"}
AFTERWARDS = {
    Why.LOCKED: Code.MACHINE_LOCKED,
    Why.REVOKED: Notice.ASK_SPONSOR,
    Why.SUSPENDED: Code.SUSPENDED_MEMBER,
    Why.BLOCKED: Code.BLOCKED_BADGE,
}


def with_table(why: Why, ending: Ending) -> MachineBench:
    """Ada works on a machine whose table has this ending for this cause, and another for the rest."""
    rest = Ending.WARN if ending is not Ending.WARN else Ending.NOW
    table = {"locked": rest, "revoked": rest, "suspended": rest, COLUMN[why]: ending}
    return working(ADAS, replace(RULES, ends=Ends(**table)))


@pytest.mark.parametrize("why", LOSSES)
def test_where_the_table_says_now_the_session_ends_at_once(why):
    bench = with_table(why, Ending.NOW)
    LOSSES[why](bench)
    assert not bench.relay
    assert (bench.stop.why, bench.stop.length_ms, bench.stop.charged) == (why, 3_000, True)


@pytest.mark.parametrize("why", LOSSES)
def test_where_the_table_says_soon_the_session_ends_after_the_warning_time(why):
    bench = with_table(why, Ending.WHEN_IDLE)
    LOSSES[why](bench)
    assert bench.state.name is Name.ENDING
    warning = bench.told[-1]
    assert (warning.what, warning.facts["why"], warning.facts["left_ms"]) == (Notice.WARNING, why, 300_000)
    bench.wait(5 * MINUTE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert (bench.stop.why, bench.stop.length_ms) == (why, 303_000)


@pytest.mark.parametrize("why", LOSSES)
def test_where_the_table_says_warn_the_member_is_told_once_and_the_session_goes_on(why):
    bench = with_table(why, Ending.WARN)
    LOSSES[why](bench)
    told = bench.told[-1]
    assert (told.what, told.facts["why"], told.facts["member"]) == (Notice.TOLD, why, "Ada")
    said = len(bench.told)
    LOSSES[why](bench)
    bench.send(RosterMoved(LASER, bench.now))
    bench.answer()
    assert len(bench.told) == said
    bench.wait(HOUR)
    assert bench.relay
    bench.tap(ADAS)
    assert bench.stop.why == Why.OWN_TAP


@pytest.mark.parametrize("why", LOSSES)
def test_the_next_start_is_denied_whatever_the_table_says(why):
    bench = with_table(why, Ending.WARN)
    LOSSES[why](bench)
    bench.tap(ADAS)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.said is AFTERWARDS[why]
    assert not bench.relay


@pytest.mark.parametrize("why", LOSSES)
def test_by_default_nothing_cuts_a_running_cut(why):
    bench = working(ADAS)
    LOSSES[why](bench)
    bench.wait(HOUR)
    assert bench.relay


def test_who_stays_after_such_a_warning_still_goes_when_it_is_over():
    bench = with_table(Why.REVOKED, Ending.WHEN_IDLE)
    LOSSES[Why.REVOKED](bench)
    bench.wait(MINUTE)
    bench.see(ADAS)
    assert bench.said is Notice.STAY
    bench.wait(4 * MINUTE)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.REVOKED, 303_000)


def test_a_loss_shortly_before_the_limit_does_not_move_the_end_beyond_it():
    bench = working(ADAS, replace(RULES, ends=Ends(locked=Ending.WHEN_IDLE)))
    bench.wait(4 * HOUR - MINUTE - 3)
    bench.lock()
    assert (bench.said, bench.told[-1].facts["why"]) == (Notice.TOLD, Why.LOCKED)
    bench.wait(MINUTE)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, RULES.limit_ms)


def test_a_second_loss_does_not_give_more_time_than_the_first_left():
    bench = working(ADAS, replace(RULES, ends=Ends(locked=Ending.WHEN_IDLE, revoked=Ending.WHEN_IDLE)))
    bench.change(ADAS, level=Level.NONE)
    bench.wait(3 * MINUTE)
    bench.lock()
    bench.wait(2 * MINUTE)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.REVOKED, 303_000)


# --- rights -----------------------------------------------------------------------------------


def test_when_the_roster_moves_the_badge_that_works_here_is_looked_up_again():
    bench = working(ADAS)
    (recheck,) = bench.send(RosterMoved(LASER, bench.now))
    assert isinstance(recheck, Recheck)
    assert recheck.token == ADAS


def test_when_the_roster_moves_a_machine_that_nobody_uses_does_nothing():
    bench = MachineBench()
    assert bench.send(RosterMoved(LASER, bench.now)) == ()


def test_a_change_of_somebody_elses_rights_touches_nothing():
    bench = working(ADAS)
    said = len(bench.told)
    bench.change(DANS, level=Level.NONE)
    assert len(bench.told) == said
    assert bench.relay


def test_a_right_that_runs_out_in_mid_session_holds_until_its_end():
    bench = working(ADAS, replace(RULES, ends=Ends(revoked=Ending.NOW)))
    bench.change(ADAS, level=Level.TRAINEE, lapsed_ms=1_760_000_000_000)
    assert bench.relay


def test_each_loss_has_its_own_row_though_another_came_first():
    bench = working(ADAS, replace(RULES, ends=Ends(suspended=Ending.WARN, revoked=Ending.NOW)))
    bench.change(ADAS, suspended_ms=1)
    assert bench.relay
    bench.change(ADAS, level=Level.NONE)
    assert (bench.relay, bench.stop.why) == (False, Why.REVOKED)


def test_a_trainee_who_is_made_autonomous_in_mid_session_works_on():
    bench = sponsored(replace(RULES, ends=Ends(revoked=Ending.NOW)))
    bench.change(BOBS, level=Level.AUTONOMOUS)
    assert bench.relay


def test_a_trainee_whose_grant_is_revoked_in_mid_session_loses_it_by_the_table():
    bench = sponsored(replace(RULES, ends=Ends(revoked=Ending.NOW)))
    bench.change(BOBS, level=Level.NONE)
    assert bench.stop.why == Why.REVOKED


def test_an_answer_about_a_badge_that_works_here_no_more_changes_nothing():
    bench = working(ADAS, replace(RULES, ends=Ends(revoked=Ending.NOW)))
    gone = Rechecked(LASER, DANS, Standing(), bench.now)
    assert bench.send(gone) == ()
    bench.tap(ADAS)
    assert bench.send(replace(gone, token=ADAS)) == ()


# --- rights that are lost before there is power --------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"level": Level.NONE}, Code.NOT_QUALIFIED),
        ({"suspended_ms": 1_700_000_000_000}, Code.SUSPENDED_MEMBER),
        ({"blocked_ms": 1_700_000_000_000}, Code.BLOCKED_BADGE),
    ],
)
def test_a_trainee_who_loses_the_right_while_waiting_waits_no_more(fields, code):
    bench = MachineBench()
    bench.tap(BOBS)
    bench.change(BOBS, **fields)
    assert bench.said is code
    assert bench.state.name is Name.FREE
    bench.tap(CLEOS)
    assert bench.starts[0].member == "m-cleo"


def test_a_trainee_whose_rights_are_as_before_waits_on():
    bench = MachineBench()
    bench.tap(BOBS)
    bench.change(DANS, level=Level.NONE)
    bench.tap(CLEOS)
    assert bench.starts[0].member == "m-bob"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"suspended_ms": 1_700_000_000_000}, Code.SUSPENDED_MEMBER),
        ({"level": Level.TRAINEE}, Code.NEEDS_SPONSOR),
        ({"level": Level.NONE, "lapsed_ms": 1_700_000_000_000}, Code.LAPSED),
    ],
)
def test_a_member_who_loses_the_right_while_the_start_is_written_gets_no_power(fields, code):
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    bench.change(ADAS, **fields)
    assert bench.said is code
    bench.write()
    assert not bench.relay
    assert (bench.stop.why, bench.stop.charged) == (Why.ABORTED, False)


def test_a_sponsor_who_is_suspended_before_there_is_power_sponsors_nobody():
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(CLEOS)
    bench.wait(3)
    bench.change(CLEOS, suspended_ms=1_700_000_000_000)
    assert bench.state.name is Name.FREE
    assert bench.said is Notice.CANCELLED
    assert bench.told[-1].facts["member"] == "Bob"


def test_a_sponsor_who_still_may_is_not_in_the_way_of_the_start():
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(CLEOS)
    bench.wait(3)
    bench.change(DANS, level=Level.NONE)
    bench.lay(BOBS)
    assert bench.starts[0].sponsor == "m-cleo"


# --- locks ------------------------------------------------------------------------------------


def test_a_locked_machine_refuses_those_who_could_start_it():
    bench = MachineBench()
    bench.lock()
    for token in (ADAS, BOBS):
        bench.tap(token)
        assert bench.said is Code.MACHINE_LOCKED
        assert bench.told[-1].facts["since_ms"] == LOCK.since_ms
    assert bench.records == []


def test_an_unlocked_machine_is_free_again():
    bench = MachineBench()
    bench.lock()
    bench.lock(None)
    assert bench.state.name is Name.FREE
    bench.tap(ADAS)
    assert bench.relay


def test_a_lock_found_with_the_badge_refuses_although_no_word_of_it_came():
    bench = MachineBench()
    bench.locked = LOCK
    bench.tap(ADAS)
    assert bench.said is Code.MACHINE_LOCKED
    assert bench.state.name is Name.LOCKED_OUT
    assert not bench.relay


def test_a_lock_that_the_store_no_longer_has_holds_nobody_up():
    bench = MachineBench()
    bench.lock()
    bench.locked = None
    bench.tap(ADAS)
    assert bench.relay


def test_a_badge_that_nobody_owns_says_nothing_about_the_lock():
    bench = MachineBench()
    bench.lock()
    bench.locked = None
    bench.tap(DANS + "-unknown")
    assert bench.state.name is Name.LOCKED_OUT
    assert bench.said is Code.UNKNOWN_BADGE


def test_a_session_that_ends_on_a_locked_machine_leaves_it_locked_out():
    bench = working(ADAS)
    bench.lock()
    bench.tap(ADAS)
    assert bench.state.name is Name.LOCKED_OUT


# --- a person says "now" ------------------------------------------------------------------------


def test_a_person_who_closes_the_session_ends_it_at_once():
    bench = working(ADAS)
    record, _ = bench.records[0]
    bench.close(record)
    assert not bench.relay
    assert (bench.stop.why, bench.stop.charged) == (Why.CLOSED, True)


def test_closing_one_session_does_not_touch_the_next():
    bench = working(ADAS)
    first, _ = bench.records[0]
    bench.tap(ADAS)
    bench.wait(3)
    bench.tap(DANS)
    assert bench.close(first) == ()
    assert bench.relay


def test_closing_a_session_that_is_not_here_does_nothing():
    bench = MachineBench()
    assert bench.close(RecordId(ORIGIN, 1)) == ()


def test_a_member_who_is_told_hears_it_in_their_language():
    bench = working(ADAS)
    (told,) = [effect for effect in bench.lock() if isinstance(effect, Tell)]
    assert told.language == "fr"


def test_a_lock_and_a_trouble_are_each_told_to_the_next_who_taps_the_trouble_first():
    bench = MachineBench()
    bench.lock()
    bench.trouble(Trouble.ESTOP)
    bench.tap(ADAS)
    assert bench.said is Code.MACHINE_FAULT
    bench.mend(Trouble.ESTOP)
    bench.tap(DANS)
    assert bench.said is Code.MACHINE_LOCKED
