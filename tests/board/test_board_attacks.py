"""What somebody tries who wants more of the board than is theirs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from time import monotonic
from urllib.parse import urlsplit

import h11
import pytest
from board_lab import BASE, Board, on_a_port, opened, plain
from cli_lab import ADA, ZOE, Lab
from starlette.responses import Response
from starlette.testclient import TestClient

from fabgate.board.app import application
from fabgate.board.forms import MOST_BYTES_OF_STRANGERS
from fabgate.board.house import House
from fabgate.board.line import MOST_OF_ONE as MOST_OF_ONE_ADDRESS
from fabgate.board.line import PATIENCE_S
from fabgate.board.pages import page
from fabgate.board.sessions import MOST_OF_ONE, Sessions
from fabgate.board.visit import Visit
from fabgate.desk import badges, search, signing
from fabgate.desk.deed import Desk
from fabgate.desk.signing import Chosen, Handed
from fabgate.errors import StoreError
from fabgate.model import MemberId
from fabgate.rules.signing import LONGEST, normal
from fabgate.rules.viewing import Area, Way

LONG_S = 10
ACCENTS = "a" + "\u0301" * 50_000 + "\u0327" * 50_000  # put in order, it would take a minute

# --- with the copy of a manager's badge -------------------------------------------------------------


@pytest.fixture
def copied(board: Board) -> Board:
    """This browser was opened by a badge with the number of zoe's, who manages the lab."""
    board.lab.done(f"badge add zoe {ZOE} --by zoe")
    board.sign_in("zoe", Way.TAP)
    return board


def test_a_copied_badge_of_a_manager_blocks_that_badge_and_no_other(copied: Board):
    copied.send("/me/badges", 409, at="/me", badge=ADA)
    copied.send("/me/badges", at="/me", badge=ZOE)
    with copied.house.desk() as desk:
        blocked = {one.owner.handle: one.badge.blocked_ms is not None for one in badges.listed(desk)}
    assert blocked == {"ada": False, "bob": False, "zoe": True}


def test_a_copied_badge_of_a_manager_ends_no_token(copied: Board):
    with copied.house.desk() as desk:
        made = [signing.token(desk, "zoe", whose, ["own"], None) for whose in ("zoe", "ada")]
    for one in made:
        assert isinstance(one, Handed)
        page = copied.send("/me/password/token", 409, at="/me/password", token=str(one.facts["token"]))
        assert "This takes your password." in plain(page)
        with copied.house.reading() as books:
            assert signing.token_of(books.conn, one.text, 0) is not None


# --- with more than a form may hold -------------------------------------------------------------------


@pytest.fixture
def server(lab: Lab) -> Iterator[tuple[str, int]]:
    """Where the board is served."""
    with on_a_port(lab) as serving:
        where = urlsplit(serving.url)
        assert where.hostname is not None and where.port is not None
        yield where.hostname, where.port


CHUNKED = """\
POST /sign-in HTTP/1.1
Host: 127.0.0.1
Sec-Fetch-Site: same-origin
Content-Type: {kind}
Content-Length: 10
Transfer-Encoding: chunked

"""


@pytest.mark.parametrize(
    ("kind", "begin"),
    [
        ("application/x-www-form-urlencoded", b"handle="),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n',
        ),
    ],
    ids=["fields", "a file"],
)
def test_a_body_that_is_longer_than_it_says_is_not_read_to_its_end(server, kind, begin):
    with socket.create_connection(server, LONG_S) as line:
        line.sendall(CHUNKED.format(kind=kind).replace("\n", "\r\n").encode())
        line.sendall(b"%x\r\n%b\r\n" % (len(begin), begin))
        line.sendall(b"%x\r\n%b\r\n" % (MOST_BYTES_OF_STRANGERS, b"a" * MOST_BYTES_OF_STRANGERS))
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_stranger_sends_a_password_and_no_file(board: Board):
    headers = {"sec-fetch-site": "same-origin"}
    sent = {"handle": "ada", "password": "a" * MOST_BYTES_OF_STRANGERS}
    assert board.client.post("/sign-in", data=sent, headers=headers).status_code == 413
    board.client.cookies.set("__Host-fabgate", "forged", domain="board.lan", path="/")
    assert board.client.post("/sign-in", data=sent, headers=headers).status_code == 413
    board.sign_in("ada")
    board.send("/me/details", 422, name="Ada", email="a" * MOST_BYTES_OF_STRANGERS)


