"""Finds the ways between the states of a machine by walking them with the real `step`.

From a free machine it sends every event that can come, to every state that it meets, and notes where
that leads and what the machine does. States that differ only in names and times count as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from fabgate.events import (
    Ask,
    BadgeGone,
    BadgeSeen,
    CloseNow,
    Effect,
    Event,
    Identify,
    Ink,
    Inked,
    InkFailed,
    LockChanged,
    Looked,
    Mended,
    Power,
    Rechecked,
    Refuse,
    Stopping,
    Tell,
    Tick,
    Troubled,
)
from fabgate.model import (
    Ending,
    Ends,
    Hold,
    InkId,
    Level,
    Lock,
    MachineId,
    MachineRules,
    MemberId,
    Moment,
    Origin,
    Person,
    RecordId,
    SkillId,
    Standing,
    Token,
    Trouble,
    Why,
)
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rules import states as kinds
from fabgate.rules.gestures import MEANING, Gesture, Name, Who
from fabgate.rules.machine import step
from fabgate.rules.states import Condition, State, at_rest, deadline
from fabgate.rules.taps import Presence

# A lab where all kinds of people differ: here who is autonomous may not sponsor.
RULES = MachineRules(
    MachineId("laser"), SkillId("laser"), "Laser cutter", sponsor_from=Level.SPONSOR, limit_ms=3_600_000
)


def length(ms: int) -> str:
    """A length as people say it."""
    return f"{ms // 60_000} min" if ms > 60_000 and ms % 60_000 == 0 else f"{ms // 1000} s"


WAIT, UNDO, INK = length(RULES.wait_ms), length(RULES.undo_ms), length(RULES.ink_ms)
GRACE, WARNING = length(RULES.grace_ms), length(RULES.warning_ms)


@dataclass(frozen=True, slots=True)
class Way:
    """What leads from one state to another (or the same), and what the machine does about it."""

    start: Name
    label: str
    end: Name
    does: tuple[str, ...]


NOW_MS = 1_000_000
ORIGIN = Origin("lab/gate/epoch")
LOCK, RECORD = Lock(0, RecordId(ORIGIN, 1)), RecordId(ORIGIN, 2)
LEVELS = {
    Who.ABLE: Level.SPONSOR,
    Who.AUTONOMOUS: Level.AUTONOMOUS,
    Who.TRAINEE: Level.TRAINEE,
    Who.NOBODY: Level.NONE,
}
TAPS = {
    Who.USER: "own tap",
    Who.USER_OTHER: "own tap",
    Who.SPONSOR_NEW: "the sponsor taps again",
    Who.SPONSOR: "the sponsor taps later",
    Who.ABLE: "a sponsor taps",
    Who.AUTONOMOUS: "an autonomous member taps",
    Who.TRAINEE: "a trainee taps",
    Who.NOBODY: "somebody else taps",
}
TROUBLES = {
    Trouble.ESTOP: "emergency stop",
    Trouble.RELAY: "a relay fails",
    Trouble.CHECKING: "the journal is checked",
}
OTHER_TROUBLE = "another trouble"


def at(boot_ms: int = NOW_MS) -> Moment:
    return Moment("boot", boot_ms, 1_760_000_000_000 + boot_ms, synced=True)


def found() -> dict[Way, set[Hold]]:
    """Every way between the states, and how the machines are held on which it exists."""
    ways: dict[Way, set[Hold]] = {}
    for hold in Hold:
        for ending in Ending:
            rules = replace(RULES, hold=hold, ends=Ends(ending, ending, ending))
            for way in _walk(rules, ending):
                ways.setdefault(way, set()).add(hold)
    return ways


def _walk(rules: MachineRules, ending: Ending) -> Iterator[Way]:
    """Breadth first from a free machine; states that differ only in names and times are one."""
    known: set[object] = set()
    todo: list[State] = [at_rest(Condition())]
    while todo:
        state = todo.pop(0)
        for label, send in _events(rules, state, ending):
            after, effects = send()
            does = tuple(dict.fromkeys(said for effect in effects for said in _says(effect)))
            if after.name is not state.name or does:
                yield Way(state.name, label, after.name, does)
            shape = _shape(after)
            if shape not in known and _walked_on(after):
                known.add(shape)
                todo.append(after)


def _shape(state: State) -> object:
    condition = state.condition
    run = _run(state)
    return (
        state.name,
        bool(condition.lock),
        condition.troubles,
        run and (run.seen, run.away_ms is not None, run.ends_why, bool(run.session.sponsor)),
        isinstance(state, kinds.Opening) and bool(state.session.sponsor),
    )


def _walked_on(state: State) -> bool:
    """Nothing comes after the end of the daemon. What ends on a locked or ill machine rests as such a one."""
    condition = state.condition
    resting = isinstance(state, kinds.Free | kinds.LockedOut | kinds.Fault)
    well = condition.lock is None and not condition.troubles
    return not condition.stopping and (well or (resting and len(condition.troubles) <= 1))


Send = Callable[[], tuple[State, tuple[Effect, ...]]]


def _events(rules: MachineRules, state: State, ending: Ending) -> Iterator[tuple[str, Send]]:
    """Everything that can come to a machine in this state, each with its name."""
    running = _run(state) is not None
    by_table = f", table says `{ending}`" if running else ""

    def send(event: Event) -> Send:
        return lambda: step(rules, state, event)

    for who in _who_can_tap(rules, state):
        in_time = f" within {UNDO}" if running and who is Who.SPONSOR_NEW else ""
        yield TAPS[who] + in_time, partial(_tap, rules, state, who)
    if rules.hold is Hold.SLOT and (token := _badge(state)) is not None:
        yield "badge taken out", send(BadgeGone(rules.machine, token, at()))
    if isinstance(state, kinds.Opening):
        yield "the start is in the journal", send(Inked(rules.machine, state.ink, RECORD, at()))
        yield "the start cannot be written", send(InkFailed(rules.machine, state.ink, at()))
        yield "the right is taken away", send(_recheck(rules, state))
    if isinstance(state, kinds.AwaitingSponsor | kinds.AwaitingReturn):
        yield "the right is taken away", send(_recheck(rules, state))
    if running:
        yield f"the right is taken away{by_table}", send(_recheck(rules, state))
        yield "a person closes the session", send(CloseNow(rules.machine, RECORD, at()))
    else:
        yield "ink that came too late", send(Inked(rules.machine, InkId(99), RECORD, at()))
    if (due := deadline(rules, state)) is not None:
        tick = Tick(rules.machine, at(max(due, NOW_MS)))
        yield _name_of_deadline(rules, state, tick), send(tick)
    yield f"locked{by_table}", send(LockChanged(rules.machine, LOCK, at()))
    yield "unlocked", send(LockChanged(rules.machine, None, at()))
    for trouble in Trouble:
        yield TROUBLES.get(trouble, OTHER_TROUBLE), send(Troubled(rules.machine, trouble, at()))
    for trouble in state.condition.troubles:
        checked = trouble is Trouble.CHECKING
        over = "the check is done" if checked else "the last trouble is over"
        yield over, send(Mended(rules.machine, trouble, at()))
    yield "somebody at the hub looks for it", send(Identify(rules.machine, at()))
    yield "the daemon stops", send(Stopping(rules.machine, at()))


def _who_can_tap(rules: MachineRules, state: State) -> Iterator[Who]:
    """Those whose tap does something here; refusals change nothing."""
    session = _session(state)
    for who in Who:
        by_sponsor = who in (Who.SPONSOR_NEW, Who.SPONSOR)
        there = not by_sponsor or (session is not None and session.sponsor is not None)
        if there and MEANING.get((state.name, who, rules.hold), Gesture.REFUSE) is not Gesture.REFUSE:
            yield who


def _tap(rules: MachineRules, state: State, who: Who) -> tuple[State, tuple[Effect, ...]]:
    """A badge of this person comes to an empty reader and is looked up where that is asked."""
    session, run = _session(state), _run(state)
    token, boot_ms = Token(f"k1:{who}"), NOW_MS
    if session is not None and who in (Who.USER, Who.USER_OTHER):
        standing = Standing(session.user, level=session.level)
        token = session.badge if who is Who.USER else token
    elif session is not None and who in (Who.SPONSOR_NEW, Who.SPONSOR):
        standing = Standing(session.sponsor, level=Level.SPONSOR)
        if run is not None and who is Who.SPONSOR:
            boot_ms = run.opened.boot_ms + rules.undo_ms + 1
    else:
        standing = Standing(Person(MemberId(f"m-{who}"), who), level=LEVELS[who])
    state = kinds.under(state, replace(state.condition, presence=Presence()))
    state, effects = step(rules, state, BadgeSeen(rules.machine, token, at(boot_ms)))
    if any(isinstance(effect, Ask) for effect in effects):
        looked = Looked(rules.machine, token, at(boot_ms), standing, at(boot_ms))
        state, effects = step(rules, state, looked)
    return state, effects


def _recheck(rules: MachineRules, state: State) -> Rechecked:
    session = _session(state)
    assert session is not None
    return Rechecked(rules.machine, session.badge, Standing(session.user), at())


def _name_of_deadline(rules: MachineRules, state: State, tick: Tick) -> str:
    _, effects = step(rules, state, tick)
    ends = [e.body.why for e in effects if isinstance(e, Ink) and isinstance(e.body, SessionStopped)]
    if isinstance(state, kinds.AwaitingSponsor | kinds.AwaitingReturn):
        return f"nobody came for {WAIT}"
    if isinstance(state, kinds.Opening):
        return f"not written within {INK}"
    if not ends:
        return f"{WARNING} before the end"
    if ends == [Why.BADGE_GONE]:
        return f"badge out for {GRACE}"
    return "the limit" if ends == [Why.LIMIT] else "the announced end"


def _session(state: State) -> kinds.Session | None:
    match state:
        case kinds.Open() | kinds.Ending():
            return state.run.session
        case kinds.Opening() | kinds.AwaitingReturn():
            return state.session
        case kinds.AwaitingSponsor():
            return state.trainee
        case _:
            return None


def _run(state: State) -> kinds.Run | None:
    return state.run if isinstance(state, kinds.Open | kinds.Ending) else None


def _badge(state: State) -> Token | None:
    session = _session(state)
    return session.badge if session else None


def _says(effect: Effect) -> Iterator[str]:
    match effect:
        case Power(on=on):
            yield "**power on**" if on else "power off"
        case Ink(body=SessionStarted()):
            yield "writes the start"
        case Ink(body=SessionStopped(why=why)):
            yield f"writes the end (`{why}`)"
        case Ink(body=body):
            yield f"writes `{body.kind}`"
        case Tell(what=what):
            yield f"says `{what}`"
        case Refuse():
            yield "counts a refusal"
        case _:
            return
