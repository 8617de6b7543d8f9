"""Who has to be there for a start (R3, R4) by example: a sponsor on site, another adult, a host; who pays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from company_bench import (
    ACCOMPANIED,
    FREE,
    GRACE,
    HOSTS,
    NEVER_ALONE,
    NEVER_ALONE_SLOT,
    accompanied,
    cutting,
    leaves,
    with_another,
)
from machine_bench import (
    ADAS,
    ADAS_OTHER,
    BOBS,
    BOBS_OTHER,
    CLEOS,
    DANS,
    EVES,
    GUSS,
    HOUR,
    KIM,
    MIAS,
    MINUTE,
    NOON_MS,
    SLOT_RULES,
    SUSPENDED,
    TEDS,
    UNKNOWN,
    MachineBench,
    sponsored,
    working,
)

from fabgate.model import (
    Code,
    Due,
    Level,
    MemberId,
    Notice,
    Why,
)
from fabgate.records import SessionAlone, SessionProved
from fabgate.rules.face import face
from fabgate.rules.gestures import Name

# --- free (R4) ----------------------------------------------------------------------------------


def test_on_a_machine_of_class_free_a_trainee_starts_alone_r4():
    bench = MachineBench(FREE)
    bench.tap(BOBS)
    assert bench.relay
    assert (bench.start.level, bench.start.sponsor, bench.start.company) == ("trainee", None, ())
    assert bench.said is Notice.OPENED


def test_a_trainee_on_a_free_machine_misses_nobody_r4():
    bench = MachineBench(cutting(FREE))
    bench.tap(BOBS)
    bench.change(BOBS, sponsors_here=(), adults_here=())
    bench.wait(HOUR)
    assert bench.relay


# --- accompanied (R4) ---------------------------------------------------------------------------


def test_accompanied_a_trainee_starts_at_once_while_a_sponsor_is_checked_in_and_the_record_says_who_r4():
    bench = accompanied()
    assert bench.relay
    assert (bench.start.level, bench.start.sponsor, bench.start.company) == ("trainee", None, (KIM,))
    assert bench.said is Notice.OPENED_ACCOMPANIED


def test_accompanied_with_nobody_on_site_a_sponsors_tap_is_asked_for_r4():
    bench = MachineBench(ACCOMPANIED)
    bench.tap(BOBS)
    assert bench.said is Notice.ASK_SPONSOR
    bench.wait(3)
    bench.tap(CLEOS)
    assert bench.start.sponsor == "m-cleo"


def test_a_sponsor_who_checks_in_meanwhile_starts_nothing_by_it_r4():
    bench = MachineBench(ACCOMPANIED)
    bench.tap(BOBS)
    bench.change(BOBS, sponsors_here=(KIM,))
    bench.wait(50)
    assert (bench.relay, bench.inks) == (False, [])
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(BOBS)
    assert bench.start.company == (KIM,)


def test_accompanied_when_the_last_sponsor_leaves_it_is_said_and_written_once_r4():
    bench = accompanied()
    bench.change(BOBS, sponsors_here=())
    bench.change(BOBS, sponsors_here=())
    assert bench.said is Notice.ALONE
    assert (bench.told[-1].facts["left_ms"], bench.told[-1].facts["why"]) == (120_000, Why.ALONE)
    start, _ = bench.records[0]
    assert bench.written(SessionAlone) == [SessionAlone(str(start), "laser")]
    assert bench.relay


def test_accompanied_when_one_of_two_sponsors_leaves_nobody_is_missed_r4():
    bench = MachineBench(ACCOMPANIED)
    bench.change(BOBS, sponsors_here=(KIM, MemberId("m-cleo")))
    bench.tap(BOBS)
    bench.change(BOBS, sponsors_here=(KIM,))
    assert bench.written(SessionAlone) == []


def test_accompanied_a_sponsor_who_checks_in_within_the_grace_makes_it_well_r4():
    bench = accompanied(cutting(ACCOMPANIED))
    bench.change(BOBS, sponsors_here=())
    bench.wait(GRACE - 1)
    bench.change(BOBS, sponsors_here=(MemberId("m-cleo"),))
    bench.wait(HOUR)
    assert bench.relay


def test_accompanied_the_tap_of_a_sponsor_who_is_not_checked_in_makes_it_well_r4():
    bench = accompanied(cutting(ACCOMPANIED))
    bench.change(BOBS, sponsors_here=())
    bench.wait(60)
    bench.tap(CLEOS)
    assert bench.said is Notice.HERE
    bench.wait(HOUR)
    assert bench.relay
    assert [proof.by for proof in bench.written(SessionProved)] == ["m-cleo"]


def test_accompanied_nobody_is_asked_for_proof_r4():
    bench = accompanied(replace(ACCOMPANIED, reproof_ms=60_000))
    bench.wait(HOUR)
    assert bench.said is Notice.OPENED_ACCOMPANIED


# --- never alone (R4) ---------------------------------------------------------------------------


def test_never_alone_an_autonomous_member_starts_while_another_adult_is_checked_in_r4():
    bench = MachineBench(NEVER_ALONE)
    bench.change(DANS, adults_here=(KIM,))
    bench.tap(DANS)
    assert (bench.start.sponsor, bench.start.company) == (None, (KIM,))
    assert bench.said is Notice.OPENED_ACCOMPANIED


def test_never_alone_with_nobody_there_another_adult_has_to_tap_and_stands_in_the_record_r4():
    bench = MachineBench(NEVER_ALONE)
    bench.tap(DANS)
    assert (bench.said, bench.relay) == (Notice.ASK_COMPANY, False)
    assert bench.told[-1].facts["wait_s"] == 60
    bench.wait(5)
    bench.tap(TEDS)
    assert bench.relay
    assert (bench.start.member, bench.start.level) == ("m-dan", "autonomous")
    assert (bench.start.sponsor, bench.start.sponsor_badge) == (None, None)
    assert bench.start.company == ("m-ted",)
    assert bench.said is Notice.OPENED_ACCOMPANIED


def test_never_alone_company_is_the_trainees_sponsor_too_r4():
    bench = sponsored(NEVER_ALONE)
    assert (bench.start.sponsor, bench.start.company) == ("m-cleo", ())


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (MIAS, Code.NEEDS_COMPANY),
        (UNKNOWN, Code.UNKNOWN_BADGE),
        (SUSPENDED, Code.SUSPENDED_MEMBER),
    ],
)
def test_never_alone_a_minor_or_a_stranger_is_no_company_r4(token, code):
    bench = MachineBench(NEVER_ALONE)
    bench.tap(DANS)
    bench.wait(3)
    bench.tap(token)
    assert (bench.said, bench.state.name, bench.inks) == (code, Name.AWAITING_SPONSOR, [])


def test_never_alone_nobody_is_their_own_company_with_another_badge_r4():
    bench = MachineBench(NEVER_ALONE)
    bench.tap(ADAS)
    bench.wait(3)
    bench.tap(ADAS_OTHER)
    assert (bench.said, bench.inks) == (Code.SAME_PERSON, [])


def test_never_alone_whoever_waits_in_vain_is_told_what_was_missing_r4():
    bench = MachineBench(NEVER_ALONE)
    bench.tap(DANS)
    bench.wait(MINUTE)
    assert (bench.said, bench.state.name) == (Code.NEEDS_COMPANY, Name.FREE)
    assert [refusal.code for refusal in bench.refused] == [Code.NEEDS_COMPANY]


def test_never_alone_when_the_other_adult_leaves_they_are_missed_r4():
    bench = MachineBench(cutting(NEVER_ALONE))
    bench.change(DANS, adults_here=(KIM,))
    bench.tap(DANS)
    bench.change(DANS, adults_here=())
    assert bench.said is Notice.ALONE
    bench.wait(60)
    bench.tap(TEDS)
    assert bench.said is Notice.HERE
    bench.wait(HOUR)
    assert bench.relay


def test_never_alone_an_adult_who_was_tied_by_a_tap_and_leaves_is_missed_r4():
    bench = with_another(cutting(NEVER_ALONE))
    leaves(bench, TEDS)
    assert bench.said is Notice.ALONE
    bench.wait(GRACE)
    assert bench.stop.why == Why.ALONE


def test_never_alone_one_of_two_others_may_leave_r4():
    bench = with_another(cutting(NEVER_ALONE))
    bench.change(DANS, adults_here=(KIM,))
    leaves(bench, TEDS)
    bench.wait(HOUR)
    assert bench.relay


def test_never_alone_in_a_slot_the_flow_is_the_same_r4():
    bench = MachineBench(NEVER_ALONE_SLOT)
    bench.tap(DANS)
    bench.wait(3)
    bench.tap(TEDS)
    assert bench.said is Notice.ASK_RETURN
    bench.wait(3)
    bench.lay(DANS)
    assert (bench.start.member, bench.start.company) == ("m-dan", ("m-ted",))


def test_the_adult_who_is_only_there_takes_the_start_back_like_a_sponsor_and_later_says_that_they_are_there():
    bench = with_another()
    bench.tap(TEDS)
    assert bench.stop.why == Why.UNDONE
    bench = with_another()
    bench.wait(MINUTE)
    bench.tap(TEDS)
    assert (bench.said, bench.relay) == (Notice.HERE, True)


def test_who_is_only_there_is_not_shown_as_a_sponsor():
    bench = with_another()
    shown = face(bench.rules, bench.state)
    assert (shown.facts["member"], shown.facts["sponsor"]) == ("Dan", None)


def test_a_minor_who_works_needs_two_adults_and_one_of_them_taps_r4():
    bench = MachineBench(NEVER_ALONE)
    bench.tap(MIAS)
    assert bench.said is Code.NEEDS_COMPANY
    bench.change(MIAS, adults_here=(KIM,))
    bench.wait(3)
    bench.tap(MIAS)
    assert bench.said is Notice.ASK_COMPANY
    bench.roster[TEDS] = replace(bench.roster[TEDS], adults_here=(KIM,))
    bench.wait(3)
    bench.tap(TEDS)
    assert bench.start.company == ("m-ted", KIM)


# --- hosts (edge 17) ----------------------------------------------------------------------------


def test_edge_17_a_guest_works_under_a_host_who_answers_and_pays():
    bench = sponsored(HOSTS, GUSS, ADAS)
    assert bench.relay
    start = bench.start
    assert (start.member, start.level, start.sponsor, start.payer) == ("m-gus", "none", "m-ada", "m-ada")
    assert bench.said is Notice.OPENED_SUPERVISED


def test_edge_17_what_is_done_with_a_guilds_badge_the_guild_pays_for_a_guest_too():
    bench = MachineBench(HOSTS)
    bench.roster[ADAS] = replace(bench.roster[ADAS], payer=MemberId("m-guild"))
    bench.tap(GUSS)
    bench.tap(ADAS)
    assert bench.start.payer == "m-guild"


def test_a_guest_is_asked_for_their_host_and_told_so_when_nobody_came():
    bench = MachineBench(HOSTS)
    bench.tap(GUSS)
    assert (bench.said, bench.relay) == (Notice.ASK_HOST, False)
    bench.wait(MINUTE)
    assert bench.said is Code.GUEST_ALONE


def test_where_the_lab_takes_no_guests_a_guest_is_refused():
    bench = MachineBench()
    bench.tap(GUSS)
    assert (bench.said, bench.state.name) == (Code.GUEST_ALONE, Name.FREE)


@pytest.mark.parametrize("token", [BOBS, EVES, UNKNOWN, SUSPENDED])
def test_who_may_not_work_here_alone_hosts_nobody(token):
    bench = MachineBench(HOSTS)
    bench.tap(GUSS)
    bench.wait(3)
    bench.tap(token)
    assert (bench.state.name, bench.inks) == (Name.AWAITING_SPONSOR, [])


def test_a_guest_who_once_held_a_level_works_at_none():
    bench = MachineBench(HOSTS)
    bench.roster[GUSS] = replace(bench.roster[GUSS], level=Level.AUTONOMOUS)
    bench.tap(GUSS)
    bench.tap(ADAS)
    assert bench.start.level == "none"


def test_a_host_who_leaves_is_missed_and_who_may_host_takes_over_r4():
    bench = sponsored(cutting(HOSTS), GUSS, ADAS)
    leaves(bench, ADAS)
    bench.wait(60)
    bench.tap(DANS)
    bench.wait(HOUR)
    assert bench.relay
    assert bench.start.payer == "m-ada"


# --- who pays, and what else the record says -----------------------------------------------------


def test_edge_7_the_badge_says_who_pays_and_the_sponsor_never_does():
    bench = MachineBench()
    guild = MemberId("m-guild")
    bench.roster[BOBS] = replace(bench.roster[BOBS], payer=guild)
    bench.roster[CLEOS] = replace(bench.roster[CLEOS], payer=MemberId("m-else"))
    bench.tap(BOBS)
    bench.tap(CLEOS)
    assert (bench.start.payer, bench.start.sponsor) == (guild, "m-cleo")


def test_edge_5_in_a_slot_the_badge_that_comes_back_says_who_pays():
    bench = MachineBench(SLOT_RULES)
    bench.roster[BOBS_OTHER] = replace(bench.roster[BOBS_OTHER], payer=MemberId("m-guild"))
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(CLEOS)
    bench.wait(3)
    bench.lay(BOBS_OTHER)
    assert (bench.start.badge, bench.start.payer) == (BOBS_OTHER, "m-guild")


@pytest.mark.parametrize(("age_ms", "written"), [(0, 0), (86_400_000, 86_400_000), (None, -1)])
def test_the_record_says_how_old_the_roster_was_r12(age_ms, written):
    bench = MachineBench()
    bench.change(ADAS, roster_age_ms=age_ms, hours_unasked=True)
    bench.tap(ADAS)
    assert (bench.start.roster_age_ms, bench.start.hours_unasked) == (written, True)


def test_a_start_of_today_is_written_as_it_always_was():
    start = working(ADAS).start
    assert (start.payer, start.purpose, start.people, start.workshop) == (None, "", 1, None)
    assert (start.company, start.roster_age_ms, start.hours_unasked) == ((), 0, False)


def test_what_runs_out_soon_is_told_at_the_start():
    bench = MachineBench()
    bench.change(ADAS, due=Due("insurance", NOON_MS))
    bench.tap(ADAS)
    assert (bench.told[-1].facts["due"], bench.told[-1].facts["due_ms"]) == ("insurance", NOON_MS)
    assert "due" not in working(DANS).told[-1].facts
