"""The treasurer's months on the board: what stands in the way is settled, the month is closed, explained."""

from __future__ import annotations

import re

import pytest
from board_lab import opened, plain
from money_books import LANGUAGES, OCT_24, books

from fabgate.board import money_standing
from fabgate.rules.viewing import Way
from fabgate.store import charged, journal, roster
from fabgate.store.db import Store

MONTH = "/money/2026-10"
HOUR = 3_600_000


@pytest.fixture
def lab(tmp_path):
    return books(tmp_path)


@pytest.fixture
def board(lab):
    with opened(lab) as found:
        found.sign_in("tess")
        yield found


def hidden(html: str, name: str) -> str:
    """The first hidden field of that name on a page."""
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


def sums_seen(board):
    """What the page shows of a month, as its form for closing names it."""
    return re.search(r'name="seen" value="([0-9a-f]{32})"', board.get(MONTH))[1]


def close(board, status=200, **more):
    seen = sums_seen(board)
    return board.send(f"{MONTH}/close", status, at=MONTH, **{"seen": seen, "sure": "yes", **more})


# --- closing -------------------------------------------------------------------------------------


def test_a_month_is_looked_at_closed_and_explained(board):
    board.lab.worked("ada")
    assert "October 2026 is over and waits to be closed" in plain(board.get("/money"))
    page = plain(board.get(MONTH))
    assert "Nothing stands in the way." in page and "6.00 EUR" in page
    assert "October 2026 is closed. Its files are below." in plain(close(board))
    assert board.lab.json("charge list 2026-10")[0]["list"] == "6.00"
    lines = board.get(f"{MONTH}/charges?payer=ada")
    link = re.search(r'href="(/money/charges/[^"]+)"', lines)[1]
    explained = plain(board.get(link))
    assert "30 min at 12.00 EUR an hour: 6.00 EUR" in explained and "Ada Lovelace" in explained


def test_who_closed_it_stands_in_the_journal_as_known_by_the_board(board):
    close(board)
    with Store(board.lab.settings.gate.state).reader() as reader:
        period = charged.period(reader.conn, "2026-10")
        assert journal.notes(reader.conn, period.record) == {"login": "(board)"}
        assert roster.member(reader.conn, period.body.by).handle == "tess"


def test_a_month_that_runs_cannot_be_closed(board):
    assert "running" in plain(board.get("/money/2026-11"))
    said = board.send("/money/2026-11/close", 409, at="/money/2026-11", seen="x", sure="yes")
    assert "2026-11 is not over" in plain(said)


def test_a_month_closed_by_two_is_closed_once_and_the_second_is_told(board):
    board.lab.worked("ada")
    seen = sums_seen(board)
    board.lab.done("close 2026-10 --by zoe")
    said = plain(board.send(f"{MONTH}/close", at="/money/2026-11", seen=seen, sure="yes"))
    assert "October 2026 was closed already. Nothing was changed." in said


def test_a_month_that_changed_since_it_was_looked_at_is_not_closed(board):
    board.lab.worked("ada")
    seen = sums_seen(board)
    board.lab.worked("bob")
    said = plain(board.send(f"{MONTH}/close", 409, at=MONTH, seen=seen, sure="yes"))
    assert "2026-10 has changed since you looked at it." in said
    assert "12.00 EUR" in said
    assert board.lab.refused("charge list 2026-10")


def test_who_saw_other_payers_than_there_are_now_does_not_close_the_month(board):
    number = board.lab.worked("ada")
    seen = sums_seen(board)
    board.lab.done(f"session assign {number} --payer bob --reason his --by zoe")
    said = plain(board.send(f"{MONTH}/close", 409, at=MONTH, seen=seen, sure="yes"))
    assert "2026-10 has changed" in said and "Bob Noyce" in said
    close(board)


