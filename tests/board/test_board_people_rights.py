"""What a fab manager gives and takes at the board: levels, evidence, papers, suspensions, roles, sponsors."""

from __future__ import annotations

import re

import pytest
from board_lab import opened
from cli_lab import Floor
from newcomers_lab import EVE
from people_lab import Office, read, ruled

from fabgate.model import Level, Role
from fabgate.rules.viewing import Way
from fabgate.store import people, roster
from fabgate.store.db import Store

LASER = "/members/ada/skills/laser"
STANDING = "/members/ada/standing"
PAPERS = "/members/ada/papers"
SIGN_IN = "/members/ada/sign-in"


@pytest.fixture
def lab(tmp_path):
    return ruled(tmp_path)


@pytest.fixture
def office(lab):
    with opened(lab) as board:
        yield Office(board)


class Books:
    """What the books say of Ada."""

    def __init__(self, lab):
        with Store(lab.settings.gate.state).reader() as reader:
            conn = reader.conn
            self.member = roster.member(conn, "ada")
            self.levels = {one.skill: one.level for one in roster.grants(conn, self.member.id)}
            self.roles = [(one.role, one.machine) for one in roster.roles(conn, self.member.id)]
            self.papers = people.filed(conn, self.member.id)
            self.duty = people.duty(conn, self.member.id)
            self.seen = [one.item for one in people.evidence(conn, self.member.id, "laser")]
            self.holds = people.skill_holds(conn, self.member.id)


# --- levels and evidence ------------------------------------------------------------------------


def test_what_is_missing_keeps_a_level_back_until_somebody_stands_for_it(lab, office):
    page = office.do(LASER, "give", 409, level="autonomous", reason="trust me")
    assert "Not complete yet for Ada Lovelace" in read(page)
    assert "Missing: sessions 0 of 2, minutes 0 of 60, start-up, e-stop" in read(page)
    assert "quiz safety: 0 of 80 points, challenge coins." in read(page)
    assert 'value="trust me"' in page
    assert Books(lab).levels == {"laser": Level.TRAINEE}
    office.do(LASER, "give", level="autonomous", reason="saw her at our other lab", waive="yes")
    assert Books(lab).levels == {"laser": Level.AUTONOMOUS}


def test_a_level_is_not_given_without_a_reason(lab, office):
    page = office.do("/members/ada/skills/router", "give", 409, level="trainee", reason=" ")
    assert "Please say why." in page
    assert "--reason" not in page
    assert "router" not in Books(lab).levels


def test_who_decides_second_is_told_what_is_so_now(lab, office):
    lab.shown()
    lab.session(40)
    lab.session(40)
    office.arrive()
    form = office.open(LASER, "give")
    lab.done('grant give ada laser --level autonomous --by zoe --reason "AG"')
    lab.done('grant give ada laser --level sponsor --by zoe --reason "AG too"')
    page = office.press(LASER, form, 409, level="trainee", reason="as I saw it")
    assert "Somebody changed this since you opened the page." in page
    assert 'value="as I saw it"' in page
    assert Books(lab).levels["laser"] is Level.SPONSOR


def test_a_level_that_was_taken_flags_what_rests_on_it(lab, office):
    lab.done('grant propose ada laser --by bob --reason "ready"')
    lab.done('grant approve ada laser --waive --by zoe --reason "on his word"')
    page = office.do("/members/bob/skills/laser", "revoke", reason="left it running")
    assert "Bob Noyce, Laser cutting: taken away. Resting on their word: 1" in read(page)
    page = office.do(LASER, "review", reason="saw her work")
    assert "Ada Lovelace keeps Laser cutting." in read(page)


def test_what_was_seen_is_noted_struck_out_and_counted(lab, office):
    office.press(LASER, office.open(LASER, "note", "e-stop"))
    form = office.open(LASER, "note", 'value="quiz"')
    assert "85 points" in read(office.press(LASER, form, score="85"))
    form = office.open(LASER, "note", 'value="challenge"')
    office.press(LASER, form, ref="album/coins.jpg")
    assert sorted(Books(lab).seen) == ["coins", "e-stop", "safety"]
    form = office.open(LASER, "strike", 'value="e-stop"')
    assert "Please say why." in office.press(LASER, form, 409)
    form = office.open(LASER, "strike", 'value="e-stop"')
    office.press(LASER, form, reason="was somebody else")
    assert sorted(Books(lab).seen) == ["coins", "safety"]


@pytest.mark.parametrize("score", ["", "-1", "1e9", "1000001", "NaN", "８５", "9" * 30])
def test_points_that_are_none_are_refused_and_nothing_is_noted(lab, office, score):
    form = office.open(LASER, "note", 'value="quiz"')
    office.press(LASER, form, 409 if not score else 422, score=score)
    assert Books(lab).seen == []


