"""What a machine shows: a face for every state, a mood for everything it says."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from machine_bench import (
    ADAS,
    BOBS,
    CLEOS,
    HOUR,
    KIMS,
    LASER,
    LOCK,
    MINUTE,
    RULES,
    SLOT_RULES,
    MachineBench,
    sponsored,
    working,
)

from fabgate.events import Tell
from fabgate.model import Code, Moment, Notice, Trouble, Why
from fabgate.rules.face import Face, Mood, face, flash
from fabgate.rules.gestures import Name
from fabgate.rules.states import Condition, Open, State, at_rest


def opening() -> State:
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    return bench.state


def awaiting_return() -> State:
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    bench.tap(CLEOS)
    return bench.state


def awaiting_sponsor() -> State:
    bench = MachineBench()
    bench.tap(BOBS)
    return bench.state


def awaiting_confirm() -> State:
    bench = MachineBench()
    bench.lock()
    bench.tap(KIMS)
    return bench.state


def ending() -> State:
    bench = working()
    bench.wait(4 * HOUR - MINUTE)
    return bench.state


FACES = {
    Name.FREE: (lambda: at_rest(Condition()), Mood.READY, Notice.READY),
    Name.LOCKED_OUT: (lambda: at_rest(Condition(lock=LOCK)), Mood.LOCKED, Code.MACHINE_LOCKED),
    Name.FAULT: (
        lambda: at_rest(Condition(troubles=frozenset({Trouble.ESTOP}))),
        Mood.FAULT,
        Code.MACHINE_FAULT,
    ),
    Name.AWAITING_SPONSOR: (awaiting_sponsor, Mood.WAITING, Notice.ASK_SPONSOR),
    Name.AWAITING_RETURN: (awaiting_return, Mood.WAITING, Notice.ASK_RETURN),
    Name.AWAITING_CONFIRM: (awaiting_confirm, Mood.WARNING, Notice.CONFIRM),
    Name.OPENING: (opening, Mood.WAITING, Notice.READY),
    Name.OPEN: (lambda: working().state, Mood.ON, Notice.STILL_ON),
    Name.ENDING: (ending, Mood.WARNING, Notice.WARNING),
}


def test_every_state_has_a_face():
    assert set(FACES) == set(Name)
    assert {cls.name for cls in get_args(State)} == set(Name)


@pytest.mark.parametrize("name", Name)
def test_the_face_of_a_state(name):
    make, mood, what = FACES[name]
    state = make()
    assert state.name is name
    shown = face(RULES, state)
    assert (shown.mood, shown.what) == (mood, what)
    assert (shown.facts["title"], shown.facts["contact"]) == ("Laser cutter", "ask at the bar")


def test_only_a_machine_with_power_looks_on():
    for name, (make, _, _) in FACES.items():
        assert (face(RULES, make()).mood is Mood.ON) == (name is Name.OPEN)


@pytest.mark.parametrize("notice", Notice)
def test_every_notice_has_a_mood(notice):
    assert isinstance(flash(Tell(LASER, notice)), Mood)


@pytest.mark.parametrize("code", Code)
def test_every_refusal_looks_the_same(code):
    assert flash(Tell(LASER, code)) is Mood.DENIED


def test_a_trainee_who_waits_reads_who_could_come():
    shown = face(RULES, awaiting_sponsor())
    assert (shown.facts["sponsors"], shown.facts["member"], shown.language) == (("Cleo",), "Bob", "nl")


def test_both_names_stand_there_during_a_supervised_session():
    shown = face(RULES, sponsored().state)
    assert (shown.facts["member"], shown.facts["sponsor"]) == ("Bob", "Cleo")


def test_a_locked_machine_says_since_when():
    assert face(RULES, at_rest(Condition(lock=LOCK))).facts["since_ms"] == LOCK.since_ms


@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble is not Trouble.CHECKING])
def test_a_machine_in_trouble_says_which_although_the_journal_is_checked_too(trouble):
    shown = face(RULES, at_rest(Condition(troubles=frozenset({trouble, Trouble.CHECKING}))))
    assert (shown.mood, shown.facts["trouble"]) == (Mood.FAULT, trouble)


def test_the_check_of_the_journal_is_no_fault():
    shown = face(RULES, at_rest(Condition(troubles=frozenset({Trouble.CHECKING}))))
    assert (shown.mood, shown.what) == (Mood.WARNING, Notice.CHECKING)


def test_a_running_machine_says_until_when_where_the_clock_was_right_at_the_start():
    bench = working()
    assert isinstance(bench.state, Open)
    opened = bench.state.run.opened
    assert face(RULES, bench.state).facts["until_ms"] == opened.wall_ms + RULES.limit_ms
    unsynced = Moment(opened.boot, opened.boot_ms, opened.wall_ms, synced=False)
    state = replace(bench.state, run=replace(bench.state.run, opened=unsynced))
    assert "until_ms" not in face(RULES, state).facts


def test_a_machine_that_will_end_says_why():
    assert face(RULES, ending()).facts["why"] == Why.LIMIT


def test_the_face_does_not_change_while_nothing_happens_so_that_a_display_is_written_once():
    bench = working()
    before = face(RULES, bench.state)
    bench.wait(HOUR)
    assert face(RULES, bench.state) == before
    assert isinstance(before, Face)
