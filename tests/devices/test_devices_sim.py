"""The simulated bench: strict, with a history, and with a room that outlives its daemon."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.badges.uid import Uid
from fabgate.config import Contact, GateSettings, LabSettings, MachineSettings, Panel, Settings, Wire
from fabgate.devices.clock import SimClock
from fabgate.devices.protocols import Appeared, Colour, Left, Pattern, Sound
from fabgate.devices.sim import Change, SimBench
from fabgate.devices.verbs import act
from fabgate.errors import BadgeError, DeviceError, FabgateError
from fabgate.model import Duty, MachineId, MachineRules, Sense, SkillId

LASER, LATHE = MachineId("laser"), MachineId("lathe")


@pytest.fixture
def bench(lab: Callable[..., Settings], clock: SimClock) -> SimBench:
    return SimBench(lab(), clock)


# --- readers


def test_a_tapped_badge_appears_and_leaves(bench: SimBench, ada: Uid):
    bench.tap(LASER, ada)
    reader = bench.machines[LASER].readers[0]
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))
    assert reader.wait(0) == ()
    assert bench.machines[LATHE].readers[0].wait(0) == ()


def test_a_badge_that_is_held_leaves_when_it_is_lifted(bench: SimBench, ada: Uid):
    reader = bench.machines[LASER].readers[0]
    bench.hold(LASER, ada)
    assert reader.wait(0) == (Appeared(ada, fresh=True),)
    bench.lift(LASER)
    assert reader.wait(0) == (Left(ada),)


def test_a_badge_that_lies_there_when_the_daemon_comes_up_is_not_fresh(bench: SimBench, ada: Uid):
    bench.hold(LASER, ada)
    bench.close()
    bench.reopen()
    assert bench.machines[LASER].readers[0].wait(0) == (Appeared(ada, fresh=False),)


def test_a_badge_that_was_lifted_while_the_power_was_cut_is_not_there(bench: SimBench, ada: Uid):
    bench.hold(LASER, ada)
    bench.close()
    bench.lift(LASER)
    bench.reopen()
    assert bench.machines[LASER].readers[0].wait(0) == ()


def test_a_tap_at_a_dead_gate_is_seen_by_nobody(bench: SimBench, ada: Uid):
    bench.close()
    bench.tap(LASER, ada)
    bench.reopen()
    assert bench.machines[LASER].readers[0].wait(0) == ()


def test_a_reader_that_waits_wakes_up_for_a_badge(bench: SimBench, ada: Uid):
    assert _seen_by_waiting(bench, lambda: bench.tap(LASER, ada))[:1] == [Appeared(ada, fresh=True)]


def test_a_reader_that_waits_wakes_up_when_it_goes_blind(bench: SimBench):
    assert _seen_by_waiting(bench, lambda: bench.fail(LASER, "reader")) == ["refused"]


def test_a_reader_that_waits_wakes_up_when_it_is_closed(bench: SimBench):
    # A wait that begins only after the close is refused; one that stood there ends with nothing.
    assert _seen_by_waiting(bench, bench.close) in ([], ["refused"])


def _seen_by_waiting(bench: SimBench, deed: Callable[[], object]) -> list[Any]:
    seen: list[Any] = []
    reader = bench.machines[LASER].readers[0]
    begun = threading.Event()

    def watch() -> None:
        begun.set()
        try:
            seen.extend(reader.wait(30))
        except DeviceError:
            seen.append("refused")

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun.wait(30)
    deed()
    watcher.join(30)
    assert not watcher.is_alive()
    return seen


def test_a_blind_reader_sees_nothing_until_it_is_mended_and_revived(bench: SimBench, ada: Uid):
    reader = bench.machines[LASER].readers[0]
    bench.tap(LASER, ada)
    bench.fail(LASER, "reader")
    bench.tap(LASER, ada)
    with pytest.raises(DeviceError):
        reader.wait(0)
    with pytest.raises(DeviceError):
        reader.revive()
    bench.mend(LASER, "reader")
    with pytest.raises(DeviceError):
        reader.wait(0)
    reader.revive()
    assert reader.wait(0) == ()  # neither tap counts minutes later
    bench.tap(LASER, ada)
    assert reader.wait(0) == (Appeared(ada, fresh=True), Left(ada))


def test_a_badge_that_lay_there_all_along_is_told_again_and_is_not_fresh_when_the_reader_sees_again(
    bench: SimBench, ada: Uid
):
    reader = bench.machines[LASER].readers[0]
    bench.hold(LASER, ada)
    reader.wait(0)
    _blink(bench)
    reader.revive()
    assert reader.wait(0) == (Appeared(ada, fresh=False),)


def test_a_reader_that_sees_again_tells_what_lies_there_now_and_nothing_else(
    bench: SimBench, ada: Uid, grace: Uid
):
    reader = bench.machines[LASER].readers[0]
    bench.hold(LASER, ada)
    reader.wait(0)
    bench.fail(LASER, "reader")
    bench.lift(LASER)
    bench.hold(LASER, grace)
    bench.mend(LASER, "reader")
    reader.revive()
    assert reader.wait(0) == (Appeared(grace, fresh=False),)


def test_a_reader_that_is_broken_when_the_daemon_comes_up_is_blind(bench: SimBench, ada: Uid):
    bench.hold(LASER, ada)
    bench.fail(LASER, "reader")
    bench.reopen()
    reader = bench.machines[LASER].readers[0]
    with pytest.raises(DeviceError):
        reader.wait(0)
    bench.mend(LASER, "reader")
    reader.revive()
    assert reader.wait(0) == (Appeared(ada, fresh=False),)


def test_a_badge_can_have_lain_there_before_the_reader_came_up(bench: SimBench, ada: Uid):
    act(bench, f"lay laser {ada}".split())
    assert bench.machines[LASER].readers[0].wait(0) == (Appeared(ada, fresh=False),)


def _blink(bench: SimBench) -> None:
    bench.fail(LASER, "reader")
    bench.mend(LASER, "reader")


# --- strictness


def test_no_badge_can_be_lifted_where_none_lies(bench: SimBench):
    with pytest.raises(DeviceError, match="no badge lies"):
        bench.lift(LASER)


def test_no_second_badge_fits_where_one_lies(bench: SimBench, ada: Uid, grace: Uid):
    bench.hold(LASER, ada)
    for verb in (bench.hold, bench.tap, bench.lay):
        with pytest.raises(DeviceError, match="lies at the reader of machine laser already"):
            verb(LASER, grace)


@pytest.mark.parametrize("verb", ["tap", "hold"])
def test_a_machine_that_is_not_there_cannot_be_tapped(bench: SimBench, ada: Uid, verb: str):
    with pytest.raises(DeviceError, match=r"no machine 'mill'\n.*laser, lathe"):
        getattr(bench, verb)(MachineId("mill"), ada)


def test_an_input_that_is_not_there_cannot_be_pressed(bench: SimBench):
    with pytest.raises(DeviceError, match=r"no input 'relay'\n.*estop"):
        bench.press(LASER, "relay")


def test_a_pressed_input_is_not_pressed_again(bench: SimBench):
    bench.press(LASER, "estop")
    with pytest.raises(DeviceError, match="pressed already"):
        bench.press(LASER, "estop")


def test_a_device_that_is_not_there_cannot_break(bench: SimBench):
    with pytest.raises(DeviceError, match="has no 'chuck'"):
        bench.fail(LASER, "chuck")
    with pytest.raises(DeviceError, match="has no 'chuck'"):
        bench.state(LASER, "chuck")


@pytest.mark.parametrize("amperes", [-0.1, float("nan"), float("inf"), 1_000.1])
def test_a_current_that_cannot_be_is_refused(bench: SimBench, amperes: float):
    with pytest.raises(DeviceError, match="cannot draw"):
        bench.current(LASER, amperes)


def test_a_closed_lamp_shows_nothing_more(bench: SimBench):
    devices = bench.machines[LASER]
    bench.close()
    for use in (
        lambda: devices.lamp.show(Colour.RED, Pattern.STEADY),
        lambda: devices.buzzer.play(Sound.WARN),
        lambda: devices.display.write(("late",)),
        lambda: devices.readers[0].wait(0),
        lambda: devices.readers[0].revive(),
    ):
        with pytest.raises(DeviceError, match="closed"):
            use()


# --- faults


def test_a_broken_relay_keeps_its_state_and_says_so(bench: SimBench):
    (relay,) = bench.machines[LASER].outputs.values()
    relay.switch(True)
    bench.fail(LASER, "relay")
    with pytest.raises(DeviceError, match="relay of machine laser does not answer"):
        relay.switch(False)
    assert bench.state(LASER, "relay") == "on"
    bench.mend(LASER, "relay")
    relay.switch(False)
    assert bench.state(LASER, "relay") == "off"


def test_a_broken_relay_falls_off_with_the_daemon(bench: SimBench):
    bench.machines[LASER].outputs["relay"].switch(True)
    bench.fail(LASER, "relay")
    bench.close()
    assert bench.state(LASER, "relay") == "off"


def test_a_broken_input_neither_reads_nor_tells(bench: SimBench):
    told: list[bool] = []
    ((_, estop),) = bench.machines[LASER].inputs
    estop.watch(told.append)
    bench.fail(LASER, "estop")
    bench.press(LASER, "estop")
    with pytest.raises(DeviceError):
        _ = estop.pressed
    assert told == []
    bench.mend(LASER, "estop")
    assert estop.pressed


def test_a_pressed_button_stays_pressed_through_a_power_cut(bench: SimBench):
    bench.press(LASER, "estop")
    bench.close()
    bench.reopen()
    ((_, estop),) = bench.machines[LASER].inputs
    assert estop.pressed


# --- what can be seen


def test_the_history_has_every_change_of_an_output_with_its_moment(bench: SimBench, clock: SimClock):
    devices = bench.machines[LASER]
    devices.outputs["relay"].switch(True)
    on = clock.now()
    clock.advance(90_000)
    devices.outputs["relay"].switch(False)
    devices.outputs["relay"].switch(False)
    devices.lamp.show(Colour.RED, Pattern.BLINK)
    devices.display.write(("Ada works", "until noon"))
    off = clock.now()
    assert bench.history == (
        Change(on, LASER, "relay", "on"),
        Change(off, LASER, "relay", "off"),
        Change(off, LASER, "lamp", "red blink"),
        Change(off, LASER, "display", "Ada works\nuntil noon"),
    )


def test_two_sounds_of_a_kind_are_two_sounds(bench: SimBench):
    buzzer = bench.machines[LASER].buzzer
    buzzer.play(Sound.REFUSE)
    buzzer.play(Sound.REFUSE)
    buzzer.play(Sound.NONE)
    buzzer.play(Sound.NONE)
    assert [change.value for change in bench.history] == ["refuse", "refuse", "none"]


def test_a_history_can_be_bounded(lab: Callable[..., Settings], clock: SimClock):
    bench = SimBench(lab(), clock, keep=2)
    for on in (True, False, True):
        bench.machines[LASER].outputs["relay"].switch(on)
    assert [change.value for change in bench.history] == ["off", "on"]


def test_a_follower_hears_of_a_change_before_the_switch_returns(bench: SimBench):
    heard: list[tuple[str, str]] = []
    bench.follow(lambda change: heard.append((change.device, change.value)))
    bench.machines[LASER].outputs["relay"].switch(True)
    assert heard == [("relay", "on")]


def test_show_has_everything_at_every_machine_but_no_badge_number(bench: SimBench, ada: Uid):
    bench.hold(LASER, ada)
    bench.press(LASER, "estop")
    bench.current(LASER, 3.1)
    bench.machines[LASER].display.write(("Hello",))
    assert bench.show()["laser"] == {
        "relay": "off",
        "estop": "pressed",
        "reader": "badge",
        "current": "3.1",
        "lamp": "off steady",
        "buzzer": "none",
        "display": "Hello",
    }
    assert bench.show()["lathe"]["reader"] == "empty"
    assert bench.says(LASER) == "Hello"


def test_a_machine_may_have_several_outputs(lab: Callable[..., Settings], clock: SimClock):
    bench = SimBench(lab(outputs=(Wire("tube", Duty.POWER, 17), Wire("table", Duty.POWER, 27))), clock)
    for relay in bench.machines[LASER].outputs.values():
        relay.switch(True)
    assert [(change.device, change.value) for change in bench.history] == [("tube", "on"), ("table", "on")]


def test_a_rehearsal_simulates_a_real_bench_with_all_that_it_has(
    lab: Callable[..., Settings], clock: SimClock
):
    settings = lab("pi", reader="rc522", panel=Panel("rgb", (16, 20, 21), "gpio", 12, "none"))
    bench = SimBench(settings, clock)
    bench.machines[LASER].display.write(("Hello",))
    assert bench.says(LASER) == "Hello"


# --- the verbs as words


def test_the_verbs_do_what_they_say(bench: SimBench, ada: Uid):
    for line in (
        "hold laser 04:A2:B3:C4:D5:E6:80",
        "lift laser",
        "tap lathe 04 A2 B3 C4 D5 E6 80",
        "press laser estop",
        "release laser estop",
        "current laser 3.1",
        "relay laser break",
        "reader lathe break",
        "reader lathe mend",
    ):
        act(bench, line.split())
    assert bench.machines[LASER].readers[0].wait(0) == (Appeared(ada, fresh=True), Left(ada))
    assert bench.show()["laser"]["current"] == "3.1"
    with pytest.raises(DeviceError):
        bench.machines[LASER].outputs["relay"].switch(True)


@pytest.mark.parametrize(
    "line",
    ["", "tap", "tap laser", "hold laser", "lift", "lift laser lathe", "press laser", "current laser lots",
     "sing laser", "relay laser weld", "break laser relay"],
)  # fmt: skip
def test_words_that_are_no_verb_are_refused_with_the_verbs(bench: SimBench, line: str):
    with pytest.raises(DeviceError) as wrong:
        act(bench, line.split())
    assert wrong.value.remedy


def test_a_badge_number_that_cannot_be_is_refused_with_the_reason(bench: SimBench):
    with pytest.raises(BadgeError, match="08"):
        act(bench, ["tap", "laser", "08A2B3C4"])


VERBS = ("tap", "hold", "lift", "press", "release", "current", "break", "mend", "show")
NAMES = ("laser", "lathe", "relay", "reader", "estop", "04A2B3C4D5E680", "3.1", "nan", "")
WORDS = st.sampled_from(VERBS + NAMES)


@given(lines=st.lists(st.lists(WORDS | st.text(max_size=5), max_size=4), max_size=12))
def test_no_words_can_do_more_than_be_refused(lines: list[list[str]]):
    bench = _small_bench()
    for words in lines:
        try:
            act(bench, words)
        except FabgateError as wrong:
            assert wrong.remedy
    bench.close()


def _small_bench() -> SimBench:
    rules = MachineRules(LASER, SkillId("laser"), "Laser")
    wired = MachineSettings(rules, "sim", (Wire("relay", Duty.POWER),), (Contact("estop", Sense.ESTOP),))
    nowhere = Path("nowhere")
    settings = Settings(
        nowhere, LabSettings("openfab", ZoneInfo("UTC")), GateSettings("gate", nowhere), {}, {LASER: wired}
    )
    return SimBench(settings, SimClock(0))
