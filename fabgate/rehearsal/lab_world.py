"""The seeded world of a whole lab: gates and a hub that lose each other, and what holds all the same.

A seed makes days of taps, decisions on any side, cut nets, dead gates, a dead hub, a hub that comes
back from an old backup. Whatever happens in between, no relay closes but by a tap, for somebody
whose right stands by what that gate knows; once everybody is back and has talked, the hub holds every
record of every gate once and in order, and all rosters are one. What a seed did can be written down
as a rehearsal.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from fabgate import config
from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.devices.sim import Change
from fabgate.gate.assembly import catalogue_of
from fabgate.model import MachineId
from fabgate.rehearsal import verbs
from fabgate.rehearsal.cast import HUB, Cast
from fabgate.rehearsal.lab import Lab
from fabgate.rehearsal.merged import odd_records, odd_rosters
from fabgate.rehearsal.office import Office, found
from fabgate.rehearsal.play import MOST_STEPS, clocks_of, direct, join_all
from fabgate.rehearsal.verbs import Action, Deed
from fabgate.rehearsal.world import BECAUSE, BEGINS_MS, NOBODY, Broken, levels_to
from fabgate.store import backup as backups
from fabgate.store import journal, roster
from fabgate.store.db import Store
from fabgate.texts import Catalogue

GATES = ("gate-1", "gate-2", "gate-3")
PEOPLE = {"ada": "autonomous", "bob": "autonomous", "cem": "none"}
BADGES = {
    "ada": Uid(bytes.fromhex("04A2B3C4D5E680")),
    "bob": Uid(bytes.fromhex("04FFEEDDCCBBAA")),
    "cem": Uid(bytes.fromhex("1A2B3C4D")),
}
WAITS_MS = (0, 0, 40, 500, 2_100, 5_000, 11_000, 25_000, 70_000, 130_000, 900_000)
CALM_MS = 600_000  # after which gates and hub must have told each other everything
LATEST_MS = 2_100  # from a tap to its relay

LAB = """\
[lab]
name = "world"
zone = "Europe/Brussels"
first_manager = "zoe"
[actors]
proof = "claimed"
[skill.skill]
title = "the skill"
"""
GATE = """\
[gate]
name = "{gate}"
state = "{gate}"
[machine.{machine}]
skill = "skill"
limit = "20m"
warning = "2m"
[machine.{machine}.output.relay]
role = "power"
pin = 17
"""
THE_HUB = """\
[hub]
address = "hub.lan"
state = "hub"
"""


def files() -> dict[str, str]:
    """The configuration files of this lab by their names; the first is the `lab` line's."""
    gates = {f"{gate}.toml": LAB + GATE.format(gate=gate, machine=machine_of(gate)) for gate in GATES}
    return gates | {"hub.toml": LAB + THE_HUB}


def machine_of(gate: str) -> str:
    return f"machine-{gate.removeprefix('gate-')}"


@dataclass(frozen=True)
class Founded:
    """A lab to begin each seed from: its gates know what its hub knows."""

    cast: Cast
    catalogue: Catalogue


def founded(folder: Path) -> Founded:
    """Books of a hub with three people and a manager in them, and of gates that have heard of it all."""
    for name, text in files().items():
        (folder / name).write_text(text, "utf-8")
    gates = [config.load(folder / f"{gate}.toml") for gate in GATES]
    cast = Cast.of(*gates, hub=config.load(folder / "hub.toml"))
    assert cast.hub is not None
    clocks = clocks_of(cast, BEGINS_MS)
    found(cast.hub, clocks[HUB])
    with Office(cast.hub, clocks[HUB]) as office:
        for handle, level in PEOPLE.items():
            office.enrol(handle, str(BADGES[handle]))
            for step in levels_to(level):
                office.do(("grant", "give", handle, "skill", "--level", step, *BECAUSE))
    join_all(cast, clocks)
    catalogue = catalogue_of(gates[0])
    lab = Lab(cast, clocks, 0, catalogue)
    lab.open()
    lab.advance(CALM_MS)
    odd = odd_rosters(lab.books, {name: stage.store for name, stage in lab.stages.items()})
    lab.close()
    if odd is not None:
        raise Broken(f"the lab does not even begin: {odd}")
    return Founded(cast, catalogue)


def enrolment() -> tuple[Action, ...]:
    """How the people came to be here: the beginning of a rehearsal of these days."""
    words: list[tuple[str, ...]] = []
    for handle, level in PEOPLE.items():
        words.append(("member", "add", handle.title(), "--id", handle, "--by", "zoe"))
        words.append(("badge", "add", handle, str(BADGES[handle]), "--by", "zoe"))
        steps = levels_to(level)
        words += [("grant", "give", handle, "skill", "--level", step, *BECAUSE) for step in steps]
    return tuple(Action(0, 0, verbs.Run(argv)) for argv in words)


