from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_books import begin_second_epoch, moment, new_books, refusal, start, stop, write

from fabgate.errors import StoreCorrupt, StoreError
from fabgate.model import RecordId
from fabgate.records import Draft, Purged, PurgedElsewhere, Refused
from fabgate.store import journal
from fabgate.store.db import Store, Writer, check
from fabgate.store.journal import Verdict

RECORDS = 12
OLD = "openfab/gate1/e0000001"
PURGE = 12  # excuses the blank bodies of 5 and 6: with it in doubt, so are they


@pytest.fixture
def full(store: Store) -> Store:
    """Books with a dozen records, some of them purged."""
    with store.writer() as writer:
        [session] = write(writer, start(1))
        write(writer, stop(session, 2), *[refusal(ms) for ms in range(3, 11)])
        with writer.write() as pen:
            journal.purge(pen, moment(11), "13 months", 5, 6, [Refused.kind])
    return store


def altered(store: Store, *statements: str) -> Verdict:
    """What the audit says once somebody with a database program has been at the books."""
    conn = sqlite3.connect(store.path, isolation_level=None)
    conn.execute("PRAGMA ignore_check_constraints = ON")
    conn.create_function("sha", 1, lambda body: hashlib.sha256(body.encode()).digest())
    for statement in statements:
        conn.execute(statement)
    conn.close()
    with store.reader() as reader:
        return journal.verify(reader.conn)


def seqs(verdict: Verdict) -> list[int]:
    return [found.record.seq for found in verdict.broken]


def test_books_as_they_were_written_are_sound(full: Store):
    with full.reader() as reader:
        verdict = journal.verify(reader.conn)
    assert verdict == Verdict(RECORDS)
    assert verdict.sound


def test_purged_bodies_are_passed_over(full: Store):
    with full.reader() as reader:
        blank = [entry.id.seq for entry in journal.entries(reader.conn) if entry.body is None]
        assert blank == [5, 6]
        assert journal.verify(reader.conn).sound


FLIPPED = "substr({0}, 1, {1}) || char(unicode(substr({0}, {1} + 1, 1)) + 1) || substr({0}, {1} + 2)"


@pytest.mark.parametrize("seq", [1, 2, 4, 11, 12])
@pytest.mark.parametrize("place", [0, 5, 12, 30, 60])
def test_a_byte_changed_in_a_body_is_found_at_its_record(full: Store, seq: int, place: int):
    changed = FLIPPED.format("body", place)
    broken = seqs(altered(full, f"UPDATE journal SET body = {changed} WHERE seq = {seq}"))
    assert broken == ([5, 6, 12] if seq == PURGE else [seq])


@pytest.mark.parametrize("seq", [1, 2, 5, 11, 12])
@pytest.mark.parametrize("place", [0, 17, 31])
def test_a_byte_changed_in_a_hash_is_found_at_its_record_alone(full: Store, seq: int, place: int):
    with full.reader() as reader:
        stored = bytearray(
            reader.conn.execute("SELECT hash FROM journal WHERE seq = ?", (seq,)).fetchone()[0]
        )
    stored[place] ^= 1
    broken = seqs(altered(full, f"UPDATE journal SET hash = x'{stored.hex()}' WHERE seq = {seq}"))
    assert broken == ([5, 6, 12] if seq == PURGE else [seq])


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE journal SET body = '' WHERE seq = 3", [3]),
        ("UPDATE journal SET body_hash = zeroblob(32) WHERE seq = 5", [5]),
        ("UPDATE journal SET body = 'x' WHERE seq = 5", [5]),
        ("UPDATE journal SET body_hash = zeroblob(32) WHERE seq = 3", [3]),
        ("UPDATE journal SET lab = 'otherlab' WHERE seq = 3", [3]),
        ("UPDATE journal SET position = position + 4000 WHERE seq = 12", [12]),
        ("UPDATE journal SET position = position + 1000 WHERE seq = 8", [8, 13]),
        ("UPDATE journal SET position = position + (7 << 40) WHERE seq = 12", [5, 6, 12]),
        ("DELETE FROM journal WHERE seq = 7", [7]),
        ("DELETE FROM journal WHERE seq BETWEEN 7 AND 9", [7]),
        ("DELETE FROM journal WHERE seq = 1", [1]),
        ("UPDATE origins SET epoch = 'e0000002'", list(range(1, 13))),
    ],
)
def test_whatever_else_is_altered_is_found(full: Store, statement: str, broken: list[int]):
    assert seqs(altered(full, statement)) == broken