def test_a_session_that_ends_while_the_month_is_closed_is_seen_before(board):
    board.lab.worked("ada", why="recovered", recovered=True)
    seen, told = sums_seen(board), {"sure": "yes", "force": "yes", "reason": "gate 2 was stolen"}
    board.lab.worked("bob", why="recovered", recovered=True)
    assert "2026-10 has changed" in plain(board.send(f"{MONTH}/close", 409, at=MONTH, seen=seen, **told))
    board.send(f"{MONTH}/close", at=MONTH, seen=sums_seen(board), **told)


def test_nothing_is_closed_without_a_word_that_it_was_looked_at(board):
    assert "is not filled in" in plain(close(board, 422, sure=""))
    assert board.lab.refused("charge list 2026-10")


def test_what_stands_in_the_way_is_left_out_with_a_reason_only(board):
    board.lab.worked("ada", why="recovered", recovered=True)
    board.lab.worked("bob")
    assert "stand" in plain(close(board, 409))
    assert "Please say why" in plain(close(board, 409, force="yes"))
    said = plain(close(board, force="yes", reason="gate 2 was stolen"))
    assert "Sessions that were left out: 1." in said
    assert [one["payer"] for one in board.lab.json("charge list 2026-10")] == ["bob"]


def test_the_closed_months_are_checked_by_a_process_of_its_own(board):
    board.lab.worked("ada")
    close(board)
    assert "Closed months: 1, lines: 1. All is as it was sealed." in plain(board.get("/money/verify"))


# --- obstacles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "form", "cost"),
    [
        ({"why": "recovered", "recovered": True}, {"how": "recorded"}, "6.00"),
        ({"why": "recovered", "recovered": True}, {"how": "end", "end": "2026-10-24T12:15"}, "3.00"),
        ({"length_ms": 4 * HOUR}, {"how": "length", "length": "1h30m"}, "18.00"),
        ({"length_ms": 4 * HOUR}, {"how": "none"}, "0.00"),
        ({"ended": False}, {"how": "length", "length": "1h"}, "12.00"),
        ({"at_ms": 5_000_000_000_000}, {"how": "end", "end": "2026-10-24T17:30"}, "6.00"),
    ],
    ids=["recorded", "end", "length", "nothing", "open", "undated"],
)
def test_a_session_that_stands_in_the_way_is_settled_by_its_form(board, how, form, cost):
    number = board.lab.worked("ada", **how)
    page = board.get(MONTH)
    assert f"Settle session {number}" in plain(page)
    told = {"session": number, "deed": "settle", "seen": hidden(page, "seen"), "reason": "asked her"}
    board.send(f"{MONTH}/session", at=MONTH, **(told | form))
    assert "Nothing stands in the way." in plain(board.get(MONTH))
    close(board)
    assert board.lab.json("charge list 2026-10")[0]["list"] == cost


def test_a_line_without_a_price_is_marked_free(board):
    number = board.lab.worked("ada", machine="router")
    assert "it costs nothing, and nothing says why" in plain(board.get(MONTH))
    board.send(
        f"{MONTH}/session", at=MONTH, session=number, deed="mark", free="yes", reason="an open day", seen=""
    )
    assert "Nothing stands in the way." in plain(board.get(MONTH))


def test_somebody_else_pays_for_a_session(board):
    number = board.lab.worked("ada")
    fields = {"session": number, "deed": "assign", "reason": "their workshop"}
    assert "Bob" not in plain(board.get(f"{MONTH}"))
    board.send(f"{MONTH}/session", at=MONTH, payer="bob", **fields)
    close(board)
    assert board.lab.json("charge list 2026-10")[0]["payer"] == "bob"