def test_more_fields_than_a_form_has_are_not_read(board: Board):
    sent = {f"field-{number}": "1" for number in range(600)}
    answer = board.client.post("/sign-in", data=sent, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 413
    assert "more than a form may hold" in answer.text


def test_of_a_form_that_was_sent_little_is_remembered(board: Board):
    board.sign_in("ada")
    board.send("/me/presence/in", 403, at="/me/presence", once="1" * 1_000)
    board.send("/me/presence/in", 200, at="/me/presence")


def test_a_row_of_accents_holds_nobody_up(board: Board):
    assert len(normal(ACCENTS)) <= LONGEST + 1
    assert len(search.plain(ACCENTS)) <= 1_000
    board.sign_in("ada")
    board.send("/me/details", 422, name="Ada", email=f"{ACCENTS[:300]}@example.org")
    board.send("/me/details", 422, name="Ada", email="ada@example.org\nBcc: all@example.org")
    board.send("/me/details", 409, name=ACCENTS[:10_000])


# --- with a password of their own, and with one that was good -------------------------------------------


def test_who_signs_in_again_and_again_ends_nobodys_session_but_their_own():
    sessions, other = Sessions(), MemberId("m-other")
    kept = sessions.open(other, Way.PASSWORD, 0)
    theirs = [sessions.open(MemberId("m-me"), Way.PASSWORD, 0) for _ in range(MOST_OF_ONE + 2)]
    assert sessions.find(kept, 0) is not None
    assert [sessions.find(key, 0) is None for key in theirs[:4]] == [True, True, False, False]


def choose(desk: Desk, password: str) -> None:
    made = signing.link(desk, "zoe", "ada")
    assert isinstance(made, Handed)
    assert isinstance(signing.set_by_link(desk, made.text, password), Chosen)


def test_a_session_ends_with_the_password_that_was_chosen_for_it(board: Board):
    with board.house.desk() as desk:
        made = signing.link(desk, "zoe", "ada")
        assert isinstance(made, Handed)
        board.send(made.path, password="the first of them", again="the first of them")
        assert "Ada" in board.get("/me")
        choose(desk, "the one that came after")
    assert board.client.get("/me", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_a_session_ends_with_the_password_that_was_typed_for_it(board: Board):
    """Also where another was chosen while it was looked at."""
    with board.house.desk() as desk:
        choose(desk, "the one that was typed")
        typed = signing.known(desk, "ada", "the one that was typed")
        choose(desk, "the one that came after")
    assert typed is not None
    key = board.house.sessions.open(
        typed.member.id, Way.PASSWORD, board.house.clock.now().boot_ms, typed.proof
    )
    board.client.cookies.set("__Host-fabgate", key, domain="board.lan", path="/")
    assert board.client.get("/me", follow_redirects=False).headers["location"].startswith("/sign-in")


# --- with connections ---------------------------------------------------------------------------------

SIGN_IN = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
KEPT = SIGN_IN.replace(b"close", b"keep-alive")


@contextmanager
def connected(server: tuple[str, int], address: str) -> Iterator[socket.socket]:
    with socket.create_connection(server, LONG_S, (address, 0)) as line:
        yield line


def served(server: tuple[str, int], address: str) -> bool:
    """Whether somebody at this address is answered."""
    with connected(server, address) as line:
        try:
            line.sendall(SIGN_IN)
            return line.recv(100).startswith(b"HTTP/1.1 ")
        except ConnectionError:
            return False


def test_one_address_takes_no_more_connections_than_its_own(server):
    with ExitStack() as held:
        for _ in range(MOST_OF_ONE_ADDRESS):
            held.enter_context(connected(server, "127.0.0.2"))
        assert not served(server, "127.0.0.2")
        assert served(server, "127.0.0.3")
        assert served(server, "127.0.0.1")
    with ExitStack() as held:
        for _ in range(MOST_OF_ONE_ADDRESS):
            held.enter_context(connected(server, "127.0.0.1"))
        assert served(server, "127.0.0.1")


@pytest.mark.parametrize(
    ("awaits", "sent"),
    [
        (h11.IDLE, [b""]),
        (h11.IDLE, [b"GET / HTTP/1.1\r\n", b"X-A: 1\r\n"]),
        (h11.IDLE, [KEPT, b"GET /"]),
        (h11.SEND_BODY, [b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", b"a", b"="]),
    ],
    ids=["nothing", "a head", "a second head", "a body"],
)
def test_a_request_that_does_not_come_whole_is_not_waited_for(server, monkeypatch, awaits, sent):
    monkeypatch.setitem(PATIENCE_S, awaits, 0.1)
    with connected(server, "127.0.0.2") as line, suppress(ConnectionError):
        for piece in sent:
            line.sendall(piece)
            if piece == KEPT:
                assert line.recv(100).startswith(b"HTTP/1.1 ")
        while line.recv(65_536):
            pass


def test_a_byte_now_and_then_buys_no_more_time(server, monkeypatch):
    monkeypatch.setitem(PATIENCE_S, h11.IDLE, 0.3)
    ended = monotonic() + LONG_S
    with connected(server, "127.0.0.2") as line, pytest.raises(ConnectionError):
        line.settimeout(0.02)
        while monotonic() < ended:
            line.sendall(b"G")
            with suppress(TimeoutError):
                if not line.recv(1):
                    raise ConnectionResetError


def test_a_request_that_came_whole_is_given_its_time(server, monkeypatch):
    monkeypatch.setitem(PATIENCE_S, h11.IDLE, 0.2)
    with connected(server, "127.0.0.2") as line:
        line.sendall(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        line.settimeout(0.6)
        with pytest.raises(TimeoutError):
            while line.recv(65_536):
                pass


# --- with words ---------------------------------------------------------------------------------------


def test_a_path_writes_no_line_of_its_own_into_the_log(lab: Lab, caplog):
    def broken(visit: Visit) -> Response:
        raise StoreError("no disk", "Look for it.") if "store" in visit.asked.path else ValueError("ours")

    app = application(House(lab.settings, lab.clock), [page("/{what}/{thing}", Area.PUBLIC, broken)])
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        for what in ("store", "page"):
            assert client.get(f"/{what}/%0aevent=badge_blocked%0d").status_code == 500
    assert len(caplog.messages) == 2
    assert not [said for said in caplog.messages if set(said) & set("\r\n")]


def test_a_link_bears_the_address_of_the_lab_and_not_the_one_that_was_asked_for(lab: Lab):
    lab.settings = replace(lab.settings, board=replace(lab.settings.board, url="https://hub.lan:8080/"))
    with opened(lab) as board:
        board.sign_in("zoe")
        page_ = board.send("/members/ada/sign-in", deed="link")
    assert 'value="https://hub.lan:8080/sign-in/link/' in page_
