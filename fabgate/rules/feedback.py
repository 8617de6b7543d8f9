"""Commanded is not seen (law 9): what a mirror contact or the current tells about an output.

`look` holds what was commanded against what is seen. Off and seen on, for as long as a contactor may
take, is a weld; on and seen off is a coil, or the emergency stop's chain. Nothing is concluded from what
nobody can see, nor from what was read before the command had its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fabgate.events import Event, Mended, NotPowered, Troubled
from fabgate.model import MachineRules, Moment, Trouble

CURRENT = ""  # where a meter proves: what is known by the current of the whole machine


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether an output is seen on, by something that was read at `read_ms` (CLOCK_BOOTTIME)."""

    on: bool
    read_ms: int


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that is looked at: since when it is not as commanded, and what was concluded.

    `welded` holds until it is seen off; `missed`: that it has no power was told for this session.
    `commanded` and `looked_ms`: at the last look.
    """

    commanded: bool = False
    differs_ms: int | None = None
    welded: bool = False
    missed: bool = False
    looked_ms: int = 0


Feedback = Mapping[str, Proof]
"""By the name of an input that mirrors an output, and `CURRENT`."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known after a look, and what the machine is to be told."""

    feedback: Feedback
    events: tuple[Event, ...] = field(default=())


def begin(rules: MachineRules) -> Feedback:
    """Nothing was looked at yet."""
    mirrors = {name: Proof() for name, _ in rules.mirrors}
    return mirrors | ({CURRENT: Proof()} if rules.meter_proves else {})


def look(
    rules: MachineRules,
    feedback: Feedback,
    commanded: Mapping[str, bool],
    seen: Mapping[str, Sight | None],
    at: Moment,
) -> Looked:
    """Hold what every output of role `power` was commanded against what is seen. `seen` is by the names
    of `feedback`; None, or no name: nobody can tell."""
    outputs = dict(rules.mirrors)
    now = {}
    for name, proof in feedback.items():
        on = commanded[outputs[name]] if name in outputs else any(commanded.values())
        now[name] = _held(rules, name, proof, on, seen.get(name), at.boot_ms)
    missed = (name for name in now if now[name].missed and not feedback[name].missed)
    events: list[Event] = [NotPowered(rules.machine, outputs[name], at) for name in missed]
    was, welded = (any(proof.welded for proof in one.values()) for one in (feedback, now))
    if was != welded:
        events.append((Troubled if welded else Mended)(rules.machine, Trouble.WELDED, at))
    return Looked(now, tuple(events))


def anew(feedback: Feedback) -> Feedback:
    """A session begins: what has no power is told once more."""
    return {name: replace(proof, missed=False) for name, proof in feedback.items()}


def wake_ms(rules: MachineRules, feedback: Feedback) -> int | None:
    """When the next look may conclude something (CLOCK_BOOTTIME ms). Once that was looked at, it depends
    on what is read next, and not on time."""
    due = [
        proof.differs_ms + rules.settle_ms
        for proof in feedback.values()
        if proof.differs_ms is not None and not (proof.missed if proof.commanded else proof.welded)
        if proof.differs_ms + rules.settle_ms > proof.looked_ms
    ]
    return min(due, default=None)


def _held(
    rules: MachineRules, name: str, proof: Proof, commanded: bool, sight: Sight | None, now_ms: int
) -> Proof:
    proof = replace(proof, commanded=commanded, looked_ms=now_ms)
    if sight is None:
        return replace(proof, differs_ms=None)
    if sight.on == commanded or (name == CURRENT and commanded):  # a machine at rest may draw nothing
        return replace(proof, differs_ms=None, welded=proof.welded and sight.on)
    since_ms = now_ms if proof.differs_ms is None else proof.differs_ms
    proof = replace(proof, differs_ms=since_ms)
    if sight.read_ms < since_ms + rules.settle_ms:
        return proof
    return replace(proof, missed=True) if commanded else replace(proof, welded=True)
