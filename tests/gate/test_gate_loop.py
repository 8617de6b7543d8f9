"""The loop by hand: what it drives, in which order, and what it hands over."""

from __future__ import annotations

import pytest
from gate_bench import ByHand
from gate_lab import (
    ADA,
    GRACE,
    LASER,
    LATHE,
    STRANGER,
    WALL_MS,
    bodies,
    found,
    open_sessions,
    read,
)

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.events import BadgeSeen, CloseNow, Inked, LockChanged, Mended, RosterMoved, Stopping, Troubled
from fabgate.gate.boot import check_books
from fabgate.gate.ink import Beat
from fabgate.model import InkId, Lock, RecordId, Trouble
from fabgate.records import (
    ClockSynced,
    Draft,
    MachineLocked,
    Refused,
    SessionStarted,
    SessionStopped,
    TroubleBegan,
    TroubleOver,
)
from fabgate.rules.states import Fault, Free, LockedOut
from fabgate.store import journal
from fabgate.store.db import Store


def changes(hand: ByHand, device: str = "relay") -> list[tuple[str, str]]:
    """What each output of this name was set to, in order."""
    return [(change.machine, change.value) for change in hand.bench.history if change.device == device]


# --- law 1


def test_the_relay_closes_only_once_the_start_is_durable(hand: ByHand, lab: Settings):
    hand.tap(LASER, ADA)
    hand.look()
    assert len(hand.starts()) == 1
    assert hand.relay(LASER) == "off"
    answer = hand.gate.ink.write(hand.inks.popleft())
    assert len(read(lab, SessionStarted)) == 1
    assert hand.relay(LASER) == "off", "the word that it is durable is still on its way"
    hand.loop.handle(answer)
    assert hand.relay(LASER) == "on"


def test_a_word_that_comes_after_the_deadline_is_answered_by_an_aborted_end(hand: ByHand, lab: Settings):
    hand.tap(LASER, ADA)
    hand.look()
    answer = hand.gate.ink.write(hand.inks.popleft())
    hand.wait(2_000)
    hand.loop.handle(answer)
    hand.settle()
    assert changes(hand) == []
    [start, stop] = read(lab, SessionStarted, SessionStopped)
    assert (stop.body.session, stop.body.why, stop.body.length_ms) == (str(start.id), "aborted", 0)
    assert open_sessions(lab) == []


def test_the_word_for_another_start_opens_nothing(hand: ByHand):
    hand.tap(LASER, ADA)
    hand.look()
    hand.loop.handle(Inked(LASER, InkId(99), RecordId("openfab/gate1/0", 7), hand.clock.now()))
    assert hand.relay(LASER) == "off"


def test_a_start_on_a_full_disk_is_refused_and_leaves_no_trace(hand: ByHand, lab: Settings):
    hand.disk.full = True
    hand.start(LASER, ADA)
    assert hand.relay(LASER) == "off"
    assert hand.bench.state(LASER, "lamp") == "red triple"
    hand.disk.full = False
    assert read(lab, SessionStarted) == []


# --- devices that fail


def test_a_relay_that_fails_to_close_puts_its_machine_in_fault_and_the_other_goes_on(
    hand: ByHand, lab: Settings
):
    hand.bench.fail(LASER, "relay")
    hand.start(LASER, ADA)
    hand.start(LATHE, GRACE)
    assert isinstance(hand.loop.posts[LASER].state, Fault)
    assert (hand.relay(LASER), hand.relay(LATHE)) == ("off", "on")
    [stop] = bodies(lab, SessionStopped)
    assert (stop.why, stop.length_ms) == ("fault", 0)
    assert bodies(lab, TroubleBegan) == [TroubleBegan(LASER, "relay")]


