"""Who acts: `--by`, the login behind it, and what proves the one by the other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from first_day import DAY, NOON, done

from fabgate.charter import Charter, Skill
from fabgate.desk import held, machines, members, who
from fabgate.desk.members import Details
from fabgate.model import Code, Denied, Level, MachineId, MachineRules, Moment, SkillId
from fabgate.records import ClockSynced, Draft, MachineLocked, MemberAdded
from fabgate.rules.terms import plus_months
from fabgate.store import roster
from fabgate.store.roster import Asked


def lock(desk, by=None):
    return machines.lock(desk, by, "cutter", "smoke")


def test_a_login_acts_as_its_member(here):
    done(lock(here.as_login("zdupont")))
    body = here.last().body
    assert isinstance(body, MachineLocked)
    assert body.by == roster.member(here.desk.conn, "zoe").id


def test_by_may_name_the_member_of_the_login(here):
    done(lock(here.as_login("zdupont"), by="zoe"))


def test_by_may_not_name_somebody_else(here):
    here.member("ada", "Ada Lovelace")
    answer = lock(here.as_login("zdupont"), by="ada")
    assert isinstance(answer, Denied)
    assert answer.code is Code.NOT_YOUR_LOGIN
    assert answer.facts["login"] == "zdupont"
    assert answer.facts["by"] == "Ada Lovelace"
    assert answer.facts["handle"] == "zoe"
    assert answer.facts["contact"] == "desk@example.org"


@pytest.mark.parametrize("login", [None, "root", "", "zoe", "ZDUPONT", "zdupont ", "\udcff"])
@pytest.mark.parametrize("by", [None, "zoe"])
def test_a_login_that_no_member_has_acts_as_nobody(here, login, by):
    answer = lock(here.as_login(login), by)
    assert isinstance(answer, Denied)
    assert answer.code is Code.NO_LOGIN


def test_a_member_without_a_login_is_not_reached_by_a_login_of_nothing(here):
    here.member("ada")
    answer = lock(here.as_login(""))
    assert isinstance(answer, Denied)
    assert answer.code is Code.NO_LOGIN


def test_where_it_is_claimed_by_is_believed(here):
    here.member("ada")
    done(lock(here.desk, by="ada"))
    assert here.said_beside() == {"login": "oslogin", "reason": "smoke"}


def test_where_it_is_claimed_the_login_stands_in_for_by(here):
    done(lock(replace(here.desk, login="zdupont")))
    assert here.last().body.by == roster.member(here.desk.conn, "zoe").id


def test_where_it_is_claimed_somebody_must_act(here):
    answer = lock(here.desk)
    assert isinstance(answer, Denied)
    assert answer.code is Code.NOT_ALLOWED
    assert answer.facts["option"] == "--by"


@pytest.mark.parametrize("proof", ["login", "claimed"])
def test_an_unknown_by_is_told_with_what_is_near(here, proof):
    here.member("adalbert")
    desk = replace(here.desk, login="zdupont", settings=replace(here.desk.settings, proof=proof))
    answer = lock(desk, by="adalbrt")
    assert isinstance(answer, Denied)
    assert answer.code is Code.UNKNOWN_MEMBER
    assert answer.facts["handle"] == "adalbrt"
    assert answer.facts["near"] == ("adalbert",)


@pytest.mark.parametrize("by", ["", "'; DROP TABLE people; --", "\udcff", "a\nb", "\u202eeoz", "👩‍🔧"])
def test_any_text_may_be_asked_for_and_nothing_breaks(here, by):
    answer = lock(here.desk, by=by)
    assert isinstance(answer, Denied)
    assert answer.code is Code.UNKNOWN_MEMBER
    assert [member.handle for member in members.listed(here.desk)] == ["zoe"]


def test_a_member_goes_by_their_id_too(here):
    done(lock(here.desk, by=here.member("ada")))


def test_a_suspended_member_does_nothing_and_nothing_is_written(here):
    here.member("ada")
    here.suspend("ada")
    before = here.entries()
    answer = lock(here.desk, by="ada")
    assert isinstance(answer, Denied)
    assert answer.code is Code.SUSPENDED_MEMBER
    assert answer.facts["since_ms"] == NOON
    assert here.entries() == before


def test_a_refusal_names_the_managers_who_agreed_to_be_named(here):
    here.member("ada")
    answer = machines.unlock(here.desk, "ada", "cutter")
    assert answer.facts["managers"] == ()
    done(members.edit(here.desk, "zoe", "zoe", Details(nameable=True)))
    answer = machines.unlock(here.desk, "ada", "cutter")
    assert answer.facts["managers"] == ("Zoé Dupont",)
    assert answer.facts["needs"] == "maintainer"


def test_no_body_holds_a_name_a_login_or_a_reason(here):
    here.member("ada", "Ada Lovelace", login="alove")
    here.grant("ada", "laser", Level.SPONSOR)
    here.suspend("ada")
    bodies = "\n".join(row[0] for row in here.desk.conn.execute("SELECT body FROM journal"))
    for secret in ("ada", "Ada", "alove", "oslogin", "unpaid", "ready", "Dupont"):
        assert secret not in bodies


def test_with_an_unsynced_clock_dates_are_counted_from_the_latest_time_known(here):
    here.desk.writer.checkpoint()
    with here.desk.writer.write() as pen:
        pen.append(Draft(Moment("boot", 5, NOON + DAY, True), ClockSynced()))
    behind = Moment("other", 0, 1_000, False)
    assert who.today_ms(here.desk.conn, behind) == NOON + DAY
    assert who.today_ms(here.desk.conn, replace(behind, wall_ms=NOON + 2 * DAY)) == NOON + 2 * DAY
    assert who.today_ms(here.desk.conn, replace(behind, wall_ms=NOON, synced=True)) == NOON


def test_a_lapsed_managers_grant_is_no_right_to_teach_any_more(here, clock):
    here.member("ada")
    here.member("bob")
    here.grant("ada", "laser", Level.SPONSOR, until_ms=NOON + DAY)
    member = roster.member(here.desk.conn, "ada")
    skills = here.desk.settings.skills
    for today, level in ((NOON + DAY, Level.SPONSOR), (NOON + DAY + 1, Level.TRAINEE)):
        assert who.actor(here.desk.conn, skills, member, today).level("laser") is level


@pytest.mark.parametrize("level", [Level.TRAINEE, Level.AUTONOMOUS, Level.SPONSOR])
def test_the_desk_and_a_machine_agree_on_what_is_left_of_a_grant_r8(here, level):
    ada = here.member("ada")
    here.grant("ada", "laser", level, until_ms=NOON + 40 * DAY)
    here.grant("ada", "mill", level)
    skills = {
        SkillId("laser"): Skill(SkillId("laser"), "Laser"),
        SkillId("mill"): Skill(SkillId("mill"), "Mill", valid_months=2, unused_months=1),
    }
    ends = [NOON + 40 * DAY, plus_months(NOON, 1)]
    for skill in skills:
        cutter = MachineRules(MachineId("cutter"), skill, "Cutter")
        for today in (NOON, *(end + step for end in ends for step in (-1, 0, 1))):
            asked = Asked(today, Charter(skills))
            at_machine = roster.standing_of(here.desk.conn, ada, cutter, asked)
            here_at = held.on(here.desk.conn, skills, ada, skill, today)
            lapsed_ms = None if here_at.lapsed is None else here_at.lapsed.ms
            assert (at_machine.level, at_machine.lapsed_ms) == (here_at.level, lapsed_ms)


def test_near_names_are_few_and_the_nearest_comes_first():
    assert who.near("ADAM", ["zoe", "adam", "bob", "adan"]) == ("adam", "adan")


def test_in_a_very_large_lab_near_is_looked_for_among_those_that_begin_alike(here):
    with here.desk.writer.write() as pen:
        for number in range(2001):
            beside = json.dumps({"handle": f"b{number}", "name": "B"})
            pen.append(Draft(here.desk.clock.now(), MemberAdded(f"m-{number}", "z")), beside=beside)
    here.member("adalbert")
    assert who.find(here.desk.conn, "adalbrt").facts["near"] == ("adalbert",)
    assert who.find(here.desk.conn, "\U0010ffff").facts["near"] == ()
