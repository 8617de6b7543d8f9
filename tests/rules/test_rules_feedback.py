"""Commanded is not seen (law 9): what is concluded from a mirror contact, and from a current."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from fabgate.events import Event, Mended, NotPowered, Troubled
from fabgate.model import Duty, MachineId, MachineRules, Moment, Output, SkillId, Trouble
from fabgate.rules import feedback
from fabgate.rules.feedback import CURRENT, Feedback, Sight

SAW = MachineId("saw")
RULES = MachineRules(
    SAW,
    SkillId("saw"),
    "Saw",
    outputs=(Output("relay", Duty.POWER), Output("blade", Duty.POWER)),
    mirrors=(("mirror", "relay"), ("echo", "blade")),
    meter_proves=True,
)


def moment(ms: int) -> Moment:
    return Moment("boot", ms, 0, synced=True)


@dataclass
class Eyes:
    """A machine that is looked at, and what it was told."""

    known: Feedback = field(default_factory=lambda: feedback.begin(RULES))
    commanded: dict[str, bool] = field(default_factory=lambda: {"relay": False, "blade": False})
    seen: dict[str, bool | None] = field(default_factory=dict)
    read_ms: int | None = None  # when it was read; None: at each look

    def look(self, now_ms: int) -> tuple[Event, ...]:
        read_ms = now_ms if self.read_ms is None else self.read_ms
        sights = {name: None if on is None else Sight(on, read_ms) for name, on in self.seen.items()}
        looked = feedback.look(RULES, self.known, self.commanded, sights, moment(now_ms))
        self.known = looked.feedback
        return looked.events

    def wake_ms(self) -> int | None:
        return feedback.wake_ms(RULES, self.known)


def on_and_seen_on(**seen: bool) -> Eyes:
    eyes = Eyes(commanded={"relay": True, "blade": False}, seen={"mirror": True, "echo": False} | seen)
    assert eyes.look(0) == ()
    return eyes


# --- a weld


def test_off_and_seen_on_for_as_long_as_a_contactor_takes_is_a_weld():
    eyes = on_and_seen_on()
    eyes.commanded["relay"] = False
    assert eyes.look(1_000) == ()
    assert eyes.wake_ms() == 1_500
    assert eyes.look(1_499) == ()
    assert eyes.look(1_500) == (Troubled(SAW, Trouble.WELDED, moment(1_500)),)


def test_a_contactor_that_drops_in_its_time_is_none():
    eyes = on_and_seen_on()
    eyes.commanded["relay"] = False
    eyes.look(1_000)
    eyes.seen["mirror"] = False
    assert eyes.look(1_020) == ()
    assert eyes.wake_ms() is None
    assert eyes.look(9_000) == ()


def test_a_weld_is_told_once_and_is_over_when_it_is_seen_off():
    eyes = Eyes(seen={"mirror": True})
    eyes.look(0)
    assert len(eyes.look(500)) == 1
    assert eyes.look(600) == ()
    assert eyes.wake_ms() is None
    eyes.seen["mirror"] = False
    assert eyes.look(700) == (Mended(SAW, Trouble.WELDED, moment(700)),)


def test_a_weld_is_not_over_because_its_contact_cannot_be_read():
    eyes = Eyes(seen={"mirror": True})
    eyes.look(0)
    eyes.look(500)
    eyes.seen["mirror"] = None
    assert eyes.look(600) == ()
    eyes.seen["mirror"] = True
    eyes.commanded["relay"] = True
    assert eyes.look(700) == (), "that it is commanded on again proves nothing"


def test_of_two_welds_both_must_be_over():
    eyes = Eyes(seen={"mirror": True, "echo": True})
    eyes.look(0)
    assert len(eyes.look(500)) == 1
    eyes.seen["mirror"] = False
    assert eyes.look(600) == ()
    eyes.seen["echo"] = False
    assert len(eyes.look(700)) == 1


# --- no power


def test_on_and_seen_off_is_told_once_a_session_and_output():
    eyes = Eyes(commanded={"relay": True, "blade": True}, seen={"mirror": False, "echo": True})
    eyes.look(0)
    assert eyes.look(500) == (NotPowered(SAW, "relay", moment(500)),)
    eyes.seen["echo"] = False
    eyes.look(600)
    assert eyes.look(1_100) == (NotPowered(SAW, "blade", moment(1_100)),)
    assert eyes.look(9_000) == ()
    eyes.known = feedback.anew(eyes.known)
    assert {event.output for event in eyes.look(9_100)} == {"relay", "blade"}


def test_power_that_comes_late_and_goes_again_is_told_when_it_is_gone_for_long():
    eyes = on_and_seen_on()
    eyes.seen["mirror"] = False
    eyes.look(10_000)
    eyes.seen["mirror"] = True
    assert eyes.look(10_499) == ()
    eyes.seen["mirror"] = False
    assert eyes.look(10_500) == ()
    assert len(eyes.look(11_000)) == 1


# --- the current


def test_a_current_while_every_power_output_is_off_is_a_weld():
    eyes = on_and_seen_on(**{CURRENT: True})
    eyes.commanded["relay"] = False
    eyes.seen["mirror"] = False
    eyes.look(1_000)
    assert eyes.look(1_500) == (Troubled(SAW, Trouble.WELDED, moment(1_500)),)


def test_no_current_while_it_is_on_is_a_machine_that_rests():
    eyes = on_and_seen_on(**{CURRENT: False})
    assert eyes.look(60_000) == ()


def test_a_reading_from_before_the_end_proves_nothing_however_late_it_is_looked_at():
    eyes = on_and_seen_on(**{CURRENT: True})
    eyes.commanded["relay"] = False
    eyes.seen["mirror"] = False
    eyes.read_ms = 1_100  # a clamp measures for 200 ms: half of this is from before
    eyes.look(1_000)
    assert eyes.look(1_500) == ()
    assert eyes.look(9_000) == ()
    eyes.read_ms = 9_000
    assert len(eyes.look(9_000)) == 1


def test_once_it_was_looked_at_in_vain_a_look_waits_for_a_reading_and_not_for_time():
    eyes = Eyes(seen={CURRENT: True}, read_ms=0)
    eyes.look(0)
    assert eyes.wake_ms() == 500
    eyes.look(500)
    assert eyes.wake_ms() is None


# --- what nobody can see


def test_nothing_is_concluded_from_what_nobody_can_see():
    eyes = Eyes(seen={"mirror": True})
    eyes.look(0)
    eyes.seen["mirror"] = None
    eyes.look(400)
    eyes.seen["mirror"] = True
    assert eyes.look(600) == ()
    assert eyes.look(1_099) == ()
    assert len(eyes.look(1_100)) == 1


def test_without_a_mirror_and_a_meter_there_is_nothing_to_look_at():
    bare = MachineRules(SAW, SkillId("saw"), "Saw")
    assert feedback.begin(bare) == {}


# --- whatever comes

STEPS = st.lists(
    st.tuples(st.integers(0, 700), st.sampled_from(["on", "off", "+", "-", "?", ""])), max_size=30
)


@given(STEPS)
def test_nothing_is_told_before_command_and_sight_stood_still_for_their_time(steps: list[tuple[int, str]]):
    eyes = Eyes(seen={"mirror": False})
    now_ms = differs_ms = 0
    for wait_ms, what in steps:
        now_ms += wait_ms
        welded = any(isinstance(event, Troubled) for event in eyes.look(now_ms))
        stood_ms = now_ms - differs_ms
        differs = eyes.seen["mirror"] is not None and eyes.seen["mirror"] != eyes.commanded["relay"]
        assert not welded or (differs and stood_ms >= RULES.settle_ms)
        before = (eyes.commanded["relay"], eyes.seen["mirror"])
        if what in ("+", "-", "?"):
            eyes.seen["mirror"] = {"+": True, "-": False, "?": None}[what]
        elif what:
            eyes.commanded["relay"] = what == "on"
        if before != (eyes.commanded["relay"], eyes.seen["mirror"]):
            differs_ms = now_ms
        eyes.look(now_ms)