def test_two_records_that_changed_places_are_found(full: Store):
    swapped = altered(
        full,
        "UPDATE journal SET position = position + 500 WHERE seq = 7",
        "UPDATE journal SET position = position - 1 WHERE seq = 8",
        "UPDATE journal SET position = position - 499 WHERE seq = 507",
    )
    assert seqs(swapped)[0] == 7


def test_a_body_that_is_missing_without_a_purge_is_found(full: Store):
    blanked = "UPDATE journal SET body = NULL, body_hash = {} WHERE seq = 8"
    with full.reader() as reader:
        body = reader.conn.execute("SELECT body FROM journal WHERE seq = 8").fetchone()[0]
    digest = journal.chain.body_hash(body.encode()).hex()
    verdict = altered(full, blanked.format(f"x'{digest}'"))
    assert seqs(verdict) == [8]
    assert "no purge record" in verdict.broken[0].what


def test_a_purge_record_excuses_nothing_that_came_after_it(full: Store):
    with full.writer() as writer, writer.write() as pen:
        pen.append(refusal(20))
        early = journal.purge(pen, moment(21), "too far", 14, 14)
        assert journal.entry(pen.conn, early).body == Purged(14, 13, "too far")
    with full.reader() as reader:
        assert journal.verify(reader.conn).sound


def test_the_audit_names_each_break_and_goes_on(full: Store):
    verdict = altered(
        full,
        "UPDATE journal SET body = body || ' ' WHERE seq = 3",
        "UPDATE journal SET body = body || ' ' WHERE seq = 9",
    )
    assert seqs(verdict) == [3, 9]
    assert verdict.checked == RECORDS
    assert str(verdict.broken[0].record) == "openfab/gate1/e0000001#3"


def test_the_last_records_alone_are_checked_quickly_and_as_strictly(full: Store):
    with full.reader() as reader:
        for last in (1, 5, 11):
            assert journal.verify(reader.conn, last=last) == Verdict(last)
        assert journal.verify(reader.conn, last=100) == Verdict(RECORDS)
    altered(full, "UPDATE journal SET body = body || ' ' WHERE seq = 8")
    with full.reader() as reader:
        assert journal.verify(reader.conn, last=4).sound
        assert seqs(journal.verify(reader.conn, last=5)) == [8]
    altered(full, "DELETE FROM journal WHERE seq = 10")
    with full.reader() as reader:
        assert seqs(journal.verify(reader.conn, last=2)) == [10]


def test_a_long_journal_is_checked_page_by_page(writer: Writer):
    with writer.write() as pen:
        for ms in range(9_000):
            pen.append(refusal(ms))
    assert journal.verify(writer.conn) == Verdict(9_001)


# --- any byte of the file -----------------------------------------------------------------------


class Whole:
    """A file and what its journal says: no dataclass, which Hypothesis would show byte for byte."""

    def __init__(self, content: bytes, said: list[tuple[RecordId, object]]) -> None:
        self.content = content
        self.said = said


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    store = new_books(folder)
    with store.writer() as writer:
        [session] = write(writer, start(1))
        write(writer, stop(session, 2), *[refusal(ms) for ms in range(3, 30)])
    with store.reader() as reader:
        said = [(entry.id, entry.body) for entry in journal.entries(reader.conn)]
    return Whole(store.path.read_bytes(), said)


def reading(folder: Path) -> list[tuple[RecordId, object]] | None:
    """What the journal says after a check; None when anything was found to be wrong."""
    try:
        if check(folder):
            return None
        with Store(folder).reader() as reader:
            if not journal.verify(reader.conn).sound:
                return None
            return [(entry.id, entry.body) for entry in journal.entries(reader.conn)]
    except (StoreError, sqlite3.Error):
        return None


