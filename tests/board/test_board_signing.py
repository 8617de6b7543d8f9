"""Signing in with a password or a link, and out again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from board_lab import BASE, Board, opened, plain
from cli_lab import Lab
from httpx2 import Response
from starlette.testclient import TestClient

from fabgate.board.app import application
from fabgate.board.door import Door
from fabgate.board.entering import is_local
from fabgate.board.routes import ROUTES
from fabgate.board.sessions import COOKIE
from fabgate.desk import signing
from fabgate.desk.signing import Handed
from fabgate.model import MemberId
from fabgate.rules.viewing import Way
from fabgate.store import journal, roster

GOOD, BETTER = "four words of no sense", "quatre mots sans aucun sens"


def link(board: Board, handle: str = "ada") -> str:
    with board.house.desk() as desk:
        made = signing.link(desk, "zoe", handle)
    assert isinstance(made, Handed), made
    return made.path


def fill(board: Board, path: str, status: int = 200, at: str | None = None, **fields: str) -> str:
    """Fill in a form; the text of the page that it leads to, where that is one of these pages."""
    keys = dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', board.client.get(at or path).text))
    answer = post(board, path, **(keys | fields))
    if answer.status_code == 303:
        assert status == 200, answer.headers["location"]
        there = answer.headers["location"]
        return board.get(there) if there.startswith("/me/password") else ""
    assert answer.status_code == status, (answer.status_code, answer.text)
    return answer.text


def post(board: Board, path: str, site: str = "same-origin", **fields: str) -> Response:
    headers = {"sec-fetch-site": site}
    return board.client.post(path, data=fields, headers=headers, follow_redirects=False)


def with_password(board: Board, handle: str = "ada", password: str = GOOD) -> None:
    board.leave()
    fill(board, link(board, handle), password=password, again=password)
    board.leave()


def sign_in(board: Board, handle: str, password: str, status: int = 200, **more: str) -> str:
    return fill(board, "/sign-in", status, handle=handle, password=password, **more)


def signed_in(board: Board) -> bool:
    return "Sign out" in board.get("/tap")


def kinds(board: Board) -> list[str]:
    with board.house.reading() as reader:
        return [one.body.kind for one in journal.entries(reader.conn) if one.body is not None]


@pytest.fixture
def elsewhere(lab: Lab) -> Iterator[TestClient]:
    """A browser in the lab's network that came by plain http."""
    with (
        opened(lab) as board,
        TestClient(
            application(board.house, ROUTES), base_url="http://board.lan", client=("192.168.1.20", 5)
        ) as client,
    ):
        yield client


# --- a link -------------------------------------------------------------------------------------


def test_a_first_link_leads_to_a_password_and_in(board: Board):
    path = link(board)
    shown = plain(board.get(path))
    assert "Choose your password" in shown and "Ada Lovelace" in shown
    fill(board, path, password=GOOD, again=GOOD)
    assert signed_in(board)
    board.leave()
    assert not signed_in(board)
    sign_in(board, "ada", GOOD)
    assert signed_in(board)


def test_programs_that_look_at_links_in_mail_use_none_up(board: Board):
    path = link(board)
    for _ in range(3):
        board.get(path)
        board.client.head(path)
    fill(board, path, password=GOOD, again=GOOD)
    assert signed_in(board)


def test_a_link_that_was_used_says_so_and_where_to_go(board: Board):
    path = link(board)
    fill(board, path, password=GOOD, again=GOOD)
    board.leave()
    for text in (board.get(path, 404), fill(board, path, 409, password=BETTER, again=BETTER)):
        assert "This link was used, or is too old." in plain(text)
        assert 'href="/sign-in"' in text
    sign_in(board, "ada", GOOD)


def test_a_password_that_does_not_fit_is_refused_beside_the_form_and_the_link_stays(board: Board):
    path = link(board)
    assert "at least 10 signs" in plain(fill(board, path, 409, password="short", again="short"))
    assert "longer than a password may be" in plain(
        fill(board, path, 409, password="ab" * 501, again="ab" * 501)
    )
    assert "not the same" in plain(fill(board, path, 422, password=GOOD, again=BETTER))
    assert "not the same" in plain(fill(board, path, 422))
    assert "try first" in plain(fill(board, path, 409, password="Ada Lovelace", again="Ada Lovelace"))
    assert not signed_in(board)
    fill(board, path, password=GOOD, again=GOOD)
    assert signed_in(board)


def test_what_was_typed_as_a_password_is_never_shown_again(board: Board):
    path = link(board)
    secret = "a-rather-secret-word"
    assert secret not in fill(board, path, 422, password=secret, again="x")
    assert secret not in sign_in(board, "ada", secret, 409)


