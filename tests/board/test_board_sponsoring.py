"""A sponsor's pages: whom they look after, what they saw, what they give and propose."""

from __future__ import annotations

import re

import pytest
from board_lab import Board, opened, plain
from own_lab import DAY_MS, NOV_2, OwnLab

from fabgate.rules.viewing import Way

ADA = "/sponsoring/members/ada"
TICK = {"deed": "tick", "skill": "laser", "item": "e-stop"}


@pytest.fixture
def lab(tmp_path) -> OwnLab:
    lab = OwnLab(tmp_path)
    lab.done("sponsors assign ada bob --by zoe")
    return lab


@pytest.fixture
def board(lab):
    with opened(lab) as found:
        found.sign_in("bob")
        yield found


def _evidence(lab: OwnLab) -> str:
    return lab.done("evidence list ada laser")


def _practised(lab: OwnLab) -> None:
    for days in (3, 4):
        lab.worked("ada", 45, at_ms=NOV_2 - days * DAY_MS, sponsor="bob")


# --- whom I look after --------------------------------------------------------------------------


def test_a_sponsor_sees_their_trainees_and_whom_nobody_looks_after(lab, board: Board):
    lab.done("member add Noa --id noa --by zoe")
    lab.worked("ada", 45, at_ms=NOV_2 - DAY_MS, sponsor="bob")
    page = plain(board.get("/sponsoring"))
    mine, free = page.split("Nobody looks after them", 1)
    assert "Trainees you look after: 1. Sessions you stood beside since the month began: 1." in mine
    assert "Ada Lovelace" in mine
    assert "sessions with a sponsor: 1/2" in mine
    assert "Noa" in free


def test_who_sponsors_on_another_skill_does_not_see_what_they_could_not_sign(lab, board: Board):
    lab.done('member add "Eve" --id eve --by zoe')
    lab.done("grant give eve router --level autonomous --by zoe --reason old --waive")
    board.sign_in("eve")
    assert "Ada" not in plain(board.get("/sponsoring"))
    page = plain(board.get(ADA))
    assert "There is no skill of theirs that you could sign." not in page
    assert "Laser" not in page
    board.send(ADA, status=409, **TICK)
    assert "[x] e-stop" not in _evidence(lab)


def test_a_sponsor_takes_somebody_on_and_lets_them_go(lab, board: Board):
    lab.done("member add Noa --id noa --by zoe")
    page = board.send("/sponsoring/members/noa", deed="take_on")
    assert "You look after Noa from now on." in plain(page)
    assert "noa" in lab.done("sponsors list")
    page = board.send("/sponsoring/members/noa", deed="let_go", reason="moved")
    assert "You no longer look after Noa." in plain(page)


def test_nobody_takes_on_whom_somebody_else_looks_after(lab, board: Board):
    lab.done('member add "Eve" --id eve --by zoe')
    lab.done("grant give eve laser --level autonomous --by zoe --reason old --waive")
    board.sign_in("eve")
    board.send(ADA, status=409, deed="take_on")
    assert "eve" not in lab.done("sponsors list")


# --- what I saw ---------------------------------------------------------------------------------


def test_a_sponsor_notes_all_that_was_shown(lab, board: Board):
    page = board.send(ADA, **TICK)
    assert "Noted: Ada Lovelace showed e-stop." in plain(page)
    board.send(ADA, deed="quiz", skill="laser", item="safety", score="85")
    board.send(ADA, deed="challenge", skill="laser", item="coins", ref="https://example.org/coins")
    page = plain(board.get(ADA))
    assert "85 points, 80 to reach" in page
    assert "https://example.org/coins" in page
    assert page.count("seen by you") == 3


def test_a_second_note_of_the_same_is_told_what_is_so_now(lab, board: Board):
    lab.done("evidence tick ada laser e-stop --by zoe")
    page = plain(board.send(ADA, status=409, **TICK))
    assert "That is so already" in page
    assert "seen by Zoe Dupont" in page


def test_a_slip_is_struck_out_by_whoever_wrote_it(lab, board: Board):
    board.send(ADA, **TICK)
    page = board.send(ADA, deed="strike", skill="laser", what="tick", item="e-stop", reason="wrong person")
    assert "Struck out: e-stop." in plain(page)
    assert "seen by" not in plain(page)


def test_nobody_strikes_out_what_another_saw(lab, board: Board):
    lab.done("evidence tick ada laser e-stop --by zoe")
    assert "That was a slip" not in plain(board.get(ADA))
    board.send(ADA, status=409, deed="strike", skill="laser", what="tick", item="e-stop", reason="no")
    assert "zoe" in _evidence(lab)


@pytest.mark.parametrize("score", ["", "-5", "1e3", "many", "8.5", "٣x"])
def test_points_that_are_none_are_refused_with_what_was_typed(lab, board: Board, score):
    page = board.send(ADA, status=422, deed="quiz", skill="laser", item="safety", score=score)
    assert ("does not fit “Points”" if score else "“Points” is not filled in.") in plain(page)
    assert f'value="{score}"' in page


