"""What happened is counted on from where the last count stood, and never twice."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_books import moment, new_books, refusal, start, stop, write

from fabgate.model import RecordId
from fabgate.records import Body, Draft, GateStarted, SessionStopped, TroubleBegan, TroubleOver
from fabgate.store.db import Store, Writer
from fabgate.store.tally import TALLY, Tally


def counted(store: Store, folder: Path) -> Tally:
    """A count as a process of its own makes it: loaded, read on, saved."""
    tally = Tally.load(folder)
    with store.reader() as reader:
        tally.read_on(reader.conn)
    tally.save(folder)
    return tally


def said(body: Body, ms: int = 0) -> Draft:
    return Draft(moment(ms), body)


def spoil_all_so_far(folder: Path) -> None:
    """What stands in the journal now can't be counted any more; hashes stay."""
    conn = sqlite3.connect(folder / "journal.db")
    conn.execute('UPDATE journal SET body = \'{"kind":"gate.start"}\'')
    conn.commit()
    conn.close()


def test_sessions_powered_time_refusals_and_what_is_open_are_counted(
    store: Store, writer: Writer, folder: Path
):
    [first, _] = write(writer, start(1), start(2, machine="lathe"))
    write(writer, stop(first, 3), refusal(4), refusal(5, count=7))
    tally = counted(store, folder)
    assert tally.sessions == {("laser", "own_tap"): 1}
    assert tally.powered_ms == {"laser": 90_000}
    assert tally.refusals == {("laser", "unknown_badge"): 8}
    assert list(tally.open.values()) == ["lathe"]


def test_troubles_are_those_of_the_present_run(store: Store, writer: Writer, folder: Path):
    write(writer, said(TroubleBegan("laser", "reader")), said(GateStarted("1", clean=True)))
    write(writer, said(TroubleBegan("laser", "estop")), said(TroubleBegan("lathe", "relay")))
    write(writer, said(TroubleOver("laser", "estop")))
    assert counted(store, folder).troubles == {("lathe", "relay")}


def test_what_was_counted_is_not_read_again(store: Store, writer: Writer, folder: Path):
    write(writer, refusal(1), refusal(2))
    counted(store, folder)
    spoil_all_so_far(folder)
    write(writer, refusal(3))
    assert counted(store, folder).refusals == {("laser", "unknown_badge"): 3}


def test_a_count_without_anything_new_changes_nothing(store: Store, writer: Writer, folder: Path):
    write(writer, refusal(1))
    counted(store, folder)
    before = (folder / TALLY).read_bytes()
    counted(store, folder)
    assert (folder / TALLY).read_bytes() == before


@pytest.mark.parametrize(
    "spoilt",
    [b"", b"{", b"[]", b"\xff", b'{"form":2}', b'{"form":1,"position":"x"}', b'{"form":1,"position":1}'],
)
def test_a_spoilt_count_costs_a_reading_and_nothing_else(
    store: Store, writer: Writer, folder: Path, spoilt: bytes
):
    write(writer, refusal(1), refusal(2))
    counted(store, folder)
    (folder / TALLY).write_bytes(spoilt)
    assert counted(store, folder).refusals == {("laser", "unknown_badge"): 2}


@pytest.mark.parametrize("restored", [1, 5])
def test_books_that_were_restored_are_counted_from_their_beginning(
    folder: Path, tmp_path: Path, restored: int
):
    """Whether the last counted place is empty now, or another record stands there."""
    for number, count, where in ((3, 1, folder), (restored, 7, tmp_path / "other")):
        store = new_books(where, epoch=f"e000000{number}")
        with store.writer() as writer:
            write(writer, *(refusal(ms, count) for ms in range(number)))
    counted(Store(folder), folder)
    (folder / "journal.db").unlink()
    (tmp_path / "other" / "journal.db").rename(folder / "journal.db")
    assert counted(Store(folder), folder).refusals == {("laser", "unknown_badge"): 7 * restored}


def test_what_is_written_while_it_counts_is_counted_once(store: Store, writer: Writer, folder: Path):
    write(writer, refusal(1))
    tally = Tally()
    late = [refusal(2)]

    def interfere(statement: str) -> None:
        """Between the look where the journal ends and the reading."""
        if "max(position)" in statement and late:
            write(writer, late.pop())

    with store.reader() as reader:
        reader.conn.set_trace_callback(interfere)
        tally.read_on(reader.conn)
    tally.save(folder)
    assert not late
    assert counted(store, folder).refusals == {("laser", "unknown_badge"): 2}


def test_a_record_that_cannot_be_read_is_passed_over(store: Store, writer: Writer, folder: Path):
    write(writer, refusal(1))
    spoil_all_so_far(folder)
    write(writer, refusal(2))
    assert counted(store, folder).refusals == {("laser", "unknown_badge"): 1}


def test_a_count_that_cannot_be_kept_is_still_told(store: Store, writer: Writer, folder: Path):
    write(writer, refusal(1))
    (folder / TALLY).mkdir()
    assert counted(store, folder).refusals == {("laser", "unknown_badge"): 1}


def test_no_member_and_no_badge_is_in_the_file(store: Store, writer: Writer, folder: Path):
    [session, _] = write(writer, start(1), start(2, machine="lathe"))
    write(writer, stop(session, 3), refusal(4))
    counted(store, folder)
    text = (folder / TALLY).read_text()
    assert set(json.loads(text)) == {
        "form", "position", "hash", "sessions", "powered_ms", "refusals", "open", "troubles"
    }  # fmt: skip
    assert "0f3a9c5d77e14b02" not in text
    assert "5a0c91d2" not in text


def draft(kind: int, machine: str, open_: list[RecordId]) -> Draft:
    match kind:
        case 0:
            return start(machine=machine)
        case 1 if open_:
            return said(SessionStopped(str(open_.pop()), machine, "limit", 1_000))
        case 2:
            return said(TroubleBegan(machine, "reader"))
        case 3:
            return said(TroubleOver(machine, "reader"))
        case 4:
            return said(GateStarted("1", clean=False))
        case _:
            return refusal()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("ab"), st.booleans()), max_size=25))
def test_however_often_it_is_counted_the_sum_is_that_of_one_reading(tmp_path_factory, deeds):
    folder = tmp_path_factory.mktemp("books") / "state"
    store = new_books(folder)
    open_: list[RecordId] = []
    with store.writer() as writer:
        for kind, machine, look in deeds:
            [record] = write(writer, draft(kind, machine, open_))
            if kind == 0:
                open_.append(record)
            if look:
                counted(store, folder)
    in_parts = counted(store, folder)
    (folder / TALLY).unlink()
    assert in_parts == counted(store, folder)
    assert Counter(in_parts.open.keys()) == Counter(map(str, open_))
