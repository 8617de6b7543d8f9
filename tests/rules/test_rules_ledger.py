"""The ledger: what became of each start, and when it was."""

import tracemalloc
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import Moment, Origin, RecordId
from fabgate.records import ClockSynced, Entry, Refused, SessionStarted, SessionStopped
from fabgate.rules.ledger import Dated, Ledger, first_syncs, settle

HERE = Origin("openfab/atelier/00000001")
NOON = 1_792_836_000_000


class Journal:
    """Entries as a gate writes them, in order."""

    def __init__(self, origin=HERE):
        self.origin, self.entries, self.seq = origin, [], count(1)

    def write(self, at, body, seq=None):
        record = RecordId(self.origin, seq or next(self.seq))
        self.entries.append(Entry(record, at, body))
        return record

    def start(self, at, machine="laser", member="m1", sponsor=None):
        level = "trainee" if sponsor else "autonomous"
        body = SessionStarted(machine, "lasers", member, "k:1", level, "tap", 3_600_000, sponsor)
        return self.write(at, body)

    def stop(self, at, session, length_ms, why="own_tap", machine="laser", **more):
        return self.write(at, SessionStopped(str(session), machine, why, length_ms, **more))


def at(boot_ms, wall_ms=None, synced=True, boot="b1"):
    return Moment(boot, boot_ms, NOON + boot_ms if wall_ms is None else wall_ms, synced)


def read(*journals):
    entries = [entry for journal in journals for entry in journal.entries]
    ledger = Ledger(first_syncs(entries))
    return list(ledger.usages(entries)), ledger


def test_a_start_and_its_stop_make_one_usage_with_both_record_ids():
    gate = Journal()
    start = gate.start(at(0), sponsor="m2")
    stop = gate.stop(at(90_000), start, 90_000)
    [usage], ledger = read(gate)
    assert (start, stop) == (usage.session, usage.stop)
    assert (
        usage.machine,
        usage.skill,
        usage.member,
        usage.level,
        usage.sponsor,
    ) == ("laser", "lasers", "m1", "trainee", "m2")
    assert (at(0), at(90_000), 90_000) == (usage.start, usage.end, usage.length_ms)
    assert (
        usage.dated,
        usage.why,
        usage.charged,
        usage.recovered,
        usage.uncertain_ms,
        usage.blind_ms,
    ) == (Dated.SYNCED, "own_tap", True, False, 0, 0)
    assert ledger.still_open() == ()


def test_sessions_on_several_machines_are_not_mixed_up():
    gate = Journal()
    laser = gate.start(at(0))
    mill = gate.start(at(1_000), machine="mill", member="m2")
    gate.stop(at(5_000), laser, 5_000)
    gate.stop(at(9_000), mill, 8_000, machine="mill")
    usages, _ = read(gate)
    assert [(u.machine, u.member, u.length_ms) for u in usages] == [
        ("laser", "m1", 5_000),
        ("mill", "m2", 8_000),
    ]


def test_the_same_record_number_at_two_gates_names_two_sessions():
    one, two = Journal(), Journal(Origin("openfab/cave/00000001"))
    first, second = one.start(at(0)), two.start(at(0), member="m2")
    two.stop(at(3_000), second, 3_000)
    one.stop(at(4_000), first, 4_000)
    usages, _ = read(one, two)
    assert {("m1", 4_000), ("m2", 3_000)} == {(u.member, u.length_ms) for u in usages}


def test_a_start_without_a_stop_is_still_open():
    gate = Journal()
    start = gate.start(at(0))
    usages, ledger = read(gate)
    assert usages == []
    [session] = ledger.still_open()
    assert (start, "m1", at(0)) == (session.session, session.member, session.start)


def test_of_two_stops_of_one_session_the_first_counts():
    gate = Journal()
    start = gate.start(at(0))
    stop = gate.stop(at(60_000), start, 60_000)
    gate.stop(at(90_000), start, 90_000, why="recovered", recovered=True)
    [usage], ledger = read(gate)
    assert (stop, 60_000) == (usage.stop, usage.length_ms)
    assert ledger.unpaired == 1


def test_a_stop_without_its_start_makes_no_usage_and_is_counted():
    gate = Journal()
    gate.stop(at(60_000), RecordId(HERE, 99), 60_000)
    usages, ledger = read(gate)
    assert (usages, ledger.unpaired) == ([], 1)


