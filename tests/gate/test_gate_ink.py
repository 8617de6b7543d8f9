"""The ink: a start in time or not at all; everything else some day, in its order."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from gate_bench import Disk
from gate_lab import LASER, LATHE, SKILL, WALL_MS, bodies, open_sessions, read

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.errors import DiskFull
from fabgate.events import Ink, Inked, InkFailed
from fabgate.gate.ink import PRACTICE, UNREAD, Beat, InkWell
from fabgate.model import InkId, MemberId, RecordId
from fabgate.records import Draft, Refused, SessionStarted, SessionStopped, TroubleBegan
from fabgate.store import journal, practice
from fabgate.store.db import Store
from fabgate.store.files import RESERVE


class FaultyDisk(Disk):
    """Refuses as many writes as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals = 0

    def before_write(self) -> None:
        super().before_write()
        if self.refusals:
            self.refusals -= 1
            raise DiskFull("the disk is full", "Call a manager.")


@pytest.fixture
def clock() -> SimClock:
    made = SimClock(WALL_MS)
    made.advance(1_000)
    return made


@pytest.fixture
def disk() -> FaultyDisk:
    return FaultyDisk()


@pytest.fixture
def well(lab: Settings, clock: SimClock, disk: FaultyDisk) -> Iterator[InkWell]:
    made = InkWell(Store(lab.gate.state, disk), clock)
    made.open()
    made.idle()  # holds the reserve
    yield made
    made.close()


def start(clock: SimClock, ink: int = 1, by_ms: int | None = None, machine: str = LASER) -> Ink:
    said = SessionStarted(machine, "laser", "m-ada", "k:1", "autonomous", "tap", 3_600_000)
    by_ms = clock.now().boot_ms + 2_000 if by_ms is None else by_ms
    return Ink(LASER, clock.now(), said, InkId(ink), by_ms)


def stop(clock: SimClock, session: RecordId) -> Ink:
    return Ink(LASER, clock.now(), SessionStopped(str(session), LASER, "own_tap", 1_000))


def refused(clock: SimClock) -> Draft:
    return Draft(clock.now(), Refused(LASER, "unknown_badge", "k:9"))


