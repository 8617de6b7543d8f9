"""The real lab and a pencil: whatever people do in whatever order, both say the same of who may work.

No order of taps, grants, suspensions, papers, days, clock steps and power cuts powers a machine for
somebody whom the model refuses, and none refuses whom the model allows. `--lives N` asks for more than
usual; a life that goes wrong is told by what is left of it once all that did not matter is taken out.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sponsorship_both import Both
from sponsorship_lab import HOUSE, Founded, founded
from sponsorship_lives import CAST, DAYS, FOCUS, GATES, LONG, PAUSES, WAITS, Lives
from sponsorship_people import DAY, HOUR, LEVELS, MINUTE

STEPS = 60
EXAMPLES = 50
PARTS = 8
LIFE: st.SearchStrategy[Sponsorship] = st.runner()
MACHINES = LIFE.flatmap(lambda life: st.sampled_from(life.machines))
SKILLS = LIFE.flatmap(lambda life: st.sampled_from(life.skills))
NAMES = LIFE.flatmap(lambda life: st.sampled_from(life.names))
CARDS = LIFE.flatmap(lambda life: st.sampled_from(life.cards))
TAPPED = LIFE.flatmap(lambda life: st.sampled_from([*life.cards, *life.cards, "nobody's"]))
PAPERS = st.sampled_from(tuple(HOUSE.papers))
AT_WORK = LIFE.flatmap(lambda life: st.sampled_from(life.floor.at_work()))
LOSSES = st.one_of(
    st.tuples(st.just("revoke"), AT_WORK, SKILLS),
    st.tuples(st.just("grant"), st.just("zoe"), AT_WORK, SKILLS, st.just("trainee"), st.sampled_from(DAYS)),
    st.tuples(st.just("suspend"), AT_WORK, SKILLS | st.none(), st.none()),
    st.tuples(st.just("status"), AT_WORK, st.sampled_from(("left", "guest", "trainee"))),
    st.tuples(st.just("comes_and_goes"), AT_WORK),
    st.tuples(st.just("come_or_go"), AT_WORK, st.booleans()),
    st.tuples(st.just("come_or_go"), NAMES, st.booleans()),
    st.tuples(st.just("withdraw"), AT_WORK, PAPERS),
)
DEEDS = st.one_of(
    st.tuples(st.just("grant"), NAMES, NAMES, SKILLS, st.sampled_from(LEVELS[1:]), st.sampled_from(DAYS)),
    st.tuples(
        st.just("grant"), st.just("zoe"), NAMES, SKILLS, st.sampled_from(LEVELS[1:]), st.sampled_from(DAYS)
    ),
    st.tuples(st.just("revoke"), NAMES, SKILLS),
    st.tuples(st.just("suspend"), NAMES, SKILLS | st.none(), st.none() | st.just(1)),
    st.tuples(st.just("lift"), NAMES, SKILLS | st.none()),
    st.tuples(st.just("status"), NAMES, st.sampled_from(("left", "guest", "trainee", "autonomous"))),
    st.tuples(st.just("status"), NAMES, st.sampled_from(("trainee", "autonomous"))),
    st.tuples(st.just("file"), NAMES, PAPERS, st.sampled_from(DAYS)),
    st.tuples(st.just("file"), NAMES, PAPERS, st.sampled_from((-3, 0))),
    st.tuples(st.just("withdraw"), NAMES, PAPERS),
    st.tuples(st.just("come_or_go"), NAMES, st.booleans()),
    st.tuples(st.just("come_or_go"), NAMES, st.booleans()),
    st.tuples(st.just("badge"), CARDS),
    st.tuples(st.just("lock_or_unlock"), MACHINES),
    st.tuples(st.just("close"), MACHINES),
)
TROUBLES = st.one_of(
    st.tuples(st.just("clock"), st.sampled_from((-3 * DAY, -DAY, -HOUR, HOUR, DAY, 3 * DAY))),
    st.tuples(st.just("vouch"), st.booleans()),
    st.tuples(st.just("mains"), st.sampled_from(PAUSES)),
)
FOLDERS: list[Founded] = []  # the lab that every life begins from, made once


class Sponsorship(RuleBasedStateMachine):
    """One life of the lab beside its model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(dir=FOLDERS[0].folder))
        self.both = Both(FOLDERS[0], self.folder / "state")
        self.gate, self.floor, self.people = self.both.gate, self.both.floor, self.both.people
        self.last: tuple[str, str] | None = None

    @initialize(machines=st.sampled_from(FOCUS), names=st.sampled_from(CAST))
    def begin(self, machines: tuple[str, ...], names: tuple[str, ...]) -> None:
        self.machines, self.names = machines, names
        needed = [need for where in machines for need in HOUSE.skills[HOUSE.places[where].skill].needs]
        self.skills = sorted({HOUSE.places[where].skill for where in machines} | set(needed))
        self.cards = [badge for name in names for badge in self.people.all[name].badges]

    def teardown(self) -> None:
        self.both.end()
        shutil.rmtree(self.folder)

    # --- what happens

    @rule(where=MACHINES, badge=TAPPED, pause=st.sampled_from(PAUSES))
    def tap(self, where: str, badge: str, pause: int) -> None:
        self.both.tap(where, badge, pause)
        self.last = where, badge

    @rule(where=MACHINES, user=NAMES, helper=NAMES, pause=st.sampled_from(PAUSES))
    def somebody_works(self, where: str, user: str, helper: str, pause: int) -> None:
        self.both.do("works", where, user, helper, pause)
        self.last = where, self.people.all[user].badges[0]

    @precondition(lambda life: life.last is not None)
    @rule(pause=st.sampled_from(PAUSES))
    def tap_there_again(self, pause: int) -> None:
        assert self.last is not None
        self.tap(*self.last, pause)

    @rule(where=st.sampled_from(GATES), badge=CARDS)
    def tap_at_the_door(self, where: str, badge: str) -> None:
        self.both.tap(where, badge, 2_100)

    @rule(ms=st.sampled_from(PAUSES))
    def a_moment_passes(self, ms: int) -> None:
        self.both.wait(ms)

    @rule(ms=st.sampled_from(WAITS + LONG))
    def time_passes(self, ms: int) -> None:
        self.both.wait(ms)

    @rule(whom=NAMES)
    def somebody_is_put_right(self, whom: str) -> None:
        self.both.do("mend", whom)

    @precondition(lambda life: life.floor.on)
    @rule(deed=LOSSES)
    def somebody_at_work_loses_something(self, deed: tuple[str, ...]) -> None:
        self.both.do(*deed)

    @rule(deed=DEEDS)
    def decide(self, deed: tuple[str, ...]) -> None:
        self.both.do(*deed)

    @rule(trouble=TROUBLES)
    def trouble(self, trouble: tuple[str, ...]) -> None:
        self.both.do(*trouble)


