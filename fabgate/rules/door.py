"""Doors and counters: `step(rules, state, event) -> (state, effects)`, as `machine.py` has it for machines.

At a door a tap is looked up, written and then opens: the strike is powered for `pulse_ms` and no longer.
Whoever comes in is checked in by it. At a counter a tap checks in, and out again; nothing is switched.
The laws are those of a machine: power goes on in one place, `_opened`, on `Inked` for the very opening
that waits (law 1); off comes before anything else is said of it (law 2); deadlines are looked at before
every event. A strike only ever lets people in: no door stands between a person and the way out (law 13).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from fabgate.events import (
    Activity,
    Ask,
    BadgeGone,
    BadgeSeen,
    BadgeUnfit,
    ButtonPressed,
    CloseNow,
    Effect,
    Event,
    Identify,
    Ink,
    Inked,
    InkFailed,
    LidMoved,
    LockChanged,
    Looked,
    LookFailed,
    Mended,
    NotPowered,
    OopsPressed,
    Power,
    Rechecked,
    RosterMoved,
    Stopping,
    Tell,
    Tick,
    Troubled,
)
from fabgate.model import (
    Code,
    Denied,
    Fact,
    InkId,
    Kind,
    Lock,
    MachineRules,
    Moment,
    Notice,
    Person,
    Standing,
    Token,
    Trouble,
)
from fabgate.records import CheckedIn, CheckedOut, DoorOpened, TroubleBegan, TroubleOver
from fabgate.rules import lockouts, policy, troubles
from fabgate.rules.face import Face, Mood, resting
from fabgate.rules.gestures import Name
from fabgate.rules.readings import Effects, due_facts, in_trouble, no_ledger, refusal, tell
from fabgate.rules.states import Condition, at_rest
from fabgate.rules.taps import Presence


@dataclass(frozen=True, slots=True)
class Passing:
    """Somebody comes in, and it is being written: the strike is powered when `Inked` comes before `by_ms`."""

    ink: InkId
    token: Token
    standing: Standing
    by_ms: int


@dataclass(frozen=True, slots=True)
class Door:
    """A door or a counter. The strike is powered until `until_ms`; whoever is being written is in `passing`.

    All `..._ms` are CLOCK_BOOTTIME milliseconds. Several may pass at once: a door can have two readers.
    """

    condition: Condition = field(default_factory=Condition)
    passing: tuple[Passing, ...] = ()
    until_ms: int | None = None

    @property
    def name(self) -> Name:
        """What it does, in the words of a machine."""
        if self.until_ms is not None:
            return Name.OPEN
        return Name.OPENING if self.passing else at_rest(self.condition).name


Step = tuple[Door, Effects]


def step(rules: MachineRules, state: Door, event: Event) -> Step:
    """The door after `event`, and what is to be done, in this order."""
    state, due = lapse(rules, state, event.at)
    state, effects = _on(rules, state, event)
    return state, due + effects


def deadline(state: Door) -> int | None:
    """When this door wants to be woken (CLOCK_BOOTTIME ms), None for never."""
    waits = [one.by_ms for one in state.passing]
    return min(waits if state.until_ms is None else [*waits, state.until_ms], default=None)


def lapse(rules: MachineRules, state: Door, at: Moment) -> Step:
    """The door after every deadline that has passed at `at`: the strike first."""
    done: Effects = ()
    if state.until_ms is not None and state.until_ms <= at.boot_ms:
        state, done = _shut(rules, state)
    late = tuple(one for one in state.passing if one.by_ms <= at.boot_ms)
    state = replace(state, passing=tuple(one for one in state.passing if one not in late))
    return state, done + tuple(effect for one in late for effect in _unwritten(rules, one, at))


def look(rules: MachineRules, state: Door) -> Face:
    """What the door shows while it stays as it is."""
    if state.until_ms is not None:
        return Face(Mood.ON, Notice.DOOR_OPEN, _about(rules))
    shown = resting(rules, at_rest(state.condition))
    if shown.what is not Notice.READY:
        return shown
    ready = Notice.COUNTER_READY if rules.kind is Kind.COUNTER else Notice.DOOR_READY
    return Face(shown.mood, ready, _about(rules))


def _on(rules: MachineRules, state: Door, event: Event) -> Step:
    match event:
        case BadgeSeen() | BadgeUnfit() | Looked() | LookFailed() if state.condition.stopping:
            # Its lookup was under way when the daemon was asked to stop: shut stays shut.
            return state, ()
        case BadgeSeen():
            return _seen(rules, state, event)
        case BadgeGone():
            return _lies(state, state.condition.presence.gone(event.token, event.at.boot_ms)), ()
        case BadgeUnfit():
            return state, (Tell(rules.machine, event.code, _about(rules)),)
        case Looked():
            return _looked(rules, state, event)
        case LookFailed():
            return state, refusal(rules, no_ledger(rules), event.token, None, event.at)
        case Inked():
            return _inked(rules, state, event)
        case InkFailed():
            return _ink_failed(rules, state, event)
        case LockChanged():
            return _locked(rules, state, event.lock)
        case Identify():
            return state, (tell(rules, Notice.IDENTIFY, None, contact=rules.contact),)
        case Troubled():
            return _troubled(rules, state, event)
        case Mended():
            return _mended(rules, state, event)
        case Stopping():
            condition = replace(state.condition, stopping=True)
            return Door(condition), (Power(rules.machine, on=False, cut=True),)
        case Rechecked() | RosterMoved() | CloseNow() | Tick() | Activity():
            return state, ()
        case OopsPressed():
            return _oops(rules, state, event)
        case LidMoved() | ButtonPressed() | NotPowered():
            return state, ()
        case _ as never:
            assert_never(never)


# --- taps -------------------------------------------------------------------------------------


def _seen(rules: MachineRules, state: Door, event: BadgeSeen) -> Step:
    """Whoever taps is looked up, whatever the door does: nothing else says who it is."""
    presence, counts = state.condition.presence.seen(event.token, event.at.boot_ms, event.fresh)
    asked = (Ask(rules.machine, event.token, event.at, event.older),) if counts else ()
    return _lies(state, presence), asked


def _looked(rules: MachineRules, state: Door, event: Looked) -> Step:
    standing, person = event.standing, event.standing.person
    off: Effects = ()
    if person is not None:
        # The store is the truth about locks; the word from the desk may still be on its way.
        state, off = _locked(rules, state, lockouts.looked(state.condition.lock, standing.lock))
    if event.at.boot_ms - event.tapped.boot_ms > rules.ink_ms:
        # The answer took longer than a person waits: a late yes opens nothing.
        return state, off + refusal(rules, no_ledger(rules), event.token, person, event.at)
    denied = _denied(rules, state, standing)
    if denied is not None:
        return state, off + refusal(rules, denied, event.token, person, event.at)
    counter = rules.kind is Kind.COUNTER
    state, effects = (_check if counter else _let_in)(rules, state, event)
    return state, off + effects


def _denied(rules: MachineRules, state: Door, standing: Standing) -> Denied | None:
    """Why not: first the badge, then what is wrong here, then who may come in and when (R1, R2)."""
    ask = policy.counter if rules.kind is Kind.COUNTER else policy.door
    denied, facts = ask(rules, standing), policy.facts(rules, standing)
    lock = state.condition.lock
    if denied is not None and policy.welcome(rules, standing) is not None:
        return denied
    if state.condition.troubles:
        return in_trouble(state.condition.troubles, facts)
    if lock is not None:
        return Denied(Code.MACHINE_LOCKED, facts | {"since_ms": lock.since_ms})
    return denied


def _let_in(rules: MachineRules, state: Door, event: Looked) -> Step:
    """Write that they come in; the strike waits for it. Each is written, the door being open or not."""
    standing = event.standing
    assert standing.person is not None, "an unknown badge was let through"
    ink = InkId(state.condition.inks + 1)
    by_ms = event.at.boot_ms + rules.ink_ms
    age_ms = standing.roster_age_ms
    body = DoorOpened(
        machine=rules.machine,
        member=standing.person.member,
        badge=event.token,
        status=standing.status.word,
        roster_age_ms=-1 if age_ms is None else age_ms,
        hours_unasked=standing.hours_unasked,
    )
    passing = (*state.passing, Passing(ink, event.token, standing, by_ms))
    state = replace(state, condition=replace(state.condition, inks=ink), passing=passing)
    return state, (Ink(rules.machine, event.at, body, ink, by_ms),)


def _check(rules: MachineRules, state: Door, event: Looked) -> Step:
    """Check in whoever is not here, and out whoever is. A record without a deadline: it is kept."""
    standing, person = event.standing, event.standing.person
    assert person is not None, "an unknown badge was let through"
    if not standing.here:
        told = tell(rules, Notice.CHECKED_IN, person, **_until(rules, event.at), **due_facts(standing.due))
        return state, (told, _checked_in(rules, person, event.token, event.at))
    body = CheckedOut(person.member, person.member, rules.machine, event.token)
    return state, (tell(rules, Notice.CHECKED_OUT, person), Ink(rules.machine, event.at, body))


# --- the strike -------------------------------------------------------------------------------


def _inked(rules: MachineRules, state: Door, event: Inked) -> Step:
    passing = next((one for one in state.passing if one.ink == event.ink), None)
    # Its time was over, or somebody stopped it: it opens nothing (law 1).
    return (state, ()) if passing is None else _opened(rules, state, passing, event)


def _opened(rules: MachineRules, state: Door, passing: Passing, event: Inked) -> Step:
    """The one place where a strike gets power. One that has it keeps it for a pulse from now.

    Whoever is on the list already is checked in anew: people leave without a tap and come back, and their
    presence counts from when they did (R4).
    """
    standing, person = passing.standing, passing.standing.person
    assert person is not None
    on = () if state.until_ms is not None else (Power(rules.machine, on=True),)
    left = tuple(one for one in state.passing if one is not passing)
    state = replace(state, passing=left, until_ms=event.at.boot_ms + rules.pulse_ms)
    told = tell(rules, Notice.DOOR_OPEN, person, **due_facts(standing.due))
    return state, (*on, told, _checked_in(rules, person, passing.token, event.at))


def _shut(rules: MachineRules, state: Door) -> Step:
    if state.until_ms is None:
        return state, ()
    return replace(state, until_ms=None), (Power(rules.machine, on=False),)


def _ink_failed(rules: MachineRules, state: Door, event: InkFailed) -> Step:
    failed = tuple(one for one in state.passing if one.ink == event.ink)
    state = replace(state, passing=tuple(one for one in state.passing if one not in failed))
    return state, tuple(effect for one in failed for effect in _unwritten(rules, one, event.at))


def _unwritten(rules: MachineRules, passing: Passing, at: Moment) -> Effects:
    return refusal(rules, no_ledger(rules), passing.token, passing.standing.person, at)


# --- the desk and the devices -----------------------------------------------------------------


def _locked(rules: MachineRules, state: Door, lock: Lock | None) -> Step:
    """A door that is locked lets nobody in any more, not even who is at it."""
    state = replace(state, condition=replace(state.condition, lock=lock))
    if lock is None:
        return state, ()
    return _shut(rules, replace(state, passing=()))


def _oops(rules: MachineRules, state: Door, event: OopsPressed) -> Step:
    """Somebody takes the door out of service, as they would a machine."""
    if state.condition.lock is not None:
        return state, ()
    state, off = _locked(rules, state, lockouts.lock(event.at))
    return state, (*off, lockouts.record(rules, lockouts.OOPS, event.at))


def _troubled(rules: MachineRules, state: Door, event: Troubled) -> Step:
    """Whatever fails, nobody new comes in by it; an emergency stop or a relay that fails cuts at once."""
    if event.trouble in state.condition.troubles:
        return state, ()
    condition = replace(state.condition, troubles=state.condition.troubles | {event.trouble})
    if event.trouble is Trouble.READER:
        condition = replace(condition, presence=Presence())
    state = replace(state, condition=condition, passing=())
    off: Effects = ()
    if event.trouble in troubles.CUTS:
        state, off = replace(state, until_ms=None), (Power(rules.machine, on=False, cut=True),)
    told = off + troubles.record(rules, TroubleBegan(rules.machine, event.trouble), event)
    if event.trouble is not Trouble.WELDED:
        return state, told
    if state.condition.lock is None:
        state, _ = _locked(rules, state, lockouts.lock(event.at))
    return state, (*told, lockouts.record(rules, lockouts.WELDED, event.at))


def _mended(rules: MachineRules, state: Door, event: Mended) -> Step:
    if event.trouble not in state.condition.troubles:
        return state, ()
    condition = replace(state.condition, troubles=state.condition.troubles - {event.trouble})
    told = troubles.record(rules, TroubleOver(rules.machine, event.trouble), event)
    return replace(state, condition=condition), told


# --- small words ------------------------------------------------------------------------------


def _lies(state: Door, presence: Presence) -> Door:
    return replace(state, condition=replace(state.condition, presence=presence))


def _checked_in(rules: MachineRules, person: Person, token: Token, at: Moment) -> Effect:
    return Ink(rules.machine, at, CheckedIn(person.member, person.member, rules.machine, token))


def _until(rules: MachineRules, at: Moment) -> dict[str, Fact]:
    """Until when a check-in counts, where anybody knows the time."""
    return {"until_ms": at.wall_ms + rules.stay_ms} if at.synced else {}


def _about(rules: MachineRules) -> dict[str, Fact]:
    return {"title": rules.title, "contact": rules.contact}
