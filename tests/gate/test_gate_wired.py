"""A machine with everything wired to it: outputs in order, inputs and currents, welds, run-ons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gate_bench import ByHand, Served
from gate_lab import ADA, GRACE, LASER, WALL_MS, bodies, until
from gate_saw import KILN, MILL, SAW, wired

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.events import Troubled
from fabgate.gate.assembly import watch_inputs
from fabgate.gate.boot import last_ends, open_books
from fabgate.model import Sense, Trouble
from fabgate.records import (
    LidSeen,
    MachineLocked,
    PowerMissed,
    SessionStarted,
    SessionStopped,
    TroubleBegan,
    TroubleOver,
)
from fabgate.rehearsal.stage import Stage
from fabgate.rules.sequence import LastEnd
from fabgate.rules.states import Fault, Free, LockedOut
from fabgate.store.db import Store, begin_anew
from fabgate.store.journal import begun_by

POWER = ("mains", "blade", "pump")


@pytest.fixture
def lab(tmp_path: Path) -> Settings:
    return wired(tmp_path)


@pytest.fixture
def stage(lab: Settings) -> Iterator[Stage]:
    """The gate on a virtual clock, all its threads' work done in turn."""
    made = Stage(lab, SimClock(WALL_MS))
    made.power_on()
    yield made
    made.shut_down()


@pytest.fixture
def hand(lab: Settings) -> Iterator[ByHand]:
    """The gate by hand: what inputs and meters post lies in `posted` until a test handles it."""
    made = ByHand(lab)
    made.begin()
    watch_inputs(made.gate)
    yield made
    made.close()


def on(stage: Stage | ByHand) -> set[str]:
    names = ("fan", *POWER)
    return {name for name in names if stage.bench.state(SAW, name) == "on"}


def tap(stage: Stage) -> None:
    stage.bench.tap(SAW, ADA)
    stage.settle()


def working(stage: Stage) -> Stage:
    """Ada works at the saw, for ten seconds so far."""
    tap(stage)
    stage.advance(10_000)
    assert on(stage) == {"fan", *POWER}
    return stage


def troubles(stage: Stage) -> frozenset[Trouble]:
    return stage.gate.loop.posts[SAW].state.condition.troubles


# --- outputs in order


def test_outputs_come_on_and_go_off_in_their_own_time(stage: Stage):
    tap(stage)
    assert on(stage) == {"fan", "mains", "pump"}
    stage.advance(2_999)
    assert "blade" not in on(stage)
    stage.advance(1)
    assert on(stage) == {"fan", *POWER}
    stage.advance(7_000)
    tap(stage)
    assert on(stage) == {"fan", "mains", "pump"}
    stage.advance(4_999)
    assert "mains" in on(stage)
    stage.advance(1)
    assert "mains" not in on(stage)
    stage.advance(54_999)
    assert on(stage) == {"fan"}
    stage.advance(1)
    assert on(stage) == set()


def test_an_emergency_stop_leaves_nothing_on_but_what_runs_on(stage: Stage):
    working(stage).bench.press(SAW, "estop")
    stage.settle()
    assert on(stage) - {"pump"} == {"fan"}
    stage.advance(500)
    assert on(stage) == {"fan"}, "the charge pump has run dry"
    stage.advance(59_500)
    assert on(stage) == set()


def test_the_end_of_the_daemon_leaves_nothing_on_whatever_its_delay(hand: ByHand):
    hand.start(SAW, ADA)
    hand.loop.stop(hand.clock.now())
    assert hand.bench.state(SAW, "mains") == "off"


def test_the_end_of_the_daemon_cuts_every_machine_before_it_says_anything_about_one(hand: ByHand):
    hand.start(SAW, ADA)
    hand.start(MILL, GRACE)
    before = len(hand.bench.history)
    hand.loop.stop(hand.clock.now())
    changed = [change.device for change in hand.bench.history[before:]]
    assert max(changed.index(name) for name in ("mains", "relay")) < changed.index("lamp")


