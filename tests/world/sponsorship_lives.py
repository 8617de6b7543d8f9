"""Lives of the lab, made by a seed: what happens is picked to be likely to matter, and is told when it does.

A life that goes wrong is made short: whatever can be left out of it, so that it still goes wrong, is.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from itertools import count

from sponsorship_both import Both
from sponsorship_lab import HOUSE, Founded, everybody
from sponsorship_people import DAY, HOUR, LEVELS, MINUTE

Act = tuple[object, ...]  # the name of a deed of `Both`, and what it is done with

MACHINES = tuple(name for name, place in HOUSE.places.items() if place.kind == "machine")
GATES = tuple(name for name, place in HOUSE.places.items() if place.kind != "machine")
FOCUS = (  # the machines that a life is about: few, so that people meet
    ("laser",), ("laser", "big"), ("printer",), ("printer", "mill"), ("mill",), ("saw", "mill"), ("welder",),
    ("welder", "laser"), ("router", "lathe"), ("lathe", "printer"), MACHINES,
)  # fmt: skip
CAST = (
    ("ada", "bob", "cem"), ("bob", "cem", "dan", "eve"), ("ada", "bob", "dan", "gus"), ("ada", "eve", "cem"),
    ("bob", "zoe", "cem", "gus"), tuple(everybody()),
)  # fmt: skip
PAUSES = (0, 1_000, 2_000, 2_100, 5_000, 9_000, 10_500, 30_000, 59_000, 61_000, 119_000, 121_000)
WAITS = (5 * MINUTE, 13 * MINUTE, 25 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR)
LONG = (8 * HOUR, DAY, 2 * DAY, 16 * DAY, 29 * DAY, 40 * DAY)
JOINED = 0.35  # of the lives have a hub
SLOW = 0.25  # of the lives, in which weeks pass between one thing and the next
DAYS = (None, None, 0.005, 1, 20)


@dataclass(frozen=True)
class Told:
    """What went wrong, and how little it took."""

    acts: list[Act]
    what: str

    def __str__(self) -> str:
        return "\n".join([self.what, *map(repr, self.acts)])


class Life:
    """What a seed has in mind."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.machines: tuple[str, ...] = self._one(FOCUS)
        self.names: tuple[str, ...] = self._one(CAST)
        skills = {HOUSE.places[where].skill for where in self.machines}
        self.skills = sorted(skills.union(*(HOUSE.skills[skill].needs for skill in skills)))
        self.joined = self._random.random() < JOINED
        self._slow = self._random.random() < SLOW
        self._last: Act = ("tap", self.machines[0], self.names[0])

    def next(self, both: Both) -> Act:
        """The next thing that happens, as things stand."""
        if self._slow and self._random.random() < 0.2:
            return "wait", self._one(LONG)
        roll = self._random.random()
        if roll < 0.10 and both.floor.on:
            return self._loss(both)
        if roll < 0.30:
            return "works", self._one(self.machines), *self._two(), self._one(PAUSES)
        if roll < 0.45:
            self._last = self._tap(both, self._one(self.machines)) if roll < 0.38 else self._last
            return *self._last[:3], self._one(PAUSES)
        if roll < 0.53:
            return *self._tap(both, self._one(GATES)), 2_100
        if roll < 0.60:
            return "come_or_go", self._name(), self._random.random() < 0.5
        if roll < 0.65:
            return "wait", self._one(self._one((PAUSES, WAITS)))
        if self.joined and roll < 0.68:
            return self._far_away()
        if roll < 0.70:
            return ("wait", self._one(LONG)) if roll < 0.68 else self._trouble()
        return ("mend", self._name()) if roll < 0.82 else self._deed(both)

    def _one(self, several):
        return self._random.choice(several)

    def _two(self) -> tuple[str, str]:
        """Two people, often the trainee and the sponsor, now and then the same one."""
        if {"cem", "bob"} <= set(self.names) and self._random.random() < 0.4:
            return "cem", "bob"
        one, other = self._random.sample(self.names, 2)
        return one, one if self._random.random() < 0.1 else other

    def _name(self) -> str:
        return self._one(self.names)

    def _tap(self, both: Both, where: str) -> Act:
        badges = [badge for name in self.names for badge in both.people.all[name].badges]
        return "tap", where, self._one([*badges, *badges, "nobody's"])

    def _loss(self, both: Both) -> Act:
        """Something that somebody who works or stands by may lose."""
        name, skill = self._one(both.floor.at_work()), self._one(self.skills)
        return self._one((
            ("revoke", name, skill),
            ("grant", "zoe", name, skill, self._one(LEVELS[1:]), self._one(DAYS)),
            ("suspend", name, self._one((None, skill)), None),
            ("status", name, self._one(("left", "guest", "trainee"))),
            ("comes_and_goes", name),
            ("well_done", self._one(self.machines), self._one(PAUSES)),
            ("well_done", self._one(self.machines), self._one(PAUSES)),
            ("come_or_go", name, False),
            ("come_or_go", self._name(), self._random.random() < 0.5),
            ("tap", "desk", self._one(both.people.all[name].badges), 2_100),
            ("badge", self._one(both.people.all[name].badges)),
            ("withdraw", name, self._one(tuple(HOUSE.papers))),
        ))  # fmt: skip

    def _deed(self, both: Both) -> Act:
        name, skill, where = self._name(), self._one(self.skills), self._one(self.machines)
        by, level, days = self._one((self._name(), "zoe", "zoe")), self._one(LEVELS[1:]), self._one(DAYS)
        paper = self._one(tuple(HOUSE.papers))
        return self._one((
            ("grant", by, name, skill, level, days),
            ("grant", by, name, skill, level, days),
            ("revoke", name, skill),
            ("suspend", name, self._one((None, skill)), self._one((None, 1))),
            ("lift", name, self._one((None, skill))),
            ("status", name, self._one(("left", "guest", "trainee", "autonomous", "trainee", "autonomous"))),
            ("file", name, paper, self._one((None, None, -3, 0, 1))),
            ("withdraw", name, paper),
            ("lock_or_unlock", self._one((*self.machines, *GATES))),
            ("close", where),
        ))  # fmt: skip

    def _far_away(self) -> Act:
        """At the hub and at other gates."""
        return self._one((
            ("net", False),
            ("net", True),
            ("elsewhere", self._name(), True),
            ("elsewhere", self._name(), self._random.random() < 0.5),
        ))  # fmt: skip

    def _trouble(self) -> Act:
        return self._one((
            ("clock", self._one((-3 * DAY, -DAY, -HOUR, HOUR, DAY, 3 * DAY))),
            ("vouch", self._one((True, True, False))),
            ("lost_time", self._one((-3 * DAY, -8 * HOUR, 8 * HOUR))),
            ("mains", self._one(PAUSES)),
        ))  # fmt: skip


