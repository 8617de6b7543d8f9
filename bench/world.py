"""How fast the seeded world lives, and how many events the pure rules take a second."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from fabgate.events import BadgeGone, BadgeSeen, Inked, Looked
from fabgate.model import (
    InkId,
    Level,
    MachineId,
    MachineRules,
    MemberId,
    Moment,
    Origin,
    Person,
    RecordId,
    SkillId,
    Standing,
    Token,
)
from fabgate.rehearsal.world import World, founded
from fabgate.rules.machine import step
from fabgate.rules.states import Free

EVENTS = 200


def measure(quick: bool) -> list[Figure]:
    return [_rules(2_000 if quick else 40_000), *_world(10 if quick else 200)]


def _rules(sessions: int) -> Figure:
    """A tap on and a tap off, over and over: six events a session."""
    laser, token = MachineId("laser"), Token("k:1")
    rules = MachineRules(laser, SkillId("laser"), "Laser")
    standing = Standing(Person(MemberId("m-1"), "Ada"), level=Level.AUTONOMOUS)
    state = Free()
    begun = time.perf_counter()
    for number in range(sessions):
        at = Moment("b", number * 10_000, number * 10_000, True)
        later = Moment("b", at.boot_ms + 5_000, at.wall_ms + 5_000, True)
        record = RecordId(Origin("lab/gate/epoch"), number)
        events = (
            BadgeSeen(laser, token, at),
            Looked(laser, token, at, standing, at),
            Inked(laser, InkId(number + 1), record, at),
            BadgeGone(laser, token, at),
            BadgeSeen(laser, token, later),
            BadgeGone(laser, token, later),
        )
        for event in events:
            state, _ = step(rules, state, event)
    per_second = 6 * sessions / (time.perf_counter() - begun)
    return Figure("rules alone", round(per_second), "events/s")


def _world(seeds: int) -> list[Figure]:
    """Seeds lived one after another in one process; the tests run two at a time."""
    logging.disable(logging.CRITICAL)
    shared = Path("/dev/shm")
    within = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=within) as name:
        lab = founded(Path(name))
        begun = time.perf_counter()
        worked = 0
        for seed in range(seeds):
            world = World(seed, lab, Path(name) / str(seed))
            world.run(EVENTS)
            worked += world.stage.worked
        took = time.perf_counter() - begun
    logging.disable(logging.NOTSET)
    happened = round(seeds * EVENTS / took)
    return [
        Figure("seeded world: what happens in the room", happened, "a second", note="one core"),
        Figure("seeded world: events and jobs handled", round(worked / took), "a second", note="one core"),
    ]