def test_a_session_of_an_hour_never_starves_its_charge_pump(stage: Stage):
    working(stage).advance(3_000_000)
    assert on(stage) == {"fan", *POWER}
    pumped = [change.value for change in stage.bench.history if change.device == "pump"]
    assert pumped == ["on"]


def test_what_did_not_go_off_is_lowered_as_soon_as_it_obeys(stage: Stage):
    working(stage).bench.fail(SAW, "blade")
    tap(stage)
    assert "blade" in on(stage)
    assert Trouble.RELAY in troubles(stage)
    stage.bench.mend(SAW, "blade")
    stage.advance(1_000)
    assert on(stage) & {"blade", "mains"} == set()


def test_extraction_that_fails_stops_the_work_for_there_is_smoke_without_it(stage: Stage):
    stage.bench.fail(SAW, "fan")
    tap(stage)
    assert on(stage) & {"mains", "blade"} == set()
    assert Trouble.RELAY in troubles(stage)


# --- stops that nobody has heard of yet


def test_nothing_comes_on_under_an_emergency_stop_whose_word_still_waits(hand: ByHand, lab: Settings):
    hand.tap(SAW, ADA)
    hand.look()
    hand.bench.press(SAW, "estop")
    assert hand.posted[-1] == Troubled(SAW, Trouble.ESTOP, hand.clock.now()), "nobody has handled it"
    hand.write()
    hand.write()
    assert [change for change in hand.bench.history if change.device in ("fan", *POWER)] == []
    assert [(stop.why, stop.length_ms) for stop in bodies(lab, SessionStopped)] == [("estop", 0)]


def test_nothing_comes_on_later_under_an_emergency_stop_whose_word_still_waits(hand: ByHand):
    hand.start(SAW, ADA)
    for _ in range(29):
        hand.wait(100)
    hand.bench.press(SAW, "estop")
    hand.wait(100)
    assert [change for change in hand.bench.history if change.device == "blade"] == []
    assert hand.bench.state(SAW, "mains") == "off"


def test_nothing_comes_on_under_an_emergency_stop_that_cannot_be_read(hand: ByHand):
    hand.tap(SAW, ADA)
    hand.look()
    hand.bench.fail(SAW, "estop")
    hand.write()
    assert hand.bench.state(SAW, "mains") == "off"


def test_an_emergency_stop_that_no_edge_told_of_is_heard_within_the_time_that_it_is_held(stage: Stage):
    working(stage)
    [estop] = [line for sense, line in stage.bench.machines[SAW].inputs if sense is Sense.ESTOP]
    estop.watch(lambda _pressed: None)  # its edges go nowhere from now on
    stage.bench.press(SAW, "estop")
    stage.advance(400)
    assert on(stage) & {"mains", "blade"} == set()


# --- a loop that stood still


def test_a_loop_that_stood_still_ends_the_session_and_is_ready_for_the_next(hand: ByHand, lab: Settings):
    hand.start(SAW, ADA)
    hand.wait(50)
    hand.wait(500)
    hand.settle()
    assert on(hand) - {"pump"} == {"fan"}
    assert [stop.why for stop in bodies(lab, SessionStopped)] == ["fault"]
    assert [body.trouble for body in bodies(lab, TroubleBegan, TroubleOver)] == ["relay", "relay"]
    assert isinstance(hand.loop.posts[SAW].state, Free)


def test_a_loop_that_stood_still_while_its_relay_broke_stays_in_fault(hand: ByHand):
    hand.start(SAW, ADA)
    hand.wait(50)
    hand.bench.fail(SAW, "mains")
    hand.wait(500)
    assert isinstance(hand.loop.posts[SAW].state, Fault)


# --- inputs


def test_a_lid_that_opens_is_written_and_told(stage: Stage, lab: Settings):
    working(stage).bench.press(SAW, "lid")
    stage.settle()
    assert [seen.open for seen in bodies(lab, LidSeen)] == [True]
    assert "mains" in on(stage)


def test_the_button_ends_the_session(stage: Stage, lab: Settings):
    working(stage).bench.press(SAW, "done")
    stage.settle()
    stage.advance(100_000)
    assert [stop.why for stop in bodies(lab, SessionStopped)] == ["own_tap"]


