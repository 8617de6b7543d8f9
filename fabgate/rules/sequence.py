"""The order in which the outputs of a machine follow its permission: what is on now, and what waits.

`power` says that permission begins or ends, `passed` that time goes by; both give the outputs as they
shall be. What it takes to get there, in which order, say `moves`. Three things hold whatever comes:

- What waits to come on is dropped by the next end of the permission, and whatever time has overtaken is
  skipped: an output that would be on and off again by now never comes on.
- A cut leaves no output on that gives permission, whatever its delays.
- What runs on (`aux`) gives no permission, and no second end makes its run-on longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fabgate.model import Duty, Kind, MachineRules, Moment, Output

Wait = tuple[int, bool]  # when (CLOCK_BOOTTIME ms), and to what


@dataclass(frozen=True, slots=True)
class Line:
    """How one output is commanded now, and what waits for its time, the soonest first."""

    on: bool = False
    waits: tuple[Wait, ...] = ()


Sequence = tuple[Line, ...]
"""The outputs of a machine, in their declared order."""


@dataclass(frozen=True, slots=True)
class LastEnd:
    """The end of the session that ended last at a machine; at None: nobody knows when."""

    at: Moment | None


def begin(rules: MachineRules) -> Sequence:
    """Everything is off, and nothing waits."""
    return tuple(Line() for _ in rules.outputs)


def power(rules: MachineRules, sequence: Sequence, on: bool, cut: bool, now_ms: int) -> Sequence:
    """The outputs once the permission has begun or ended; with `cut` it ends whatever the delays say."""
    lines = zip(rules.outputs, passed(sequence, now_ms), strict=True)
    if on:
        after = tuple(_begun(rules, output, line, now_ms) for output, line in lines)
    else:
        after = tuple(_ended(output, line, cut, now_ms) for output, line in lines)
    return passed(after, now_ms)


def passed(sequence: Sequence, now_ms: int) -> Sequence:
    """The outputs once everything is done that waited for a time up to now."""
    return tuple(_passed(line, now_ms) for line in sequence)


def run_on(rules: MachineRules, sequence: Sequence, end: LastEnd | None, now: Moment) -> Sequence:
    """What is left, after a restart, of the run-on of every `aux`; `end` is None where there was never one.

    An end of which nobody knows when it was has the whole run-on once more.
    """
    return tuple(
        _left_on(line, left_ms(output, end, now), now.boot_ms) if output.duty is Duty.AUX else line
        for output, line in zip(rules.outputs, sequence, strict=True)
    )


def runs_on(rules: MachineRules) -> bool:
    """Whether an output of this machine has a run-on at all."""
    return any(output.duty is Duty.AUX and output.off_delay_ms > 0 for output in rules.outputs)


def left_ms(output: Output, end: LastEnd | None, now: Moment) -> int:
    """For how long an output has to run on; the time of another boot says nothing about it (law 5)."""
    if end is None:
        return 0
    if end.at is None or end.at.boot != now.boot:
        return output.off_delay_ms
    left = end.at.boot_ms + output.off_delay_ms - now.boot_ms
    return max(0, min(left, output.off_delay_ms))


def moves(
    rules: MachineRules, before: Sequence, after: Sequence, again: bool = False
) -> Iterator[tuple[Output, bool]]:
    """What to switch, in this order: permission is taken before anything comes on, and given as declared.

    With `again` whatever is off is switched off once more: a line may stand elsewhere than we think. A
    `deadman` has no place in this: it beats.
    """
    lines = zip(rules.outputs, before, after, strict=True)
    changed = [one for one in lines if one[0].duty is not Duty.DEADMAN]
    off = [output for output, was, now in changed if not now.on and (was.on or again)]
    yield from ((output, False) for output in off if output.duty is not Duty.AUX)
    yield from ((output, False) for output in off if output.duty is Duty.AUX)
    yield from ((output, True) for output, was, now in changed if now.on and not was.on)


def alive(rules: MachineRules, sequence: Sequence) -> bool:
    """Whether an output of role `power` is on: while it is, a `deadman` beats."""
    return any(line.on for output, line in _each(rules, sequence) if output.duty is Duty.POWER)


def gives(rules: MachineRules, before: Sequence, after: Sequence) -> bool:
    """Whether permission is given on the way: by an output that was off and is on."""
    return any(on and output.duty is not Duty.AUX for output, on in moves(rules, before, after))


def commanded(rules: MachineRules, sequence: Sequence) -> Mapping[str, bool]:
    """How each output of role `power` is commanded now: what is seen of it is held against this (law 9)."""
    return {output.name: line.on for output, line in _each(rules, sequence) if output.duty is Duty.POWER}


def wake_ms(sequence: Sequence) -> int | None:
    """When something that waits has its time (CLOCK_BOOTTIME ms), None for never."""
    return min((at_ms for line in sequence for at_ms, _ in line.waits), default=None)


def _each(rules: MachineRules, sequence: Sequence) -> Iterator[tuple[Output, Line]]:
    return zip(rules.outputs, sequence, strict=True)


def _passed(line: Line, now_ms: int) -> Line:
    due = [on for at_ms, on in line.waits if at_ms <= now_ms]
    return Line(due[-1], line.waits[len(due) :]) if due else line


def _begun(rules: MachineRules, output: Output, line: Line, now_ms: int) -> Line:
    """What is on stays on; what waits already keeps its time."""
    match output.duty:
        case Duty.DEADMAN:
            return line  # it beats by itself while there is power
        case Duty.PULSE:
            return _pulsed(rules, output, line, now_ms)
        case Duty.POWER | Duty.AUX if line.on:
            return Line(on=True)
        case Duty.POWER | Duty.AUX:
            return Line(waits=line.waits or ((now_ms + output.on_delay_ms, True),))


def _pulsed(rules: MachineRules, output: Output, line: Line, now_ms: int) -> Line:
    """On for a moment. A door says by itself when it shuts: each who comes in keeps it open for longer."""
    if line.waits and not line.on:
        return line
    on_ms = now_ms if line.on else now_ms + output.on_delay_ms
    off = () if rules.kind is Kind.DOOR else ((on_ms + rules.pulse_ms, False),)
    return Line(line.on, off if line.on else ((on_ms, True), *off))


def _ended(output: Output, line: Line, cut: bool, now_ms: int) -> Line:
    at_once = output.duty in (Duty.PULSE, Duty.DEADMAN) or (cut and output.duty is Duty.POWER)
    if at_once or not line.on:
        return Line()
    ends_ms = now_ms + output.off_delay_ms
    return Line(on=True, waits=((min([ends_ms, *(at_ms for at_ms, _ in line.waits)]), False),))


def _left_on(line: Line, left: int, now_ms: int) -> Line:
    return Line(on=True, waits=((now_ms + left, False),)) if left > 0 else line
