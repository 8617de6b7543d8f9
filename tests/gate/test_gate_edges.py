"""The edges of the loop: emergency stops, readers, and what faces the people."""

from __future__ import annotations

import pytest
from gate_lab import LASER, LATHE, WALL_MS

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.protocols import Sound
from fabgate.devices.sim import SimBench
from fabgate.events import Event, Mended, Troubled
from fabgate.gate.assembly import catalogue_of, watch_inputs
from fabgate.gate.panel import LIGHT, SOUND, Panels, Showing, sound
from fabgate.model import Code, Notice, Trouble
from fabgate.rules.face import Mood


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS)


@pytest.fixture
def bench(lab: Settings, clock: SimClock) -> SimBench:
    return SimBench(lab, clock)


@pytest.fixture
def posted() -> list[Event]:
    return []


# --- emergency stops


def test_an_emergency_stop_speaks_when_it_is_pressed_and_when_it_is_released(
    bench: SimBench, clock: SimClock, posted: list[Event]
):
    watch_inputs(bench, clock, posted.append)
    bench.press(LATHE, "estop")
    bench.release(LATHE, "estop")
    now = clock.now()
    assert posted == [Troubled(LATHE, Trouble.ESTOP, now), Mended(LATHE, Trouble.ESTOP, now)]


def test_an_emergency_stop_that_is_pressed_already_says_so(
    bench: SimBench, clock: SimClock, posted: list[Event]
):
    bench.press(LASER, "estop")
    watch_inputs(bench, clock, posted.append)
    assert posted == [Troubled(LASER, Trouble.ESTOP, clock.now())]


def test_of_two_emergency_stops_both_must_be_released(bench: SimBench, clock: SimClock, posted: list[Event]):
    watch_inputs(bench, clock, posted.append)
    bench.press(LASER, "estop")
    bench.press(LASER, "pull-cord")
    bench.release(LASER, "estop")
    assert not [event for event in posted if isinstance(event, Mended)]
    bench.release(LASER, "pull-cord")
    assert posted[-1] == Mended(LASER, Trouble.ESTOP, clock.now())


def test_an_emergency_stop_that_does_not_answer_counts_as_pressed(
    bench: SimBench, clock: SimClock, posted: list[Event]
):
    watch_inputs(bench, clock, posted.append)
    bench.press(LASER, "estop")
    bench.fail(LASER, "pull-cord")
    bench.release(LASER, "estop")
    assert not [event for event in posted if isinstance(event, Mended)]


def test_an_input_that_fails_at_the_start_puts_its_machine_in_fault_and_no_other(
    bench: SimBench, clock: SimClock, posted: list[Event]
):
    bench.fail(LATHE, "estop")
    watch_inputs(bench, clock, posted.append)
    assert posted == [Troubled(LATHE, Trouble.INPUT, clock.now())]


# --- what faces the people


@pytest.fixture
def panels(bench: SimBench, lab: Settings) -> Panels:
    return Panels(bench.machines, catalogue_of(lab))


def showing(what: Code | Notice = Code.UNKNOWN_BADGE) -> Showing:
    return Showing(LASER, what, {"title": "Laser", "contact": "Zoé"}, "en", sound(what))


def test_words_and_sound_reach_the_people(panels: Panels, bench: SimBench):
    panels.show(showing())
    assert bench.says(LASER)
    assert bench.state(LASER, "buzzer") == Sound.REFUSE


def test_every_mood_has_a_light_and_every_refusal_sounds_the_same():
    assert set(LIGHT) == set(Mood)
    assert {sound(code) for code in Code} == {Sound.REFUSE}
    assert all(sound(notice) is SOUND.get(notice, Sound.NONE) for notice in Notice)


def test_a_display_that_fails_is_told_once_and_done_without(
    panels: Panels, bench: SimBench, caplog: pytest.LogCaptureFixture
):
    bench.fail(LASER, "display")
    for _ in range(3):
        panels.show(showing())
    assert bench.state(LASER, "buzzer") == Sound.REFUSE, "the sound is there all the same"
    assert len(caplog.records) == 1
    bench.mend(LASER, "display")
    panels.show(showing())
    assert bench.says(LASER)


def test_a_buzzer_that_fails_is_done_without(panels: Panels, bench: SimBench):
    bench.fail(LASER, "buzzer")
    panels.show(showing())
    assert bench.says(LASER)


def test_a_lamp_that_fails_is_done_without(panels: Panels, bench: SimBench, caplog: pytest.LogCaptureFixture):
    bench.fail(LASER, "lamp")
    for _ in range(3):
        panels.light(LASER, Mood.DENIED)
    assert len(caplog.records) == 1
    panels.light(LATHE, Mood.ON)
    assert bench.state(LATHE, "lamp") == "green steady"
