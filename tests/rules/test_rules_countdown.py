"""What a display counts down to: the end that comes by itself, and nothing where none does."""

from __future__ import annotations

from dataclasses import replace

from machine_bench import ADAS, BOBS, RULES, MachineBench, metered, working

from fabgate.model import Ending, Ends
from fabgate.rules.countdown import runs_out_ms


def left_ms(bench: MachineBench) -> int | None:
    """How long is left now, as a display would count it."""
    ends_ms = runs_out_ms(bench.rules, bench.state)
    return None if ends_ms is None else ends_ms - bench.now.boot_ms


def test_a_free_machine_counts_nothing():
    assert left_ms(MachineBench()) is None


def test_a_session_counts_down_to_its_limit():
    bench = working()
    before = left_ms(bench)
    assert before is not None and before <= RULES.limit_ms
    bench.wait(60)
    assert left_ms(bench) == before - 60_000


def test_who_waits_for_a_sponsor_sees_how_long_they_wait():
    bench = MachineBench()
    bench.tap(BOBS)
    bench.answer()
    assert left_ms(bench) == RULES.wait_ms


def test_a_session_whose_end_waits_for_the_machine_counts_nothing():
    bench = metered(rules=replace(RULES, ends=Ends(tap=Ending.WHEN_IDLE)))
    assert left_ms(bench) is not None
    bench.tap(ADAS)
    assert left_ms(bench) is None, "who knows when the job is done"


def test_a_session_that_is_overdue_counts_nothing():
    bench = metered(rules=replace(RULES, ends=Ends(limit=Ending.WHEN_IDLE)))
    bench.wait(RULES.limit_ms / 1000 + 1)
    assert bench.relay and left_ms(bench) is None
