"""Forms that were sent too late, or twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest
from board_lab import BASE, Board, plain
from cli_lab import Lab
from httpx2 import Response
from starlette.responses import Response as Answer
from starlette.testclient import TestClient

from fabgate.board import forms
from fabgate.board.app import application
from fabgate.board.forms import MOST_BYTES_KEPT
from fabgate.board.house import House
from fabgate.board.pages import page
from fabgate.board.sessions import COOKIE, IDLE_MS, KEPT_MS, MOST_OVER, Sessions, Typed
from fabgate.board.visit import Visit
from fabgate.desk import signing
from fabgate.desk.signing import Chosen, Handed
from fabgate.errors import StoreError
from fabgate.model import MemberId
from fabgate.rules.viewing import Area, Way
from fabgate.store import journal, roster

PASSWORD = "four words of no sense"
PAGE, SENT = "/machines/laser", "/machines/laser/lock"
NOTE = "You were signed out meanwhile: nothing was done."
TYPED = 'smoke & "fire" <b>'
SHOWN = "smoke &amp; &#34;fire&#34; &lt;b&gt;"
ADA = MemberId("m-ada")


def choose(board: Board, handle: str, password: str = PASSWORD) -> None:
    with board.house.desk() as desk:
        made = signing.link(desk, "zoe", handle)
        assert isinstance(made, Handed), made
        assert isinstance(signing.set_by_link(desk, made.text, password), Chosen)


def make_manager(board: Board, handle: str) -> None:
    board.lab.done(f"member add Max --id {handle} --by zoe")
    board.lab.done(f"role give {handle} manager --by zoe --reason elected")
    choose(board, handle)


def come_in(board: Board, handle: str = "zoe", next_: str = PAGE, password: str = PASSWORD) -> str:
    """Sign in by typing; the page that comes then."""
    sent = {"handle": handle, "password": password, "next": next_}
    answer = board.client.post("/sign-in", data=sent, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 200, answer.text
    return answer.text


def keys(board: Board, path: str = PAGE) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', board.get(path)))


def send_late(board: Board, form: dict[str, str], path: str = SENT, **headers: str) -> Response:
    """A form of `PAGE` that was filled in for longer than its session stood."""
    board.lab.clock.advance(IDLE_MS)
    told = {"sec-fetch-site": "same-origin", "referer": f"{BASE}{PAGE}"} | headers
    answer = board.client.post(path, data=form, headers=told, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")
    return answer


def newest(board: Board) -> int:
    with board.house.reading() as books:
        return journal.last_seq(books.conn)


@pytest.fixture
def desk(board: Board) -> Board:
    """zoe, who manages, has typed her password."""
    choose(board, "zoe")
    come_in(board)
    return board


# --- too late -------------------------------------------------------------------------------------


def test_what_was_typed_is_there_again_once_and_nothing_was_done(desk: Board):
    form, before = keys(desk) | {"reason": TYPED}, newest(desk)
    shown = desk.get(send_late(desk, form).headers["location"])
    assert "What you typed is kept" in shown and SHOWN not in shown
    text = come_in(desk)
    assert NOTE in plain(text) and f'value="{SHOWN}"' in text
    assert NOTE not in desk.get(PAGE) and SHOWN not in desk.get(PAGE)
    assert newest(desk) == before


def test_what_was_typed_on_one_page_is_not_shown_on_another(desk: Board):
    send_late(desk, keys(desk) | {"reason": TYPED})
    assert SHOWN not in come_in(desk, next_="/machines/router")
    assert desk.client.head(PAGE).status_code == 200
    assert SHOWN in desk.get(PAGE)


def test_a_wrong_password_on_the_way_back_loses_nothing(desk: Board):
    send_late(desk, keys(desk) | {"reason": TYPED})
    wrong = {"handle": "zoe", "password": "four other words", "next": PAGE}
    desk.client.post("/sign-in", data=wrong, headers={"sec-fetch-site": "same-origin"})
    assert SHOWN in come_in(desk)


def test_a_form_that_had_been_shown_again_leads_back_to_the_page_above_it(desk: Board):
    answer = send_late(desk, keys(desk) | {"reason": TYPED}, referer=f"{BASE}{SENT}")
    assert answer.headers["location"] == f"/sign-in?next={PAGE}"
    assert SHOWN in come_in(desk)


def test_another_member_never_sees_it_and_then_it_is_gone(desk: Board):
    send_late(desk, keys(desk) | {"reason": TYPED})
    mine = desk.client.cookies.get(COOKIE)
    make_manager(desk, "max")
    text = come_in(desk, "max")
    assert 'action="/machines/laser/lock"' in text and SHOWN not in text and NOTE not in text
    desk.client.cookies.set(COOKIE, mine, domain="board.lan", path="/")
    assert SHOWN not in come_in(desk, "zoe")


def test_another_browser_never_sees_it(desk: Board):
    send_late(desk, keys(desk) | {"reason": TYPED})
    mine = desk.client.cookies.get(COOKIE)
    desk.leave()
    assert SHOWN not in come_in(desk)
    desk.client.cookies.set(COOKIE, mine, domain="board.lan", path="/")
    assert SHOWN in come_in(desk)


def refused(desk: Board, why: str) -> str:
    """What comes after signing in again, where a form was sent too late that is not kept."""
    form, headers, password = keys(desk) | {"reason": TYPED}, {}, PASSWORD
    match why:
        case "forged":
            form["csrf"] = "guessed"
        case "from elsewhere":
            headers = {"sec-fetch-site": "same-site"}
        case "too long":
            form["more"] = "x" * MOST_BYTES_KEPT
        case "signed out":
            key = desk.client.cookies.get(COOKIE)
            desk.send("/sign-out", at=PAGE)
            desk.client.cookies.set(COOKIE, key, domain="board.lan", path="/")
        case "a tap":
            desk.sign_in("zoe", Way.TAP)
            form |= keys(desk, "/me")
        case "too late":
            desk.lab.clock.advance(KEPT_MS)
        case "another password":
            password = "four words of more sense"
            choose(desk, "zoe", password)
    send_late(desk, form, **headers)
    return come_in(desk, password=password)


def test_it_is_kept_for_no_form_but_our_own(desk: Board):
    for why in (
        "forged",
        "from elsewhere",
        "too long",
        "signed out",
        "too late",
        "a tap",
        "another password",
    ):
        text = refused(desk, why)
        assert 'action="/machines/laser/lock"' in text, why
        assert SHOWN not in text and NOTE not in text, why


def test_it_is_gone_when_nobody_comes_back_in_time(desk: Board):
    send_late(desk, keys(desk) | {"reason": TYPED})
    desk.lab.clock.advance(KEPT_MS)
    assert SHOWN not in come_in(desk)


def test_a_password_is_never_kept(desk: Board):
    form = keys(desk, "/me/password") | {"old": PASSWORD, "password": "p" * 12, "again": "p" * 12}
    send_late(desk, form, "/me/password")
    kept = desk.house.sessions.over(desk.client.cookies.get(COOKIE), desk.lab.clock.now().boot_ms)
    assert kept is not None and kept.typed is None
    send_late(desk, form | {"name": "Zoe"}, "/me/password")
    assert kept.typed is not None and kept.typed.fields == {"name": "Zoe"}


def test_a_session_that_is_over_opens_nothing_and_few_are_remembered():
    sessions = Sessions()
    opened = [sessions.open(MemberId(f"m-{number}"), Way.PASSWORD, 0) for number in range(MOST_OVER + 3)]
    assert all(sessions.find(key, IDLE_MS) is None for key in opened)
    assert not any(sessions.stands(key, IDLE_MS) for key in opened)
    assert sum(sessions.over(key, IDLE_MS) is not None for key in opened) == MOST_OVER
    assert len(sessions) == 0
    tapped = sessions.open(ADA, Way.TAP, 0)
    assert sessions.over(tapped, IDLE_MS) is None


def test_who_ends_all_sessions_of_a_member_ends_what_was_typed_in_them():
    sessions = Sessions()
    key = sessions.open(ADA, Way.PASSWORD, 0)
    over = sessions.over(key, IDLE_MS)
    assert over is not None
    over.typed = Typed("/me", "/me", {"name": "Ada"})
    assert sessions.left(key, ADA, None, IDLE_MS) is not None
    assert sessions.left(key, MemberId("m-bob"), None, IDLE_MS) is None
    sessions.close_all(ADA)
    assert sessions.left(key, ADA, None, IDLE_MS) is None


# --- twice ----------------------------------------------------------------------------------------


class Slow:
    """A form that takes as long as a test wants, and the browser of somebody who signed in."""

    def __init__(self, lab: Lab, client: TestClient, house: House) -> None:
        self.client, self.taken = client, []
        self.entered, self.may_end = Event(), Event()
        now_ms = lab.clock.now().boot_ms
        with house.reading() as books:
            key = house.sessions.open(roster.member(books.conn, "zoe").id, Way.PASSWORD, now_ms)
        client.cookies.set(COOKIE, key, domain="board.lan", path="/")
        self.csrf = house.sessions.find(key, now_ms).csrf

    def take(self, visit: Visit) -> Answer:
        what = visit.field("what")
        self.taken.append(what)
        self.entered.set()
        assert self.may_end.wait(10)
        if what == "broken":
            raise StoreError("no disk", "Look for it.")
        return visit.to("/there") if what == "deed" else visit.page("sorry.html")

    def send(self, what: str) -> tuple[int, str]:
        form = {"csrf": self.csrf, "once": "1", "what": what}
        headers = {"sec-fetch-site": "same-origin"}
        answer = self.client.post("/", data=form, headers=headers, follow_redirects=False)
        return answer.status_code, answer.headers.get("location", "")


@pytest.fixture
def slow(lab: Lab) -> Iterator[Slow]:
    house = House(lab.settings, lab.clock)
    routes = [page("/", Area.PUBLIC, None, lambda visit: it.take(visit))]
    with TestClient(application(house, routes), base_url=BASE) as client:
        it = Slow(lab, client, house)
        yield it


LED, TOLD = (303, "/there"), (409, "")


@pytest.mark.parametrize(
    ("what", "first", "second"),
    [("deed", LED, LED), ("page", (200, ""), TOLD), ("broken", (500, ""), TOLD)],
)
def test_a_second_click_leads_where_the_first_one_led(slow: Slow, what: str, first, second):
    with ThreadPoolExecutor() as clicks:
        one = clicks.submit(slow.send, what)
        assert slow.entered.wait(10)
        two = clicks.submit(slow.send, what)
        assert not wait([two], timeout=0.2).done
        slow.may_end.set()
        assert (one.result(), two.result(), slow.send(what)) == (first, second, second)
    assert slow.taken == [what]


def test_what_was_typed_anew_into_a_form_that_was_sent_is_not_passed_off_as_done(slow: Slow):
    slow.may_end.set()
    assert [slow.send(what) for what in ("deed", "page", "deed")] == [LED, TOLD, LED]
    assert slow.taken == ["deed"]


def test_nobody_waits_for_ever_for_a_first_click(slow: Slow, monkeypatch):
    monkeypatch.setattr(forms, "PATIENCE_S", 0.0)
    with ThreadPoolExecutor() as clicks:
        one = clicks.submit(slow.send, "deed")
        assert slow.entered.wait(10)
        assert slow.send("deed") == TOLD
        slow.may_end.set()
        assert one.result() == LED
