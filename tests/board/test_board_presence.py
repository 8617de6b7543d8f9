"""Who is on site, from a browser: checked in by a manager, or by oneself."""

from __future__ import annotations

import re

import pytest
from board_lab import plain

from fabgate.rules.viewing import Way

EVIL = "<script>alert(1)</script>"


def told(html: str) -> str:
    return plain(re.sub(r"</?bdi>", "", html))


@pytest.fixture
def zoe(board):
    board.sign_in("zoe")
    return board


def here(board) -> list[str]:
    return [one["member"] for one in board.lab.json("presence list")]


def test_a_manager_checks_somebody_in_and_out(zoe):
    assert "Nobody is checked in" in zoe.get("/presence")
    page = told(zoe.send("/presence/in", at="/presence", member="lovel"))
    assert "Ada Lovelace is checked in." in page
    assert "Ada Lovelace 24 Oct 2026, 12:00 25 Oct 2026, 00:00" in page
    assert "the lab is closed" in page
    page = told(zoe.send("/presence/out", at="/presence", member="ada"))
    assert "Ada Lovelace is checked out." in page
    assert here(zoe) == []


def test_who_has_keys_is_marked(zoe):
    zoe.lab.done('member status ada autonomous --by zoe --reason "AG 2026-11-20, 4"')
    page = told(zoe.send("/presence/in", at="/presence", member="ada"))
    assert "Ada Lovelace has keys" in page
    assert "the lab is closed" not in page


def test_where_several_are_meant_one_is_chosen(zoe):
    zoe.lab.done('member add "Ada Byron" --id adab --by zoe')
    page = told(zoe.send("/presence/in", at="/presence", member="Ad"))
    assert "Which one?" in page
    assert "Ada Byron (adab)" in page
    assert here(zoe) == []


@pytest.mark.parametrize(("member", "status"), [("nobody", 409), (EVIL, 409), ("", 200), ("x" * 5000, 409)])
def test_whom_nobody_knows_is_checked_in_nowhere(zoe, member, status):
    page = zoe.send("/presence/in", status=status, at="/presence", member=member)
    assert EVIL not in page
    assert here(zoe) == []


def test_the_second_who_checks_them_out_is_told_that_they_are_gone(zoe):
    zoe.lab.done("presence in ada --by zoe")
    zoe.get("/presence")
    zoe.lab.done("presence out ada --by zoe")
    zoe.send("/presence/out", status=409, at="/presence", member="ada")


def test_who_is_suspended_is_checked_in_by_nobody(zoe):
    zoe.lab.done('member suspend bob --by zoe --reason "talk"')
    page = zoe.send("/presence/in", status=422, at="/presence", member="bob")
    assert "is suspended" in page
    assert here(zoe) == []


def test_everybody_says_of_themselves_whether_they_are_here(board):
    board.sign_in("ada", Way.TAP)
    board.get("/presence", status=403)
    assert "not checked in" in board.get("/me/presence")
    page = told(board.send("/me/presence/in", at="/me/presence", member="bob"))
    assert "You are checked in since 24 Oct 2026, 12:00" in page
    assert here(board) == ["ada"]
    board.send("/me/presence/out", at="/me/presence")
    assert here(board) == []
    board.send("/me/presence/out", status=409, at="/me/presence")
    board.send("/presence/in", status=403, at="/me/presence", member="bob")


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_names_stay_names_in_each_language(zoe, language):
    zoe.lab.done(["member", "edit", "ada", "--name", EVIL, "--by", "zoe"])
    zoe.lab.done("presence in ada --by zoe")
    page = zoe.get(f"/presence?lang={language}")
    assert "<bdi>&lt;script&gt;" in page
    assert EVIL not in page