def test_more_points_than_there_can_be_have_a_way_back(board: Board):
    page = board.send(ADA, status=422, deed="quiz", skill="laser", item="safety", score="9" * 30)
    assert 'href="/"' in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"deed": "tick", "skill": "laser", "item": "nothing"}, 409),
        ({"deed": "tick", "skill": "<script>", "item": "e-stop"}, 409),
        ({"deed": "tick"}, 409),
        ({"deed": "make_me_manager"}, 404),
        ({}, 404),
    ],
)
def test_forged_fields_do_nothing_and_have_a_way_back(lab, board: Board, fields, status):
    page = board.send(ADA, status=status, **fields)
    assert "<script>" not in page
    assert "href=" in page
    assert "[x]" not in _evidence(lab)


# --- what I give and propose --------------------------------------------------------------------


def test_a_sponsor_proposes_whom_all_is_there_of_and_takes_it_back(lab, board: Board):
    _practised(lab)
    lab.shown()
    assert "All is there: you can propose them." in plain(board.get(ADA))
    page = plain(board.send(ADA, deed="propose", skill="laser", reason="saw her cut ten coins"))
    assert "Proposed: Ada Lovelace. A fab manager decides." in page
    assert "Proposed: autonomous, by you" in page
    assert lab.json("grant waiting")[0]["reason"] == "saw her cut ten coins"
    assert "What I proposed waits for a fab manager Ada Lovelace : Laser cutting" in plain(
        board.get("/sponsoring")
    )
    board.send(ADA, deed="withdraw", skill="laser", reason="too soon")
    assert "ada" not in lab.done("grant waiting")


def test_a_proposal_needs_its_reason(lab, board: Board):
    page = plain(board.send(ADA, status=409, deed="propose", skill="laser", reason="  "))
    assert "Please say why." in page
    assert "ada" not in lab.done("grant waiting")


def test_where_managers_give_a_sponsor_cannot(lab, board: Board):
    _practised(lab)
    lab.shown()
    assert "They may work alone from now on" not in plain(board.get(ADA))
    board.send(ADA, status=409, deed="give", skill="laser", reason="ready")
    assert "ada  laser  autonomous" not in re.sub(" +", "  ", lab.done("grant list"))


def test_a_sponsor_lets_somebody_begin(lab, board: Board):
    lab.done("member add Noa --id noa --by zoe")
    page = board.send("/sponsoring", handle="noa")
    assert "Let them begin as a trainee" in plain(page)
    page = board.send("/sponsoring/members/noa", deed="begin", skill="laser", reason="shown the machine")
    assert "Noa may begin" in plain(page)
    assert lab.json("passport noa")["skills"][0]["level"] == "trainee"


def test_nobody_signs_for_themselves(lab, board: Board):
    page = plain(board.send("/sponsoring/members/bob", status=409, at=ADA, **TICK))
    assert "Bob Noyce cannot do this for themselves" in page
    assert "[x]" not in lab.done("evidence list bob laser")


def test_a_handle_that_nobody_has_is_told_with_near_ones(board: Board):
    page = board.send("/sponsoring", status=409, handle="adda")
    assert "ada" in plain(page)
    assert 'value="adda"' in page


def test_sessions_beside_me_name_whose_they_were(lab, board: Board):
    lab.worked("ada", 45, at_ms=NOV_2 - DAY_MS, sponsor="bob")
    lab.worked("bob", 45, at_ms=NOV_2 - DAY_MS)
    page = plain(board.get("/sponsoring/sessions"))
    assert "1 Nov 2026, 09:00 Ada Lovelace the laser cutter 45 min tapped off" in page
    assert page.count("45 min") == 1


# --- who sees it --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sponsoring", "/sponsoring/sessions", ADA])
def test_a_tap_and_a_trainee_see_nothing_of_sponsoring(board: Board, path):
    board.sign_in("bob", Way.TAP)
    assert board.client.get(path).status_code == 403
    board.sign_in("ada")
    assert board.client.get(path).status_code == 403
    board.send(path, status=403, at="/me", **TICK) if path == ADA else None


def test_a_sponsor_sees_no_papers_and_no_address_of_a_trainee(lab, board: Board):
    lab.done("member edit ada --email ada@example.org --by zoe")
    page = board.get(ADA)
    assert "ada@example.org" not in page
    assert "dues" not in page


def test_who_is_suspended_is_only_told_to_be_so(lab, board: Board):
    lab.done('member suspend ada --by zoe --reason "did not pay"')
    page = plain(board.get(ADA))
    assert "They cannot work here now." in page
    assert "did not pay" not in page
    assert "I saw it" not in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "N" * 200, "\u202eאדה"])
def test_trainees_with_names_of_any_kind_stand_as_they_are(lab, board: Board, name):
    lab.done(["member", "edit", "ada", "--name", name, "--by", "zoe"])
    lab.worked("ada", 45, at_ms=NOV_2 - DAY_MS, sponsor="bob")
    for path in ("/sponsoring", "/sponsoring/sessions", ADA):
        page = board.get(path)
        assert name.replace("\u202e", "") in plain(page)
        assert "<script>alert" not in page


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_each_page_of_a_sponsor_speaks_each_language(lab, board: Board, language):
    _practised(lab)
    for path in ("/sponsoring", "/sponsoring/sessions", ADA):
        page = board.get(f"{path}?lang={language}")
        assert f'<html lang="{language}">' in page
        assert "{" not in plain(page)
