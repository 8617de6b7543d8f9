"""`fabgate metrics`: the numbers of a lab at work, where they go, and that nobody is in them."""

from __future__ import annotations

import fcntl
import json
import re
from dataclasses import replace
from pathlib import Path

from cli_lab import ADA, BOB, STRANGER, Floor, Lab
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.config import HubSettings
from fabgate.store.db import Store

NAMES = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=4, max_size=20)


def number(text: str, name: str, *labels: str) -> float:
    """The one number of this name on whose line all the labels stand."""
    [line] = [
        line
        for line in text.splitlines()
        if line.startswith(f"{name}{{") and all(label in line for label in labels)
    ]
    return float(line.rpartition(" ")[2])


def test_a_tap_a_refusal_and_an_end_are_seen_in_the_numbers(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    floor.tap("router", STRANGER)
    text = lab.done("metrics")
    assert number(text, "fabgate_session_open", 'machine="laser"') == 1
    floor.pass_s(90)
    floor.tap("laser", ADA)
    floor.pass_s(120)
    text = lab.done("metrics")
    assert number(text, "fabgate_session_open", 'machine="laser"') == 0
    assert number(text, "fabgate_sessions_total", 'machine="laser"', 'why="own_tap"') == 1
    assert number(text, "fabgate_session_seconds_total", 'machine="laser"') == 90
    assert number(text, "fabgate_refusals_total", 'machine="router"', 'code="unknown_badge"') == 1


def test_a_trouble_and_a_lock_are_seen_in_the_numbers(lab: Lab, floor: Floor):
    lab.done("machine lock router --by zoe --reason smoke")
    floor.stage.bench.press("laser", "estop")
    floor.stage.settle()
    with (lab.settings.gate.state / "run.lock").open("wb") as held:  # as a running gate holds it
        fcntl.flock(held, fcntl.LOCK_EX)
        text = lab.done("metrics")
    assert number(text, "fabgate_up") == 1
    assert number(text, "fabgate_machine_state", 'machine="router"', 'state="locked"') == 1
    assert number(text, "fabgate_machine_state", 'machine="laser"', 'state="fault"') == 1
    assert number(text, "fabgate_machine_trouble", 'machine="laser"', 'trouble="estop"') == 1


def test_without_a_daemon_every_machine_is_off(lab: Lab):
    text = lab.done("metrics")
    assert number(text, "fabgate_up") == 0
    assert number(text, "fabgate_machine_state", 'machine="laser"', 'state="off"') == 1


def test_the_folder_is_the_one_that_is_typed_or_else_configured(lab: Lab, tmp_path: Path):
    for name in ("typed", "named"):
        (tmp_path / name).mkdir()
    lab.settings = replace(lab.settings, metrics=tmp_path / "named")
    assert lab.done("metrics") == ""
    assert lab.done(f"metrics --to {tmp_path / 'typed'}") == ""
    assert "fabgate_up" in lab.done("metrics --to -")
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.prom")]
    assert sorted(map(str, written)) == ["named/fabgate-gate-1.prom", "typed/fabgate-gate-1.prom"]


def test_a_folder_that_is_not_there_is_told_and_not_made(lab: Lab, tmp_path: Path):
    assert "No such file" in lab.refused(f"metrics --to {tmp_path / 'none'}")
    assert not (tmp_path / "none").exists()


def join(lab: Lab, **status: object) -> None:
    (lab.settings.gate.state / "link").mkdir(exist_ok=True)
    (lab.settings.gate.state / "link.status.json").write_text(json.dumps(status))


def test_the_link_is_told_once_a_gate_has_joined_and_its_daemon_runs(lab: Lab):
    assert "fabgate_link" not in lab.done("metrics")
    lab.clock.advance(60_000)
    now = lab.clock.now()
    join(lab, connected=True, hub="h1", unsent=3, heard_ms=now.boot_ms - 2_500, boot=now.boot, arrived=9)
    with (lab.settings.gate.state / "run.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        text = lab.done("metrics")
    assert number(text, "fabgate_link_connected") == 1
    assert number(text, "fabgate_link_unsent_records") == 3
    assert number(text, "fabgate_link_silence_seconds") == 2.5


def test_a_status_of_another_boot_or_of_a_daemon_that_is_gone_claims_nothing(lab: Lab):
    join(lab, connected=True, hub="h1", unsent=3, heard_ms=5, boot="another", arrived=9)
    text = lab.done("metrics")
    assert number(text, "fabgate_link_connected") == 0
    assert "fabgate_link_silence_seconds" not in text


def test_whatever_stands_in_the_status_the_numbers_come(lab: Lab):
    join(lab)
    status = lab.settings.gate.state / "link.status.json"
    for spoilt in (
        b"",
        b"\xff",
        b"[1]",
        b'{"unsent": -1, "heard_ms": true, "connected": "yes"}',
        b'{"unsent": 1e9}',
    ):
        status.write_bytes(spoilt)
        text = lab.done("metrics")
        assert number(text, "fabgate_link_connected") == 0
        assert "unsent" not in text
    status.unlink()
    assert number(lab.done("metrics"), "fabgate_link_connected") == 0


def test_a_hub_tells_of_the_gates_and_alarms_in_its_books(lab: Lab):
    lab.settings = replace(lab.settings, hub=HubSettings(address="hub.lan"), machines={})
    wall_ms = lab.clock.now().wall_ms
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        for name, state, retired in (("gate-1", "ready", None), ("gate-2", "lost", None), ("old", None, 5)):
            pen.execute(
                "INSERT INTO gates (lab, gate, state, heard_ms, offset_ms, retired_ms)"
                " VALUES (?, ?, ?, ?, 250, ?)",
                (pen.lab, name, state, wall_ms - 4_000, retired),
            )
        pen.execute(
            "INSERT INTO alarms (lab, gate, alarm, what, since_ms, last_ms, count)"
            " VALUES (?, ?, 'gap', '', 1, 2, 3)",
            (pen.lab, "gate-2"),
        )
        pen.execute(
            "INSERT INTO origins (id, lab, gate, epoch, own) VALUES (7, ?, 'gate-1', 'e1', 0)", (pen.lab,)
        )
        pen.execute(
            "INSERT INTO heard (origin, lab, seq, hash, noted) VALUES (7, ?, 41, ?, 0)", (pen.lab, bytes(32))
        )
    text = lab.done("metrics")
    assert number(text, "fabgate_hub_gates", 'state="retired"') == 1
    assert number(text, "fabgate_hub_gate_ready", 'gate="gate-1"') == 1
    assert number(text, "fabgate_hub_gate_age_seconds", 'gate="gate-2"') == 4
    assert number(text, "fabgate_hub_gate_held_records", 'gate="gate-1"') == 41
    assert number(text, "fabgate_hub_gate_clock_offset_seconds", 'gate="gate-1"') == 0.25
    assert number(text, "fabgate_hub_alarm", 'gate="gate-2"', 'alarm="gap"') == 1
    assert number(text, "fabgate_hub_alarms_total", 'gate="gate-2"', 'alarm="gap"') == 3
    assert "fabgate_session_open" not in text


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, why=NAMES)
def test_nobody_is_in_the_numbers(floor: Floor, lab: Lab, name: str, why: str):
    """Neither a member's id, name or handle, nor a badge or its token, nor a reason, nor a session."""
    lab.type(["member", "add", f"Zz{name}", "--by", "zoe"])
    lab.type(["machine", "lock", "router", "--by", "ada", "--reason", f"zz{why}"])
    floor.tap("laser", ADA)
    floor.tap("laser", BOB)
    floor.tap("router", STRANGER)
    text = lab.done("metrics") + (lab.settings.gate.state / "tally.json").read_text()
    people = [word for one in lab.json("member list") for word in (one["id"], one["handle"], one["name"])]
    with Store(lab.settings.gate.state).writer() as writer:
        tokens = [row[0] for row in writer.conn.execute("SELECT token FROM badges")]
    secrets = [*people, *tokens, *(token.partition(":")[0] for token in tokens), ADA, BOB, STRANGER]
    secrets += [f"Zz{name}", f"zz{why}"]
    assert [word for word in secrets if re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text)] == []
    assert "#" not in re.sub("^# .*$", "", lab.done("metrics"), flags=re.MULTILINE)  # no session's id
