"""A screen beside a reader: a tap that somebody asked for opens their own pages, and nothing else does."""

from __future__ import annotations

import re

import pytest
from board_lab import Board, on_a_port, plain
from cli_lab import ADA, BOB, STRANGER, ZOE, Floor, Lab
from playwright.sync_api import Page, expect

from fabgate.board import terminals
from fabgate.board.house import House
from fabgate.board.sessions import COOKIE
from fabgate.desk import signing
from fabgate.desk.signing import Handed
from fabgate.rules.viewing import Way
from fabgate.store import roster

_KEYS = re.compile(r'name="(csrf|once)" value="([^"]*)"')


@pytest.fixture
def floor(lab: Lab) -> Floor:
    lab.done(f"badge add zoe {ZOE} --by zoe")
    return Floor(lab)


@pytest.fixture
def beside(board: Board, floor: Floor) -> Board:
    """This browser stands beside the laser; nobody is signed in."""
    board.sign_in("zoe")
    send(board, "/terminal", machine="laser")
    return board


def send(board: Board, path: str, at: str | None = None, **fields: str):
    keys = dict(_KEYS.findall(board.client.get(at or path).text))
    headers = {"sec-fetch-site": "same-origin"}
    return board.client.post(path, data=keys | fields, headers=headers, follow_redirects=False)


def ask(board: Board) -> None:
    assert send(board, "/tap").headers["location"] == "/tap"


def wait(board: Board):
    return send(board, "/tap/wait", at="/tap")


def who(board: Board) -> tuple[str, Way] | None:
    """Who is signed in in this browser, and how."""
    found = board.house.sessions.find(board.client.cookies.get(COOKIE), board.house.clock.now().boot_ms)
    if found is None:
        return None
    with board.house.reading() as reader:
        member = roster.member(reader.conn, found.member)
    assert member is not None
    return member.handle, found.way


# --- set up -------------------------------------------------------------------------------------


def test_a_manager_makes_a_browser_a_terminal_and_is_signed_out_of_it(board: Board, floor: Floor):
    board.sign_in("zoe")
    assert "the laser cutter" in plain(board.get("/terminal"))
    answer = send(board, "/terminal", machine="laser")
    assert answer.headers["location"] == "/tap"
    said = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(terminals.COOKIE))
    for word in ("HttpOnly", "Secure", "Path=/", "SameSite=strict", "Max-Age="):
        assert word in said
    assert who(board) is None
    assert "the reader of the laser cutter" in plain(board.get("/tap"))


@pytest.mark.parametrize("machine", ["lathe", "", "<script>alert(1)</script>"])
def test_a_machine_that_is_not_there_has_no_terminal(board: Board, floor: Floor, machine: str):
    board.sign_in("zoe")
    answer = send(board, "/terminal", machine=machine)
    assert answer.status_code == 409
    assert "<script>alert" not in answer.text
    assert "set-cookie" not in answer.headers


def test_nobody_but_a_manager_with_a_password_makes_one(board: Board, floor: Floor):
    for handle, way in (("ada", Way.PASSWORD), ("zoe", Way.TAP)):
        board.sign_in(handle, way)
        board.get("/terminal", 403)
        keys = dict(_KEYS.findall(board.client.get("/me/password").text))
        board.client.post(
            "/terminal", data=keys | {"machine": "laser"}, headers={"sec-fetch-site": "same-origin"}
        )
        with board.house.desk() as desk:
            assert signing.terminals(desk) == ()


def test_a_terminal_that_is_made_anew_is_one_and_one_that_is_ended_is_none(beside: Board):
    beside.sign_in("zoe")
    send(beside, "/terminal", machine="router")
    assert "the reader of" in plain(beside.get("/tap")) and "router" in plain(beside.get("/tap"))
    with beside.house.desk() as desk:
        [one] = signing.terminals(desk)
    beside.sign_in("zoe")
    answer = send(beside, "/terminal/end", at="/terminal", terminal=one.terminal)
    assert answer.headers["location"] == "/terminal"
    assert "There is none yet." in plain(beside.get("/terminal"))
    assert send(beside, "/terminal/end", at="/terminal", terminal=one.terminal).status_code == 409
    beside.leave()
    assert "does not stand beside a reader" in plain(beside.get("/tap"))


# --- taps ---------------------------------------------------------------------------------------


def test_who_asks_and_taps_sees_their_own_pages_and_no_office(beside: Board, floor: Floor):
    ask(beside)
    assert "Now tap your badge" in plain(beside.get("/tap"))
    assert wait(beside).headers["location"] == "/tap"
    floor.tap("laser", ZOE)
    answer = wait(beside)
    assert answer.headers["location"] == "/me"
    assert who(beside) == ("zoe", Way.TAP)
    beside.get("/members", 403)
    beside.get("/terminal", 403)


def test_a_script_is_told_where_to_go(beside: Board, floor: Floor):
    ask(beside)
    headers = {"sec-fetch-site": "same-origin", "hx-request": "true"}
    for answer in (
        beside.client.get("/tap/wait", headers=headers),
        beside.client.post("/tap/wait", headers=headers),
    ):
        assert (answer.status_code, answer.headers.get("hx-redirect")) == (204, None)
    floor.tap("laser", ADA)
    for _ in range(2):
        assert 'hx-trigger="load"' in beside.client.get("/tap/wait", headers=headers).text
        assert who(beside) is None
    answer = beside.client.post("/tap/wait", headers=headers)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/me")
    assert who(beside) == ("ada", Way.TAP)


