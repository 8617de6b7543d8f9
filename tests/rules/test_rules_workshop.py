"""A workshop (edge 8) by example: its leader starts it, until its end, and says that they are there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from company_bench import cutting
from machine_bench import (
    ADAS,
    COURSE,
    DANS,
    HOUR,
    KIM,
    LEAS,
    LEAS_OTHER,
    MINUTE,
    NOON_MS,
    RULES,
    SLOT_RULES,
    TEDS,
    MachineBench,
    working,
)

from fabgate.events import BadgeSeen, Looked
from fabgate.model import Code, Company, Level, Notice, Why
from fabgate.records import SessionAlone, SessionProved
from fabgate.rules.face import Mood, face
from fabgate.rules.gestures import Name

ASKING = replace(RULES, reproof_ms=30 * 60_000)
GRACE = 2 * MINUTE


def asked(rules=ASKING) -> MachineBench:
    """Lea is asked whether she is still there."""
    bench = working(LEAS, rules)
    bench.wait(30 * MINUTE)
    return bench


# --- the start ----------------------------------------------------------------------------------


def test_edge_8_the_leaders_tap_starts_it_with_headcount_and_purpose_and_no_level_is_earned():
    start = working(LEAS).start
    assert (start.member, start.level, start.sponsor) == ("m-lea", "autonomous", None)
    assert (start.purpose, start.people, start.workshop) == ("social", 8, str(COURSE.record))


def test_everybody_reads_for_how_many_it_is_and_until_when():
    opened = working(LEAS).told[-1]
    assert opened.what is Notice.OPENED_WORKSHOP
    assert (opened.facts["people"], opened.facts["until_ms"]) == (8, COURSE.until_ms)


def test_who_leads_no_workshop_starts_for_themselves():
    start = working(ADAS).start
    assert (start.purpose, start.people, start.workshop) == ("", 1, None)


def test_a_workshop_may_last_longer_than_the_machines_limit_and_ends_at_its_own_end():
    bench = working(LEAS)
    assert bench.start.limit_ms == 6 * 3_600_000
    bench.wait(6 * HOUR - 3.001)
    assert bench.relay
    bench.wait(0.001)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, 6 * 3_600_000)


def test_a_workshop_that_is_over_soon_ends_then_and_says_so_before():
    bench = MachineBench()
    bench.change(LEAS, workshop=replace(COURSE, until_ms=NOON_MS + 600_000))
    bench.tap(LEAS)
    bench.wait(5 * MINUTE)
    assert bench.said is Notice.WARNING
    bench.wait(5 * MINUTE)
    assert bench.stop.length_ms == 600_000


def test_nobody_opens_a_machine_for_more_than_half_a_day_at_once():
    bench = MachineBench()
    bench.change(LEAS, workshop=replace(COURSE, until_ms=NOON_MS + 100 * 3_600_000))
    bench.tap(LEAS)
    assert bench.start.limit_ms == 12 * 3_600_000


def test_a_workshop_that_was_over_when_the_answer_came_starts_nothing():
    bench = MachineBench()
    bench.change(LEAS, workshop=replace(COURSE, until_ms=NOON_MS))
    bench.tap(LEAS)
    assert (bench.said, bench.inks, bench.relay) == (Notice.CANCELLED, [], False)


def test_while_the_clock_is_not_set_nobody_knows_its_end_and_the_machines_limit_holds():
    bench = MachineBench()
    now = replace(bench.now, wall_ms=5, synced=False)
    bench.send(BadgeSeen(RULES.machine, LEAS, now))
    bench.asks.clear()
    bench.send(Looked(RULES.machine, LEAS, now, bench.standing(LEAS), now))
    bench.write()
    assert bench.start.limit_ms == RULES.limit_ms


def test_a_workshop_that_is_closed_while_its_start_is_written_does_not_start():
    bench = MachineBench()
    bench.see(LEAS)
    bench.answer()
    bench.change(LEAS, workshop=None)
    assert bench.said is Code.NO_WORKSHOP
    bench.write()
    assert not bench.relay


def test_a_workshop_that_is_closed_meanwhile_cuts_nobody():
    bench = working(LEAS, cutting())
    bench.change(LEAS, workshop=None)
    bench.wait(HOUR)
    assert bench.relay


def test_a_leader_whose_right_is_taken_loses_it_by_the_table():
    bench = working(LEAS, replace(cutting(), ends=replace(cutting().ends, revoked=cutting().ends.alone)))
    bench.change(LEAS, level=Level.NONE)
    assert bench.stop.why == Why.REVOKED


def test_on_a_machine_that_nobody_uses_alone_the_leaders_company_taps_and_it_is_the_workshop_still_r4():
    bench = MachineBench(replace(RULES, company=Company.NEVER_ALONE))
    bench.change(LEAS, adults_here=())
    bench.tap(LEAS)
    assert bench.said is Notice.ASK_COMPANY
    bench.wait(3)
    bench.tap(TEDS)
    assert (bench.start.purpose, bench.start.people, bench.start.company) == ("social", 8, ("m-ted",))


def test_on_a_machine_that_nobody_uses_alone_who_is_on_site_stands_in_the_record_r4():
    bench = working(LEAS, replace(RULES, company=Company.NEVER_ALONE))
    assert (bench.start.workshop, bench.start.company) == (str(COURSE.record), (KIM,))


# --- proof (R4) ---------------------------------------------------------------------------------


def test_the_leader_is_asked_whether_they_are_there_r4():
    bench = asked()
    told = bench.told[-1]
    assert (told.what, told.language) == (Notice.PROVE, "fr")
    assert (told.facts["sponsor"], told.facts["member"]) == ("Lea", None)


@pytest.mark.parametrize("token", [LEAS, LEAS_OTHER])
def test_when_asked_the_leaders_own_tap_says_that_they_are_there_and_is_not_off_r4(token):
    bench = asked()
    bench.tap(token)
    assert (bench.said, bench.relay) == (Notice.HERE, True)
    assert [proof.by for proof in bench.written(SessionProved)] == ["m-lea"]
    bench.wait(29 * MINUTE)
    bench.tap(token)
    assert bench.stop.why == Why.OWN_TAP


def test_a_leader_who_does_not_tap_is_missed_and_their_tap_makes_it_well_r4():
    bench = asked(cutting(ASKING))
    bench.wait(GRACE)
    assert (bench.said, len(bench.written(SessionAlone))) == (Notice.ALONE, 1)
    bench.wait(60)
    bench.tap(LEAS)
    assert bench.said is Notice.HERE
    bench.wait(20 * MINUTE)
    assert bench.relay


def test_a_leader_who_stays_away_leaves_it_to_the_table_r4():
    bench = asked(cutting(ASKING))
    bench.wait(2 * GRACE)
    assert bench.stop.why == Why.ALONE


@pytest.mark.parametrize("token", [ADAS, DANS, TEDS])
def test_nobody_says_for_the_leader_that_they_are_there_r4(token):
    bench = asked(cutting(ASKING))
    bench.wait(GRACE + 60)
    bench.tap(token)
    assert bench.said is Code.MACHINE_IN_USE
    bench.wait(60)
    assert bench.stop.why == Why.ALONE


def test_company_that_was_tied_by_a_tap_does_not_answer_for_the_leader_r4():
    rules = replace(cutting(ASKING), company=Company.NEVER_ALONE)
    bench = MachineBench(rules)
    bench.change(LEAS, adults_here=())
    bench.tap(LEAS)
    bench.wait(3)
    bench.tap(TEDS)
    bench.wait(30 * MINUTE)
    assert bench.said is Notice.PROVE
    bench.tap(TEDS)
    bench.wait(GRACE)
    assert bench.written(SessionAlone) != []
    bench.tap(TEDS)
    assert bench.said is Notice.ALONE
    bench.wait(GRACE)
    assert bench.stop.why == Why.ALONE


def test_in_a_slot_the_leader_takes_the_badge_out_and_puts_it_back_r4():
    bench = asked(replace(SLOT_RULES, reproof_ms=30 * 60_000))
    bench.lift(LEAS)
    bench.wait(5)
    bench.lay(LEAS)
    assert bench.said is Notice.HERE
    bench.wait(20 * MINUTE)
    assert bench.relay
    assert len(bench.written(SessionProved)) == 1


def test_a_machine_that_asks_its_leader_says_so_until_they_tap():
    bench = asked()
    shown = face(bench.rules, bench.state)
    assert (shown.mood, shown.what, shown.language) == (Mood.WARNING, Notice.PROVE, "fr")
    bench.tap(LEAS)
    assert (face(bench.rules, bench.state).mood, bench.state.name) == (Mood.ON, Name.OPEN)