@dataclass(frozen=True, slots=True)
class Decision:
    """A word of a manager on somebody, and the words on the same matter that were known where it fell."""

    record: str
    matter: str  # `grant` or `welcome`
    who: str
    allows: bool
    knew: frozenset[str]


class LabWorld:
    """One seed's days, on copies of books that `founded` made."""

    def __init__(self, seed: int, begun: Founded, folder: Path) -> None:
        self._random = random.Random(seed)
        self._cast = _moved(begun.cast, folder)
        self.clocks = clocks_of(self._cast, BEGINS_MS + CALM_MS)
        for clock in self.clocks.values():
            clock.reboot()
        self.lab = Lab(self._cast, self.clocks, seed, begun.catalogue, doubles=0.1, losses=0.03)
        self.actions: list[Action] = []
        self.now_ms = 0
        self.starts = 0
        self._tapped: dict[MachineId, tuple[int, frozenset[str]]] = {}  # when, and what was known there
        self._names = _names(begun.cast)
        self._decisions: list[Decision] = []
        self._up = dict.fromkeys(GATES, True)
        self._knew: dict[str, frozenset[str]] = {}
        for name, stage in self.lab.stages.items():
            stage.bench.follow(partial(self._changed, name))

    def run(self, events: int) -> None:
        """Live through so many events, let everybody come back, hold the books to account. Raises Broken."""
        self.lab.open()
        try:
            for _ in range(events):
                self._one()
            self._come_back()
            self._reckon()
        finally:
            self.lab.close()

    # --- what happens

    def _one(self) -> None:
        ms = self._random.choice(WAITS_MS)
        self.now_ms += ms
        self.lab.advance(ms)
        for verb in self._something():
            self._do(verb)
        self._only_more()

    def _something(self) -> tuple[Deed, ...]:
        roll = self._random.random()
        gate = self._random.choice(GATES)
        if roll < 0.50:
            return self._tap(gate)
        if roll < 0.72:
            return (self._decision(),)
        if roll < 0.84:
            return self._net(gate)
        if roll < 0.92:
            return (verbs.Power(not self.lab.stages[gate].powered, gate),)
        return self._hub()

    def _tap(self, gate: str) -> tuple[Deed, ...]:
        if not self.lab.stages[gate].powered:
            return (verbs.Power(True, gate),)
        who = self._random.choice((*BADGES, "nobody"))
        return (verbs.Tap(MachineId(machine_of(gate)), BADGES.get(who, NOBODY)),)

    def _net(self, gate: str) -> tuple[Deed, ...]:
        if not self._up[gate]:
            return (verbs.Net(True, gate),)
        if self._random.random() < 0.4:  # a moment only: what was under way is lost, or comes twice
            return (verbs.Net(False, gate), verbs.Net(True, gate))
        return (verbs.Net(False, gate),)

    def _hub(self) -> tuple[Deed, ...]:
        assert self.lab.joined is not None
        roll = self._random.random()
        if not self.lab.joined.hub_lives:
            if roll < 0.3 and any((self.lab.books.folder / "backups").glob("*.tar")):
                return (verbs.HubRestore(), verbs.Hub(True))
            return (verbs.Hub(True),)
        if roll < 0.4:
            return (verbs.Run(("backup",)),)
        return (verbs.Hub(False),)

    def _decision(self) -> verbs.Run:
        """A manager's word, at the hub or at a gate: whether they are reached or not."""
        there = [None, *(name for name in GATES if self.lab.stages[name].powered)]
        where = self._random.choice(there)
        who = self._random.choice(tuple(PEOPLE))
        deeds: tuple[tuple[str, ...], ...] = (
            ("grant", "give", who, "skill", "--level", "autonomous"),
            ("grant", "revoke", who, "skill"),
            ("member", "suspend", who),
            ("member", "lift", who),
        )
        return verbs.Run((*self._random.choice(deeds), *BECAUSE), where)

    def _do(self, verb: Deed) -> None:
        self.actions.append(Action(len(self.actions), self.now_ms, verb))
        match verb:
            case verbs.Run(("backup",)):
                backups.backup(self.lab.books, self.lab.books.folder / "backups", self.clocks[HUB].now())
            case verbs.Run(argv, gate):
                self._decide(argv, gate)
            case verbs.Power(on=False, gate=gate):
                self.lab.power_cut(gate, self._random.randrange(MOST_STEPS))
            case verbs.Hub(up=False):
                self.lab.hub_cut(self._random.randrange(MOST_STEPS))
            case verbs.HubRestore():
                self._knew.pop(HUB, None)
                direct(self.lab, verb)
            case verbs.Tap(machine):
                here = self._cast.gates[self._cast.gate_of(machine)]
                self._tapped[machine] = self.lab.passed_ms, _rights(here)
                direct(self.lab, verb)
            case verbs.Net(up, str(gate)):
                self._up[gate] = up
                direct(self.lab, verb)
            case _:
                direct(self.lab, verb)
        if self._random.random() < 0.7:  # else the next thing comes in the middle of this one
            self.lab.settle()

    def _decide(self, argv: tuple[str, ...], gate: str | None) -> None:
        settings = self._cast.hub if gate is None else self._cast.gates[gate]
        assert settings is not None
        before = _rights(settings)
        with Office(settings, self.clocks[gate or HUB]) as office:
            done = office.do(argv)
        if done:
            (record,) = _rights(settings) - before
            matter = "grant" if argv[0] == "grant" else "welcome"
            allows = argv[1] in ("give", "lift")
            self._decisions.append(Decision(record, matter, argv[2], allows, before))
        self.lab.news(gate)

    # --- what must hold

    def _changed(self, gate: str, change: Change) -> None:
        if change.device != "relay" or change.value == "off":
            return
        self.starts += 1
        at_ms, then = self._tapped.get(change.machine, (-LATEST_MS - 1, frozenset()))
        if self.lab.passed_ms - at_ms > LATEST_MS:
            raise Broken(f"{change.machine} is on, and nobody tapped")
        who = self._user(gate, change.machine)
        now = _rights(self._cast.gates[gate])  # a word may come between the tap and the relay
        if not any(self._may(who, known) for known in (then, now)):
            raise Broken(f"{change.machine} is on for {who}, whose right is gone by what {gate} knows")

    def _user(self, gate: str, machine: MachineId) -> str:
        with self.lab.stages[gate].store.reader() as books:
            begun = [run.said.member for run in journal.running(books.conn) if run.machine == machine]
        if not begun:
            raise Broken(f"{machine} is on without a durable start")
        return self._names[begun[0]]

    def _may(self, who: str, known: frozenset[str]) -> bool:
        granted = self._stands("grant", who, known, PEOPLE[who] == "autonomous")
        return granted and self._stands("welcome", who, known, True)

    def _stands(self, matter: str, who: str, known: frozenset[str], begins: bool) -> bool:
        """Whether, of the decisions that are known there, all that none of the others has seen allow it."""
        here = [
            one for one in self._decisions if one.matter == matter and one.who == who and one.record in known
        ]
        seen = frozenset().union(*(one.knew for one in here))
        heads = [one for one in here if one.record not in seen]
        return all(one.allows for one in heads) if heads else begins

    def _only_more(self) -> None:
        """Nobody ever forgets a right, but for a hub whose disk was changed for an old one."""
        for name, settings in self._settings().items():
            now = _rights(settings)
            if not self._knew.get(name, frozenset()) <= now:
                raise Broken(f"{name} has forgotten a right")
            self._knew[name] = now

    def _settings(self) -> Mapping[str, Settings]:
        assert self._cast.hub is not None
        return {**self._cast.gates, HUB: self._cast.hub}

    def _come_back(self) -> None:
        """Everything is repaired; then there is time enough to tell all there is."""
        assert self.lab.joined is not None
        if not self.lab.joined.hub_lives:
            self._do(verbs.Hub(True))
        for gate in GATES:
            if not self.lab.stages[gate].powered:
                self._do(verbs.Power(True, gate))
            if not self._up[gate]:
                self._do(verbs.Net(True, gate))
        self.lab.settle()
        self.now_ms += CALM_MS
        self.lab.advance(CALM_MS)

    def _reckon(self) -> None:
        stores = {name: stage.store for name, stage in self.lab.stages.items()}
        for name, store in stores.items():
            if (odd := odd_records(self.lab.books, store, name)) is not None:
                raise Broken(odd)
        if (odd := odd_rosters(self.lab.books, stores)) is not None:
            raise Broken(odd)
        for store in self.lab.stores():
            with store.reader() as books:
                if broken := journal.verify(books.conn).broken:
                    raise Broken(f"{broken[0].record}: {broken[0].what}")


def _rights(settings: Settings) -> frozenset[str]:
    """The ids of the right records in somebody's books."""
    with Store(settings.gate.state).reader() as books:
        return frozenset(record for (record,) in books.conn.execute("SELECT record FROM rights"))


def _names(cast: Cast) -> Mapping[str, str]:
    """The handles of the hub's people by the ids of members."""
    assert cast.hub is not None
    with Store(cast.hub.gate.state).reader() as books:
        return {str(one.id): one.handle for one in roster.members(books.conn)}


def _moved(cast: Cast, folder: Path) -> Cast:
    """The same cast on copies of its books."""

    def moved(settings: Settings) -> Settings:
        to = folder / settings.gate.name
        shutil.copytree(settings.gate.state, to)
        return replace(settings, gate=replace(settings.gate, state=to))

    assert cast.hub is not None
    return Cast({name: moved(one) for name, one in cast.gates.items()}, moved(cast.hub))