def test_a_start_a_stop_and_a_refusal_tell_whose_badge_it_was(beside: Board, floor: Floor):
    for handle, uid in (("ada", ADA), ("ada", ADA), ("zoe", ZOE)):
        ask(beside)
        floor.pass_s(3)
        floor.tap("laser", uid)
        wait(beside)
        assert who(beside) == (handle, Way.TAP)


def test_a_tap_that_nobody_asked_for_signs_nobody_in(beside: Board, floor: Floor):
    floor.tap("laser", ADA)
    assert wait(beside).headers["location"] == "/tap?late"
    assert "No tap was heard" in plain(beside.get("/tap?late"))
    floor.pass_s(3)
    ask(beside)
    wait(beside)
    assert who(beside) is None


def test_a_tap_after_the_minute_signs_nobody_in(beside: Board, floor: Floor):
    ask(beside)
    floor.pass_s(61)
    floor.tap("laser", ADA)
    assert wait(beside).headers["location"] == "/tap?late"
    assert who(beside) is None


def test_a_tap_at_another_machine_or_by_nobody_signs_nobody_in(beside: Board, floor: Floor):
    ask(beside)
    floor.tap("router", ADA)
    floor.tap("laser", STRANGER)
    assert wait(beside).headers["location"] == "/tap"
    assert who(beside) is None


def test_a_badge_that_is_blocked_opens_nothing_before_or_after_its_tap(beside: Board, floor: Floor, lab: Lab):
    token = next(one["badge"] for one in lab.json("badge list") if one["member"] == "ada")
    ask(beside)
    floor.tap("laser", ADA)
    lab.done(["badge", "block", token, "--by", "zoe", "--reason", "lost"])
    assert wait(beside).headers["location"] == "/tap"
    floor.pass_s(6)
    ask(beside)
    floor.tap("laser", ADA)
    assert wait(beside).headers["location"] == "/tap"
    assert who(beside) is None


def test_a_start_that_took_two_badges_signs_in_neither(beside: Board, floor: Floor, lab: Lab):
    lab.done("grant give ada laser --level sponsor --by zoe --reason teaches")
    ask(beside)
    floor.tap("laser", BOB)
    floor.pass_s(3)
    floor.tap("laser", ADA)
    assert floor.relay("laser") == "on"
    assert wait(beside).headers["location"] == "/tap"
    assert who(beside) is None


def test_one_tap_signs_in_once(beside: Board, floor: Floor):
    ask(beside)
    floor.tap("laser", ADA)
    wait(beside)
    beside.client.cookies.delete(COOKIE)
    assert wait(beside).headers["location"] == "/tap?late"
    assert who(beside) is None


def test_asking_signs_out_whoever_was_there_before(beside: Board, floor: Floor):
    ask(beside)
    floor.tap("laser", ADA)
    wait(beside)
    ask(beside)
    assert who(beside) is None


def test_their_pages_close_after_two_minutes(beside: Board, floor: Floor):
    ask(beside)
    floor.tap("laser", ADA)
    wait(beside)
    assert beside.client.get("/me/password").headers["refresh"] == "121;url=/tap"
    floor.pass_s(120)
    answer = beside.client.get("/me/password", follow_redirects=False)
    assert answer.status_code == 303
    assert "refresh" not in answer.headers


def test_signing_out_leads_back_to_the_reader(beside: Board, floor: Floor):
    ask(beside)
    floor.tap("laser", ADA)
    wait(beside)
    assert send(beside, "/sign-out", at="/me/password").headers["location"] == "/tap"


@pytest.mark.parametrize("shown", ["", "x", "a.b", "é"])
def test_a_forged_terminal_is_none(board: Board, floor: Floor, shown: str):
    with board.house.desk() as desk:
        made = signing.terminal(desk, "zoe", "laser")
    assert isinstance(made, Handed)
    headers = {"sec-fetch-site": "same-origin", "cookie": f"{terminals.COOKIE}={shown}".encode()}
    for path in ("/tap", "/tap/wait"):
        answer = board.client.post(path, headers=headers, follow_redirects=False)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/tap")
    floor.tap("laser", ADA)
    assert who(board) is None


@pytest.mark.xdist_group("browser")
def test_a_browser_beside_a_reader_follows_the_tap_by_itself(lab: Lab, floor: Floor, screen: Page):
    with on_a_port(lab) as serving:
        with House(lab.settings, lab.clock).desk() as desk:
            made = signing.terminal(desk, "zoe", "laser")
        assert isinstance(made, Handed)
        screen.context.add_cookies(
            [
                {
                    "name": terminals.COOKIE,
                    "value": made.text,
                    "url": serving.url.replace("http", "https"),
                    "secure": True,
                }
            ]
        )
        screen.goto(f"{serving.url}/tap")
        screen.get_by_role("button", name="I am going to tap").click()
        expect(screen.get_by_role("heading", level=1)).to_contain_text("Now tap your badge")
        floor.tap("laser", ADA)
        expect(screen.get_by_text("Signed in:")).to_contain_text("Ada Lovelace")
        screen.get_by_role("button", name="Sign out").click()
        expect(screen.get_by_role("button", name="I am going to tap")).to_be_visible()
