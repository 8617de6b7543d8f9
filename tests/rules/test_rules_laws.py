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
    DANS,
    EVES,
    LOCK,
    RULES,
    UNKNOWN,
    MachineBench,
)

from fabgate.events import (
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
from fabgate.model import Denied, Ending, Ends, Hold, Level, MachineRules, Standing, Token, Trouble, Why
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rules import policy
from fabgate.rules.machine import lapse
from fabgate.rules.states import Ending as Warned
from fabgate.rules.states import Open, Opening

# Few people with two badges each meet in more ways than many with one.
CAST = (ADAS, ADAS_OTHER, BOBS, BOBS_OTHER, CLEOS, CLEOS_OTHER, DANS, EVES, UNKNOWN)
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
    ends=st.builds(Ends, WORDS, WORDS, WORDS),
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
    ]
)


class WatchedBench(MachineBench):
    """A bench that knows what lies on its reader and holds the machine to the laws."""

    def __init__(self, rules: MachineRules) -> None:
        super().__init__(rules)
        self.on_since_ms: int | None = None
        self.lying: set[Token] = set()
        self.blind = False
        self.last_word: dict[Token, Standing] = {}

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

    def news(self, token: Token, fields: dict[str, object]) -> None:
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
                    self.on_since_ms = self.boot_ms
            if isinstance(effect, Ink) and isinstance(effect.body, SessionStopped):
                self._watch_stop(effect.body)
            super().carry_out((effect,))

    def _watch_stop(self, stop: SessionStopped) -> None:
        if stop.why == Why.ABORTED:
            assert (stop.length_ms, stop.charged) == (0, False)
            return
        assert not self.relay, "the end of a session was written before its power was off (law 2)"
        assert self.on_since_ms is not None
        assert stop.length_ms == self.boot_ms - self.on_since_ms, "a length that is not the time with power"
        self.on_since_ms = None

    def _watch_who_opened(self) -> None:
        assert isinstance(self.state, Open)
        session = self.state.run.session
        word = policy.start(self.rules, self.last_word[session.badge])
        assert not isinstance(word, Denied), f"{session.user.name} works here but was refused: {word}"
        if word is policy.Start.SUPERVISED:
            assert session.sponsor is not None, "a trainee works here alone"
        if session.sponsor is not None:
            assert session.sponsor.member != session.user.member
            assert session.sponsor_badge != session.badge

    def watch(self) -> None:
        powered = isinstance(self.state, Open | Warned)
        assert self.relay == powered, f"relay {self.relay} in {self.state.name}"
        assert len(self.state.condition.presence.badges) <= len(CAST)
        ended = Counter(stop.session for stop in self.stops)
        assert all(count == 1 for count in ended.values()), "two ends of one session"
        if isinstance(self.state, Open | Warned):
            assert self.on_since_ms is not None
            run = self.state.run
            assert self.boot_ms - self.on_since_ms <= self.rules.limit_ms, "past the limit"
            assert str(run.record) not in ended
            if self.rules.hold is Hold.SLOT and not self.blind:
                held = run.session.badge in self.lying
                assert held == (run.away_ms is None), "a session that no badge in the slot holds"

    def watch_the_books(self) -> None:
        """When all is over: nothing is open, and every start has exactly one end."""
        assert not self.relay
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

    @rule(locked=st.booleans())
    def the_machine_is_locked_or_unlocked(self, locked: bool) -> None:
        self.bench.lock(LOCK if locked else None)

    @rule(token=TOKENS, fields=NEWS)
    def the_desk_changes_somebodys_rights(self, token: Token, fields: dict[str, object]) -> None:
        self.bench.news(token, fields)

    @rule()
    def somebody_at_the_hub_looks_for_the_machine(self) -> None:
        assert not any(isinstance(effect, Power | Ink) for effect in self.bench.send_alone(Identify))

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

DEEDS = st.lists(st.tuples(TOKENS, PAUSES, st.integers(-100_000, 100_000)), min_size=1, max_size=40)


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
    bench = MachineBench(rules)
    for token, seconds in taps:
        bench.tap(token)
        bench.wait(seconds)
    assert all(stop.length_ms <= rules.limit_ms for stop in bench.stops)