def test_a_relay_that_fails_to_open_is_a_fault_that_no_tap_ends(hand: ByHand, lab: Settings):
    hand.start(LASER, ADA)
    hand.wait(2_000)
    hand.bench.fail(LASER, "relay")
    hand.start(LASER, ADA)
    assert isinstance(hand.loop.posts[LASER].state, Fault)
    assert [stop.why for stop in bodies(lab, SessionStopped)] == ["own_tap"]
    hand.bench.mend(LASER, "relay")
    hand.wait(4_000)
    hand.start(LASER, GRACE)
    assert [refusal.code for refusal in bodies(lab, Refused)] == ["machine_fault"]


def test_a_relay_that_fails_at_the_start_is_known_before_the_first_tap(lab: Settings):
    hand = ByHand(lab)
    hand.bench.fail(LASER, "relay")
    hand.begin()
    assert isinstance(hand.loop.posts[LASER].state, Fault)
    assert isinstance(hand.loop.posts[LATHE].state, Free)
    hand.start(LATHE, ADA)
    assert hand.relay(LATHE) == "on"
    hand.close()


@pytest.mark.parametrize("device", ["lamp", "buzzer", "display"])
def test_what_only_faces_the_people_is_done_without(hand: ByHand, device: str):
    hand.bench.fail(LASER, device)
    hand.start(LASER, ADA)
    assert hand.relay(LASER) == "on"
    while hand.shows:
        hand.gate.panels.show(hand.shows.popleft())
    hand.wait(2_000)
    hand.start(LASER, ADA)
    assert hand.relay(LASER) == "off"


def test_a_blind_reader_ends_nothing_and_refuses_the_next_start(hand: ByHand, lab: Settings):
    hand.start(LASER, ADA)
    hand.loop.handle(Troubled(LASER, Trouble.READER, hand.clock.now()))
    assert hand.relay(LASER) == "on"
    hand.wait(3_600_000)
    assert hand.relay(LASER) == "off", "the limit stands"
    hand.start(LASER, GRACE)
    assert [refusal.code for refusal in bodies(lab, Refused)] == ["machine_fault"]
    hand.loop.handle(Mended(LASER, Trouble.READER, hand.clock.now()))
    hand.wait(10_000)
    hand.start(LASER, GRACE)
    assert hand.relay(LASER) == "on"
    hand.write()
    assert len(bodies(lab, TroubleOver)) == 1


def test_an_emergency_stop_cuts_its_machine_and_no_other(hand: ByHand, lab: Settings):
    hand.start(LASER, ADA)
    hand.start(LATHE, GRACE)
    hand.loop.handle(Troubled(LASER, Trouble.ESTOP, hand.clock.now()))
    assert (hand.relay(LASER), hand.relay(LATHE)) == ("off", "on")
    hand.write()
    assert [stop.why for stop in bodies(lab, SessionStopped)] == ["estop"]


def test_a_machine_in_fault_never_looks_free_not_even_while_it_says_that_a_session_ended(hand: ByHand):
    hand.start(LASER, ADA)
    hand.loop.handle(Troubled(LASER, Trouble.ESTOP, hand.clock.now()))
    assert hand.bench.state(LASER, "lamp") == "red double"
    hand.bench.fail(LATHE, "relay")
    hand.start(LATHE, GRACE)
    assert hand.bench.state(LATHE, "lamp") == "red double"


# --- heartbeats


def test_a_heartbeat_goes_out_while_a_session_is_open_and_only_then(hand: ByHand, lab: Settings):
    hand.wait(100_000)
    assert not hand.inks
    hand.start(LASER, ADA)
    assert hand.loop.wake_ms() is not None
    for _ in range(3):
        hand.wait(30_000)
        assert Beat(hand.clock.now()) in hand.inks
        hand.write()
    with Store(lab.gate.state).reader() as reader:
        [run] = journal.running(reader.conn)
    assert run.beat.boot_ms - run.opened.boot_ms == 90_000
    hand.wait(1_000)
    hand.start(LASER, ADA)
    hand.wait(100_000)
    assert not [job for job in hand.inks if isinstance(job, Beat)]


def test_a_second_session_does_not_put_the_heartbeat_off(hand: ByHand):
    hand.start(LASER, ADA)
    hand.wait(20_000)
    hand.start(LATHE, GRACE)
    hand.wait(10_000)
    assert Beat(hand.clock.now()) in hand.inks


