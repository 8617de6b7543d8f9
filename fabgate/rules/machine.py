"""The state machine of one machine: `step(rules, state, event) -> (state, effects)`.

Every transition of the house is in this file. It is pure: whoever calls brings the time, the
standing of the badge and the word that a start is durable, and carries out what comes back, in
that order. Three things hold whatever comes in:

- Power goes on in one place, `_opened`, on `Inked` for the very start that waits for it (law 1).
- Power goes off before anything else is done about it (law 2): `_stop` says `Power` first.
- Deadlines are looked at before every event, not only on a tick: a tap that comes after the limit
  finds the session ended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from fabgate.events import (
    Ask,
    BadgeGone,
    BadgeSeen,
    BadgeUnfit,
    CloseNow,
    Effect,
    Event,
    Identify,
    Ink,
    Inked,
    InkFailed,
    LockChanged,
    Looked,
    LookFailed,
    Mended,
    Power,
    Recheck,
    Rechecked,
    Refuse,
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
    Hold,
    InkId,
    Level,
    Lock,
    MachineRules,
    Moment,
    Notice,
    Person,
    RecordId,
    Standing,
    Token,
    Trouble,
    Why,
)
from fabgate.model import (
    Ending as End,
)
from fabgate.records import SessionStarted, SessionStopped, TroubleBegan, TroubleOver
from fabgate.rules import policy
from fabgate.rules.gestures import MEANING, Gesture, Who
from fabgate.rules.states import (
    AwaitingReturn,
    AwaitingSponsor,
    Ending,
    Fault,
    Free,
    LockedOut,
    Open,
    Opening,
    Run,
    Session,
    State,
    at_rest,
    deadline,
    gives_up_ms,
    under,
)
from fabgate.rules.taps import Presence

Effects = tuple[Effect, ...]
Step = tuple[State, Effects]


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
            return _refuse(rules, state, _no_ledger(rules), event.token, None, event.at)
        case Inked():
            return _inked(rules, state, event)
        case InkFailed():
            return _ink_failed(rules, state, event)
        case Rechecked():
            return _rechecked(rules, state, event)
        case LockChanged():
            return _lock_changed(rules, state, event)
        case CloseNow():
            return _close(rules, state, event)
        case RosterMoved():
            return _roster_moved(rules, state, event)
        case Identify():
            return state, (_tell(rules, Notice.IDENTIFY, None, contact=rules.contact),)
        case Troubled():
            return _troubled(rules, state, event)
        case Mended():
            return _mended(rules, state, event)
        case Tick():
            return state, ()
        case Stopping():
            return _stopping(rules, state, event)
        case _ as never:
            assert_never(never)


# --- badges -----------------------------------------------------------------------------------


def _seen(rules: MachineRules, state: State, event: BadgeSeen) -> Step:
    presence, counts = state.condition.presence.seen(event.token, event.at.boot_ms, event.fresh)
    state = under(state, replace(state.condition, presence=presence))
    run = _run(state)
    back = run is not None and run.away_ms is not None and event.token == run.session.badge
    if not (counts or back):
        return state, ()
    who = _known(rules, state, event.token, event.at)
    if who is None:
        return state, (Ask(rules.machine, event.token, event.at, event.older),)
    return _tapped(rules, state, who, event.token, Standing(), event.at)


def _gone(rules: MachineRules, state: State, event: BadgeGone) -> Step:
    presence = state.condition.presence.gone(event.token, event.at.boot_ms)
    state = under(state, replace(state.condition, presence=presence))
    if rules.hold is Hold.TAP:
        return state, ()
    if isinstance(state, Opening) and event.token == state.session.badge:
        return _cancel(rules, state, state.session.user)
    run = _run(state)
    if run is None or event.token != run.session.badge:
        return state, ()
    told = _tell(rules, Notice.AWAY, run.session.user, left_ms=rules.grace_ms)
    return _away(state, event.at.boot_ms), (told,)


def _known(rules: MachineRules, state: State, token: Token, at: Moment) -> Who | None:
    """Who taps, where the badge alone tells: then nothing waits for the store (law 2)."""
    match state:
        case AwaitingSponsor():
            return Who.USER if token == state.trainee.badge else None
        case Opening():
            return Who.USER if token == state.session.badge else None
        case Open() | Ending():
            if token == state.run.session.badge:
                return Who.USER
            return _sponsor_of(rules, state, at) if token == state.run.session.sponsor_badge else None
        case AwaitingReturn() | Free() | LockedOut() | Fault():
            return None
        case _ as never:
            assert_never(never)


def _looked(rules: MachineRules, state: State, event: Looked) -> Step:
    if _run(state) is None and event.standing.person is not None:
        # The store is the truth about locks; the word from the desk may still be on its way.
        state = _locked(state, event.standing.lock)
    if event.at.boot_ms - event.tapped.boot_ms > rules.ink_ms:
        # The answer took longer than a person waits: a late yes opens nothing.
        return _refuse(rules, state, _no_ledger(rules), event.token, event.standing.person, event.at)
    who = _who(rules, state, event.token, event.standing, event.at)
    return _tapped(rules, state, who, event.token, event.standing, event.at)


def _who(rules: MachineRules, state: State, token: Token, standing: Standing, at: Moment) -> Who:
    session = _session(state)
    # A blocked badge stands for nobody: whoever found it is not the one who lost it.
    own = session is not None and (token == session.badge or standing.blocked_ms is None)
    if session is not None and own and standing.person is not None:
        if standing.person.member == session.user.member:
            return Who.USER if token == session.badge else Who.USER_OTHER
        if session.sponsor is not None and standing.person.member == session.sponsor.member:
            return _sponsor_of(rules, state, at)
    match policy.start(rules, standing):
        case Denied():
            return Who.NOBODY
        case policy.Start.SUPERVISED:
            return Who.TRAINEE
        case policy.Start.ALONE:
            return Who.ABLE if standing.level >= rules.sponsor_from else Who.AUTONOMOUS
        case _ as never:
            assert_never(never)


def _sponsor_of(rules: MachineRules, state: State, at: Moment) -> Who:
    run = _run(state)
    late = run is not None and at.boot_ms - run.opened.boot_ms > rules.undo_ms
    return Who.SPONSOR if late else Who.SPONSOR_NEW


def _tapped(
    rules: MachineRules, state: State, who: Who, token: Token, standing: Standing, at: Moment
) -> Step:
    """Do what this tap means. `standing` is empty where the badge alone told who taps."""
    match MEANING[state.name, who, rules.hold]:
        case Gesture.START:
            return _start(rules, state, _newcomer(standing, token), at)
        case Gesture.ASK_SPONSOR:
            return _ask_sponsor(rules, state, standing, token, at)
        case Gesture.START_SUPERVISED:
            return _start_supervised(rules, state, standing, token, at)
        case Gesture.ASK_RETURN:
            return _ask_return(rules, state, standing, token, at)
        case Gesture.CANCEL:
            session = _session(state)
            assert session is not None, "only a wait or a start can be cancelled"
            return _cancel(rules, state, session.user)
        case Gesture.OFF:
            return _stop(rules, state, Why.OWN_TAP, at)
        case Gesture.STAY:
            return _stay(rules, state, Notice.STAY, at)
        case Gesture.BACK:
            return _back(rules, state, token, at)
        case Gesture.UNDO:
            return _stop(rules, state, Why.UNDONE, at)
        case Gesture.HERE:
            run = _run(state)
            sponsor = run.session.sponsor if run else None
            return state, (_tell(rules, Notice.HERE, sponsor),)
        case Gesture.REFUSE:
            denied = _reason(rules, state, who, standing, token, at)
            return _refuse(rules, state, denied, token, standing.person, at)
        case _ as never:
            assert_never(never)


def _reason(
    rules: MachineRules, state: State, who: Who, standing: Standing, token: Token, at: Moment
) -> Denied:
    """Why a tap that the table refuses is refused: first the badge, then the machine, then the right."""
    facts = policy.facts(rules, standing)
    refused = policy.welcome(rules, standing)
    if refused is not None:
        return refused
    match state:
        case Fault():
            troubles = state.condition.troubles
            if troubles == {Trouble.CHECKING}:
                return Denied(Code.JOURNAL_CHECK, facts)
            return Denied(Code.MACHINE_FAULT, facts | {"trouble": min(troubles - {Trouble.CHECKING})})
        case LockedOut():
            lock = state.condition.lock
            return Denied(Code.MACHINE_LOCKED, facts | {"since_ms": lock.since_ms if lock else None})
        case AwaitingSponsor():
            trainee = state.trainee
            denied = policy.sponsor(rules, standing, trainee.user.member, trainee.badge, token)
            return denied or Denied(Code.MACHINE_IN_USE, facts)
        case AwaitingReturn() | Opening():
            return Denied(Code.MACHINE_IN_USE, facts)
        case Open() | Ending():
            run = state.run
            taken = at.boot_ms - run.opened.boot_ms
            left = max(0, run.ends_ms - at.boot_ms)
            return Denied(Code.MACHINE_IN_USE, facts | {"taken_ms": taken, "left_ms": left})
        case Free():
            verdict = policy.start(rules, standing)
            assert isinstance(verdict, Denied), f"{who} was refused on a free machine without a reason"
            return verdict
        case _ as never:
            assert_never(never)


# --- from a tap to power ----------------------------------------------------------------------


def _newcomer(standing: Standing, token: Token) -> Session:
    assert standing.person is not None, "an unknown badge was let through"
    return Session(standing.person, token, standing.level)


def _start(rules: MachineRules, state: State, session: Session, at: Moment) -> Step:
    if rules.hold is Hold.SLOT and not state.condition.presence.lies(session.badge):
        # Taken out before its lookup was answered: nothing would hold the session.
        return _cancel(rules, state, session.user)
    ink = InkId(state.condition.inks + 1)
    condition = replace(state.condition, inks=ink)
    by_ms = at.boot_ms + rules.ink_ms
    body = SessionStarted(
        machine=rules.machine,
        skill=rules.skill,
        member=session.user.member,
        badge=session.badge,
        level=session.level.word,
        hold=rules.hold,
        limit_ms=rules.limit_ms,
        sponsor=session.sponsor.member if session.sponsor else None,
        sponsor_badge=session.sponsor_badge,
    )
    return Opening(condition, session, ink, by_ms), (Ink(rules.machine, at, body, ink, by_ms),)


def _ask_sponsor(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    trainee = _newcomer(standing, token)
    waiting = AwaitingSponsor(state.condition, trainee, at.boot_ms + rules.wait_ms, standing.sponsors)
    facts = policy.facts(rules, standing) | {"wait_s": rules.wait_ms // 1000}
    return waiting, (Tell(rules.machine, Notice.ASK_SPONSOR, facts, trainee.user.language),)


def _ask_return(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    assert isinstance(state, AwaitingSponsor)
    session = replace(state.trainee, sponsor=standing.person, sponsor_badge=token)
    if state.condition.presence.lies(session.badge):
        # The sponsor tapped at a second reader: the trainee's badge is in the slot already.
        return _start(rules, state, session, at)
    waiting = AwaitingReturn(state.condition, session, at.boot_ms + rules.wait_ms)
    told = _tell(rules, Notice.ASK_RETURN, session.user, wait_s=rules.wait_ms // 1000, **_pair(session))
    return waiting, (told,)


def _start_supervised(
    rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment
) -> Step:
    if isinstance(state, AwaitingReturn):
        # Up to two waits have passed since the trainee was looked up: look again at what they hold.
        verdict = policy.start(rules, standing)
        if isinstance(verdict, Denied):
            refused = at_rest(state.condition)
            return _refuse(rules, refused, verdict, token, standing.person, at)
        return _start(rules, state, replace(state.session, badge=token, level=standing.level), at)
    assert isinstance(state, AwaitingSponsor)
    return _start(rules, state, replace(state.trainee, sponsor=standing.person, sponsor_badge=token), at)


def _inked(rules: MachineRules, state: State, event: Inked) -> Step:
    if isinstance(state, Opening) and state.ink == event.ink:
        return _opened(rules, state, event)
    # Its time was over, or somebody stopped it: it opens nothing, and the books say so (law 1).
    return state, (_stopped(rules, event.record, Why.ABORTED, 0, event.at),)


def _opened(rules: MachineRules, state: Opening, event: Inked) -> Step:
    """The one place where power goes on."""
    session = state.session
    ends_ms = event.at.boot_ms + rules.limit_ms
    run = Run(session, event.record, event.at, ends_ms, Why.LIMIT)
    facts = {"limit_ms": rules.limit_ms, **_pair(session)}
    what = Notice.OPENED_SUPERVISED if session.sponsor else Notice.OPENED
    return Open(state.condition, run), (
        Power(rules.machine, on=True),
        _tell(rules, what, session.user, **facts),
    )


def _ink_failed(rules: MachineRules, state: State, event: InkFailed) -> Step:
    if not (isinstance(state, Opening) and state.ink == event.ink):
        return state, ()
    return _no_ink(rules, state, event.at)


def _no_ink(rules: MachineRules, state: Opening, at: Moment) -> Step:
    user = state.session.user
    return _refuse(rules, at_rest(state.condition), _no_ledger(rules), state.session.badge, user, at)


def _no_ledger(rules: MachineRules) -> Denied:
    return Denied(Code.LEDGER_UNAVAILABLE, {"title": rules.title, "contact": rules.contact})


# --- the end ----------------------------------------------------------------------------------


def _stop(rules: MachineRules, state: State, why: Why, at: Moment) -> Step:
    """Off, then ink (law 2)."""
    run = _run(state)
    assert run is not None, "only a session with power can be stopped"
    # Events come from several threads: one may have happened just before the ink that came before it.
    length_ms = max(0, at.boot_ms - run.opened.boot_ms)
    told = _tell(rules, Notice.ENDED, run.session.user, why=why, length_ms=length_ms)
    return at_rest(state.condition), (
        Power(rules.machine, on=False),
        _stopped(rules, run.record, why, length_ms, at, run.blind_until(at.boot_ms)),
        told,
    )


def _stopped(
    rules: MachineRules, record: RecordId, why: Why, length_ms: int, at: Moment, blind_ms: int = 0
) -> Ink:
    charged = why not in (Why.UNDONE, Why.ABORTED)
    body = SessionStopped(str(record), rules.machine, why, length_ms, charged, blind_ms=blind_ms)
    return Ink(rules.machine, at, body)


def _cancel(rules: MachineRules, state: State, who: Person) -> Step:
    return at_rest(state.condition), (_tell(rules, Notice.CANCELLED, who),)


def _stay(rules: MachineRules, state: State, what: Notice, at: Moment) -> Step:
    """The user is here. It silences the warning; it never moves the end (see docs/decisions/)."""
    assert isinstance(state, Open | Ending)
    run = replace(state.run, seen=state.run.seen or isinstance(state, Ending), away_ms=None)
    told = _tell(rules, what, run.session.user, left_ms=run.ends_ms - at.boot_ms)
    return Open(state.condition, run), (told,)


def _back(rules: MachineRules, state: State, token: Token, at: Moment) -> Step:
    """The user's badge is in the slot again; another of their badges takes the place of one that is out."""
    run = _run(state)
    assert run is not None, "only a session with power is held by a badge"
    if run.away_ms is not None and token != run.session.badge:
        if not state.condition.presence.lies(token):
            # It was taken out before its lookup was answered: what holds the session is away still.
            return state, ()
        state = _with_run(state, replace(run, session=replace(run.session, badge=token)))
    return _stay(rules, state, Notice.BACK, at)


