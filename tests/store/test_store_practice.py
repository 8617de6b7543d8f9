"""How much members have worked: counted once, from whatever the journal says, in whatever order it came."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_books import BOOT, WALL_MS, moment, refusal, write
from rights_lab import right

from fabgate.model import MemberId, Moment, Origin, RecordId, SkillId
from fabgate.records import Draft, MemberAdded, SessionStarted, SessionStopped, SkillUsed
from fabgate.rules.progress import Practice
from fabgate.store import chain, heard, journal, outgoing, practice
from fabgate.store.db import Store, Writer, begin_anew, create
from fabgate.store.slices import own_epochs

ADA, BOB = MemberId("m-00aa"), MemberId("m-00bb")
LASER = SkillId("laser")
MINUTE = 60_000


def began(who: str = ADA, level: str = "trainee", **more: object) -> SessionStarted:
    return SessionStarted("laser", LASER, who, "k1:0", level, "tap", 9, **more)  # type: ignore[arg-type]


def start(writer: Writer, said: SessionStarted, ms: int = 0) -> RecordId:
    [record] = write(writer, Draft(moment(ms), said))
    return record


def stop(writer: Writer, session: RecordId, length_ms: int, ms: int = 0, **more: bool) -> None:
    write(writer, Draft(moment(ms), SessionStopped(str(session), "laser", "own_tap", length_ms, **more)))


def work(writer: Writer, said: SessionStarted, length_ms: int, ms: int = 0, **more: bool) -> None:
    stop(writer, start(writer, said, ms), length_ms, ms + length_ms, **more)


def read(writer: Writer, at_most: int = practice.SLICE) -> int:
    with writer.write() as pen:
        return practice.catch_up(pen, at_most)


def of(writer: Writer, who: MemberId = ADA) -> Practice:
    return practice.of(writer.conn, who, LASER)


# --- what counts --------------------------------------------------------------------------------


def test_nobody_has_worked_yet(writer: Writer):
    assert of(writer) == Practice()
    assert practice.of_member(writer.conn, ADA) == practice.of_all(writer.conn) == {}


def test_supervised_sessions_and_their_minutes_are_counted(writer: Writer):
    """R5."""
    work(writer, began(sponsor=BOB), 30 * MINUTE)
    work(writer, began(sponsor=BOB), 90 * MINUTE, ms=200 * MINUTE)
    assert of(writer) == Practice(0, 2, 120 * MINUTE, WALL_MS + 290 * MINUTE)
    assert practice.of_member(writer.conn, ADA) == {LASER: of(writer)}
    assert practice.of_all(writer.conn) == {(ADA, LASER): of(writer)}
    assert of(writer, BOB) == Practice(), "who stands by does not practise"


def test_a_trainee_whom_somebody_accompanied_was_supervised(writer: Writer):
    """R5: where a sponsor on site is enough, their company is what the class asks for."""
    work(writer, began(company=(BOB,)), MINUTE)
    assert of(writer).sessions == 1


@pytest.mark.parametrize("level", ["autonomous", "sponsor"])
def test_an_own_session_as_autonomous_is_use_and_no_practice_under_a_sponsor(writer: Writer, level: str):
    """R8: disuse counts from its end, whoever else was there."""
    work(writer, began(level=level, company=(BOB,)), MINUTE, ms=5)
    work(writer, began(level=level, sponsor=BOB), MINUTE)
    assert of(writer) == Practice(own_ms=WALL_MS + MINUTE + 5)


@pytest.mark.parametrize(
    ("said", "more"),
    [
        (began(), {}),  # a trainee alone
        (began(level="none", sponsor=BOB), {}),  # a guest under a host
        (began(sponsor=BOB), {"charged": False}),  # taken back
        (began(sponsor=BOB, purpose="maintenance"), {}),
        (began(level="autonomous", purpose="maintenance"), {}),
        (began(level="autonomous", purpose="social", people=8, workshop="a/b/c#1"), {}),
        (began(level="autonomous", workshop="a/b/c#1"), {}),
        (began(level="autonomous"), {"charged": False}),
    ],
)
def test_what_is_no_work_of_their_own_earns_nothing(writer: Writer, said: SessionStarted, more):
    """R5, R8, edge case 8; a start that was taken back is a booking that defeats no disuse."""
    work(writer, said, MINUTE, **more)
    assert of(writer) == Practice()
    read(writer)
    assert of(writer) == Practice()


def test_what_a_badge_is_worked_for_takes_nothing_from_practice(writer: Writer):
    """A purpose of the price list says who pays how much; only a workshop and maintenance are no practice."""
    work(writer, began(sponsor=BOB, purpose="client"), MINUTE)
    assert of(writer).sessions == 1


def test_a_session_that_runs_counts_when_it_has_ended(writer: Writer):
    session = start(writer, began(sponsor=BOB))
    read(writer)
    assert of(writer) == Practice()
    stop(writer, session, MINUTE, MINUTE)
    assert of(writer).sessions == 1


def test_a_session_that_was_found_open_after_a_crash_counts_to_its_last_sign_of_life(writer: Writer):
    session = start(writer, began(level="autonomous"), ms=7)
    stop(writer, session, MINUTE, 500 * MINUTE, recovered=True)
    assert of(writer).own_ms == WALL_MS + 7 + MINUTE, "and not to when the gate came back"
    session = start(writer, began(sponsor=BOB))
    stop(writer, session, MINUTE, 900 * MINUTE, recovered=True)
    assert of(writer).supervised_ms == MINUTE


def test_skills_and_members_are_counted_apart(writer: Writer):
    lathe = SessionStarted("lathe", "lathe", ADA, "k1:0", "trainee", "tap", 9, BOB)
    work(writer, lathe, MINUTE)
    work(writer, began(BOB, sponsor=ADA), 2 * MINUTE)
    found = {(who, skill): one.supervised_ms for (who, skill), one in practice.of_all(writer.conn).items()}
    assert found == {(ADA, "lathe"): MINUTE, (BOB, LASER): 2 * MINUTE}
    assert practice.of_all(writer.conn, BOB).keys() == {(BOB, LASER)}


# --- how it is read -----------------------------------------------------------------------------


def test_the_answer_is_exact_wherever_the_view_stands(writer: Writer):
    for number in range(20):
        work(writer, began(sponsor=BOB), MINUTE, ms=number * 10 * MINUTE)
    whole = of(writer)
    assert whole.sessions == 20
    while practice.behind(writer.conn):
        assert read(writer, 7) <= 7
        assert of(writer) == whole
        assert practice.Worked(writer.conn).own_ms(ADA, LASER) == whole.own_ms
    assert read(writer) == 0


def test_an_end_whose_start_was_read_long_ago_is_counted(writer: Writer):
    session = start(writer, began(sponsor=BOB))
    read(writer)
    for number in range(30):
        write(writer, refusal(number))
    read(writer)
    stop(writer, session, MINUTE, MINUTE)
    read(writer)
    assert of(writer).supervised_ms == MINUTE


def test_a_session_that_was_blanked_after_it_was_read_still_counts(writer: Writer):
    """Retention takes bodies, not what they came to."""
    work(writer, began(sponsor=BOB), MINUTE)
    read(writer)
    with writer.write() as pen:
        journal.purge(pen, moment(), "13 months", 1, 3)
    assert of(writer).sessions == 1


def test_a_damaged_record_is_passed_over(writer: Writer):
    session = start(writer, began(sponsor=BOB))
    work(writer, began(sponsor=BOB), MINUTE)
    with writer.write() as pen:
        pen.execute('UPDATE journal SET body = \'{"kind":"session.stop"}\' WHERE seq = 4')
    stop(writer, session, MINUTE, MINUTE)
    assert of(writer).sessions == 1


def test_keeping_up_writes_where_enough_is_unread_and_not_for_each_session(writer: Writer):
    work(writer, began(sponsor=BOB), MINUTE)
    commits = writer.commits
    assert not practice.keep_up(writer)
    assert writer.commits == commits
    for number in range(practice.BEHIND):
        write(writer, refusal(number))
    commits = writer.commits
    assert practice.keep_up(writer, 10), "more is left"
    assert writer.commits == commits + 1
    assert not practice.keep_up(writer), "so little can wait"
    write(writer, *(refusal(number) for number in range(10)))
    assert not practice.keep_up(writer)
    assert practice.behind(writer.conn) == 0


def test_who_looks_up_several_reads_what_is_unread_once(writer: Writer):
    work(writer, began(level="autonomous"), MINUTE)
    work(writer, began(BOB, level="sponsor"), MINUTE)
    worked = practice.Worked(writer.conn)
    told: list[str] = []
    assert worked.own_ms(ADA, LASER) == WALL_MS + MINUTE
    writer.conn.set_trace_callback(told.append)
    assert worked.own_ms(BOB, LASER) == WALL_MS + MINUTE
    writer.conn.set_trace_callback(None)
    assert len(told) == 1


def test_the_hub_s_word_counts_where_it_says_more(writer: Writer):
    """R5: sessions at other gates."""
    right(writer, MemberAdded(ADA, "z"), {"handle": "ada"})
    work(writer, began(sponsor=BOB), MINUTE)
    right(writer, SkillUsed(ADA, LASER, 7, 5, 100 * MINUTE, WALL_MS))
    assert of(writer) == Practice(7, 5, 100 * MINUTE, WALL_MS + MINUTE)
    assert practice.Worked(writer.conn).own_ms(ADA, LASER) == 7


def test_a_hub_is_told_whose_practice_it_has_not_said_yet(writer: Writer):
    right(writer, MemberAdded(ADA, "z"), {"handle": "ada"})
    work(writer, began(level="autonomous"), MINUTE)
    work(writer, began(BOB, sponsor=ADA), MINUTE)
    assert practice.untold(writer.conn) == {}, "what was not read yet is not told"
    read(writer)
    assert practice.untold(writer.conn) == {(ADA, LASER): of(writer)}, "and of nobody who is not known"
    right(writer, SkillUsed(ADA, LASER, of(writer).own_ms))
    assert practice.untold(writer.conn) == {}
    work(writer, began(level="autonomous"), MINUTE, ms=60 * MINUTE)
    read(writer)
    assert practice.untold(writer.conn) == {}, "a week is enough for what is counted in months"
    assert practice.untold(writer.conn, 1).keys() == {(ADA, LASER)}
    work(writer, began(sponsor=BOB), MINUTE)
    read(writer)
    assert practice.untold(writer.conn).keys() == {(ADA, LASER)}


# --- at a hub, where journals come in any order -------------------------------------------------


@dataclass
class Gates:
    """Two gates that work and crash, a hub that hears of it bit by bit, and what was done in `truth`."""

    folder: Path
    hub: Writer
    gates: dict[str, Writer]
    stack: ExitStack
    truth: dict[MemberId, Practice] = field(default_factory=dict)
    at_ms: int = 0

    def session(self, gate: str, who: MemberId, level: str, sponsor: str | None, crash: bool) -> None:
        writer = self.gates[gate]
        began_ms, self.at_ms = self.at_ms, self.at_ms + MINUTE
        session = start(writer, began(who, level, sponsor=sponsor), began_ms)
        if crash:  # the card was restored: the gate goes on under another name
            writer.close()
            begin_anew(self.folder / gate, moment(self.at_ms), "restore")
            store = Store(self.folder / gate)
            self.gates[gate] = writer = self.stack.enter_context(store.writer())
        stop(writer, session, MINUTE, self.at_ms, recovered=crash)
        self._count(who, level, sponsor, WALL_MS + began_ms + MINUTE)

    def _count(self, who: MemberId, level: str, sponsor: str | None, end_ms: int) -> None:
        was = self.truth.get(who, Practice())
        if level == "autonomous":
            self.truth[who] = Practice(end_ms, was.sessions, was.supervised_ms, was.supervised_last_ms)
        elif sponsor is not None:
            self.truth[who] = Practice(was.own_ms, was.sessions + 1, was.supervised_ms + MINUTE, end_ms)

    def hand(self, gate: str, epoch: int, count: int) -> None:
        """The next few records of one of a gate's epochs reach the hub, whatever came of the others."""
        conn = self.gates[gate].conn
        epochs = own_epochs(conn)
        number, origin = epochs[epoch % len(epochs)]
        self._hand(conn, number, origin, count)

    def hand_all(self, lots: random.Random) -> None:
        for writer in self.gates.values():
            epochs = own_epochs(writer.conn)
            lots.shuffle(epochs)
            for number, origin in epochs:
                self._hand(writer.conn, number, origin, 10_000)

    def _hand(self, conn, number: int, origin: Origin, count: int) -> None:
        after = heard.mark(self.hub.conn, origin).seq
        rows = outgoing.rows(conn, number, after, count)
        if rows:
            before = outgoing.hash_of(conn, number, after) or chain.ROOT
            with self.hub.write() as pen:
                taken = heard.take(pen, origin, after + 1, [row.body for row in rows], before, rows[-1].hash)
            assert isinstance(taken, heard.Taken)


