"""What lies at the reader and is no single badge that stays: it is told, and nothing else happens."""

from __future__ import annotations

import pytest
from machine_bench import ADAS, BOBS, LASER, LOCK, RULES, MachineBench, sponsored, working

from fabgate.events import BadgeUnfit, Tell
from fabgate.model import Code, Trouble


def free() -> MachineBench:
    return MachineBench()


def waiting() -> MachineBench:
    bench = free()
    bench.tap(BOBS)
    return bench


def opening() -> MachineBench:
    bench = free()
    bench.see(ADAS)
    bench.answer()
    return bench


def locked() -> MachineBench:
    bench = free()
    bench.lock(LOCK)
    return bench


def broken() -> MachineBench:
    bench = free()
    bench.trouble(Trouble.RELAY)
    return bench


@pytest.mark.parametrize("code", [Code.TWO_BADGES, Code.RANDOM_BADGE])
@pytest.mark.parametrize("at", [free, waiting, opening, working, sponsored, locked, broken])
def test_what_is_no_badge_is_told_and_changes_nothing(at, code: Code):
    bench = at()
    before, power, books = bench.state, bench.relay, list(bench.records)
    effects = bench.send(BadgeUnfit(LASER, code, bench.now))
    assert effects == (Tell(LASER, code, {"title": RULES.title, "contact": RULES.contact}),)
    assert (bench.state, bench.relay, bench.records) == (before, power, books)


def test_a_machine_that_stops_says_nothing_more():
    bench = free()
    bench.shut_down()
    assert bench.send(BadgeUnfit(LASER, Code.TWO_BADGES, bench.now)) == ()


def test_a_deadline_that_has_passed_comes_first():
    bench = waiting()
    bench.sleep(61)
    bench.send(BadgeUnfit(LASER, Code.TWO_BADGES, bench.now))
    assert [tell.what.value for tell in bench.told[-2:]] == ["wait_over", "two_badges"]