def _lapsed(rules: MachineRules, state: State, at: Moment) -> Step:
    """One deadline of this state has passed."""
    match state:
        case AwaitingSponsor():
            return _waited(rules, state, state.trainee, at)
        case AwaitingReturn():
            return _waited(rules, state, state.session, at)
        case Opening():
            return _no_ink(rules, state, at)
        case Open() | Ending():
            gone_ms = gives_up_ms(rules, state.run)
            if gone_ms is not None and gone_ms <= at.boot_ms:
                return _stop(rules, state, Why.BADGE_GONE, at)
            if state.run.ends_ms <= at.boot_ms:
                return _stop(rules, state, state.run.ends_why, at)
            return _announce(rules, state, state.run, at)
        case Free() | LockedOut() | Fault():
            raise AssertionError(f"{state.name} has no deadline")
        case _ as never:
            assert_never(never)


def _waited(rules: MachineRules, state: State, trainee: Session, at: Moment) -> Step:
    sponsors = state.sponsors if isinstance(state, AwaitingSponsor) else ()
    told = _tell(rules, Notice.WAIT_OVER, trainee.user, contact=rules.contact, sponsors=sponsors)
    refused = Refuse(rules.machine, at, Code.NEEDS_SPONSOR, trainee.badge, trainee.user.member)
    return at_rest(state.condition), (told, refused)