def test_an_address_that_is_missing_is_typed_where_it_is_missing(board):
    board.lab.done("account set ada --organisation --by tess")
    board.lab.worked("ada")
    assert "is an organisation without an address" in plain(board.get(MONTH))
    board.send(f"{MONTH}/address", at=MONTH, member="ada", address="Rue Voot 61\n1200 Bruxelles")
    assert "Nothing stands in the way." in plain(board.get(MONTH))


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"how": "length", "length": "soon"}, 422),
        ({"how": "length", "length": "-1h"}, 422),
        ({"how": "end", "end": "yesterday"}, 422),
        ({"how": "end", "end": "1999-01-01T00:00"}, 422),
        ({"how": "recorded", "reason": ""}, 409),
        ({"how": "recorded", "session": "99999"}, 409),
        ({"how": "recorded", "session": "lab/gate/1#x"}, 409),
        ({"deed": "assign", "payer": "nobody-here"}, 409),
        ({"deed": "mark", "purpose": "<script>"}, 409),
        ({"deed": "mark"}, 422),
    ],
)
def test_a_form_that_makes_no_sense_does_nothing_and_shows_the_month_again(board, form, status):
    number = board.lab.worked("ada", why="recovered", recovered=True)
    told = {"session": number, "deed": "settle", "reason": "x"} | form
    said = board.send(f"{MONTH}/session", status, at=MONTH, **told)
    assert "What stands in the way" in plain(said)
    assert "nobody saw its end" in plain(board.get(MONTH))


def test_an_end_that_cannot_be_is_named_in_the_readers_language(board):
    number = board.lab.worked("ada", why="recovered", recovered=True)
    told = {"session": number, "how": "end", "end": "1999-01-01T00:00", "reason": "x"}
    said = plain(board.send(f"{MONTH}/session?lang=nl", 422, at=MONTH, **told))
    assert "“1999-01-01T00:00” past niet bij" in said


def test_a_session_that_somebody_else_settled_meanwhile_is_not_settled_over_their_head(board):
    number = board.lab.worked("ada", why="recovered", recovered=True)
    seen = hidden(board.get(MONTH), "seen")
    board.lab.done(f"session settle {number} --length 1h --reason asked --by zoe")
    fields = {"session": number, "deed": "settle", "how": "recorded", "reason": "x", "seen": seen}
    said = plain(board.send(f"{MONTH}/session", 409, at=MONTH, **fields))
    assert "Somebody has changed this since you opened the page." in said
    assert "12.00 EUR" in said


def test_a_form_that_is_sent_twice_counts_once(board):
    number = board.lab.worked("ada", why="recovered", recovered=True)
    page = board.get(MONTH)
    keys = {name: hidden(page, name) for name in ("csrf", "once")}
    form = keys | {"session": number, "deed": "settle", "how": "recorded", "reason": "x", "seen": ""}
    own = {"sec-fetch-site": "same-origin"}
    first = board.client.post(f"{MONTH}/session", data=form, headers=own, follow_redirects=False)
    second = board.client.post(f"{MONTH}/session", data=form, headers=own, follow_redirects=False)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert board.lab.done("journal tail -n 20").count("usage.settle") == 1


def test_a_session_that_ended_in_the_middle_of_a_form_does_nothing(board):
    number = board.lab.worked("ada", why="recovered", recovered=True)
    page = board.get(MONTH)
    form = {"csrf": hidden(page, "csrf"), "once": "o", "session": number, "how": "recorded", "reason": "x"}
    board.leave()
    answer = board.client.post(
        f"{MONTH}/session", data=form, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
    )
    assert answer.headers["location"].startswith("/sign-in")
    board.sign_in("tess")
    assert "nobody saw its end" in plain(board.get(MONTH))


# --- a large month -------------------------------------------------------------------------------


@pytest.fixture
def everything_is_large(monkeypatch):
    monkeypatch.setattr(money_standing, "LARGE", 1)


