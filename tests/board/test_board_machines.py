"""Machines on the board: how they stand, out of service and back, a session that ends now, upkeep."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from board_lab import opened, plain
from cli_lab import ADA, BOB, Floor

from fabgate.board.sessions import COOKIE
from fabgate.model import MachineId, Service
from fabgate.rules.viewing import Way
from fabgate.store import journal
from fabgate.store.db import Store

EVIL = "<script>alert(1)</script>"
RTL = "\u202eevil"
LANGUAGES = ("en", "fr", "nl", "de")


def told(html: str) -> str:
    """The page as a person reads it, names without the marks around them."""
    return plain(re.sub(r"</?bdi>", "", html))


@pytest.fixture
def zoe(board):
    board.sign_in("zoe")
    return board


def last(board):
    with Store(board.lab.settings.gate.state).reader() as reader:
        one = next(journal.entries(reader.conn, newest_first=True))
        return one.body, journal.notes(reader.conn, one.id)


def session_of(board, path="/machines/laser") -> str:
    return re.findall(r'name="session" value="([^"]+)"', board.get(path))[0]


def test_every_machine_is_there_with_its_state_and_who_works(zoe):
    Floor(zoe.lab).tap("laser", ADA)
    zoe.lab.done('machine lock router --by ada --reason "worn belt"')
    page = told(zoe.get("/machines"))
    assert "the laser cutter in use At work: Ada Lovelace" in page
    assert "router out of service Taken out of service: Ada Lovelace, “worn belt”" in page


def test_a_lab_without_machines_says_what_to_do_next(lab):
    lab.settings = replace(lab.settings, machines={})
    with opened(lab) as board:
        board.sign_in("zoe")
        assert "Machines stand in the configuration" in board.get("/machines")
        assert "There is no machine to open" in board.get("/workshops")


def test_a_machine_goes_out_of_service_with_a_reason_and_comes_back(zoe):
    page = zoe.send("/machines/laser/lock", at="/machines/laser", reason="smells of smoke")
    assert "the laser cutter is out of service." in told(page)
    body, notes = last(zoe)
    assert (body.kind, notes["reason"], notes["login"]) == ("machine.lock", "smells of smoke", "(board)")
    page = zoe.send("/machines/laser/unlock", at="/machines/laser", reason="lens cleaned")
    assert "the laser cutter is back in service." in told(page)
    body, notes = last(zoe)
    assert (body.kind, notes["reason"]) == ("machine.unlock", "lens cleaned")


def test_no_reason_is_asked_for_again_and_nothing_is_done(zoe):
    page = zoe.send("/machines/laser/lock", status=409, at="/machines/laser", reason="  ")
    assert "Please say why" in page
    assert 'action="/machines/laser/lock"' in page
    assert last(zoe)[0].kind != "machine.lock"


def test_the_second_who_takes_it_out_of_service_is_told_that_it_is(zoe):
    zoe.get("/machines/laser")
    zoe.lab.done('machine lock laser --by ada --reason "smells"')
    page = zoe.send("/machines/laser/lock", status=409, at="/machines/router", reason="smoke")
    assert "That is so already" in page
    assert "smells" in page
    assert 'action="/machines/laser/unlock"' in page


def test_a_form_that_is_sent_twice_counts_once(zoe):
    page = zoe.get("/machines/laser")
    keys = dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', page))
    for reason, status in (("smoke", 200), ("smoke", 200), ("fire", 409)):
        answer = zoe.client.post(
            "/machines/laser/lock",
            data=keys | {"reason": reason},
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=True,
        )
        assert answer.status_code == status
    assert "sent already" in answer.text
    assert "fire" not in zoe.get("/machines/laser")


def test_a_session_that_ended_meanwhile_leads_to_the_sign_in(zoe):
    zoe.get("/machines/laser")
    zoe.client.cookies.delete(COOKIE)
    answer = zoe.client.post(
        "/machines/laser/lock",
        data={"reason": "x"},
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )
    assert answer.headers["location"].startswith("/sign-in")
    assert last(zoe)[0].kind != "machine.lock"


# --- sessions -------------------------------------------------------------------------------------


def test_a_session_is_ended_now_and_the_page_waits_for_the_gate(zoe):
    floor = Floor(zoe.lab)
    floor.tap("laser", ADA)
    page = zoe.send(
        "/machines/laser/end", at="/machines/laser", session=session_of(zoe), reason="closing time"
    )
    assert "The session of Ada Lovelace at the laser cutter is to end now." in told(page)
    assert "An end was asked for at 12:00 by Zoe Dupont" in told(page)
    assert 'hx-get="/machines/laser/now"' in page
    assert floor.relay("laser") == "off"
    piece = zoe.get("/machines/laser/now")
    assert "free" in piece
    assert "hx-get" not in piece
    assert "<html" not in piece
    assert "End the session now" not in zoe.get("/machines/laser")


def test_only_the_session_that_was_looked_at_is_ended(zoe):
    """Ada is done and Bob has begun while the manager wrote why."""
    floor = Floor(zoe.lab)
    floor.tap("laser", ADA)
    old = session_of(zoe)
    floor.pass_s(60)
    floor.tap("laser", ADA)
    floor.pass_s(60)
    floor.tap("laser", ADA)
    page = zoe.send("/machines/laser/end", status=409, at="/machines/laser", session=old, reason="late")
    assert "is not open" in page
    assert floor.relay("laser") == "on"


@pytest.mark.parametrize("session", ["", "#", "router", "x", EVIL, "a/b/c#1", "-1"])
def test_a_session_that_is_none_ends_nothing(zoe, session):
    floor = Floor(zoe.lab)
    floor.tap("laser", ADA)
    page = zoe.send("/machines/laser/end", status=409, at="/machines/laser", session=session, reason="x")
    assert EVIL not in page
    assert floor.relay("laser") == "on"


# --- who may ----------------------------------------------------------------------------------------


def test_a_maintainer_keeps_their_own_machine_and_no_other(board):
    board.lab.done('role give bob maintainer --machine laser --by zoe --reason "knows it"')
    board.sign_in("bob")
    assert 'href="/gates' not in board.get("/machines/laser")
    for machine in ("laser", "router"):
        board.send(f"/machines/{machine}/lock", at=f"/machines/{machine}", reason="worn")
    assert 'action="/machines/laser/unlock"' in board.get("/machines/laser")
    page = board.get("/machines/router")
    assert 'action="/machines/router/unlock"' not in page
    assert "puts it back into service" in page
    forged = board.send("/machines/router/unlock", status=409, at="/machines/laser", reason="x")
    assert "maintainer" in forged
    board.send("/machines/laser/unlock", at="/machines/laser", reason="mended")


def test_who_has_no_office_sees_no_machine(board):
    board.sign_in("ada")
    for path in ("/machines", "/machines/laser", "/machines/laser/now", "/downtime", "/audit"):
        board.get(path, status=403)
    board.sign_in("zoe", Way.TAP)
    board.get("/machines", status=403)


@pytest.mark.parametrize("machine", ["toaster", "%3Cscript%3Ealert(1)", "x" * 300, "%E2%80%AE"])
def test_a_machine_that_is_not_there_has_a_way_back(zoe, machine):
    for path in (f"/machines/{machine}", f"/machines/{machine}/now"):
        page = zoe.get(path, status=404)
        assert EVIL not in page
        assert 'href="/"' in page
    zoe.send(f"/machines/{machine}/lock", status=409, at="/machines/laser", reason="x")


# --- upkeep -----------------------------------------------------------------------------------------


@pytest.fixture
def kept(lab):
    """The laser's lens is to be cleaned each two sessions, and nothing starts when that is over."""
    laser = lab.settings.machines[MachineId("laser")]
    services = (Service("lens", jobs=1, blocks=True), Service("belt", days=30))
    rules = replace(laser.rules, services=services)
    machines = dict(lab.settings.machines) | {MachineId("laser"): replace(laser, rules=rules)}
    lab.settings = replace(lab.settings, machines=machines)
    floor = Floor(lab)
    for _ in range(2):
        floor.tap("laser", ADA)
        floor.pass_s(600)
        floor.tap("laser", ADA)
        floor.pass_s(60)
    with opened(lab) as board:
        board.sign_in("zoe")
        yield board


