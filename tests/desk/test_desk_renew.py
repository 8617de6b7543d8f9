"""Back after disuse, after validity, or on a machine that was replaced: one session and a word (R8)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from newcomers import DAY, NOON, done, refused

from fabgate.desk import grants
from fabgate.model import Code, Lapse, Level, MachineId
from fabgate.records import GrantRenewed
from fabgate.rules.terms import plus_months


@pytest.fixture
def here(lab_of_newcomers):
    house = lab_of_newcomers
    house.gift("ada", "laser", Level.AUTONOMOUS)
    return house


def renew(here, by="bob", whom="ada", skill="laser"):
    return grants.renew(here.desk, by, whom, skill)


def end(here, handle="ada", skill="laser"):
    (shown,) = grants.listed(here.desk, handle, skill)
    return shown.end


def lapse(here, clock, keep="bob"):
    """A year passes; whoever is named works alone now and then."""
    for _ in range(2):
        clock.wall_ms += 190 * DAY
        if keep:
            here.session(keep, 30)


def test_disuse_is_counted_from_the_last_own_session_and_one_alone_is_not_for_ever_r8(here, clock):
    """The trap of "unused" that one booking defeats."""
    assert end(here).why is Lapse.DISUSE
    clock.wall_ms += 100 * DAY
    here.session("ada", 30)
    ended = clock.wall_ms
    assert end(here).ms == plus_months(ended, 12)
    clock.wall_ms = plus_months(ended, 12)
    assert here.level("ada") is Level.AUTONOMOUS
    clock.wall_ms += 1
    assert here.level("ada") is Level.TRAINEE


def test_sessions_with_a_sponsor_do_not_keep_a_right_alive_r8(here, clock):
    clock.wall_ms += 100 * DAY
    here.session("ada", 30, sponsor="bob")
    assert end(here).ms == plus_months(NOON, 12)


def test_one_supervised_session_and_a_sponsors_word_bring_it_back_r8(here, clock):
    lapse(here, clock)
    assert here.level("ada") is Level.TRAINEE
    answer = refused(renew(here), Code.EVIDENCE_MISSING)
    assert answer.facts["missing"] == ("sessions 0/1",)
    session = here.session("ada", 20, sponsor="bob")
    assert here.level("ada") is Level.TRAINEE  # nobody said well done yet
    done(renew(here))
    assert here.last().body == GrantRenewed(here.id("ada"), "laser", here.id("bob"), session)
    assert here.level("ada") is Level.AUTONOMOUS
    assert end(here).ms == plus_months(here.last().at.wall_ms, 12)


def test_a_session_from_before_the_lapse_brings_nothing_back_r8(here, clock):
    clock.wall_ms += 300 * DAY
    here.session("ada", 20, sponsor="bob")
    here.session("bob", 20)
    clock.wall_ms += 100 * DAY
    refused(renew(here), Code.EVIDENCE_MISSING)


def test_what_holds_needs_no_renewal_and_who_holds_nothing_has_none_r8(here):
    refused(renew(here), Code.NOTHING_TO_DO)
    here.member("carl")
    refused(renew(here, whom="carl"), Code.NOTHING_TO_DO)


def test_nobody_renews_their_own_right_nor_without_the_right_to_sponsor_r7_r8(here, clock):
    here.member("carl")
    lapse(here, clock)
    here.session("ada", 20, sponsor="bob")
    refused(renew(here, by="ada"), Code.NOT_TO_YOURSELF)
    refused(renew(here, by="carl"), Code.NOT_HELD)
    refused(renew(here, by="eve"), Code.NOT_HELD)  # hers ran out as well
    done(renew(here, by="zoe"))


def test_the_day_that_a_giver_wrote_is_renewed_by_nobody_r8(here, clock):
    done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x", NOON + DAY))
    clock.wall_ms += 2 * DAY
    here.session("ada", 20, sponsor="bob")
    answer = refused(renew(here), Code.LAPSED)
    assert answer.facts["lapsed_ms"] == NOON + DAY
    assert here.level("ada") is Level.TRAINEE


def test_validity_ends_whatever_was_used_and_a_new_grant_begins_it_anew_r8(here, clock):
    here.gift("ada", "mill", Level.AUTONOMOUS)
    clock.wall_ms += 100 * DAY
    here.session("ada", 20, machine="router", skill="mill")
    assert end(here, skill="mill").ms == plus_months(NOON, 6)
    done(grants.give(here.desk, "zoe", "ada", "mill", Level.AUTONOMOUS, "seen again"))
    assert end(here, skill="mill").ms == plus_months(clock.wall_ms, 6)


def test_a_replaced_machine_is_shown_anew_and_renewed_r8_edge_9(here, clock):
    changed = clock.wall_ms + 10 * DAY
    cutter = here.desk.settings.machines[MachineId("cutter")]
    newer = replace(cutter, rules=replace(cutter.rules, changed_ms=changed))
    machines = {**here.desk.settings.machines, MachineId("cutter"): newer}
    here.desk = replace(here.desk, settings=replace(here.desk.settings, machines=machines))
    refused(renew(here), Code.NOTHING_TO_DO)  # it is to be replaced, and is not yet
    clock.wall_ms = changed + DAY
    here.session("bob", 20, machine="engraver")
    refused(renew(here), Code.EVIDENCE_MISSING)
    here.session("ada", 20, sponsor="bob")
    done(renew(here))
    refused(renew(here), Code.NOTHING_TO_DO)


def test_bad_input_is_told(here):
    refused(renew(here, skill="lasr"), Code.UNKNOWN_SKILL)
    refused(renew(here, whom="nobody"), Code.UNKNOWN_MEMBER)
    refused(renew(here, by="nobody"), Code.UNKNOWN_MEMBER)
