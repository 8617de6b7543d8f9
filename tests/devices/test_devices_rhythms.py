"""How a lamp lights and a buzzer beeps: told apart by length and number alone, and harmless."""

import io
import time
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

import pytest

from fabgate.config import Panel, Settings
from fabgate.devices.pi import PiBench
from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.devices.rhythms import BEEPS, RHYTHM, STEP_S, steps
from fabgate.model import MachineId

LASER, RED = MachineId("laser"), 16


def test_every_pattern_has_a_rhythm_and_every_sound_its_beeps():
    assert set(RHYTHM) == set(Pattern)
    assert set(BEEPS) == set(Sound) - {Sound.NONE}


def test_no_two_rhythms_and_no_two_sounds_are_alike():
    assert len(set(RHYTHM.values())) == len(RHYTHM)
    assert len({(on_s, times) for on_s, _, times in BEEPS.values()}) == len(BEEPS)


@pytest.mark.parametrize("pattern", Pattern)
def test_no_lamp_flashes_more_than_three_times_a_second(pattern: Pattern):
    lengths = RHYTHM[pattern]
    assert all(on_s + off_s > 1 / 3 for on_s, off_s in pairwise([*lengths, *lengths[:1]]))


@pytest.mark.parametrize("pattern", Pattern)
def test_a_rhythm_in_steps_is_as_long_as_in_seconds(pattern: Pattern):
    lengths = RHYTHM[pattern]
    assert len(steps(pattern)) * STEP_S == pytest.approx(sum(lengths))
    assert sum(steps(pattern)) * STEP_S == pytest.approx(sum(lengths[::2]))


def test_three_flashes_are_three_flashes():
    turned_on = [on for was, on in pairwise([False, *steps(Pattern.TRIPLE)]) if on and not was]
    assert len(turned_on) == 3


# --- on pins


@pytest.fixture
def lamp(lab: Callable[..., Settings], mock_pins: Any):
    bench = PiBench(lab("pi", panel=Panel("rgb", (RED, 20, 21))), factory=mock_pins, stream=io.StringIO())
    yield bench.machines[LASER].lamp
    bench.close()


def flashes(mock_pins: Any) -> int:
    states = [state.state for state in list(mock_pins.pin(RED).states)]
    return sum(on and not was for was, on in pairwise(states))


def flashed(mock_pins: Any, times: int, within_s: float = 5) -> bool:
    """Whether the red line has gone on so often before this time is over."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if flashes(mock_pins) >= times:
            return True
        time.sleep(0.005)
    return False


def test_a_lamp_flashes_in_groups(lamp: Any, mock_pins: Any):
    lamp.show(Colour.RED, Pattern.TRIPLE)
    assert flashed(mock_pins, 4), "three, and the next three begin"
    states = list(mock_pins.pin(RED).states)
    when = accumulate(state.timestamp for state in states)  # each is told since the one before
    ups = [
        at for at, (was, now) in zip(list(when)[1:], pairwise(states), strict=True) if now.state > was.state
    ]
    gaps = [later - sooner for sooner, later in pairwise(ups)]
    assert min(gaps) > 3 * STEP_S, "at its own speed"
    assert gaps[2] > 2 * min(gaps[:2]), "a pause parts the groups"


@pytest.mark.parametrize("pattern", Pattern)
def test_any_rhythm_stops_for_the_next_light(lamp: Any, mock_pins: Any, pattern: Pattern):
    lamp.show(Colour.RED, pattern)
    lamp.show(Colour.GREEN, Pattern.STEADY)
    assert [mock_pins.pin(pin).state for pin in (RED, 20, 21)] == [False, True, False]


def test_nothing_of_the_last_rhythm_flashes_into_the_next_light(lamp: Any, mock_pins: Any):
    lamp.show(Colour.RED, Pattern.DOUBLE)
    assert flashed(mock_pins, 1)
    lamp.show(Colour.GREEN, Pattern.STEADY)
    assert not flashed(mock_pins, flashes(mock_pins) + 1, within_s=1.5)


def test_a_lamp_that_is_closed_in_mid_rhythm_stays_dark(lamp: Any, mock_pins: Any):
    lamp.show(Colour.RED, Pattern.DOUBLE)
    assert flashed(mock_pins, 1)
    lamp.close()
    lamp.close()
    assert [mock_pins.pin(pin).function for pin in (RED, 20, 21)] == ["input"] * 3
