"""Dues on the board: a treasurer who is no manager sees whom they keep from starting, notes what came in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from board_lab import opened, plain
from money_books import books
from newcomers_lab import PAPERS

from fabgate.store import people, roster
from fabgate.store.db import Store

ADA = "/money/accounts/ada"
DUES = f"{ADA}/dues"


@pytest.fixture
def lab(tmp_path):
    lab = books(tmp_path)
    lab.settings = replace(lab.settings, charter=replace(lab.settings.charter, papers=PAPERS))
    return lab


@pytest.fixture
def board(lab):
    with opened(lab) as found:
        found.sign_in("tess")
        yield found


def paid_until(lab, handle="ada"):
    """The last moment that is paid for, None without an end; "" where nothing is on file."""
    with Store(lab.settings.gate.state).reader() as reader:
        return people.filed(reader.conn, roster.member(reader.conn, handle).id).get("dues", "")


def owing(board):
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", board.get("/money/dues"), re.DOTALL)
    return [plain(one) for one in rows]


def test_who_can_start_nothing_for_their_dues_stands_first_then_who_is_in_grace(lab, board):
    lab.done("dues set ada --until 2026-10-20 --past --by zoe")
    lab.done("paper file bob dues --by zoe")
    assert owing(board) == [
        "Tess Treasurer never paid starts nothing tess",
        "Zoe Dupont never paid starts nothing zoe",
        "Ada Lovelace ran out on 20 Oct 2026 they count until 19 Nov 2026 ada",
    ]
    lab.done("member status ada left --by zoe --reason moved")
    assert len(owing(board)) == 2


def test_what_was_paid_is_noted_and_leaves_the_list(lab, board):
    text = plain(board.send(DUES, at=ADA, paid_until="2027-08-31", dues_ref="bank 117"))
    assert "Noted: dues of Ada Lovelace." in text
    assert "Paid until 31 Aug 2027." in text
    assert "Ada" not in str(owing(board))
    (filed,) = [one for one in lab.json("paper list ada") if one["paper"] == "dues"]
    assert filed["until"] == "2027-08-31T21:59:59Z"
    assert '"ref":"bank 117"' in lab.done("history ada --json").replace(": ", ":")


def test_a_day_that_is_over_has_to_be_meant(lab, board):
    page = board.send(DUES, 409, at=ADA, paid_until="2026-08-31", dues_ref="bank 3")
    assert "is already over" in page
    assert 'value="bank 3"' in page
    assert paid_until(lab) == ""
    board.send(DUES, at=ADA, paid_until="2026-08-31", past="yes")
    assert paid_until(lab) < 1_788_220_800_000


@pytest.mark.parametrize("day", ["", "31/08/2027", "2027-02-30", "9999-12-31", "x" * 500])
def test_a_day_that_is_none_is_refused_and_named(lab, board, day):
    page = board.send(DUES, 422, at=ADA, paid_until=day)
    assert "Traceback" not in page
    assert paid_until(lab) == ""


def test_who_saw_something_else_than_is_so_now_changes_nothing(lab, board):
    seen = re.search(r'name="seen" value="([^"]*)"', board.get(ADA))[1]
    lab.done("dues set ada --until 2027-01-31 --by zoe")
    before = paid_until(lab)
    assert "changed" in board.send(DUES, 409, at=ADA, seen=seen, paid_until="2027-08-31")
    assert paid_until(lab) == before


def test_nobody_notes_their_own(lab, board):
    board.send("/money/accounts/tess/dues", 409, at="/money/accounts/tess", paid_until="2027-08-31")
    assert paid_until(lab, "tess") == ""


def test_somebody_who_is_not_there_has_no_dues(board):
    board.send("/money/accounts/nobody/dues", 409, at=ADA, paid_until="2027-08-31")


def test_a_lab_that_knows_no_dues_has_no_page_of_them_among_its_tabs(lab, tmp_path):
    lab.settings = replace(lab.settings, charter=replace(lab.settings.charter, papers={}))
    with opened(lab) as found:
        found.sign_in("tess")
        assert 'href="/money/dues"' not in found.get("/money")
        assert 'name="paid_until"' not in found.get(ADA)
        assert "This lab's rules know no dues." in plain(found.get("/money/dues"))
        found.send(DUES, 409, at=ADA, paid_until="2027-08-31")