# --- refusals in the journal


def test_the_first_refusal_is_written_at_once_and_the_same_ones_within_a_minute_are_counted(
    hand: ByHand, lab: Settings
):
    for _ in range(10):
        hand.start(LASER, STRANGER)
        hand.wait(3_000)
    hand.settle()
    assert [refusal.count for refusal in bodies(lab, Refused)] == [1]
    hand.wait(60_000)
    hand.settle()
    assert [refusal.count for refusal in bodies(lab, Refused)] == [1, 9]
    hand.start(LASER, STRANGER)
    assert [refusal.count for refusal in bodies(lab, Refused)] == [1, 9, 1]


def test_refusals_of_other_badges_and_machines_are_not_mixed_up(hand: ByHand, lab: Settings):
    hand.start(LASER, STRANGER)
    hand.start(LATHE, STRANGER)
    hand.loop.handle(BadgeSeen(LASER, "k:other", hand.clock.now()))
    hand.settle()
    assert len(bodies(lab, Refused)) == 3


def test_what_was_counted_is_written_when_the_daemon_ends(hand: ByHand, lab: Settings):
    for _ in range(3):
        hand.start(LASER, STRANGER)
        hand.wait(3_000)
    hand.loop.stop(hand.clock.now())
    hand.settle()
    assert [refusal.count for refusal in bodies(lab, Refused)] == [1, 2]


# --- before the first tap


def test_a_lock_is_in_force_before_any_output_is_driven(lab: Settings):
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        pen.append(Draft(SimClock(WALL_MS).now(), MachineLocked(LASER, "m-zoe")))
    hand = ByHand(lab)
    hand.begin()
    assert isinstance(hand.loop.posts[LASER].state, LockedOut)
    assert changes(hand, "lamp")[0] == (LASER, "red flash"), "it was never shown to be free"
    assert changes(hand) == []
    hand.start(LASER, ADA)
    assert hand.relay(LASER) == "off"
    assert [refusal.code for refusal in bodies(lab, Refused)] == ["machine_locked"]
    hand.close()


def test_while_the_journal_is_read_through_every_start_is_refused(lab: Settings):
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        journal.mark_run(pen, clean=False)
    hand = ByHand(lab)
    hand.begin()
    assert hand.bench.state(LASER, "lamp") == "amber fast"
    hand.start(LASER, ADA)
    assert hand.relay(LASER) == "off"
    assert [refusal.code for refusal in bodies(lab, Refused)] == ["journal_check"]
    for event in check_books(hand.books, tuple(hand.loop.posts), hand.clock):
        hand.loop.handle(event)
    hand.wait(4_000)
    hand.start(LASER, ADA)
    assert hand.relay(LASER) == "on"
    hand.close()


# --- the clock


def test_the_first_moment_at_which_the_clock_is_right_is_written_once(lab: Settings):
    clock = SimClock(WALL_MS, synced=False)
    hand = ByHand(lab, clock)
    hand.begin()
    hand.wait(5_000)
    hand.settle()
    assert read(lab, ClockSynced) == []
    clock.step_wall(3_600_000)
    clock.synced = True
    hand.wait(1_000)
    hand.wait(1_000)
    hand.settle()
    [synced] = read(lab, ClockSynced)
    assert (synced.at.boot_ms, synced.at.wall_ms, synced.at.synced) == (6_000, WALL_MS + 3_606_000, True)
    hand.close()


def test_a_clock_that_was_right_from_the_beginning_is_not_worth_a_record(hand: ByHand, lab: Settings):
    hand.wait(5_000)
    hand.settle()
    assert read(lab, ClockSynced) == []


def test_no_step_of_the_wall_clock_changes_a_length(hand: ByHand, lab: Settings):
    hand.start(LASER, ADA)
    for step in (-7_200_000, 3_600_000, 86_400_000):
        hand.wait(1_000)
        hand.clock.step_wall(step)
    hand.start(LASER, ADA)
    assert [stop.length_ms for stop in bodies(lab, SessionStopped)] == [3_000]


