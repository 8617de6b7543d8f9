"""Newcomers, proposals, grants to look at again and whom to write to, as a fab manager sees them."""

from __future__ import annotations

import pytest
from board_lab import opened
from people_lab import Office, read, ruled

from fabgate.model import Level
from fabgate.store import people, roster
from fabgate.store.db import Store

WAITING = "/trainees/proposals"
FLAGGED = "/trainees/flagged"


@pytest.fixture
def lab(tmp_path):
    return ruled(tmp_path)


@pytest.fixture
def office(lab):
    with opened(lab) as board:
        yield Office(board)


def level(lab, handle="ada"):
    with Store(lab.settings.gate.state).reader() as reader:
        grants = roster.grants(reader.conn, roster.member(reader.conn, handle).id)
        return grants[0].level if grants else Level.NONE


def proposals(lab):
    with Store(lab.settings.gate.state).reader() as reader:
        return people.proposals(reader.conn)


def test_who_has_no_sponsor_is_shown_first_with_the_way_to_name_one(lab, office):
    page = office.board.get("/trainees")
    assert "needs a sponsor" in read(page)
    assert 'href="/members/ada/standing"' in page
    lab.done("sponsors assign ada bob --by zoe")
    assert "No newcomer needs anything now." in office.board.get("/trainees")
    assert "Bob Noyce looks after them." in read(office.board.get("/trainees?all=yes"))


def test_a_proposal_is_given_on_the_word_of_whoever_made_it(lab, office):
    lab.shown()
    lab.session(40)
    lab.session(40)
    lab.done('grant propose ada laser --by bob --reason "three <b>good</b> sessions"')
    office.arrive()
    page = office.board.get(WAITING)
    assert "three <b>good</b> sessions" in read(page)
    assert "<b>good" not in page
    office.do(WAITING, "approve")
    assert level(lab) is Level.AUTONOMOUS
    assert "Nothing waits." in office.board.get(WAITING)


def test_what_is_missing_is_told_before_and_has_to_be_stood_for(lab, office):
    lab.done('grant propose ada laser --by bob --reason "she is ready"')
    assert "Still missing: sessions 0 of 2" in read(office.board.get(WAITING))
    page = office.do(WAITING, "approve", 409, reason="I trust Bob")
    assert "Not complete yet" in read(page)
    assert 'value="I trust Bob"' in page
    office.do(WAITING, "approve", reason="I trust Bob", waive="yes")
    assert level(lab) is Level.AUTONOMOUS


def test_a_proposal_is_refused_with_a_reason(lab, office):
    lab.done('grant propose ada laser --by bob --reason "she is ready"')
    assert "Please say why." in office.do(WAITING, "refuse", 409)
    office.do(WAITING, "refuse", reason="not the mirrors yet")
    assert proposals(lab) == ()
    assert level(lab) is Level.TRAINEE


def test_a_proposal_that_was_decided_meanwhile_is_not_decided_again(lab, office):
    lab.done('grant propose ada laser --by bob --reason "she is ready"')
    form = office.open(WAITING, "approve")
    lab.done('grant refuse ada laser --by zoe --reason "not yet"')
    lab.done('grant propose ada laser --by bob --reason "and now?"')
    page = office.press(WAITING, form | {"deed": "approve"}, 409, waive="yes", reason="old news")
    assert "Somebody changed this" in page
    assert level(lab) is Level.TRAINEE


@pytest.mark.parametrize(
    ("forged", "status"),
    [
        ({"member": "nobody"}, 409),
        ({"skill": "nothing"}, 409),
        ({"deed": "bless"}, 422),
        ({"until": "soon"}, 422),
        ({"member": "<script>alert(1)</script>", "seen": ""}, 409),
    ],
)
def test_a_forged_decision_changes_nothing(lab, office, forged, status):
    lab.done('grant propose ada laser --by bob --reason "she is ready"')
    form = office.open(WAITING, "approve") | {"deed": "approve", "waive": "yes", "reason": "x"} | forged
    assert "<script>alert" not in office.press(WAITING, form, status)
    assert level(lab) is Level.TRAINEE


def test_a_grant_of_a_fallen_sponsor_is_looked_at_again(lab, office):
    lab.done("grant give ada laser --level autonomous --waive --by zoe --reason hm")
    lab.done('grant revoke ada laser --by zoe --reason "anew"')
    lab.done("grant give ada laser --level trainee --by bob --reason start")
    lab.done('grant propose ada laser --by bob --reason "ready"')
    lab.done('grant approve ada laser --waive --by zoe --reason "on Bob\'s word"')
    lab.done('member suspend bob --by zoe --reason "smoke"')
    page = office.board.get(FLAGGED)
    assert "It rests on the word of Bob Noyce, who was suspended" in read(page)
    form = office.open(FLAGGED, "review")
    assert "Please say why." in office.press(FLAGGED, form, 409)
    office.do(FLAGGED, "review", reason="saw her work")
    assert "Nothing is to be looked at again." in office.board.get(FLAGGED)
    assert level(lab) is Level.AUTONOMOUS


@pytest.mark.parametrize("days", ["", "400", "-1", "x", "99999", "9" * 40])
def test_notices_look_ahead_as_far_as_they_are_asked(lab, office, days):
    lab.done("paper file ada dues --until 2027-08-31 --by zoe")
    text = read(office.board.get(f"/trainees/notices?days={days}"))
    assert ("31 Aug 2027" in text) == (days in ("400", "99999"))
