"""The API: by which token, for whom, what it says, what it does and refuses."""

from __future__ import annotations

import json

import pytest
from api_lab import EVERY, Program
from board_lab import Board
from cli_lab import ADA, STRANGER, ZOE, Floor, Lab

from fabgate.board.api import CALLS
from fabgate.board.api_door import MOST_BYTES
from fabgate.model import RecordId
from fabgate.rules.signing import Scope
from fabgate.store import journal
from fabgate.store.db import Store

NAMED = {"machine": "laser", "member": "ada", "month": "2026-10"}
READS = [call for call in CALLS if call.method == "GET" and not call.path.endswith("/{month}/charges")]
GUARDED = [call for call in CALLS if call.scope is not None]
PUBLIC = [call for call in CALLS if call.scope is None]


def path_of(call) -> str:
    return call.path.format(**NAMED)


def name_of(call) -> str:
    return call.name


@pytest.fixture
def program(board: Board) -> Program:
    return Program(board)


@pytest.fixture
def worked(lab: Lab) -> Lab:
    """Ada worked on the laser for a minute and is at the router now; a stranger was refused."""
    floor = Floor(lab)
    floor.tap("laser", ADA)
    floor.pass_s(60)
    floor.tap("laser", ADA)
    floor.pass_s(120)
    floor.tap("laser", STRANGER)
    floor.tap("router", ADA)
    return lab


# --- who asks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", GUARDED, ids=name_of)
def test_without_a_token_nothing_is_told_and_nothing_done(board, call):
    answer = board.client.request(call.method, f"/api/v1{path_of(call)}")
    assert answer.status_code == 401
    assert answer.json()["code"] == "unknown_token"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "shown",
    ["Bearer", "Bearer ", "Bearer fabgate_x_y", "Basic emVlOnoK", "Bearer \u00e9", "Bearer " + "x" * 5_000],
)
def test_what_is_no_token_opens_nothing(board, shown):
    answer = board.client.get("/api/v1/members", headers={"authorization": shown.encode("latin-1")})
    assert answer.status_code == 401


@pytest.mark.parametrize("call", GUARDED, ids=name_of)
def test_a_token_is_good_for_its_scopes_and_nothing_else(board, call):
    others = tuple(scope for scope in EVERY if scope != call.scope)
    told = Program(board, scopes=others).ask(path_of(call), 403, call.method)
    assert told["code"] == "no_scope"
    assert call.scope.value in told["text"]


def test_a_token_opens_no_more_than_its_member_may_see(board):
    ada = Program(board, "ada")
    assert ada.ask("/me")["handle"] == "ada"
    for path in ("/members", "/journal", "/machines", "/months", "/badges", "/gates"):
        assert ada.ask(path, 403)["code"] == "not_allowed"


def test_an_office_that_ends_closes_the_token_at_once(board, program):
    board.lab.done('member add "Tess" --id tess --by zoe')
    board.lab.done("role give tess treasurer --by zoe --reason elected")
    tess = Program(board, "tess")
    assert tess.ask("/months")["items"]
    board.lab.done("role revoke tess treasurer --by zoe --reason over")
    assert tess.ask("/months", 403)["code"] == "not_allowed"


def test_a_suspended_members_token_shows_their_own_pages_and_no_more(board):
    board.lab.done('member add "Max" --id max --by zoe')
    board.lab.done("role give max manager --by zoe --reason elected")
    max_ = Program(board, "max")
    assert max_.ask("/members")
    board.lab.done("member suspend max --by zoe --reason debts")
    assert max_.ask("/members", 403)["code"] == "not_allowed"
    assert max_.do("/machines/laser/lock", 409, reason="x")["code"] == "suspended_member"
    assert max_.ask("/me")["suspended"] is not None


def test_a_token_that_ran_out_opens_nothing(board):
    program = Program(board, until_ms=board.lab.clock.now().wall_ms + 60_000)
    assert program.ask("/me")
    board.lab.clock.advance(61_000)
    assert program.ask("/me", 401)["code"] == "unknown_token"


def test_a_cookie_of_the_board_counts_for_nothing_here(board):
    board.sign_in("zoe")
    assert board.client.get("/api/v1/members").status_code == 401
    assert board.client.post("/api/v1/machines/laser/lock", json={"reason": "x"}).status_code == 401


# --- what is told -------------------------------------------------------------------------------


@pytest.mark.parametrize("call", READS, ids=name_of)
def test_each_list_and_thing_can_be_read(worked, program, call):
    assert program.ask(path_of(call))


