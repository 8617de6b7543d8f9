"""The state machine of one machine: `step(rules, state, event) -> (state, effects)`.

Every way from one state to another begins in this file; the rooms beside it carry it out, each its
part: `whois` says who taps, `starting` and `maintenance` lead from a tap to power, `running`, `company`
and `endings` from there to its end, `praise` hears a sponsor after it, `changes` brings what the desk
changed, `troubles` what broke. All are pure: whoever calls
brings the time, the standing of the badge and the word that a start is durable, and carries out what
comes back, in that order. Three things hold whatever comes in:

- Power goes on in one place, `starting._opened`, on `Inked` for the very start that waits (law 1).
- Power goes off before anything else is done about it (law 2): `endings.stop` says `Power` first.
- Deadlines are looked at before every event, not only on a tick: a tap that comes after the limit
  finds the session ended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from fabgate.events import (
    Activity,
    Ask,
    BadgeGone,
    BadgeSeen,
    BadgeUnfit,
    ButtonPressed,
    CloseNow,
    Event,
    Identify,
    Inked,
    InkFailed,
    LidMoved,
    LockChanged,
    Looked,
    LookFailed,
    Mended,
    NotPowered,
    OopsPressed,
    Rechecked,
    RosterMoved,
    Stopping,
    Tell,
    Tick,
    Troubled,
)
from fabgate.model import Hold, MachineRules, Moment, Notice, Standing, Token, Why
from fabgate.rules import (
    changes,
    claim,
    company,
    endings,
    idle,
    lid,
    lockouts,
    maintenance,
    praise,
    running,
    starting,
    troubles,
    whois,
)
from fabgate.rules.ahead import Deed, Due, deadline, first_due
from fabgate.rules.gestures import MEANING, Gesture, Who
from fabgate.rules.readings import Effects, Step, no_ledger, refuse, run_of, session_of, tell
from fabgate.rules.states import (
    AwaitingConfirm,
    AwaitingReturn,
    AwaitingSponsor,
    Ending,
    Fault,
    Free,
    LockedOut,
    Open,
    Opening,
    State,
    under,
)


def step(rules: MachineRules, state: State, event: Event) -> Step:
    """The machine after `event`, and what is to be done, in this order."""
    state, due = lapse(rules, state, event.at)
    state, effects = _on(rules, state, event)
    return state, due + effects


def lapse(rules: MachineRules, state: State, at: Moment) -> Step:
    """The machine after every deadline that has passed at `at`."""
    done: Effects = ()
    while (due := deadline(rules, state)) is not None and due <= at.boot_ms:
        state, effects = _lapsed(rules, state, at)
        done += effects
    return state, done


def _on(rules: MachineRules, state: State, event: Event) -> Step:
    match event:
        case BadgeSeen() | BadgeUnfit() | Looked() | LookFailed() if state.condition.stopping:
            # Its lookup was under way when the daemon was asked to stop: off stays off.
            return state, ()
        case BadgeSeen():
            return _seen(rules, state, event)
        case BadgeGone():
            return _gone(rules, state, event)
        case BadgeUnfit():
            about = {"title": rules.title, "contact": rules.contact}
            return state, (Tell(rules.machine, event.code, about),)
        case Looked():
            return _looked(rules, state, event)
        case LookFailed():
            return refuse(rules, state, no_ledger(rules), event.token, None, event.at)
        case Inked():
            return starting.inked(rules, state, event)
        case InkFailed():
            return starting.ink_failed(rules, state, event)
        case Rechecked():
            return changes.rechecked(rules, state, event)
        case LockChanged():
            return changes.lock_changed(rules, state, event)
        case CloseNow():
            return endings.close(rules, state, event)
        case RosterMoved():
            return changes.roster_moved(rules, state, event)
        case Identify():
            return state, (tell(rules, Notice.IDENTIFY, None, contact=rules.contact),)
        case Troubled():
            return troubles.troubled(rules, state, event)
        case Mended():
            return troubles.mended(rules, state, event)
        case Activity():
            return idle.activity(rules, state, event)
        case LidMoved():
            return lid.moved(rules, state, event)
        case ButtonPressed():
            return endings.pressed(rules, state, event)
        case OopsPressed():
            return lockouts.oops(rules, state, event)
        case NotPowered():
            return troubles.not_powered(rules, state, event)
        case Tick():
            return state, ()
        case Stopping():
            return troubles.stopping(rules, state, event)
        case _ as never:
            assert_never(never)


def _seen(rules: MachineRules, state: State, event: BadgeSeen) -> Step:
    presence, counts = state.condition.presence.seen(event.token, event.at.boot_ms, event.fresh)
    state = under(state, replace(state.condition, presence=presence))
    run = run_of(state)
    back = run is not None and run.away_ms is not None and event.token == run.session.badge
    if not (counts or back):
        return state, ()
    who = whois.known(rules, state, event.token, event.at)
    if who is None:
        return state, (Ask(rules.machine, event.token, event.at, event.older),)
    return _tapped(rules, state, who, event.token, Standing(), event.at)


def _gone(rules: MachineRules, state: State, event: BadgeGone) -> Step:
    presence = state.condition.presence.gone(event.token, event.at.boot_ms)
    state = under(state, replace(state.condition, presence=presence))
    if rules.hold is Hold.TAP:
        return state, ()
    if isinstance(state, Opening) and event.token == state.session.badge:
        return starting.cancel(rules, state, state.session.user)
    run = run_of(state)
    if run is None or event.token != run.session.badge:
        return state, ()
    told = tell(rules, Notice.AWAY, run.session.user, left_ms=rules.grace_ms)
    # Who left the machine to its job may take their badge along.
    return running.away(state, event.at.boot_ms), (told,) if run.finishing is None else ()


def _looked(rules: MachineRules, state: State, event: Looked) -> Step:
    before = state
    if run_of(state) is None and (event.standing.person is not None or rules.audit):
        # The store is the truth about locks; the word from the desk may still be on its way.
        state = changes.locked(state, lockouts.looked(state.condition.lock, event.standing.lock))
    if event.at.boot_ms - event.tapped.boot_ms > rules.ink_ms:
        # The answer took longer than a person waits: a late yes opens nothing.
        return refuse(rules, state, no_ledger(rules), event.token, event.standing.person, event.at)
    if isinstance(before, AwaitingConfirm) and event.token == before.session.badge:
        if not isinstance(state, AwaitingConfirm):
            # The lock that they were asked about is gone, and what they meant with it: nothing starts.
            return starting.cancel(rules, state, before.session.user)
        if event.tapped.boot_ms < state.asked_ms:
            return state, ()  # from before the question: it answers nothing
    if claim.answers_nothing(state, event):
        return state, ()
    who = whois.who_taps(rules, state, event.token, event.standing, event.at)
    return _tapped(rules, state, who, event.token, event.standing, event.at)


def _tapped(
    rules: MachineRules, state: State, who: Who, token: Token, standing: Standing, at: Moment
) -> Step:
    """Do what this tap means. `standing` is empty where the badge alone told who taps."""
    match MEANING[state.name, who, rules.hold]:
        case Gesture.START:
            return starting.start(rules, state, starting.newcomer(rules, standing, token), at)
        case Gesture.ASK_SPONSOR | Gesture.ASK_COMPANY | Gesture.ASK_HOST:
            return starting.ask(rules, state, standing, token, at)
        case Gesture.START_SUPERVISED:
            return starting.start_supervised(rules, state, standing, token, at)
        case Gesture.ASK_RETURN:
            return starting.ask_return(rules, state, standing, token, at)
        case Gesture.ASK_CONFIRM:
            return maintenance.ask(rules, state, standing, token, at)
        case Gesture.START_MAINTENANCE:
            return maintenance.start(rules, state, standing, at)
        case Gesture.CANCEL:
            session = session_of(state)
            assert session is not None, "only a wait or a start can be cancelled"
            return starting.cancel(rules, state, session.user)
        case Gesture.OFF:
            return endings.leave(rules, state, Why.OWN_TAP, at)
        case Gesture.STAY:
            return running.stay(rules, state, Notice.STAY, at)
        case Gesture.BACK:
            return running.back(rules, state, token, at)
        case Gesture.UNDO:
            return endings.stop(rules, state, Why.UNDONE, at)
        case Gesture.HERE:
            return running.here(rules, state, at)
        case Gesture.PROVE:
            return running.prove(rules, state, token, at)
        case Gesture.TAKE_OVER:
            return running.take_over(rules, state, standing, token, at)
        case Gesture.PRAISE:
            return praise.say(rules, state, standing, token, at)
        case Gesture.ASK_CLAIM:
            return claim.ask(rules, state, standing, token, at)
        case Gesture.CLAIM:
            return claim.end(rules, state, at)
        case Gesture.REFUSE:
            denied = whois.reason(rules, state, who, standing, token, at)
            return refuse(rules, state, denied, token, standing.person, at)
        case _ as never:
            assert_never(never)


def _lapsed(rules: MachineRules, state: State, at: Moment) -> Step:
    """One deadline of this state has passed."""
    match state:
        case AwaitingSponsor():
            return starting.waited(rules, state, state.trainee, at)
        case AwaitingConfirm():
            return starting.cancel(rules, state, state.session.user)
        case AwaitingReturn():
            return starting.waited(rules, state, state.session, at)
        case Opening():
            return starting.no_ink(rules, state, at)
        case Open() | Ending():
            return _come(rules, state, first_due(rules, state, at), at)
        case Free() | LockedOut() | Fault():
            raise AssertionError(f"{state.name} has no deadline")
        case _ as never:
            assert_never(never)


def _come(rules: MachineRules, state: Open | Ending, due: Due, at: Moment) -> Step:
    """One deadline of this session has passed."""
    match due.deed:
        case Deed.GONE:
            return endings.gone(rules, state, at)
        case Deed.END:
            assert due.owed is not None
            return endings.come(rules, state, due.owed, at)
        case Deed.OVERRUN:
            return endings.overrun(rules, state, at)
        case Deed.PROOF:
            return company.due(rules, state, at)
        case Deed.ANNOUNCE:
            assert due.owed is not None
            return endings.announce(rules, state, due.owed, at)
        case _ as never:
            assert_never(never)
