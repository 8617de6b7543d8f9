"""Outputs follow a permission, each with its delays, whatever comes in whatever order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import Duty, Kind, MachineId, MachineRules, Moment, Output, SkillId
from fabgate.rules import sequence
from fabgate.rules.sequence import LastEnd, Line, Sequence

EXTRACTION = Output("extraction", Duty.AUX, on_delay_ms=0, off_delay_ms=60_000)
TUBE = Output("tube", Duty.POWER, on_delay_ms=3_000)
MAINS = Output("mains", Duty.POWER, off_delay_ms=5_000)
LOCK = Output("lock", Duty.PULSE, on_delay_ms=1_000)
PUMP = Output("pump", Duty.DEADMAN)
LASER = MachineRules(MachineId("laser"), SkillId("laser"), "Laser", outputs=(EXTRACTION, TUBE, MAINS, LOCK))


def outputs_on(rules: MachineRules, lines: Sequence) -> set[str]:
    return {output.name for output, line in zip(rules.outputs, lines, strict=True) if line.on}


def started(rules: MachineRules = LASER, now_ms: int = 0) -> Sequence:
    return sequence.power(rules, sequence.begin(rules), on=True, cut=False, now_ms=now_ms)


def ended(lines: Sequence, now_ms: int, cut: bool = False, rules: MachineRules = LASER) -> Sequence:
    return sequence.power(rules, lines, on=False, cut=cut, now_ms=now_ms)


def at(lines: Sequence, now_ms: int, rules: MachineRules = LASER) -> set[str]:
    return outputs_on(rules, sequence.passed(lines, now_ms))


# --- one start, one end


def test_each_output_comes_on_after_its_own_delay():
    lines = started()
    assert outputs_on(LASER, lines) == {"extraction", "mains"}
    assert at(lines, 2_999) == {"extraction", "mains", "lock"}
    assert at(lines, 3_000) == {"extraction", "mains", "lock", "tube"}


def test_a_pulse_is_on_for_a_moment_and_is_not_made_up_for_when_that_is_over():
    lines = started()
    assert "lock" in at(lines, 1_000)
    assert "lock" not in at(lines, 1_000 + LASER.pulse_ms)
    assert "lock" in at(lines, 999 + LASER.pulse_ms)


def test_the_end_takes_permission_at_once_but_where_it_has_a_delay_and_lets_extraction_run_on():
    lines = ended(sequence.passed(started(), 10_000), 10_000)
    assert outputs_on(LASER, lines) == {"extraction", "mains"}
    assert at(lines, 14_999) == {"extraction", "mains"}
    assert at(lines, 15_000) == {"extraction"}
    assert at(lines, 69_999) == {"extraction"}
    assert at(lines, 70_000) == set()


def test_a_cut_knows_no_delay_and_extraction_runs_on_all_the_same():
    lines = ended(sequence.passed(started(), 10_000), 10_000, cut=True)
    assert outputs_on(LASER, lines) == {"extraction"}
    assert at(lines, 70_000) == set()


def test_a_cut_takes_what_an_end_had_left_on_for_a_while():
    lines = ended(ended(sequence.passed(started(), 10_000), 10_000), 11_000, cut=True)
    assert outputs_on(LASER, lines) == {"extraction"}


def test_a_second_end_makes_no_run_on_longer():
    lines = ended(ended(sequence.passed(started(), 10_000), 10_000), 60_000)
    assert at(lines, 69_999) == {"extraction"}
    assert at(lines, 70_000) == set()


def test_an_end_drops_what_still_waits_to_come_on():
    lines = ended(started(), 500)
    assert at(lines, 3_600_000) == set()
    assert at(lines, 3_000) == {"extraction", "mains"}, "what was on runs on; the tube never comes"


def test_a_start_within_a_run_on_keeps_what_is_on():
    lines = ended(sequence.passed(started(), 10_000), 10_000)
    again = sequence.power(LASER, lines, on=True, cut=False, now_ms=12_000)
    assert outputs_on(LASER, again) == {"extraction", "mains"}
    assert at(again, 3_600_000) == {"extraction", "mains", "tube"}


def test_a_second_start_moves_nothing_that_waits():
    again = sequence.power(LASER, started(), on=True, cut=False, now_ms=900)
    assert at(again, 3_000) == {"extraction", "mains", "lock", "tube"}


def test_what_a_late_look_has_missed_altogether_never_comes_on():
    lines = sequence.passed(started(), 1_000 + LASER.pulse_ms)
    assert "lock" not in outputs_on(LASER, lines)


# --- doors


def test_the_strike_of_a_door_stays_until_the_door_says_so():
    door = replace(LASER, kind=Kind.DOOR, outputs=(Output("strike", Duty.PULSE),))
    lines = started(door)
    assert at(lines, 3_600_000, door) == {"strike"}
    assert outputs_on(door, ended(lines, 1, rules=door)) == set()


# --- the order of what is switched


def test_outputs_come_on_in_their_declared_order_and_permission_goes_before_extraction():
    rules = replace(LASER, outputs=(EXTRACTION, replace(TUBE, on_delay_ms=0), MAINS))
    before, after = sequence.begin(rules), started(rules)
    assert [(one.name, on) for one, on in sequence.moves(rules, before, after)] == [
        ("extraction", True),
        ("tube", True),
        ("mains", True),
    ]
    assert [(one.name, on) for one, on in sequence.moves(rules, after, before)] == [
        ("tube", False),
        ("mains", False),
        ("extraction", False),
    ]


def test_what_goes_off_goes_before_anything_comes_on():
    rules = replace(LASER, outputs=(MAINS, TUBE))
    before, after = (Line(on=False), Line(on=True)), (Line(on=True), Line(on=False))
    assert [on for _, on in sequence.moves(rules, before, after)] == [False, True]


def test_what_is_off_is_lowered_once_more_where_that_is_asked_for():
    lines = sequence.begin(LASER)
    assert [(one.name, on) for one, on in sequence.moves(LASER, lines, lines, again=True)] == [
        ("tube", False),
        ("mains", False),
        ("lock", False),
        ("extraction", False),
    ]
    assert list(sequence.moves(LASER, lines, lines)) == []


def test_only_what_gives_permission_counts_as_giving_it():
    waits = started(replace(LASER, outputs=(replace(EXTRACTION, on_delay_ms=1_000), TUBE)))
    rules = replace(LASER, outputs=(replace(EXTRACTION, on_delay_ms=1_000), TUBE))
    assert not sequence.gives(rules, waits, sequence.passed(waits, 2_999))
    assert sequence.gives(rules, waits, sequence.passed(waits, 3_000))


# --- a dead man's output


def test_a_dead_mans_output_beats_while_an_output_of_role_power_is_on():
    rules = replace(LASER, outputs=(PUMP, EXTRACTION, replace(MAINS, on_delay_ms=1_000)))
    lines = started(rules)
    assert not sequence.alive(rules, lines), "extraction alone needs no dead man"
    assert sequence.alive(rules, sequence.passed(lines, 1_000))
    over = ended(sequence.passed(lines, 2_000), 2_000, rules=rules)
    assert sequence.alive(rules, over), "it beats until the last one is off"
    assert not sequence.alive(rules, sequence.passed(over, 7_000))
    assert all(not line.on for output, line in zip(rules.outputs, lines, strict=True) if output is PUMP)


# --- run-ons over a restart

NOW = Moment("boot-1", 100_000, 0, synced=True)


@pytest.mark.parametrize(
    ("end", "left_ms"),
    [
        (None, 0),  # no session ever
        (LastEnd(None), 60_000),  # nobody knows
        (LastEnd(replace(NOW, boot="boot-0", boot_ms=0)), 60_000),
        (LastEnd(replace(NOW, boot_ms=70_000)), 30_000),
        (LastEnd(replace(NOW, boot_ms=40_000)), 0),
        (LastEnd(replace(NOW, boot_ms=130_000)), 60_000),  # never longer than the whole
    ],
)
def test_what_is_left_of_a_run_on_is_known_by_the_last_end(end: LastEnd | None, left_ms: int):
    assert sequence.left_ms(EXTRACTION, end, NOW) == left_ms
    lines = sequence.run_on(LASER, sequence.begin(LASER), end, NOW)
    assert outputs_on(LASER, lines) == ({"extraction"} if left_ms else set())
    if left_ms:
        assert at(lines, NOW.boot_ms + left_ms - 1) == {"extraction"}
    assert at(lines, NOW.boot_ms + left_ms) == set()


def test_only_what_has_a_delay_runs_on():
    assert sequence.runs_on(LASER)
    assert not sequence.runs_on(replace(LASER, outputs=(MAINS, Output("lamp", Duty.AUX))))


def test_nothing_but_extraction_and_cooling_ever_runs_on_after_a_restart():
    rules = replace(LASER, outputs=(MAINS, TUBE, LOCK, PUMP))
    assert outputs_on(rules, sequence.run_on(rules, sequence.begin(rules), LastEnd(None), NOW)) == set()


# --- whatever comes, in whatever order

DELAYS = st.sampled_from([0, 0, 1, 500, 3_000, 60_000])
OUTPUTS = st.lists(
    st.builds(Output, st.just("x"), st.sampled_from(Duty), DELAYS, DELAYS), min_size=1, max_size=4
).map(lambda found: tuple(replace(one, name=str(number)) for number, one in enumerate(found)))


@dataclass(frozen=True)
class Said:
    """After `wait_ms`, permission begins, ends, or is cut; `ticks` looks on the way."""

    wait_ms: int
    what: str
    ticks: int


DAYS = st.lists(
    st.builds(
        Said,
        st.sampled_from([0, 1, 499, 500, 3_000, 9_000, 70_000]),
        st.sampled_from("+-!"),
        st.integers(0, 3),
    ),
    max_size=12,
)


@given(OUTPUTS, DAYS)
def test_no_order_leaves_an_output_on_that_nobody_wants(outputs: tuple[Output, ...], day: list[Said]):
    rules = replace(LASER, outputs=outputs, pulse_ms=2_000)
    lines, now_ms = sequence.begin(rules), 0
    begun_ms: int | None = None
    over_ms, cut = 0, True
    for said in (*day, Said(200_000, "-", 2)):
        for tick in range(said.ticks):
            lines = sequence.passed(lines, now_ms + said.wait_ms * tick // said.ticks)
        now_ms += said.wait_ms
        lines = sequence.passed(lines, now_ms)
        for output, line in zip(outputs, lines, strict=True):
            _wanted(rules, output, line, now_ms, begun_ms, over_ms, cut)
        lines = sequence.power(rules, lines, on=said.what == "+", cut=said.what == "!", now_ms=now_ms)
        if said.what == "+":
            begun_ms = now_ms if begun_ms is None else begun_ms
        else:
            over_ms, cut = (now_ms, False) if begun_ms is not None else (over_ms, cut)
            cut, begun_ms = cut or said.what == "!", None
        for output, line in zip(outputs, lines, strict=True):
            _wanted(rules, output, line, now_ms, begun_ms, over_ms, cut)
    assert outputs_on(rules, sequence.passed(lines, now_ms + 60_000)) == set()


def _wanted(
    rules: MachineRules,
    output: Output,
    line: Line,
    now_ms: int,
    begun_ms: int | None,
    over_ms: int,
    cut: bool,
) -> None:
    """Nobody wants it on who has not begun, or has ended for longer than it may stay."""
    assert not (line.on and output.duty is Duty.DEADMAN)
    if begun_ms is not None:
        due_ms = begun_ms + output.on_delay_ms
        if output.duty in (Duty.POWER, Duty.AUX):
            assert line.on or now_ms < due_ms, "it comes on in its time"
        elif output.duty is Duty.PULSE and now_ms < due_ms:
            assert not line.on
    elif output.duty is Duty.PULSE or (output.duty is Duty.POWER and cut):
        assert not line.on
    else:
        assert not line.on or now_ms < over_ms + output.off_delay_ms
        assert all(not on for _, on in line.waits)


@given(OUTPUTS, DAYS)
def test_a_look_more_or_less_changes_nothing_in_the_end(outputs: tuple[Output, ...], day: list[Said]):
    rules = replace(LASER, outputs=outputs)
    often = seldom = sequence.begin(rules)
    now_ms = 0
    for said in day:
        until_ms = now_ms + said.wait_ms
        while (wake_ms := sequence.wake_ms(often)) is not None and wake_ms <= until_ms:
            often = sequence.passed(often, wake_ms)
        now_ms = until_ms
        on, cut = said.what == "+", said.what == "!"
        often = sequence.power(rules, often, on, cut, now_ms)
        seldom = sequence.power(rules, seldom, on, cut, now_ms)
        assert often == seldom
