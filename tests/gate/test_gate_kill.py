"""kill -9 of the real daemon at random moments, again and again, while somebody taps."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from gate_lab import ADA, GRACE, LASER, LATHE, STRANGER, TOM, is_sound, open_sessions, read, until
from gate_process import Process, boot_ms, outputs, relays

from fabgate.config import Settings
from fabgate.records import SessionStarted, SessionStopped

pytestmark = pytest.mark.xdist_group("machine")  # many processes, or a chip in real time: one at a time

Run = Callable[..., Process]
ROUNDS = 25
SEED = 20261122


@pytest.mark.slow
def test_whenever_the_daemon_is_killed_the_books_hold_all_that_the_relays_did(run: Run, lab: Settings):
    chance = random.Random(SEED)
    end = time.monotonic() + 40
    rounds = 0
    while rounds < ROUNDS and time.monotonic() < end:
        gate = run(ready=chance.random() < 0.8)  # and some die while they start
        tap_for(gate, chance, chance.uniform(0.0, 0.5))
        gate.kill()
        rounds += 1
    assert rounds >= 10, "a machine that is too slow to tell anything"
    last = run()
    until(lambda: last.show(LASER)["lamp"] == "white wink", "the whole journal was read")
    assert open_sessions(lab) == []
    assert {last.show(machine)["relay"] for machine in (LASER, LATHE)} == {"off"}
    last.start(LASER, ADA)
    assert last.end() == 0
    assert is_sound(lab)
    assert open_sessions(lab) == []
    assert_each_on_has_its_start(lab)
    assert_each_start_has_one_end(lab)


def tap_for(gate: Process, chance: random.Random, seconds: float) -> None:
    """Somebody taps as fast as the door takes it: some start, some are refused, some end."""
    until_ms = boot_ms() + seconds * 1_000
    while boot_ms() < until_ms:
        machine = chance.choice((LASER, LATHE))
        match chance.randrange(4):
            case 0:
                gate.try_to("press", machine, "estop")
            case 1:
                gate.try_to("release", machine, "estop")
            case _:
                uid = chance.choice((ADA, GRACE, TOM, STRANGER))
                gate.try_to("tap", machine, str(uid))


def assert_each_on_has_its_start(lab: Settings) -> None:
    """Nothing acknowledged is lost: a relay that closed has a start that was durable before."""
    for machine in (LASER, LATHE):
        starts = [entry.at.boot_ms for entry in read(lab, SessionStarted) if entry.body.machine == machine]
        ons = [line.boot_ms for line in relays(outputs(lab.gate.state), machine) if line.value == "on"]
        for on in ons:
            before = [start for start in starts if on - 2_000 <= start <= on]
            assert before, f"{machine} had power at {on} without a start"
            starts.remove(before[-1])
        assert ons, "and some had power at all"


def assert_each_start_has_one_end(lab: Settings) -> None:
    starts = [str(entry.id) for entry in read(lab, SessionStarted)]
    ends = [entry.body.session for entry in read(lab, SessionStopped)]
    assert sorted(starts) == sorted(ends)
