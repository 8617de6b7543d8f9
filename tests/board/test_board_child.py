"""Long work in a process of its own: a file streams, a failure is a page, whoever goes away ends it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint
from board_lab import Board, opened, plain
from money_books import books
from starlette.requests import Request

from fabgate import errors
from fabgate.board import child
from fabgate.board.pages import arrive
from fabgate.cli import frame
from fabgate.desk.deed import SIGNED_IN_AS, TOLD_AS


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


@pytest.fixture
def stands_in(tmp_path, monkeypatch):
    """Has a shell script run in the place of each command."""

    def put(script: str) -> None:
        path = tmp_path / "stand-in"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setattr(child.sys, "executable", str(path))

    return put


def download_of(board: Board, scope):
    with visit_of(board, scope) as visit:
        return child.Download(visit, ("x",), "x.csv", "text/csv", child.failed)


def beside(work):
    """Runs it in a thread: an open browser of other tests has the loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, work).result()


def test_a_browser_that_goes_away_ends_the_work(board, stands_in, tmp_path):
    mark = tmp_path / "child"
    stands_in(f"echo $$ > {mark}\nexec sleep 600")
    sent: list = []

    async def leave():
        gone = anyio.Event()
        scope, receive, send = asked(board, sent, gone)
        answer = download_of(board, scope)
        async with anyio.create_task_group() as both:
            both.start_soon(answer, scope, receive, send)
            with anyio.fail_after(20):
                while not (mark.exists() and mark.read_text().strip()):
                    await anyio.sleep(0.01)
            gone.set()

    beside(leave)
    assert sent == []
    assert not _alive(int(mark.read_text()))


def test_a_browser_that_goes_away_while_the_work_is_being_started_leaves_none_behind(
    board, stands_in, tmp_path
):
    os.mkfifo(tmp_path / "nothing-comes")
    stands_in(f"exec cat {tmp_path}/nothing-comes")
    sent: list = []

    async def leave_at_once():
        scope, receive, send = asked(board, sent)
        answer = download_of(board, scope)
        async with anyio.create_task_group() as both:
            both.start_soon(answer, scope, receive, send)
            while not working_in(tmp_path):
                await checkpoint()
            both.cancel_scope.cancel()

    beside(leave_at_once)
    assert sent == []
    assert not working_in(tmp_path)


def working_in(folder: Path) -> list[str]:
    """The processes that this one started and that run something of that folder."""
    children = " ".join(task.read_text() for task in Path("/proc/self/task").glob("*/children")).split()
    return [pid for pid in children if str(folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_file_that_is_cut_off_is_never_taken_for_the_whole(board, stands_in):
    stands_in("echo reference,day\necho 1284.3,2026-11-20\nsleep 0.1\nexit 1")
    sent: list = []

    async def fetch():
        scope, receive, send = asked(board, sent)
        with pytest.raises(ExceptionGroup, check=lambda error: error.split(ConnectionError)[1] is None):
            await download_of(board, scope)(scope, receive, send)

    beside(fetch)
    assert sent[0]["status"] == 200
    assert all(message.get("more_body", True) for message in sent)


def test_no_more_than_two_work_at_a_time(board, stands_in, tmp_path):
    stands_in(f"echo $$ > {tmp_path}/at-work.$$\nexec sleep 600")
    at_work = lambda: sorted(tmp_path.glob("at-work.*"))  # noqa: E731 - it is asked again and again

    async def crowd():
        gone = anyio.Event()
        async with anyio.create_task_group() as all_of_them:
            for _ in range(child.AT_ONCE + 2):
                scope, receive, send = asked(board, [], gone)
                all_of_them.start_soon(download_of(board, scope), scope, receive, send)
            with anyio.fail_after(20):
                while len(at_work()) < child.AT_ONCE:
                    await anyio.sleep(0.01)
            await anyio.sleep(0.2)  # time for one too many to begin
            found = len(at_work())
            gone.set()
        return found

    assert beside(crowd) == child.AT_ONCE


@pytest.mark.parametrize(
    "script",
    [
        "echo 'Traceback (most recent call last):' >&2\necho '  File \"/opt/x.py\", line 1' >&2\nexit 1",
        "kill -KILL $$",
        "exit 1",
        'echo \'{"refused": "no_such_code", "facts": {}}\' >&2\nexit 1',
        "echo '[]' >&2\nexit 1",
    ],
    ids=["bug", "killed", "without a word", "a code of another version", "nonsense"],
)
@pytest.mark.parametrize("path", ["/money/verify", "/money/2026-10/files/usage.csv"])
def test_work_that_dies_gives_a_page_in_the_readers_language_and_nothing_of_the_program(
    board, stands_in, path, script
):
    stands_in(script)
    said = board.get(f"{path}?lang=nl", 409)
    assert "Hier liep iets fout, en niet door jou." in plain(said)
    assert "x.py" not in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.UsageError("nothing was <b>charged</b>"), "Das geht so nicht: „nothing was <b>charged</b>“."),
        (errors.ConfigError("prices.toml: line 3", "fabgate x"), "etwas falsch: „prices.toml: line 3“."),
        (errors.StoreBusy("locked", "wait"), "Versuch es in einer Minute noch einmal."),
        (errors.DiskFull("no space"), "Auf der Festplatte ist kein Platz mehr."),
        (errors.ChainBroken("record 7"), "„record 7“. Sag es der Person, die sich um den Computer kümmert"),
        (errors.FabgateError("output: broken pipe"), "„output: broken pipe“."),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_what_failed_is_told_by_its_kind_and_sends_nobody_to_a_command(
    board, stands_in, error, said, monkeypatch, capsys
):
    monkeypatch.setenv(TOLD_AS, "json")
    frame._failed(error)
    stands_in(f"cat >&2 <<'END'\na draft: it changes\n{capsys.readouterr().err}END\nexit 1")
    page = board.get("/money/2026-10/files/usage.csv?lang=de", 409)
    assert said in plain(page).replace("„ ", "„").replace(" “", "“") and "fabgate x" not in page


def test_only_the_owner_of_the_books_is_believed_who_signed_in(lab, monkeypatch):
    from fabgate.cli.frame import signed_in

    state = lab.settings.gate.state
    monkeypatch.setenv(SIGNED_IN_AS, "m-1")
    assert signed_in(state) == "m-1"
    monkeypatch.setattr(os, "getuid", lambda: state.stat().st_uid + 1)
    assert signed_in(state) is None
