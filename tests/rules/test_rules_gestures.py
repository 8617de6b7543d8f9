"""The table of gestures: every cell that can occur has one meaning, and the machine does what it says.

A cast of badges taps at the machine in each of its states. Who they are there (`Who`) is said here
by hand; that the table has exactly these cells, and that `step` keeps to each, is what is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from machine_bench import (
    ADAS,
    ADAS_OTHER,
    BLOCKED,
    BOBS,
    BOBS_OTHER,
    CLEOS,
    CLEOS_OTHER,
    DANS,
    EVES,
    HOUR,
    RULES,
    SUSPENDED,
    TEDS,
    UNKNOWN,
    MachineBench,
    powers,
    sponsored,
    working,
)

from fabgate.events import Effect, Ink, Refuse, Tell
from fabgate.model import Ending, Ends, Hold, Level, MachineRules, Notice, Token, Trouble, Why
from fabgate.records import SessionStopped
from fabgate.rules.gestures import MEANING, Cell, Gesture, Name, Who
from fabgate.rules.states import (
    AwaitingReturn,
    AwaitingSponsor,
    Open,
    Opening,
    State,
    at_rest,
)
from fabgate.rules.states import Ending as Warned

# --- the machine in each of its states ----------------------------------------------------------


def locked(rules: MachineRules) -> MachineBench:
    bench = MachineBench(rules)
    bench.lock()
    return bench


def faulty(rules: MachineRules) -> MachineBench:
    bench = MachineBench(rules)
    bench.trouble(Trouble.INPUT)
    return bench


def awaiting_sponsor(rules: MachineRules) -> MachineBench:
    bench = MachineBench(rules)
    bench.tap(BOBS)
    bench.wait(3)
    return bench


def awaiting_return(rules: MachineRules) -> MachineBench:
    bench = awaiting_sponsor(rules)
    bench.tap(CLEOS)
    bench.wait(3)
    return bench


def opening(rules: MachineRules) -> MachineBench:
    """Bob's start under Cleo is being written. An ink that takes long leaves time for second taps."""
    slow = replace(rules, ink_ms=10_000)
    bench = awaiting_return(slow) if rules.hold is Hold.SLOT else awaiting_sponsor(slow)
    bench.see(BOBS if rules.hold is Hold.SLOT else CLEOS)
    bench.answer()
    return bench


def opening_in_slot_with_a_second_tap(rules: MachineRules) -> MachineBench:
    """A slow store: Bob took his badge out and put it in again before his first tap was answered."""
    bench = awaiting_return(replace(rules, ink_ms=10_000))
    bench.see(BOBS)
    bench.lift(BOBS)
    bench.wait(3)
    bench.see(BOBS)
    second = bench.asks.pop()
    bench.answer()
    bench.asks.append(second)
    return bench


def open_late(rules: MachineRules) -> MachineBench:
    bench = sponsored(rules)
    bench.wait(HOUR)
    return bench


def ending(rules: MachineRules) -> MachineBench:
    """Bob's session ends soon because the machine was locked three seconds after its start."""
    bench = sponsored(replace(rules, ends=Ends(locked=Ending.SOON)))
    bench.lock()
    return bench


def ending_late(rules: MachineRules) -> MachineBench:
    bench = ending(rules)
    bench.wait(60)
    return bench


# --- who taps there -----------------------------------------------------------------------------

OTHERS: dict[Token, Who] = {
    CLEOS: Who.ABLE,
    DANS: Who.AUTONOMOUS,
    TEDS: Who.TRAINEE,
    EVES: Who.NOBODY,
    UNKNOWN: Who.NOBODY,
    BLOCKED: Who.NOBODY,
    SUSPENDED: Who.NOBODY,
}
# Another than Cleo, who sponsors here already, may sponsor too.
STRANGERS = {ADAS: Who.ABLE, **{token: who for token, who in OTHERS.items() if token != CLEOS}}
OWN = {BOBS: Who.USER, BOBS_OTHER: Who.USER_OTHER}
NEW = {CLEOS: Who.SPONSOR_NEW, CLEOS_OTHER: Who.SPONSOR_NEW}
LATE = {CLEOS: Who.SPONSOR, CLEOS_OTHER: Who.SPONSOR}


