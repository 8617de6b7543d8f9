"""The contract of the hub's store, for every engine: a second one is one more line in `ENGINES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fabgate.hub.books import HubBooks, SqliteBooks
from fabgate.model import MemberId, Moment, Origin, RecordId
from fabgate.records import (
    BadgeAdded,
    CheckedIn,
    CheckedOut,
    Draft,
    EpochBegun,
    GateCommanded,
    GrantGiven,
    GrantSuspended,
    MemberAdded,
    Note,
    Purged,
    Refused,
    SessionStarted,
    SessionStopped,
    SkillUsed,
    encode,
)
from fabgate.store import chain, rights
from fabgate.store.db import Store, create
from fabgate.store.gates import GateRow
from fabgate.store.heard import Body, Broken, Differs, Gap, Held, Mark, NoteOf, Taken
from fabgate.store.keys import Keys
from fabgate.store.present import Word

AT = Moment("boot", 5, 1_790_000_000_000, True)
ORIGIN = Origin("openfab/gate-1/e1")
OTHER = Origin("openfab/gate-2/e1")

Opener = Callable[[Path], HubBooks]


def sqlite_books(folder: Path) -> HubBooks:
    if not Store(folder).exists():
        create(folder, "openfab", "hub", AT, epoch="h1")
        Keys.create(folder)
    return SqliteBooks(Store(folder))


ENGINES: dict[str, Opener] = {"sqlite": sqlite_books}


@pytest.fixture(params=sorted(ENGINES))
def opener(request: pytest.FixtureRequest) -> Opener:
    return ENGINES[request.param]


@pytest.fixture
def books(opener: Opener, tmp_path: Path) -> Iterator[HubBooks]:
    opened = opener(tmp_path / "hub")
    yield opened
    opened.close()


def journal(number: int, origin: Origin = ORIGIN, salt: str = "k:00") -> list[str]:
    """A gate's journal of so many records, each another one."""
    bodies = [encode(Draft(AT, EpochBegun("init")))]
    for count in range(1, number):
        bodies.append(encode(Draft(AT, Refused("laser", "unknown_badge", salt, count=count))))
    return bodies


def links(bodies: list[str], origin: Origin = ORIGIN) -> list[bytes]:
    """The hash of the record before the first, and of each record."""
    found = [chain.ROOT]
    for seq, body in enumerate(bodies, 1):
        found.append(chain.link(origin, seq, found[-1], chain.body_hash(body.encode())))
    return found


def take(books: HubBooks, bodies: list[str], first: int, last: int, origin: Origin = ORIGIN) -> object:
    """Records `first` to `last` of a journal."""
    hashes = links(bodies, origin)
    part: list[Body] = list(bodies[first - 1 : last])
    with books.write() as pen:
        return pen.take(origin, first, part, hashes[first - 1], hashes[last])


def test_a_batch_is_taken_once(books: HubBooks) -> None:
    bodies = journal(5)
    assert take(books, bodies, 1, 5) == Taken(5)
    assert take(books, bodies, 1, 5) == Held()
    assert books.marks("gate-1") == {ORIGIN: Mark(5, links(bodies)[5], 0)}


def test_what_overlaps_is_taken_from_where_it_is_new(books: HubBooks) -> None:
    bodies = journal(9)
    take(books, bodies, 1, 5)
    assert take(books, bodies, 3, 9) == Taken(4)
    assert books.marks("gate-1")[ORIGIN].seq == 9


def test_a_gap_is_not_taken(books: HubBooks) -> None:
    assert take(books, journal(5), 3, 5) == Gap()
    assert books.marks("gate-1") == {}


def test_another_body_under_the_same_id_is_told_by_its_number(books: HubBooks) -> None:
    take(books, journal(5), 1, 5)
    assert take(books, journal(7, salt="k:01"), 1, 7) == Differs(2)
    assert books.marks("gate-1")[ORIGIN].seq == 5


def test_what_goes_on_from_another_record_differs(books: HubBooks) -> None:
    take(books, journal(5), 1, 5)
    assert take(books, journal(7, salt="k:01"), 6, 7) == Differs(5)


def test_a_wrong_hash_breaks_the_batch(books: HubBooks) -> None:
    bodies = journal(3)
    with books.write() as pen:
        assert isinstance(pen.take(ORIGIN, 1, bodies, chain.ROOT, bytes(32)), Broken)
    assert books.marks("gate-1") == {}


def test_an_exception_undoes_everything(books: HubBooks) -> None:
    bodies = journal(3)
    with pytest.raises(ZeroDivisionError), books.write() as pen:
        pen.take(ORIGIN, 1, bodies, chain.ROOT, links(bodies)[3])
        pen.put_gate(GateRow("gate-1", state="ready"))
        raise ZeroDivisionError
    assert books.marks("gate-1") == {}
    assert books.gates() == {}