@contextmanager
def another_process_writes(lab: Settings) -> Iterator[None]:
    """Holds the writer's lock, as a long deed at the desk does."""
    handle = os.open(lab.gate.state / "journal.db.lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield
    os.close(handle)


def started(well: InkWell, clock: SimClock, ink: int = 1) -> RecordId:
    answer = well.write(start(clock, ink))
    assert isinstance(answer, Inked)
    return answer.record


def test_a_start_that_is_written_is_answered_by_its_record(well: InkWell, clock: SimClock, lab: Settings):
    answer = well.write(start(clock, ink=7))
    [entry] = read(lab, SessionStarted)
    assert answer == Inked(LASER, InkId(7), entry.id, clock.now())


def test_a_start_whose_time_is_over_is_not_written_any_more(well: InkWell, clock: SimClock, lab: Settings):
    late = start(clock, by_ms=clock.now().boot_ms)
    assert well.write(late) == InkFailed(LASER, InkId(1), clock.now())
    assert read(lab, SessionStarted) == []


def test_a_start_on_a_full_disk_fails_and_is_not_written_later(
    well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings
):
    disk.refusals = 1
    assert isinstance(well.write(start(clock)), InkFailed)
    well.idle()
    assert read(lab, SessionStarted) == []


def test_a_start_waits_for_another_process_no_longer_than_its_deadline(
    well: InkWell, clock: SimClock, lab: Settings
):
    with another_process_writes(lab):
        assert isinstance(well.write(start(clock, by_ms=clock.now().boot_ms + 20)), InkFailed)
    assert read(lab, SessionStarted) == []


def test_an_end_that_cannot_be_written_is_kept_and_written_later(
    well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings
):
    session = started(well, clock)
    disk.full = True
    assert well.write(stop(clock, session)) is None
    assert open_sessions(lab) == [session]
    disk.full = False
    well.idle()
    assert open_sessions(lab) == []


def test_the_reserve_makes_room_for_an_end_and_is_held_again_later(
    well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings
):
    session = started(well, clock)
    disk.refusals = 1
    well.write(stop(clock, session))
    assert open_sessions(lab) == []
    assert not (lab.gate.state / RESERVE).exists()
    well.idle()
    assert (lab.gate.state / RESERVE).exists()


def test_a_busy_journal_is_no_full_disk_and_costs_no_reserve(
    well: InkWell, clock: SimClock, lab: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("fabgate.gate.ink.PATIENCE_MS", 20)
    session = started(well, clock)
    with another_process_writes(lab):
        well.write(stop(clock, session))
    assert (lab.gate.state / RESERVE).exists()
    well.idle()
    assert open_sessions(lab) == []


def test_a_refusal_is_not_worth_the_reserve(well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings):
    disk.full = True
    well.write(refused(clock))
    disk.full = False
    assert (lab.gate.state / RESERVE).exists()
    assert not well.unwritten


def test_a_reserve_that_cannot_be_given_back_ends_nothing(
    well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings
):
    """A card that went read-only refuses the removal of a file as well as the writing of one."""
    session = started(well, clock)
    reserve = lab.gate.state / RESERVE
    reserve.unlink()
    reserve.mkdir()  # what nobody can unlink, root neither
    disk.full = True
    assert well.write(stop(clock, session)) is None
    assert len(well.unwritten) == 1
    disk.full = False
    reserve.rmdir()
    well.idle()
    assert open_sessions(lab) == []


def test_ends_are_written_in_the_order_in_which_they_came(
    well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings
):
    sessions = [started(well, clock, ink) for ink in (1, 2, 3)]
    disk.full = True
    for session in sessions:
        well.write(stop(clock, session))
    disk.full = False
    well.idle()
    written = [str(body.session) for body in bodies(lab, SessionStopped)]
    assert written == [str(session) for session in sessions]


def test_a_start_writes_first_what_is_owed(well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings):
    session = started(well, clock)
    disk.full = True
    well.write(stop(clock, session))
    disk.full = False
    second = started(well, clock, ink=2)
    kinds = [type(body) for body in bodies(lab, SessionStarted, SessionStopped)]
    assert kinds == [SessionStarted, SessionStopped, SessionStarted]
    assert open_sessions(lab) == [second]


def test_a_heartbeat_never_makes_an_end_that_is_owed_look_later(
    well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings
):
    """One beat is for all open sessions: a session whose end is still in memory must not be among them."""
    session = started(well, clock)
    disk.full = True
    well.write(stop(clock, session))
    disk.full = False
    clock.advance(30_000)
    well.write(Beat(clock.now()))
    assert open_sessions(lab) == []


def test_a_heartbeat_is_not_written_while_an_end_is_owed(
    well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings
):
    session = started(well, clock)
    disk.full = True
    well.write(stop(clock, session))
    clock.advance(30_000)
    well.write(Beat(clock.now()))
    disk.full = False
    with Store(lab.gate.state).reader() as reader:
        [run] = journal.running(reader.conn)
    assert run.beat == run.opened


def test_a_heartbeat_that_cannot_be_written_ends_nothing(
    well: InkWell, clock: SimClock, disk: FaultyDisk, lab: Settings
):
    session = started(well, clock)
    disk.refusals = 1
    well.write(Beat(clock.now()))
    clock.advance(5_000)
    well.write(Beat(clock.now()))
    with Store(lab.gate.state).reader() as reader:
        [run] = journal.running(reader.conn)
    assert run.start == session
    assert run.beat.boot_ms == clock.now().boot_ms


def test_a_long_log_is_folded_in_when_no_tap_waits(
    well: InkWell, clock: SimClock, lab: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("fabgate.gate.ink.COMMITS", 3)
    database = lab.gate.state / "journal.db"
    for _ in range(3):
        well.write(refused(clock))
    before = database.read_bytes()
    well.idle()
    assert database.read_bytes() != before


def worked(well: InkWell, clock: SimClock, sessions: int) -> None:
    """So many sessions of Ada's, a second each."""
    for number in range(sessions):
        begun = well.write(start(clock, number))
        assert isinstance(begun, Inked)
        clock.advance(1_000)
        well.write(stop(clock, begun.record))


def unread(lab: Settings) -> int:
    with Store(lab.gate.state).reader() as reader:
        return practice.behind(reader.conn)


def test_the_view_of_practice_is_read_on_between_jobs_a_slice_at_a_time(
    well: InkWell, clock: SimClock, lab: Settings
):
    worked(well, clock, 130)
    before = unread(lab)
    assert before > 2 * PRACTICE
    for slices in (1, 2):
        well.idle()
        assert unread(lab) == before - slices * PRACTICE
    for _ in range(3):
        well.idle()
    assert 0 < unread(lab) < UNREAD, "what is left is read by whoever asks"
    with Store(lab.gate.state).reader() as reader:
        assert practice.of(reader.conn, MemberId("m-ada"), SKILL).own_ms == clock.now().wall_ms


def test_the_view_of_practice_waits_for_whoever_writes_and_is_told_of_to_nobody(
    well: InkWell, clock: SimClock, lab: Settings, caplog: pytest.LogCaptureFixture
):
    worked(well, clock, 80)
    before = unread(lab)
    with another_process_writes(lab):
        well.idle()
    assert (unread(lab), caplog.records) == (before, [])
    well.idle()
    assert unread(lab) < before


def test_a_full_disk_is_told_once_and_not_every_second(
    well: InkWell, clock: SimClock, disk: FaultyDisk, caplog: pytest.LogCaptureFixture
):
    session = started(well, clock)
    disk.full = True
    well.write(stop(clock, session))
    for _ in range(50):
        well.idle()
    assert len(caplog.records) <= 3
    disk.full = False
    well.idle()
    caplog.clear()
    disk.full = True
    well.write(Draft(clock.now(), TroubleBegan(LATHE, "estop")))
    assert caplog.records, "the next time it is told again"