# --- running it --------------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def lab() -> Iterator[None]:
    """The lab in memory where there is one: the disk is not what is tested here."""
    shared = Path("/dev/shm")
    within = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with TemporaryDirectory(dir=within) as name:
        FOLDERS.append(founded(Path(name)))
        yield
        FOLDERS.clear()


def test_no_order_of_events_powers_a_machine_against_the_rules_or_refuses_one_by_them():
    """R1 to R4, R8, R9 and R12 at once, by a model that knows nothing of the rules' code."""
    run_state_machine_as_test(
        Sponsorship,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


FOUND = {  # what lives went wrong by once, as short as it became
    "a sponsor's check-in runs out after their tap": [
        ("tap", "front", "bob", 2_100),
        ("wait", 110 * MINUTE),
        ("works", "big", "cem", "bob", 5_000),
        ("wait", 20 * MINUTE),
    ],
    "a check-in from before a restart, and nobody knows the time": [
        ("lost_time", 8 * HOUR),
        ("tap", "front", "bob", 2_100),
        ("mains", 1_000),
        ("works", "laser", "cem", "bob", 5_000),
        ("tap", "front", "bob", 2_100),
        ("tap", "desk", "bob", 2_100),
    ],
    "a sponsor who comes back by the door": [
        ("come_or_go", "zoe", True),
        ("mains", 10_500),
        ("tap", "front", "zoe", 2_100),
        ("works", "mill", "ada", "bob", 2_100),
        ("vouch", False),
        ("grant", "zoe", "dan", "saw", "sponsor", 1),
        ("wait", 121_000),
    ],
    "a sponsor loses the keys that the lab asks for": [
        ("tap", "front", "bob", 2_100),
        ("works", "welder", "cem", "bob", 2_100),
        ("status", "bob", "trainee"),
        ("wait", 121_000),
    ],
    "whoever is suspended leaves the lab": [
        ("come_or_go", "cem", True),
        ("suspend", "cem", None, 1),
        ("status", "cem", "left"),
        ("tap", "desk", "cem", 1_000),
    ],
}


@pytest.mark.parametrize("acts", FOUND.values(), ids=FOUND)
def test_what_went_wrong_once_goes_well(acts: list[tuple[object, ...]], tmp_path: Path):
    both = Both(FOLDERS[0], tmp_path / "state")
    for act in acts:
        both.do(*act)
    both.end()


@pytest.mark.parametrize("part", range(PARTS))
def test_no_life_of_a_lab_powers_a_machine_against_the_rules_or_refuses_one_by_them(part: int, lives: int):
    """R1 to R4, R8, R9 and R12 again, in lives that are picked to be likely to go wrong."""
    begun = Lives(FOLDERS[0])
    for seed in range(part, lives, PARTS):
        if told := begun.live(seed, STEPS):
            pytest.fail(f"life {seed}: {told}")