@pytest.mark.parametrize(
    ("forged", "status"),
    [
        ({"what": "session", "item": "x"}, 422),
        ({"what": "tick", "item": "<script>alert(1)</script>"}, 409),
        ({"what": "tick", "item": ""}, 409),
        ({"deed": "erase"}, 422),
        ({"deed": "give", "level": "manager", "reason": "x"}, 422),
        ({"deed": "give", "level": "none", "reason": "x"}, 422),
        ({"deed": "give", "level": "trainee", "reason": "x", "until": "2026-13-41"}, 422),
        ({"deed": "suspend", "cause": "envy", "reason": "x"}, 422),
        ({"deed": "suspend", "cause": "safety", "reason": "x", "hours": "-3"}, 422),
        ({"deed": "suspend", "cause": "safety", "reason": "x", "hours": "3", "until": "2027-01-01"}, 422),
    ],
)
def test_a_forged_form_changes_nothing_and_has_a_way_back(lab, office, forged, status):
    form = office.open(LASER, "note", "e-stop")
    page = office.press(LASER, form | forged, status)
    assert "<script>alert" not in page
    assert 'href="/members/ada/badges"' in page
    books = Books(lab)
    assert (books.seen, books.levels, books.holds) == ([], {"laser": Level.TRAINEE}, {})


def test_a_suspension_of_a_skill_is_given_with_its_end_and_lifted(lab, office):
    office.do(LASER, "suspend", reason="smoke", cause="safety", hours="72")
    (hold,) = Books(lab).holds.values()
    assert (hold.cause, hold.until_ms - hold.since_ms) == ("safety", 72 * 3_600_000)
    assert "Suspended on this skill" in read(office.board.get(LASER))
    office.do(LASER, "lift", reason="talked it over")
    assert Books(lab).holds == {}


def test_a_skill_that_the_rules_dropped_can_still_be_taken_away(lab, office):
    skills = dict(lab.settings.skills)
    del skills["laser"]
    object.__setattr__(office.board.house.given, "skills", skills)
    assert "do not know this skill any more" in office.board.get(LASER)
    office.do(LASER, "revoke", reason="the laser is sold")
    assert Books(lab).levels == {}


# --- standing -----------------------------------------------------------------------------------


def test_who_is_suspended_opens_nothing_at_the_next_tap(lab, office):
    for paper in ("dues", "waiver"):
        lab.done(f"paper file ada {paper} --by zoe")
    office.do(STANDING, "suspend", reason="left the laser alone", cause="safety", until="2026-12-31")
    floor = Floor(lab)
    floor.tap("laser", EVE)
    assert floor.relay("laser") == "off"
    assert "since 24 Oct 2026" in read(office.board.get(STANDING))
    office.do(STANDING, "lift", reason="talked it over")
    assert Books(lab).member.suspended_ms is None


def test_the_keys_are_given_with_the_minutes_of_the_board_only(lab, office):
    assert "Please say why." in office.do(STANDING, "status", 409, status="autonomous")
    page = office.do(STANDING, "status", status="autonomous", reason="AG 2026-11-20, 4")
    assert "Ada Lovelace is now: autonomous." in read(page)


def test_a_sponsor_who_leaves_leaves_newcomers_to_somebody_else(lab, office):
    lab.done("sponsors assign ada bob --by zoe")
    page = office.do("/members/bob/standing", "status", status="left")
    assert "Their newcomers need somebody else" in read(page)
    assert "Bob Noyce cannot look after them any more" in read(office.board.get("/trainees"))


def test_the_last_manager_stays(lab, office):
    form = office.open("/members/zoe/standing", "revoke_role")
    page = office.press("/members/zoe/standing", form, 409, reason="enough")
    assert "last manager" in read(page)
    assert "fabgate role" not in page


def test_a_role_is_given_for_a_machine_and_taken(lab, office):
    assert "which?" in office.do(STANDING, "give_role", 422, role="maintainer", reason="expert")
    office.do(STANDING, "give_role", role="maintainer", machine="laser", reason="expert")
    assert Books(lab).roles == [(Role.MAINTAINER, "laser")]
    assert "There is no machine" in read(
        office.do(STANDING, "give_role", 409, role="maintainer", machine="oven", reason="expert")
    )
    office.do(STANDING, "revoke_role", reason="moved")
    assert Books(lab).roles == []


