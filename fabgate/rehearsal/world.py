"""The seeded world: a lab where anything happens in any order, and what must hold all the same.

A seed makes a day of taps, cuts, stalls, faults and decisions at the desk; after each of them the
laws are held against what the bench shows and what the books say, by a model that knows nothing
of the rules' code. What a seed did can be written down as a rehearsal (`writing.render`).
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from fabgate import config
from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.sim import Change
from fabgate.gate.assembly import catalogue_of
from fabgate.model import Hold, MachineId, MemberId
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rehearsal import verbs
from fabgate.rehearsal.office import Office, found
from fabgate.rehearsal.play import MOST_STEPS, carry_out
from fabgate.rehearsal.stage import Stage
from fabgate.rehearsal.verbs import Action, Deed
from fabgate.store import journal, roster
from fabgate.texts import Catalogue

BEGINS_MS = 1_792_828_800_000  # 2026-10-24 in Brussels, the night before the clocks change


@dataclass
class Right:
    """What the model knows of a person: the level on every skill, and whether they are welcome."""

    uid: Uid
    level: str
    welcome: bool = True


@dataclass
class Model:
    """The world as a person with a pencil would keep it."""

    people: dict[str, Right]
    locked: set[MachineId] = field(default_factory=set)
    on_since: dict[MachineId, int] = field(default_factory=dict)  # virtual ms
    full: bool = False


LAB = """\
[lab]
name = "world"
zone = "Europe/Brussels"
first_manager = "zoe"
[gate]
state = "state"
[actors]
proof = "claimed"
[machine.laser]
skill = "skill"
limit = "20m"
warning = "2m"
[machine.laser.ends]
revoked = "when_idle"
locked = "now"
[machine.laser.output.relay]
role = "power"
pin = 17
[machine.laser.input.estop]
role = "estop"
pin = 24
[machine.router]
skill = "skill"
hold = "slot"
limit = "30m"
warning = "2m"
grace = "30s"
[machine.router.ends]
suspended = "now"
[machine.router.output.relay]
role = "power"
pin = 22
[machine.router.input.estop]
role = "estop"
pin = 27
"""


def founded(folder: Path) -> Founded:
    """Books with the five people of the world and a manager, to be copied for each seed."""
    path = folder / "world.toml"
    path.write_text(LAB, "utf-8")
    settings = config.load(path)
    clock = SimClock(BEGINS_MS)
    found(settings, clock)
    with Office(settings, clock) as office:
        for handle, right in PEOPLE.items():
            office.enrol(handle, str(right.uid))
            for level in levels_to(right.level):
                office.do(("grant", "give", handle, "skill", "--level", level, *BECAUSE))
    return Founded(settings, catalogue_of(settings))


def levels_to(level: str) -> tuple[str, ...]:
    """The grants that lead there: nobody becomes a sponsor who is not autonomous."""
    match level:
        case "none":
            return ()
        case "sponsor":
            return ("autonomous", "sponsor")
        case _:
            return (level,)


@dataclass(frozen=True)
class Founded:
    """A lab to begin each seed from: its books are copied, its texts shared."""

    settings: Settings
    catalogue: Catalogue


BECAUSE = ("--by", "zoe", "--reason", "world")
WAITS_MS = (0, 500, 1_900, 2_100, 2_100, 3_000, 5_000, 9_000, 11_000, 31_000, 61_000, 700_000)


class Broken(AssertionError):
    """A law was broken; the text says which, and where the world stood."""


PEOPLE = {  # as `founded` books have them
    "ada": Right(Uid(bytes.fromhex("04A2B3C4D5E680")), "autonomous"),
    "bob": Right(Uid(bytes.fromhex("04FFEEDDCCBBAA")), "sponsor"),
    "cem": Right(Uid(bytes.fromhex("1A2B3C4D")), "trainee"),
    "dan": Right(Uid(bytes.fromhex("04010203040506")), "trainee"),
    "eve": Right(Uid(bytes.fromhex("04111111111111111111")), "none"),
}
NOBODY = Uid(bytes.fromhex("04999999999999"))


class World:
    """One seed's day, on a copy of books that `found` made."""

    def __init__(self, seed: int, founded: Founded, folder: Path) -> None:
        self._random = random.Random(seed)
        begun = founded.settings
        shutil.copytree(begun.gate.state, folder, dirs_exist_ok=True)
        self.settings = replace(begun, gate=replace(begun.gate, state=folder))
        self._clock = SimClock(BEGINS_MS)
        self.stage = Stage(self.settings, self._clock, founded.catalogue)
        self._machines = tuple(self.settings.machines)
        self._lying: set[MachineId] = set()
        self._pressed: set[MachineId] = set()
        self._blind: set[MachineId] = set()
        self._at_rest = True
        self.now_ms = 0
        self.actions: list[Action] = []
        self.model = Model({name: replace(right) for name, right in PEOPLE.items()})
        self.stage.bench.follow(self._changed)

    def run(self, events: int) -> None:
        """Live through so many events, then end the day and read the books. Raises Broken."""

        def day() -> None:
            for _ in range(events):
                self._one()
            self._end_of_day()

        self.live(day)

    def live(self, day: Callable[[], None]) -> None:
        """Open the lab, let the day happen, close the lab."""
        self.stage.power_on()
        try:
            with Office(self.settings, self._clock) as self._office:
                self._names = {one.id: one.handle for one in roster.members(self._office.conn)}
                day()
        finally:
            self.stage.shut_down()

    def enrolment(self) -> tuple[Action, ...]:
        """How the five people came to be here: the beginning of a rehearsal of this day."""
        words: list[tuple[str, ...]] = []
        for handle, right in PEOPLE.items():
            words.append(("member", "add", handle.title(), "--id", handle, "--by", "zoe"))
            words.append(("badge", "add", handle, str(right.uid), "--by", "zoe"))
            words += [
                ("grant", "give", handle, "skill", "--level", level, *BECAUSE)
                for level in levels_to(right.level)
            ]
        return tuple(Action(0, 0, verbs.Run(argv)) for argv in words)

    # --- what happens

    def _one(self) -> None:
        self._wait()
        verb = self._something()
        if verb is None:
            return
        self.actions.append(Action(len(self.actions), self.now_ms, verb))
        before = dict(self.model.on_since)
        was_at_rest, self._at_rest = self._at_rest, self._do(verb)
        if was_at_rest and self._at_rest:  # else what happens now may be the last thing's doing
            self._check(verb, before)

    def _wait(self) -> None:
        """Mostly seconds, sometimes half an hour: each wait of the rules is met from both sides."""
        ms = self._random.choice(WAITS_MS)
        self.now_ms += ms
        self.stage.advance(ms)
        self._check_limits()

    def _something(self) -> Deed | None:
        roll = self._random.random()
        machine = self._random.choice(self._machines)
        if not self.stage.powered:
            return verbs.Power(on=True) if roll < 0.5 else None
        if roll < 0.80:
            return self._badge(machine)
        if roll < 0.86:
            return self._hand(machine)
        if roll < 0.92:
            return self._weather(machine)
        return self._decision(machine)

    def _badge(self, machine: MachineId) -> Deed:
        if machine in self._lying:
            self._lying.discard(machine)
            return verbs.Lift(machine)
        uid = self._somebody(machine)
        if self.settings.machines[machine].rules.hold is Hold.SLOT or self._random.random() < 0.05:
            self._lying.add(machine)
            return verbs.Lay(machine, uid)
        return verbs.Tap(machine, uid)

    def _somebody(self, machine: MachineId) -> Uid:
        """Whose badge comes: often the sponsor whom a machine waits for, now and then a stranger's."""
        roll = self._random.random()
        if roll < 0.04:
            return NOBODY
        waiting = self.stage.bench.state(machine, "lamp").startswith("blue")
        if waiting and roll < 0.7:
            return self.model.people["bob"].uid
        return self.model.people[self._random.choice(tuple(self.model.people))].uid

    def _hand(self, machine: MachineId) -> Deed:
        if machine in self._pressed:
            self._pressed.discard(machine)
            return verbs.Release(machine, "estop")
        if self._random.random() < 0.4:
            self._pressed.add(machine)
            return verbs.Press(machine, "estop")
        return verbs.ClockStep(self._random.choice((-3_600_000, 3_600_000, -86_400_000, 1_000)))

    def _weather(self, machine: MachineId) -> Deed | None:
        if self.model.full or machine in self._blind:
            return self._mend(machine)
        match self._random.randrange(6):
            case 0:
                return verbs.Power(on=False)
            case 1:
                self.model.full = True
                return verbs.DiskFull()
            case 2:
                return verbs.DiskStall(self._random.choice((500, 3_000, 30_000)))
            case 3:
                return verbs.Net(self._random.random() < 0.5)
            case _:
                self._dazzle(machine)
                return None

    def _mend(self, machine: MachineId) -> Deed | None:
        """What is broken does not stay so for the whole day."""
        if self.model.full:
            self.model.full = False
            return verbs.DiskOk()
        self._dazzle(machine)
        return None

    def _dazzle(self, machine: MachineId) -> None:
        """A reader goes blind or sees again: the bench's own verb, not one of a rehearsal."""
        if machine in self._blind:
            self.stage.bench.mend(machine, "reader")
        else:
            self.stage.bench.fail(machine, "reader")
        self._blind ^= {machine}
        self.stage.settle()

    def _decision(self, machine: MachineId) -> Deed | None:
        if self.model.full or self._random.random() < 0.5:
            return None
        who = self._random.choice(list(self.model.people))
        match self._random.randrange(6):
            case 0:
                verb = "unlock" if machine in self.model.locked else "lock"
                return verbs.Run(("machine", verb, machine, *BECAUSE))
            case 1:
                verb = "suspend" if self.model.people[who].welcome else "lift"
                return verbs.Run(("member", verb, who, *BECAUSE))
            case 2:
                level = self._random.choice(("trainee", "autonomous"))
                return verbs.Run(("grant", "give", who, "skill", "--level", level, *BECAUSE))
            case 3:
                return verbs.Run(("grant", "revoke", who, "skill", *BECAUSE))
            case _:
                return verbs.Run(("session", "close", machine, *BECAUSE))

    def _do(self, verb: Deed) -> bool:
        """Do it; whether the gate has come to rest after it (now and then the next thing comes first)."""
        match verb:
            case verbs.Run(argv):
                if self._office.do(argv):
                    self._decided(argv)
                self.stage.news()
            case verbs.Power(on=False):
                self.stage.power_cut(self._random.randrange(MOST_STEPS))
            case _:
                carry_out(self.stage, verb)
                if self._random.random() < 0.02:
                    return False
                self.stage.settle()
        return True

    def _decided(self, argv: tuple[str, ...]) -> None:
        match argv:
            case ("machine", "lock", machine, *_):
                self.model.locked.add(MachineId(machine))
            case ("machine", "unlock", machine, *_):
                self.model.locked.discard(MachineId(machine))
            case ("member", verb, who, *_):
                self.model.people[who].welcome = verb == "lift"
            case ("grant", "give", who, _, _, level, *_):
                self.model.people[who].level = level
            case ("grant", "revoke", who, *_):
                self.model.people[who].level = "none"
            case _:
                pass

    # --- what must hold

    def _changed(self, change: Change) -> None:
        if change.device != "relay":
            return
        machine = change.machine
        if change.value == "off":
            self.model.on_since.pop(machine, None)
            return
        self.model.on_since[machine] = self.stage.passed_ms
        self._law_of_ink(machine)

    def _law_of_ink(self, machine: MachineId) -> None:
        """A relay closes only over a durable start, of somebody who may."""
        conn = self._office.conn
        begun = [run.start for run in journal.running(conn) if run.machine == machine]
        entry = journal.entry(conn, begun[0]) if begun else None
        if entry is None or not isinstance(entry.body, SessionStarted):
            raise Broken(f"{machine} is on without a durable start")
        user = self._names[MemberId(entry.body.member)]
        right = self.model.people[user]
        if machine in self.model.locked:
            raise Broken(f"{machine} is on although it is locked")
        if not right.welcome:
            raise Broken(f"{machine} is on for {user}, who is suspended")
        if entry.body.sponsor is None:
            if right.level not in ("autonomous", "sponsor"):
                raise Broken(f"{machine} is on for {user}, who is {right.level}, without a sponsor")
            return
        sponsor = self._names[MemberId(entry.body.sponsor)]
        theirs = self.model.people[sponsor]
        if sponsor == user or theirs.level not in ("autonomous", "sponsor") or right.level == "none":
            raise Broken(f"{machine} is on for {user} ({right.level}) under {sponsor} ({theirs.level})")

    def _check(self, verb: Deed, before: dict[MachineId, int]) -> None:
        self._check_limits()
        match verb:
            case verbs.Tap(machine, uid) | verbs.Lay(machine, uid):
                was_on = before.get(machine)
                if was_on is not None and machine not in self.model.on_since and self._stranger(machine, uid):
                    raise Broken(f"a stranger's tap ended the session on {machine}")
            case verbs.Press(machine) if machine in self.model.on_since:
                raise Broken(f"{machine} is on with its emergency stop pressed")
            case verbs.Power(on=False) if self.model.on_since:
                raise Broken("a relay is on without mains")
            case _:
                pass

    def _stranger(self, machine: MachineId, uid: Uid) -> bool:
        """Whether this badge is neither the user's nor the sponsor's of the last session here."""
        kinds = (SessionStarted.kind,)
        starts = journal.entries(self._office.conn, kinds=kinds, newest_first=True, limit=20)
        last = next((entry.body for entry in starts if _of(entry.body, machine)), None)
        assert isinstance(last, SessionStarted)
        theirs = {self._names[MemberId(one)] for one in (last.member, last.sponsor) if one}
        return all(self.model.people[name].uid != uid for name in theirs)

    def _check_limits(self) -> None:
        for machine, since in self.model.on_since.items():
            if self.stage.passed_ms - since > self.settings.machines[machine].rules.limit_ms:
                raise Broken(f"{machine} is on past its limit")

    def _end_of_day(self) -> None:
        """Everything off, every start with its stop, no length beyond what the bench saw."""
        if not self.stage.powered:
            self.stage.power_back()
        if self.model.full:
            self.stage.disk.full = False
        self.stage.shut_down()
        if self.model.on_since:
            raise Broken(f"still on after the end: {sorted(self.model.on_since)}")
        with self.stage.store.reader() as reader:
            verdict = journal.verify(reader.conn)
            if verdict.broken:
                raise Broken(f"the journal is broken: {verdict.broken[0]}")
            _pairs(entry.body for entry in journal.entries(reader.conn))


def _of(body: object, machine: MachineId) -> bool:
    return isinstance(body, SessionStarted) and body.machine == machine


def _pairs(bodies: Iterator[object]) -> None:
    """Every session ends once, and no machine has two at a time."""
    open_here: dict[str, int] = {}
    for body in bodies:
        if isinstance(body, SessionStarted):
            open_here[body.machine] = open_here.get(body.machine, 0) + 1
        elif isinstance(body, SessionStopped):
            open_here[body.machine] = open_here.get(body.machine, 0) - 1
            if open_here[body.machine] < 0:
                raise Broken(f"{body.machine}: a stop without a start: {body.session}")
    still = [machine for machine, count in open_here.items() if count]
    if still:
        raise Broken(f"sessions without an end on {still}")
