"""What is kept about somebody is shown, somebody is forgotten, what is old is erased: as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_lab import ADA, Floor, Lab


def files(folder: Path) -> dict[str, Any]:
    return {one.name: json.loads(one.read_text("utf-8")) for one in folder.glob("*.json")}


@pytest.fixture
def worked(floor: Floor, lab: Lab) -> Lab:
    """Ada worked on the laser for ten minutes, and Bob under her."""
    floor.tap("laser", ADA)
    floor.pass_s(600)
    floor.tap("laser", ADA)
    lab.done('member suspend bob --by zoe --reason "left the lid open"')
    return lab


def test_what_is_kept_about_a_member_is_written_out(worked, tmp_path):
    out = tmp_path / "ada"
    said = worked.done(f"privacy export ada --output {out} --by ada")
    assert f"in 7 files, in {out}" in said
    found = files(out)
    [person] = found["person.json"]
    assert (person["name"], person["handle"], [one["label"] for one in person["badges"]]) == (
        "Ada Lovelace",
        "ada",
        ["blue"],
    )
    assert [one["kind"] for one in found["sessions.json"]] == ["session.start", "session.stop"]
    kinds = {one["kind"] for one in found["rights.json"]}
    assert kinds == {"member.add", "badge.add", "grant.give"}
    assert [one["texts"] for one in found["rights.json"] if one["kind"] == "grant.give"] == [
        {"reason": "passed"},
        {"reason": "passed"},
    ]
    assert "openfab keeps about Ada Lovelace" in (out / "README.txt").read_text("utf-8")


def test_nobody_else_is_named_in_it(worked, tmp_path):
    out = tmp_path / "ada"
    worked.done(f"privacy export ada --output {out} --by ada")
    whole = "".join(one.read_text("utf-8") for one in out.iterdir())
    everybody = worked.json("member list")
    others = [one for one in everybody if one["handle"] != "ada"]
    assert len(others) == 2
    for one in others:
        assert one["id"] not in whole and one["name"] not in whole
    assert "lid open" not in whole
    assert {one["by"] for one in files(out)["rights.json"]} == {"another member"}


def test_their_files_are_for_nobody_else_on_this_computer(worked, tmp_path):
    out = tmp_path / "ada"
    worked.done(f"privacy export ada --output {out} --by zoe")
    assert out.stat().st_mode & 0o077 == 0
    assert all(one.stat().st_mode & 0o077 == 0 for one in out.iterdir())


def test_another_member_gets_nothing_and_no_folder_is_filled_twice(worked, tmp_path):
    out = tmp_path / "ada"
    assert "refused" in worked.refused(f"privacy export ada --output {out} --by bob")
    assert not out.exists()
    worked.done(f"privacy export ada --output {out} --by zoe")
    assert "not empty" in worked.refused(f"privacy export ada --output {out} --by zoe")


def test_somebody_is_forgotten(worked):
    said = worked.done('privacy forget ada --by zoe --reason "letter 12"')
    [gone] = [one for one in worked.json("member list") if one["handle"] not in ("bob", "zoe")]
    assert gone["name"] == gone["handle"] == gone["id"]
    assert f"In the books they are {gone['id']}" in said and "1 of their badges" in said
    assert "2 texts beside" in said
    assert "ada" not in worked.done("journal tail -n 99").lower()
    worked.done("journal verify")


def test_who_is_named_in_a_reason_beside_somebody_else_is_told_where(worked):
    worked.done('member suspend bob --by zoe --reason "Ada saw the lid open" --until 2026-12-01')
    worked.done('member edit bob --name "Robert N." --by zoe')
    said = worked.done('privacy forget ada --by zoe --reason "letter 12"')
    assert "1 reason beside somebody else's record names ada: gate-1 " in said
    assert "retention.notes" in said


def test_nothing_of_them_is_left_in_the_files(lab):
    lab.people()
    lab.done('member suspend ada --by zoe --reason "Ada Lovelace left the lid open"')

    def names() -> int:
        state = lab.settings.gate.state
        whole = b"".join(one.read_bytes() for one in state.iterdir() if one.is_file())
        return whole.count(b"Lovelace") + whole.count(b"blue")

    assert names() >= 3
    lab.done('privacy forget ada --by zoe --reason "letter 12"')
    assert names() == 0


def test_one_who_is_forgotten_opens_nothing(worked, floor):
    worked.done('privacy forget ada --by zoe --reason "letter 12"')
    floor.tap("laser", ADA)
    assert floor.relay("laser") == "off"


def test_without_a_reason_nobody_is_forgotten(worked):
    assert worked.type("privacy forget ada --by zoe").status == 2
    assert "refused" in worked.refused(["privacy", "forget", "ada", "--by", "zoe", "--reason", " "])
    assert "refused" in worked.refused('privacy forget ada --by bob --reason "a joke"')


def test_what_is_old_is_erased_and_a_dry_run_says_so_first(worked, floor):
    floor.tap("laser", "04999999999999")
    assert "0" in worked.done("privacy purge --dry-run")
    floor.pass_s(4 * 86_400)
    worked.done('member edit bob --name "Bob N." --by zoe')
    said = {one["key"]: one["count"] for one in worked.json("privacy purge --dry-run")}
    assert said["unknown"] == 1 and sum(said.values()) == 1
    shown = worked.done("privacy purge")
    assert "retention.unknown" in shown and "badges that nobody knows" in shown and "erased" in shown
    assert sum(one["count"] for one in worked.json("privacy purge")) == 0
    worked.done("journal verify")
