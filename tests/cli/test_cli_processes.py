"""Two real processes: what is typed in one reaches the gate in the other within a second."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_lab import ADA, STRANGER
from cli_processes import PATIENCE_S, Gate, until

WITHIN_MS = 1_000


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(tmp_path)
    yield gate
    gate.close()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("session", "close", "laser"), "session.close"),
        (("machine", "lock", "laser"), "machine.lock"),
        (("grant", "revoke", "ada", "laser"), "grant.revoke"),
        (("member", "suspend", "ada"), "member.suspend"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_word_at_the_desk_opens_the_relay_of_a_running_gate(gate: Gate, words: tuple[str, ...], kind: str):
    gate.work()
    status, said = gate.type(*words, "--by", "zoe", "--reason", "now")
    assert (status, "laser" in said) == (0, True)
    assert 0 <= gate.off_within_ms(kind) < WITHIN_MS
    assert gate.type("session", "list", "--open", "--json") == (0, "[]\n")


def test_the_one_who_ends_a_session_is_told_when_it_is_over(gate: Gate):
    gate.work()
    status, said = gate.type("session", "close", "laser", "--by", "zoe", "--reason", "closing time")
    assert (status, said.splitlines()[-1]) == (0, "closed")
    assert gate.relay()[1] == "off"


def test_the_one_who_ends_a_session_is_told_when_no_gate_runs(gate: Gate):
    gate.work()
    gate.kill()
    status, said = gate.type("session", "close", "laser", "--by", "zoe", "--reason", "closing time")
    assert status == 1
    assert "No gate runs here: the request is in the journal" in said
    assert gate.record("session.close").body is not None


def test_a_grant_is_good_at_the_next_tap(gate: Gate):
    give = ("grant", "give", "ada", "router", "--level", "autonomous", "--by", "zoe", "--reason", "passed")
    assert gate.type(*give)[0] == 0
    gate.tap(ADA, "router")
    until(lambda: gate.relay("router")[1] == "on", "the relay is on")


def test_a_badge_that_is_waited_for_is_enrolled_by_its_tap(gate: Gate):
    waiting = gate.start(("badge", "wait", "ada", "--by", "zoe"), stdout=subprocess.PIPE)
    assert waiting.stdout is not None
    assert waiting.stdout.readline().startswith(b"Tap the new badge of Ada Lovelace")
    gate.tap(STRANGER)
    said, _ = waiting.communicate(timeout=PATIENCE_S)
    assert waiting.returncode == 0
    assert b"A new badge at laser." in said
    gate.tap(STRANGER, "etcher")  # at the laser it would count again after two seconds only
    until(lambda: gate.relay("etcher")[1] == "on", "the new badge opens what its member may open")


def test_waiting_for_a_badge_that_nobody_taps_ends(gate: Gate):
    status, said = gate.type("badge", "wait", "ada", "--timeout", "1", "--by", "zoe")
    assert (status, "No unknown badge was tapped within 1 s" in said) == (1, True)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C ends what is started here, also where the suite was started to ignore it (`make test &`)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_the_journal_is_followed_until_ctrl_c(gate: Gate):
    follower = gate.start(("journal", "tail", "-n", "1", "--follow"), stdout=subprocess.PIPE)
    assert follower.stdout is not None
    assert b"gate.start" in follower.stdout.readline()
    gate.type("machine", "lock", "router", "--by", "zoe", "--reason", "dust")
    assert b'machine.lock     machine=router by=zoe  "dust"' in follower.stdout.readline()
    follower.send_signal(signal.SIGINT)
    follower.communicate(timeout=PATIENCE_S)
    assert follower.returncode == 0


def test_the_bench_of_a_running_gate_is_moved_by_hand(gate: Gate):
    assert gate.type("sim", "tap", "laser", ADA) == (0, "ok\n")
    until(lambda: gate.relay()[1] == "on", "the relay is on")
    assert '"relay": "on"' in gate.type("sim", "show")[1]


# --- terminals --------------------------------------------------------------------------------


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Gate]:
    """Books without a gate."""
    gate = Gate(tmp_path)
    gate.close()
    yield gate


def test_a_full_disk_under_the_output_is_told_in_a_line(quiet: Gate):
    with Path("/dev/full").open("wb") as full:
        typed = quiet.start(("journal", "tail"), stdout=full, stderr=subprocess.PIPE)
        _, said = typed.communicate(timeout=PATIENCE_S)
    assert typed.returncode == 1
    assert said == b"fabgate: output: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_failure(quiet: Gate):
    ours, theirs = os.pipe()
    os.close(ours)
    typed = quiet.start(("journal", "tail"), stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    _, said = typed.communicate(timeout=PATIENCE_S)
    assert (typed.returncode, said) == (0, b"")


def test_a_terminal_that_lacks_a_sign_shows_an_escape(quiet: Gate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    named = quiet.start(
        ("member", "edit", "ada", "--name", "Zoé 😀", "--by", "zoe"), stdout=subprocess.DEVNULL
    )
    assert named.wait(PATIENCE_S) == 0
    listed = quiet.start(("member", "list"), stdout=subprocess.PIPE)
    said, _ = listed.communicate(timeout=PATIENCE_S)
    assert "Zoé \\U0001f600".encode("latin-1") in said


def test_a_file_for_the_treasurer_is_utf_8_on_any_terminal(quiet: Gate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    typed = quiet.start(
        ("export", "usage", "--month", "2026-10", "--dialect", "fr"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said, warned = typed.communicate(timeout=PATIENCE_S)
    assert (typed.returncode, warned) == (0, b"")
    assert said.startswith(b"\xef\xbb\xbfsession;")
    assert "début (UTC)".encode() in said
    assert said.endswith(b"\r\n")