def _announce(rules: MachineRules, state: Open | Ending, run: Run, at: Moment) -> Step:
    left_ms = run.ends_ms - at.boot_ms
    told = _tell(rules, Notice.WARNING, run.session.user, left_ms=left_ms, why=run.ends_why)
    return Ending(state.condition, replace(run, seen=False)), (told,)


# --- from the desk ----------------------------------------------------------------------------


def _roster_moved(rules: MachineRules, state: State, event: RosterMoved) -> Step:
    """Look again at whoever works here, and at those whose start is still under way."""
    session = _session(state)
    if session is None:
        return state, ()
    starting = _run(state) is None and session.sponsor_badge is not None
    badges = (session.badge, session.sponsor_badge) if starting else (session.badge,)
    return state, tuple(Recheck(rules.machine, badge, event.at) for badge in badges if badge)


def _rechecked(rules: MachineRules, state: State, event: Rechecked) -> Step:
    session = _session(state)
    if session is None or event.token not in (session.badge, session.sponsor_badge):
        return state, ()
    if _run(state) is None:
        return _recheck_start(rules, state, session, event)
    why = policy.lost(event.standing, session.level) if event.token == session.badge else None
    return (state, ()) if why is None else _lose(rules, state, why, event.at)


def _recheck_start(rules: MachineRules, state: State, session: Session, event: Rechecked) -> Step:
    """A right that is taken while a start waits for a sponsor or for ink takes the start with it."""
    if event.token != session.badge:
        denied = policy.sponsor(rules, event.standing, session.user.member, session.badge, event.token)
        # Why a sponsor may no more is not the trainee's business: the start is off, that is all.
        return (state, ()) if denied is None else _cancel(rules, state, session.user)
    verdict = policy.start(rules, event.standing)
    if verdict is policy.Start.SUPERVISED and session.level >= Level.AUTONOMOUS:
        verdict = Denied(Code.NEEDS_SPONSOR, policy.facts(rules, event.standing))
    if not isinstance(verdict, Denied):
        return state, ()
    return _refuse(rules, at_rest(state.condition), verdict, event.token, event.standing.person, event.at)