def test_what_is_committed_is_there_in_the_next_run(opener: Opener, tmp_path: Path) -> None:
    first = opener(tmp_path / "hub")
    take(first, journal(3), 1, 3)
    first.close()
    second = opener(tmp_path / "hub")
    assert second.marks("gate-1")[ORIGIN].seq == 3
    second.close()


def test_notes_are_taken_in_order_and_once(books: HubBooks) -> None:
    take(books, journal(4), 1, 4)
    with books.write() as pen:
        assert not pen.take_notes(ORIGIN, 3, 4, ())
        assert pen.take_notes(ORIGIN, 1, 2, (NoteOf(2, Note("reason", "smoke")),))
        assert pen.take_notes(ORIGIN, 1, 3, ())
        assert not pen.take_notes(ORIGIN, 4, 9, ())
        assert not pen.take_notes(ORIGIN, 4, 4, (NoteOf(2, Note("reason", "not its own")),))
    assert books.marks("gate-1")[ORIGIN].noted == 3


def test_a_right_of_a_gate_is_handed_out_and_its_number_rises_when_its_text_comes(books: HubBooks) -> None:
    bodies = [journal(1)[0], encode(Draft(AT, GrantGiven("m-1", "laser", "trainee", "m-2")))]
    take(books, bodies, 1, 2)
    first = books.newest_right()
    (one,) = books.rights_after(0, 10, 60_000, None).rights
    assert (one.record, one.body) == (RecordId(ORIGIN, 2), bodies[1])
    with books.write() as pen:
        assert pen.knows_right(one.record)
        pen.take_notes(ORIGIN, 1, 2, (NoteOf(2, Note("beside", '{"label":"blue"}')),))
    assert books.newest_right() > first
    assert [right.beside for right in books.rights_after(first, 10, 60_000, None).rights] == [
        '{"label":"blue"}'
    ]


def test_a_badge_that_two_claim_keeps_its_place_when_a_label_comes(books: HubBooks) -> None:
    """Else whoever is handed the rights in their order would hold it for one member's alone, for a moment."""
    ours = [journal(1)[0], encode(Draft(AT, BadgeAdded("k:01", "m-1", "m-9")))]
    theirs = [journal(1)[0], encode(Draft(AT, BadgeAdded("k:01", "m-2", "m-9")))]
    take(books, ours, 1, 2)
    take(books, theirs, 1, 2, OTHER)
    before = [one.record for one in books.rights_after(0, 10, 60_000, None).rights]
    with books.write() as pen:
        pen.take_notes(ORIGIN, 1, 2, (NoteOf(2, Note("beside", '{"label":"blue"}')),))
    assert [one.record for one in books.rights_after(0, 10, 60_000, None).rights] == before


def test_a_right_that_differs_is_not_written_over(books: HubBooks) -> None:
    record = RecordId(Origin("openfab/gate-2/e2"), 7)
    one, other = (
        encode(Draft(AT, GrantGiven("m-1", "laser", level, "m-2"))) for level in ("trainee", "sponsor")
    )
    with books.write() as pen:
        assert isinstance(pen.take_right(record, b"\1" * 32, one, None), rights.Taken)
        assert isinstance(pen.take_right(record, b"\2" * 32, other, None), rights.Differs)
    assert [right.body for right in books.rights_after(0, 10, 60_000, None).rights] == [one]


def test_a_purge_of_a_gate_is_done_at_the_hub(books: HubBooks) -> None:
    bodies = [*journal(3), encode(Draft(AT, Purged(2, 2, "13 months")))]
    take(books, bodies, 1, 3)
    take(books, bodies, 4, 4)
    blanked: list[Body] = [bodies[0], chain.body_hash(bodies[1].encode()), bodies[2], bodies[3]]
    with books.write() as pen:
        assert pen.take(ORIGIN, 1, blanked, chain.ROOT, links(bodies)[4]) == Held()


def test_a_command_is_read_until_it_is_answered(books: HubBooks) -> None:
    with books.write() as pen:
        record = pen.append(Draft(AT, GateCommanded("gate-1", "refresh", "m-1", 5)))
    assert books.commands(0) == [(record, GateCommanded("gate-1", "refresh", "m-1", 5))]
    assert books.commands(record.seq) == []


def test_who_came_and_went_is_told_by_the_last_word_of_each_gate(books: HubBooks) -> None:
    later = replace(AT, wall_ms=AT.wall_ms + 60_000)
    with books.write() as pen:
        pen.put_presence("gate-1", CheckedIn("m-1", "m-1", "door"), AT, AT.wall_ms)
        pen.put_presence("gate-1", CheckedOut("m-1", "m-1", "door"), later, later.wall_ms)
        pen.put_presence("gate-2", CheckedIn("m-2", "m-2", "door"), AT, AT.wall_ms)
    assert set(books.on_site(0)) == {
        Word(MemberId("m-1"), "gate-1", AT.wall_ms, later.wall_ms),
        Word(MemberId("m-2"), "gate-2", AT.wall_ms),
    }


