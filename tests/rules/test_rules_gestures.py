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
    GUSS,
    HOUR,
    KIM,
    KIMS,
    KIMS_OTHER,
    LEAS,
    LEAS_OTHER,
    MINUTE,
    RULES,
    SUSPENDED,
    TEDS,
    UNKNOWN,
    MachineBench,
    badge,
    person,
    powers,
    sponsored,
    working,
)

from fabgate.events import Effect, Ink, Refuse, Tell
from fabgate.model import (
    Company,
    Ending,
    Ends,
    Hold,
    Level,
    MachineRules,
    Notice,
    Standing,
    Token,
    Trouble,
    Upkeep,
    Why,
)
from fabgate.records import EvidenceNoted, SessionProved, SessionStopped
from fabgate.rules.gestures import MEANING, Cell, Gesture, Name, Who
from fabgate.rules.states import (
    AwaitingConfirm,
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
    bench = sponsored(replace(rules, ends=Ends(locked=Ending.WHEN_IDLE)))
    bench.lock()
    return bench


def ending_late(rules: MachineRules) -> MachineBench:
    bench = ending(rules)
    bench.wait(60)
    return bench


def just_ended(rules: MachineRules) -> MachineBench:
    """Bob has switched off, or has gone with his badge; Cleo may still say something about it."""
    bench = sponsored(rules)
    if rules.hold is Hold.SLOT:
        bench.lift(BOBS)
        bench.wait(30)
    else:
        bench.tap(BOBS)
    bench.wait(3)
    return bench


def worn_out(rules: MachineRules) -> MachineBench:
    """It needs a service first, and does not run without."""
    bench = MachineBench(rules)
    over = Upkeep("lens", left_jobs=0, blocks=True)
    bench.roster = {token: replace(standing, upkeep=over) for token, standing in bench.roster.items()}
    return bench


def awaiting_confirm(rules: MachineRules) -> MachineBench:
    bench = locked(rules)
    bench.tap(KIMS)
    bench.wait(3)
    return bench


def alone(rules: MachineRules) -> MachineBench:
    """Cleo lost what she stood by Bob with."""
    bench = open_late(rules)
    bench.change(CLEOS, level=Level.NONE)
    bench.change(CLEOS_OTHER, level=Level.NONE)
    return bench


def ending_alone(rules: MachineRules) -> MachineBench:
    bench = alone(replace(rules, ends=Ends(locked=Ending.WHEN_IDLE)))
    bench.lock()
    return bench


def asked(rules: MachineRules) -> MachineBench:
    """Lea leads a workshop, and is asked whether she is still there."""
    bench = working(LEAS, replace(rules, reproof_ms=600_000))
    bench.wait(10 * MINUTE)
    return bench


def ending_asked(rules: MachineRules) -> MachineBench:
    bench = asked(replace(rules, ends=Ends(locked=Ending.WHEN_IDLE)))
    bench.lock()
    return bench


def idle(rules: MachineRules) -> MachineBench:
    """Bob's session stands idle: whoever could work here may ask for the machine."""
    bench = open_late(replace(rules, metered=True, takeover_ms=600_000))
    bench.works(False)
    bench.wait(10 * MINUTE)
    return bench


def ending_idle(rules: MachineRules) -> MachineBench:
    """The same, and its end was announced."""
    bench = ending(replace(rules, metered=True, takeover_ms=200_000))
    bench.works(False)
    bench.wait(200)
    return bench


def claimed(rules: MachineRules) -> MachineBench:
    """Dan asked for it, and was asked whether he means to."""
    bench = idle(rules)
    bench.tap(DANS)
    bench.wait(3)
    return bench


def ending_claimed(rules: MachineRules) -> MachineBench:
    bench = ending_idle(rules)
    # The lock by which it ends was taken away; the end that was announced stays.
    bench.lock(None)
    bench.tap(DANS)
    bench.wait(3)
    return bench


def ending_idle_unlocked(rules: MachineRules) -> MachineBench:
    bench = ending_idle(rules)
    bench.lock(None)
    return bench


def finishing(rules: MachineRules) -> MachineBench:
    """Bob left the machine to its job."""
    when_idle = Ends(tap=Ending.WHEN_IDLE, badge_gone=Ending.WHEN_IDLE)
    bench = open_late(replace(rules, metered=True, ends=when_idle))
    bench.works()
    if rules.hold is Hold.SLOT:
        bench.lift(BOBS)
        bench.wait(30)
    else:
        bench.tap(BOBS)
        bench.wait(3)
    return bench


# --- who taps there -----------------------------------------------------------------------------

ACES, LOUS = badge("ace"), badge("lou")  # what they may depends on the class of the machine
CLASS = {ACES: Company.ACCOMPANIED, LOUS: Company.NEVER_ALONE}
CAST: dict[Token, Who] = {
    ADAS: Who.AUTONOMOUS,
    DANS: Who.AUTONOMOUS,
    LEAS: Who.LEADER,
    ACES: Who.ACCOMPANIED,
    TEDS: Who.TRAINEE,
    LOUS: Who.LONE,
    GUSS: Who.GUEST,
    EVES: Who.NOBODY,
    UNKNOWN: Who.NOBODY,
    BLOCKED: Who.NOBODY,
    SUSPENDED: Who.NOBODY,
}
OTHERS = {**CAST, CLEOS: Who.AUTONOMOUS}
OWN = {BOBS: Who.USER, BOBS_OTHER: Who.USER_OTHER}
NEW = {CLEOS: Who.SPONSOR_NEW, CLEOS_OTHER: Who.SPONSOR_NEW}
LATE = {CLEOS: Who.SPONSOR, CLEOS_OTHER: Who.SPONSOR}
SPONSORS = {ADAS: Who.ABLE, CLEOS: Who.ABLE}
RELIEF = {ADAS: Who.ABLE}
KEEPERS = {KIMS: Who.KEEPER, KIMS_OTHER: Who.KEEPER}
CONFIRMING = {KIMS: Who.USER, KIMS_OTHER: Who.USER_OTHER}
PRAISING = {CLEOS: Who.SPONSOR_WAS, CLEOS_OTHER: Who.SPONSOR_WAS}
CLAIMING = dict.fromkeys((ADAS, DANS, LEAS, ACES), Who.CLAIMANT)
CLAIMED = CLAIMING | {DANS: Who.CLAIMANT_ASKED}
LEADING = {LEAS: Who.USER_ASKED, LEAS_OTHER: Who.USER_ASKED}
NOT_LEA = {token: who for token, who in OTHERS.items() if token != LEAS}


@dataclass(frozen=True)
class Scene:
    """A machine in a state, and who each badge is there."""

    name: Name
    make: Callable[[MachineRules], MachineBench]
    cast: dict[Token, Who]
    holds: tuple[Hold, ...] = tuple(Hold)


SCENES = (
    Scene(Name.FREE, MachineBench, OTHERS),
    Scene(Name.FREE, just_ended, CAST | PRAISING),
    Scene(Name.FREE, worn_out, KEEPERS),
    Scene(Name.LOCKED_OUT, locked, OTHERS | KEEPERS),
    Scene(Name.FAULT, faulty, OTHERS),
    Scene(Name.AWAITING_SPONSOR, awaiting_sponsor, OWN | OTHERS | SPONSORS),
    Scene(Name.AWAITING_RETURN, awaiting_return, OWN | NEW | CAST, (Hold.SLOT,)),
    Scene(Name.AWAITING_CONFIRM, awaiting_confirm, CONFIRMING | OTHERS),
    Scene(Name.OPENING, opening, OWN | NEW | CAST, (Hold.TAP,)),
    # In a slot the user's badge lies there, and taking it out is what takes the start back.
    Scene(Name.OPENING, opening, {BOBS_OTHER: Who.USER_OTHER} | NEW | CAST, (Hold.SLOT,)),
    Scene(Name.OPENING, opening_in_slot_with_a_second_tap, {BOBS: Who.USER}, (Hold.SLOT,)),
    Scene(Name.OPEN, sponsored, OWN | NEW | CAST),
    Scene(Name.OPEN, open_late, OWN | LATE | CAST),
    Scene(Name.OPEN, alone, OWN | LATE | CAST | RELIEF),
    Scene(Name.OPEN, asked, LEADING | NOT_LEA),
    Scene(Name.OPEN, idle, OWN | LATE | CAST | CLAIMING),
    Scene(Name.OPEN, claimed, OWN | LATE | CAST | CLAIMED),
    Scene(Name.ENDING, ending, OWN | NEW | CAST),
    Scene(Name.ENDING, ending_late, OWN | LATE | CAST),
    Scene(Name.ENDING, ending_alone, OWN | LATE | CAST | RELIEF),
    Scene(Name.ENDING, ending_asked, LEADING | NOT_LEA),
    Scene(Name.ENDING, ending_idle, OWN | LATE | CAST),  # it is locked: nobody could start it
    Scene(Name.ENDING, ending_idle_unlocked, OWN | LATE | CAST | CLAIMING),
    Scene(Name.ENDING, ending_claimed, OWN | LATE | CAST | CLAIMED),
    Scene(Name.ENDING, finishing, OWN | LATE | CAST),
)
TAPS = [
    pytest.param(scene, token, hold, id=f"{scene.make.__name__}-{who}-{token}-{hold}")
    for scene in SCENES
    for hold in scene.holds
    for token, who in scene.cast.items()
]


def on_stage(scene: Scene, hold: Hold, company: Company) -> MachineBench:
    """The scene in a lab that takes guests and asks sponsors to be of that level: Dan is autonomous only."""
    rules = replace(RULES, hold=hold, sponsor_from=Level.SPONSOR, guests=True, company=company)
    bench = scene.make(rules)
    bench.roster[ADAS] = bench.roster[ADAS_OTHER] = replace(bench.roster[ADAS], level=Level.SPONSOR)
    bench.roster[ACES] = Standing(person("Ace"), level=Level.TRAINEE, sponsors_here=(KIM,))
    bench.roster[LOUS] = Standing(person("Lou"), level=Level.AUTONOMOUS)
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


def test_a_machine_that_is_out_of_service_is_started_by_who_keeps_it_and_with_two_taps():
    starts = {Gesture.START, Gesture.START_SUPERVISED, Gesture.START_MAINTENANCE}
    out = (Name.LOCKED_OUT, Name.AWAITING_CONFIRM, Name.FAULT)
    cells = {
        (state, who) for (state, who, _), meaning in MEANING.items() if meaning in starts and state in out
    }
    assert cells == {(Name.AWAITING_CONFIRM, Who.USER)}
    assert MEANING[Name.LOCKED_OUT, Who.KEEPER, Hold.TAP] is Gesture.ASK_CONFIRM


def test_a_sponsor_who_says_well_done_starts_nothing_by_it():
    assert {MEANING[Name.FREE, Who.SPONSOR_WAS, hold] for hold in Hold} == {Gesture.PRAISE}


def test_only_the_user_or_a_new_sponsor_can_end_a_session_and_with_two_taps_whoever_needs_an_idle_machine():
    for (state, who, _), meaning in MEANING.items():
        if meaning in (Gesture.OFF, Gesture.UNDO):
            assert state in (Name.OPEN, Name.ENDING)
            assert who in (Who.USER, Who.USER_OTHER, Who.SPONSOR_NEW)
        if meaning is Gesture.CLAIM:
            assert (who, state in (Name.OPEN, Name.ENDING)) == (Who.CLAIMANT_ASKED, True)


# --- what the machine makes of it -----------------------------------------------------------------


@pytest.mark.parametrize(("scene", "token", "hold"), TAPS)
def test_the_machine_does_what_the_table_says(scene, token, hold):
    bench = on_stage(scene, hold, CLASS.get(token, Company.SUPERVISED))
    meaning = MEANING[scene.name, scene.cast[token], hold]
    before = bench.state
    effects = tap(bench, token)
    assert True not in powers(effects), "no tap opens a machine: only ink does"
    FITS[meaning](bench, before, token, effects)


def told(effects: tuple[Effect, ...], what: Notice) -> Tell:
    (tell,) = [effect for effect in effects if isinstance(effect, Tell) and effect.what is what]
    return tell


def run(state: State) -> object:
    """A running session but for what a tap may say: that somebody is there, and has seen the warning, or is
    back from wherever they went."""
    assert isinstance(state, Open | Warned)
    session = replace(state.run.session, sponsor_ms=0, badge=UNKNOWN)
    here = {"unseen": frozenset(), "finishing": None, "claim": None, "stayed_ms": 0, "away_ms": None}
    return replace(state.run, session=session, proved_ms=0, **here)


def starts(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, Opening)
    (ink,) = bench.inks
    assert (ink.body.badge, ink.body.sponsor) == (token, None)


def asks(notice: Notice) -> Callable[..., None]:
    def fits(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
        assert isinstance(bench.state, AwaitingSponsor)
        assert bench.state.trainee.badge == token
        told(effects, notice)

    return fits


def asks_confirm(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, AwaitingConfirm)
    assert (bench.state.session.badge, bench.inks) == (token, [])
    told(effects, Notice.CONFIRM)


def starts_maintenance(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, Opening)
    (ink,) = bench.inks
    assert (ink.body.badge, ink.body.purpose) == (token, "maintenance")


def praises(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert bench.state.name is Name.FREE
    assert bench.inks == []
    (noted,) = [effect.body for effect in effects if isinstance(effect, Ink)]
    assert isinstance(noted, EvidenceNoted)
    assert (noted.member, noted.by, noted.what) == ("m-bob", "m-cleo", "session")
    told(effects, Notice.WELL_DONE)


def takes_over(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, Open | Warned)
    assert bench.relay
    assert (bench.state.run.session.sponsor_badge, bench.state.run.alone_ms) == (token, None)
    assert bench.written(SessionProved)[-1].by == "m-ada"
    told(effects, Notice.HERE)


def proves(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, Open)
    assert bench.relay
    assert (bench.state.run.asked_ms, bench.state.run.proved_ms) == (None, bench.boot_ms)
    assert bench.written(SessionProved)[-1].by == "m-lea"


def starts_supervised(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(bench.state, Opening)
    (ink,) = bench.inks
    sponsor = CLEOS if isinstance(before, AwaitingReturn) else token
    assert (ink.body.member, ink.body.sponsor) == ("m-bob", bench.standing(sponsor).person.member)
    holds = token if isinstance(before, AwaitingReturn) else BOBS
    assert (ink.body.badge, ink.body.sponsor_badge) == (holds, sponsor)


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


def asks_claim(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
    assert isinstance(before, Open | Warned)
    assert isinstance(bench.state, Open | Warned)
    assert bench.relay
    claim = bench.state.run.claim
    assert claim is not None
    assert (claim.badge, claim.until_ms) == (token, bench.boot_ms + RULES.confirm_ms)
    assert replace(bench.state.run, claim=before.run.claim) == before.run
    assert told(effects, Notice.ASK_CLAIM).facts["wait_s"] == 10


def goes_on(notice: Notice) -> Callable[..., None]:
    def fits(bench: MachineBench, before: State, token: Token, effects: tuple[Effect, ...]) -> None:
        assert bench.relay
        assert run(bench.state) == run(before)
        # In a slot another badge of theirs takes the place of the one that is out.
        back = notice is Notice.BACK and before.run.away_ms is not None
        assert bench.state.run.session.badge == (token if back else before.run.session.badge)
        sponsor = isinstance(before, Open | Warned) and before.run.session.sponsor
        gone = sponsor and before.run.alone_ms is not None and notice is Notice.HERE
        # A sponsor who may be one no more helps nobody by saying that they are there.
        assert bench.said is (Notice.ALONE if gone else notice)
        if notice is not Notice.HERE:
            assert isinstance(bench.state, Open)
            assert bench.state.run.stayed_ms == bench.boot_ms

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
    Gesture.ASK_SPONSOR: asks(Notice.ASK_SPONSOR),
    Gesture.ASK_COMPANY: asks(Notice.ASK_COMPANY),
    Gesture.ASK_HOST: asks(Notice.ASK_HOST),
    Gesture.ASK_CONFIRM: asks_confirm,
    Gesture.START_MAINTENANCE: starts_maintenance,
    Gesture.PRAISE: praises,
    Gesture.TAKE_OVER: takes_over,
    Gesture.PROVE: proves,
    Gesture.START_SUPERVISED: starts_supervised,
    Gesture.ASK_RETURN: asks_return,
    Gesture.CANCEL: cancels,
    Gesture.OFF: ends(Why.OWN_TAP, charged=True),
    Gesture.UNDO: ends(Why.UNDONE, charged=False),
    Gesture.STAY: goes_on(Notice.STAY),
    Gesture.BACK: goes_on(Notice.BACK),
    Gesture.HERE: goes_on(Notice.HERE),
    Gesture.ASK_CLAIM: asks_claim,
    Gesture.CLAIM: ends(Why.TAKEOVER, charged=True),
    Gesture.REFUSE: refuses,
}


def test_alone_or_sponsored_the_user_is_the_user():
    for hold in Hold:
        bench = working(ADAS, replace(RULES, hold=hold))
        tap(bench, ADAS)
        assert bench.said is (Notice.ENDED if hold is Hold.TAP else Notice.BACK)
