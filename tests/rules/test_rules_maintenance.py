"""Out of service (edge 18) by example: who keeps a machine starts it, with two taps, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    BOBS,
    HOUR,
    KIMS,
    KIMS_OTHER,
    LOCK,
    MINUTE,
    ORIGIN,
    RULES,
    SLOT_RULES,
    UNKNOWN,
    MachineBench,
    asked,
    badge,
    person,
    powers,
)

from fabgate.events import Looked
from fabgate.model import (
    Code,
    Company,
    Ending,
    Ends,
    Lack,
    Level,
    Lock,
    MachineRules,
    Notice,
    RecordId,
    Standing,
    Status,
    Trouble,
    Why,
)
from fabgate.rules.gestures import Name

NOW = Ends(revoked=Ending.NOW, suspended=Ending.NOW, locked=Ending.NOW, alone=Ending.NOW)
PATS = badge("pat")  # keeps the laser too, and may not work on it
OTHER_LOCK = Lock(since_ms=LOCK.since_ms + 1, record=RecordId(ORIGIN, 901))


def locked(rules: MachineRules = RULES) -> MachineBench:
    bench = MachineBench(rules)
    bench.roster[PATS] = Standing(person("Pat"), keeps=True)
    bench.lock()
    return bench


def asking(rules: MachineRules = RULES) -> MachineBench:
    """Kim tapped three seconds ago, and is asked to tap again."""
    bench = locked(rules)
    bench.tap(KIMS)
    bench.wait(3)
    return bench


def maintained(rules: MachineRules = RULES) -> MachineBench:
    bench = asking(rules)
    bench.lay(KIMS)
    return bench


# --- two taps -----------------------------------------------------------------------------------


def test_the_first_tap_asks_and_starts_nothing():
    bench = locked()
    bench.tap(KIMS)
    assert (bench.said, bench.relay, bench.inks, bench.records) == (Notice.CONFIRM, False, [], [])
    facts = bench.told[-1].facts
    assert (facts["member"], facts["wait_s"], facts["since_ms"]) == ("Kim", 10, LOCK.since_ms)


def test_edge_18_the_second_tap_starts_it_for_maintenance_and_the_record_says_so():
    bench = maintained()
    assert bench.relay
    start = bench.start
    assert (start.member, start.purpose, start.level, start.sponsor) == (
        "m-kim",
        "maintenance",
        "autonomous",
        None,
    )
    assert bench.said is Notice.OPENED_MAINTENANCE


def test_who_keeps_a_machine_need_not_be_qualified_on_it():
    bench = locked()
    bench.tap(PATS)
    bench.wait(3)
    bench.tap(PATS)
    assert (bench.start.member, bench.start.level) == ("m-pat", "none")


def test_it_takes_no_power_before_its_record_either():
    bench = asking()
    bench.see(KIMS)
    assert powers(bench.answer()) == []
    assert powers(bench.write()) == [True]


def test_the_second_tap_is_looked_up_again():
    bench = asking()
    assert asked(bench.see(KIMS)) == [KIMS]
    assert bench.inks == []


@pytest.mark.parametrize(("seconds", "name"), [(6.999, Name.OPENING), (7, Name.AWAITING_CONFIRM)])
def test_ten_seconds_and_no_more_then_the_tap_only_asks_again(seconds, name):
    bench = asking()
    bench.wait(seconds)
    bench.see(KIMS)
    bench.answer()
    assert bench.state.name is name
    assert len(bench.inks) == (name is Name.OPENING)


def test_a_second_tap_that_does_not_come_is_no_refusal():
    bench = asking()
    bench.wait(7)
    assert (bench.state.name, bench.said, bench.refused) == (Name.LOCKED_OUT, Notice.CANCELLED, [])


def test_a_badge_that_trembles_or_stays_confirms_nothing():
    bench = locked()
    bench.lay(KIMS)
    for _ in range(8):
        bench.wait(0.5)
        bench.lift(KIMS)
        bench.wait(0.5)
        bench.see(KIMS)
        bench.answer()
    assert (bench.inks, bench.relay) == ([], False)


def test_a_badge_that_lay_there_when_the_reader_came_up_confirms_nothing():
    bench = asking()
    bench.see(KIMS, fresh=False)
    bench.answer()
    assert (bench.state.name, bench.inks) == (Name.AWAITING_CONFIRM, [])


def test_a_tap_from_before_the_question_answers_nothing():
    slow = replace(RULES, ink_ms=10_000)
    bench = locked(slow)
    bench.tap(KIMS)
    late = bench.state
    assert late.name is Name.AWAITING_CONFIRM
    before = replace(bench.now, boot_ms=bench.boot_ms - 1)
    bench.send(Looked(bench.rules.machine, KIMS, before, bench.standing(KIMS), bench.now))
    assert (bench.state.name, bench.inks) == (Name.AWAITING_CONFIRM, [])


def test_an_answer_that_took_longer_than_a_person_waits_confirms_nothing():
    bench = asking()
    bench.see(KIMS)
    bench.sleep(2.001)
    bench.answer()
    assert (bench.said, bench.inks) == (Code.LEDGER_UNAVAILABLE, [])


# --- who ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [KIMS_OTHER, PATS, ADAS, BOBS])
def test_only_the_same_badge_confirms_and_the_wait_goes_on(token):
    bench = asking()
    bench.tap(token)
    assert (bench.said, bench.inks) == (Code.MACHINE_LOCKED, [])
    assert bench.state.name is Name.AWAITING_CONFIRM
    bench.tap(KIMS)
    assert bench.start.badge == KIMS


@pytest.mark.parametrize("token", [ADAS, BOBS])
def test_nobody_else_is_even_asked(token):
    bench = locked()
    bench.tap(token)
    assert (bench.said, bench.state.name) == (Code.MACHINE_LOCKED, Name.LOCKED_OUT)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"keeps": False}, Code.MACHINE_LOCKED),
        ({"suspended_ms": 1}, Code.SUSPENDED_MEMBER),
        ({"blocked_ms": 1}, Code.BLOCKED_BADGE),
        ({"status": Status.LEFT}, Code.MEMBER_LEFT),
    ],
)
def test_who_lost_the_office_between_the_taps_starts_nothing(fields, code):
    bench = asking()
    bench.roster[KIMS] = replace(bench.roster[KIMS], **fields)
    bench.tap(KIMS)
    assert (bench.said, bench.inks, bench.state.name) == (code, [], Name.LOCKED_OUT)
    bench = asking()
    bench.change(KIMS, **fields)
    assert (bench.said, bench.state.name) == (code, Name.LOCKED_OUT)
    bench = asking()
    bench.see(KIMS)
    bench.answer()
    bench.change(KIMS, **fields)
    bench.write()
    assert not bench.relay


def test_a_badge_that_nobody_owns_any_more_confirms_nothing():
    bench = asking()
    del bench.roster[KIMS]
    bench.tap(KIMS)
    assert (bench.said, bench.inks) == (Code.UNKNOWN_BADGE, [])


def test_it_is_an_office_no_paper_and_no_hour_and_no_other_adult_is_asked():
    bench = locked(replace(RULES, company=Company.NEVER_ALONE))
    bench.change(KIMS, lacks=(Lack("waiver"),))
    bench.tap(KIMS)
    bench.wait(3)
    bench.tap(KIMS)
    assert bench.start.company == ()
    bench.change(KIMS, adults_here=())
    bench.wait(HOUR)
    assert bench.said is Notice.OPENED_MAINTENANCE


def test_on_a_machine_in_service_who_keeps_it_works_like_everybody():
    bench = locked()
    bench.lock(None)
    bench.tap(KIMS)
    assert (bench.start.purpose, bench.said) == ("", Notice.OPENED)
    bench = MachineBench()
    bench.roster[PATS] = Standing(person("Pat"), keeps=True)
    bench.tap(PATS)
    assert bench.said is Code.NOT_QUALIFIED


@pytest.mark.parametrize("trouble", [Trouble.ESTOP, Trouble.INPUT, Trouble.JOURNAL])
def test_a_machine_in_trouble_starts_for_nobody(trouble):
    bench = locked()
    bench.trouble(trouble)
    bench.tap(KIMS)
    assert bench.said is Code.MACHINE_FAULT
    bench = asking()
    bench.trouble(trouble)
    bench.tap(KIMS)
    assert (bench.said, bench.inks) == (Code.MACHINE_FAULT, [])


# --- the lock -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", [None, OTHER_LOCK], ids=["unlocked", "locked by another"])
def test_a_lock_that_is_not_the_one_they_were_asked_about_takes_the_start_with_it(lock):
    bench = asking()
    bench.lock(lock)
    assert bench.state.name is (Name.FREE if lock is None else Name.LOCKED_OUT)
    bench = asking()
    bench.see(KIMS)
    bench.answer()
    bench.lock(lock)
    assert powers(bench.write()) == []
    assert bench.stop.why == Why.ABORTED


def test_a_lock_that_is_gone_by_the_second_tap_makes_it_no_ordinary_start():
    bench = asking()
    bench.locked = None
    bench.tap(KIMS)
    assert (bench.said, bench.inks, bench.state.name) == (Notice.CANCELLED, [], Name.FREE)


def test_the_same_lock_told_again_changes_nothing():
    bench = asking()
    bench.lock()
    assert bench.state.name is Name.AWAITING_CONFIRM
    bench.see(KIMS)
    bench.answer()
    bench.lock()
    assert powers(bench.write()) == [True]


@pytest.mark.parametrize("lock", [None, LOCK, OTHER_LOCK], ids=["unlocked", "the same", "another"])
def test_no_lock_ends_maintenance_whatever_the_table_says(lock):
    bench = maintained(replace(RULES, ends=NOW))
    bench.lock(lock)
    bench.wait(HOUR)
    assert bench.relay


def test_a_stranger_who_taps_meanwhile_changes_nothing():
    bench = maintained()
    for token in (ADAS, BOBS, UNKNOWN, PATS):
        bench.tap(token)
        assert bench.relay


def test_it_ends_by_the_same_badge_and_the_machine_is_out_of_service_still():
    bench = maintained()
    bench.lift(KIMS)
    bench.wait(MINUTE)
    bench.tap(KIMS)
    assert (bench.stop.why, bench.state.name) == (Why.OWN_TAP, Name.LOCKED_OUT)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.said is Code.MACHINE_LOCKED


def test_it_has_the_machines_limit():
    bench = maintained()
    bench.wait(4 * HOUR)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, RULES.limit_ms)


def test_the_second_badge_that_is_held_in_a_slot_holds_it():
    bench = locked(SLOT_RULES)
    bench.tap(KIMS)
    bench.wait(3)
    bench.lay(KIMS)
    assert bench.relay
    bench.lift(KIMS)
    bench.wait(30)
    assert bench.stop.why == Why.BADGE_GONE


def test_in_a_slot_a_badge_that_is_only_shown_again_starts_nothing():
    bench = asking(SLOT_RULES)
    bench.see(KIMS)
    bench.lift(KIMS)
    bench.answer()
    assert (bench.said, bench.inks) == (Notice.CANCELLED, [])


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"keeps": False}, Why.REVOKED),
        ({"suspended_ms": 1}, Why.SUSPENDED),
        ({"blocked_ms": 1}, Why.BLOCKED),
        ({"status": Status.LEFT}, Why.REVOKED),
    ],
)
def test_the_office_is_what_is_lost_not_the_level(fields, why):
    bench = maintained(replace(RULES, ends=NOW))
    bench.change(KIMS, level=Level.NONE)
    assert bench.relay
    bench.change(KIMS, **fields)
    assert bench.stop.why == why


def test_nobody_says_well_done_to_maintenance():
    bench = maintained()
    bench.lift(KIMS)
    bench.wait(MINUTE)
    bench.tap(KIMS)
    assert bench.state.condition.praise is None
