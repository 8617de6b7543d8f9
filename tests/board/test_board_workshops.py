"""Workshops on the board: opened by who may work there alone, closed before their time."""

from __future__ import annotations

import pytest
from board_lab import plain
from cli_lab import ADA, Floor

EVIL = "<script>alert(1)</script>"
GROUP = {"machine": "laser", "people": "8", "purpose": "social", "until": "17:00"}


def opens(board, status=200, **fields):
    return board.send("/workshops/open", status=status, at="/workshops", **(GROUP | fields))


def test_a_manager_opens_one_that_somebody_else_leads(board):
    board.sign_in("zoe")
    page = plain(opens(board, leader="ada"))
    assert "is open to a group; people: 8" in page
    assert "tap your badge there to begin" in page
    shown = plain(board.get("/workshops"))
    assert "Ada Lovelace People 8 What for social Until 24 Oct 2026, 17:00" in shown


def test_who_works_alone_there_leads_one_and_closes_it(board):
    board.sign_in("ada")
    opens(board)
    assert "workshop list" not in board.get("/workshops")
    Floor(board.lab).tap("laser", ADA)
    page = plain(board.send("/workshops/close", at="/workshops", machine="laser"))
    assert "is closed." in page
    assert "No workshop is open" in page


def test_nobody_leads_one_on_a_machine_that_they_do_not_know(board):
    board.sign_in("ada")
    page = opens(board, status=409, leader="bob")
    assert "fab manager" in page
    board.sign_in("zoe")
    page = opens(board, status=409)
    assert "autonomous" in page
    assert "No workshop is open" in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"people": "0"}, 422),
        ({"people": "-3"}, 422),
        ({"people": "many"}, 422),
        ({"people": "9" * 30}, 422),
        ({"people": "501"}, 422),
        ({"until": "tomorrow"}, 422),
        ({"until": "09:00"}, 422),
        ({"until": "2027-01-01T10:00"}, 422),
        ({"purpose": EVIL}, 409),
        ({"machine": "toaster"}, 409),
        ({"machine": EVIL}, 409),
        ({"leader": EVIL}, 409),
    ],
)
def test_what_does_not_fit_is_said_and_stays_typed(board, fields, status):
    board.sign_in("ada")
    page = opens(board, status=status, **fields)
    assert EVIL not in page
    assert 'action="/workshops/open"' in page
    assert "No workshop is open" in page


def test_the_second_who_closes_it_is_told_that_none_is_open(board):
    board.sign_in("zoe")
    opens(board, leader="ada")
    board.get("/workshops")
    board.lab.done("workshop close laser --by ada")
    page = board.send("/workshops/close", status=409, at="/workshops", machine="laser")
    assert "No workshop is open" in page


def test_who_works_alone_nowhere_sees_none(board):
    board.sign_in("bob")
    board.get("/workshops", status=403)