def test_the_oops_button_takes_the_machine_out_of_service(stage: Stage, lab: Settings):
    stage.bench.press(SAW, "oops")
    stage.settle()
    assert isinstance(stage.gate.loop.posts[SAW].state, LockedOut)
    assert [lock.cause for lock in bodies(lab, MachineLocked)] == ["oops"]
    tap(stage)
    assert on(stage) == set()


@pytest.mark.parametrize(("name", "trouble"), [("key", Trouble.KEY), ("box", Trouble.TAMPER)])
def test_a_key_that_is_off_and_a_box_that_is_open_end_nothing_and_let_nothing_start(
    stage: Stage, name: str, trouble: Trouble
):
    working(stage).bench.press(SAW, name)
    stage.settle()
    assert on(stage) == {"fan", *POWER}
    assert troubles(stage) == {trouble}
    tap(stage)
    stage.advance(100_000)
    tap(stage)
    assert on(stage) == set()
    stage.bench.release(SAW, name)
    stage.advance(3_000)
    tap(stage)
    assert "mains" in on(stage)


def test_an_input_that_dies_while_nobody_works_is_seen_at_the_next_look(stage: Stage):
    stage.bench.fail(SAW, "lid")
    stage.advance(400)
    assert troubles(stage) == {Trouble.INPUT}


def test_an_input_that_dies_ends_nothing_and_is_a_trouble_until_it_answers(stage: Stage):
    working(stage).bench.fail(SAW, "lid")
    stage.advance(400)
    assert (troubles(stage), "blade" in on(stage)) == ({Trouble.INPUT}, True)
    stage.bench.mend(SAW, "lid")
    stage.advance(400)
    assert troubles(stage) == frozenset()


# --- currents


def test_the_seconds_of_work_are_counted_apart(stage: Stage, lab: Settings):
    stage.bench.tap(KILN, ADA)
    stage.settle()
    stage.advance(10_000)
    stage.bench.current(KILN, 3.0)
    stage.settle()
    stage.advance(30_000)
    stage.bench.current(KILN, 0.3)
    stage.settle()
    stage.advance(60_000)
    stage.bench.tap(KILN, ADA)
    stage.settle()
    [stop] = bodies(lab, SessionStopped)
    assert (stop.length_ms, stop.busy_ms) == (100_000, 40_000), (
        "it counts as work until it rested for its time"
    )


def test_a_meter_that_fails_is_a_trouble_and_ends_nothing(stage: Stage):
    working(stage).bench.fail(SAW, "meter")
    stage.settle()
    assert (troubles(stage), "blade" in on(stage)) == ({Trouble.METER}, True)
    stage.bench.mend(SAW, "meter")
    stage.settle()
    assert troubles(stage) == frozenset()


def test_a_machine_that_says_by_itself_that_it_runs_has_its_seconds_counted(stage: Stage, lab: Settings):
    stage.bench.tap(MILL, ADA)
    stage.settle()
    stage.advance(5_000)
    stage.bench.press(MILL, "running")
    stage.settle()
    stage.advance(20_000)
    stage.bench.release(MILL, "running")
    stage.settle()
    stage.advance(5_000)
    stage.bench.tap(MILL, ADA)
    stage.settle()
    assert [(stop.length_ms, stop.busy_ms) for stop in bodies(lab, SessionStopped)] == [(30_000, 20_000)]


# --- commanded is not seen


def test_a_contactor_that_stays_on_is_a_weld_and_only_a_person_clears_it(stage: Stage, lab: Settings):
    stage.bench.press(SAW, "echo")
    stage.settle()
    stage.advance(499)
    assert troubles(stage) == frozenset()
    stage.advance(1)
    assert troubles(stage) == {Trouble.WELDED}
    assert [lock.cause for lock in bodies(lab, MachineLocked)] == ["welded"]
    stage.bench.mend(SAW, "echo")
    stage.advance(3_000)
    assert isinstance(stage.gate.loop.posts[SAW].state, LockedOut)
    tap(stage)
    assert on(stage) == set()