@pytest.mark.parametrize("call", PUBLIC, ids=name_of)
def test_what_is_public_names_nobody_and_can_be_asked_by_any_page(worked, board, call):
    answer = board.client.get(f"/api/v1{path_of(call)}")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    for name in ("ada", "Ada", "Lovelace", "zoe", "Zoe", "bob"):
        assert name not in answer.text


def test_no_number_and_no_token_of_a_badge_is_anywhere(worked, board, program):
    with Store(worked.settings.gate.state).reader() as reader:
        tokens = [token for (token,) in reader.conn.execute("SELECT token FROM badges")]
    assert tokens
    text = "".join(json.dumps(program.ask(path_of(call))) for call in READS)
    for told in (ADA, ZOE, STRANGER, *tokens, *(token.rpartition(":")[2] for token in tokens)):
        assert told not in text


def test_a_session_that_ended_is_told_with_its_length(worked, program):
    [session] = program.ask("/sessions")["items"]
    assert (session["member"], session["machine"], session["seconds"]) == ("ada", "laser", 60)
    assert session["ended"] == "own_tap"
    [running] = program.ask("/sessions/running")["items"]
    assert (running["machine"], running["seconds"], running["ended"]) == ("router", None, None)


def test_members_see_their_own_sessions_and_no_others(worked, board):
    ada, bob = Program(board, "ada"), Program(board, "bob")
    assert {one["machine"] for one in ada.ask("/me/sessions")["items"]} == {"laser", "router"}
    assert ada.ask("/me/sessions?month=2026-09")["items"] == []
    assert bob.ask("/me/sessions")["items"] == []


def test_people_are_found_by_a_part_of_their_name(program):
    assert [one["handle"] for one in program.ask("/members?search=LOVE")["items"]] == ["ada"]
    assert program.ask("/members?status=left")["items"] == []


def test_a_list_comes_in_pages_and_misses_nobody(board, program):
    seen, after = [], ""
    for _ in range(3):
        told = program.ask(f"/members?limit=1&after={after}")
        seen += [one["handle"] for one in told["items"]]
        after = told["next"]
        if seen == ["ada"]:
            board.lab.done('member add "Abe" --id abe --by zoe')  # before her: moves nobody
    assert (seen, after) == (["ada", "bob", "zoe"], None)


def test_the_journal_is_read_on_from_where_one_was_and_each_record_comes_once(worked, board, program):
    seen, after = [], ""
    while True:
        told = program.ask(f"/journal?limit=3&after={after}")
        seen += [one["record"] for one in told["items"]]
        after = told["next"]
        if not told["more"]:
            break
    with Store(worked.settings.gate.state).reader() as reader:
        assert seen == [str(one.id) for one in journal.entries(reader.conn)]
    assert program.ask(f"/journal?after={after}")["items"] == []
    board.lab.done("machine lock router --by zoe --reason smoke")
    [record] = program.ask(f"/journal?after={after}")["items"]
    assert (record["kind"], record["reason"], record["body"]["by"]) == ("machine.lock", "smoke", "zoe")


def test_one_kind_of_record_is_read_on_past_all_others(worked, board, program):
    told = program.ask("/journal?kind=badge.add&limit=1")
    again = program.ask(f"/journal?kind=badge.add&limit=1&after={told['next']}")
    assert (told["more"], again["more"]) == (True, False)
    assert {one["body"]["member"] for one in told["items"] + again["items"]} == {"ada", "bob"}


@pytest.mark.parametrize("after", ["x", "bnVsbA", "W10", "eyJhIjoxfQ", "eyJhIjoieCJ9", "[" * 5_000])
def test_a_mark_that_is_not_of_these_books_is_refused(program, after):
    assert program.ask(f"/journal?after={after}", 409)["code"] == "stale_cursor"


def test_a_mark_behind_what_a_restored_hub_has_is_refused(worked, program):
    with Store(worked.settings.gate.state).reader() as reader:
        origin = str(reader.identity.origin)
        last = journal.last_seq(reader.conn)
    from fabgate.board.api_words import packed

    assert program.ask(f"/journal?after={packed({origin: last})}")["items"] == []
    assert program.ask(f"/journal?after={packed({origin: last + 1})}", 409)["code"] == "stale_cursor"


# --- what is done -------------------------------------------------------------------------------


