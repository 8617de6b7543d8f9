"""The outputs of one machine at the wires: their order, their wave, and what does not obey."""

from __future__ import annotations

import pytest

from fabgate.errors import DeviceError
from fabgate.gate.outputs import AGAIN_MS, LAPSE_MS, WAVE_MS, Outputs
from fabgate.model import Duty, MachineId, MachineRules, Moment, Output, SkillId
from fabgate.rules.sequence import LastEnd

RULES = MachineRules(
    MachineId("saw"),
    SkillId("saw"),
    "Saw",
    outputs=(
        Output("fan", Duty.AUX, off_delay_ms=60_000),
        Output("mains", Duty.POWER, off_delay_ms=5_000),
        Output("blade", Duty.POWER, on_delay_ms=3_000),
        Output("pump", Duty.DEADMAN),
    ),
)


class Wire:
    """One wire: how it stands, and everything that it was told. A broken one stays as it is."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.name, self.on, self.broken = name, False, False
        self._told = told

    def switch(self, on: bool) -> None:
        if self.broken:
            raise DeviceError(f"{self.name} does not answer", "Mend it.")
        self.on = on
        self._told.append(f"{self.name} {'on' if on else 'off'}")

    def close(self) -> None:
        self.on = False


class Box:
    """The outputs of the saw, and its wires."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.wires = {output.name: Wire(output.name, self.told) for output in RULES.outputs}
        self.outputs = Outputs(RULES, self.wires)

    def on(self) -> set[str]:
        return {name for name, wire in self.wires.items() if wire.on and name != "pump"}

    def news(self) -> list[str]:
        told, self.told[:] = list(self.told), []
        return told

    def run(self, from_ms: int, until_ms: int) -> None:
        """The loop wakes whenever it asked to be."""
        now_ms = from_ms - 1
        while (wake_ms := self.outputs.wake_ms()) is not None and now_ms < wake_ms <= until_ms:
            now_ms = wake_ms
            self.outputs.pass_time(now_ms)


@pytest.fixture
def box() -> Box:
    return Box()


def test_everything_is_lowered_whatever_we_think_of_it(box: Box):
    for wire in box.wires.values():
        wire.on = True
    assert box.outputs.lower(0)
    assert not any(wire.on for wire in box.wires.values())
    assert box.told[:2] == ["mains off", "blade off"], "what gives permission goes first"


def test_outputs_follow_in_their_time(box: Box):
    assert box.outputs.power(on=True, cut=False, now_ms=0)
    assert box.news() == ["fan on", "mains on", "pump on"]
    box.run(0, 2_999)
    assert box.on() == {"fan", "mains"}
    box.run(0, 3_000)
    assert box.on() == {"fan", "mains", "blade"}
    box.run(0, 10_000)
    box.outputs.power(on=False, cut=False, now_ms=10_000)
    assert box.on() == {"fan", "mains"}
    box.run(0, 100_000)
    assert box.on() == set()
    assert box.outputs.wake_ms() is None


