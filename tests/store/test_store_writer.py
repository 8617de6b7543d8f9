from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from made_books import moment, new_books, refusal, start, stop, write

from fabgate.errors import DiskFull, StoreBusy, StoreError
from fabgate.records import Draft, EpochBegun, GateStopped, Note, encode
from fabgate.store import journal
from fabgate.store.db import Store, Writer, create, move_aside

MOST_BYTES_A_SESSION = 24 * 1024


class FullMedium:
    """A disk that a rehearsal made full, or mended."""

    full = False

    def before_write(self) -> None:
        if self.full:
            raise DiskFull("the disk is full in this rehearsal")


def test_the_first_record_of_new_books_says_why_they_began(writer: Writer):
    first = next(journal.entries(writer.conn))
    assert first.id.seq == 1
    assert first.body == EpochBegun("init")
    assert first.at == moment()


def test_what_was_written_is_there_for_every_other_connection(store: Store, writer: Writer):
    with store.reader() as reader:
        before = reader.data_version()
        [record] = write(writer, refusal())
        assert reader.data_version() != before
        assert journal.entry(reader.conn, record).body == refusal().body


def test_a_body_is_kept_byte_for_byte_and_chained_as_the_books_of_the_house_say(writer: Writer):
    [record] = write(writer, refusal())
    rows = writer.conn.execute("SELECT body, hash FROM journal ORDER BY position").fetchall()
    body, stored = rows[-1]
    assert body == encode(refusal())
    origin = b"openfab/gate1/e0000001"
    chained = (
        len(origin).to_bytes(2, "big")
        + origin
        + record.seq.to_bytes(8, "big")
        + rows[-2][1]
        + hashlib.sha256(body.encode()).digest()
    )
    assert stored == hashlib.sha256(chained).digest()


def test_a_write_that_goes_wrong_leaves_nothing_behind_and_the_next_one_works(writer: Writer):
    with pytest.raises(KeyError), writer.write() as pen:
        lost = pen.append(refusal(), [Note("reason", "because")])
        raise KeyError("the desk changed its mind")
    assert journal.entry(writer.conn, lost) is None
    assert write(writer, refusal()) == [lost]
    assert journal.notes(writer.conn, lost) == {}


def test_nothing_can_be_written_outside_a_write(store: Store, writer: Writer):
    with writer.write() as pen:
        pass
    with pytest.raises(RuntimeError, match="after its write"):
        pen.append(refusal())
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        writer.conn.execute("DELETE FROM journal")
    with store.reader() as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.conn.execute("DELETE FROM journal")
    assert writer.conn.execute("PRAGMA query_only").fetchone() == (1,)


def test_a_commit_is_on_the_disk_and_the_log_is_folded_in_only_when_asked(writer: Writer):
    with writer.write() as pen:
        said = {
            name: pen.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "journal_mode", "wal_autocheckpoint", "foreign_keys")
        }
    assert said == {"synchronous": 2, "journal_mode": "wal", "wal_autocheckpoint": 0, "foreign_keys": 1}


def test_the_pen_reads_what_it_has_written(writer: Writer):
    with writer.write() as pen:
        record = pen.append(refusal(), [Note("reason", "a 'quoted'; DROP TABLE journal --\n\U0001f9f2")])
        assert journal.entry(pen.conn, record).body == refusal().body
        assert journal.notes(pen.conn, record) == {"reason": "a 'quoted'; DROP TABLE journal --\n\U0001f9f2"}


def test_a_write_inside_a_write_is_refused_and_harms_neither(writer: Writer):
    with writer.write() as pen:
        first = pen.append(refusal())
        with pytest.raises(RuntimeError, match="inside"), writer.write():
            pass
        pen.append(refusal())
    assert journal.last_seq(writer.conn) == first.seq + 1


def test_a_writer_gives_up_at_its_deadline_when_another_process_writes_on(folder: Path, writer: Writer):
    other = os.open(folder / "journal.db.lock", os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(StoreBusy), writer.write(patience_ms=5):
        raise AssertionError("the lock was not free")
    assert writer.checkpoint() is False
    os.close(other)
    assert write(writer, refusal())[0].seq == 2


def test_a_writer_waits_for_its_turn(folder: Path, store: Store, writer: Writer):
    opened, first_holds, second_asks = threading.Event(), threading.Event(), threading.Event()

    def other() -> None:
        with store.writer() as second:
            opened.set()
            first_holds.wait(10)
            second_asks.set()
            write(second, refusal(2))

    thread = threading.Thread(target=other)
    thread.start()
    assert opened.wait(10)
    with writer.write() as pen:
        first_holds.set()
        assert second_asks.wait(10)
        pen.append(refusal(1))
    thread.join(10)
    assert [entry.at.boot_ms for entry in journal.entries(writer.conn, after=1)] == [1, 2]


def test_a_full_disk_of_a_rehearsal_refuses_the_write_and_nothing_else(folder: Path):
    medium = FullMedium()
    create(folder, "openfab", "gate1", moment(), medium=medium)
    with Store(folder, medium).writer() as writer:
        medium.full = True
        with pytest.raises(DiskFull), writer.write():
            raise AssertionError("there was no room")
        assert journal.last_seq(writer.conn) == 1
        medium.full = False
        assert write(writer, refusal())[0].seq == 2


def test_a_checkpoint_brings_what_was_written_into_the_database(folder: Path, writer: Writer):
    write(writer, *[refusal(ms) for ms in range(200)])
    before = (folder / "journal.db").stat().st_size
    assert writer.checkpoint() is True
    assert (folder / "journal.db").stat().st_size > before


def test_a_checkpoint_does_not_wait_for_one_who_reads(store: Store, writer: Writer):
    with store.reader() as reader:
        reader.conn.execute("BEGIN")
        reader.conn.execute("SELECT count(*) FROM journal").fetchone()
        write(writer, refusal())
        assert writer.checkpoint() is False
        reader.conn.execute("ROLLBACK")
        assert writer.checkpoint() is True


def test_the_last_one_to_close_leaves_one_whole_file(folder: Path, store: Store):
    with store.writer() as writer:
        write(writer, refusal())
    assert sorted(path.name for path in folder.iterdir()) == ["journal.db", "journal.db.lock", "reserve"]
    with store.reader() as reader:
        assert journal.last_seq(reader.conn) == 2


def test_a_writer_of_books_that_were_moved_away_neither_writes_nor_harms_the_new_ones(
    folder: Path, store: Store
):
    with store.writer() as late:
        write(late, refusal())
        move_aside(folder, moment())
        new_books(folder, epoch="e0000002")
        with store.writer() as writer:
            write(writer, *[refusal(ms) for ms in range(10)])
            with pytest.raises(StoreError, match="moved away"), late.write():
                raise AssertionError("these books are closed")
            late.close()
            write(writer, refusal())
            assert journal.verify(writer.conn).checked == 12
    with store.reader() as reader:
        assert journal.verify(reader.conn).sound
        assert journal.last_seq(reader.conn) == 12


def test_a_session_costs_the_card_no_more_than_24_kib_whatever_page_it_falls_on(folder: Path, writer: Writer):
    log = folder / "journal.db-wal"
    write(writer, Draft(moment(), GateStopped()))
    costs = []
    for number in range(300):
        before = log.stat().st_size
        [begun] = write(writer, start(number))
        write(writer, stop(begun, number))
        costs.append(log.stat().st_size - before)
    assert max(costs) <= MOST_BYTES_A_SESSION
    assert writer.conn.execute("PRAGMA page_size").fetchone() == (4096,)
