from __future__ import annotations

import fcntl
import io
import json
import os
import sqlite3
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from made_books import BOOT, WALL_MS, moment, new_books, refusal, start, write

from fabgate.badges.uid import parse
from fabgate.errors import StoreBusy, StoreCorrupt, StoreError, StoreTooNew
from fabgate.model import MemberId, Moment
from fabgate.records import Draft, EpochBegun, MemberAdded, Note
from fabgate.store import journal, roster
from fabgate.store.backup import backup, restore
from fabgate.store.db import Store, Writer, check
from fabgate.store.keys import Keys
from fabgate.store.roster import Member

ADA = Member(MemberId("a1"), "ada", "Ada Lovelace", login="ada", added_ms=WALL_MS)
DAY_MS = 86_400_000


@pytest.fixture
def lab(store: Store, folder: Path) -> Store:
    """Books with a member, their name beside a record, a session that runs, and keys."""
    Keys.create(folder)
    with store.writer() as writer:
        with writer.write() as pen:
            said = json.dumps({"handle": ADA.handle, "name": ADA.name, "login": ADA.login})
            pen.append(Draft(moment(), MemberAdded(ADA.id, ADA.id)), [Note("name", ADA.name)], said)
            journal.mark_run(pen, clean=True)
        write(writer, start(1_000))
        journal.beat(writer, moment(30_000))
    return store


def test_a_backup_brings_everything_back_on_an_empty_machine(lab: Store, folder: Path, tmp_path: Path):
    archive = backup(lab, tmp_path / "card", moment(60_000))
    new = tmp_path / "new" / "state"
    identity = restore(archive, new, moment(90_000))
    assert Keys.load(new).tokens(parse("04A2B3C4D5E680")) == Keys.load(folder).tokens(parse("04A2B3C4D5E680"))
    with lab.reader() as was, Store(new).reader() as reader:
        assert reader.identity == identity
        assert roster.members(reader.conn) == roster.members(was.conn) == (ADA,)
        before = list(journal.entries(was.conn))
        assert list(journal.entries(reader.conn))[: len(before)] == before
        assert journal.notes(reader.conn, before[1].id) == {"name": "Ada Lovelace"}
        assert journal.running(reader.conn) == journal.running(was.conn)
        assert journal.verify(reader.conn).sound
        assert not journal.was_clean(reader.conn), "the next start reads the whole journal"
    assert check(new) == ()


def test_what_is_restored_begins_a_new_epoch_that_knows_the_old_one(lab: Store, tmp_path: Path):
    with lab.writer() as writer:
        last = writer.conn.execute("SELECT hash FROM journal ORDER BY position DESC").fetchone()[0]
        was = writer.identity
    identity = restore(backup(lab, tmp_path, moment()), tmp_path / "new", moment(7))
    assert (identity.lab, identity.gate) == (was.lab, was.gate)
    assert identity.origin != was.origin
    with Store(tmp_path / "new").writer() as writer:
        [first] = journal.entries(writer.conn, newest_first=True, limit=1)
        assert first.body == EpochBegun("restore", was.origin, 3, last.hex())
        assert first.at == moment(7)
        assert first.id.seq == journal.last_seq(writer.conn) == 1
        assert [entry.id.seq for entry in journal.entries(writer.conn)] == [1, 2, 3, 1]
        [later] = write(writer, refusal())
        assert (later.origin, later.seq) == (identity.origin, 2)
        assert [entry.id for entry in journal.entries(writer.conn, after=1)] == [later]
        newest = [entry.id.seq for entry in journal.entries(writer.conn, newest_first=True)]
        assert newest == [2, 1, 3, 2, 1]
        assert journal.verify(writer.conn).checked == 5
        assert journal.verify(writer.conn, last=100).checked == 2


def test_a_backup_is_one_file_for_its_owners_eyes_and_all_modes_come_back(lab: Store, tmp_path: Path):
    card = tmp_path / "card"
    archive = backup(lab, card, moment())
    assert [path.name for path in card.iterdir()] == [archive.name]
    assert archive.name == "fabgate-openfab-gate1-20260921T141320Z.tar"
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as packed:
        assert {member.name: member.mode for member in packed} == {"journal.db": 0o600, "keys.json": 0o400}
    restore(archive, tmp_path / "new", moment())
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
    assert modes == {"journal.db": 0o660, "journal.db.lock": 0o660, "keys.json": 0o400, "reserve": 0o660}


def test_a_backup_is_made_while_the_gate_writes(lab: Store, tmp_path: Path):
    with lab.writer() as writer:
        write(writer, *[refusal(ms) for ms in range(500)])
        archive = backup(lab, tmp_path / "card", moment())
        write(writer, refusal())
    restore(archive, tmp_path / "new", moment())
    with Store(tmp_path / "new").reader() as reader:
        assert journal.verify(reader.conn).checked == 3 + 500 + 1