def _lock_changed(rules: MachineRules, state: State, event: LockChanged) -> Step:
    state = _locked(state, event.lock)
    if event.lock is not None and _run(state) is not None:
        return _lose(rules, state, Why.LOCKED, event.at)
    return state, ()


def _locked(state: State, lock: Lock | None) -> State:
    """The same state with this lock; who waits for a sponsor or for ink on a locked machine waits no more."""
    condition = replace(state.condition, lock=lock)
    if lock is not None and isinstance(state, AwaitingSponsor | AwaitingReturn | Opening):
        return at_rest(condition)
    return under(state, condition)


def _lose(rules: MachineRules, state: State, why: Why, at: Moment) -> Step:
    """A running session whose ground is gone: the machine's table says what happens (law 10)."""
    assert isinstance(state, Open | Ending)
    run = state.run
    if why in run.told:
        return state, ()
    run = replace(run, told=run.told | {why})
    match rules.ends.of(why):
        case End.NOW:
            return _stop(rules, state, why, at)
        case End.SOON if (ends_ms := at.boot_ms + rules.warning_ms) < run.ends_ms:
            return _announce(rules, state, replace(run, ends_ms=ends_ms, ends_why=why), at)
        case End.SOON | End.WARN:
            # An end that is nearer than the warning time was announced already, and keeps its cause.
            told = _tell(rules, Notice.TOLD, run.session.user, why=why, left_ms=run.ends_ms - at.boot_ms)
            return _with_run(state, run), (told,)
        case _ as never:
            assert_never(never)


