from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from made_books import WALL_MS, moment, refusal, start, stop, write

from fabgate.errors import ChainBroken
from fabgate.model import Origin, RecordId
from fabgate.records import (
    Draft,
    GateStarted,
    GateStopped,
    MemberAdded,
    Note,
    Purged,
    Refused,
    SessionStarted,
    SessionStopped,
    Unknown,
)
from fabgate.store import journal
from fabgate.store.db import Store, Writer


def some_days(writer: Writer) -> list[RecordId]:
    """Three sessions with refusals between them; one transaction, for it is quick."""
    with writer.write() as pen:
        ids = []
        for ms in range(3):
            ids += [pen.append(refusal(ms)), pen.append(start(ms))]
            ids.append(pen.append(stop(ids[-1], ms)))
    return ids


def test_records_come_in_their_order_and_backwards(writer: Writer):
    ids = some_days(writer)
    assert [entry.id for entry in journal.entries(writer.conn)][1:] == ids
    newest = [entry.id for entry in journal.entries(writer.conn, newest_first=True, limit=4)]
    assert newest == ids[:-5:-1]


def test_records_after_one_are_those_that_came_later(writer: Writer):
    ids = some_days(writer)
    later = [entry.id for entry in journal.entries(writer.conn, after=ids[3].seq)]
    assert later == ids[4:]
    assert list(journal.entries(writer.conn, after=journal.last_seq(writer.conn))) == []
    assert list(journal.entries(writer.conn, limit=0)) == []


def test_records_of_some_kinds_come_alone(writer: Writer):
    some_days(writer)
    kinds = {SessionStarted.kind, SessionStopped.kind}
    found = list(journal.entries(writer.conn, kinds=kinds))
    assert len(found) == 6
    assert {entry.body.kind for entry in found} == kinds
    assert list(journal.entries(writer.conn, kinds=["no.such.kind"])) == []


def test_a_long_journal_is_read_in_slices_and_lacks_nothing(store: Store, writer: Writer):
    with writer.write() as pen:
        for ms in range(5_000):
            pen.append(refusal(ms))
    forwards = journal.entries(writer.conn)
    assert next(forwards).id.seq == 1
    assert writer.checkpoint() is True  # a reader in the middle of a journal holds nothing up
    assert [entry.id.seq for entry in forwards] == list(range(2, 5_002))
    backwards = journal.entries(writer.conn, newest_first=True)
    assert [entry.id.seq for entry in backwards] == list(range(5_001, 0, -1))


def test_a_kind_that_this_version_does_not_know_is_kept_and_passed_on(writer: Writer):
    said = Unknown("laser.polished", {"machine": "laser", "grams": 3})
    [record] = write(writer, Draft(moment(), said))
    assert journal.entry(writer.conn, record).body == said
    assert [entry.id for entry in journal.entries(writer.conn, kinds=["laser.polished"])] == [record]


def test_a_record_that_is_not_there_is_none(writer: Writer):
    own = writer.identity.origin
    assert journal.entry(writer.conn, RecordId(own, 99)) is None
    assert journal.entry(writer.conn, RecordId(Origin("openfab/gate9/ffffffff"), 1)) is None
    assert journal.notes(writer.conn, RecordId(Origin("openfab/gate9/ffffffff"), 1)) == {}


def test_a_name_stands_beside_its_record_and_never_in_it(writer: Writer):
    with writer.write() as pen:
        record = pen.append(
            Draft(moment(), MemberAdded("0f3a9c5d77e14b02", "1b2c3d4e5f607182")),
            [Note("name", "Ada Lovelace"), Note("reason", "a new face")],
        )
    assert journal.notes(writer.conn, record) == {"name": "Ada Lovelace", "reason": "a new face"}
    bodies = [body for (body,) in writer.conn.execute("SELECT body FROM journal")]
    assert not any("Ada" in body for body in bodies)


def test_a_body_that_cannot_be_read_is_named(store: Store, writer: Writer):
    [record] = write(writer, refusal())
    conn = sqlite3.connect(store.path, isolation_level=None)
    conn.execute('UPDATE journal SET body = \'{"kind":"session.ref\' WHERE seq = 2')
    conn.close()
    with pytest.raises(ChainBroken, match=f"{record} cannot be read"):
        list(journal.entries(writer.conn))


# --- purges -------------------------------------------------------------------------------------


def test_a_purge_blanks_bodies_and_notes_and_says_so(writer: Writer):
    ids = some_days(writer)
    with writer.write() as pen:
        noted = pen.append(refusal(), [Note("reason", "private")])
        purged = journal.purge(pen, moment(9), "13 months", 1, noted.seq, [Refused.kind])
    left = {entry.id: entry.body for entry in journal.entries(writer.conn)}
    assert [record for record, body in left.items() if body is None] == [*ids[::3], noted]
    assert journal.notes(writer.conn, noted) == {}
    assert left[purged] == Purged(1, noted.seq, "13 months", (Refused.kind,))