def test_a_machine_is_locked_and_unlocked_in_the_name_of_the_tokens_member(board, program):
    did = program.do("/machines/laser/lock", reason="the lens is cracked")
    assert did["by"] == "zoe"
    machine = program.ask("/machines/laser")
    assert machine["locked"]["reason"] == "the lens is cracked"
    with Store(board.lab.settings.gate.state).reader() as reader:
        beside = journal.notes(reader.conn, RecordId.of(did["record"]))
    assert beside["login"] == "(board)"
    assert program.do("/machines/laser/lock", 409, reason="again")["code"] == "nothing_to_do"
    program.do("/machines/laser/unlock")
    assert program.ask("/machines/laser")["locked"] is None


def test_a_deed_that_its_member_may_not_do_is_refused_by_the_desk(board):
    board.lab.done("machine lock laser --by zoe --reason smoke")
    told = Program(board, "bob").do("/machines/laser/unlock", 403)
    assert told["code"] == "not_allowed"
    assert told["text"]


def test_a_deed_without_the_reason_that_it_needs_says_so(program):
    assert program.do("/machines/laser/lock", 422)["text"] == "reason is missing"
    assert program.do("/machines/laser/lock", 422, reason=" ")["code"] == "reason_needed"
    assert program.ask("/machines/laser")["locked"] is None


def test_a_session_is_ended_from_afar(worked, program):
    program.do("/machines/router/end", reason="closing time")
    assert program.do("/machines/laser/end", 409, reason="x")["code"] == "no_session"
    kinds = [one["kind"] for one in program.ask("/journal")["items"]]
    assert "session.close" in kinds


def test_people_are_checked_in_and_out(board, program):
    program.do("/members/bob/check-in")
    assert [one["member"] for one in program.ask("/presence")["items"]] == ["bob"]
    program.do("/members/bob/check-out")
    assert program.ask("/presence")["items"] == []


# --- what is wrong with it ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 16_000, 400),
        (b'{"reason": 3}', 422),
        (b'{"reason": null}', 422),
        (b'{"reason": "x", "by": "ada"}', 422),
        (b'{"reason": "' + b"x" * 1_001 + b'"}', 422),
        (b'{"reason": "a\\u0000b"}', 422),
        (b'{"reason": "' + b"x" * MOST_BYTES + b'"}', 413),
    ],
)
def test_a_body_that_does_not_fit_does_nothing(program, body, status):
    assert program.ask("/machines/laser/lock", status, "POST", content=body)["text"]
    assert program.ask("/machines/laser")["locked"] is None


def test_half_a_character_in_a_reason_is_kept_as_a_sign_for_one(program):
    program.ask("/machines/laser/lock", 200, "POST", content=b'{"reason": "a\\ud800b"}')
    assert program.ask("/machines/laser")["locked"]["reason"] == "a\ufffdb"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=x",
        "limit=1.0",
        "limit=01",
        "limt=1",
        "status=boss",
        "after=%00",
    ],
)
def test_a_parameter_that_does_not_fit_is_named(program, query):
    told = program.ask(f"/members?{query}", 422)
    assert told["code"] == "unfit"
    assert query.partition("=")[0] in told["text"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/members/nobody", 404, "unknown_member"),
        ("/machines/mill", 404, "unknown_machine"),
        ("/months/2026-13", 422, "unfit"),
        ("/months/2026-10/charges", 409, "month_open"),
        ("/grants?skill=juggling", 404, "unknown_skill"),
        ("/nothing", 404, "not_found"),
        ("/members/", 404, "not_found"),
        ("/members/a/b/c", 404, "not_found"),
    ],
)
def test_what_is_not_there_is_said_in_the_same_form(program, path, status, code):
    told = program.ask(path, status)
    assert told["code"] == code
    assert set(told) == {"code", "text", "next"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "TRACE", "PROPFIND"])
def test_a_method_that_an_address_does_not_take_is_refused_with_those_it_takes(board, method):
    answer = board.client.request(method, "/api/v1/members")
    assert (answer.status_code, answer.headers["allow"]) == (405, "HEAD, GET")
    assert answer.json()["code"] == "no_method"


def test_troubles_are_told_in_the_language_that_was_asked_for(program):
    told = program.ask("/members/nobody", 404, headers={"accept-language": "fr"})
    other = program.ask("/members/nobody", 404)
    assert told["text"] != other["text"]
    assert "fabgate" not in program.ask("/nothing", 404, headers={"accept-language": "nl"})["text"]


def test_a_name_with_markup_is_data(board, program):
    name = "<script>alert(1)</script> \u202eRTL"
    board.lab.done(["member", "add", name, "--id", "eve", "--by", "zoe"])
    assert program.ask("/members/eve")["member"]["name"] == name
    answer = board.client.get("/api/v1/wall")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_scopes_that_calls_ask_for_are_those_of_tokens():
    assert {call.scope for call in GUARDED} <= set(Scope)