@dataclass(frozen=True)
class Scene:
    """A machine in a state, and who each badge is there."""

    name: Name
    make: Callable[[MachineRules], MachineBench]
    cast: dict[Token, Who]
    holds: tuple[Hold, ...] = tuple(Hold)


SCENES = (
    Scene(Name.FREE, MachineBench, OTHERS),
    Scene(Name.LOCKED_OUT, locked, OTHERS),
    Scene(Name.FAULT, faulty, OTHERS),
    Scene(Name.AWAITING_SPONSOR, awaiting_sponsor, OWN | OTHERS),
    Scene(Name.AWAITING_RETURN, awaiting_return, OWN | NEW | STRANGERS, (Hold.SLOT,)),
    Scene(Name.OPENING, opening, OWN | NEW | STRANGERS, (Hold.TAP,)),
    # In a slot the user's badge lies there, and taking it out is what takes the start back.
    Scene(Name.OPENING, opening, {BOBS_OTHER: Who.USER_OTHER} | NEW | STRANGERS, (Hold.SLOT,)),
    Scene(Name.OPENING, opening_in_slot_with_a_second_tap, {BOBS: Who.USER}, (Hold.SLOT,)),
    Scene(Name.OPEN, sponsored, OWN | NEW | STRANGERS),
    Scene(Name.OPEN, open_late, OWN | LATE | STRANGERS),
    Scene(Name.ENDING, ending, OWN | NEW | STRANGERS),
    Scene(Name.ENDING, ending_late, OWN | LATE | STRANGERS),
)
TAPS = [
    pytest.param(scene, token, hold, id=f"{scene.name}-{who}-{token}-{hold}")
    for scene in SCENES
    for hold in scene.holds
    for token, who in scene.cast.items()
]


def on_stage(scene: Scene, hold: Hold) -> MachineBench:
    """The scene in a lab that asks sponsors to be of that level: Dan is autonomous and no more."""
    bench = scene.make(replace(RULES, hold=hold, sponsor_from=Level.SPONSOR))
    bench.roster[ADAS] = bench.roster[ADAS_OTHER] = replace(bench.roster[ADAS], level=Level.SPONSOR)
    assert bench.state.name is scene.name
    return bench


def tap(bench: MachineBench, token: Token) -> tuple[Effect, ...]:
    """A badge comes and is looked up where that is needed; ink is not delivered."""
    if bench.asks:
        return bench.answer()
    if not bench.state.condition.presence.seen(token, bench.boot_ms, fresh=True)[1]:
        bench.lift(token)  # in a slot: only what was taken out can come again
        bench.wait(3)
    return bench.see(token) + bench.answer()


# --- the table ----------------------------------------------------------------------------------


def cells() -> set[Cell]:
    return {
        (scene.name, who, hold) for scene in SCENES for hold in scene.holds for who in scene.cast.values()
    }


def test_every_cell_that_can_occur_has_one_meaning_and_no_other_cell_is_there():
    assert set(MEANING) == cells()


def test_every_state_every_person_and_every_meaning_stands_in_the_table():
    assert {state for state, _, _ in MEANING} == set(Name)
    assert {who for _, who, _ in MEANING} == set(Who)
    assert set(MEANING.values()) == set(Gesture)


def test_a_strangers_tap_is_refused_wherever_somebody_works():
    for (state, who, _), meaning in MEANING.items():
        if state in (Name.OPENING, Name.OPEN, Name.ENDING) and who in set(OTHERS.values()):
            assert meaning is Gesture.REFUSE


def test_only_the_user_or_a_new_sponsor_can_end_a_session():
    for (state, who, _), meaning in MEANING.items():
        if meaning in (Gesture.OFF, Gesture.UNDO):
            assert state in (Name.OPEN, Name.ENDING)
            assert who in (Who.USER, Who.USER_OTHER, Who.SPONSOR_NEW)