def test_an_aborted_start_never_had_power_and_is_no_usage():
    gate = Journal()
    start = gate.start(at(0))
    gate.stop(at(2_100), start, 0, why="aborted", charged=False)
    usages, ledger = read(gate)
    assert (usages, ledger.still_open(), ledger.unpaired) == ([], (), 0)


def test_an_undone_start_is_a_usage_that_is_not_charged():
    gate = Journal()
    start = gate.start(at(0), sponsor="m2")
    gate.stop(at(7_000), start, 7_000, why="undone", charged=False)
    [usage], _ = read(gate)
    assert (usage.seconds, usage.seconds_charged) == (7, 0)


def test_a_purged_record_is_passed_over():
    gate = Journal()
    gate.entries.append(Entry(RecordId(HERE, next(gate.seq)), None, None))
    gate.write(at(5), Refused("laser", "unknown_badge", "k:1"))
    start = gate.start(at(10))
    gate.stop(at(1_010), start, 1_000)
    [usage], _ = read(gate)
    assert start == usage.session


def test_a_start_before_the_sync_of_its_boot_is_dated_back_from_it():
    gate = Journal()
    start = gate.start(at(10_000, wall_ms=0, synced=False))
    gate.write(at(40_000, wall_ms=NOON), ClockSynced())
    gate.write(at(70_000, wall_ms=NOON + 3_600_000), ClockSynced())
    gate.stop(at(70_000, wall_ms=NOON + 30_000), start, 60_000)
    [usage], _ = read(gate)
    assert (usage.dated, usage.start.wall_ms) == (Dated.REDATED, NOON - 30_000)
    assert (usage.end.synced, usage.end.wall_ms) == (True, NOON + 30_000)


def test_a_session_that_ended_before_the_sync_is_dated_back_too():
    gate = Journal()
    start = gate.start(at(10_000, wall_ms=0, synced=False))
    gate.stop(at(20_000, wall_ms=10_000, synced=False), start, 10_000)
    gate.write(at(86_400_000, wall_ms=NOON), ClockSynced())
    [usage], _ = read(gate)
    assert (usage.dated, usage.start.wall_ms) == (Dated.REDATED, NOON - 86_390_000)


def test_the_sync_of_another_boot_dates_nothing():
    gate = Journal()
    start = gate.start(at(10_000, wall_ms=5_000, synced=False))
    gate.write(at(1_000, boot="b2"), ClockSynced())
    gate.stop(at(2_000, boot="b2"), start, 30_000, why="recovered", recovered=True, uncertain_ms=30_000)
    [usage], _ = read(gate)
    assert (usage.dated, usage.start.wall_ms, usage.end.wall_ms) == (Dated.UNSYNCED, 5_000, 35_000)
    assert (usage.start.synced, usage.end.synced) == (False, False)


def test_the_same_boot_name_at_another_gate_dates_nothing():
    one, two = Journal(), Journal(Origin("openfab/cave/00000001"))
    start = one.start(at(10_000, wall_ms=5_000, synced=False))
    one.stop(at(20_000, wall_ms=15_000, synced=False), start, 10_000)
    two.write(at(30_000), ClockSynced())
    [usage], _ = read(one, two)
    assert usage.dated == Dated.UNSYNCED


def test_a_new_epoch_in_mid_boot_keeps_the_sync_of_that_boot():
    before, after = Journal(), Journal(Origin("openfab/atelier/00000002"))
    before.write(at(30_000, wall_ms=NOON), ClockSynced())
    start = after.start(at(10_000, wall_ms=5_000, synced=False))
    after.stop(at(20_000, wall_ms=15_000, synced=False), start, 10_000)
    [usage], _ = read(before, after)
    assert (usage.dated, usage.start.wall_ms) == (Dated.REDATED, NOON - 20_000)


def test_a_synced_stop_dates_its_start_where_no_sync_was_journaled():
    gate = Journal()
    start = gate.start(at(10_000, wall_ms=5_000, synced=False))
    gate.stop(at(70_000, wall_ms=NOON), start, 60_000)
    [usage], _ = read(gate)
    assert (usage.dated, usage.start.wall_ms, usage.end.wall_ms) == (Dated.REDATED, NOON - 60_000, NOON)


