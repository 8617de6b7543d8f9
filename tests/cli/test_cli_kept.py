"""How machines are set and kept, as the command line shows it: wires, causes, services, downtime, audit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cli_lab
import pytest
from cli_lab import ADA, BOB, STRANGER, Floor, Lab

from fabgate.cli import machine_shown
from fabgate.model import Cause, Ending, Moment
from fabgate.records import Draft, MachineLocked
from fabgate.store.db import Store

MORE = """
[machine.mill]
kind = "cnc"
skill = "mill"
idle = "20m"
takeover = "10m"
[machine.mill.output.fan]
role = "aux"
pin = 22
off_delay = "2m"
[machine.mill.output.enable]
role = "power"
pin = 17
on_delay = "5s"
[machine.mill.output.lock]
role = "pulse"
[machine.mill.input.lid]
role = "lid"
pin = 6
[machine.mill.input.contactor]
role = "mirror"
of = "enable"
[machine.mill.input.oops]
role = "oops"
[machine.mill.meter]
kind = "sim"
busy = 2.5
idle = 2.0
[machine.mill.service.belt]
jobs = 2
blocks = true
[machine.mill.service.oil]
days = 30
[machine.saw]
skill = "saw"
mode = "audit"
[machine.saw.output.relay]
role = "power"
"""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setattr(cli_lab, "TOML", cli_lab.TOML + MORE)
    lab = Lab(tmp_path)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    yield lab


# --- how it is set ------------------------------------------------------------------------------


def test_there_are_words_for_every_cause_and_every_ending():
    assert set(machine_shown.HAPPENS) == set(Cause)
    assert set(machine_shown.THEN) == set(Ending)
    assert len(set(machine_shown.HAPPENS.values())) == len(Cause)


def test_a_machine_is_shown_with_the_whole_table_of_its_kind(kept: Lab):
    said = kept.done("machine show mill")
    for cause, ending in kept.settings.machines["mill"].rules.ends.table().items():
        [line] = [line for line in said.splitlines() if line.startswith(machine_shown.HAPPENS[cause])]
        assert line.endswith(machine_shown.THEN[ending])
    assert kept.json("machine show mill")["ends"]["tap"] == "when_idle"
    assert kept.json("machine show laser")["ends"] == {
        cause.value: ending.value
        for cause, ending in kept.settings.machines["laser"].rules.ends.table().items()
    }


def test_it_is_shown_with_its_wires_in_their_order_and_what_tells_that_it_works(kept: Lab):
    said = " ".join(kept.done("machine show mill").split())
    assert "fan aux 22 120 s enable power 17 5 s lock pulse 0:00:05" in said
    assert "lid lid 6 contactor mirror enable" in said
    assert "works or not: sim, from 2.5 A on" in said
    assert "takeover: after 0:10:00 of doing nothing" in said
    assert "kind: cnc" in said
    told = kept.json("machine show mill")
    assert [one["output"] for one in told["outputs"]] == ["fan", "enable", "lock"]
    assert (told["outputs"][0]["off_delay_ms"], told["idle_s"], told["audit"]) == (120_000, 1_200, False)


def test_a_lock_that_the_machine_made_itself_says_by_what(kept: Lab):
    with Store(kept.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.append(Draft(kept.clock.now(), MachineLocked("mill", "", cause="oops")))
    assert "locked by:     oops" in kept.done("machine show mill")
    assert kept.json("machine show mill")["locked"]["cause"] == "oops"
    assert "mill: out of service, somebody pressed its button" in kept.done("history mill")
    assert "by the gate" in kept.done("history mill")
    assert "machine.lock     machine=mill cause=oops" in kept.done("journal tail -n 1")


def test_the_oops_button_locks_over_a_restart_until_a_person_unlocks(
    kept: Lab,
):
    kept.people()
    kept.done("grant give ada mill --level autonomous --by zoe --reason passed")
    floor = Floor(kept)
    floor.stage.bench.press("mill", "oops")
    floor.stage.settle()
    floor.tap("mill", ADA)
    assert kept.json("session list --open") == []
    assert kept.json("machine show mill")["states"] == ["locked"]
    floor.stage.shut_down()
    again = Floor(kept)
    again.tap("mill", ADA)
    assert kept.json("session list --open") == []
    again.pass_s(600)
    kept.done("machine unlock mill --by zoe --reason looked")
    again.pass_s(5)
    again.tap("mill", ADA)
    assert len(kept.json("session list --open")) == 1
    assert [one["causes"] for one in kept.json("machine downtime mill")] == [{"oops": 600}]


def test_whoever_works_there_with_a_badge_of_nobody_is_somebody(kept: Lab):
    floor = Floor(kept)
    floor.tap("saw", STRANGER)
    assert "Note: somebody is working at saw now." in kept.done("machine lock saw --by zoe --reason smoke")


# --- services -----------------------------------------------------------------------------------


def session(lab: Lab, floor: Floor, seconds: int = 60) -> None:
    floor.tap("mill", ADA)
    floor.pass_s(seconds)
    floor.tap("mill", ADA)
    floor.pass_s(10)


def test_a_service_falls_due_is_over_and_counts_anew_when_it_was_done(kept: Lab):
    kept.people()
    kept.done("grant give ada mill --level autonomous --by zoe --reason passed")
    floor = Floor(kept)
    session(kept, floor)
    said = " ".join(kept.done("machine show mill").split())
    assert "belt 1 sessions never" in said
    assert "oil 29 days never" in said
    session(kept, floor)
    assert "belt over by 0 sessions, nothing starts never" in " ".join(kept.done("machine show mill").split())
    floor.tap("mill", ADA)
    assert kept.json("session list --open") == []
    assert kept.done('machine serviced mill belt --by zoe --reason "new belt"') == (
        "mill (mill): belt is done, and counts anew.\n"
    )
    [belt, _] = kept.json("machine show mill")["services"]
    assert (belt["over"], belt["left_jobs"], belt["jobs"], belt["by"]) == (False, 2, 0, "zoe")
    floor.pass_s(10)
    floor.tap("mill", ADA)
    assert len(kept.json("session list --open")) == 1
    assert "mill: belt serviced" in kept.done("history mill")


def test_a_service_that_is_not_there_is_named_with_those_that_are(kept: Lab):
    assert "It has: belt, oil." in kept.refused("machine serviced mill lens --by zoe")
    assert "It has none" in kept.refused("machine serviced laser lens --by zoe")
    kept.people()
    kept.refused("machine serviced mill belt --by ada")


# --- downtime -----------------------------------------------------------------------------------


def test_downtime_is_told_by_cause_and_as_a_share_of_the_month_so_far(kept: Lab):
    kept.done("machine lock mill --by zoe --reason smoke")
    kept.clock.advance(3_600_000)
    kept.done("machine unlock mill --by zoe")
    said = " ".join(kept.done("machine downtime mill").split())
    assert "mill 1:00:00 0.2 % 1 locked 1:00:00" in said
    assert "laser" not in said
    [mill] = kept.json("machine downtime mill --month 2026-10")
    assert (mill["seconds"], mill["causes"]) == (3_600, {"locked": 3_600})
    assert mill["stretches"] == [
        {"why": "locked", "from": "2026-10-24T10:00:00Z", "to": "2026-10-24T11:00:00Z"}
    ]
    assert kept.json("machine downtime mill --month 2026-09")[0]["seconds"] == 0
    assert {one["machine"] for one in kept.json("machine downtime")} == set(kept.settings.machines)


# --- audit --------------------------------------------------------------------------------------


def used(floor: Floor, uid: str) -> None:
    floor.tap("saw", uid)
    floor.pass_s(60)
    floor.tap("saw", uid)
    floor.pass_s(10)


def test_what_a_gate_that_looks_on_would_have_refused_is_told_by_member(kept: Lab):
    kept.people()
    kept.done("grant give ada saw --level autonomous --by zoe --reason passed")
    floor = Floor(kept)
    for uid in (ADA, BOB, BOB, STRANGER):
        used(floor, uid)
    said = kept.done("machine audit")
    rows = [line.split() for line in said.splitlines()]
    assert ["saw", "not_qualified", "bob", "2", "2026-10-24"] in rows
    assert ["saw", "unknown_badge", "1", "2026-10-24"] in rows
    assert "saw: 4 sessions, 1 of them with nothing against them." in said
    told = kept.json("machine audit saw --month 2026-10")
    assert {(one["code"], one["member"], one["sessions"]) for one in told} == {
        ("not_qualified", "bob", 2),
        ("unknown_badge", None, 1),
    }
    assert "Nothing would have been refused." in kept.done("machine audit saw --month 2026-09")
    assert "mode:          audit: it only looks on" in kept.done("machine show saw")


def test_a_session_of_a_badge_that_nobody_owns_is_listed_shown_and_exported(kept: Lab):
    kept.people()
    floor = Floor(kept)
    used(floor, STRANGER)
    used(floor, BOB)
    listed = kept.json("session list")
    assert [(one["member"], one["would"]) for one in listed] == [
        ("", "unknown_badge"),
        ("bob", "not_qualified"),
    ]
    assert "unknown_badge" in kept.done("session list")
    assert "would be refused: unknown_badge" in kept.done(f"session show {listed[0]['session']}")
    assert "nobody known: session on saw" in kept.done("history saw --sessions")
    table = kept.done("export usage --month 2026-10").splitlines()
    assert len(table) == 3
    assert ",,,saw,saw,none,,,,1," in table[1]
    assert "member=" not in kept.done("journal tail -n 9").split("session.start")[1].splitlines()[0]
    assert kept.done("machine downtime saw")


def test_without_a_gate_that_looks_on_the_list_is_as_ever(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    assert "refused" not in lab.done("session list")
    assert isinstance(lab.clock.now(), Moment)