def test_a_contactor_that_does_not_drop_at_the_end_is_a_weld(stage: Stage):
    working(stage).bench.fail(SAW, "blade")  # it keeps the state that it has
    stage.bench.mend(SAW, "blade")
    stage.bench.release(SAW, "echo")
    stage.bench.press(SAW, "echo")
    tap(stage)
    stage.advance(499)
    assert Trouble.WELDED not in troubles(stage)
    assert "mains" in on(stage), "it has its time to go off"
    stage.advance(1)
    assert Trouble.WELDED in troubles(stage)
    assert "mains" not in on(stage), "a weld cuts"


def test_power_that_does_not_come_is_told_once_a_session(stage: Stage, lab: Settings):
    working(stage).bench.release(SAW, "echo")
    stage.settle()
    stage.advance(60_000)
    assert [missed.output for missed in bodies(lab, PowerMissed)] == ["blade"]
    assert "blade" in on(stage)
    tap(stage)
    stage.advance(100_000)
    tap(stage)
    stage.advance(100_000)
    assert [missed.output for missed in bodies(lab, PowerMissed)] == ["blade", "blade"]


def test_a_contactor_has_its_time_from_the_command_on_however_long_its_event_has_waited(hand: ByHand):
    hand.start(SAW, ADA)
    for _ in range(40):
        hand.wait(100)
    hand.bench.release(SAW, "echo")
    hand.bench.press(SAW, "echo")  # from now on it hangs
    pressed = hand.clock.now()
    hand.clock.advance(450)
    hand.loop.handle(Troubled(SAW, Trouble.ESTOP, pressed))
    hand.wait(400)
    assert Trouble.WELDED not in hand.loop.posts[SAW].state.condition.troubles
    hand.wait(100)
    assert Trouble.WELDED in hand.loop.posts[SAW].state.condition.troubles


def test_a_current_that_flows_on_after_the_end_is_a_weld(stage: Stage):
    working(stage).bench.current(SAW, 0.3)
    stage.settle()
    tap(stage)
    stage.advance(4_999)
    assert troubles(stage) == frozenset(), "its mains have their time"
    stage.advance(501)
    assert troubles(stage) == {Trouble.WELDED}


def test_a_machine_that_rests_under_power_is_none(stage: Stage):
    working(stage).bench.current(SAW, 0)
    stage.settle()
    stage.advance(60_000)
    assert troubles(stage) == frozenset()


# --- run-ons over a restart


def again(stage: Stage, crash: bool = False, after_ms: int = 0) -> Stage:
    """The daemon starts anew in the same boot, after it ended or died."""
    if crash:
        stage.power_cut()
    else:
        stage.shut_down()
    assert on(stage) == set()
    stage.clock.advance(after_ms)
    stage.passed_ms += after_ms
    stage.bench.reopen()
    stage.power_on()
    return stage


@pytest.mark.parametrize("crash", [False, True])
def test_a_run_on_has_what_is_left_of_it_after_a_restart(stage: Stage, crash: bool):
    tap(working(stage))
    stage.advance(20_000)
    again(stage, crash, after_ms=5_000)
    assert on(stage) == {"fan"}
    stage.advance(34_999)
    assert on(stage) == {"fan"}
    stage.advance(1)
    assert on(stage) == set()


def test_a_run_on_that_was_over_is_not_begun_again(stage: Stage):
    tap(working(stage))
    stage.advance(50_000)
    again(stage, after_ms=10_000)
    assert on(stage) == set()


def test_after_a_crash_in_a_session_nobody_knows_and_it_runs_on_for_all_its_time(stage: Stage):
    again(working(stage), crash=True, after_ms=3_000)
    assert on(stage) == {"fan"}
    stage.advance(59_999)
    assert on(stage) == {"fan"}
    stage.advance(1)
    assert on(stage) == set()


def test_a_session_that_the_end_of_the_daemon_ended_has_its_run_on_at_the_next_start(stage: Stage):
    again(working(stage), after_ms=3_000)
    stage.advance(56_999)
    assert on(stage) == {"fan"}
    stage.advance(1)
    assert on(stage) == set()


