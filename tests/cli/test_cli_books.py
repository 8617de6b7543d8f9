"""The books as a whole: made once, read, checked, copied and brought back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

from cli_lab import ADA, Floor, Lab

from fabgate.records import Draft, Refused
from fabgate.store import journal
from fabgate.store.db import Store


def archives(lab: Lab) -> list[Path]:
    return sorted((lab.settings.gate.state / "backups").glob("*.tar"))


def test_the_first_day_makes_books_keys_and_a_manager(empty: Lab):
    said = empty.done('init --manager "Zoe Dupont" --id zoe')
    assert said.startswith("The books are made. Zoe Dupont (zoe) is the first manager. Next:\n")
    assert "fabgate badge wait zoe" in said
    assert (empty.settings.gate.state / "keys.json").stat().st_mode & 0o777 == 0o400
    assert empty.json("role list") == [{"member": "zoe", "role": "manager", "machine": None}]


def test_books_that_are_there_are_not_made_again(lab: Lab):
    before = lab.done("journal tail")
    assert "books in" in lab.refused("init --manager Mallory")
    assert lab.done("journal tail") == before


def test_without_books_every_command_says_how_to_make_them(empty: Lab):
    for line in ("member list", "session list", "journal tail", "export usage --month 2026-10", "backup"):
        assert "fabgate init" in empty.refused(line)


def test_the_tail_of_the_journal_reads_with_handles_and_reasons(lab: Lab):
    lab.people()
    lines = lab.done("journal tail -n 2").splitlines()
    assert lines[0].split()[:4] == ["9", "2026-10-24", "12:00:00", "grant.give"]
    assert lines[0].endswith('member=ada skill=router level=autonomous by=zoe  "passed"')
    assert lines[1].endswith('member=bob skill=laser level=trainee by=zoe  "start"')


def test_the_tail_for_programs_is_an_object_a_line_as_it_was_written(lab: Lab):
    lab.people()
    lines = [json.loads(line) for line in lab.done("journal tail -n 3 --json").splitlines()]
    assert [line["kind"] for line in lines] == ["grant.give"] * 3
    assert lines[0]["body"]["member"].startswith("m-")
    assert lines[0]["notes"] == {"reason": "passed"}


def test_the_tail_shows_lengths_times_and_short_codes(lab: Lab, floor: Floor):
    floor.tap("laser", ADA)
    floor.pass_s(61)
    floor.tap("laser", ADA)
    started, stopped = lab.done("journal tail -n 2").splitlines()
    assert f"badge={lab.json('badge list ada')[0]['badge']}" in started
    assert "limit=2:00:00" in started
    assert "why=own_tap length=0:01:01" in stopped


def test_the_tail_of_an_unset_clock_says_so(lab: Lab):
    lab.clock.synced = False
    lab.done("member add Ada --by zoe")
    assert "12:00:00?" in lab.done("journal tail -n 1")


def test_following_the_journal_makes_no_sense_in_a_rehearsal(lab: Lab):
    assert "--follow" in lab.refused("journal tail --follow")


def test_records_that_were_blanked_are_shown_as_such(lab: Lab):
    lab.people()
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        at = lab.clock.now()
        seq = pen.append(Draft(at, Refused("laser", "unknown_badge", "k:1"))).seq
        journal.purge(pen, at, "13 months", 1, seq)
    lines = lab.done("journal tail -n 100").splitlines()
    assert "(blanked: a purge record says why)" in lines[seq - 1]
    assert "member.add" in lines[1], "what a right rests on is kept"
    assert '"notes": {}' in lab.done("journal tail -n 100 --json").splitlines()[seq - 1]
    lab.done("journal verify")


def test_an_altered_record_is_found_and_the_status_says_so(lab: Lab):
    lab.people()
    assert "all as they were written" in lab.done("journal verify")
    with sqlite3.connect(lab.settings.gate.state / "journal.db") as conn:
        conn.execute("UPDATE journal SET body = replace(body, 'trainee', 'sponsor')")
    conn.close()
    said = lab.refused("journal verify")
    assert "its hash does not fit" in said
    assert "10 records checked, 1 not as they were written" in said
    ran = lab.type("journal verify --json")
    assert ran.status == 1
    assert json.loads(ran.printed)["broken"][0]["record"].endswith("#10")


def test_a_backup_goes_where_it_is_told_and_only_so_many_stay(lab: Lab, tmp_path: Path):
    folder = tmp_path / "stick"
    for _ in range(4):
        lab.clock.advance(86_400_000)
        made = Path(lab.done(f"backup --to {folder} --keep 2").strip())
    assert made.stat().st_mode & 0o777 == 0o600
    assert sorted(folder.glob("*.tar"))[-1] == made
    assert len(list(folder.glob("*.tar"))) == 2


def test_a_backup_without_a_folder_lies_beside_the_books_and_says_so(lab: Lab):
    said = lab.done("backup")
    assert str(archives(lab)[0]) in said
    assert "--to FOLDER" in said


def test_an_empty_machine_is_as_before_after_a_restore(lab: Lab, tmp_path: Path):
    lab.people()
    lab.done(f"backup --to {tmp_path}")
    (archive,) = tmp_path.glob("*.tar")
    shutil.rmtree(lab.settings.gate.state)
    said = lab.done(f"restore {archive}")
    assert "the books of openfab/gate-1 again" in said
    assert [one["handle"] for one in lab.json("member list")] == ["ada", "bob", "zoe"]
    assert "refused: This badge is already Ada Lovelace's." in lab.refused(f"badge add bob {ADA} --by zoe")
    lab.done("journal verify")
    assert "cause=restore" in lab.done("journal tail -n 1")


def test_a_restore_never_writes_over_books(lab: Lab, tmp_path: Path):
    lab.done(f"backup --to {tmp_path}")
    (archive,) = tmp_path.glob("*.tar")
    assert "there is a store here already" in lab.refused(f"restore {archive}")


def test_what_is_no_backup_is_not_restored(empty: Lab, tmp_path: Path):
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"not a tar")
    assert "not a backup" in empty.refused(f"restore {file}")
    assert "fabgate" in empty.refused(f"restore {tmp_path / 'missing.tar'}")
    assert not (empty.settings.gate.state / "journal.db").exists()


def test_the_books_of_another_gate_are_restored_with_a_warning(lab: Lab, tmp_path: Path):
    lab.done(f"backup --to {tmp_path}")
    (archive,) = tmp_path.glob("*.tar")
    (tmp_path / "other").mkdir()
    other = Lab(tmp_path / "other")
    other.settings = replace(other.settings, lab=replace(other.settings.lab, name="elsewhere"))
    assert "the configuration says elsewhere/gate-1" in other.done(f"restore {archive}")