def nights(lab: Store, to: Path, count: int, keep: int = 7) -> list[Path]:
    return [backup(lab, to, moment(day * DAY_MS), keep) for day in range(count)]


def test_the_newest_seven_are_kept_and_nothing_else_is_touched(lab: Store, tmp_path: Path):
    card = tmp_path / "card"
    card.mkdir()
    (card / "fabgate-openfab-gate2-20200101T000000Z.tar").write_text("another gate's")
    made = nights(lab, card, 9)
    assert sorted(card.glob("*gate1*")) == made[2:]
    assert len(list(card.iterdir())) == 8


def test_the_backup_just_made_stays_whatever_is_kept(lab: Store, tmp_path: Path):
    for keep in (1, 0):
        [made] = nights(lab, tmp_path / str(keep), 3, keep)[-1:]
        assert list((tmp_path / str(keep)).iterdir()) == [made]


def test_a_gate_without_a_clock_does_not_forget_its_good_backups(lab: Store, tmp_path: Path):
    card = tmp_path / "card"
    made = nights(lab, card, 3, keep=3)
    lost = Moment(BOOT, 5, 0, synced=False)
    late = [backup(lab, card, lost, keep=3) for _ in range(2)]
    assert {path.name for path in late} == {
        "fabgate-openfab-gate1-20260921T141350Z.tar",  # the latest time that the gate knew to be right
        "fabgate-openfab-gate1-20260921T141350Z-2.tar",
    }
    assert late[-1] in card.iterdir()
    assert made[-1] in card.iterdir()


def test_two_backups_are_not_made_in_one_folder_at_once(lab: Store, tmp_path: Path):
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(StoreBusy, match="another backup"):
        backup(lab, tmp_path, moment())
    os.close(handle)


def test_a_damaged_store_gives_no_backup_and_leaves_the_old_ones(lab: Store, tmp_path: Path):
    [old] = nights(lab, tmp_path / "card", 1)
    content = bytearray(lab.path.read_bytes())
    content[3 * 4096 : 8 * 4096] = b"\xa5" * (5 * 4096)
    lab.path.write_bytes(content)
    with pytest.raises(StoreCorrupt):
        backup(lab, tmp_path / "card", moment(DAY_MS))
    assert list((tmp_path / "card").iterdir()) == [old]


def test_nothing_is_restored_over_books_or_over_other_keys(lab: Store, folder: Path, tmp_path: Path):
    archive = backup(lab, tmp_path / "card", moment())
    before = lab.path.read_bytes()
    with pytest.raises(StoreError, match="already"):
        restore(archive, folder, moment())
    assert lab.path.read_bytes() == before
    Keys.create(tmp_path / "other")
    with pytest.raises(StoreError, match="other keys"):
        restore(archive, tmp_path / "other", moment())
    assert not Store(tmp_path / "other").exists()


def test_a_restore_that_a_power_cut_broke_off_can_be_begun_again(lab: Store, folder: Path, tmp_path: Path):
    archive = backup(lab, tmp_path / "card", moment())
    new = tmp_path / "new"
    new.mkdir()
    (new / "keys.json").write_bytes((folder / "keys.json").read_bytes())
    (new / "journal.db.new").write_bytes(b"half of")
    restore(archive, new, moment())
    with Store(new).reader() as reader:
        assert journal.verify(reader.conn).sound


def test_a_gate_without_keys_has_a_backup_without_keys(store: Store, tmp_path: Path):
    restore(backup(store, tmp_path / "card", moment()), tmp_path / "new", moment())
    assert not (tmp_path / "new" / "keys.json").exists()


def packed(path: Path, **files: bytes) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("_", "."))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def later_form(lab: Store, tmp_path: Path) -> bytes:
    with lab.writer() as writer:
        writer.checkpoint()
    copy = tmp_path / "later.db"
    copy.write_bytes(lab.path.read_bytes())
    conn = sqlite3.connect(copy, isolation_level=None)
    conn.execute("PRAGMA user_version = 77")
    conn.close()
    return copy.read_bytes()


def test_what_is_no_backup_is_refused_and_leaves_no_store(lab: Store, tmp_path: Path):
    (tmp_path / "text.tar").write_text("not a backup at all" * 100)
    later = later_form(lab, tmp_path)
    refused: list[tuple[Path, type[StoreError]]] = [
        (tmp_path / "nowhere.tar", StoreError),
        (tmp_path / "text.tar", StoreError),
        (packed(tmp_path / "empty.tar"), StoreError),
        (packed(tmp_path / "garbage.tar", journal_db=b"garbage" * 999), StoreCorrupt),
        (packed(tmp_path / "badkeys.tar", journal_db=later, keys_json=b"{}"), StoreError),
        (packed(tmp_path / "later.tar", journal_db=later), StoreTooNew),
    ]
    for archive, error in refused:
        with pytest.raises(error):
            restore(archive, tmp_path / "new", moment())
        left = {path.name for path in (tmp_path / "new").iterdir()}
        assert left <= {"journal.db.lock", "reserve"}, archive.name