def test_a_sponsor_is_named_by_their_handle_and_released(lab, office):
    assert "There is no member bbo" in read(office.do(STANDING, "assign", 409, sponsor="bbo"))
    page = office.do(STANDING, "assign", sponsor="bob")
    assert "Bob Noyce looks after Ada Lovelace." in read(page)
    office.do(STANDING, "release")
    assert Books(lab).duty is None


def _offered(page: str) -> list[str]:
    chosen = re.search(r'<select name="sponsor".*?</select>', page, re.DOTALL)
    return [] if chosen is None else re.findall(r'value="(\w+)"', chosen[0])


def test_a_sponsor_is_chosen_among_those_who_could_look_after_them(lab, office):
    assert _offered(office.board.get(STANDING)) == ["bob", "zoe"]
    office.do(STANDING, "assign", sponsor="bob")
    assert _offered(office.board.get(STANDING)) == ["zoe"]
    lab.done("member suspend bob --by zoe --reason late")
    assert _offered(office.board.get("/members/zoe/standing")) == []
    assert "There is nobody else to name" in read(office.board.get("/members/zoe/standing"))


def test_nobody_decides_upon_a_status_that_is_old(lab, office):
    form = office.open(STANDING, "status")
    lab.done('member status ada autonomous --by zoe --reason "AG 4"')
    assert "Somebody changed this" in office.press(STANDING, form, 409, status="guest")
    assert Books(lab).member.status.word == "autonomous"


# --- papers -------------------------------------------------------------------------------------


def test_a_paper_is_put_on_file_with_its_last_day_and_taken_off(lab, office):
    page = office.do(PAPERS, "file", paper="dues", until="2027-08-31", ref="folder 3")
    assert "the dues is on file." in read(page)
    assert "until 31 Aug 2027" in read(page)
    office.do(PAPERS, "withdraw", paper="dues", reason="not hers")
    assert Books(lab).papers == {}


def test_a_last_day_that_is_over_has_to_be_meant(lab, office):
    page = office.do(PAPERS, "file", 409, paper="dues", until="2025-08-31")
    assert "it is meant so" in page
    office.do(PAPERS, "file", paper="dues", until="2025-08-31", past="yes")
    assert "dues" in Books(lab).papers


@pytest.mark.parametrize(
    "forged", [{"paper": "passport"}, {"paper": ""}, {"paper": "<b>dues</b>"}, {"paper": "dues" * 100}]
)
def test_a_paper_that_the_lab_does_not_know_is_refused(lab, office, forged):
    page = office.press(PAPERS, office.open(PAPERS, "file") | forged, 409)
    assert "There is no" in page
    assert "<b>dues" not in page
    assert Books(lab).papers == {}


# --- who works now, who signs in how ------------------------------------------------------------


def test_who_works_now_is_told_before_anything_is_taken_from_them(lab, office):
    lab.done("grant give ada laser --level autonomous --waive --by zoe --reason hm")
    for paper in ("dues", "waiver"):
        lab.done(f"paper file ada {paper} --by zoe")
    Floor(lab).tap("laser", EVE)
    page = office.board.get(LASER)
    assert "Is working now: the laser cutter" in read(page)
    assert 'href="/machines/laser"' in page


def test_a_link_to_a_password_is_shown_once_and_stands_in_no_address(lab, office):
    page = office.do(SIGN_IN, "link")
    (link,) = re.findall(r'readonly value="([^"]*)"', page)
    assert link.startswith("https://board.lan/sign-in/link/")
    again = office.board.get(SIGN_IN)
    assert link not in again
    assert "A link waits to be used" in again
    assert link.rpartition("/")[2] not in lab.done("history ada")


def test_a_password_that_is_ended_signs_its_member_out(lab, office):
    office.do(SIGN_IN, "link")
    ada = Books(lab).member.id
    house = office.board.house
    key = house.sessions.open(ada, Way.PASSWORD, lab.clock.now().boot_ms)
    assert "is signed out" in read(office.do(SIGN_IN, "end", reason="lost her phone"))
    assert house.sessions.find(key, lab.clock.now().boot_ms) is None
    assert 'value="end"' not in office.board.get(SIGN_IN)


def test_managers_make_no_link_for_themselves(office):
    assert "your own pages" in office.board.get("/members/zoe/sign-in")
    form = office.open(SIGN_IN, "link")
    page = office.press("/members/zoe/sign-in", {**form, "seen": ""}, 409)
    assert "cannot do this for themselves" in read(page)


def test_a_token_of_somebody_else_is_not_ended_by_a_forged_form(lab, office):
    form = office.open(SIGN_IN, "link") | {"deed": "end_token", "token": "x"}
    assert "not theirs any more" in office.press(SIGN_IN, form, 409)
