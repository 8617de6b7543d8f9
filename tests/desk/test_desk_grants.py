"""Grants: who may work alone, who may teach, and that nobody gets there by their own hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from first_day import DAY, NOON, done

from fabgate.desk import grants, history, members, roles
from fabgate.model import Code, Denied, Level, MachineId, MachineRules, Origin, RecordId, Role, SkillId
from fabgate.records import Draft, GrantGiven, GrantRevoked, MemberAdded, MemberEdited, encode
from fabgate.store import rights, roster
from fabgate.store.db import Store
from fabgate.store.roster import Asked


def refused(answer, code):
    assert isinstance(answer, Denied), answer
    assert answer.code is code
    return answer


def level(here, handle, skill="laser"):
    found = grants.listed(here.desk, handle, skill)
    return found[0].level if found else Level.NONE


def ident(here, handle):
    return roster.member(here.desk.conn, handle).id


@pytest.fixture(autouse=True)
def people(here):
    """zoe manages; ada is to be a sponsor of the laser; bob comes to learn."""
    here.member("ada", "Ada Lovelace", nameable=True)
    here.member("bob", "Bob")


# --- by a manager -----------------------------------------------------------------------------


def test_a_grant_names_who_to_whom_for_what_when_why_until_when(here):
    answer = done(
        grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "saw her work", until_ms=NOON + DAY)
    )
    assert here.last().body == GrantGiven(
        ident(here, "ada"), "laser", "autonomous", ident(here, "zoe"), NOON + DAY
    )
    assert here.last().at.wall_ms == NOON
    assert here.said_beside() == {"login": "oslogin", "reason": "saw her work"}
    (shown,) = grants.listed(here.desk, "ada")
    assert (shown.grant.record, shown.grant.since_ms, shown.grant.until_ms) == (
        answer.record,
        NOON,
        NOON + DAY,
    )
    assert (shown.holder.handle, shown.giver.handle, shown.level) == ("ada", "zoe", Level.AUTONOMOUS)
    assert dict(answer.facts) == {
        "by": "Zoé Dupont",
        "subject": "Ada Lovelace",
        "handle": "ada",
        "skill": "laser",
        "level": "autonomous",
        "was": "none",
        "until_ms": NOON + DAY,
    }


def test_a_grant_is_valid_at_the_next_tap(here):
    here.grant("ada", "laser", Level.AUTONOMOUS)
    cutter = MachineRules(MachineId("cutter"), SkillId("laser"), "Laser")
    standing = roster.standing_of(here.desk.conn, ident(here, "ada"), cutter, Asked(NOON))
    assert standing.level is Level.AUTONOMOUS


def test_a_sponsor_is_made_of_one_who_is_autonomous_now(here, clock):
    for before in (None, Level.TRAINEE):
        if before:
            here.grant("ada", "laser", before)
        answer = refused(grants.give(here.desk, "zoe", "ada", "laser", Level.SPONSOR, "x"), Code.NOT_READY)
        assert (answer.facts["subject"], answer.facts["handle"]) == ("Ada Lovelace", "ada")
    here.grant("ada", "laser", Level.AUTONOMOUS, until_ms=NOON)
    clock.wall_ms += 1
    refused(grants.give(here.desk, "zoe", "ada", "laser", Level.SPONSOR, "x"), Code.NOT_READY)
    here.grant("ada", "laser", Level.SPONSOR)
    assert level(here, "ada") is Level.SPONSOR


def test_a_manager_grants_nothing_to_themselves(here):
    for given in (Level.TRAINEE, Level.AUTONOMOUS, Level.SPONSOR):
        refused(grants.give(here.desk, "zoe", "zoe", "laser", given, "I am good"), Code.NOT_TO_YOURSELF)


def test_a_grant_that_changes_nothing_is_told(here, clock):
    here.grant("ada", "laser", Level.AUTONOMOUS)
    refused(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x"), Code.NOTHING_TO_DO)
    refused(grants.give(here.desk, "zoe", "ada", "mill", Level.NONE, "x"), Code.NOTHING_TO_DO)
    refused(
        grants.give(here.desk, "zoe", "ada", "mill", Level.TRAINEE, "x", until_ms=NOON - 1),
        Code.PAST_DATE,
    )


def test_a_grant_that_ran_out_can_be_given_again(here, clock):
    here.grant("ada", "laser", Level.AUTONOMOUS, until_ms=NOON + DAY)
    clock.wall_ms += 2 * DAY
    (shown,) = grants.listed(here.desk, "ada")
    assert (shown.level, shown.lapsed_ms) == (Level.TRAINEE, NOON + DAY)
    answer = done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "again"))
    assert answer.facts["was"] == "trainee"
    assert level(here, "ada") is Level.AUTONOMOUS


def test_a_lower_grant_is_a_lowering(here):
    here.grant("ada", "laser", Level.SPONSOR)
    answer = done(grants.give(here.desk, "zoe", "ada", "laser", Level.TRAINEE, "accident"))
    assert answer.facts["was"] == "sponsor"
    assert level(here, "ada") is Level.TRAINEE


@pytest.mark.parametrize("reason", ["", "  ", "\n", "\u200b"])
def test_giving_and_taking_need_a_reason(here, reason):
    here.grant("ada", "laser", Level.AUTONOMOUS)
    refused(grants.give(here.desk, "zoe", "bob", "laser", Level.TRAINEE, reason), Code.REASON_NEEDED)
    refused(grants.revoke(here.desk, "zoe", "ada", "laser", reason), Code.REASON_NEEDED)
    refused(
        grants.give(here.desk, "zoe", "zoe", "mill", Level.SPONSOR, reason, bootstrap=True),
        Code.REASON_NEEDED,
    )


@pytest.mark.parametrize("skill", ["lasr", "", "'; DROP TABLE grants;--", "\udcff", "LASER"])
def test_a_skill_that_is_not_there_is_told(here, skill):
    answer = refused(grants.give(here.desk, "zoe", "ada", skill, Level.TRAINEE, "x"), Code.UNKNOWN_SKILL)
    assert answer.facts["known"] == ("laser", "mill")
    refused(grants.revoke(here.desk, "zoe", "ada", skill, "x"), Code.UNKNOWN_SKILL)
    refused(grants.listed(here.desk, skill=skill), Code.UNKNOWN_SKILL)


def test_a_member_who_is_not_there_is_told(here):
    refused(grants.give(here.desk, "zoe", "nobody", "laser", Level.TRAINEE, "x"), Code.UNKNOWN_MEMBER)
    refused(grants.revoke(here.desk, "zoe", "nobody", "laser", "x"), Code.UNKNOWN_MEMBER)
    refused(grants.listed(here.desk, "nobody"), Code.UNKNOWN_MEMBER)


# --- by a sponsor -----------------------------------------------------------------------------


def test_a_sponsor_brings_others_up_to_autonomous_on_their_skill(here):
    here.grant("ada", "laser", Level.SPONSOR)
    here.grant("bob", "laser", Level.TRAINEE, by="ada")
    here.grant("bob", "laser", Level.AUTONOMOUS, by="ada")
    assert level(here, "bob") is Level.AUTONOMOUS
    refused(grants.give(here.desk, "ada", "bob", "laser", Level.SPONSOR, "x"), Code.NOT_ALLOWED)


def test_a_sponsor_gives_only_what_they_hold(here):
    here.grant("ada", "laser", Level.SPONSOR)
    answer = refused(grants.give(here.desk, "ada", "bob", "mill", Level.TRAINEE, "x"), Code.NOT_HELD)
    assert answer.facts["skill"] == "mill"
    assert answer.facts["sponsors"] == ()
    refused(grants.give(here.desk, "bob", "ada", "laser", Level.TRAINEE, "x"), Code.NOT_HELD)


def test_a_refusal_names_sponsors_who_agreed_to_be_named(here):
    here.member("carl")
    here.grant("ada", "laser", Level.SPONSOR)
    here.grant("carl", "laser", Level.SPONSOR)
    answer = refused(grants.give(here.desk, "bob", "zoe", "laser", Level.TRAINEE, "x"), Code.NOT_HELD)
    assert answer.facts["sponsors"] == ("Ada Lovelace",)
    assert answer.facts["by"] == "Bob"
    here.suspend("ada")
    answer = refused(grants.give(here.desk, "bob", "zoe", "laser", Level.TRAINEE, "x"), Code.NOT_HELD)
    assert answer.facts["sponsors"] == ()


def test_a_sponsor_whose_right_ran_out_or_who_is_suspended_gives_nothing(here, clock):
    here.grant("ada", "laser", Level.SPONSOR, until_ms=NOON + DAY)
    here.suspend("ada")
    refused(grants.give(here.desk, "ada", "bob", "laser", Level.TRAINEE, "x"), Code.SUSPENDED_MEMBER)
    done(members.lift(here.desk, "zoe", "ada", "paid"))
    clock.wall_ms += DAY + 1
    refused(grants.give(here.desk, "ada", "bob", "laser", Level.TRAINEE, "x"), Code.NOT_HELD)


def test_setting_the_clock_back_brings_no_right_back(here, clock):
    here.grant("ada", "laser", Level.SPONSOR, until_ms=NOON + DAY)
    clock.wall_ms += 2 * DAY
    here.member("carl")  # a record made while the clock was right
    clock.wall_ms, clock.synced = NOON, False
    refused(grants.give(here.desk, "ada", "bob", "laser", Level.TRAINEE, "x"), Code.NOT_HELD)


def test_a_sponsor_lowers_and_revokes_only_what_they_gave(here):
    here.grant("ada", "laser", Level.SPONSOR)
    here.grant("bob", "laser", Level.AUTONOMOUS)
    refused(grants.give(here.desk, "ada", "bob", "laser", Level.TRAINEE, "x"), Code.NOT_ALLOWED)
    refused(grants.revoke(here.desk, "ada", "bob", "laser", "x"), Code.NOT_ALLOWED)
    here.member("carl")
    here.grant("carl", "laser", Level.AUTONOMOUS, by="ada")
    done(grants.give(here.desk, "ada", "carl", "laser", Level.TRAINEE, "x"))
    done(grants.revoke(here.desk, "ada", "carl", "laser", "x"))
    assert level(here, "carl") is Level.NONE


# --- revoked ----------------------------------------------------------------------------------


def test_a_revocation_names_the_grant_that_it_saw_and_a_new_grant_the_revocation(here):
    given = done(grants.give(here.desk, "zoe", "ada", "laser", Level.TRAINEE, "x")).record
    again = done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x")).record
    assert here.last().body.supersedes == (str(given),)
    revoked = done(grants.revoke(here.desk, "zoe", "ada", "laser", "accident"))
    assert here.last().body == GrantRevoked(ident(here, "ada"), "laser", ident(here, "zoe"), (str(again),))
    assert (revoked.facts["was"], revoked.facts["level"]) == ("autonomous", "none")
    here.grant("ada", "mill", Level.TRAINEE)
    assert here.last().body.supersedes == ()
    here.grant("bob", "laser", Level.TRAINEE)
    assert here.last().body.supersedes == ()
    here.grant("ada", "laser", Level.TRAINEE)
    assert here.last().body.supersedes == (str(revoked.record),)


class Meanwhile:
    """A disk on which, before the first write, another manager has done something."""

    def __init__(self, deed):
        self.deed = deed
        self.answers = []

    def before_write(self):
        if not self.answers:
            self.answers.append(None)
            self.answers[0] = done(self.deed())


@pytest.mark.parametrize("held", [True, False])
def test_a_revocation_made_while_a_grant_waited_for_its_turn_is_seen(here, held):
    if held:
        here.grant("ada", "laser", Level.TRAINEE)

    def give_and_take_away():
        if not held:
            here.grant("ada", "laser", Level.TRAINEE)
        return grants.revoke(here.desk, "zoe", "ada", "laser", "accident")

    medium = Meanwhile(give_and_take_away)
    with Store(here.desk.settings.gate.state, medium).writer() as writer:
        desk = replace(here.desk, writer=writer)
        done(grants.give(desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x"))
    assert here.last().body.supersedes == (str(medium.answers[0].record),)


def test_revoking_nothing_is_told(here):
    refused(grants.revoke(here.desk, "zoe", "ada", "laser", "x"), Code.NOTHING_TO_DO)


def test_a_grant_on_a_skill_that_left_the_configuration_can_be_revoked(here):
    here.grant("ada", "laser", Level.AUTONOMOUS)
    skills = {name: skill for name, skill in here.desk.settings.skills.items() if name != "laser"}
    desk = replace(here.desk, settings=replace(here.desk.settings, skills=skills))
    done(grants.revoke(desk, "zoe", "ada", "laser", "machine sold"))
    refused(grants.revoke(desk, "zoe", "ada", "laser", "again"), Code.UNKNOWN_SKILL)


# --- the first sponsor ------------------------------------------------------------------------


def test_the_first_manager_names_a_skills_first_sponsor_themselves_included(here):
    answer = done(grants.give(here.desk, "zoe", "zoe", "laser", Level.SPONSOR, "built it", bootstrap=True))
    zoe = ident(here, "zoe")
    assert here.last().body == GrantGiven(zoe, "laser", "sponsor", zoe, bootstrap=True)
    assert answer.facts["level"] == "sponsor"
    assert level(here, "zoe") is Level.SPONSOR
    done(grants.give(here.desk, "zoe", "ada", "mill", Level.SPONSOR, "built it", bootstrap=True))
    assert level(here, "ada", "mill") is Level.SPONSOR


def test_the_bootstrap_is_closed_while_a_skill_has_a_sponsor_suspended_or_not(here):
    here.grant("ada", "laser", Level.SPONSOR)
    answer = refused(
        grants.give(here.desk, "zoe", "zoe", "laser", Level.SPONSOR, "x", bootstrap=True),
        Code.BOOTSTRAP_CLOSED,
    )
    assert answer.facts["sponsors"] == ("Ada Lovelace",)
    here.suspend("ada")
    refused(
        grants.give(here.desk, "zoe", "zoe", "laser", Level.SPONSOR, "x", bootstrap=True),
        Code.BOOTSTRAP_CLOSED,
    )


def test_the_bootstrap_is_for_the_first_manager_alone(here):
    here.role("bob", Role.MANAGER)
    answer = refused(
        grants.give(here.desk, "bob", "ada", "laser", Level.SPONSOR, "x", bootstrap=True), Code.NOT_ALLOWED
    )
    assert answer.facts["needs"] == "first_manager"
    done(roles.revoke(here.desk, "bob", "zoe", Role.MANAGER, "x"))
    refused(
        grants.give(here.desk, "zoe", "zoe", "laser", Level.SPONSOR, "x", bootstrap=True), Code.NOT_ALLOWED
    )
    done(roles.give(here.desk, "bob", "zoe", Role.MANAGER, "back"))
    refused(
        grants.give(here.desk, "zoe", "zoe", "laser", Level.SPONSOR, "x", bootstrap=True), Code.NOT_ALLOWED
    )


def test_the_journal_alone_tells_every_grant(here):
    here.grant("ada", "laser", Level.SPONSOR)
    kinds = [type(entry.body) for entry in here.entries()[-3:]]
    assert kinds == [MemberAdded, GrantGiven, GrantGiven]
    assert MemberEdited not in kinds


def test_grants_are_listed_by_skill_the_highest_first(here):
    here.grant("bob", "laser", Level.TRAINEE)
    here.grant("ada", "laser", Level.SPONSOR)
    here.grant("bob", "mill", Level.TRAINEE)
    listed = [(shown.grant.skill, shown.holder.handle) for shown in grants.listed(here.desk)]
    assert listed == [("laser", "ada"), ("laser", "bob"), ("mill", "bob")]
    assert len(grants.listed(here.desk, skill="laser")) == 2


# --- history ------------------------------------------------------------------------------------


def test_the_history_of_a_grant_names_who_when_where_why_and_what_took_its_place(here):
    here.member("dee")
    here.grant("dee", "laser", Level.TRAINEE)
    done(grants.revoke(here.desk, "zoe", "dee", "laser", "left it running"))
    here.grant("dee", "mill", Level.TRAINEE)
    given, taken = history.of_grants(here.desk, "dee", "laser")
    assert (given.what.level, given.beside["reason"], given.gate) == ("trainee", "ready", "gate1")
    assert given.what.by == ident(here, "zoe")
    assert (taken.beside["reason"], taken.over) == ("left it running", None)
    assert (given.over, given.at.wall_ms) == (taken.record, NOON)
    several = history.of_grants(here.desk, "dee")
    assert [line.what.skill for line in several] == ["laser", "laser", "mill"]
    assert history.of_grants(here.desk, "dee", "plasma") == ()
    refused(history.of_grants(here.desk, "nobody"), Code.UNKNOWN_MEMBER)


def test_a_grant_supersedes_all_that_counted_before_it(here):
    dee = here.member("dee")
    here.grant("dee", "laser", Level.TRAINEE)
    body = encode(Draft(here.clock.now(), GrantRevoked(dee, "laser", "m-hub")))
    elsewhere = RecordId(Origin("openfab/hub/e0000001"), 7)
    with here.desk.writer.write() as pen:
        rights.take(pen, elsewhere, bytes(32), body)
    assert roster.grants(here.desk.conn, dee) == ()
    here.grant("dee", "laser", Level.AUTONOMOUS)
    assert len(here.last().body.supersedes) == 2
    assert str(elsewhere) in here.last().body.supersedes
    assert [one.level for one in roster.grants(here.desk.conn, dee)] == [Level.AUTONOMOUS]