def test_a_backup_can_be_restored_by_whoever_holds_the_next_clock(lab: Store, tmp_path: Path):
    archive = backup(lab, tmp_path, moment())
    unsynced = replace(moment(), wall_ms=0, synced=False)
    restore(archive, tmp_path / "new", unsynced)
    with Store(tmp_path / "new").reader() as reader:
        assert journal.latest_synced_ms(reader.conn) == WALL_MS + 30_000


def test_a_writer_can_work_on_what_was_restored(lab: Store, tmp_path: Path):
    restore(backup(lab, tmp_path, moment()), tmp_path / "new", moment())
    writer: Writer
    with Store(tmp_path / "new").writer() as writer:
        with writer.write() as pen:
            assert pen.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        write(writer, refusal())


def test_new_books_can_be_made_beside_a_backup_of_the_old(lab: Store, tmp_path: Path):
    backup(lab, tmp_path, moment())
    assert new_books(tmp_path / "new").exists()


def test_the_certificates_of_a_hub_come_back_and_what_its_broker_keeps_does_not(
    lab: Store, folder: Path, tmp_path: Path
):
    files = {
        "pki/ca.key": 0o400,
        "pki/index.txt": 0o644,
        "pki/issued/1B68.pem": 0o644,
        "broker/acl": 0o444,
        "link/address.json": 0o400,
    }
    others = (
        "broker/.retained.db",
        "pki/.work-x/key",
        "pki/deep/er/file",
        "elsewhere/file",
        "broker/data/db",
    )
    for name in (*files, *others):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {name}")
        path.chmod(files.get(name, 0o644))
    (folder / "pki" / "link").symlink_to(tmp_path)
    restore(backup(lab, tmp_path / "card", moment()), tmp_path / "new", moment())
    for name, mode in files.items():
        path = tmp_path / "new" / name
        assert path.read_text() == f"this is {name}"
        assert path.stat().st_mode & 0o777 == mode
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not any((tmp_path / "new" / name).exists() for name in (*others, "pki/link"))


def packed_beside(archive: Path, *names: str, link: str | None = None) -> Path:
    """The backup with more members."""
    with tarfile.open(archive, "a") as packed:
        for name in names:
            member = tarfile.TarInfo(name)
            if link is not None:
                member.type, member.linkname = tarfile.SYMTYPE, link
                packed.addfile(member)
            else:
                member.size, member.mode = 5, 0o4777
                packed.addfile(member, io.BytesIO(b"mine!"))
    return archive


@pytest.mark.parametrize(
    "name",
    [
        "link/../../out",
        "../link/out",
        "/link/out",
        "link/..",
        "pki/issued/../../../out",
        "link//out",
        "link/.hidden",
        "link/a/b",
        "linked/out",
        "link/out\nlink/out",
    ],
)
def test_a_name_in_an_archive_leads_nowhere_else(lab: Store, tmp_path: Path, name: str):
    archive = packed_beside(backup(lab, tmp_path / "card", moment()), name)
    restore(archive, tmp_path / "deep" / "new", moment())
    found = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"mine!"}
    assert found == set()


def test_a_file_in_an_archive_is_nobodys_program_and_a_link_is_no_file(lab: Store, tmp_path: Path):
    archive = packed_beside(backup(lab, tmp_path / "card", moment()), "link/cert.pem")
    packed_beside(archive, "link/key.pem", link="/etc/passwd")
    restore(archive, tmp_path / "new", moment())
    assert (tmp_path / "new/link/cert.pem").stat().st_mode & 0o7777 == 0o644
    assert not (tmp_path / "new/link/key.pem").is_symlink()
    assert not (tmp_path / "new/link/key.pem").exists()


def test_certificates_that_are_there_are_never_written_over(lab: Store, folder: Path, tmp_path: Path):
    (folder / "link").mkdir()
    (folder / "link" / "cert.pem").write_text("of the backup")
    archive = backup(lab, tmp_path / "card", moment())
    new = tmp_path / "new" / "link"
    new.mkdir(parents=True)
    (new / "cert.pem").write_text("another")
    with pytest.raises(StoreError, match="another file here already"):
        restore(archive, tmp_path / "new", moment())
    assert (new / "cert.pem").read_text() == "another"
    assert not Store(tmp_path / "new").exists()
    (new / "cert.pem").write_text("of the backup")
    restore(archive, tmp_path / "new", moment())
