"""Badges at the board: the next unknown one, live; by its number; blocked; whose they are now."""

from __future__ import annotations

import re

import pytest
from board_lab import opened
from cli_lab import STRANGER, Floor
from newcomers_lab import EVE
from people_lab import Office, read, ruled

from fabgate.board.house import House
from fabgate.board.serving import served
from fabgate.board.sessions import COOKIE
from fabgate.config.settings import BoardSettings
from fabgate.desk.tapped import WITHIN_MS
from fabgate.rules.viewing import Way
from fabgate.store import roster
from fabgate.store.db import Store

PATH = "/members/bob/badges"


@pytest.fixture
def lab(tmp_path):
    return ruled(tmp_path)


@pytest.fixture
def office(lab):
    with opened(lab) as board:
        yield Office(board)


@pytest.fixture
def floor(lab):
    return Floor(lab)


def badges(lab, handle="bob"):
    with Store(lab.settings.gate.state).reader() as reader:
        return roster.badges(reader.conn, roster.member(reader.conn, handle).id)


def taps(page):
    return re.findall(r'name="tap" value="([^"]*)"', page)


def test_a_badge_that_was_just_refused_is_given_by_one_button(lab, office, floor):
    assert taps(office.board.get(PATH)) == []
    floor.tap("laser", STRANGER)
    page = office.board.get(PATH)
    assert "the laser cutter, just now" in read(page)
    (tap,) = taps(page)
    said = office.do(PATH, "take", tap=tap, label="blue fob")
    assert "The badge is Bob Noyce's." in read(said)
    assert {one.label for one in badges(lab)} == {"", "blue fob"}
    assert taps(said) == []


def test_the_piece_comes_by_the_stream_too_and_holds_nothing_of_a_form(office, floor):
    floor.tap("laser", STRANGER)
    told = office.board.client.get(f"{PATH}/live?once").text
    assert "event: pieces" in told
    assert 'id="taps" hx-swap-oob="true"' in told
    assert "csrf" not in told


def test_a_tap_of_long_ago_is_not_offered_and_not_taken(lab, office, floor):
    floor.tap("laser", STRANGER)
    form = office.open(PATH, "take")
    (tap,) = taps(office.board.get(PATH))
    lab.clock.advance(WITHIN_MS + 1)
    assert "not in the list any more" in office.press(PATH, form, 409, tap=tap)
    assert taps(office.board.get(PATH)) == []
    assert len(badges(lab)) == 1


@pytest.mark.parametrize("tap", ["", "openfab/gate-1/x#1", "1", "../..", "<b>", "x" * 300])
def test_a_forged_tap_gives_nothing(lab, office, floor, tap):
    floor.tap("laser", STRANGER)
    office.do(PATH, "take", 409, tap=tap)
    assert len(badges(lab)) == 1


def test_two_managers_cannot_give_the_same_badge_to_two_people(lab, office, floor):
    floor.tap("laser", STRANGER)
    first, second = office.open(PATH, "take"), office.open("/members/ada/badges", "take")
    (tap,) = taps(office.board.get(PATH))
    office.press(PATH, first, tap=tap)
    page = office.press("/members/ada/badges", second, 409, tap=tap)
    assert "somebody owns the badge by now" in page
    assert len(badges(lab, "ada")) == 1


def test_a_badge_is_added_by_its_number_which_no_page_shows(lab, office):
    page = office.do(PATH, "add", number="04:c1:c2:c3:c4:c5:80")
    assert "04:c1" not in page
    assert "04C1C2" not in page.upper()
    assert len(badges(lab)) == 2


@pytest.mark.parametrize("number", ["12", "xyz", "04" * 40, "<script>", "08000000"])
def test_a_number_that_is_none_is_refused_and_stays_to_be_corrected(lab, office, number):
    page = office.do(PATH, "add", 409, number=number)
    assert "Tap the badge at a machine instead" in page
    assert "fabgate badge" not in page
    assert "<script>" not in page.replace('<script src="', "")
    assert len(badges(lab)) == 1


def test_a_badge_of_somebody_else_is_not_taken_from_them(lab, office):
    page = office.do(PATH, "add", 409, number=EVE)
    assert "already Ada Lovelace's" in read(page)
    assert len(badges(lab)) == 1


def test_a_lost_badge_is_blocked_and_opens_nothing(lab, office):
    page = office.do(PATH, "block", reason="lost")
    assert "Bob Noyce's badge is blocked." in read(page)
    assert badges(lab)[0].blocked_ms is not None
    assert 'value="block"' not in page


def test_a_badge_of_somebody_else_is_not_blocked_by_a_forged_form(lab, office):
    form = office.open(PATH, "block")
    theirs = office.open("/members/ada/badges", "block")["badge"]
    assert "not theirs any more" in office.press(PATH, form | {"badge": theirs}, 409)
    assert badges(lab, "ada")[0].blocked_ms is None


def test_who_pays_is_named_and_taken_back(lab, office):
    office.do(PATH, "change", payer="ada", purpose="")
    assert "Paid by Ada Lovelace" in read(office.board.get(PATH))
    assert "There is no member nobody" in read(office.do(PATH, "change", 409, payer="nobody"))
    office.do(PATH, "change", payer="", purpose="")
    assert "Paid by" not in read(office.board.get(PATH))


@pytest.mark.xdist_group("browser")
def test_a_tap_appears_while_the_page_is_open_and_one_click_gives_the_badge(lab, floor, screen):
    house = House(lab.settings, lab.clock)
    with served(house, said=BoardSettings(port=0)) as serving:
        with Store(lab.settings.gate.state).reader() as reader:
            zoe = roster.member(reader.conn, "zoe").id
        key = house.sessions.open(zoe, Way.PASSWORD, house.clock.now().boot_ms)
        secure = serving.url.replace("http:", "https:")
        screen.context.add_cookies([{"name": COOKIE, "value": key, "url": secure, "secure": True}])
        screen.goto(serving.url + PATH)
        screen.get_by_text("Waiting for an unknown badge").wait_for()
        screen.get_by_label("To tell it by").first.fill("green card")
        floor.tap("laser", STRANGER)
        button = screen.get_by_role("button", name="This one is Bob Noyce's")
        button.wait_for(timeout=2_000)
        assert screen.get_by_label("To tell it by").first.input_value() == "green card"
        button.click()
        screen.get_by_text("The badge is Bob Noyce's.").wait_for()
        screen.goto("about:blank")  # before the board ends: a stream that breaks is told to the console
    assert {one.label for one in badges(lab)} == {"", "green card"}