def test_a_recovered_session_ends_at_its_last_heartbeat_and_not_when_that_was_written():
    gate = Journal()
    start = gate.start(at(0))
    gate.stop(at(500, wall_ms=NOON + 86_400_000, boot="b2"), start, 60_000, "recovered", recovered=True)
    [usage], _ = read(gate)
    assert (at(60_000), True) == (usage.end, usage.recovered)


def test_a_wall_clock_set_back_in_mid_session_does_not_end_it_before_it_began():
    gate = Journal()
    start = gate.start(at(0))
    gate.stop(at(90_000, wall_ms=NOON - 3_510_000), start, 90_000)
    [usage], _ = read(gate)
    assert usage.end.wall_ms == NOON + 90_000


def test_an_open_session_is_dated_like_a_closed_one():
    gate = Journal()
    gate.start(at(10_000, wall_ms=0, synced=False))
    gate.write(at(40_000, wall_ms=NOON), ClockSynced())
    _, ledger = read(gate)
    [session] = ledger.still_open()
    assert (session.dated, session.start.wall_ms) == (Dated.REDATED, NOON - 30_000)


@pytest.mark.parametrize(("length_ms", "seconds"), [(0, 0), (999, 0), (1_000, 1), (90_999, 90)])
def test_a_second_that_was_begun_is_not_counted(length_ms, seconds):
    gate = Journal()
    start = gate.start(at(700))
    gate.stop(at(700 + length_ms), start, length_ms)
    [usage], _ = read(gate)
    assert (seconds, usage.started_s + seconds) == (usage.seconds, usage.ended_s)


times = st.integers(0, 10**9)


@given(
    sessions=st.lists(st.tuples(times, st.integers(0, 10**7), st.booleans()), max_size=8),
    steps=st.lists(st.integers(-(10**9), 10**9), min_size=16, max_size=16),
    sync=st.none() | times,
)
def test_no_step_of_the_wall_clock_changes_a_length(sessions, steps, sync):
    def played(steps):
        gate, left = Journal(), iter(steps)
        if sync is not None:
            gate.write(at(sync, boot="b1"), ClockSynced())
        for from_ms, length_ms, synced in sessions:
            start = gate.start(at(from_ms, NOON + from_ms + next(left), synced))
            to_ms = from_ms + length_ms
            gate.stop(at(to_ms, NOON + to_ms + next(left), synced), start, length_ms)
        return read(gate)[0]

    stepped = played(steps)
    assert [u.length_ms for u in played([0] * 16)] == [u.length_ms for u in stepped]
    for usage in stepped:
        assert usage.length_ms == usage.end.wall_ms - usage.start.wall_ms
        assert usage.seconds == usage.ended_s - usage.started_s


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(-(10**12), 10**12))
def test_a_moment_dated_back_lies_as_far_from_the_sync_as_the_boot_clock_says(then, sync, wrong):
    moment, dated = settle(at(then, wrong, synced=False), at(sync))
    assert (NOON + then, Dated.REDATED, True) == (moment.wall_ms, dated, moment.synced)


def test_the_memory_of_the_ledger_is_bounded_by_the_open_sessions():
    def entries(number):
        for seq in range(1, 2 * number, 2):
            start = RecordId(HERE, seq)
            yield Entry(
                start, at(seq), SessionStarted("laser", "lasers", "m1", "k:1", "autonomous", "tap", 1)
            )
            yield Entry(RecordId(HERE, seq + 1), at(seq), SessionStopped(str(start), "laser", "own_tap", 5))

    def peak(number):
        tracemalloc.start()
        assert number == sum(1 for _ in Ledger({}).usages(entries(number)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(5_000) < 2 * peak(500) + 50_000


def test_work_and_what_would_have_been_refused_go_with_the_usage():
    gate = Journal()
    start = gate.write(at(0), SessionStarted("laser", "lasers", "", "k:1", "none", "tap", 1, would="lapsed"))
    running = Ledger({})
    assert list(running.usages(gate.entries)) == []
    assert running.still_open()[0].would == "lapsed"
    gate.stop(at(9_999), start, 9_999, busy_ms=1_999)
    [usage] = Ledger({}).usages(gate.entries)
    assert (usage.busy_ms, usage.seconds_busy, usage.would, usage.member) == (1_999, 1, "lapsed", "")
    plain = Journal()
    plain.stop(at(5), plain.start(at(0)), 5)
    [plain] = Ledger({}).usages(plain.entries)
    assert (plain.busy_ms, plain.seconds_busy, plain.would) == (None, None, "")
