"""`fabgate metrics`: the numbers of a lab at work, where they go, and that nobody is in them."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cli_lab import ADA, BOB, STRANGER, Floor, Lab
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.config import HubSettings
from fabgate.hub import papers
from fabgate.link import status
from fabgate.model import Moment
from fabgate.store import linked
from fabgate.store.db import Store
from fabgate.store.gates import GateRow, put_alarm, put_heard, put_invited, put_retired

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
    with running(lab):
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


def join(lab: Lab, **said: object) -> Path:
    """As a gate that has joined leaves it; the file of its link."""
    state = lab.settings.gate.state
    (state / "link").mkdir(exist_ok=True)
    now = lab.clock.now().wall_ms
    told = {"lab": "openfab", "gate": "gate-1", "state": "linked", "at_ms": now, "heard_ms": now - 2_500}
    (state / status.FILE).write_text(json.dumps(told | {"behind": 3} | said))
    return state / status.FILE


@contextmanager
def running(lab: Lab) -> Iterator[None]:
    """The run lock, as a daemon holds it."""
    with (lab.settings.gate.state / "run.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def test_the_link_is_told_once_a_gate_has_joined_and_its_daemon_runs(lab: Lab):
    assert "fabgate_link" not in lab.done("metrics")
    join(lab)
    with running(lab):
        text = lab.done("metrics")
    assert number(text, "fabgate_link_connected") == 1
    assert number(text, "fabgate_link_unsent_records") == 3
    assert number(text, "fabgate_link_silence_seconds") == 2.5


@pytest.mark.parametrize(("state", "connected"), [("linked", 1), ("quiet", 1), ("away", 0), ("stopped", 0)])
def test_a_link_is_connected_while_it_has_the_broker(lab: Lab, state: str, connected: int):
    join(lab, state=state)
    with running(lab):
        assert number(lab.done("metrics"), "fabgate_link_connected") == connected


def test_a_link_whose_daemon_is_gone_claims_nothing_but_what_waits(lab: Lab):
    join(lab)
    text = lab.done("metrics")
    assert number(text, "fabgate_link_connected") == 0
    assert number(text, "fabgate_link_unsent_records") == 3
    assert "fabgate_link_silence_seconds" not in text


def test_the_age_of_the_rights_is_that_of_the_hubs_last_word_also_of_an_earlier_run_r12(lab: Lab):
    assert number(lab.done("metrics"), "fabgate_roster_age_seconds") == 0
    join(lab)
    assert "fabgate_roster_age_seconds" not in lab.done("metrics"), "nobody knows"
    with running(lab):
        assert number(lab.done("metrics"), "fabgate_roster_age_seconds") == 2.5
    now = lab.clock.now()
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        linked.put_heard(pen, Moment("an earlier boot", 5, now.wall_ms - 60_000, True))
    assert number(lab.done("metrics"), "fabgate_roster_age_seconds") == 60


@pytest.mark.parametrize("spoilt", [b"", b"\xff", b"[1]", b'{"at_ms": 1}'])
def test_a_status_that_cannot_be_read_is_a_link_that_is_not_there(lab: Lab, spoilt: bytes):
    join(lab).write_bytes(spoilt)
    text = lab.done("metrics")
    assert number(text, "fabgate_link_connected") == 0
    assert "unsent" not in text


def test_a_status_that_is_no_number_is_left_out(lab: Lab):
    join(lab, behind="many", heard_ms=True)
    with running(lab):
        text = lab.done("metrics")
    assert not re.search("unsent|silence", text)


# --- certificates and the hub ----------------------------------------------------------------------


@pytest.fixture
def hub(lab: Lab) -> Lab:
    """The same books as a hub's, with the papers that a hub makes."""
    lab.settings = replace(lab.settings, hub=HubSettings(address="hub.lan"), machines={})
    return lab


def test_a_hub_and_its_gates_tell_when_their_certificates_end(hub: Lab, needs: Callable[[str], str]):
    needs("openssl")
    papers.prepare(hub.settings, hub.clock.now())
    hub.done(["hub", "invite", "gate-1", "--to", str(hub.folder / "invitation"), "--by", "zoe"])
    write_gates(hub)
    text = hub.done("metrics")
    now_s = hub.clock.now().wall_ms / 1000
    for certificate in ("own", "authority", "broker"):
        labels = "fabgate_certificate_expiry_timestamp_seconds", f'certificate="{certificate}"'
        assert number(text, *labels) > now_s + 86_400 * 300
    name = "fabgate_hub_gate_certificate_expiry_timestamp_seconds"
    assert number(text, name, 'gate="gate-1"') > now_s + 86_400 * 300


def test_papers_that_cannot_be_read_are_left_out(hub: Lab):
    for folder in ("link", "broker", "authority"):
        (hub.settings.gate.state / folder).mkdir()
        (hub.settings.gate.state / folder / "cert.pem").write_text("no certificate")
    assert "expiry" not in hub.done("metrics")


def write_gates(hub: Lab) -> None:
    """Gates as the collector writes them: one there, one lost, one retired, an observer."""
    wall_ms = hub.clock.now().wall_ms
    with Store(hub.settings.gate.state).writer() as writer, writer.write() as pen:
        for name, state in (("gate-1", "ready"), ("gate-2", "lost"), ("old", "lost")):
            put_heard(
                pen, GateRow(name, state=state, heard_ms=wall_ms - 4_000, offset_ms=250, joined_ms=wall_ms)
            )
        put_retired(pen, "old", wall_ms)
        put_invited(pen, "home-of-ada", "ab" * 32, wall_ms)
        put_invited(pen, "observer.ha", "cd" * 32, wall_ms)
        put_invited(pen, "observer.old", "ef" * 32, wall_ms)
        put_retired(pen, "observer.old", wall_ms)
        put_alarm(pen, "gate-2", "gap", "", wall_ms, count=3)
        pen.execute(
            "INSERT INTO origins (id, lab, gate, epoch, own) VALUES (7, ?, 'gate-1', 'e1', 0)", (pen.lab,)
        )
        pen.execute(
            "INSERT INTO heard (origin, lab, seq, hash, noted) VALUES (7, ?, 41, ?, 0)", (pen.lab, bytes(32))
        )


def test_a_hub_tells_of_the_gates_and_alarms_in_its_books(hub: Lab):
    write_gates(hub)
    text = hub.done("metrics")
    assert number(text, "fabgate_hub_gates", 'state="retired"') == 1
    assert number(text, "fabgate_hub_gates", 'state="invited"') == 1
    assert "observer" not in text
    assert number(text, "fabgate_hub_gate_ready", 'gate="gate-1"') == 1
    assert number(text, "fabgate_hub_gate_age_seconds", 'gate="gate-2"') == 4
    assert number(text, "fabgate_hub_gate_held_records", 'gate="gate-1"') == 41
    assert number(text, "fabgate_hub_gate_clock_offset_seconds", 'gate="gate-1"') == 0.25
    assert number(text, "fabgate_hub_alarm", 'gate="gate-2"', 'alarm="gap"') == 1
    assert number(text, "fabgate_hub_alarms_total", 'gate="gate-2"', 'alarm="gap"') == 3
    assert "fabgate_session_open" not in text
    assert "home-of-ada" not in text


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
    assert [word for word in secrets if re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text)] == []
    assert "#" not in re.sub("^# .*$", "", lab.done("metrics"), flags=re.MULTILINE)  # no session's id
