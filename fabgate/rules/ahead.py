"""What is ahead of a state, and when: every deadline of a machine, in one list.

`machine.lapse` does what is due and nothing else, so what wakes a machine and what is done then cannot
differ. All times are CLOCK_BOOTTIME milliseconds.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from fabgate.model import Ending as End
from fabgate.model import Fact, MachineRules, Moment, Why
from fabgate.rules.states import (
    AwaitingConfirm,
    AwaitingReturn,
    AwaitingSponsor,
    Condition,
    Ending,
    Fault,
    Free,
    LockedOut,
    Open,
    Opening,
    Owed,
    Run,
    State,
)


class Deed(enum.IntEnum):
    """What is to be done at a deadline of a running session. Of several the first stands first."""

    GONE = 0  # the badge is out of the slot for too long
    END = 1  # an end that is owed has come
    OVERRUN = 2  # the machine still works long after the limit
    PROOF = 3  # whoever has to be there is asked, or missed
    ANNOUNCE = 4  # the end that comes next is announced


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be done at `at_ms`; an end names its cause."""

    deed: Deed
    at_ms: int
    owed: Owed | None = None


def deadline(rules: MachineRules, state: State) -> int | None:
    """When this state wants to be woken (CLOCK_BOOTTIME ms), None for never."""
    match state:
        case Free() | LockedOut() | Fault():
            return None
        case AwaitingSponsor() | AwaitingReturn() | AwaitingConfirm():
            return state.until_ms
        case Opening():
            return state.by_ms
        case Open() | Ending():
            return min((due.at_ms for due in dues(rules, state)), default=None)
        case _ as never:
            assert_never(never)


def first_due(rules: MachineRules, state: Open | Ending, at: Moment) -> Due:
    """What is to be done first of all that is due at `at`. Raises ValueError where nothing is."""
    past = (due for due in dues(rules, state) if due.at_ms <= at.boot_ms)
    return min(past, key=lambda due: (due.deed, due.at_ms))


def dues(rules: MachineRules, state: Open | Ending) -> Iterator[Due]:
    """Everything that time alone will bring to this session."""
    condition, run = state.condition, state.run
    if (gone_ms := gives_up_ms(rules, run)) is not None:
        yield Due(Deed.GONE, gone_ms)
    for owed in (*run.owed, *_idle(rules, condition, run)):
        yield Due(Deed.END, owed.at_ms, owed)
    if waits(run) and not run.overran:
        yield Due(Deed.OVERRUN, run.limit_ms + rules.overrun_ms)
    if (proof := proof_ms(rules, run)) is not None:
        yield Due(Deed.PROOF, proof)
    coming = soonest(rules, condition, run)
    if coming is not None and coming.why not in run.warned and run.finishing is None:
        yield Due(Deed.ANNOUNCE, coming.at_ms - _lead_ms(rules, coming.why), coming)


# --- the ends that are to come --------------------------------------------------------------------


def quiet(rules: MachineRules, condition: Condition) -> bool:
    """Whether an end need not wait for the machine: it does nothing, or nothing could ever tell.

    A meter that fails tells nothing for a while: then the machine may well be in a cut.
    """
    return not rules.metered or condition.busy is False


def waits(run: Run) -> bool:
    """Whether this session ends at the first moment at which the machine does nothing."""
    return bool(run.overdue) or run.finishing is not None


def soonest(rules: MachineRules, condition: Condition, run: Run) -> Owed | None:
    """The end that comes next, of those that end something; None where nothing more is to come."""
    ahead = (*run.owed, *_idle(rules, condition, run))
    return min((one for one in ahead if _ends(rules, run, one.why)), key=lambda one: one.at_ms, default=None)


def left(rules: MachineRules, condition: Condition, run: Run, at: Moment) -> dict[str, Fact]:
    """How long the session has left, where anybody can say so."""
    end = None if waits(run) else soonest(rules, condition, run)
    return {} if end is None else {"left_ms": max(0, end.at_ms - at.boot_ms)}


def idle_since(condition: Condition, run: Run) -> int | None:
    """Since when the machine does nothing in this session; None while it works or nothing tells."""
    return None if condition.busy is not False else max(condition.since_ms, run.opened.boot_ms)


def _ends(rules: MachineRules, run: Run, why: Why) -> bool:
    """Whether this cause ends the session; one that waits for the machine adds nothing to another."""
    match rules.ends.of(why):
        case End.NOW:
            return True
        case End.WHEN_IDLE:
            return not run.overdue
        case End.WARN | End.ALARM:
            return False
        case _ as never:
            assert_never(never)


def _idle(rules: MachineRules, condition: Condition, run: Run) -> tuple[Owed, ...]:
    """The end of a session on a machine that does nothing, counted anew when its member stays."""
    since_ms = idle_since(condition, run)
    if rules.idle_ms is None or since_ms is None or Why.IDLE in run.told:
        return ()
    return (Owed(Why.IDLE, max(since_ms, run.stayed_ms) + rules.idle_ms),)


def _lead_ms(rules: MachineRules, why: Why) -> int:
    """How long before its end a session is warned. Of a short idle time it is half."""
    if why is not Why.IDLE or rules.idle_ms is None:
        return rules.warning_ms
    return min(rules.warning_ms, rules.idle_ms // 2)


# --- whoever has to be there ----------------------------------------------------------------------


def gives_up_ms(rules: MachineRules, run: Run) -> int | None:
    """When a badge that is out of the slot counts as gone."""
    known = run.finishing is not None or Why.BADGE_GONE in run.told
    return None if run.away_ms is None or known else run.away_ms + rules.grace_ms


def proof_ms(rules: MachineRules, run: Run) -> int | None:
    """When something is due about who has to be there: they are asked, missed, or missed for too long (R4).

    Nobody can tap at a reader that is blind: while it is, nobody is asked and nobody missed. Nor is anybody
    while the machine finishes its job with nobody logged in.
    """
    if run.blind_since_ms is not None or run.finishing is not None:
        return None
    if run.alone_ms is not None:
        return None if Why.ALONE in run.told else run.alone_ms + rules.company_grace_ms
    if run.asked_ms is not None:
        return run.asked_ms + rules.company_grace_ms
    asks = rules.reproof_ms > 0 and run.session.prover is not None
    return run.proved_ms + rules.reproof_ms if asks else None
