"""Proof by a tap (R4) by example: who is asked, who is missed for not tapping, and what is shown."""

from __future__ import annotations

from dataclasses import replace

from company_bench import GRACE, HOSTS, NEVER_ALONE, PROVING, cutting, leaves
from machine_bench import (
    ADAS,
    BOBS,
    CLEOS,
    CLEOS_OTHER,
    DANS,
    GUSS,
    HOUR,
    LASER,
    MINUTE,
    SLOT_RULES,
    TEDS,
    MachineBench,
    sponsored,
    working,
)

from fabgate.events import Power, RosterMoved
from fabgate.model import (
    Ending,
    Ends,
    MachineRules,
    Notice,
    Trouble,
    Why,
)
from fabgate.records import SessionAlone, SessionProved
from fabgate.rules.face import Mood, face

# --- proof by a tap (R4) ------------------------------------------------------------------------


def asked_to_prove(rules: MachineRules = PROVING) -> MachineBench:
    bench = sponsored(rules)
    bench.wait(30 * MINUTE - 3)
    return bench


def test_the_sponsor_is_asked_from_time_to_time_in_their_language_r4():
    bench = sponsored(PROVING)
    bench.wait(30 * MINUTE - 3.001)
    assert bench.said is Notice.OPENED_SUPERVISED
    bench.wait(0.001)
    asked = bench.told[-1]
    assert asked.what is Notice.PROVE
    assert (asked.facts["sponsor"], asked.facts["member"]) == ("Cleo", "Bob")
    assert (asked.facts["left_ms"], asked.language) == (120_000, None)


def test_a_tap_proves_it_is_written_and_the_time_begins_anew_r4():
    bench = asked_to_prove()
    bench.wait(60)
    bench.see(CLEOS)
    bench.lift(CLEOS)
    start, _ = bench.records[0]
    assert bench.written(SessionProved) == [SessionProved(str(start), "laser", "m-cleo")]
    bench.wait(30 * MINUTE - 0.001)
    assert bench.said is Notice.HERE
    bench.wait(0.001)
    assert bench.said is Notice.PROVE


def test_a_tap_before_anybody_asked_proves_it_too_r4():
    bench = sponsored(PROVING)
    bench.wait(20 * MINUTE)
    bench.tap(CLEOS)
    bench.wait(29 * MINUTE)
    assert bench.said is Notice.HERE