@pytest.mark.parametrize("forged", ["x", "%3Cscript%3Ealert(1)%3C", "a" * 3_000, "%00", "%FF"])
def test_a_forged_link_is_an_old_one(board: Board, forged: str):
    text = board.get(f"/sign-in/link/{forged}", 404)
    assert "too old" in plain(text) and "<script>alert" not in text


# --- a password ---------------------------------------------------------------------------------


def test_a_wrong_password_and_an_unknown_handle_are_told_alike(board: Board):
    with_password(board)
    wrong, nobody = sign_in(board, "ada", "wrong words", 409), sign_in(board, "nobody", "wrong words", 409)
    assert plain(wrong) == plain(nobody)
    assert wrong.replace('value="ada"', 'value="nobody"') == nobody
    assert not signed_in(board)


def test_the_handle_that_was_typed_stands_there_again_and_does_no_harm(board: Board):
    text = sign_in(board, '"><script>alert(1)</script>', "wrong words", 409)
    assert "<script>alert" not in text and "&lt;script&gt;" in text


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_the_page_speaks_the_language_of_whoever_looks(board: Board, language: str):
    words = {"en": "Sign in", "fr": "Se connecter", "nl": "Aanmelden", "de": "Anmelden"}
    assert f"<h1>{words[language]}</h1>" in board.get(f"/sign-in?lang={language}")


def test_signing_in_leads_to_the_page_that_was_asked_for(board: Board):
    with_password(board)
    answer = board.client.get("/me/password", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/me/password"
    assert "Sign in to see that page" in plain(board.get("/me/password"))
    answer = post(board, "/sign-in", handle="ada", password=GOOD, next="/me/password")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/password")


@pytest.mark.parametrize(
    "away",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "\\\\example.org",
        "javascript:alert(1)",
        "me",
        "/me\r\nset-cookie: a=b",
        "/\t/example.org",
        "/" + "x" * 600,
        "",
    ],
)
def test_signing_in_leads_nowhere_else(board: Board, away: str):
    assert not is_local(away)
    with_password(board)
    answer = post(board, "/sign-in", handle="ada", password=GOOD, next=away)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "example.org" not in board.client.get("/sign-in", params={"next": away}).text


def test_the_cookie_is_for_this_board_alone_and_new_each_time(board: Board):
    with_password(board)
    keys = []
    for _ in range(2):
        board.leave()
        answer = post(board, "/sign-in", handle="ada", password=GOOD)
        said = answer.headers["set-cookie"]
        assert said.startswith(f"{COOKIE}=")
        for word in ("HttpOnly", "Secure", "Path=/", "SameSite=strict"):
            assert word in said
        assert "Domain" not in said
        keys.append(said.split(";")[0])
    assert keys[0] != keys[1]


def test_a_key_that_was_there_before_signing_in_is_none_of_it(board: Board):
    """Nobody can be given a session that somebody else knows."""
    with_password(board, "zoe", BETTER)
    with_password(board)
    board.sign_in("ada", Way.TAP)
    before = board.client.cookies.get(COOKIE)
    sign_in(board, "zoe", BETTER)
    assert board.client.cookies.get(COOKIE) != before
    assert board.house.sessions.find(before, board.house.clock.now().boot_ms) is None
    assert board.house.sessions.find(board.client.cookies.get(COOKIE), 0).member == id_of(board, "zoe")


def test_a_form_from_another_site_signs_nobody_in(board: Board):
    with_password(board)
    answer = post(board, "/sign-in", "cross-site", handle="ada", password=GOOD)
    assert answer.status_code == 403
    assert not signed_in(board)


