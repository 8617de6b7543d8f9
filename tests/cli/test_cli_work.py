"""Machines and sessions as the command line shows them, and the word that ends a session."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from cli_lab import ADA, BOB, Floor, Lab

USAGE = "export usage --month 2026-10"


# --- machines ---------------------------------------------------------------------------------


def states(lab: Lab) -> dict[str, list[str]]:
    return {one["machine"]: one["states"] for one in lab.json("machine list")}


def test_a_machine_is_free_in_use_locked_or_in_fault(lab: Lab, floor: Floor):
    assert states(lab) == {"laser": ["free"], "router": ["free"]}
    floor.tap("laser", ADA)
    assert states(lab)["laser"] == ["in use"]
    lab.done("machine lock laser --by bob --reason smoke")
    assert states(lab)["laser"] == ["in use", "locked"]
    floor.stage.bench.press("laser", "estop")
    floor.stage.settle()
    assert states(lab)["laser"] == ["locked", "fault"]
    assert "locked, fault (estop)" in lab.done("machine list")


def test_a_fault_that_is_over_is_not_shown_any_more(lab: Lab, floor: Floor):
    floor.stage.bench.press("laser", "estop")
    floor.stage.settle()
    floor.stage.bench.release("laser", "estop")
    floor.stage.settle()
    assert states(lab)["laser"] == ["free"]


def test_a_machine_is_shown_with_who_works_and_since_when(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    told = lab.json("machine show laser")
    assert (told["member"], told["since"], told["locked"]) == ("ada", "2026-10-24T10:00:00Z", None)
    assert "who works:     ada" in lab.done("machine show laser")


def test_any_member_locks_and_only_a_keeper_unlocks(lab: Lab, floor: Floor):
    lab.done('machine lock laser --by bob --reason "smells of smoke"')
    assert lab.json("machine show laser")["locked"] == {
        "since": "2026-10-24T10:00:00Z",
        "by": "Bob Noyce",
        "reason": "smells of smoke",
        "cause": None,
    }
    floor.tap("laser", ADA)
    assert floor.relay("laser") == "off"
    lab.refused("machine unlock laser --by bob")
    lab.done('machine unlock laser --by zoe --reason "lens cleaned"')
    assert states(lab)["laser"] == ["free"]


def test_a_machine_that_is_not_there_leads_to_those_that_are(lab: Lab):
    assert "Did you mean laser?" in lab.refused("machine lock lasre --by zoe --reason x")


# --- sessions ---------------------------------------------------------------------------------


def test_nothing_open_is_an_empty_list_for_programs(lab: Lab):
    assert lab.json("session list --open") == []
    assert lab.done("session list") == "No sessions here.\n"


def test_a_session_is_listed_while_it_runs_and_after(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    floor.pass_s(600)
    (runs,) = lab.json("session list --open")
    assert (runs["member"], runs["seconds"], runs["ended"]) == ("ada", 600, None)
    floor.pass_s(300)
    floor.tap("laser", ADA)
    assert lab.json("session list --open") == []
    (ended,) = lab.json("session list")
    assert (ended["session"], ended["seconds"], ended["ended"]) == (runs["session"], 900, "own_tap")
    assert re.search(r"laser\s+ada\s+2026-10-24 12:00\s+0:15:00\s+own tap", lab.done("session list"))


def test_only_the_last_ones_are_listed_and_a_month_is_listed_whole(lab: Lab, floor: Floor):
    for _ in range(3):
        floor.tap("laser", ADA)
        floor.pass_s(60)
        floor.tap("laser", ADA)
        floor.pass_s(60)
    floor.tap("router", ADA)
    assert [one["machine"] for one in lab.json("session list -n 2")] == ["laser", "laser", "router"]
    assert len(lab.json("session list --month 2026-10")) == 3
    assert lab.json("session list --month 2026-09") == []


def test_a_session_is_shown_by_its_number_with_all_that_is_known(lab: Lab, floor: Floor):
    floor.tap("laser", BOB)
    floor.pass_s(5)
    floor.tap("laser", ADA)
    floor.pass_s(3_600)
    number = lab.done("session list").splitlines()[-1].split()[0]
    shown = lab.done(f"session show {number}")
    for part in (
        "member:        bob",
        "sponsor:       ada",
        "level:         trainee",
        "length:        1:00:00",
    ):
        assert part in shown
    full = lab.json("session list")[0]["session"]
    assert lab.json(f"session show '{full}'")["sponsor"] == "ada"
    assert lab.json(f"session show '#{number}'")["session"] == full


@pytest.mark.parametrize("named", ["999", "1", "nonsense", "openfab/gate-1/00000000#4", "a/b#c", "laser"])
def test_what_is_no_session_leads_to_the_list(lab: Lab, named: str):
    assert "fabgate session list" in lab.refused(["session", "show", named])


def test_a_power_cut_is_seen_in_the_list(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    floor.pass_s(600)
    floor.stage.power_cut()
    floor.pass_s(60)
    floor.stage.power_back()
    (line,) = lab.json("session list")
    assert (line["ended"], line["recovered"], line["uncertain_s"]) == ("recovered", True, 30)
    assert "0:10:00+" in lab.done("session list")
    assert "up to 30 s longer" in lab.done(f"session show {line['session'].rpartition('#')[2]}")


def test_a_session_of_an_unknown_clock_says_so(lab: Lab, floor: Floor):
    lab.clock.synced = False
    floor.tap("laser", ADA)
    floor.pass_s(60)
    floor.tap("laser", ADA)
    assert "2026-10-24 12:00?" in lab.done("session list")


def test_a_session_is_ended_by_its_machine_and_by_its_number(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    said = lab.done('session close laser --by zoe --reason "closing time"')
    assert "The session of Ada Lovelace (ada) at the laser cutter is to end now." in said
    assert floor.relay("laser") == "off"
    (line,) = lab.json("session list")
    assert line["ended"] == "closed"
    assert "by zoe: closing time" in lab.done(f"session show {line['session'].rpartition('#')[2]}")
    floor.tap("router", ADA)
    number = lab.json("session list --open")[0]["session"].rpartition("#")[2]
    lab.done(f"session close {number} --by zoe --reason late")
    assert floor.relay("router") == "off"


def test_a_stranger_to_a_session_cannot_end_it(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    lab.refused("session close laser --by bob --reason mine")
    assert floor.relay("laser") == "on"


def test_a_session_that_is_not_open_cannot_be_ended(lab: Lab):
    assert "fabgate session list" in lab.refused("session close laser --by zoe --reason x")
    assert "fabgate session list" in lab.refused("session close 77 --by zoe --reason x")


def test_a_session_that_runs_belongs_to_no_month_yet(lab: Lab):
    assert "Leave --open or --month out" in lab.refused("session list --open --month 2026-10")


# --- the treasurer ----------------------------------------------------------------------------


def test_the_months_usage_is_a_row_a_session_and_names_what_still_runs(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    floor.pass_s(1_800)
    floor.tap("laser", ADA)
    floor.tap("router", ADA)
    printed = lab.done(USAGE)
    row = next(csv.DictReader(printed.splitlines()))
    lengths = (row["seconds_powered"], row["seconds_charged"], row["hours"])
    assert lengths == ("1800", "1800", "0.5000")
    assert "still open, in no file yet: router, ada, since 2026-10-24T12:30:00+02:00" in printed


def test_sums_are_made_for_whom_they_are_asked(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    floor.pass_s(1_800)
    floor.tap("laser", ADA)
    assert json.loads(lab.done(f"{USAGE} --per member --format json"))[0]["hours"] == 0.5
    assert "laser,1,1800" in lab.done(f"{USAGE} --per machine")


def test_a_file_is_written_in_the_treasurers_dialect(lab: Lab, floor: Floor, tmp_path: Path):
    floor.tap("laser", ADA)
    floor.pass_s(1_800)
    floor.tap("laser", ADA)
    file = tmp_path / "usage.csv"
    assert lab.done([*USAGE.split(), "--dialect", "fr", "--output", str(file)]) == f"written: {file}\n"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert ";0,5000;" in file.read_text("utf-8")


def test_a_month_or_a_folder_that_is_none_is_refused(lab: Lab, tmp_path: Path):
    assert "2026-10" in lab.refused("export usage --month october")
    assert "cannot write" in lab.refused([*USAGE.split(), "--output", str(tmp_path / "no" / "file.csv")])
    assert "no dialects" in lab.refused(f"{USAGE} --format json --dialect fr")
