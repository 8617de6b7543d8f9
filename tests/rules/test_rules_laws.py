"""The laws of a machine, held against whatever comes in whatever order.

A workshop of people taps, lifts, locks, revokes and pulls cables at random; the bench carries the
effects out in their order and watches the laws at every step. Ticks come when the machine asked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from machine_bench import (
    ADAS,
    ADAS_OTHER,
    BOBS,
    BOBS_OTHER,
    CLEOS,
    CLEOS_OTHER,
    COURSE,
    DANS,
    EVES,
    GUSS,
    KIM,
    KIMS,
    KIMS_OTHER,
    LEAS,
    LOCK,
    MIAS,
    ORIGIN,
    ROSTER,
    RULES,
    UNKNOWN,
    MachineBench,
)

from fabgate.events import (
    Activity,
    ButtonPressed,
    Effect,
    Event,
    Identify,
    Ink,
    Inked,
    Looked,
    LookFailed,
    Power,
    Rechecked,
    RosterMoved,
    Tick,
)
from fabgate.model import (
    Cause,
    Closed,
    Code,
    Company,
    Denied,
    Ending,
    Ends,
    Hold,
    Lack,
    Lapse,
    Level,
    Lock,
    MachineRules,
    RecordId,
    Stale,
    Standing,
    Token,
    Trouble,
    Why,
)
from fabgate.records import EvidenceNoted, GrantRenewed, SessionAlone, SessionStarted, SessionStopped
from fabgate.rules import policy
from fabgate.rules.machine import lapse
from fabgate.rules.states import Ending as Warned
from fabgate.rules.states import Open, Opening, Run

# Few people with two badges each meet in more ways than many with one.
FEW = (ADAS, ADAS_OTHER, BOBS, BOBS_OTHER, CLEOS, CLEOS_OTHER, DANS, EVES, UNKNOWN)
CAST = (*FEW, KIMS, KIMS_OTHER, LEAS, GUSS, MIAS)
TOKENS = st.sampled_from(CAST)
PAUSES = st.sampled_from([0, 0.1, 1, 1.999, 2, 3, 9, 10, 29, 30, 60, 100, 300])
WORDS = st.sampled_from(Ending)
LABS = st.builds(
    MachineRules,
    machine=st.just(RULES.machine),
    skill=st.just(RULES.skill),
    title=st.just(RULES.title),
    hold=st.sampled_from(Hold),
    limit_ms=st.sampled_from([20_000, 400_000, 3_600_000]),
    warning_ms=st.sampled_from([0, 30_000, 300_000]),
    sponsor_from=st.sampled_from([Level.AUTONOMOUS, Level.SPONSOR]),
    ends=st.builds(Ends, **dict.fromkeys(sorted({*Cause} & {*Ends.__dataclass_fields__}), WORDS)),
    metered=st.booleans(),
    overrun_ms=st.sampled_from([0, 60_000, 3_600_000]),
    idle_ms=st.sampled_from([None, 10_000, 300_000]),
    takeover_ms=st.sampled_from([None, 0, 10_000, 60_000]),
    company=st.sampled_from(Company),
    reproof_ms=st.sampled_from([0, 30_000, 300_000]),
    company_grace_ms=st.sampled_from([0, 10_000, 120_000]),
    max_trainees=st.sampled_from([0, 1]),
    check_in=st.booleans(),
    guests=st.booleans(),
    stale_after_ms=st.sampled_from([None, 60_000]),
    stale=st.sampled_from(Stale),
)
NEWS = st.sampled_from(
    [
        {"level": Level.NONE},
        {"level": Level.TRAINEE},
        {"level": Level.AUTONOMOUS},
        {"level": Level.SPONSOR},
        {"level": Level.NONE, "lapsed_ms": 1_750_000_000_000},
        {"suspended_ms": 1_750_000_000_000},
        {"suspended_ms": None},
        {"blocked_ms": 1_750_000_000_000},
        {"blocked_ms": None},
        {"level": Level.TRAINEE, "lapsed_ms": 1_750_000_000_000, "lapse": Lapse.DISUSE},
        {"held_ms": 1_750_000_000_000},
        {"held_ms": None},
        {"here": True},
        {"here": False, "gone_ms": "now"},
        {"sponsors_here": (KIM,), "adults_here": (KIM,)},
        {"sponsors_here": (), "adults_here": ()},
        {"sponsoring": 1},
        {"sponsoring": 0},
        {"lacks": (Lack("dues", 1),)},
        {"lacks": ()},
        {"closed": Closed(Code.CLOSED_NOW)},
        {"closed": None},
        {"roster_age_ms": None},
        {"roster_age_ms": 0},
        {"keeps": True},
        {"keeps": False},
        {"workshop": COURSE},
        {"workshop": None},
        {"manages": True},
        {"manages": False},
        {"closes_ms": "soon"},
        {"closes_ms": None},
        {"minor": True},
        {"minor": False},
    ]
)
LOCKS = st.sampled_from([None, LOCK, Lock(since_ms=1, record=RecordId(ORIGIN, 901))])
# What a roster, a paper, the hours or somebody's absence can do to a session: what the table says, no more.
BY_TABLE = (Why.REVOKED, Why.SUSPENDED, Why.BLOCKED, Why.LOCKED, Why.ALONE, Why.CLOSING, Why.LID)
# What cuts whatever the machine does: its table has no say, or it is the member's own word.
AT_ONCE = (Why.CLOSED, Why.ESTOP, Why.FAULT, Why.GATE_STOPPED, Why.UNDONE)


class WatchedBench(MachineBench):
    """A bench that knows what lies on its reader and holds the machine to the laws."""

    def __init__(self, rules: MachineRules) -> None:
        super().__init__(rules)
        self.on_since_ms: int | None = None
        self.lying: set[Token] = set()
        self.blind = False
        self.last_word: dict[Token, Standing] = {}
        self.alone_ms: int | None = None
        self.event: Event | None = None
        self.busy: bool | None = None
        self.worked_ms: int | None = None
        self.counted_ms = self.boot_ms

    # --- what may happen

    def come(self, token: Token) -> None:
        if token not in self.lying:
            self.lying.add(token)
            if not self.blind:
                self.see(token)

    def go(self, token: Token) -> None:
        if token in self.lying:
            self.lying.remove(token)
            if not self.blind:
                self.lift(token)

    def pass_by(self, token: Token, stays: bool) -> None:
        """Somebody taps, the gate is quick, and two seconds pass; in a slot whoever works leaves it there."""
        self.go(token)
        self.wait(2)
        self.come(token)
        while self.asks or self.rechecks:
            self.answer_one()
        self.write_one()
        holds = stays and self.rules.hold is Hold.SLOT and isinstance(self.state, Open | Warned)
        if not holds:
            self.go(token)

    def make_well(self) -> None:
        """Everything is mended and unlocked, and everybody stands as on the first day."""
        self.see_again()
        for trouble in sorted(self.state.condition.troubles):
            self.mend(trouble)
        self.lock(None)
        self.roster = dict(ROSTER)
        for token in sorted(self.lying):
            self.go(token)

    def answer_one(self) -> None:
        if self.asks:
            ask = self.asks.pop(0)
            self.send(Looked(ask.machine, ask.token, ask.at, self.standing(ask.token), self.now))
        elif self.rechecks:
            again = self.rechecks.pop(0)
            self.send(Rechecked(again.machine, again.token, self.standing(again.token), self.now))

    def fail_one_lookup(self) -> None:
        if self.asks:
            ask = self.asks.pop(0)
            self.send(LookFailed(ask.machine, ask.token, self.now))

    def write_one(self) -> None:
        if self.inks:
            self.deliver(self.inks.pop(0))

    def lose_sight(self) -> None:
        self.blind = True
        self.trouble(Trouble.READER)

    def see_again(self) -> None:
        if self.blind:
            self.blind = False
            self.mend(Trouble.READER)
            for token in sorted(self.lying):
                self.see(token, fresh=False)

    def works_or_not(self, busy: bool | None) -> None:
        """The bench counts for itself how long the machine works while it has power."""
        if self.rules.metered:
            self.send(Tick(self.rules.machine, self.now))
            self._count()
            self.busy = busy
            self.works(busy)

    def _count(self) -> None:
        since_ms = max(self.counted_ms, self.boot_ms if self.on_since_ms is None else self.on_since_ms)
        if self.busy is not None and self.on_since_ms is not None:
            self.worked_ms = (self.worked_ms or 0) + (self.boot_ms - since_ms if self.busy else 0)
        self.counted_ms = self.boot_ms

    def news(self, token: Token, fields: dict[str, object]) -> None:
        if "soon" in fields.values():
            fields = fields | {"closes_ms": self.wall_ms + 60_000}
        if "gone_ms" in fields:
            fields = fields | {"gone_ms": self.wall_ms}
        if token in self.roster:
            self.roster[token] = replace(self.roster[token], **fields)  # type: ignore[arg-type]
            self.send(RosterMoved(self.rules.machine, self.now))

    def send_alone(self, event: type[Identify]) -> tuple[Effect, ...]:
        """What the event itself does, once every deadline that has passed is done."""
        self.send(Tick(self.rules.machine, self.now))
        return self.send(event(self.rules.machine, self.now))

    def close_last(self) -> None:
        records = [record for record, body in self.records if isinstance(body, SessionStarted)]
        if records:
            self.close(records[-1])

    def end_of_day(self) -> None:
        """The daemon stops; what was under way still comes in."""
        self.shut_down()
        for token in sorted(set(CAST) - self.lying):
            self.come(token)
        while self.asks or self.rechecks or self.inks:
            self.answer_one()
            self.write_one()

    # --- the laws

    def send(self, event: Event) -> tuple[Effect, ...]:
        if isinstance(event, Looked | Rechecked):
            self.last_word[event.token] = event.standing
        waited, _ = lapse(self.rules, self.state, event.at)
        self.event, self.before = event, self.state
        effects = super().send(event)
        if True in [effect.on for effect in effects if isinstance(effect, Power)]:
            assert isinstance(event, Inked), "power without ink (law 1)"
            assert isinstance(waited, Opening), "power without a start that waited for its ink"
            assert waited.ink == event.ink, "power on the ink of another start"
            assert event.record in dict(self.records), "power on ink that is not in the journal"
            self._watch_who_opened()
        return effects

    def carry_out(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Power):
                assert not (effect.on and self.relay), "switched on twice"
                if effect.on:
                    self.on_since_ms, self.worked_ms, self.counted_ms = self.boot_ms, None, self.boot_ms
            if isinstance(effect, Ink):
                self._watch_ink(effect)
            super().carry_out((effect,))

    def _watch_ink(self, ink: Ink) -> None:
        match ink.body:
            case SessionStopped():
                self._watch_stop(ink.body)
            case SessionAlone():
                assert self.alone_ms is None or self.boot_ms >= self.alone_ms
                self.alone_ms = self.boot_ms
            case EvidenceNoted() | GrantRenewed():
                assert not self.relay, "a word of praise while somebody works"
                assert ink.ink is None, "a word of praise that waits to open something"
                assert ink.body.by != ink.body.member, "somebody praised themselves"

    def _watch_stop(self, stop: SessionStopped) -> None:
        if stop.why == Why.ABORTED:
            assert (stop.length_ms, stop.charged) == (0, False)
            return
        assert not self.relay, "the end of a session was written before its power was off (law 2)"
        assert self.on_since_ms is not None
        assert stop.length_ms == self.boot_ms - self.on_since_ms, "a length that is not the time with power"
        self._count()
        assert stop.busy_ms == self.worked_ms, "a time at work that is not the machine's"
        self.on_since_ms = None
        self._watch_why(stop)

    def _watch_why(self, stop: SessionStopped) -> None:
        """Only by the table does a change of the roster, or somebody's absence, end a session (law 10)."""
        assert isinstance(self.before, Open | Warned)
        session, why = self.before.run.session, Why(stop.why)
        if why in BY_TABLE:
            word = self.rules.ends.of(why)
            assert word in (Ending.NOW, Ending.WHEN_IDLE), f"ended although the table says {word}"
        self._watch_the_cut(stop, why)
        if why is Why.IDLE:
            assert self.busy is False, "switched off for doing nothing while nobody knows that"
        if why is Why.TAKEOVER:
            assert not self.busy, "taken over while it works"
            assert isinstance(self.event, Looked)
            assert self.event.standing.manages or self.busy is False
            assert self.roster[self.event.token].person != session.user, "their own session taken over"
        if why is Why.ALONE:
            assert self.alone_ms is not None, "ended for being alone although nobody was missed"
            assert self.boot_ms - self.alone_ms >= self.rules.company_grace_ms, "ended within the grace"
        if session.purpose:
            assert why is not Why.LOCKED, "a lock ended maintenance"
        if why in (Why.OWN_TAP, Why.UNDONE) and not isinstance(self.event, ButtonPressed | Activity):
            whose = session.user if why is Why.OWN_TAP else session.sponsor
            person = self.roster[self.event.token].person
            assert (whose, person) != (None, None), "somebody's tap ended a session that was not theirs"
            assert whose.member == person.member, "somebody's tap ended a session that was not theirs"

    def _watch_the_cut(self, stop: SessionStopped, why: Why) -> None:
        """No running cut is cut but by who says "now", by a fault, and where the table says so (law 10)."""
        if not self.rules.metered or self.busy is False or why in AT_ONCE:
            return
        limit_ms = next(body.limit_ms for record, body in self.records if str(record) == stop.session)
        if why is Why.LIMIT and stop.length_ms >= limit_ms + self.rules.overrun_ms:
            assert Ending.NOW in (self.rules.ends.overrun, self.rules.ends.limit) or (
                self.rules.ends.overrun is Ending.WHEN_IDLE
            )
            return
        if why is not Why.TAKEOVER:  # a manager's, where nothing tells
            assert self.rules.ends.of(why) is not Ending.WHEN_IDLE, f"cut at work: {why}"

    def _watch_who_opened(self) -> None:
        assert isinstance(self.state, Open)
        session, lock = self.state.run.session, self.state.condition.lock
        now = self.last_word[session.badge]
        assert policy.welcome(self.rules, now) is None
        assert (lock is not None) == bool(session.purpose), "a lock opens for maintenance, for nothing else"
        if session.purpose:
            assert now.keeps, "maintenance by somebody who does not keep the machine"
            return
        word = policy.start(self.rules, now)
        assert not isinstance(word, Denied), f"{session.user.name} works here but was refused: {word}"
        if word in (policy.Start.SUPERVISED, policy.Start.COMPANY, policy.Start.HOSTED):
            assert session.sponsor is not None, f"{session.user.name} works here alone: {word}"
        if session.sponsor is not None:
            assert session.sponsor.member != session.user.member
            assert session.sponsor_badge != session.badge
            by = self.last_word[session.sponsor_badge]
            assert policy.welcome(self.rules, by) is None
            if word is policy.Start.SUPERVISED:
                assert by.level >= self.rules.sponsor_from
                assert not by.minor

    def watch(self) -> None:
        powered = isinstance(self.state, Open | Warned)
        assert self.relay == powered, f"relay {self.relay} in {self.state.name}"
        assert len(self.state.condition.presence.badges) <= len(CAST)
        ended = Counter(stop.session for stop in self.stops)
        assert all(count == 1 for count in ended.values()), "two ends of one session"
        if isinstance(self.state, Open | Warned):
            assert self.on_since_ms is not None
            run = self.state.run
            limit_ms = dict(self.records)[run.record].limit_ms
            self._watch_the_limit(run, self.boot_ms - self.on_since_ms, limit_ms)
            assert str(run.record) not in ended
            if self.rules.hold is Hold.SLOT and not self.blind:
                held = run.session.badge in self.lying
                assert held == (run.away_ms is None), "a session that no badge in the slot holds"

    def _watch_the_limit(self, run: Run, length_ms: int, limit_ms: int) -> None:
        ends = self.rules.ends
        if length_ms > limit_ms and ends.limit in (Ending.NOW, Ending.WHEN_IDLE):
            assert ends.limit is Ending.WHEN_IDLE, "past the limit"
            assert self.rules.metered, "past the limit, although nothing tells what it does"
            assert self.busy is not False, "past the limit, and idle"
        if length_ms > limit_ms + self.rules.overrun_ms and (run.overdue or run.finishing):
            assert ends.overrun in (Ending.WARN, Ending.ALARM), "waits for longer than it may"

    def watch_the_books(self) -> None:
        """When all is over: nothing is open, and every start has exactly one end."""
        assert not self.relay
        praised = Counter(body.item for body in self.written(EvidenceNoted))
        assert all(count == 1 for count in praised.values()), "one session praised twice"
        assert set(praised) <= {stop.session for stop in self.stops if stop.charged}
        starts = [str(record) for record, body in self.records if isinstance(body, SessionStarted)]
        assert sorted(stop.session for stop in self.stops) == sorted(starts)