def test_after_another_boot_nobody_knows_and_it_runs_on_for_all_its_time(stage: Stage):
    tap(working(stage))
    stage.advance(600_000)
    stage.power_cut()
    stage.power_back()
    assert on(stage) == {"fan"}
    stage.advance(60_000)
    assert on(stage) == set()


def test_a_machine_on_which_nobody_ever_worked_runs_nothing_on(stage: Stage):
    stage.bench.tap(MILL, ADA)
    stage.settle()
    stage.power_cut()
    stage.power_back()
    assert on(stage) == set()


def test_an_end_that_a_full_disk_did_not_take_is_one_of_which_nobody_knows(stage: Stage):
    working(stage).disk.full = True
    again(stage, crash=True)
    assert on(stage) == {"fan"}
    stage.disk.full = False


def test_books_that_were_begun_anew_do_not_know_who_worked_last(lab: Settings):
    found = Stage(lab, SimClock(WALL_MS))
    found.power_on()
    tap(working(found))
    found.shut_down()
    (lab.gate.state / "journal.db").write_bytes(b"no database at all" * 400)
    found.bench.reopen()
    found.power_on()
    assert on(found) == {"fan"}
    found.advance(60_000)
    assert on(found) == set()
    with Store(lab.gate.state).reader() as reader:
        assert begun_by(reader.conn) == "corrupt"
    found.shut_down()


def test_books_that_were_put_back_do_not_know_who_worked_last(stage: Stage, lab: Settings):
    tap(working(stage))
    stage.power_cut()
    begin_anew(lab.gate.state, stage.clock.now(), "restore")
    books = open_books(lab, stage.clock)
    assert last_ends(books, (SAW,)) == {SAW: LastEnd(None)}
    stage.power_back()


def test_a_start_within_a_run_on_from_before_the_restart_keeps_what_is_on(stage: Stage):
    tap(working(stage))
    again(stage)
    stage.advance(30_000)
    tap(stage)
    stage.advance(300_000)
    assert on(stage) == {"fan", *POWER}
    assert [change.value for change in stage.bench.history if change.device == "fan"] == [
        "on",
        "off",  # the daemon was gone
        "on",
    ]


def test_the_last_end_of_each_machine_is_its_own(stage: Stage, lab: Settings):
    tap(working(stage))
    ended = stage.clock.now()
    stage.bench.tap(MILL, ADA)
    stage.advance(10_000)
    stage.power_cut()
    books = open_books(lab, stage.clock)
    assert last_ends(books, (SAW, MILL)) == {SAW: LastEnd(ended), MILL: LastEnd(None)}
    stage.power_back()


def test_a_session_under_way_is_the_only_thing_that_gives_power(stage: Stage, lab: Settings):
    """A restart, whatever was before: nothing that gives permission comes on by itself."""
    for crash in (True, False):
        again(working(stage), crash)
        stage.advance(100_000)
    assert len(bodies(lab, SessionStarted)) == 2
    powers = [change.value for change in stage.bench.history if change.device == "mains"]
    assert powers == ["on", "off"] * 2


# --- the daemon, with its threads


def test_a_meter_has_a_thread_of_its_own_that_outlives_its_failures(
    serve: Callable[..., Served], lab: Settings
):
    gate = serve(lambda bench: bench.fail(KILN, "meter")).ready()
    until(lambda: TroubleBegan(KILN, "meter") in bodies(lab, TroubleBegan), "the meter is told dead")
    gate.bench.mend(KILN, "meter")
    until(lambda: TroubleOver(KILN, "meter") in bodies(lab, TroubleOver), "it is told alive")
    assert gate.end() == 0


def test_an_emergency_stop_whose_edges_are_lost_is_read_by_the_daemon_itself(serve: Callable[..., Served]):
    gate = serve().ready()
    gate.start(LASER, ADA)
    for sense, line in gate.bench.machines[LASER].inputs:
        assert sense is Sense.ESTOP
        line.watch(lambda _pressed: None)
    gate.bench.press(LASER, "estop")
    gate.clock.advance(400)  # nothing else happens that would wake the loop
    until(lambda: gate.relay(LASER) == "off", "the relay opens")