def test_what_keeps_somebody_out_has_to_be_understood_and_nothing_else(books: HubBooks) -> None:
    assert books.needs() == {}
    with books.write() as pen:
        pen.append(Draft(AT, GrantGiven("m-1", "laser", "trainee", "m-2")))
    assert books.needs() == {}
    with books.write() as pen:
        pen.append(Draft(AT, GrantSuspended("m-1", "laser", "m-2")))
    assert books.needs() == {"sponsorship": ("*",)}


def test_practice_is_read_in_slices_out_of_all_journals_and_told_until_it_is_said(books: HubBooks) -> None:
    with books.write() as pen:
        pen.append(Draft(AT, MemberAdded("m-1", "m-2")))
    for origin in (ORIGIN, OTHER):
        begun = [
            encode(Draft(AT, SessionStarted("laser", "laser", "m-1", "k:1", "trainee", "tap", 9, "m-2"))),
            encode(Draft(AT, SessionStopped(f"{origin}#2", "laser", "own_tap", 60_000))),
        ]
        take(books, [journal(1, origin)[0], *begun], 1, 3, origin)
    while books.read_practice():
        pass
    [(pair, found)] = books.untold(1).items()
    assert (pair, found.sessions, found.supervised_ms) == (("m-1", "laser"), 2, 120_000)
    with books.write() as pen:
        pen.append(Draft(AT, SkillUsed("m-1", "laser", 0, 2, 120_000, found.supervised_last_ms)))
    assert books.untold(1) == {}


def test_an_alarm_is_new_once(books: HubBooks) -> None:
    with books.write() as pen:
        assert pen.put_alarm("gate-1", "gap", "what", 1, 1)
        assert not pen.put_alarm("gate-1", "gap", "more", 2, 3)
    (one,) = books.alarms()
    assert (one.what, one.since_ms, one.last_ms, one.count) == ("more", 1, 2, 4)


NAMES = ("openfab/gate-1/e1", "openfab/gate-1/e2", "openfab/gate-2/e1")
JOURNALS = {origin: journal(40, origin) for origin in map(Origin, NAMES)}


class Collecting(RuleBasedStateMachine):
    """Any batches of two epochs, right and wrong, in any order and often: what is held is always a true
    beginning of what one gate wrote, and never shrinks."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.books = sqlite_books(Path(self.folder.name))
        self.model = dict.fromkeys(JOURNALS, 0)

    @rule(origin=st.sampled_from(sorted(JOURNALS)), first=st.integers(1, 40), length=st.integers(1, 15))
    def sends(self, origin: Origin, first: int, length: int) -> None:
        last = min(40, first + length - 1)
        outcome = take(self.books, JOURNALS[origin], first, last, origin)
        held = self.model[origin]
        if first > held + 1:
            assert outcome == Gap()
        elif last <= held:
            assert outcome == Held()
        else:
            assert outcome == Taken(last - held)
            self.model[origin] = last

    @rule(origin=st.sampled_from(sorted(JOURNALS)), first=st.integers(1, 40), length=st.integers(1, 15))
    def lies(self, origin: Origin, first: int, length: int) -> None:
        """Another history of the same epoch."""
        last = min(40, first + length - 1)
        outcome = take(self.books, journal(40, origin, salt="k:01"), first, last, origin)
        held = self.model[origin]
        if held > 1 and first <= held + 1 and last > 1:
            assert isinstance(outcome, Differs)
        elif held == 0 and first == 1:
            assert outcome == Taken(last)  # the first to come is believed
            self.teardown_origin(origin)
        elif held == 1 and first <= 2 and last >= 2:
            assert isinstance(outcome, Taken)
            self.teardown_origin(origin)

    def teardown_origin(self, origin: Origin) -> None:
        """From here on the other history is the one that is held: begin anew."""
        self.teardown()
        self.folder = TemporaryDirectory()
        self.books = sqlite_books(Path(self.folder.name))
        self.model = dict.fromkeys(JOURNALS, 0)

    @precondition(lambda self: any(self.model.values()))
    @rule()
    def runs_again(self) -> None:
        self.books.close()
        self.books = sqlite_books(Path(self.folder.name))

    @invariant()
    def holds_what_was_taken(self) -> None:
        for origin, seq in self.model.items():
            mark = self.books.marks(origin.split("/")[1]).get(origin, Mark())
            assert (mark.seq, mark.hash) == (seq, links(JOURNALS[origin], origin)[seq])

    def teardown(self) -> None:
        self.books.close()
        self.folder.cleanup()


TestCollecting = Collecting.TestCase
TestCollecting.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
