"""After a supervised session (R5, R8) by example: the sponsor's tap is noted once and starts nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from company_bench import HOSTS, NEVER_ALONE, cutting, leaves
from machine_bench import (
    ADAS,
    BOBS,
    CLEOS,
    CLEOS_OTHER,
    DANS,
    EVES,
    GUSS,
    LOCK,
    MINUTE,
    RULES,
    SLOT_RULES,
    STRICT_RULES,
    TEDS,
    MachineBench,
    powers,
    sponsored,
    working,
)

from fabgate.model import Code, Company, Lapse, Level, MachineRules, Notice, Status, Trouble, Why
from fabgate.records import EvidenceNoted, GrantRenewed
from fabgate.rules.gestures import Name


def ended(rules: MachineRules = RULES) -> MachineBench:
    """Bob worked under Cleo for ten minutes and switched off three seconds ago."""
    bench = sponsored(rules)
    bench.wait(10 * MINUTE)
    bench.tap(BOBS)
    bench.wait(3)
    return bench


def lapsed(lapse: Lapse, rules: MachineRules = RULES) -> MachineBench:
    """Bob was autonomous once; what is left of it let him work under Cleo."""
    bench = MachineBench(rules)
    bench.change(BOBS, lapsed_ms=1_750_000_000_000, lapse=lapse)
    bench.tap(BOBS)
    bench.wait(5)
    bench.tap(CLEOS)
    bench.wait(10 * MINUTE)
    bench.tap(BOBS)
    bench.wait(3)
    return bench


def test_the_sponsors_tap_after_it_notes_evidence_for_the_trainee_and_starts_nothing_r5():
    bench = ended()
    effects = bench.tap(CLEOS)
    start, _ = bench.records[0]
    assert bench.written(EvidenceNoted) == [
        EvidenceNoted("m-bob", "laser", "session", str(start), "m-cleo"),
    ]
    assert (powers(effects), bench.inks, bench.relay) == ([], [], False)


def test_the_trainee_reads_it_in_their_language_with_the_sponsors_name():
    bench = ended()
    bench.tap(CLEOS)
    told = bench.told[-1]
    assert (told.what, told.language) == (Notice.WELL_DONE, "nl")
    assert (told.facts["member"], told.facts["sponsor"]) == ("Bob", "Cleo")


def test_the_next_tap_means_what_it_always_does():
    bench = ended()
    bench.tap(CLEOS)
    bench.wait(3)
    bench.tap(CLEOS)
    assert bench.starts[-1].member == "m-cleo"
    assert len(bench.written(EvidenceNoted)) == 1


def test_another_badge_of_the_sponsor_says_it_too():
    bench = ended()
    bench.tap(CLEOS_OTHER)
    assert bench.written(EvidenceNoted) != []


def test_a_lost_badge_of_the_sponsor_that_was_blocked_says_nothing():
    bench = ended()
    bench.change(CLEOS_OTHER, blocked_ms=1)
    bench.tap(CLEOS_OTHER)
    assert (bench.said, bench.written(EvidenceNoted)) == (Code.BLOCKED_BADGE, [])
    bench.wait(3)
    bench.tap(CLEOS)
    assert bench.written(EvidenceNoted) != []


def test_a_minute_is_a_minute():
    bench = ended()
    bench.wait(MINUTE - 3 - 0.001)
    bench.tap(CLEOS)
    assert (bench.said, bench.relay) == (Notice.WELL_DONE, False)
    bench = ended()
    bench.wait(MINUTE - 3)
    bench.tap(CLEOS)
    assert (bench.starts[-1].member, bench.written(EvidenceNoted)) == ("m-cleo", [])


@pytest.mark.parametrize("token", [ADAS, DANS])
def test_nobody_else_says_it_and_a_machine_that_starts_in_between_forgets_it(token):
    bench = ended()
    bench.tap(token)
    assert bench.relay
    bench.wait(3)
    bench.tap(token)
    bench.wait(3)
    bench.tap(CLEOS)
    assert bench.written(EvidenceNoted) == []
    assert bench.starts[-1].member == "m-cleo"


def test_who_is_refused_in_between_does_not_make_it_forgotten():
    bench = ended()
    bench.tap(EVES)
    bench.tap(CLEOS)
    assert bench.said is Notice.WELL_DONE


def test_a_start_that_was_never_written_does_not_make_it_forgotten():
    bench = ended()
    bench.see(DANS)
    bench.answer()
    bench.fail_ink()
    bench.tap(CLEOS)
    assert bench.said is Notice.WELL_DONE


def test_while_the_next_trainee_waits_the_sponsors_tap_is_for_them():
    bench = ended()
    bench.tap(TEDS)
    bench.wait(3)
    bench.tap(CLEOS)
    assert bench.starts[-1].member == "m-ted"
    assert bench.written(EvidenceNoted) == []


@pytest.mark.parametrize("lapse", [Lapse.VALIDITY, Lapse.DISUSE, Lapse.CHANGED])
def test_a_right_that_ran_out_by_itself_is_renewed_by_it_r8(lapse):
    bench = lapsed(lapse)
    bench.tap(CLEOS)
    start, _ = bench.records[0]
    assert bench.written(GrantRenewed) == [GrantRenewed("m-bob", "laser", "m-cleo", str(start))]


@pytest.mark.parametrize("lapse", [Lapse.UNTIL, None])
def test_the_day_that_a_giver_wrote_is_never_renewed_by_it_nor_what_never_ran_out_r8(lapse):
    bench = lapsed(lapse) if lapse else ended()
    bench.tap(CLEOS)
    assert bench.written(EvidenceNoted) != []
    assert bench.written(GrantRenewed) == []


def test_without_the_tap_nothing_is_renewed_r8():
    bench = lapsed(Lapse.DISUSE)
    bench.wait(MINUTE)
    assert bench.written(GrantRenewed) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"suspended_ms": 1}, Code.SUSPENDED_MEMBER),
        ({"status": Status.LEFT}, Code.MEMBER_LEFT),
        ({"level": Level.AUTONOMOUS}, Code.MAY_NOT_SPONSOR),
        ({"level": Level.NONE}, Code.MAY_NOT_SPONSOR),
        ({"held_ms": 1}, Code.SUSPENDED_SKILL),
    ],
)
def test_who_may_sponsor_no_more_says_nothing_and_starts_nothing_by_that_tap_r3(fields, code):
    bench = lapsed(Lapse.DISUSE, STRICT_RULES)
    bench.change(CLEOS, **fields)
    bench.tap(CLEOS)
    assert (bench.said, bench.relay, bench.inks) == (code, False, [])
    assert bench.written(EvidenceNoted) == bench.written(GrantRenewed) == []


def test_a_sponsor_who_stands_beside_the_next_already_still_says_it():
    bench = ended(replace(RULES, max_trainees=1))
    bench.change(CLEOS, sponsoring=1)
    bench.tap(CLEOS)
    assert bench.said is Notice.WELL_DONE


@pytest.mark.parametrize("why", [Why.UNDONE, Why.CLOSED, Why.REVOKED, Why.ALONE, Why.ESTOP])
def test_what_ended_otherwise_is_not_praised(why):
    rules = replace(cutting(), ends=replace(cutting().ends, revoked=cutting().ends.alone))
    bench = sponsored(rules)
    start, _ = bench.records[0]
    match why:
        case Why.UNDONE:
            bench.tap(CLEOS)
        case Why.CLOSED:
            bench.close(start)
        case Why.REVOKED:
            bench.change(BOBS, level=Level.NONE)
        case Why.ALONE:
            leaves(bench)
            bench.wait(2 * MINUTE)
        case _:
            bench.trouble(Trouble.ESTOP)
            bench.mend(Trouble.ESTOP)
    assert bench.stop.why == why
    bench.wait(3)
    bench.tap(CLEOS)
    assert bench.written(EvidenceNoted) == []


def test_who_was_missed_at_its_end_saw_no_end():
    bench = sponsored()
    leaves(bench)
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(CLEOS)
    assert bench.written(EvidenceNoted) == []


def test_who_took_over_says_it_and_not_the_one_who_left():
    bench = sponsored()
    leaves(bench)
    bench.tap(DANS)
    bench.wait(MINUTE)
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(DANS)
    assert [noted.by for noted in bench.written(EvidenceNoted)] == ["m-dan"]


@pytest.mark.parametrize(
    ("rules", "user", "by"),
    [(HOSTS, GUSS, ADAS), (NEVER_ALONE, DANS, TEDS)],
    ids=["guest", "another adult"],
)
def test_a_guest_is_not_praised_nor_is_who_only_had_company(rules, user, by):
    bench = sponsored(rules, user, by)
    bench.wait(MINUTE)
    bench.tap(user)
    bench.wait(3)
    bench.tap(by)
    assert bench.written(EvidenceNoted) == []


def test_who_works_alone_praises_nobody():
    bench = working(ADAS)
    bench.tap(ADAS)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.written(EvidenceNoted) == []


def test_at_the_limit_there_is_something_to_praise():
    bench = sponsored(replace(RULES, limit_ms=600_000))
    bench.wait(10 * MINUTE)
    bench.tap(CLEOS)
    assert bench.said is Notice.WELL_DONE


def test_in_a_slot_the_sponsors_badge_in_the_empty_slot_says_it():
    bench = sponsored(SLOT_RULES)
    bench.wait(MINUTE)
    bench.lift(BOBS)
    bench.wait(30)
    bench.lay(CLEOS)
    assert (bench.said, bench.relay) == (Notice.WELL_DONE, False)
    bench.wait(5 * MINUTE)
    assert not bench.relay


def test_on_a_machine_that_was_locked_or_broke_meanwhile_nothing_is_said():
    for spoil, code in (
        (lambda bench: bench.lock(LOCK), Code.MACHINE_LOCKED),
        (lambda bench: bench.trouble(Trouble.INPUT), Code.MACHINE_FAULT),
    ):
        bench = ended()
        spoil(bench)
        bench.tap(CLEOS)
        assert (bench.said, bench.written(EvidenceNoted)) == (code, [])


def test_accompanied_by_who_is_on_site_nobody_stood_by_to_praise():
    bench = MachineBench(replace(RULES, company=Company.ACCOMPANIED))
    bench.change(BOBS, sponsors_here=(bench.roster[CLEOS].person.member,))
    bench.tap(BOBS)
    bench.wait(MINUTE)
    bench.tap(BOBS)
    assert bench.state.name is Name.FREE
    bench.wait(3)
    bench.tap(CLEOS)
    assert bench.written(EvidenceNoted) == []
