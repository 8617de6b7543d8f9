"""Looking back through the journal: each page as it was, however much is written meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_books import WALL_MS, begin_second_epoch, moment, new_books, refusal, start, stop

from fabgate.model import Moment, Origin
from fabgate.records import (
    Draft,
    EpochBegun,
    GateStarted,
    LidSeen,
    MachineServiced,
    Note,
    SessionStarted,
    encode,
)
from fabgate.store import chain, heard, journal
from fabgate.store.backwards import Sought, page
from fabgate.store.db import Writer

DAY = 86_400_000


def write(writer: Writer, *drafts: Draft, notes: tuple[Note, ...] = ()):
    with writer.write() as pen:
        return [pen.append(draft, notes) for draft in drafts]


def all_pages(conn, sought: Sought, most: int = 3, at_most: int = 10**6):
    """Every record that was sought, and how many pages it took."""
    found, mark, pages = [], None, 0
    while pages == 0 or mark is not None:
        one = page(conn, sought, mark, most, at_most)
        found += [entry.id for entry in one.entries]
        mark, pages = one.mark, pages + 1
    return found, pages


def test_the_newest_come_first_and_each_once(writer: Writer):
    ids = write(writer, *(refusal(ms) for ms in range(10)))
    found, pages = all_pages(writer.conn, Sought())
    assert found[:-1] == ids[::-1]
    assert (found[-1].seq, pages) == (1, 4)


def test_the_last_page_says_that_it_is_the_last(writer: Writer):
    ids = write(writer, *(start(ms) for ms in range(6)))
    only = Sought(kinds=frozenset({SessionStarted.kind}))
    first = page(writer.conn, only, None, 3)
    second = page(writer.conn, only, first.mark, 3)
    assert [one.id for one in second.entries] == ids[2::-1]
    assert second.mark is None


def test_what_is_written_meanwhile_moves_no_page(writer: Writer):
    ids = write(writer, *(refusal(ms) for ms in range(6)))
    first = page(writer.conn, Sought(), None, 3)
    write(writer, *(refusal(ms) for ms in range(6, 90)))
    second = page(writer.conn, Sought(), first.mark, 3)
    assert [one.id for one in second.entries] == ids[2::-1]


def test_only_what_is_sought_is_found(writer: Writer):
    first, other = write(writer, start(1, "laser"), start(2, "router"))
    (done,) = write(writer, Draft(moment(3), MachineServiced("laser", "Lens", "m-1")))
    (reason,) = write(writer, stop(first, 4), notes=(Note("reason", "It smelled of Smoke"),))
    conn = writer.conn

    def of(**sought):
        return [one.id for one in page(conn, Sought(**sought), None, 9).entries]

    assert of(kinds=frozenset({SessionStarted.kind})) == [other, first]
    assert of(but=frozenset({SessionStarted.kind}))[:2] == [reason, done]
    assert of(saying=('"machine":"laser"',)) == [reason, done, first]
    assert of(saying=('"machine":"laser"', '"m-1"')) == [done]
    assert of(text="smoke") == [reason]
    assert of(text="LENS") == [done]
    assert of(text="nothing of that") == []
    assert of(gate="gate2") == []


@pytest.mark.parametrize(
    "text", ["Éteint", "éteint", "ÉTEINT", "straße", "STRASSE über", "ΑΣΤΕΡΑΣ", "αστερας"]
)
def test_a_text_is_found_in_whatever_case_and_alphabet_it_was_written(writer: Writer, text):
    written = Note("reason", "Éteint: Straße über dem ΑΣΤΕΡΑΣ")
    (found,) = write(writer, refusal(1), notes=(written,))
    assert [one.id for one in page(writer.conn, Sought(text=text), None, 9).entries] == [found]


def test_a_login_that_stands_beside_a_record_is_not_searched(writer: Writer):
    write(writer, start(1), notes=(Note("login", "zoe-on-unix"),))
    assert page(writer.conn, Sought(text="zoe-on-unix"), None, 9).entries == ()


def test_a_record_that_was_blanked_is_seen_where_nothing_is_asked(writer: Writer):
    (refused,) = write(writer, refusal(1))
    with writer.write() as pen:
        journal.purge(pen, moment(2), "refused", refused.seq, refused.seq)
    blank = page(writer.conn, Sought(but=frozenset({"skill.use"})), None, 9).entries[1]
    assert (blank.id, blank.body) == (refused, None)
    assert page(writer.conn, Sought(text="laser"), None, 9).entries == ()


def test_a_page_ends_where_enough_was_looked_at(writer: Writer):
    (first,) = write(writer, Draft(moment(1), LidSeen("laser", True, "x")))
    write(writer, *(refusal(ms) for ms in range(2, 40)))
    sought = Sought(kinds=frozenset({LidSeen.kind}))
    none = page(writer.conn, sought, None, 3, at_most=0)
    assert (none.entries, none.looked_ms) == ((), None)
    assert none.mark is not None
    found, pages = all_pages(writer.conn, sought, at_most=1)
    assert found == [first]
    assert pages == 1  # one read looks at more than these


def test_how_far_back_was_looked_is_said(writer: Writer):
    write(writer, *(refusal(ms) for ms in range(9_000)))
    one = page(writer.conn, Sought(text="nothing of that"), None, 3, at_most=1)
    assert one.looked_ms is not None
    assert WALL_MS < one.looked_ms < WALL_MS + 9_000
    again = page(writer.conn, Sought(text="nothing of that"), one.mark, 3)
    assert (again.mark, again.looked_ms) == (None, None)


@pytest.mark.parametrize(
    "mark", ["", "x", "1", "1.", "1.2.3", "-1.5", "9.5", "1.1; DROP TABLE journal", "1.0"]
)
def test_a_mark_that_no_page_gave_leads_to_nothing(writer: Writer, mark):
    write(writer, refusal(1))
    one = page(writer.conn, Sought(), mark, 9)
    assert (one.entries, one.mark) == ((), None)


def test_a_mark_beyond_the_end_leads_to_the_newest(writer: Writer):
    (refused,) = write(writer, refusal(1))
    assert page(writer.conn, Sought(), "1.9999999999999", 1).entries[0].id == refused


# --- when ---------------------------------------------------------------------------------------


def on(day: int, synced: bool = True, wall: int | None = None) -> Draft:
    at = Moment("boot", day, WALL_MS + day * DAY if wall is None else wall, synced)
    return Draft(at, GateStarted("1", True))


def test_days_are_found_by_clocks_that_were_right(writer: Writer):
    ids = write(writer, *(on(day) for day in range(1, 40)))
    conn = writer.conn
    for first, last in ((1, 3), (5, 5), (20, 39)):
        sought = Sought(from_ms=WALL_MS + first * DAY, to_ms=WALL_MS + last * DAY + 1)
        found, _ = all_pages(conn, sought)
        assert found == ids[first - 1 : last][::-1]


def test_a_record_of_a_wrong_clock_belongs_where_it_stands(writer: Writer):
    before, wrong, after = write(writer, on(1), on(2, synced=False, wall=5), on(3))
    found, _ = all_pages(writer.conn, Sought(from_ms=WALL_MS + 2 * DAY, to_ms=WALL_MS + 3 * DAY))
    assert found == [wrong]
    found, _ = all_pages(writer.conn, Sought(from_ms=WALL_MS + 3 * DAY))
    assert found == [after, wrong]
    assert before not in found


@pytest.mark.parametrize("many", range(1, 9))
def test_none_of_many_records_of_a_wrong_clock_is_lost(writer: Writer, many):
    write(writer, on(1))
    wrong = write(writer, *(on(2, synced=False, wall=5) for _ in range(many)))
    write(writer, on(4))
    found, _ = all_pages(writer.conn, Sought(from_ms=WALL_MS + 3 * DAY, to_ms=WALL_MS + 4 * DAY))
    assert found == wrong[::-1]


def test_days_before_and_after_everything_hold_nothing(writer: Writer):
    write(writer, *(on(day) for day in range(1, 5)))
    assert page(writer.conn, Sought(to_ms=WALL_MS - DAY), None, 9).entries == ()
    assert page(writer.conn, Sought(from_ms=WALL_MS + 9 * DAY), None, 9).entries == ()


# --- several gates ------------------------------------------------------------------------------


def elsewhere(writer: Writer, gate: str, *drafts: Draft) -> None:
    """A gate's journal as a hub holds it."""
    origin = Origin(f"openfab/{gate}/e000000{gate[-1]}")
    bodies = [encode(Draft(moment(), EpochBegun("init"))), *map(encode, drafts)]
    last = chain.ROOT
    for seq, body in enumerate(bodies, 1):
        last = chain.link(origin, seq, last, chain.body_hash(body.encode()))
    with writer.write() as pen:
        taken = heard.take(pen, origin, 1, bodies, chain.ROOT, last)
    assert isinstance(taken, heard.Taken), taken


