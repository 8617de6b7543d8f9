"""When what a machine shows runs out by itself: what a display counts down to."""

from __future__ import annotations

from fabgate.model import MachineRules
from fabgate.rules.ahead import gives_up_ms, proof_ms, soonest, waits
from fabgate.rules.kinds import AnyState
from fabgate.rules.states import AwaitingConfirm, AwaitingReturn, AwaitingSponsor, Ending, Open


def runs_out_ms(rules: MachineRules, state: AnyState) -> int | None:
    """The moment (CLOCK_BOOTTIME ms) at which the wait or the session is over if nobody does anything.

    None where nothing is counted: nobody works or waits here, or the end waits for the machine.
    """
    match state:
        case AwaitingSponsor() | AwaitingReturn() | AwaitingConfirm():
            return state.until_ms
        case Open() | Ending():
            return _run_ends_ms(rules, state)
        case _:
            return None


def _run_ends_ms(rules: MachineRules, state: Open | Ending) -> int | None:
    run, end = state.run, soonest(rules, state.condition, state.run)
    ends = [None if end is None or waits(run) else end.at_ms, gives_up_ms(rules, run)]
    if run.asked_ms is not None or run.alone_ms is not None:  # else it is when they are asked next
        ends.append(proof_ms(rules, run))
    return min((end for end in ends if end is not None), default=None)