def _close(rules: MachineRules, state: State, event: CloseNow) -> Step:
    run = _run(state)
    if run is None or run.record != event.session:
        return state, ()
    return _stop(rules, state, Why.CLOSED, event.at)


# --- troubles ---------------------------------------------------------------------------------

_CUTS = frozenset({Trouble.ESTOP, Trouble.RELAY})


def _troubled(rules: MachineRules, state: State, event: Troubled) -> Step:
    """An e-stop or a relay that fails cuts at once; a blind reader ends nothing (law 10)."""
    if event.trouble in state.condition.troubles:
        return state, ()
    told = _trouble_record(rules, TroubleBegan(rules.machine, event.trouble), event)
    condition = replace(state.condition, troubles=state.condition.troubles | {event.trouble})
    if event.trouble is Trouble.READER:
        # What lay on the reader is no longer known; it says so itself when it sees again.
        condition = replace(condition, presence=Presence())
        state = _blinded(state, event.at)
    if _run(state) is None:
        off = (Power(rules.machine, on=False),) if event.trouble in _CUTS else ()
        return at_rest(condition), off + told
    state = under(state, condition)
    if event.trouble not in _CUTS:
        return state, told
    why = Why.ESTOP if event.trouble is Trouble.ESTOP else Why.FAULT
    state, effects = _stop(rules, state, why, event.at)
    return state, effects + told


