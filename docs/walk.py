"""Finds the ways between the states of a machine by walking them with the real `step`.

From a free machine it sends every event that can come, to every state that it meets, and notes where
that leads and what the machine does. States that differ only in names and times count as one. It walks
machines as people use them, then what their inputs say, then such as tell whether they work: what is not met
before is noted too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import product

from fabgate.events import (
    Activity,
    Ask,
    BadgeGone,
    BadgeSeen,
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
    Mended,
    NotPowered,
    OopsPressed,
    Power,
    Rechecked,
    Refuse,
    Stopping,
    Tell,
    Tick,
    Troubled,
)
from fabgate.model import (
    Cause,
    Company,
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
    Status,
    Token,
    Trouble,
    Why,
    Workshop,
)
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rules import states as kinds
from fabgate.rules import whois
from fabgate.rules.ahead import Deed, Due, deadline, first_due
from fabgate.rules.gestures import MEANING, Gesture, Name, Who
from fabgate.rules.machine import step
from fabgate.rules.states import Condition, State, at_rest
from fabgate.rules.taps import Presence

# A lab where all kinds of people differ: here who is autonomous may not sponsor, guests work under a host,
# and whoever stands by is asked from time to time.
RULES = MachineRules(
    MachineId("laser"),
    SkillId("laser"),
    "Laser cutter",
    sponsor_from=Level.SPONSOR,
    limit_ms=3_600_000,
    guests=True,
    reproof_ms=1_800_000,
)
CLASSES = (Company.SUPERVISED, Company.ACCOMPANIED, Company.NEVER_ALONE)


def length(ms: int) -> str:
    """A length as people say it."""
    return f"{ms // 60_000} min" if ms > 60_000 and ms % 60_000 == 0 else f"{ms // 1000} s"


WAIT, UNDO, INK = length(RULES.wait_ms), length(RULES.undo_ms), length(RULES.ink_ms)
GRACE, WARNING = length(RULES.grace_ms), length(RULES.warning_ms)
CONFIRM, PRAISE = length(RULES.confirm_ms), length(RULES.praise_ms)
# The same machine for what its bench says: the people of R3 and R4 are met on the one above.
BENCH = replace(RULES, reproof_ms=0)
METERED = replace(BENCH, metered=True, idle_ms=1_200_000, takeover_ms=600_000)
WORKS_THERE = (
    Who.USER,
    Who.AUTONOMOUS,
    Who.CLAIMANT,
    Who.CLAIMANT_ASKED,
)  # on it; the others do as elsewhere
IDLE, OVERRUN = length(1_200_000), length(METERED.overrun_ms)
PROOF, MISSED = length(RULES.reproof_ms), length(RULES.company_grace_ms)


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
THERE = MemberId("m-there")  # somebody who is checked in
COURSE = Workshop(RECORD, people=8, purpose="social", until_ms=1_760_000_000_000 + NOW_MS + 3_600_000)
STRANGERS = {
    Who.ABLE: {"level": Level.SPONSOR},
    Who.AUTONOMOUS: {"level": Level.AUTONOMOUS, "adults_here": (THERE,)},
    Who.LEADER: {"level": Level.AUTONOMOUS, "adults_here": (THERE,), "workshop": COURSE},
    Who.ACCOMPANIED: {"level": Level.TRAINEE, "sponsors_here": (THERE,)},
    Who.TRAINEE: {"level": Level.TRAINEE},
    Who.LONE: {"level": Level.AUTONOMOUS},
    Who.GUEST: {"status": Status.GUEST},
    Who.KEEPER: {"keeps": True},
    Who.CLAIMANT: {"level": Level.AUTONOMOUS, "adults_here": (THERE,)},
    Who.CLAIMANT_ASKED: {"level": Level.AUTONOMOUS, "adults_here": (THERE,)},
    Who.NOBODY: {"level": Level.NONE},
}
TAPS = {
    Who.USER: "own tap",
    Who.USER_OTHER: "own tap",
    Who.USER_ASKED: "own tap, when asked",
    Who.SPONSOR_NEW: "the sponsor taps again",
    Who.SPONSOR: "the sponsor taps later",
    Who.SPONSOR_WAS: f"the sponsor taps within {PRAISE} after it",
    Who.ABLE: "who may stand by taps",
    Who.AUTONOMOUS: "an autonomous member taps",
    Who.LEADER: "the leader of a workshop taps",
    Who.ACCOMPANIED: "a trainee taps, a sponsor is checked in",
    Who.TRAINEE: "a trainee taps",
    Who.LONE: "a member taps, nobody else is there",
    Who.GUEST: "a guest taps",
    Who.KEEPER: "who keeps it taps",
    Who.CLAIMANT: "who needs the machine taps",
    Who.CLAIMANT_ASKED: "who needs the machine taps again",
    Who.NOBODY: "somebody else taps",
}
TROUBLES = {
    Trouble.ESTOP: "emergency stop",
    Trouble.RELAY: "a relay fails",
    Trouble.WELDED: "a contactor is welded",
    Trouble.CHECKING: "the journal is checked",
}
OTHER_TROUBLE = "another trouble"


AT_WORK = {True: "while it works", False: "while it does nothing", None: "while it works"}
ACTIVITY = {True: "it begins to work", False: "it does nothing any more", None: "its meter fails"}
ENDS = {Why.LIMIT: "the limit", Why.CLOSING: "closing time", Why.IDLE: f"idle for {IDLE}"}


def at(boot_ms: int = NOW_MS) -> Moment:
    return Moment("boot", boot_ms, 1_760_000_000_000 + boot_ms, synced=True)


@cache
def found() -> dict[Way, set[Hold]]:
    """Every way between the states, and how the machines are held on which it exists."""
    ways: dict[Way, set[Hold]] = {}
    for hold, ending, company in product(Hold, Ending, CLASSES):
        own = Ends(revoked=ending, suspended=ending, locked=ending, alone=ending)
        for way, _ in _walk(replace(RULES, hold=hold, company=company, ends=own), ending):
            ways.setdefault(way, set()).add(hold)
    ways |= _bench(BENCH, set(ways))
    return ways | _bench(METERED, set(ways))


def _bench(rules: MachineRules, known: set[Way]) -> dict[Way, set[Hold]]:
    """What else a machine does whose table says the same of every cause."""
    tables: dict[tuple[Way, str], dict[Ending, set[Hold]]] = {}
    rows = {cause.value for cause in Cause} & set(Ends.__dataclass_fields__)
    for hold, ending in product(Hold, Ending):
        table = Ends(**dict.fromkeys(rows, ending))
        for way, busy in _walk(replace(rules, hold=hold, ends=table), ending):
            if way not in known:
                bare = replace(way, label=way.label.removesuffix(_said(ending)))
                meter = f", {AT_WORK[busy]}" if rules.metered else ""
                tables.setdefault((bare, meter), {}).setdefault(ending, set()).add(hold)
    ways: dict[Way, set[Hold]] = {}
    for (way, meter), holds in tables.items():
        for ending, some in holds.items():
            said = "" if len(holds) == len(Ending) else _said(ending)  # the same by every table: by none
            ways.setdefault(replace(way, label=way.label + said + meter), set()).update(some)
    return ways


def _said(ending: Ending) -> str:
    return f", table says `{ending}`"


def _walk(rules: MachineRules, ending: Ending) -> Iterator[tuple[Way, bool | None]]:
    """Breadth first from a free machine; states that differ only in names and times are one. With each way:
    what the machine did before it."""
    known: set[object] = set()
    todo: list[State] = [at_rest(Condition())]
    while todo:
        state = todo.pop(0)
        for label, send in _events(rules, state, ending):
            after, effects = send()
            does = tuple(dict.fromkeys(said for effect in effects for said in _says(effect)))
            if after.name is not state.name or does:
                yield Way(state.name, label, after.name, does), state.condition.busy
            shape = _shape(after)
            if shape not in known and _walked_on(rules, after):
                known.add(shape)
                todo.append(after)


def _shape(state: State) -> object:
    condition = state.condition
    run, session = _run(state), _session(state)
    return (
        state.name,
        bool(condition.lock),
        condition.troubles,
        condition.praise is not None,
        condition.busy,
        session and (session.how, bool(session.sponsor), session.purpose),
        run and (_ends(run), run.away_ms is not None, _company(run)),
    )


def _ends(run: kinds.Run) -> object:
    """What comes next, whether it was announced and seen, and what waits for the machine."""
    coming = min(run.owed, key=lambda owed: owed.at_ms, default=None)
    why = coming and coming.why
    said = why in run.warned, Why.IDLE in run.warned, bool(run.unseen)
    return why, said, run.overdue, run.finishing, run.overran, run.claim is not None


def _company(run: kinds.Run) -> object:
    return run.asked_ms is not None, run.alone_ms is not None, run.missed, Why.ALONE in run.told


def _walked_on(rules: MachineRules, state: State) -> bool:
    """Nothing comes after the end of the daemon. What ends on a locked or ill machine rests as such a one;
    on a locked one only maintenance goes on. Two deadlines that passed at once are met one by one elsewhere.
    """
    condition, session = state.condition, _session(state)
    resting = isinstance(state, kinds.Free | kinds.LockedOut | kinds.Fault)
    kept = session is not None and session.purpose == kinds.MAINTENANCE
    well = not condition.troubles and (condition.lock is None or kept)
    due = deadline(rules, state)
    in_time = due is None or due > _now(state).boot_ms
    return not condition.stopping and in_time and (well or (resting and len(condition.troubles) <= 1))


Send = Callable[[], tuple[State, tuple[Effect, ...]]]


def _events(rules: MachineRules, state: State, ending: Ending) -> Iterator[tuple[str, Send]]:
    """Everything that can come to a machine in this state, each with its name."""
    running = _run(state) is not None
    by_table = _said(ending) if running else ""
    now = _now(state)

    def send(event: Event) -> Send:
        return lambda: step(rules, state, event)

    for who in _who_can_tap(rules, state):
        in_time = f" within {UNDO}" if running and who is Who.SPONSOR_NEW else ""
        yield TAPS[who] + in_time, partial(_tap, rules, state, who)
    if rules.hold is Hold.SLOT and (token := _badge(state)) is not None:
        yield "badge taken out", send(BadgeGone(rules.machine, token, now))
    if isinstance(state, kinds.Opening):
        yield "the start is in the journal", send(Inked(rules.machine, state.ink, RECORD, now))
        yield "the start cannot be written", send(InkFailed(rules.machine, state.ink, now))
        yield "the right is taken away", send(_recheck(rules, state))
    if isinstance(state, kinds.AwaitingSponsor | kinds.AwaitingReturn | kinds.AwaitingConfirm):
        yield "the right is taken away", send(_recheck(rules, state))
    if (due := deadline(rules, state)) is not None:
        tick = Tick(rules.machine, at(max(due, now.boot_ms)))
        yield _name_of_deadline(rules, state, tick.at, ending), send(tick)
    if running:
        yield f"the right is taken away{by_table}", send(_recheck(rules, state))
        if _of_bench(rules):
            for label, event in _inputs(rules, now):
                yield label, send(event)
            return
        yield "a person closes the session", send(CloseNow(rules.machine, RECORD, now))
        for label, event in _comings_and_goings(rules, state):
            yield label, send(event)
    else:
        yield "ink that came too late", send(Inked(rules.machine, InkId(99), RECORD, now))
    yield f"the oops button is pressed{by_table}", send(OopsPressed(rules.machine, now))
    yield f"locked{by_table}", send(LockChanged(rules.machine, LOCK, now))
    yield "unlocked", send(LockChanged(rules.machine, None, now))
    for trouble in Trouble:
        yield TROUBLES.get(trouble, OTHER_TROUBLE), send(Troubled(rules.machine, trouble, now))
    for trouble in state.condition.troubles:
        checked = trouble is Trouble.CHECKING
        over = "the check is done" if checked else "the last trouble is over"
        yield over, send(Mended(rules.machine, trouble, now))
    yield "somebody at the hub looks for it", send(Identify(rules.machine, now))
    yield "the daemon stops", send(Stopping(rules.machine, now))


def _of_bench(rules: MachineRules) -> bool:
    return rules.reproof_ms == 0


def _inputs(rules: MachineRules, now: Moment) -> Iterator[tuple[str, Event]]:
    """What the inputs and the meter of a running machine say."""
    yield "the lid is opened", LidMoved(rules.machine, True, now)
    yield "the lid is shut", LidMoved(rules.machine, False, now)
    yield "the button is pressed", ButtonPressed(rules.machine, now)
    yield "an output stays without power", NotPowered(rules.machine, "relay", now)
    for busy, word in ACTIVITY.items() if rules.metered else ():
        yield word, Activity(rules.machine, busy, now)


def _who_can_tap(rules: MachineRules, state: State) -> Iterator[Who]:
    """Those whose tap does something here; refusals change nothing."""
    for who in Who:
        refused = MEANING.get((state.name, who, rules.hold), Gesture.REFUSE) is Gesture.REFUSE
        if refused or (_of_bench(rules) and who not in WORKS_THERE):
            continue
        tap = _badge_of(rules, state, who)
        if tap is not None and whois.who_taps(rules, state, *tap) is who:
            yield who


def _badge_of(rules: MachineRules, state: State, who: Who) -> tuple[Token, Standing, Moment] | None:
    """A badge of this person, how it stands and when it comes; None where nobody is that here."""
    session, run, praise = _session(state), _run(state), state.condition.praise
    now, token = _now(state), Token(f"k1:{who}")
    match who:
        case Who.USER | Who.USER_OTHER | Who.USER_ASKED if session is not None:
            return (session.badge if who is not Who.USER_OTHER else token), session.standing, now
        case Who.SPONSOR_NEW if session is not None and session.sponsor is not None:
            return token, Standing(session.sponsor, level=Level.SPONSOR), now
        case Who.SPONSOR if run is not None and run.session.sponsor is not None:
            late = at(max(now.boot_ms, run.opened.boot_ms + rules.undo_ms + 1))
            return token, Standing(run.session.sponsor, level=Level.SPONSOR), late
        case Who.SPONSOR_WAS if praise is not None:
            return token, Standing(praise.sponsor, level=Level.SPONSOR), now
        case Who.CLAIMANT | Who.CLAIMANT_ASKED if run is not None and state.condition.busy is False:
            token, idle_ms = Token(f"k1:{Who.CLAIMANT}"), rules.takeover_ms or 0
            late = at(max(now.boot_ms, state.condition.since_ms + idle_ms, run.opened.boot_ms + idle_ms))
            due = deadline(rules, state)
            in_time = due is None or due > late.boot_ms
            return (token, _stranger(rules, state, who), late) if in_time else None
        case _ if who in STRANGERS:
            return token, _stranger(rules, state, who), now
        case _:
            return None


def _stranger(rules: MachineRules, state: State, who: Who) -> Standing:
    """Somebody who has nothing to do with what goes on; where the machine has a meter, hours close too."""
    standing = replace(Standing(Person(MemberId(f"m-{who}"), who)), **STRANGERS[who])  # type: ignore[arg-type]
    closes_ms = at(NOW_MS + rules.limit_ms // 2).wall_ms if _of_bench(rules) else None
    return replace(standing, lock=state.condition.lock, closes_ms=closes_ms)


def _now(state: State) -> Moment:
    """A moment at which nothing of this state is over: questions and waits have just begun."""
    run = _run(state)
    if run is None:
        return at()
    late = run.limit_ms + (RULES.overrun_ms if run.overran else 0) if run.overdue or run.overran else None
    since = (run.asked_ms, run.alone_ms, run.away_ms, run.claim and run.claim.asked_ms, late)
    return at(max([NOW_MS, *(ms for ms in since if ms is not None)]))


def _tap(rules: MachineRules, state: State, who: Who) -> tuple[State, tuple[Effect, ...]]:
    """A badge of this person comes to an empty reader and is looked up where that is asked."""
    tap = _badge_of(rules, state, who)
    assert tap is not None
    token, standing, now = tap
    standing = replace(standing, lock=state.condition.lock)
    state = kinds.under(state, replace(state.condition, presence=Presence()))
    state, effects = step(rules, state, BadgeSeen(rules.machine, token, now))
    if any(isinstance(effect, Ask) for effect in effects):
        state, effects = step(rules, state, Looked(rules.machine, token, now, standing, now))
    return state, effects


def _comings_and_goings(rules: MachineRules, state: State) -> Iterator[tuple[str, Event]]:
    """Whoever has to be there goes, or comes back: the store says so."""
    run = _run(state)
    assert run is not None
    session, now = run.session, _now(state)
    gone = replace(run.user, sponsors_here=(), adults_here=())
    back = replace(run.user, sponsors_here=(THERE,), adults_here=(THERE,))
    if session.sponsor_badge is not None:
        stood = Standing(session.sponsor, level=Level.SPONSOR)
        left = replace(stood, gone_ms=session.sponsor_ms + 1)
        yield "who stands by checks out", Rechecked(rules.machine, session.sponsor_badge, left, now)
        yield "who is missed checks in", Rechecked(rules.machine, session.sponsor_badge, stood, now)
    else:
        yield "nobody is checked in any more", Rechecked(rules.machine, session.badge, gone, now)
        yield "who is missed checks in", Rechecked(rules.machine, session.badge, back, now)


def _recheck(rules: MachineRules, state: State) -> Rechecked:
    session = _session(state)
    assert session is not None
    taken = replace(session.standing, level=Level.NONE, keeps=False, lock=state.condition.lock)
    return Rechecked(rules.machine, session.badge, taken, _now(state))


def _name_of_deadline(rules: MachineRules, state: State, due: Moment, ending: Ending) -> str:
    match state:
        case kinds.AwaitingSponsor() | kinds.AwaitingReturn():
            return f"nobody came for {WAIT}"
        case kinds.AwaitingConfirm():
            return f"no second tap for {CONFIRM}"
        case kinds.Opening():
            return f"not written within {INK}"
        case kinds.Open() | kinds.Ending():
            return _name_of_due(rules, state.run, first_due(rules, state, due), ending)
        case _:
            raise AssertionError(f"{state.name} has no deadline")


def _name_of_due(rules: MachineRules, run: kinds.Run, due: Due, ending: Ending) -> str:
    said = _said(ending) if _of_bench(rules) else ""
    match due.deed, due.owed and due.owed.why:
        case Deed.GONE, _:
            return f"badge out for {GRACE}{said}"
        case Deed.END, why if why in ENDS:
            return f"{ENDS[why]}{said}"
        case Deed.END, _:
            return "the announced end"
        case Deed.OVERRUN, _:
            return f"{OVERRUN} after the limit{said}"
        case Deed.PROOF, _:
            return _name_of_proof(run) + (_said(ending) if run.alone_ms is not None else "")
        case _:
            return f"{WARNING} before the end"


def _name_of_proof(run: kinds.Run) -> str:
    if run.alone_ms is not None:
        return f"missed for {MISSED}"
    return f"asked, no tap for {MISSED}" if run.asked_ms is not None else f"{PROOF} since the last proof"


def _session(state: State) -> kinds.Session | None:
    match state:
        case kinds.Open() | kinds.Ending():
            return state.run.session
        case kinds.Opening() | kinds.AwaitingReturn() | kinds.AwaitingConfirm():
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
