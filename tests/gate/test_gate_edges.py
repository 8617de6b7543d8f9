"""The edges of the loop: emergency stops, readers, and what faces the people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from gate_lab import ADA, LASER, LATHE, WALL_MS, token_of

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.protocols import Sound
from fabgate.devices.sim import SimBench
from fabgate.devices.simparts import SimDisplay
from fabgate.events import BadgeGone, BadgeSeen, Event, Mended, Troubled
from fabgate.gate.assembly import catalogue_of
from fabgate.gate.panel import Panels, Showing
from fabgate.gate.readers import ReaderEdge, Ring
from fabgate.gate.screen import RETRY_MS
from fabgate.gate.sensing import Sensing
from fabgate.gate.signals import sound
from fabgate.model import Code, Fare, Notice, Taximeter, Trouble
from fabgate.rules.face import Mood
from fabgate.store.keys import Keys
from fabgate.tariff import Band, Meter, Tariff, TimePrice, Version


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS)


@pytest.fixture
def bench(lab: Settings, clock: SimClock) -> SimBench:
    return SimBench(lab, clock)


@pytest.fixture
def posted() -> list[Event]:
    return []


# --- emergency stops


def watch(bench: SimBench, clock: SimClock, posted: list[Event]) -> None:
    """The inputs of every machine speak."""
    for machine, devices in bench.machines.items():
        Sensing(machine, devices.inputs, clock, posted.append).watch()


def test_an_emergency_stop_speaks_when_it_is_pressed_and_when_it_is_released(
    bench: SimBench, clock: SimClock, posted: list[Event]
):
    watch(bench, clock, posted)
    bench.press(LATHE, "estop")
    bench.release(LATHE, "estop")
    now = clock.now()
    assert posted == [Troubled(LATHE, Trouble.ESTOP, now), Mended(LATHE, Trouble.ESTOP, now)]


def test_an_emergency_stop_that_is_pressed_already_says_so(
    bench: SimBench, clock: SimClock, posted: list[Event]
):
    bench.press(LASER, "estop")
    watch(bench, clock, posted)
    assert posted == [Troubled(LASER, Trouble.ESTOP, clock.now())]


def test_of_two_emergency_stops_both_must_be_released(bench: SimBench, clock: SimClock, posted: list[Event]):
    watch(bench, clock, posted)
    bench.press(LASER, "estop")
    bench.press(LASER, "pull-cord")
    bench.release(LASER, "estop")
    assert not [event for event in posted if isinstance(event, Mended)]
    bench.release(LASER, "pull-cord")
    assert posted[-1] == Mended(LASER, Trouble.ESTOP, clock.now())


def test_an_emergency_stop_that_does_not_answer_counts_as_pressed(
    bench: SimBench, clock: SimClock, posted: list[Event]
):
    watch(bench, clock, posted)
    bench.press(LASER, "estop")
    bench.fail(LASER, "pull-cord")
    bench.release(LASER, "estop")
    assert not [event for event in posted if isinstance(event, Mended)]


def test_an_input_that_fails_at_the_start_puts_its_machine_in_fault_and_no_other(
    bench: SimBench, clock: SimClock, posted: list[Event]
):
    bench.fail(LATHE, "estop")
    watch(bench, clock, posted)
    assert posted == [Troubled(LATHE, Trouble.INPUT, clock.now())]


# --- readers


@pytest.fixture
def edge(bench: SimBench, lab: Settings, clock: SimClock, posted: list[Event]) -> ReaderEdge:
    return ReaderEdge(
        LASER, bench.machines[LASER].readers[0], Keys.load(lab.gate.state), clock, posted.append
    )


def test_a_badge_leaves_the_reader_as_a_token(
    edge: ReaderEdge, bench: SimBench, lab: Settings, clock: SimClock, posted: list[Event]
):
    bench.tap(LASER, ADA)
    edge.turn(0)
    token, now = token_of(lab, ADA), clock.now()
    assert posted == [BadgeSeen(LASER, token, now), BadgeGone(LASER, token, now)]
    assert not [event for event in posted if str(ADA) in repr(event)]


def test_a_badge_bears_its_tokens_under_older_keys_too(
    bench: SimBench, lab: Settings, clock: SimClock, posted: list[Event]
):
    old = token_of(lab, ADA)
    new = Keys.rotate(lab.gate.state)
    edge = ReaderEdge(LASER, bench.machines[LASER].readers[0], new, clock, posted.append)
    bench.hold(LASER, ADA)
    edge.turn(0)
    [seen] = posted
    assert seen.older == (old,)
    assert seen.token == new.tokens(ADA)[0]


def test_new_keys_are_in_use_at_the_next_badge_and_a_lying_one_leaves_as_what_it_came(
    bench: SimBench, lab: Settings, clock: SimClock, posted: list[Event]
):
    ring = Ring(lab.gate.state)
    edge = ReaderEdge(LASER, bench.machines[LASER].readers[0], ring, clock, posted.append)
    old = token_of(lab, ADA)
    bench.hold(LASER, ADA)
    edge.turn(0)
    Keys.rotate(lab.gate.state)
    ring.reload()
    bench.lift(LASER)
    bench.tap(LASER, ADA)
    edge.turn(0)
    new = token_of(lab, ADA)
    assert [event.token for event in posted] == [old, old, new, new]
    assert posted[2].older == (old,)


def test_a_badge_that_lies_there_while_its_reader_fails_is_still_the_same_under_new_keys(
    bench: SimBench, lab: Settings, clock: SimClock, posted: list[Event]
):
    ring = Ring(lab.gate.state)
    edge = ReaderEdge(LASER, bench.machines[LASER].readers[0], ring, clock, posted.append)
    old = token_of(lab, ADA)
    bench.hold(LASER, ADA)
    edge.turn(0)
    bench.fail(LASER, "reader")
    edge.turn(0)
    Keys.rotate(lab.gate.state)
    ring.reload()
    bench.mend(LASER, "reader")
    edge.turn(0)
    seen = [event for event in posted if isinstance(event, BadgeSeen)]
    assert [event.token for event in seen] == [old, old]
    assert not seen[-1].fresh


def test_keys_that_cannot_be_read_anew_leave_those_in_use(lab: Settings):
    ring = Ring(lab.gate.state)
    before = ring.tokens(ADA)
    (lab.gate.state / "keys.json").unlink()
    ring.reload()
    assert ring.tokens(ADA) == before


def test_a_badge_that_lay_there_already_is_not_fresh(
    lab: Settings, clock: SimClock, posted: list[Event], bench: SimBench
):
    bench.hold(LASER, ADA)
    bench.reopen()
    edge = ReaderEdge(
        LASER, bench.machines[LASER].readers[0], Keys.load(lab.gate.state), clock, posted.append
    )
    edge.turn(0)
    [seen] = posted
    assert not seen.fresh


def test_a_blind_reader_is_told_once_and_tried_again_until_it_sees(
    edge: ReaderEdge, bench: SimBench, clock: SimClock, posted: list[Event]
):
    bench.fail(LASER, "reader")
    for _ in range(3):
        edge.turn(0)
    assert edge.blind
    assert posted == [Troubled(LASER, Trouble.READER, clock.now())]
    bench.mend(LASER, "reader")
    edge.turn(0)
    assert not edge.blind
    assert posted[1:] == [Mended(LASER, Trouble.READER, clock.now())]


def test_a_reader_that_fails_again_is_told_again(edge: ReaderEdge, bench: SimBench, posted: list[Event]):
    for _ in range(2):
        bench.fail(LASER, "reader")
        edge.turn(0)
        bench.mend(LASER, "reader")
        edge.turn(0)
    assert [type(event) for event in posted] == [Troubled, Mended, Troubled, Mended]


# --- what faces the people


@pytest.fixture
def panels(bench: SimBench, clock: SimClock, lab: Settings) -> Panels:
    titles = {machine: wired.rules.title for machine, wired in lab.machines.items()}
    return Panels(bench.machines, catalogue_of(lab), clock, titles)


def showing(what: Code | Notice = Code.UNKNOWN_BADGE) -> Showing:
    return Showing(LASER, what, {"title": "Laser", "contact": "Zoé"}, "en", sound(what))


def test_words_and_sound_reach_the_people(panels: Panels, bench: SimBench):
    panels.show(showing())
    assert bench.says(LASER)
    assert bench.state(LASER, "buzzer") == Sound.REFUSE


FARE = Fare(
    Tariff(currency="EUR"),
    Version("2026", date(2026, 1, 1), machines={"laser": {"": TimePrice((Band(Decimal(6)),))}}),
)


def running(clock: SimClock, fare: Fare = FARE, **more: object) -> Showing:
    """The machine at work, from now on, at 6 EUR an hour."""
    taxi = Taximeter(LASER, fare, "", False, clock.now().boot_ms, **more)  # type: ignore[arg-type]
    facts = {"title": "Laser", "member": "Ada"}
    return Showing(LASER, Notice.STILL_ON, facts, "en", Sound.NONE, rest=True, taxi=taxi)


def test_the_cost_so_far_is_written_anew_once_a_minute(panels: Panels, bench: SimBench, clock: SimClock):
    panels.show(running(clock))
    assert "EUR" not in bench.says(LASER)
    clock.advance(60_000 - 1)
    panels.turn()
    assert "EUR" not in bench.says(LASER)
    clock.advance(1)
    panels.turn()
    assert "0.10 EUR so far." in bench.says(LASER)
    clock.advance(30 * 60_000)
    panels.turn()
    assert "3.10 EUR so far." in bench.says(LASER)


def test_a_machine_that_is_priced_by_its_work_costs_no_more_while_it_rests(
    panels: Panels, bench: SimBench, clock: SimClock
):
    by_work = replace(FARE.version.machines["laser"][""], meter=Meter.BUSY)
    fare = replace(FARE, version=replace(FARE.version, machines={"laser": {"": by_work}}))
    panels.show(running(clock, fare, busy_ms=600_000))
    clock.advance(3_600_000)
    panels.turn()
    assert "1.00 EUR so far." in bench.says(LASER)


def test_what_is_shown_after_a_session_costs_nothing(panels: Panels, bench: SimBench, clock: SimClock):
    panels.show(running(clock))
    clock.advance(600_000)
    panels.show(showing(Notice.READY))
    clock.advance(600_000)
    panels.turn()
    assert "EUR" not in bench.says(LASER)


def test_a_display_that_fails_is_told_once_and_done_without(
    panels: Panels, bench: SimBench, caplog: pytest.LogCaptureFixture
):
    bench.fail(LASER, "display")
    for _ in range(3):
        panels.show(showing())
    assert bench.state(LASER, "buzzer") == Sound.REFUSE, "the sound is there all the same"
    assert len(caplog.records) == 1
    bench.mend(LASER, "display")
    panels.show(showing())
    assert bench.says(LASER)


def test_a_display_that_fails_while_time_passes_is_told_once_too(
    panels: Panels, bench: SimBench, clock: SimClock, caplog: pytest.LogCaptureFixture
):
    bench.fail(LASER, "display")
    panels.show(showing())
    for _ in range(30):
        clock.advance(1_000)
        panels.turn()
    assert len(caplog.records) == 1
    bench.mend(LASER, "display")
    clock.advance(RETRY_MS)
    panels.turn()
    assert bench.says(LASER), "it comes back by itself"


def test_who_is_asked_for_a_second_tap_sees_how_long_they_have(
    panels: Panels, clock: SimClock, monkeypatch: pytest.MonkeyPatch
):
    times: list[str] = []
    monkeypatch.setattr(SimDisplay, "write", lambda _display, _lines, head: times.append(head.left) or 1)
    session_ends_ms = clock.now().boot_ms + 42 * 60_000
    asked = replace(
        showing(Notice.ASK_CLAIM), facts={"title": "Laser", "wait_s": 10}, ends_ms=session_ends_ms
    )
    panels.show(asked)
    panels.show(replace(asked, rest=True))
    panels.show(replace(asked, ends_ms=clock.now().boot_ms + 5_000))
    assert times == ["10 s", "42 min", "5 s"]


def test_a_buzzer_that_fails_is_done_without(panels: Panels, bench: SimBench):
    bench.fail(LASER, "buzzer")
    panels.show(showing())
    assert bench.says(LASER)


def test_a_lamp_that_fails_is_done_without(panels: Panels, bench: SimBench, caplog: pytest.LogCaptureFixture):
    bench.fail(LASER, "lamp")
    for _ in range(3):
        panels.light(LASER, Mood.DENIED)
    assert len(caplog.records) == 1
    panels.light(LATHE, Mood.ON)
    assert bench.state(LATHE, "lamp") == "green steady"
