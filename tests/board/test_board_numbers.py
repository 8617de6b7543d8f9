"""`/metrics` of the board: the numbers of `fabgate metrics`, for this computer or by a token, of nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_lab import Program
from board_lab import Board
from cli_lab import ADA, Floor, Lab
from starlette.testclient import TestClient

from fabgate.board.app import application
from fabgate.board.house import House
from fabgate.board.routes import ROUTES

HERE = "http://127.0.0.1:8080"


def asked(lab: Lab, client: str) -> Iterator[TestClient]:
    app = application(House(lab.settings, lab.clock), ROUTES)
    with TestClient(app, base_url=HERE, client=(client, 40_000)) as found:
        yield found


@pytest.fixture
def near(lab: Lab) -> Iterator[TestClient]:
    """A program of this computer."""
    yield from asked(lab, "127.0.0.1")


@pytest.fixture
def far(lab: Lab) -> Iterator[TestClient]:
    """A program somewhere in the lab."""
    yield from asked(lab, "192.168.1.7")


def test_the_numbers_are_those_of_the_command(lab, near):
    floor = Floor(lab)
    floor.tap("laser", ADA)
    answer = near.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (
        200,
        "text/plain; version=0.0.4; charset=utf-8",
    )

    def stable(text: str) -> list[str]:
        return [line for line in text.splitlines() if "free_bytes" not in line]

    assert stable(answer.text) == stable(lab.done("metrics --to -"))
    assert "fabgate_session_open{" in answer.text


def test_nobody_is_in_the_numbers(lab, near):
    text = near.get("/metrics").text
    for name in ("ada", "Ada", "Lovelace", "zoe", "Zoe", ADA):
        assert name not in text


def test_from_elsewhere_a_token_for_it_is_asked_for(board: Board, far):
    assert far.get("/metrics").status_code == 401
    assert far.get("/metrics").headers["www-authenticate"].startswith("Bearer")
    for scopes, status in ((("metrics",), 200), (("lab", "own", "act"), 403)):
        shown = {"authorization": f"Bearer {Program(board, scopes=scopes).token}"}
        assert far.get("/metrics", headers=shown).status_code == status


def test_a_token_of_somebody_without_an_office_opens_no_numbers(board: Board, far):
    shown = {"authorization": f"Bearer {Program(board, 'bob', ('metrics',)).token}"}
    assert far.get("/metrics", headers=shown).status_code == 403


def test_a_header_that_says_where_it_comes_from_is_not_believed(far):
    assert far.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 401


@pytest.mark.parametrize(
    ("base", "more"),
    [
        ("http://board.lan", {}),
        ("http://attacker.example", {}),  # a page whose name was made to point here
        (HERE, {"x-forwarded-for": "192.168.1.7"}),
        (HERE, {"via": "1.1 vegur"}),
    ],
)
def test_what_is_passed_on_from_elsewhere_is_not_taken_for_this_computer(lab, base, more):
    for client in asked(lab, "127.0.0.1"):
        assert client.get(f"{base}/metrics", headers=more).status_code == 401
        assert client.get(f"{base}/sign-in", headers=more).status_code == 403
