from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from made_books import moment, new_books, refusal, write

from fabgate.errors import DiskFull, StoreCorrupt, StoreError, StoreTooNew
from fabgate.model import Origin
from fabgate.records import EpochBegun
from fabgate.store import journal
from fabgate.store.connect import connect_to_write
from fabgate.store.db import Previous, Store, check, create, last_known, move_aside
from fabgate.store.faults import told
from fabgate.store.files import RESERVE_BYTES, release_reserve, restore_reserve


def change(store: Store, *statements: str) -> None:
    """Do to a database what only another program would."""
    conn = sqlite3.connect(store.path, isolation_level=None)
    for statement in statements:
        conn.execute(statement)
    conn.close()


def test_a_store_that_is_not_there_says_how_to_make_one(folder: Path):
    store = Store(folder)
    assert not store.exists()
    for opened in (store.reader, store.writer):
        with pytest.raises(StoreError, match="fabgate init"):
            opened()
    assert not folder.exists()


def test_books_are_not_made_over_books(store: Store, folder: Path):
    with pytest.raises(StoreError, match="already"):
        new_books(folder)
    assert store.exists()


def test_two_new_epochs_never_bear_the_same_name(tmp_path: Path):
    for name in ("a", "b"):
        create(tmp_path / name, "openfab", "gate1", moment())
    with Store(tmp_path / "a").reader() as one, Store(tmp_path / "b").reader() as other:
        assert one.identity.origin != other.identity.origin
        assert one.identity.origin.startswith("openfab/gate1/")


def test_the_books_are_for_the_gate_and_its_group_only(store: Store, folder: Path):
    with store.writer() as writer:
        write(writer, refusal())
        modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert set(modes.values()) == {0o660}


def test_a_new_epoch_tells_where_the_one_before_stood(folder: Path):
    before = Previous(Origin("openfab/gate1/aaaaaaaa"), 41, "ff" * 32)
    create(folder, "openfab", "gate1", moment(), cause="corrupt", previous=before)
    with Store(folder).reader() as reader:
        first = next(journal.entries(reader.conn))
    assert first.body == EpochBegun("corrupt", "openfab/gate1/aaaaaaaa", 41, "ff" * 32)


def test_half_made_books_of_a_power_cut_are_made_anew(folder: Path):
    folder.mkdir()
    (folder / "journal.db.new").write_bytes(b"SQLite format 3\0 and then the mains failed")
    (folder / "journal.db-wal").write_bytes(b"the log of a database that is gone")
    with new_books(folder).reader() as reader:
        assert journal.verify(reader.conn).sound
    kept = [path.read_bytes() for path in folder.glob("journal.db.corrupt-*-wal")]
    assert kept == [b"the log of a database that is gone"]


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"", id="an_empty_file"),
        pytest.param(b"\0" * 8192, id="zeros"),
        pytest.param(b"This card was a camera's before. " * 500, id="text"),
    ],
)
def test_a_file_that_is_no_database_is_found_when_it_is_opened(store: Store, garbage: bytes):
    store.path.write_bytes(garbage)
    for opened in (store.reader, store.writer):
        with pytest.raises(StoreCorrupt):
            opened()


@pytest.mark.parametrize("kept", [100, 4096, 3 * 4096])
def test_a_database_that_was_cut_short_is_found_when_it_is_opened(store: Store, kept: int):
    store.path.write_bytes(store.path.read_bytes()[:kept])
    with pytest.raises(StoreCorrupt):
        store.reader()


def test_another_programs_database_is_not_taken_for_ours(store: Store):
    store.path.unlink()
    change(store, "CREATE TABLE photos (id INTEGER PRIMARY KEY)")
    with pytest.raises(StoreCorrupt, match="not one of fabgate"):
        store.writer()


def test_a_database_that_lacks_a_table_is_corrupt(store: Store):
    change(store, "DROP TABLE notes", "DROP TABLE journal")
    with pytest.raises(StoreCorrupt, match="missing"):
        store.writer()