def _mended(rules: MachineRules, state: State, event: Mended) -> Step:
    if event.trouble not in state.condition.troubles:
        return state, ()
    told = _trouble_record(rules, TroubleOver(rules.machine, event.trouble), event)
    state = under(state, replace(state.condition, troubles=state.condition.troubles - {event.trouble}))
    if event.trouble is Trouble.READER:
        state = _sees(rules, state, event.at)
    return state, told


def _blinded(state: State, at: Moment) -> State:
    """A session whose reader sees nothing goes on; its seconds are marked from here."""
    run = _run(state)
    return state if run is None else _with_run(state, replace(run, away_ms=None, blind_since_ms=at.boot_ms))


def _sees(rules: MachineRules, state: State, at: Moment) -> State:
    """The reader says next which badges lie there; in a slot, one that does not has its grace from now."""
    run = _run(state)
    if run is None:
        return state
    away_ms = at.boot_ms if rules.hold is Hold.SLOT else None
    blind_ms = run.blind_until(at.boot_ms)
    return _with_run(state, replace(run, away_ms=away_ms, blind_ms=blind_ms, blind_since_ms=None))


def _trouble_record(
    rules: MachineRules, body: TroubleBegan | TroubleOver, event: Troubled | Mended
) -> Effects:
    # The check after an unclean stop is in the journal already, as a start that was not clean.
    return () if event.trouble is Trouble.CHECKING else (Ink(rules.machine, event.at, body),)


def _away(state: State, since_ms: int | None) -> State:
    run = _run(state)
    return state if run is None else _with_run(state, replace(run, away_ms=since_ms))


def _stopping(rules: MachineRules, state: State, event: Stopping) -> Step:
    state = under(state, replace(state.condition, stopping=True))
    if _run(state) is not None:
        return _stop(rules, state, Why.GATE_STOPPED, event.at)
    return at_rest(state.condition), (Power(rules.machine, on=False),)


# --- small readings ---------------------------------------------------------------------------


def _run(state: State) -> Run | None:
    return state.run if isinstance(state, Open | Ending) else None


def _session(state: State) -> Session | None:
    """The session that runs, opens or waits here."""
    match state:
        case Open() | Ending():
            return state.run.session
        case Opening() | AwaitingReturn():
            return state.session
        case AwaitingSponsor():
            return state.trainee
        case Free() | LockedOut() | Fault():
            return None
        case _ as never:
            assert_never(never)


def _with_run(state: State, run: Run) -> State:
    assert isinstance(state, Open | Ending)
    return replace(state, run=run)


def _refuse(
    rules: MachineRules, state: State, denied: Denied, token: Token, person: Person | None, at: Moment
) -> Step:
    told = Tell(rules.machine, denied.code, denied.facts, person.language if person else None)
    member = person.member if person else None
    return state, (told, Refuse(rules.machine, at, denied.code, token, member))


def _tell(rules: MachineRules, what: Notice, to: Person | None, **facts: Fact) -> Tell:
    about: dict[str, Fact] = {"title": rules.title, "hold": rules.hold, "member": to.name if to else None}
    return Tell(rules.machine, what, about | facts, to.language if to else None)


def _pair(session: Session) -> dict[str, Fact]:
    return {"member": session.user.name, "sponsor": session.sponsor.name if session.sponsor else None}
