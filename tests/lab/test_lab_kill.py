"""kill -9 of gates, hub and broker at random, while people tap and managers decide on every side, and
with yesterday's hub put back in the middle. Then all must meet: each record once, each roster the same."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from gate_lab import until
from gate_process import outputs, relays
from three import BADGES, BY, GATES, Three
from whole_lab import journal_rows, machine_of, rights_mark, roster_rows

from fabgate.records import SessionStarted
from fabgate.store import journal

pytestmark = pytest.mark.xdist_group("machine")  # many processes, or a chip in real time: one at a time

SEED = 20261122
PEOPLE = tuple(BADGES)
LEVELS = ("trainee", "autonomous")
MEET_S = 120


@pytest.mark.slow
def test_whatever_is_killed_the_hub_has_each_record_once_and_every_roster_is_the_hubs(
    three: Three, kill_seconds: int
):
    chance = random.Random(SEED)
    yesterday: Path | None = None
    begun = time.monotonic()
    forgot = False
    while (passed := time.monotonic() - begun) < kill_seconds:
        something_happens(three, chance)
        if yesterday is None and passed > kill_seconds / 4:
            yesterday = three.back_up()
        if yesterday is not None and not forgot and passed > kill_seconds / 2:
            three.put_back(yesterday)
            forgot = True
    assert forgot, "yesterday's hub was put back"
    three.everything_runs()
    until(lambda: met(three), "all have met", MEET_S)
    three.end()
    assert_each_record_once(three)
    assert_rosters_equal(three)
    assert_each_on_has_its_start(three)


# --- what happens -------------------------------------------------------------------------------


def something_happens(three: Three, chance: random.Random) -> None:
    gate = chance.choice(GATES)
    match chance.randrange(12):
        case 0:
            three.kill_gate(gate)
        case 1:
            three.kill_hub()
        case 2:
            three.kill_broker()
        case 3 | 4 | 5:
            decide(three, chance.choice(("hub", *GATES)), chance)
        case _:
            people_tap(three, gate, chance)
    if chance.random() < 0.6:
        three.everything_runs()


def people_tap(three: Three, gate: str, chance: random.Random) -> None:
    for _ in range(20):
        badge = BADGES[chance.choice(PEOPLE)]
        three.gates[gate].try_to("tap", machine_of(gate), str(badge))


def decide(three: Three, where: str, chance: random.Random) -> None:
    """A manager decides something, at the hub or at a gate, whatever runs; it may be refused."""
    who, because = chance.choice(PEOPLE), (*BY, "--reason", "as it happens")
    words = chance.choice(
        (
            ("grant", "give", who, "laser", "--level", chance.choice(LEVELS), *because),
            ("grant", "give", who, "laser", "--level", "autonomous", *because),
            ("grant", "revoke", who, "laser", *because),
            ("member", "suspend", who, *because),
            ("member", "lift", who, *because),
        )
    )
    three.places[where].try_to(*words)


# --- what must be so ----------------------------------------------------------------------------


def met(three: Three) -> bool:
    """Whether the hub has every record that the gates have by now, and all have the same rights."""
    with three.places["hub"].store.reader() as reader:
        held = {origin: len(rows) for origin, rows in journal_rows(reader, own=False).items()}
    for gate in GATES:
        with three.places[gate].store.reader() as reader:
            if any(held.get(origin) != len(rows) for origin, rows in journal_rows(reader, own=True).items()):
                return False
    return len({rights_mark(place) for place in three.places.values()}) == 1


def assert_each_record_once(three: Three) -> None:
    """What a gate wrote before its end is in the hub as it stands there, in order, and once."""
    with three.places["hub"].store.reader() as reader:
        held = journal_rows(reader, own=False)
        assert journal.verify(reader.conn).sound
    for gate in GATES:
        with three.places[gate].store.reader() as reader:
            assert journal.verify(reader.conn).sound
            own = journal_rows(reader, own=True)
        for origin, rows in own.items():
            there = held[origin]
            assert [seq for seq, _ in there] == list(range(1, len(there) + 1))
            assert there == rows[: len(there)]
            assert len(rows) - len(there) <= 5, "only its last words, said after the hub's end"


def assert_rosters_equal(three: Three) -> None:
    rosters = []
    for place in three.places.values():
        with place.store.reader() as reader:
            rosters.append(roster_rows(reader))
    assert rosters[1] == rosters[0]
    assert rosters[2] == rosters[0]


def assert_each_on_has_its_start(three: Three) -> None:
    """Nothing that the link did ever closed a relay: each one that closed has a start by a tap before it."""
    some = 0
    for gate in GATES:
        place, machine = three.places[gate], machine_of(gate)
        with place.store.reader() as reader:
            found = journal.entries(reader.conn, kinds=[SessionStarted.kind])
            starts = [entry.at.boot_ms for entry in found if entry.at is not None]
        ons = [
            line.boot_ms for line in relays(outputs(place.settings.gate.state), machine) if line.value == "on"
        ]
        some += len(ons)
        for on in ons:
            before = [start for start in starts if on - 2_000 <= start <= on]
            assert before, f"{machine} had power at {on} without a start"
            starts.remove(before[-1])
    assert some, "and some had power at all"