def test_a_service_that_is_due_shows_and_counts_anew_once_noted(kept):
    assert "service due" in kept.get("/machines")
    assert "nothing starts" in kept.get("/machines/laser")
    page = kept.send(
        "/machines/laser/serviced",
        at="/machines/laser",
        service="lens",
        reason="cleaned",
        seen=str(kept.lab.clock.now().wall_ms),
    )
    assert "lens is done, and counts anew" in told(page)
    assert "nothing starts" not in page
    assert last(kept)[1]["reason"] == "cleaned"


def test_a_service_that_somebody_noted_meanwhile_is_not_noted_twice(kept):
    seen = str(kept.lab.clock.now().wall_ms)
    kept.lab.clock.advance(5_000)
    kept.lab.done('machine serviced laser lens --by zoe --reason "first"')
    before = last(kept)
    page = kept.send("/machines/laser/serviced", status=409, at="/machines/laser", service="lens", seen=seen)
    assert "That is so already" in page
    assert last(kept) == before


@pytest.mark.parametrize(
    ("service", "seen"), [("no such", "1"), ("", ""), (EVIL, "-5"), ("lens" * 99, "9" * 40)]
)
def test_a_service_that_is_none_is_noted_nowhere(kept, service, seen):
    before = last(kept)
    page = kept.send("/machines/laser/serviced", status=409, at="/machines/laser", service=service, seen=seen)
    assert EVIL not in page
    assert last(kept) == before