def test_a_cut_leaves_nothing_on_that_gives_permission(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.run(0, 3_000)
    box.outputs.power(on=False, cut=True, now_ms=3_010)
    assert box.on() == {"fan"}
    assert not box.wires["pump"].on


def test_an_end_lowers_once_more_what_we_believe_to_be_off(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.wires["blade"].on = True  # something else drove it
    box.outputs.power(on=False, cut=False, now_ms=10)
    assert not box.wires["blade"].on


def test_what_time_would_give_can_be_asked_before_it_does(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    assert not box.outputs.gives(2_999)
    assert box.outputs.gives(3_000)
    assert "blade" not in box.on()
    box.outputs.pass_time(3_000)
    assert not box.outputs.gives(3_000)


def test_what_runs_on_after_a_restart_gives_no_permission(box: Box):
    assert box.outputs.run_on(LastEnd(None), Moment("boot", 1_000, 0, synced=True))
    assert box.on() == {"fan"}
    assert box.outputs.wake_ms() == 61_000
    box.outputs.pass_time(61_000)
    assert box.on() == set()


# --- the wave


def test_a_dead_mans_wave_has_an_edge_every_so_often_while_there_is_power(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.run(0, 1_000)
    edges = [told for told in box.news() if told.startswith("pump")]
    assert len(edges) == 1 + 1_000 // WAVE_MS
    assert edges[:3] == ["pump on", "pump off", "pump on"]


def test_a_look_more_makes_no_edge_more(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.news()
    for now_ms in range(0, WAVE_MS, 7):
        box.outputs.pass_time(now_ms)
        box.outputs.power(on=True, cut=False, now_ms=now_ms)
    assert box.news() == []


def test_the_wave_goes_until_the_last_power_output_is_off_and_stands_low_then(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.run(0, 3_050)
    box.outputs.power(on=False, cut=False, now_ms=3_060)
    box.news()
    box.run(0, 8_059)
    assert len([told for told in box.news() if told.startswith("pump")]) > 90
    box.run(0, 8_060)
    assert box.news()[-1] == "pump off"
    assert not box.wires["pump"].on
    assert box.outputs.wake_ms() == 63_060, "only the fan is left"


def test_a_second_end_does_not_disturb_the_wave(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.outputs.power(on=False, cut=False, now_ms=10)
    box.news()
    box.outputs.power(on=False, cut=False, now_ms=20)
    assert [told for told in box.news() if told.startswith("pump")] == []


def test_a_wave_that_stood_still_does_not_go_on_by_itself(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    assert not box.outputs.lapsed(LAPSE_MS - 1)
    assert box.outputs.lapsed(LAPSE_MS)
    box.news()
    box.outputs.pass_time(LAPSE_MS)
    box.outputs.power(on=True, cut=False, now_ms=LAPSE_MS + 1)
    assert [told for told in box.news() if told.startswith("pump")] == []
    assert box.outputs.lapsed(LAPSE_MS + 2)
    assert box.outputs.wake_ms() == 3_000, "and nobody is woken for it over and over"
    box.outputs.power(on=False, cut=True, now_ms=LAPSE_MS + 3)
    assert not box.outputs.lapsed(LAPSE_MS + 3)
    box.outputs.power(on=True, cut=False, now_ms=LAPSE_MS + 4)
    assert box.news()[-1] == "pump on"


def test_an_event_after_a_stall_makes_no_edge_that_hides_it(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.outputs.power(on=True, cut=False, now_ms=LAPSE_MS)
    assert box.outputs.lapsed(LAPSE_MS)


# --- what does not obey


@pytest.mark.parametrize("broken", ["fan", "mains", "pump"])
def test_one_that_fails_is_told_and_the_others_follow(box: Box, broken: str):
    box.wires[broken].broken = True
    assert not box.outputs.power(on=True, cut=False, now_ms=0)
    assert box.on() == {"fan", "mains"} - {broken}


def test_one_that_fails_in_its_own_time_is_told_then(box: Box):
    assert box.outputs.power(on=True, cut=False, now_ms=0)
    box.wires["blade"].broken = True
    assert box.outputs.pass_time(50)
    assert not box.outputs.pass_time(3_000)


def test_one_that_does_not_go_off_is_told_again_until_it_does(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.wires["mains"].broken = True
    assert not box.outputs.power(on=False, cut=True, now_ms=10)
    assert box.outputs.stuck
    assert box.outputs.wake_ms() == 10 + AGAIN_MS
    box.outputs.pass_time(10 + AGAIN_MS)
    assert (box.on(), box.outputs.stuck) == ({"fan", "mains"}, True)
    box.wires["mains"].broken = False
    box.outputs.pass_time(10 + 2 * AGAIN_MS - 1)
    assert "mains" in box.on()
    box.outputs.pass_time(10 + 2 * AGAIN_MS)
    assert (box.on(), box.outputs.stuck) == ({"fan"}, False)


def test_one_that_never_obeys_keeps_no_other_from_being_lowered_again(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.outputs.pass_time(3_000)
    box.wires["blade"].broken = box.wires["mains"].broken = True
    box.outputs.power(on=False, cut=True, now_ms=3_010)
    box.wires["mains"].broken = False
    box.outputs.pass_time(3_010 + AGAIN_MS)
    assert box.on() == {"fan", "blade"}
    assert box.outputs.stuck


def test_one_that_does_not_go_off_is_told_again_when_nothing_else_is_left_to_do(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.wires["mains"].broken = True
    box.outputs.power(on=False, cut=True, now_ms=10)
    box.run(10, 200_000)
    assert box.on() == {"mains"}, "the fan has run on"
    box.wires["mains"].broken = False
    box.run(200_001, 200_001 + AGAIN_MS)
    assert not box.on()


def test_what_obeys_by_itself_is_not_lowered_under_a_session(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    box.wires["mains"].broken = True
    box.outputs.power(on=False, cut=True, now_ms=10)
    box.wires["mains"].broken = False
    box.outputs.power(on=True, cut=False, now_ms=20)
    box.outputs.pass_time(10 + AGAIN_MS)
    assert box.on() == {"fan", "mains"}


def test_what_is_commanded_is_known_of_every_power_output(box: Box):
    box.outputs.power(on=True, cut=False, now_ms=0)
    assert box.outputs.commanded == {"mains": True, "blade": False}