def test_the_journals_of_all_gates_come_as_one(writer: Writer):
    write(writer, on(2), on(6))
    elsewhere(writer, "gate2", on(1), on(4), on(9))
    elsewhere(writer, "gate3", on(3), on(5))
    sought = Sought(kinds=frozenset({GateStarted.kind}))
    for most in (1, 2, 9):
        found, _ = all_pages(writer.conn, sought, most)
        days = [(journal.entry(writer.conn, one).at.wall_ms - WALL_MS) // DAY for one in found]
        assert days == [9, 6, 5, 4, 3, 2, 1]
    found, _ = all_pages(writer.conn, replace(sought, gate="gate3"))
    assert [one.origin.split("/")[1] for one in found] == ["gate3", "gate3"]


def test_a_gate_that_joins_meanwhile_moves_no_page(writer: Writer):
    write(writer, on(2), on(6))
    first = page(writer.conn, Sought(), None, 1)
    elsewhere(writer, "gate2", on(1), on(4), on(9))
    rest = page(writer.conn, Sought(), first.mark, 99)
    assert {one.id.origin.split("/")[1] for one in rest.entries} == {"gate1"}


def test_books_that_began_anew_are_read_on_into_the_older_ones(tmp_path: Path):
    store = new_books(tmp_path / "books")
    with store.writer() as writer:
        old = write(writer, on(1), on(2))
    begin_second_epoch(store)
    with store.writer() as writer:
        new = write(writer, on(3), on(4))
        sought = Sought(kinds=frozenset({GateStarted.kind}))
        for most in (1, 3):
            assert all_pages(writer.conn, sought, most)[0] == [*new[::-1], *old[::-1]]
        assert all_pages(writer.conn, replace(sought, to_ms=WALL_MS + 2 * DAY))[0] == old[:1]
        assert all_pages(writer.conn, replace(sought, from_ms=WALL_MS + 4 * DAY))[0] == new[1:]
