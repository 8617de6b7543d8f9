"""Long work in a process of its own: a file streams, a failure is a page, whoever goes away ends it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from board_lab import Board, opened
from money_books import books
from starlette.requests import Request

from fabgate.board import child
from fabgate.board.pages import arrive
from fabgate.desk.deed import SIGNED_IN_AS


@pytest.fixture
def lab(tmp_path):
    return books(tmp_path)


@pytest.fixture
def board(lab):
    with opened(lab) as found:
        found.sign_in("tess")
        yield found


def asked(board: Board, sent: list, gone: anyio.Event | None = None):
    """One request, without a browser: the scope, what it says next, and where the answer goes."""
    app = board.client.app
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/money",
        "headers": [(b"cookie", f"__Host-fabgate={board.client.cookies['__Host-fabgate']}".encode())],
        "query_string": b"",
        "scheme": "https",
        "server": ("board.lan", 443),
        "app": app,
    }

    async def receive():
        await (gone or anyio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    return scope, receive, send


def visit_of(board: Board, scope):
    return arrive(board.house, Request(scope), {})


def test_a_browser_that_goes_away_ends_the_work(board, monkeypatch, tmp_path):
    mark = tmp_path / "child"
    sleeper = tmp_path / "sleeper"
    sleeper.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 600\n", encoding="utf-8")
    sleeper.chmod(0o755)
    monkeypatch.setattr(child.sys, "executable", str(sleeper))
    sent: list = []

    async def leave():
        gone = anyio.Event()
        scope, receive, send = asked(board, sent, gone)
        with visit_of(board, scope) as visit:
            answer = child.Download(visit, ("x",), "x.csv", "text/csv", child.failed)
        async with anyio.create_task_group() as both:
            both.start_soon(answer, scope, receive, send)
            with anyio.fail_after(20):
                while not (mark.exists() and mark.read_text().strip()):
                    await anyio.sleep(0.01)
            gone.set()

    with ThreadPoolExecutor(1) as beside:  # an open browser of other tests has the loop of this thread
        beside.submit(anyio.run, leave).result()
    assert sent == []
    assert not _alive(int(mark.read_text()))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_what_a_command_says_of_its_failure_is_told_in_two_parts():
    said = child.told(b"refused: October is closed.\n  Look at it.\n")
    assert (said.text, said.next) == ("October is closed.", "Look at it.")
    assert child.told(b"") == child.Said("", "")


def test_only_the_owner_of_the_books_is_believed_who_signed_in(lab, monkeypatch):
    from fabgate.cli.frame import signed_in

    state = lab.settings.gate.state
    monkeypatch.setenv(SIGNED_IN_AS, "m-1")
    assert signed_in(state) == "m-1"
    monkeypatch.setattr(os, "getuid", lambda: state.stat().st_uid + 1)
    assert signed_in(state) is None