class Lives:
    """Lives that begin from one lab, each in a folder of its own."""

    def __init__(self, begun: Founded) -> None:
        self._begun, self._numbers = begun, count()

    def live(self, seed: int, steps: int) -> Told | None:
        """Live through what a seed makes; what went wrong, made short."""
        life, acts = Life(seed), []

        def happens(both: Both) -> None:
            for _ in range(steps):
                acts.append(life.next(both))
                both.do(*acts[-1])

        return None if self._wrong(happens, life.joined) is None else self._shortened(acts, life.joined)

    def _shortened(self, acts: list[Act], joined: bool) -> Told:
        size, what = max(1, len(acts) // 2), ""
        while size:
            at = 0
            while at < len(acts):
                fewer = acts[:at] + acts[at + size :]
                wrong = self._wrong(lambda both, fewer=fewer: [both.do(*act) for act in fewer], joined)
                if wrong is None:
                    at += size
                else:
                    acts, what = fewer, wrong
            size //= 2
        return Told(acts, what)

    def _wrong(self, happens, joined: bool) -> str | None:
        folder = self._begun.folder / f"life-{next(self._numbers)}"
        both = Both(self._begun, folder, joined)
        try:
            try:
                happens(both)
            finally:
                both.end()
        except AssertionError as wrong:
            return str(wrong)
        finally:
            shutil.rmtree(folder)
        return None


def one_life(begun: Founded, seed: int, steps: int) -> str:
    """What went wrong in the life of a seed; empty where nothing did."""
    told = Lives(begun).live(seed, steps)
    return "" if told is None else f"life {seed}: {told}"