class Workshop(RuleBasedStateMachine):
    """Anybody does anything at any time."""

    @initialize(rules=LABS)
    def open_the_lab(self, rules: MachineRules) -> None:
        self.bench = WatchedBench(rules)

    @rule(token=TOKENS)
    def a_badge_comes(self, token: Token) -> None:
        self.bench.come(token)

    @rule(token=TOKENS)
    def a_badge_goes(self, token: Token) -> None:
        self.bench.go(token)

    @rule(token=TOKENS)
    def somebody_taps_and_the_gate_is_quick(self, token: Token) -> None:
        self.bench.come(token)
        self.bench.answer_one()
        self.bench.write_one()
        if self.bench.rules.hold is Hold.TAP:
            self.bench.go(token)

    @rule(first=st.sampled_from([ADAS, BOBS, DANS, GUSS, KIMS, LEAS, MIAS]), second=TOKENS, fields=NEWS)
    def all_is_well_and_two_tap_one_after_the_other(
        self, first: Token, second: Token, fields: dict[str, object]
    ) -> None:
        self.bench.make_well()
        self.bench.news(second, fields)
        for token in (first, second, first):
            self.bench.pass_by(token, stays=token == first)

    @rule(token=st.sampled_from([KIMS, KIMS_OTHER]))
    def who_keeps_it_taps_at_a_locked_machine(self, token: Token) -> None:
        self.bench.make_well()
        self.bench.lock(LOCK)
        for one in (KIMS, token):
            self.bench.pass_by(one, stays=True)

    @rule(token=TOKENS)
    def somebody_passes_by(self, token: Token) -> None:
        self.bench.pass_by(token, stays=False)

    @rule(seconds=PAUSES)
    def time_passes(self, seconds: float) -> None:
        self.bench.wait(seconds)

    @rule(hours=st.integers(-100_000, 100_000))
    def the_wall_clock_is_set(self, hours: int) -> None:
        self.bench.step_wall_clock(hours * 3_600)

    @rule()
    def the_store_answers(self) -> None:
        self.bench.answer_one()

    @rule()
    def the_store_fails(self) -> None:
        self.bench.fail_one_lookup()

    @rule()
    def a_start_is_written(self) -> None:
        self.bench.write_one()

    @rule()
    def the_starts_are_not_written(self) -> None:
        self.bench.fail_ink()

    @rule(lock=LOCKS)
    def the_machine_is_locked_or_unlocked(self, lock: Lock | None) -> None:
        self.bench.lock(lock)

    @rule(lock=LOCKS)
    def a_lock_is_in_the_store_before_its_word_comes(self, lock: Lock | None) -> None:
        self.bench.locked = lock

    @rule(token=TOKENS, fields=NEWS)
    def the_desk_changes_somebodys_rights(self, token: Token, fields: dict[str, object]) -> None:
        self.bench.news(token, fields)

    @rule()
    def somebody_at_the_hub_looks_for_the_machine(self) -> None:
        assert not any(isinstance(effect, Power | Ink) for effect in self.bench.send_alone(Identify))

    @rule(busy=st.sampled_from([True, False, None]))
    def the_machine_works_or_not(self, busy: bool | None) -> None:
        self.bench.works_or_not(busy)

    @rule(is_open=st.booleans())
    def its_lid_moves(self, is_open: bool) -> None:
        self.bench.lid(is_open)

    @rule()
    def its_button_is_pressed(self) -> None:
        self.bench.button()

    @rule()
    def a_person_closes_the_session(self) -> None:
        self.bench.close_last()

    @rule(trouble=st.sampled_from([trouble for trouble in Trouble if trouble is not Trouble.READER]))
    def something_breaks(self, trouble: Trouble) -> None:
        self.bench.trouble(trouble)

    @rule(trouble=st.sampled_from([trouble for trouble in Trouble if trouble is not Trouble.READER]))
    def something_is_mended(self, trouble: Trouble) -> None:
        self.bench.mend(trouble)

    @precondition(lambda self: not self.bench.blind)
    @rule()
    def the_reader_goes_blind(self) -> None:
        self.bench.lose_sight()

    @rule()
    def the_reader_sees_again(self) -> None:
        self.bench.see_again()

    @invariant()
    def the_laws_hold(self) -> None:
        if hasattr(self, "bench"):
            self.bench.watch()

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.bench.end_of_day()
            self.bench.watch_the_books()


