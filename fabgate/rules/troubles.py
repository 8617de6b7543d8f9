"""Emergency stops, devices that fail, and the end of the daemon."""

from __future__ import annotations

from dataclasses import replace

from fabgate.events import Ink, Mended, NotPowered, Power, Stopping, Troubled
from fabgate.model import Hold, MachineRules, Moment, Notice, Trouble, Why
from fabgate.records import PowerMissed, TroubleBegan, TroubleOver
from fabgate.rules import endings, lockouts
from fabgate.rules.readings import Effects, Step, run_of, tell, with_run
from fabgate.rules.states import State, at_rest, under
from fabgate.rules.taps import Presence

CUTS = frozenset({Trouble.ESTOP, Trouble.RELAY, Trouble.WELDED})


def troubled(rules: MachineRules, state: State, event: Troubled) -> Step:
    """An e-stop, a relay that fails or a welded contactor cuts at once; every other trouble denies the next
    start and ends nothing (law 10). A weld takes the machine out of service until a person puts it back."""
    if event.trouble in state.condition.troubles:
        return state, ()
    state, effects = _begun(rules, state, event)
    if event.trouble is not Trouble.WELDED:
        return state, effects
    state, locked = lockouts.welded(rules, state, event.at)
    return state, effects + locked


def _begun(rules: MachineRules, state: State, event: Troubled) -> Step:
    told = record(rules, TroubleBegan(rules.machine, event.trouble), event)
    condition = replace(state.condition, troubles=state.condition.troubles | {event.trouble})
    if event.trouble is Trouble.READER:
        # What lay on the reader is no longer known; it says so itself when it sees again.
        condition = replace(condition, presence=Presence())
        state = _blinded(state, event.at)
    if run_of(state) is None:
        off = (Power(rules.machine, on=False, cut=True),) if event.trouble in CUTS else ()
        return at_rest(condition), off + told
    state = under(state, condition)
    if event.trouble not in CUTS:
        return state, told
    why = Why.ESTOP if event.trouble is Trouble.ESTOP else Why.FAULT
    state, effects = endings.stop(rules, state, why, event.at)
    return state, effects + told


def mended(rules: MachineRules, state: State, event: Mended) -> Step:
    """A trouble is over; a machine whose last one it was starts again for the next tap."""
    if event.trouble not in state.condition.troubles:
        return state, ()
    told = record(rules, TroubleOver(rules.machine, event.trouble), event)
    state = under(state, replace(state.condition, troubles=state.condition.troubles - {event.trouble}))
    if event.trouble is Trouble.READER:
        state = _sees(rules, state, event.at)
    return state, told


def not_powered(rules: MachineRules, state: State, event: NotPowered) -> Step:
    """What was commanded on is seen off: told once a session, and nothing more (law 9)."""
    run = run_of(state)
    if run is None or event.output in run.unpowered:
        return state, ()
    state = with_run(state, replace(run, unpowered=run.unpowered | {event.output}))
    missed = PowerMissed(rules.machine, event.output, str(run.record))
    told = tell(rules, Notice.NO_POWER, run.session.user, contact=rules.contact, output=event.output)
    return state, (told, Ink(rules.machine, event.at, missed))


def _blinded(state: State, at: Moment) -> State:
    """A session whose reader sees nothing goes on; its seconds are marked from here."""
    run = run_of(state)
    return state if run is None else with_run(state, replace(run, away_ms=None, blind_since_ms=at.boot_ms))


def _sees(rules: MachineRules, state: State, at: Moment) -> State:
    """The reader says next which badges lie there; in a slot, one that does not has its grace from now."""
    run = run_of(state)
    if run is None:
        return state
    away_ms = at.boot_ms if rules.hold is Hold.SLOT else None
    blind_ms = run.blind_until(at.boot_ms)
    # Nobody could tap meanwhile: who was asked, or missed, has all their time again (R4).
    return with_run(
        state,
        replace(
            run,
            away_ms=away_ms,
            blind_ms=blind_ms,
            blind_since_ms=None,
            asked_ms=None if run.asked_ms is None else at.boot_ms,
            alone_ms=None if run.alone_ms is None else at.boot_ms,
        ),
    )


def record(rules: MachineRules, body: TroubleBegan | TroubleOver, event: Troubled | Mended) -> Effects:
    """What the journal says of a trouble."""
    # The check after an unclean stop is in the journal already, as a start that was not clean.
    return () if event.trouble is Trouble.CHECKING else (Ink(rules.machine, event.at, body),)


def stopping(rules: MachineRules, state: State, event: Stopping) -> Step:
    """The daemon stops: everything goes off at once, and nothing starts any more."""
    state = under(state, replace(state.condition, stopping=True))
    if run_of(state) is not None:
        return endings.stop(rules, state, Why.GATE_STOPPED, event.at)
    return at_rest(state.condition), (Power(rules.machine, on=False, cut=True),)