# --- the limit, whoever comes meanwhile


def test_deadlines_are_looked_at_on_every_event(hand: ByHand, lab: Settings):
    hand.start(LASER, ADA)
    hand.clock.advance(3_600_000)
    hand.loop.handle(RosterMoved(LASER, hand.clock.now()))
    assert hand.relay(LASER) == "off"
    hand.write()
    assert [(stop.why, stop.length_ms) for stop in bodies(lab, SessionStopped)] == [("limit", 3_600_000)]


def test_the_loop_wakes_for_what_is_due_next(hand: ByHand):
    assert hand.loop.wake_ms() is None
    hand.start(LASER, ADA)
    hand.wait(4_000)
    assert hand.loop.wake_ms() == 30_000, "the heartbeat"
    hand.loop.handle(Troubled(LASER, Trouble.ESTOP, hand.clock.now()))
    hand.wait(4_000)
    assert hand.loop.wake_ms() is None


# --- the desk


def test_a_person_who_says_now_ends_the_session_that_was_meant_and_no_other(hand: ByHand, lab: Settings):
    hand.start(LASER, ADA)
    [session] = open_sessions(lab)
    hand.loop.handle(CloseNow(LASER, RecordId(session.origin, session.seq + 1), hand.clock.now()))
    assert hand.relay(LASER) == "on"
    hand.loop.handle(CloseNow(LASER, session, hand.clock.now()))
    assert hand.relay(LASER) == "off"


def test_a_right_that_is_taken_while_the_start_is_written_takes_the_start(hand: ByHand, lab: Settings):
    hand.tap(LASER, ADA)
    hand.look()
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        pen.execute("DELETE FROM grants WHERE member = 'm-ada'")
    hand.loop.handle(RosterMoved(LASER, hand.clock.now()))
    hand.look()
    hand.write()
    assert changes(hand) == []
    assert [stop.why for stop in bodies(lab, SessionStopped)] == ["aborted"]


def test_a_lock_that_comes_while_the_start_is_written_takes_the_start(hand: ByHand):
    hand.tap(LASER, ADA)
    hand.look()
    hand.loop.handle(LockChanged(LASER, Lock(WALL_MS, RecordId("openfab/gate1/0", 7)), hand.clock.now()))
    hand.write()
    assert changes(hand) == []


# --- the end


def test_the_end_opens_every_relay_before_it_says_anything(hand: ByHand):
    hand.start(LASER, ADA)
    hand.start(LATHE, GRACE)
    hand.inks.clear()
    hand.loop.stop(hand.clock.now())
    assert changes(hand)[-2:] == [(LASER, "off"), (LATHE, "off")]
    stops = [job.body for job in hand.inks if isinstance(job.body, SessionStopped)]
    assert [stop.why for stop in stops] == ["gate_stopped", "gate_stopped"]


def test_after_the_order_to_stop_no_badge_starts_anything(hand: ByHand):
    hand.tap(LASER, ADA)
    hand.loop.handle(Stopping(LASER, hand.clock.now()))
    hand.settle()
    hand.tap(LATHE, GRACE)
    hand.loop.stop(hand.clock.now())
    hand.settle()
    assert changes(hand) == []


def test_a_short_heartbeat_is_kept_to(tmp_path_factory: pytest.TempPathFactory):
    hand = ByHand(found(tmp_path_factory.mktemp("quick"), heartbeat="1s"))
    hand.begin()
    hand.start(LASER, ADA)
    for _ in range(5):
        hand.wait(1_000)
    assert len([job for job in hand.inks if isinstance(job, Beat)]) == 5
    hand.close()


def test_whoever_looks_on_is_told_each_state_of_a_machine_once(hand: ByHand):
    hand.told.clear()
    hand.start(LASER, ADA)
    hand.wait(1_000)
    hand.wait(5_000)
    assert hand.told == [(LASER, "opening"), (LASER, "in_use")]