# --- what the machine makes of it -----------------------------------------------------------------


@pytest.mark.parametrize(("scene", "token", "hold"), TAPS)
def test_the_machine_does_what_the_table_says(scene, token, hold):
    bench = on_stage(scene, hold)
    meaning = MEANING[scene.name, scene.cast[token], hold]
    before = bench.state
    effects = tap(bench, token)
    assert True not in powers(effects), "no tap opens a machine: only ink does"
    FITS[meaning](bench, before, token, effects)


def told(effects: tuple[Effect, ...], what: Notice) -> Tell:
    (tell,) = [effect for effect in effects if isinstance(effect, Tell) and effect.what is what]
    return tell


def run(state: State) -> object:
    assert isinstance(state, Open | Warned)
    return replace(state.run, seen=False, away_ms=None)


def starts(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, Opening)
    (ink,) = bench.inks
    assert (ink.body.badge, ink.body.sponsor) == (token, None)


def asks_sponsor(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, AwaitingSponsor)
    assert bench.state.trainee.badge == token
    told(effects, Notice.ASK_SPONSOR)


def starts_supervised(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, Opening)
    (ink,) = bench.inks
    assert (ink.body.member, ink.body.sponsor) == ("m-bob", "m-cleo")
    returned = isinstance(before, AwaitingReturn)
    assert (ink.body.badge, ink.body.sponsor_badge) == ((token, CLEOS) if returned else (BOBS, token))


def asks_return(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, AwaitingReturn)
    assert bench.state.session.sponsor_badge == token
    told(effects, Notice.ASK_RETURN)


def cancels(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert bench.state == at_rest(bench.state.condition)
    assert (bench.relay, bench.stops) == (False, [])
    assert bench.said is Notice.CANCELLED


def ends(why: Why, charged: bool) -> Callable[..., None]:
    def fits(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
        assert bench.state == at_rest(bench.state.condition)
        assert powers(effects) == [False]
        (stop,) = [effect.body for effect in effects if isinstance(effect, Ink)]
        assert isinstance(stop, SessionStopped)
        assert (stop.why, stop.charged) == (why, charged)

    return fits


def goes_on(notice: Notice) -> Callable[..., None]:
    def fits(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
        assert bench.relay
        assert run(bench.state) == run(before)
        assert bench.said is notice
        if notice is not Notice.HERE:
            assert isinstance(bench.state, Open)
            assert bench.state.run.seen == isinstance(before, Warned)

    return fits


def refuses(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    tell, refusal = [effect for effect in effects if isinstance(effect, Tell | Refuse)]
    assert isinstance(tell, Tell)
    assert isinstance(refusal, Refuse)
    assert (refusal.code, refusal.token) == (tell.what, token)
    assert bench.state == replace(before, condition=bench.state.condition)
    assert bench.inks == [] or isinstance(before, Opening)


FITS: dict[Gesture, Callable[..., None]] = {
    Gesture.START: starts,
    Gesture.ASK_SPONSOR: asks_sponsor,
    Gesture.START_SUPERVISED: starts_supervised,
    Gesture.ASK_RETURN: asks_return,
    Gesture.CANCEL: cancels,
    Gesture.OFF: ends(Why.OWN_TAP, charged=True),
    Gesture.UNDO: ends(Why.UNDONE, charged=False),
    Gesture.STAY: goes_on(Notice.STAY),
    Gesture.BACK: goes_on(Notice.BACK),
    Gesture.HERE: goes_on(Notice.HERE),
    Gesture.REFUSE: refuses,
}


def test_alone_or_sponsored_the_user_is_the_user():
    for hold in Hold:
        bench = working(ADAS, replace(RULES, hold=hold))
        tap(bench, ADAS)
        assert bench.said is (Notice.ENDED if hold is Hold.TAP else Notice.BACK)