def test_a_purge_of_everything_keeps_what_the_chain_is_read_by(writer: Writer):
    for _ in range(2):
        some_days(writer)
        with writer.write() as pen:
            journal.purge(pen, moment(9), "all", 1, 1_000)
    kept = [entry.body.kind for entry in journal.entries(writer.conn) if entry.body]
    assert kept == ["epoch.begin", "purge", "purge"]
    assert journal.verify(writer.conn).sound


def test_what_was_purged_is_gone_from_the_file(folder: Path, store: Store):
    secret = "a reason that nobody shall read again"
    with store.writer() as writer:
        with writer.write() as pen:
            record = pen.append(refusal(), [Note("reason", secret)])
        with writer.write() as pen:
            journal.purge(pen, moment(), "asked for", record.seq, record.seq)
    assert secret.encode() not in (folder / "journal.db").read_bytes()


# --- what runs ----------------------------------------------------------------------------------


def test_a_session_runs_from_its_start_to_its_stop(writer: Writer):
    laser, lathe = write(writer, start(1_000, "laser"), start(2_000, "lathe"))
    now = journal.running(writer.conn)
    assert [(session.machine, session.start) for session in now] == [("laser", laser), ("lathe", lathe)]
    assert [session.opened for session in now] == [moment(1_000), moment(2_000)]
    assert [session.beat for session in now] == [moment(1_000), moment(2_000)]
    assert now[0].said.level == "trainee"
    write(writer, stop(laser, 3_000))
    assert [session.start for session in journal.running(writer.conn)] == [lathe]
    write(writer, stop(lathe, 4_000, "lathe"))
    assert journal.running(writer.conn) == ()


def test_a_heartbeat_marks_all_that_runs_and_takes_one_row(writer: Writer):
    write(writer, start(1_000, "laser"), start(2_000, "lathe"))
    for ms in (30_000, 60_000):
        journal.beat(writer, moment(ms))
    assert [session.beat for session in journal.running(writer.conn)] == [moment(60_000)] * 2
    assert writer.conn.execute("SELECT count(*) FROM beats").fetchone() == (1,)


def test_a_heartbeat_from_before_a_session_is_none_of_its_own(writer: Writer):
    journal.beat(writer, moment(30_000))
    write(writer, start(31_000))
    assert [session.beat for session in journal.running(writer.conn)] == [moment(31_000)]


def test_a_session_of_another_boot_keeps_the_last_heartbeat_of_that_boot(writer: Writer):
    write(writer, start(1_000, boot="before"))
    journal.beat(writer, moment(30_000, "before"))
    write(writer, start(5_000, "lathe", boot="after"))
    journal.beat(writer, moment(9_000, "after"))
    beats = {session.machine: session.beat for session in journal.running(writer.conn)}
    assert beats == {"laser": moment(30_000, "before"), "lathe": moment(9_000, "after")}


def test_what_runs_is_found_however_many_records_came_since(writer: Writer):
    [early] = write(writer, start(0))
    for ms in range(1, 4):
        with writer.write() as pen:
            for _ in range(300):
                pen.append(refusal(ms))
        journal.beat(writer, moment(ms))
    [running] = journal.running(writer.conn)
    assert (running.start, running.beat) == (early, moment(3))
    write(writer, stop(early, 4))
    with writer.write() as pen:
        journal.mark_run(pen, clean=True)
    assert journal.running(writer.conn) == ()
    assert writer.conn.execute("SELECT count(*) FROM beats").fetchone() == (0,)
    [late] = write(writer, start(5))
    assert [session.start for session in journal.running(writer.conn)] == [late]


def test_a_stop_that_comes_late_ends_its_own_session_only(writer: Writer):
    first, second = write(writer, start(1), start(2))
    write(writer, stop(first, 3))
    assert [session.start for session in journal.running(writer.conn)] == [second]


def test_a_gate_knows_how_its_last_run_ended(writer: Writer):
    assert journal.was_clean(writer.conn)
    for clean in (False, True):
        with writer.write() as pen:
            pen.append(Draft(moment(), GateStopped() if clean else GateStarted("0.1.0", True)))
            journal.mark_run(pen, clean)
        assert journal.was_clean(writer.conn) is clean


def test_the_latest_time_known_to_be_right_is_that_of_records_and_heartbeats(writer: Writer):
    assert journal.latest_synced_ms(writer.conn) == WALL_MS
    write(writer, refusal(70_000), refusal(50_000))
    assert journal.latest_synced_ms(writer.conn) == WALL_MS + 70_000
    write(writer, Draft(moment(90_000, synced=False), GateStopped()))
    assert journal.latest_synced_ms(writer.conn) == WALL_MS + 70_000
    journal.beat(writer, moment(80_000))
    assert journal.latest_synced_ms(writer.conn) == WALL_MS + 80_000
    for _ in range(2):
        with writer.write() as pen:
            journal.mark_run(pen, clean=True)
        assert journal.latest_synced_ms(writer.conn) == WALL_MS + 80_000