def test_who_is_signed_in_is_not_asked_again(board: Board):
    board.sign_in("ada")
    answer = board.client.get("/sign-in", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")


def test_who_came_by_a_tap_can_sign_in_with_more(board: Board):
    with_password(board)
    board.sign_in("ada", Way.TAP)
    assert "Password" in plain(board.get("/sign-in"))
    sign_in(board, "ada", GOOD)
    key = board.client.cookies.get(COOKIE)
    found = board.house.sessions.find(key, board.house.clock.now().boot_ms)
    assert found is not None and found.way is Way.PASSWORD


# --- guessing -----------------------------------------------------------------------------------


def test_who_guesses_waits_longer_and_longer_and_nobody_is_locked_out_for_good(board: Board):
    with_password(board)
    for _ in range(5):
        sign_in(board, "ada", "wrong words", 409)
    text = plain(sign_in(board, "ada", GOOD, 429))
    assert "That was tried too often." in text and "Wait 1" in text
    assert not signed_in(board)
    board.lab.clock.advance(1_000)
    sign_in(board, "ada", "wrong words", 409)
    assert "Wait 2" in plain(sign_in(board, "ada", GOOD, 429))
    for _ in range(12):
        board.lab.clock.advance(60_000)
        sign_in(board, "ada", "wrong words", 409)
    board.lab.clock.advance(60_000)
    sign_in(board, "ada", GOOD)
    assert signed_in(board)


def test_guessing_at_one_member_keeps_no_other_out_and_no_link(board: Board):
    with_password(board)
    with_password(board, "zoe", BETTER)
    for _ in range(6):
        post(board, "/sign-in", handle="ADA ", password="x")
    sign_in(board, "ada", GOOD, 429)
    sign_in(board, "zoe", BETTER)
    board.leave()
    fill(board, link(board), password=BETTER, again=BETTER)
    assert signed_in(board)


def test_who_guesses_without_end_keeps_nobody_out_who_is_elsewhere():
    door, opened_at = Door(), []
    for second in range(600):
        for address in ("192.168.1.66", "2001:db8::66"):
            door.knock("ada", address, second * 1_000)
        if second % 60 == 30 and not door.knock("ada", "192.168.1.20", second * 1_000):
            door.opened("ada", "192.168.1.20")
            opened_at.append(second)
    assert len(opened_at) >= 5


def test_many_addresses_guess_no_faster_at_one_member():
    door = Door()
    tried = sum(
        not door.knock("ada", f"10.0.{second % 250}.{number}", second * 1_000)
        for second in range(3_600)
        for number in range(3)
    )
    assert tried <= 20 + 3_600 // 20 + 5


def test_guessing_at_many_members_from_one_address_waits_too(board: Board):
    with_password(board)
    for number in range(30):
        sign_in(board, f"member-{number}", "wrong words", 409)
    sign_in(board, "ada", GOOD, 429)
    board.lab.clock.advance(10_000)
    sign_in(board, "ada", GOOD)


def test_who_guesses_does_not_clear_their_address_by_signing_in_as_themselves(board: Board):
    with_password(board)
    for number in range(30):
        sign_in(board, f"member-{number}", "wrong words", 409)
        if number == 20:
            sign_in(board, "ada", GOOD)
            board.leave()
    sign_in(board, "ada", GOOD, 429)


# --- out ----------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_for_whoever_has_its_key(board: Board):
    with_password(board)
    sign_in(board, "ada", GOOD)
    key = board.client.cookies.get(COOKIE)
    fill(board, "/sign-out", at="/me/password")
    assert not signed_in(board)
    board.client.cookies.set(COOKIE, key, domain="board.lan", path="/")
    assert not signed_in(board)


def test_nobody_else_signs_them_out(board: Board):
    board.sign_in("ada")
    answer = post(board, "/sign-out", csrf="x")
    assert answer.status_code == 403
    assert signed_in(board)


def test_who_left_their_browser_for_long_is_signed_out_and_nothing_is_done(board: Board):
    with_password(board)
    sign_in(board, "ada", GOOD)
    keys = dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', board.get("/me/password")))
    board.lab.clock.advance(30 * 60_000)
    answer = post(board, "/me/password", **keys, old=GOOD, password=BETTER, again=BETTER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/me/password")
    assert "your time was over" in plain(board.get(answer.headers["location"]))
    sign_in(board, "ada", GOOD)


# --- another password ---------------------------------------------------------------------------


def test_another_password_takes_the_old_one_and_ends_the_other_browsers(board: Board):
    with_password(board)
    other = board.house.sessions.open(id_of(board, "ada"), Way.PASSWORD, board.house.clock.now().boot_ms)
    sign_in(board, "ada", GOOD)
    assert "rong" in plain(fill(board, "/me/password", 409, old="wrong words", password=BETTER, again=BETTER))
    assert "not the same" in plain(fill(board, "/me/password", 422, old=GOOD, password=BETTER, again=GOOD))
    told = plain(fill(board, "/me/password", old=GOOD, password=BETTER, again=BETTER))
    assert "Your password is kept. You are signed in." in told
    assert board.house.sessions.find(other, board.house.clock.now().boot_ms) is None
    board.leave()
    sign_in(board, "ada", GOOD, 409)
    sign_in(board, "ada", BETTER)


def id_of(board: Board, handle: str) -> MemberId:
    with board.house.reading() as reader:
        found = roster.member(reader.conn, handle)
    assert found is not None
    return found.id


def test_a_password_that_is_ended_anywhere_ends_what_it_opened(board: Board):
    with_password(board)
    sign_in(board, "ada", GOOD)
    assert signed_in(board)
    board.lab.done("board password end ada --by zoe --reason stolen")
    assert not signed_in(board)
    assert "/sign-in" in board.client.get("/me/password", follow_redirects=False).headers["location"]


def test_the_old_password_cannot_be_guessed_faster_here_than_at_the_door(board: Board):
    with_password(board)
    sign_in(board, "ada", GOOD)
    for _ in range(5):
        fill(board, "/me/password", 409, old="wrong words", password=BETTER, again=BETTER)
    fill(board, "/me/password", 429, old=GOOD, password=BETTER, again=BETTER)


def test_a_tap_makes_no_password(board: Board):
    board.sign_in("ada", Way.TAP)
    text = board.get("/me/password")
    assert "You have no password." in plain(text) and 'name="old"' not in text
    fill(board, "/me/password", 409, old="", password=BETTER, again=BETTER)
    with board.house.desk() as desk:
        assert signing.known(desk, "ada", BETTER) is None


def test_other_browsers_are_signed_out_by_password_only(board: Board):
    with_password(board)
    now = board.house.clock.now().boot_ms
    other = board.house.sessions.open(id_of(board, "ada"), Way.PASSWORD, now)
    board.sign_in("ada", Way.TAP)
    fill(board, "/me/password/others", at="/me/password")
    assert board.house.sessions.find(other, now) is not None
    board.leave()
    sign_in(board, "ada", GOOD)
    told = plain(fill(board, "/me/password/others", at="/me/password"))
    assert "You are signed in here only." in told
    assert board.house.sessions.find(other, now) is None


def test_a_member_ends_a_token_of_their_own_and_no_other(board: Board):
    with_password(board)
    with board.house.desk() as desk:
        mine, zoes = (signing.token(desk, "zoe", who, ["own"], None, f"of {who}") for who in ("ada", "zoe"))
        assert isinstance(mine, Handed) and isinstance(zoes, Handed)
    sign_in(board, "ada", GOOD)
    text = plain(board.get("/me/password"))
    assert "of ada" in text and "of zoe" not in text
    fill(board, "/me/password/token", 409, at="/me/password", token=str(zoes.facts["token"]))
    fill(board, "/me/password/token", 409, at="/me/password", token="<script>")
    told = plain(fill(board, "/me/password/token", at="/me/password", token=str(mine.facts["token"])))
    assert "good for nothing any more" in told and "of ada" not in told
    with board.house.desk() as desk:
        assert signing.token_of(desk.conn, mine.text, 0) is None
        assert signing.token_of(desk.conn, zoes.text, 0) is not None


# --- over which line ----------------------------------------------------------------------------


def test_over_plain_http_from_elsewhere_nobody_signs_in_and_is_told_why(elsewhere: TestClient):
    for path in ("/sign-in", "/sign-in/link/x"):
        for answer in (
            elsewhere.get(path),
            elsewhere.post(
                path,
                data={"handle": "ada", "password": GOOD, "again": GOOD},
                headers={"sec-fetch-site": "same-origin"},
            ),
        ):
            assert answer.status_code == 403
            assert "without encryption" in plain(answer.text)
            assert 'type="password"' not in answer.text
            assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("base", "client", "may"),
    [
        (BASE, "192.168.1.20", True),
        ("http://127.0.0.1:8080", "127.0.0.1", True),
        ("http://localhost:8080", "::1", True),
        ("http://board.lan", "127.0.0.1", False),  # passed on by a program here that said nothing of it
        ("http://127.0.0.1:8080", "192.168.1.20", False),
    ],
)
def test_a_line_is_private_by_https_or_on_this_computer(board: Board, base: str, client: str, may: bool):
    app = application(board.house, ROUTES)
    with TestClient(app, base_url=base, client=(client, 5)) as browser:
        assert browser.get("/sign-in").status_code == (200 if may else 403)


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "x" * 200, "\u0639\u0627\u0626\u0634\u0629 \u202eabc", "O'\"Hara & Co"],
)
def test_any_name_stands_on_the_form_as_it_is(board: Board, name: str):
    board.lab.done(["member", "add", name, "--id", "new", "--by", "zoe"])
    text = board.get(link(board, "new"))
    assert "<script>alert" not in text
    assert "<bdi>" in text


def test_what_was_done_is_in_the_journal_without_a_secret(board: Board):
    with_password(board)
    sign_in(board, "ada", GOOD)
    fill(board, "/me/password", old=GOOD, password=BETTER, again=BETTER)
    assert [one for one in kinds(board) if one.startswith("sign.")] == [
        "sign.link",
        "sign.password",
        "sign.password",
    ]
    with board.house.reading() as reader:
        dump = "\n".join(reader.conn.iterdump())
    assert GOOD not in dump and BETTER not in dump
