"""How much a machine was used, and since when: the same, whatever was read into the view before."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_books import WALL_MS, moment, refusal, write

from fabgate.model import Origin, RecordId
from fabgate.records import Body, Draft, MachineServiced, SessionStopped
from fabgate.rules.upkeep import Wear
from fabgate.store import views, wear
from fabgate.store.db import Store, Writer, begin_anew, create

MINUTE = 60_000
SESSION = str(RecordId(Origin("openfab/gate1/e0000001"), 1))


def stopped(length_ms: int, busy_ms: int | None = None, machine: str = "laser", **more: object) -> Body:
    return SessionStopped(SESSION, machine, "own_tap", length_ms, busy_ms=busy_ms, **more)  # type: ignore[arg-type]


def serviced(name: str = "lens", machine: str = "laser") -> Body:
    return MachineServiced(machine, name, "m-zoe")


def put(writer: Writer, *bodies: Body, ms: int = 0, synced: bool = True) -> None:
    for body in bodies:
        write(writer, Draft(moment(ms, synced=synced), body))


def read(writer: Writer, at_most: int = wear.SLICE) -> int:
    with writer.write() as pen:
        return wear.catch_up(pen, at_most)


@pytest.fixture(params=[False, True], ids=["not read", "read"])
def look(request: pytest.FixtureRequest, writer: Writer):
    """How a machine stands, with the view behind or not."""

    def now(machine: str = "laser") -> wear.Worn:
        if request.param:
            read(writer)
        return wear.of(writer.conn, machine)

    return now


def test_nothing_was_used_yet(look):
    worn = look()
    assert (worn.all, worn.done, worn.since("lens")) == (Wear(), {}, Wear())


def test_power_work_and_sessions_are_added_up_from_the_first(writer: Writer, look):
    put(writer, stopped(5 * MINUTE, 2 * MINUTE), ms=7)
    assert look().all == Wear(5 * MINUTE, 2 * MINUTE, 1, WALL_MS + 7)
    put(writer, stopped(MINUTE), stopped(MINUTE, 0), ms=900)
    assert look().all == Wear(7 * MINUTE, 2 * MINUTE, 3, WALL_MS + 7)


def test_a_start_that_was_taken_back_wears_but_is_no_job(writer: Writer, look):
    put(writer, stopped(4_000, charged=False))
    assert (look().all.powered_ms, look().all.jobs) == (4_000, 0)


def test_machines_are_counted_apart(writer: Writer, look):
    put(writer, stopped(MINUTE), stopped(9 * MINUTE, machine="lathe"), serviced(machine="lathe"))
    assert look().all.powered_ms == MINUTE
    assert look("lathe").all.powered_ms == 9 * MINUTE
    assert look().done == {}
    assert look("las").all == Wear()


def test_a_service_that_was_done_counts_anew_from_there(writer: Writer, look):
    put(writer, stopped(10 * MINUTE, 3 * MINUTE))
    put(writer, serviced(), ms=50)
    put(writer, stopped(MINUTE, MINUTE), stopped(MINUTE))
    assert look().since("lens") == Wear(2 * MINUTE, MINUTE, 2, WALL_MS + 50)
    assert look().since("belt") == Wear(12 * MINUTE, 4 * MINUTE, 3, WALL_MS)
    assert look().done["lens"].by == "m-zoe"
    put(writer, serviced(), ms=90)
    assert look().since("lens") == Wear(0, 0, 0, WALL_MS + 90)


def test_a_first_use_at_an_unknown_time_has_no_date(writer: Writer, look):
    put(writer, stopped(MINUTE), ms=1, synced=False)
    assert look().all.since_ms is None
    put(writer, stopped(MINUTE), ms=2)
    assert look().all.since_ms == WALL_MS + 2


def test_use_goes_on_through_books_that_were_begun_anew(store: Store):
    with store.writer() as writer:
        put(writer, stopped(MINUTE))
        read(writer)
        put(writer, serviced(), stopped(2 * MINUTE))
    begin_anew(store.folder, moment(), "restore")
    with store.writer() as writer:
        put(writer, stopped(4 * MINUTE))
        assert wear.of(writer.conn, "laser").since("lens").powered_ms == 6 * MINUTE
        assert read(writer) > 0
        assert wear.of(writer.conn, "laser").since("lens").powered_ms == 6 * MINUTE


@pytest.mark.parametrize("text", ['"length_ms":"long"', '"length_ms":null', '"length_ms":1e99', "oh"])
def test_an_odd_record_stops_no_counting(writer: Writer, text: str, look):
    put(writer, stopped(MINUTE), stopped(MINUTE))
    with writer.write() as pen:
        pen.execute(
            "UPDATE journal SET body = replace(body, '\"length_ms\":60000', ?) WHERE position ="
            " (SELECT max(position) FROM journal)",
            (text,),
        )
    assert look().all.powered_ms == MINUTE


def test_an_endless_session_does_not_break_the_sum(writer: Writer, look):
    put(writer, *[stopped((1 << 62) + 5)] * 4, stopped(-5))
    assert look().all.powered_ms == 4 << 40


def test_a_slice_reads_so_many_records_and_no_more(writer: Writer):
    put(writer, *[stopped(MINUTE)] * 10)
    before = wear.behind(writer.conn)
    assert read(writer, 4) == 4
    assert wear.behind(writer.conn) == before - 4
    while read(writer, 4):
        pass
    assert wear.behind(writer.conn) == 0
    assert wear.of(writer.conn, "laser").all.jobs == 10


def test_both_views_are_read_on_together(writer: Writer):
    put(writer, *[stopped(MINUTE)] * 3)
    read(writer)
    put(writer, stopped(MINUTE))
    behind = views.behind(writer.conn)
    assert behind > wear.behind(writer.conn) == 1, "practice has read nothing yet"
    with writer.write() as pen:
        assert views.catch_up(pen) == behind
    assert views.behind(writer.conn) == 0


MOVES = st.lists(
    st.one_of(
        st.builds(
            stopped, st.integers(0, 99), st.one_of(st.none(), st.integers(0, 9)), st.sampled_from(["a", "b"])
        ),
        st.builds(serviced, st.sampled_from(["lens", "belt"]), st.sampled_from(["a", "b"])),
        st.integers(1, 5),
        st.just(refusal(1).body),
    ),
    max_size=25,
)


@given(MOVES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_view_says_the_same_whenever_it_was_read(tmp_path_factory, moves):
    store = create(tmp_path_factory.mktemp("wear") / "b", "openfab", "gate1", moment(), epoch="e0000001")
    model: dict[str, list[int]] = {"a": [0, 0, 0], "b": [0, 0, 0]}
    marks: dict[tuple[str, str], list[int]] = {}
    with store.writer() as writer:
        for move in moves:
            if isinstance(move, int):
                read(writer, move)
                continue
            put(writer, move)
            if isinstance(move, SessionStopped):
                add = (move.length_ms, move.busy_ms or 0, 1)
                model[move.machine] = [a + b for a, b in zip(model[move.machine], add, strict=True)]
            elif isinstance(move, MachineServiced):
                marks[move.machine, move.service] = list(model[move.machine])
        for machine, whole in model.items():
            worn = wear.of(writer.conn, machine)
            for name in ("lens", "belt"):
                mark = marks.get((machine, name), [0, 0, 0])
                since = worn.since(name)
                left = [a - b for a, b in zip(whole, mark, strict=True)]
                assert [since.powered_ms, since.busy_ms, since.jobs] == left