def test_a_name_that_is_no_text_any_more_is_found_when_it_is_opened(store: Store):
    change(store, "UPDATE origins SET lab = CAST(x'ff6162' AS TEXT)")
    with pytest.raises(StoreCorrupt, match="no text"):
        store.reader()


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA user_version = 99",
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('fabgate', 'm999', '')",
    ],
)
def test_a_store_of_a_later_fabgate_is_not_touched(store: Store, statement: str):
    change(store, statement)
    before = store.path.read_bytes()
    for opened in (store.reader, store.writer):
        with pytest.raises(StoreTooNew, match="newer fabgate"):
            opened()
    assert store.path.read_bytes() == before


def test_a_corrupt_database_is_moved_aside_with_its_log_and_never_deleted(store: Store, folder: Path):
    store.path.write_bytes(b"garbage")
    (folder / "journal.db-wal").write_bytes(b"a log")
    moved = move_aside(folder, moment())
    assert moved.name == "journal.db.corrupt-20260921T141320Z"
    assert moved.read_bytes() == b"garbage"
    assert moved.with_name(moved.name + "-wal").read_bytes() == b"a log"
    assert not store.exists()


def test_a_second_corrupt_database_in_the_same_second_gets_a_name_of_its_own(folder: Path):
    moved = []
    for content in (b"first", b"second", b"third"):
        folder.mkdir(exist_ok=True)
        (folder / "journal.db").write_bytes(content)
        moved.append(move_aside(folder, moment()))
    assert [path.read_bytes() for path in moved] == [b"first", b"second", b"third"]


def test_there_is_nothing_to_move_aside_in_an_empty_folder(tmp_path: Path):
    with pytest.raises(StoreError, match="no store"):
        move_aside(tmp_path, moment())


def test_what_a_damaged_database_still_tells_of_its_epoch_is_known(store: Store, folder: Path):
    with store.writer() as writer:
        write(writer, refusal(), refusal())
        last = writer.conn.execute("SELECT hash FROM journal ORDER BY position DESC").fetchone()[0]
    change(store, "DROP TABLE notes")
    assert last_known(folder) == Previous(Origin("openfab/gate1/e0000001"), 3, last.hex())
    store.path.write_bytes(b"garbage")
    assert last_known(folder) is None
    store.path.unlink()
    assert last_known(folder) is None


def test_the_whole_file_can_be_checked_page_by_page(store: Store, folder: Path):
    with store.writer() as writer:
        write(writer, *[refusal(ms) for ms in range(100)])
    assert check(folder) == ()
    content = bytearray(store.path.read_bytes())
    content[-4096:] = b"\xa5" * 4096
    store.path.write_bytes(content)
    assert check(folder) != ()


def test_the_reserve_really_takes_its_room_on_the_disk(store: Store, folder: Path):
    reserve = folder / "reserve"
    assert reserve.stat().st_blocks * 512 >= RESERVE_BYTES
    assert release_reserve(folder) is True
    assert not reserve.exists()
    assert release_reserve(folder) is False
    restore_reserve(folder)
    assert reserve.stat().st_blocks * 512 >= RESERVE_BYTES


def test_a_reserve_that_is_only_a_hole_is_made_anew(store: Store, folder: Path):
    release_reserve(folder)
    with (folder / "reserve").open("wb") as file:
        file.truncate(RESERVE_BYTES)
    restore_reserve(folder)
    assert (folder / "reserve").stat().st_blocks * 512 >= RESERVE_BYTES


def test_a_folder_that_cannot_be_written_is_told_as_an_error_of_the_store(tmp_path: Path):
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(StoreError) as refused:
        create(tmp_path / "state", "openfab", "gate1", moment())
    assert not isinstance(refused.value, DiskFull)


def test_a_database_that_cannot_be_opened_says_whose_it_should_be(tmp_path: Path):
    with pytest.raises(StoreError, match="user of the gate"), told:
        connect_to_write(tmp_path / "missing" / "journal.db", "rwc")


def test_a_store_that_waits_for_its_migration_is_not_opened(store: Store):
    change(store, "DELETE FROM _sqlite_migrations")
    with pytest.raises(StoreError, match="earlier fabgate") as refused:
        store.writer()
    assert not isinstance(refused.value, StoreTooNew | StoreCorrupt)