def test_edge_2_who_does_not_tap_when_asked_is_missed_then_has_a_grace_then_the_table_says_r4():
    bench = asked_to_prove(cutting(PROVING))
    bench.wait(GRACE - 0.001)
    assert (bench.said, bench.written(SessionAlone)) == (Notice.PROVE, [])
    bench.wait(0.001)
    assert bench.said is Notice.ALONE
    bench.wait(GRACE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert bench.stop.why == Why.ALONE


def test_who_was_missed_for_not_tapping_is_not_back_by_being_on_the_list_r4():
    bench = asked_to_prove(cutting(PROVING))
    bench.wait(GRACE)
    bench.change(CLEOS, here=True)
    bench.wait(GRACE)
    assert bench.stop.why == Why.ALONE


def test_who_was_missed_for_not_tapping_is_back_by_their_tap_or_anothers_r4():
    for token in (CLEOS, CLEOS_OTHER, DANS):
        bench = asked_to_prove(cutting(PROVING))
        bench.wait(GRACE + 60)
        bench.tap(token)
        assert bench.said is Notice.HERE
        bench.wait(20 * MINUTE)
        assert bench.relay


def test_a_machine_that_nobody_woke_asks_before_it_misses_anybody_r4():
    bench = sponsored(cutting(PROVING))
    bench.sleep(2 * HOUR)
    bench.wait(0)
    assert bench.said is Notice.PROVE
    bench.wait(GRACE)
    assert (bench.said, bench.relay) == (Notice.ALONE, True)


def test_nobody_is_asked_where_the_machine_says_never_r4():
    bench = sponsored()
    bench.wait(3.9 * HOUR)
    assert bench.said is Notice.OPENED_SUPERVISED


def test_who_works_alone_is_never_asked_r4():
    bench = working(ADAS, PROVING)
    bench.wait(3.9 * HOUR)
    assert bench.said is Notice.OPENED


def test_another_adult_and_a_host_are_asked_like_a_sponsor_r4():
    for rules, user, by in ((NEVER_ALONE, DANS, TEDS), (HOSTS, GUSS, ADAS)):
        bench = sponsored(replace(rules, reproof_ms=600_000), user, by)
        bench.wait(10 * MINUTE)
        assert bench.said is Notice.PROVE
        bench.tap(by)
        assert bench.said is Notice.HERE


def test_while_the_reader_is_blind_nobody_is_asked_nobody_is_missed_and_nothing_ends_r4():
    bench = asked_to_prove(cutting(PROVING))
    bench.trouble(Trouble.READER)
    bench.wait(2 * HOUR)
    assert bench.relay
    bench.mend(Trouble.READER)
    bench.wait(GRACE - 1)
    assert bench.written(SessionAlone) == []
    bench.wait(1)
    assert bench.said is Notice.ALONE


def test_who_was_missed_when_the_reader_went_blind_has_the_whole_grace_when_it_sees_again_r4():
    bench = sponsored(cutting())
    leaves(bench)
    bench.wait(GRACE - 1)
    bench.trouble(Trouble.READER)
    bench.wait(HOUR)
    bench.mend(Trouble.READER)
    bench.wait(GRACE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert bench.stop.why == Why.ALONE


def test_the_limit_holds_whoever_proves_what_r4():
    bench = sponsored(replace(PROVING, limit_ms=3_600_000))
    for _ in range(17):
        bench.wait(200)
        bench.tap(CLEOS)
    bench.wait(200)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, 3_600_000)


def test_what_a_proof_is_due_for_does_not_hide_the_warning_of_the_end():
    bench = sponsored(replace(PROVING, limit_ms=3_600_000, reproof_ms=3_300_000))
    bench.wait(55 * MINUTE)
    assert {tell.what for tell in bench.told} >= {Notice.PROVE, Notice.WARNING}


# --- in a slot (R4) -----------------------------------------------------------------------------


def test_in_a_slot_the_sponsors_swap_within_the_grace_proves_and_ends_nothing_r4():
    bench = sponsored(replace(SLOT_RULES, reproof_ms=30 * 60_000, ends=Ends(alone=Ending.NOW)))
    bench.wait(30 * MINUTE)
    assert bench.said is Notice.PROVE
    bench.lift(BOBS)
    bench.wait(5)
    bench.tap(CLEOS)
    assert bench.said is Notice.HERE
    bench.wait(5)
    bench.lay(BOBS)
    assert bench.said is Notice.BACK
    bench.wait(29 * MINUTE)
    assert bench.relay
    assert [proof.by for proof in bench.written(SessionProved)] == ["m-cleo"]


def test_in_a_slot_a_swap_that_takes_longer_than_the_grace_is_a_badge_that_is_gone():
    bench = sponsored(SLOT_RULES)
    bench.wait(MINUTE)
    bench.lift(BOBS)
    bench.wait(5)
    bench.tap(CLEOS)
    bench.wait(25)
    assert bench.stop.why == Why.BADGE_GONE


# --- what is shown ------------------------------------------------------------------------------


def test_a_machine_whose_sponsor_is_missed_or_asked_says_so_until_it_is_well():
    bench = asked_to_prove()
    shown = face(bench.rules, bench.state)
    assert (shown.mood, shown.what, shown.facts["sponsor"]) == (Mood.WARNING, Notice.PROVE, "Cleo")
    bench.wait(GRACE)
    shown = face(bench.rules, bench.state)
    assert (shown.mood, shown.what, shown.facts["why"]) == (Mood.WARNING, Notice.ALONE, Why.ALONE)
    bench.wait(60)
    assert face(bench.rules, bench.state) == shown
    bench.tap(CLEOS)
    assert face(bench.rules, bench.state).mood is Mood.ON


def test_off_comes_first_when_nobody_came_back_r4():
    bench = sponsored(cutting())
    leaves(bench)
    bench.sleep(GRACE)
    effects = bench.send(RosterMoved(LASER, bench.now))
    assert effects[0] == Power(LASER, on=False)