TestWorkshop = Workshop.TestCase
TestWorkshop.settings = settings(max_examples=100, stateful_step_count=60, deadline=None)


# --- the wall clock -----------------------------------------------------------------------------

# How long a workshop lasts is said as a time of day: it is the only thing that a wall clock changes.
DEEDS = st.lists(
    st.tuples(st.sampled_from(sorted({*CAST} - {LEAS})), PAUSES, st.integers(-100_000, 100_000)),
    min_size=1,
    max_size=40,
)


@settings(deadline=None)
@given(LABS, DEEDS)
def test_no_steps_of_the_wall_clock_change_what_happens_or_how_long_anything_took(rules, deeds):
    steady, stepped = MachineBench(rules), MachineBench(rules)
    for token, seconds, hours in deeds:
        for bench in (steady, stepped):
            bench.tap(token)
            bench.wait(seconds)
        stepped.step_wall_clock(hours * 3_600)
    assert steady.stops == stepped.stops
    assert steady.starts == stepped.starts
    assert steady.state.name is stepped.state.name


@settings(deadline=None)
@given(LABS, st.lists(st.tuples(TOKENS, PAUSES), max_size=60))
def test_whoever_taps_meanwhile_no_session_outlives_its_limit(rules, taps):
    plain = replace(rules, metered=False, ends=replace(rules.ends, limit=Ending.WHEN_IDLE))
    bench = MachineBench(plain)
    for token, seconds in taps:
        bench.tap(token)
        bench.wait(seconds)
    limits = {
        str(record): body.limit_ms for record, body in bench.records if isinstance(body, SessionStarted)
    }
    assert all(stop.length_ms <= limits[stop.session] for stop in bench.stops)
    assert all(start.limit_ms == rules.limit_ms for start in bench.starts if start.workshop is None)