@given(place=st.integers(0, 1 << 20), mask=st.integers(1, 255))
@settings(max_examples=250, deadline=None)
def test_no_byte_flipped_anywhere_in_the_file_changes_what_a_verified_journal_says(
    whole_file, tmp_path_factory, place, mask
):
    content, said = whole_file.content, whole_file.said
    place %= len(content)
    folder = tmp_path_factory.mktemp("flipped")
    damaged = bytearray(content)
    damaged[place] ^= mask
    (folder / "journal.db").write_bytes(damaged)
    assert reading(folder) in (None, said)
    shutil.rmtree(folder)


def test_a_name_in_the_file_that_is_no_text_any_more_is_damage_and_no_crash(whole_file, folder: Path):
    folder.mkdir()
    damaged = bytearray(whole_file.content)
    place = damaged.index(b"badges_by_member")
    damaged[place + 3] |= 0x80
    (folder / "journal.db").write_bytes(damaged)
    [said] = check(folder)
    assert "no text" in said
    with pytest.raises(StoreCorrupt):
        Store(folder).reader()


def test_every_byte_of_every_body_and_hash_on_the_disk_is_watched(whole_file, tmp_path: Path):
    content = whole_file.content
    watched = places_of_records(content, tmp_path)
    assert len(watched) > 5_000
    for place in watched[::97]:
        folder = tmp_path / str(place)
        folder.mkdir()
        damaged = bytearray(content)
        damaged[place] ^= 0x01
        (folder / "journal.db").write_bytes(damaged)
        assert reading(folder) is None, f"the byte at {place}"


def places_of_records(content: bytes, tmp_path: Path) -> list[int]:
    """Where in the file the bodies and hashes of the journal stand."""
    folder = tmp_path / "sound"
    folder.mkdir()
    (folder / "journal.db").write_bytes(content)
    with Store(folder).reader() as reader:
        rows = reader.conn.execute("SELECT body, hash FROM journal").fetchall()
    places: list[int] = []
    find: Callable[[bytes], int] = content.rindex
    for body, stored in rows:
        for part in (body.encode(), stored):
            begins = find(part)
            places += range(begins, begins + len(part))
    return places


def blanked_elsewhere(store: Store, said: PurgedElsewhere, *positions: int) -> Verdict:
    """What the audit says of bodies that another epoch's record says are blanked."""
    with store.writer() as writer, writer.write() as pen:
        pen.append(Draft(moment(20), said))
    return altered(store, *(BLANK.format(position) for position in positions))


def at(seq: int) -> int:
    """Where a record of the first epoch stands."""
    return (1 << 40) + seq


BLANK = "UPDATE journal SET body_hash = sha(body), body = NULL WHERE position = {}"


def of_old_epoch(first: int, last: int, kinds: tuple[str, ...] = (), origin: str = OLD) -> PurgedElsewhere:
    return PurgedElsewhere(origin, first, last, "retention.doors = 3 months", kinds)


@pytest.fixture
def second(full: Store) -> Store:
    begin_second_epoch(full)
    return full


def test_an_epoch_that_is_over_is_purged_by_the_one_that_came_after_it(second: Store):
    assert seqs(blanked_elsewhere(second, of_old_epoch(7, 8), at(7), at(8))) == []


@pytest.mark.parametrize(
    "said",
    [
        of_old_epoch(7, 7),
        of_old_epoch(7, 8, ("notes",)),
        of_old_epoch(7, 8, origin="openfab/gate2/e0000001"),
        of_old_epoch(7, 8, origin="openfab/gate1/e0000002"),
    ],
    ids=["another one", "the texts beside them", "another gate's", "another epoch's"],
)
def test_a_purge_of_something_else_excuses_nothing(second: Store, said: PurgedElsewhere):
    assert seqs(blanked_elsewhere(second, said, at(8))) == [8]


def test_a_purge_of_texts_excuses_no_missing_body(full: Store):
    with full.writer() as writer, writer.write() as pen:
        pen.append(Draft(moment(20), Purged(7, 8, "retention.notes = 12 months", ("notes",))))
    assert seqs(altered(full, BLANK.format(at(8)))) == [8]


def test_the_end_of_the_books_is_read_with_the_purges_of_an_epoch_that_is_over(second: Store):
    blanked_elsewhere(second, of_old_epoch(7, 8), at(7), at(8))
    with second.reader() as reader:
        assert journal.verify(reader.conn, 3).sound
