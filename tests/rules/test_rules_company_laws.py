"""Who is missed (R4), held against a simple model whatever people do: come, go, tap, and let time pass.

The model knows three things of whoever stands by: whether they went after their last tap and did not
come back, whether they may stand by still, and how long ago they tapped.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from machine_bench import ADAS, BOBS, CLEOS, DANS, RULES, TEDS, MachineBench, powers, sponsored

from fabgate.events import Effect, Power
from fabgate.model import Ending, Ends, Hold, Level, MachineRules, Notice, Token, Why
from fabgate.records import SessionAlone, SessionProved, SessionStopped
from fabgate.rules.states import Ending as Warned
from fabgate.rules.states import Open, Run

BY = (CLEOS, DANS, ADAS, TEDS)  # Ted is a trainee: he stands by nobody
PEOPLE = st.sampled_from(BY)
WORDS = st.sampled_from(Ending)
HALLS = st.builds(
    lambda hold, alone, reproof_ms, grace_ms: replace(
        RULES, hold=hold, ends=Ends(alone=alone), reproof_ms=reproof_ms, company_grace_ms=grace_ms
    ),
    st.sampled_from(Hold),
    WORDS,
    st.sampled_from([0, 60_000, 600_000]),
    st.sampled_from([0, 5_000, 120_000]),
)


class Hall(RuleBasedStateMachine):
    """Bob works under somebody; people come to the counter, go, tap at the machine, and lose their rights."""

    @initialize(rules=HALLS)
    def somebody_works(self, rules: MachineRules) -> None:
        self.rules = rules
        self.begin()

    def begin(self) -> None:
        self.bench: MachineBench = sponsored(self.rules)
        self.tapped_ms = self.bench.now.wall_ms - 3_000  # the model: their last tap here
        self.proved_ms = self.bench.boot_ms - 3_000
        self.bench.wait(11)
        self.lost_ms: int | None = None

    @property
    def run(self) -> Run | None:
        state = self.bench.state
        return state.run if isinstance(state, Open | Warned) else None

    @property
    def by(self) -> Token:
        """Who stands by."""
        run = self.run
        assert run is not None
        assert run.session.sponsor_badge is not None
        return run.session.sponsor_badge

    # --- what people do

    @rule(seconds=st.sampled_from([0.5, 2, 4.999, 5, 30, 60, 115, 120, 600]))
    def time_passes(self, seconds: float) -> None:
        self.bench.wait(seconds)

    @rule(token=PEOPLE)
    def somebody_goes(self, token: Token) -> None:
        self.quietly(token, here=False, gone_ms=self.bench.wall_ms)

    @rule(token=PEOPLE)
    def somebody_comes(self, token: Token) -> None:
        self.quietly(token, here=True)

    @rule(token=PEOPLE, level=st.sampled_from([Level.NONE, Level.AUTONOMOUS, Level.SPONSOR]))
    def somebody_is_given_or_loses_a_right(self, token: Token, level: Level) -> None:
        self.quietly(token, level=level)

    def quietly(self, token: Token, **fields: object) -> None:
        """What the desk or a counter says never touches an output by itself."""
        assert powers(self.bench.change(token, **fields)) == []
        self.bench.wait(0)  # what is due at once, as where there is no grace, is the table's doing

    @precondition(lambda self: self.run is not None)
    @rule(token=PEOPLE)
    def somebody_taps(self, token: Token) -> None:
        bench = self.bench
        bench.wait(2)
        run = self.run
        if run is None:
            return
        stood, missed = self.by, run.alone_ms is not None
        able = bench.roster[token].level >= Level.AUTONOMOUS
        assert powers(bench.tap(token)) == [], "a tap of somebody who stands by, or might, switched something"
        if token == stood or (missed and able):
            self.tapped_ms, self.proved_ms = bench.wall_ms, bench.boot_ms
            assert self.by == token
        else:
            assert self.by == stood
        bench.wait(0)

    @precondition(lambda self: self.run is not None)
    @rule()
    def whoever_works_switches_off(self) -> None:
        bench = self.bench
        if self.rules.hold is Hold.SLOT:
            bench.lift(BOBS)
            bench.wait(30)
        else:
            bench.wait(2)
            while self.run is not None:  # the first tap may be "I have seen it"
                bench.tap(BOBS)
                bench.wait(2)

    @precondition(lambda self: self.run is None)
    @rule()
    def another_day(self) -> None:
        self.check_the_books()
        self.begin()

    # --- the laws

    @invariant()
    def who_is_missed_is_missed(self) -> None:
        run = getattr(self, "bench", None) and self.run
        if not run:
            return
        stands = self.bench.roster[self.by]
        gone = not stands.here and stands.gone_ms is not None and stands.gone_ms > self.tapped_ms
        unable = stands.level < Level.AUTONOMOUS
        assert (run.alone_ms is not None) == (gone or unable or run.missed)

    @invariant()
    def who_does_not_tap_is_asked_then_missed(self) -> None:
        run = getattr(self, "bench", None) and self.run
        if not run:
            return
        silent_ms = self.bench.boot_ms - self.proved_ms
        assert run.proved_ms == self.proved_ms
        if run.missed:
            assert self.rules.reproof_ms > 0
            assert silent_ms >= self.rules.reproof_ms + self.rules.company_grace_ms
            assert Notice.PROVE in [tell.what for tell in self.bench.told]
        elif run.alone_ms is None and run.asked_ms is None and self.rules.reproof_ms:
            assert silent_ms < self.rules.reproof_ms

    @invariant()
    def a_grace_is_a_grace(self) -> None:
        run = getattr(self, "bench", None) and self.run
        if not run or run.alone_ms is None:
            return
        if self.bench.boot_ms - run.alone_ms >= self.rules.company_grace_ms:
            assert Why.ALONE in run.told
            assert self.rules.ends.alone is not Ending.NOW, "alone for longer than the grace, and still on"

    def check_the_books(self) -> None:
        stops = self.bench.written(SessionStopped)
        assert len(stops) <= 1
        for stop in stops:
            if stop.why == Why.ALONE:
                assert self.rules.ends.alone is not Ending.WARN
                assert self.bench.written(SessionAlone)
        if not self.rules.reproof_ms:
            assert len(self.bench.written(SessionProved)) <= len(self.bench.written(SessionAlone))

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.check_the_books()


TestHall = Hall.TestCase
TestHall.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_the_model_and_the_machine_speak_of_the_same_thing():
    hall = Hall()
    hall.somebody_works(RULES)
    hall.somebody_goes(CLEOS)
    assert hall.run is not None
    assert hall.run.alone_ms is not None
    effects: tuple[Effect, ...] = hall.bench.tap(DANS)
    assert not any(isinstance(effect, Power) for effect in effects)
    assert hall.by == DANS
