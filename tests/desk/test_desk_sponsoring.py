"""What a sponsor has before them: whose duty is theirs, what they could sign, what they may do next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from newcomers import LASER, SKILLS, done, refused

from fabgate.charter import Granter
from fabgate.desk import proposals, sponsoring, sponsors
from fabgate.desk.stamp import Step
from fabgate.model import Code, Level, SkillId


@pytest.fixture
def here(lab_of_newcomers):
    return lab_of_newcomers


def names(several):
    return [one.member.handle for one in several]


def overview(here, by="bob"):
    return sponsoring.overview(here.desk, by)


def laser(here, whom="ada", by="bob"):
    found = sponsoring.learner(here.desk, by, whom)
    return next(one for one in found.skills if one.stamp.skill.id == "laser")


def may(one):
    return [name for name in ("begin", "propose", "give", "renew", "withdraw") if getattr(one, name)]


def test_newcomers_stand_by_whose_duty_they_are(here):
    for handle in ("mia", "noa"):
        here.member(handle, handle.title())
        here.gift(handle, "laser", Level.TRAINEE)
    done(sponsors.assign(here.desk, "zoe", "ada", "bob"))
    done(sponsors.assign(here.desk, "zoe", "mia", "eve"))
    found = overview(here)
    assert (names(found.mine), names(found.free), names(found.others)) == (["ada"], ["noa"], ["mia"])


def test_of_a_trainee_a_sponsor_sees_only_what_they_could_sign(here):
    here.gift("ada", "print", Level.TRAINEE)
    done(sponsors.assign(here.desk, "zoe", "ada", "bob"))
    (ada,) = overview(here).mine
    assert [one.skill.id for one in ada.skills] == ["laser"]
    assert len(ada.newcomer.skills) == 2
    assert {one.stamp.skill.id for one in sponsoring.learner(here.desk, "bob", "ada").skills} == {"laser"}
    assert {one.stamp.skill.id for one in sponsoring.learner(here.desk, "zoe", "ada").skills} == set(SKILLS)


def test_whom_a_sponsor_cannot_sign_for_is_not_among_the_others(here):
    here.member("kim", "Kim")
    here.gift("kim", "print", Level.TRAINEE)
    done(sponsors.assign(here.desk, "zoe", "kim", "eve"))
    assert "kim" not in names(overview(here).others)
    assert "kim" in names(overview(here, "zoe").others)


def test_a_sponsors_own_proposals_wait(here):
    done(proposals.propose(here.desk, "eve", "ada", "laser", "ready"))
    assert overview(here).waiting == ()
    assert [one.proposal.skill for one in overview(here, "eve").waiting] == ["laser"]


def test_sessions_that_were_stood_beside_are_counted(here):
    here.session("ada", 30, sponsor="bob")
    assert (overview(here).sessions, overview(here, "eve").sessions) == (1, 0)


def test_a_sponsor_proposes_where_managers_give_and_a_manager_gives(here):
    here.ready("ada")
    assert (laser(here).stamp.next, may(laser(here))) == (Step.PROPOSE, ["propose"])
    assert may(laser(here, by="zoe")) == ["give"]


def test_a_sponsor_gives_where_the_lab_leaves_it_to_sponsors(here):
    lasers = replace(LASER, granted_by=Granter.SPONSOR)
    here.ruled(skills={**SKILLS, SkillId("laser"): lasers})
    here.ready("ada")
    assert (laser(here).stamp.next, may(laser(here))) == (Step.GIVE, ["give"])


def test_an_autonomous_member_may_sign_and_neither_give_nor_let_begin(here):
    here.member("kim", "Kim")
    here.gift("kim", "laser", Level.AUTONOMOUS)
    here.member("noa", "Noa")
    assert may(laser(here, "noa", by="kim")) == []
    assert may(laser(here, "noa")) == ["begin"]
    assert laser(here, "ada", by="kim").signs
    assert overview(here, "kim").teaches == ()
    assert overview(here).teaches == ("laser",)


def test_only_who_proposed_may_take_it_back(here):
    done(proposals.propose(here.desk, "bob", "ada", "laser", "ready"))
    assert may(laser(here)) == ["withdraw"]
    assert may(laser(here, by="eve")) == []


def test_nobody_sees_themselves_and_nobody_sees_a_stranger(here):
    refused(sponsoring.learner(here.desk, "bob", "bob"), Code.NOT_TO_YOURSELF)
    refused(sponsoring.learner(here.desk, "bob", "nobody"), Code.UNKNOWN_MEMBER)


def test_who_is_suspended_is_barred(here):
    from fabgate.desk import members

    done(members.suspend(here.desk, "zoe", "ada", "late"))
    assert sponsoring.learner(here.desk, "bob", "ada").barred