@pytest.mark.usefixtures("everything_is_large")
def test_a_large_month_is_reckoned_when_asked_for_and_closed_by_a_process_of_its_own(board):
    number = board.lab.worked("ada", why="recovered", recovered=True)
    assert "It is reckoned when you ask for it" in plain(board.get(MONTH))
    page = board.get(f"{MONTH}?reckon=1")
    assert "nobody saw its end" in plain(page) and "6.00 EUR" in plain(page)
    told = {"session": number, "deed": "settle", "how": "recorded", "reason": "x", "seen": ""}
    board.send(f"{MONTH}/session", at=MONTH, **told)
    assert "settled; it counts with the next look" in plain(board.get(MONTH))
    assert "Nothing stands in the way." in plain(board.get(f"{MONTH}?reckon=1"))
    seen = sums_seen(board)
    board.lab.worked("bob")
    assert "2026-10 a changé" in plain(
        board.send(f"{MONTH}/close?lang=fr", 409, at=MONTH, sure="yes", seen=seen)
    )
    board.get(f"{MONTH}?reckon=1&lang=en")
    said = plain(board.send(f"{MONTH}/close", at=MONTH, sure="yes", seen=sums_seen(board)))
    assert "October 2026 is closed." in said and "Tess Treasurer" in said


@pytest.mark.usefixtures("everything_is_large")
def test_a_large_month_that_cannot_be_closed_says_why(board):
    board.lab.worked("ada", why="recovered", recovered=True)
    board.get(f"{MONTH}?reckon=1")
    told = {"sure": "yes", "seen": sums_seen(board)}
    said = plain(board.send(f"{MONTH}/close?lang=de", 409, at=MONTH, **told))
    assert "2026-10" in said and "im Weg" in said and "--force" not in said
    assert board.lab.refused("charge list 2026-10")


# --- who may look --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/money", MONTH, "/money/accounts", "/money/payments", "/money/verify"])
def test_only_those_who_keep_the_books_see_money(board, path):
    board.sign_in("ada")
    assert "EUR" not in board.get(path, 403)
    board.sign_in("tess", Way.TAP)
    board.get(path, 403)
    board.sign_in("zoe")
    board.get(path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        "/money",
        MONTH,
        "/money/accounts",
        "/money/accounts/ada",
        "/money/payments",
        "/money/tariff",
        "/money/tariff/try?machine=laser&minutes=65",
        "/money/charts",
        "/money/reports",
    ],
)
def test_each_page_is_in_each_language(board, path, language):
    board.lab.worked("ada", why="recovered", recovered=True)
    sep = "&" if "?" in path else "?"
    page = board.get(f"{path}{sep}lang={language}")
    assert f'<html lang="{language}">' in page
    assert "{" not in plain(page)


HOSTILE = ["<script>alert(1)</script>", "x" * 200, "\N{RIGHT-TO-LEFT OVERRIDE}evil", "עדה לאבלייס"]


@pytest.mark.parametrize("name", HOSTILE, ids=["markup", "long", "override", "hebrew"])
def test_whatever_somebody_is_called_the_pages_show_it_as_a_name(board, name):
    board.lab.type(["member", "add", name, "--id", "eve", "--by", "zoe"])
    board.lab.worked("eve" if board.lab.type("member show eve").status == 0 else "ada")
    for path in (MONTH, "/money/accounts", "/money/accounts/eve?x=1"):
        answer = board.client.get(path)
        assert answer.status_code in (200, 404)
        assert "<script>alert" not in answer.text and "\N{RIGHT-TO-LEFT OVERRIDE}" not in answer.text


def test_at_a_gate_that_is_not_the_books_the_pages_say_where_they_are(lab, board, monkeypatch):
    from fabgate.desk import bookkeeping
    from fabgate.model import Code, Denied

    monkeypatch.setattr(bookkeeping, "not_the_books", lambda *_: Denied(Code.NOT_THE_BOOKS))
    assert "refusal" in board.get("/money")


def test_money_pages_name_no_day_of_a_session_wrongly(board):
    board.lab.worked("ada", at_ms=OCT_24, why="recovered", recovered=True)
    assert "24 Oct 2026, 12:00" in plain(board.get(MONTH))