# --- months -----------------------------------------------------------------------------------------


def test_when_a_machine_was_out_of_use_stands_there_by_the_month(zoe):
    zoe.lab.done('machine lock laser --by ada --reason "worn"')
    zoe.lab.clock.advance(7_200_000)
    zoe.sign_in("zoe")
    page = told(zoe.get("/downtime"))
    assert "The laser cutter 2 h" in page
    assert "out of service: 2 h" in page
    assert "0.3 %" in page
    assert "0,3" in told(zoe.get("/downtime?lang=fr"))
    zoe.get("/downtime?lang=en")
    assert "No machine was out of use" in zoe.get("/downtime?month=2026-09")


@pytest.mark.parametrize("month", ["2026-13", "x", EVIL, "99999-01", "-"])
def test_a_month_that_is_none_is_told_so(zoe, month):
    for path in ("/downtime", "/audit"):
        page = zoe.client.get(path, params={"month": month})
        assert page.status_code == 422
        assert EVIL not in page.text
        assert 'name="month"' in page.text


def test_what_a_gate_that_looks_on_would_have_refused(lab):
    router = lab.settings.machines[MachineId("router")]
    looks_on = replace(router, rules=replace(router.rules, audit=True))
    lab.settings = replace(
        lab.settings, machines=dict(lab.settings.machines) | {MachineId("router"): looks_on}
    )
    floor = Floor(lab)
    for badge in (BOB, ADA):
        floor.tap("router", badge)
        floor.pass_s(60)
        floor.tap("router", badge)
        floor.pass_s(60)
    with opened(lab) as board:
        board.sign_in("zoe")
        page = told(board.get("/audit?month=2026-10"))
        assert "router You have not learned this machine yet Bob Noyce 1 24 Oct 2026" in page
        assert "Router: sessions with nothing against them: 1 of 2." in page
        assert "Nothing would have been refused" in board.get("/audit?month=2026-09")
        assert "only looks on" in board.get("/machines")


# --- words and names --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_whole_in_each_language(kept, language):
    Floor(kept.lab).tap("router", ADA)
    kept.lab.done('machine lock laser --by ada --reason "worn"')
    for path in ("/machines", "/machines/laser", "/machines/router", "/downtime", "/audit", "/workshops"):
        page = kept.get(f"{path}?lang={language}")
        assert f'<html lang="{language}">' in page


def test_names_are_shown_as_names(zoe):
    zoe.lab.done(["member", "edit", "ada", "--name", EVIL, "--by", "zoe"])
    Floor(zoe.lab).tap("laser", ADA)
    zoe.lab.done(["machine", "lock", "laser", "--by", "ada", "--reason", RTL + "y" * 400])
    for path in ("/machines", "/machines/laser"):
        page = zoe.get(path)
        assert EVIL not in page
        assert "\u202e" not in page
        assert "<bdi>&lt;script&gt;" in page
    page = zoe.send("/machines/laser/end", at="/machines/laser", session=session_of(zoe), reason="x")
    assert EVIL not in page