@contextmanager
def gates_in(folder: Path) -> Iterator[Gates]:
    with ExitStack() as stack:
        made = {}
        for name in ("gate1", "gate2", "hub"):
            store = create(folder / name, "openfab", name, moment(), epoch="e0000001")
            made[name] = stack.enter_context(store.writer())
        yield Gates(folder, made.pop("hub"), made, stack)


gate = st.sampled_from(("gate1", "gate2"))
step = st.one_of(
    st.tuples(
        st.just("session"),
        gate,
        st.sampled_from((ADA, BOB)),
        st.sampled_from(("trainee", "autonomous")),
        st.sampled_from((None, "m-zoe")),
        st.sampled_from((False, False, True)),
    ),
    st.tuples(st.just("hand"), gate, st.integers(0, 3), st.integers(1, 5)),
    st.tuples(st.just("read"), st.integers(1, 6)),
)


@given(st.lists(step, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_each_session_counts_once_at_a_hub_in_whatever_order_it_hears_of_it(steps, lots):
    """R5: ends before their starts, epochs out of order, slices of any size."""
    with tempfile.TemporaryDirectory() as folder, gates_in(Path(folder)) as lab:
        for what, *told in steps:
            match what:
                case "session":
                    lab.session(*told)
                case "hand":
                    lab.hand(*told)
                case "read":
                    read(lab.hub, *told)
        lab.hand_all(lots)
        truth = {(who, LASER): one for who, one in lab.truth.items()}
        assert practice.of_all(lab.hub.conn) == truth
        while practice.behind(lab.hub.conn):
            read(lab.hub, 3)
        assert practice.of_all(lab.hub.conn) == truth
        for writer in lab.gates.values():
            mine = practice.of_all(writer.conn)
            read(writer)
            assert practice.of_all(writer.conn) == mine


def test_a_restored_copy_and_the_card_that_it_was_made_from_do_not_count_one_session_twice(tmp_path: Path):
    with gates_in(tmp_path) as lab:
        writer = lab.gates["gate1"]
        session = start(writer, began(sponsor=BOB))
        [number, origin] = own_epochs(writer.conn)[0]
        stop(writer, session, 5 * MINUTE, 5 * MINUTE)
        lab._hand(writer.conn, number, origin, 99)
        copy = create(tmp_path / "copy", "openfab", "gate1", moment(), "restore", epoch="e0000002")
        with copy.writer() as again:
            stop(again, session, 3 * MINUTE, 9 * MINUTE, recovered=True)
            [(number, origin)] = own_epochs(again.conn)
            lab._hand(again.conn, number, origin, 99)
        assert of(lab.hub).sessions == 1
        read(lab.hub)
        assert of(lab.hub) == Practice(0, 1, 5 * MINUTE, WALL_MS + 5 * MINUTE)


def test_the_end_of_the_old_card_does_not_count_again_after_that_of_its_copy(tmp_path: Path):
    """The other way round: the hub hears of the copy's end first, and of the card's when that turns up."""
    with gates_in(tmp_path) as lab:
        writer = lab.gates["gate1"]
        session = start(writer, began(sponsor=BOB))
        [(number, origin)] = own_epochs(writer.conn)
        lab._hand(writer.conn, number, origin, 99)
        copy = create(tmp_path / "copy", "openfab", "gate1", moment(), "restore", epoch="e0000002")
        with copy.writer() as again:
            stop(again, session, 3 * MINUTE, 9 * MINUTE, recovered=True)
            [(its_number, its_origin)] = own_epochs(again.conn)
            lab._hand(again.conn, its_number, its_origin, 99)
        read(lab.hub)
        stop(writer, session, 5 * MINUTE, 5 * MINUTE)
        lab._hand(writer.conn, number, origin, 99)
        assert of(lab.hub).sessions == 1
        read(lab.hub)
        assert of(lab.hub) == Practice(0, 1, 3 * MINUTE, WALL_MS + 3 * MINUTE)


def test_an_end_that_was_read_before_its_start_came_is_counted_when_that_comes(tmp_path: Path):
    with gates_in(tmp_path) as lab:
        lab.session("gate1", ADA, "trainee", BOB, crash=True)
        lab.hand("gate1", 1, 99)
        read(lab.hub)
        assert (practice.behind(lab.hub.conn), of(lab.hub)) == (0, Practice())
        lab.hand("gate1", 0, 99)
        assert of(lab.hub) == lab.truth[ADA]
        read(lab.hub)
        assert of(lab.hub) == lab.truth[ADA]


def test_an_end_that_names_no_session_moves_nothing(writer: Writer):
    for session in ("nonsense", "openfab/gate9/e9#1", f"{writer.identity.origin}#900"):
        write(writer, Draft(Moment(BOOT, 1, 1, True), SessionStopped(session, "laser", "own_tap", 9)))
    assert practice.of_all(writer.conn) == {}
    read(writer)
    read(writer)
    assert practice.of_all(writer.conn) == {}
