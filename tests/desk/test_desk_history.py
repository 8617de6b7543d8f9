"""History (R11): every line with actor, reason and evidence, what was replaced, what ended by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from newcomers import DAY, NOON, done, refused

from fabgate.desk import evidence, grants, history, holds, machines, members, papers, proposals, sponsors
from fabgate.desk.history import RanOut
from fabgate.desk.holds import Terms
from fabgate.model import Code, Lapse, Level, Origin, RecordId
from fabgate.records import Draft, GrantRevoked, TroubleBegan, encode
from fabgate.rules.ledger import Session
from fabgate.rules.terms import plus_months
from fabgate.store import rights


@pytest.fixture
def here(lab_of_newcomers):
    return lab_of_newcomers


def told(here, name="ada", **asked):
    found = history.told(here.desk, name, **asked)
    assert isinstance(found, history.History), found
    return found


def kinds(here, name="ada", **asked):
    return [
        "ran out"
        if isinstance(one.what, RanOut)
        else "session"
        if isinstance(one.what, Session)
        else one.what.kind
        for one in told(here, name, **asked).lines
    ]


def test_every_step_of_a_newcomer_is_there_in_its_order_r11(here):
    done(sponsors.assign(here.desk, "zoe", "ada", "bob"))
    here.ready("ada")
    done(proposals.propose(here.desk, "bob", "ada", "laser", "good"))
    done(proposals.refuse(here.desk, "zoe", "ada", "laser", "not yet"))
    done(proposals.propose(here.desk, "bob", "ada", "laser", "better"))
    done(proposals.approve(here.desk, "zoe", "ada", "laser"))
    done(holds.suspend(here.desk, "zoe", "ada", "unsafe", skill="laser"))
    done(holds.lift(here.desk, "zoe", "ada", "talked", skill="laser"))
    done(evidence.strike(here.desk, "bob", "ada", "laser", "tick", "e-stop", "x"))
    done(grants.revoke(here.desk, "zoe", "ada", "laser", "left it running"))
    assert kinds(here) == [
        "member.add",
        "grant.give",
        "sponsor.assign",
        *["evidence.note"] * 4,
        "grant.propose",
        "grant.refuse",
        "grant.propose",
        "grant.give",
        "grant.approve",
        "grant.suspend",
        "grant.lift",
        "evidence.strike",
        "grant.revoke",
    ]
    last = told(here).lines[-1]
    assert (last.what.by, last.beside["reason"], last.over) == (here.id("zoe"), "left it running", None)


def test_what_was_replaced_names_what_took_its_place_r11(here):
    here.gift("ada", "laser", Level.AUTONOMOUS)
    given = [one for one in told(here).lines if one.what.kind == "grant.give"]
    assert given[0].over == given[1].record
    assert given[1].over is None


def test_what_ended_by_itself_is_a_line_without_a_record_r8_r11(here, clock):
    done(grants.give(here.desk, "zoe", "ada", "print", Level.AUTONOMOUS, "x", NOON + DAY))
    here.gift("ada", "laser", Level.AUTONOMOUS)
    done(papers.file(here.desk, "zoe", "ada", "dues", NOON + 2 * DAY))
    done(members.suspend(here.desk, "zoe", "ada", "unpaid", Terms(NOON + 3 * DAY)))
    assert "ran out" not in kinds(here)
    clock.wall_ms += 400 * DAY
    over = [one for one in told(here).lines if isinstance(one.what, RanOut)]
    assert [(one.what.of.kind, one.at.wall_ms, one.what.why, one.record) for one in over] == [
        ("grant.give", NOON + DAY, Lapse.UNTIL, None),
        ("paper.file", NOON + 2 * DAY, Lapse.UNTIL, None),
        ("member.suspend", NOON + 3 * DAY, Lapse.UNTIL, None),
        ("grant.give", plus_months(NOON, 12), Lapse.DISUSE, None),
    ]


def test_what_was_replaced_before_its_end_did_not_run_out_r11(here, clock):
    done(grants.give(here.desk, "zoe", "ada", "print", Level.AUTONOMOUS, "x", NOON + 10 * DAY))
    clock.wall_ms += 5 * DAY
    done(grants.give(here.desk, "zoe", "ada", "print", Level.AUTONOMOUS, "for good"))
    clock.wall_ms += 10 * DAY
    assert "ran out" not in kinds(here)


def test_what_ran_out_before_it_was_replaced_did_r11(here, clock):
    done(grants.give(here.desk, "zoe", "ada", "print", Level.AUTONOMOUS, "x", NOON + DAY))
    clock.wall_ms += 5 * DAY
    done(grants.give(here.desk, "zoe", "ada", "print", Level.AUTONOMOUS, "again"))
    assert kinds(here)[-3:] == ["grant.give", "ran out", "grant.give"]


def test_a_history_of_a_skill_holds_all_members_and_of_a_machine_its_locks_r11(here):
    here.gift("ada", "mill", Level.TRAINEE)
    assert {one.what.member for one in told(here, "laser").lines} == {
        here.id(one) for one in ("bob", "eve", "ada")
    }
    assert {one.what.skill for one in told(here, "laser").lines} == {"laser"}
    done(machines.lock(here.desk, "ada", "cutter", "smoke"))
    done(machines.unlock(here.desk, "zoe", "cutter", "cleaned"))
    with here.desk.writer.write() as pen:
        pen.append(Draft(here.clock.now(), TroubleBegan("cutter", "reader")))
    assert kinds(here, "cutter") == ["machine.lock", "machine.unlock", "machine.trouble"]
    assert told(here, "cutter").of == ("machine",)


def test_sessions_are_summed_or_each_a_line_r11(here):
    here.session("ada", 30, sponsor="bob")
    here.session("ada", 10)
    here.session("ada", 5, charged=False)
    here.session("bob", 20)
    sums = told(here).sums
    assert (sums.sessions, sums.supervised, sums.length_ms) == (2, 1, 40 * 60_000)
    assert "session" not in kinds(here)
    lines = [one for one in told(here, sessions=True).lines if isinstance(one.what, Session)]
    assert [one.what.sponsor for one in lines] == [here.id("bob"), None, None]
    assert told(here, "laser").sums.sessions == 3
    assert told(here, "cutter").sums.sessions == 3


def test_what_others_say_of_them_is_theirs_and_what_they_say_of_others_is_not_r11(here):
    done(sponsors.assign(here.desk, "zoe", "ada", "bob"))
    assert "sponsor.assign" in kinds(here, "bob")
    assert "sponsor.assign" not in kinds(here, "zoe")
    assert kinds(here, "zoe") == ["member.add", "role.give"]


def test_a_name_of_several_things_is_all_of_them_or_the_one_that_is_asked_for(here):
    here.member("mill")
    here.gift("ada", "mill", Level.TRAINEE)
    assert told(here, "mill").of == ("member", "skill")
    assert kinds(here, "mill") == ["member.add", "grant.give"]
    assert kinds(here, "mill", of="member") == ["member.add"]
    assert kinds(here, "mill", of="skill") == ["grant.give"]


def test_a_skill_and_a_machine_that_are_gone_keep_their_history_r11(here):
    done(machines.lock(here.desk, "ada", "cutter", "smoke"))
    here.desk = replace(here.desk, settings=replace(here.desk.settings, skills={}, machines={}))
    assert len(told(here, "laser").lines) == 5
    assert kinds(here, "cutter") == ["machine.lock"]


def test_what_was_said_at_another_gate_is_there_with_its_gate_r11(here):
    body = encode(Draft(here.clock.now(), GrantRevoked(here.id("ada"), "laser", "m-hub")))
    with here.desk.writer.write() as pen:
        rights.take(pen, RecordId(Origin("openfab/hub/e0000001"), 7), bytes(32), body)
    (found,) = [one for one in told(here).lines if isinstance(one.what, GrantRevoked)]
    assert (found.gate, found.beside) == ("hub", {})


@pytest.mark.parametrize("name", ["adda", "lasr", "cuter", "", "'; --", "\udcff", "m-"])
def test_a_name_that_nothing_bears_is_told_with_what_is_near(here, name):
    answer = refused(history.told(here.desk, name), Code.UNKNOWN_MEMBER)
    wanted = {"adda": "ada", "lasr": "laser", "cuter": "cutter"}.get(name)
    assert wanted is None or wanted in answer.facts["near"]


def test_a_name_that_is_asked_for_as_something_else_is_not_there(here):
    refused(history.told(here.desk, "ada", of="skill"), Code.UNKNOWN_SKILL)
    refused(history.told(here.desk, "ada", of="machine"), Code.UNKNOWN_MACHINE)
    refused(history.told(here.desk, "laser", of="member"), Code.UNKNOWN_MEMBER)
