"""Playing a rehearsal: each line carried out in its turn, each settled before the next.

The player is handed a `command` that runs a fabgate command line on the rehearsal's own books and
clock; it never imports `cli/`. Everything that happens is told as it happens: the lines of the
scenario, what the outputs do, and each expectation that failed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import assert_never

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.sim import Change
from fabgate.errors import DeviceError, ScenarioError
from fabgate.rehearsal import verbs
from fabgate.rehearsal.cast import HUB, Cast
from fabgate.rehearsal.cast import load as load_cast
from fabgate.rehearsal.expect import Ran, unmet
from fabgate.rehearsal.lab import Lab
from fabgate.rehearsal.scenario import Scenario, at_line
from fabgate.rehearsal.stage import Stage
from fabgate.rehearsal.verbs import Action, Deed, Expectation
from fabgate.rehearsal.writing import say
from fabgate.store.db import create
from fabgate.store.keys import Keys

Command = Callable[[Sequence[str], Settings, SimClock], Ran]
MEMORY = Path("/dev/shm")
MOST_STEPS = 6  # pieces of work between a tap and its relay: a power cut may fall before any of them


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: `at_ms` of virtual time, where, what, and more about it.

    `what` is the verb of a line (`tap`, `run`, ...), an output that changed (`relay`, `lamp`,
    `display`, `buzzer`), `printed`, `held` or `failed`. `line` is None for what no line said.
    """

    at_ms: int
    machine: str | None
    what: str
    detail: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that did not hold."""

    line: int
    expected: str
    found: str


Tell = Callable[[Told], None]


def play(
    scenario: Scenario,
    command: Command,
    seed: int = 0,
    tell: Tell = lambda _: None,
    within: Path | None = None,
) -> tuple[Failure, ...]:
    """Play it all, telling as it goes; what failed. Its books are in a folder of their own, `within` another.

    Raises ScenarioError, ConfigError, StoreError.
    """
    cast = load_cast(scenario)
    with TemporaryDirectory(prefix="fabgate-rehearsal-", dir=within or in_memory()) as folder:
        return Player(scenario, in_folder(cast, Path(folder)), command, seed, tell).play()


def in_memory() -> Path | None:
    """Where files are kept in memory, if there is such a place: a rehearsal outlives no power cut anyway."""
    return MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else None


def join_all(cast: Cast, clocks: Mapping[str, SimClock]) -> None:
    """Gates of a hub as joining leaves them: books with nobody in them, and keys of their own."""
    for name, settings in cast.gates.items():
        Keys.create(settings.gate.state)
        create(settings.gate.state, settings.lab.name, name, clocks[name].now())


def in_folder(cast: Cast, folder: Path) -> Cast:
    """The cast on simulated benches, with books in `folder`: a lone gate's right there."""
    if cast.hub is None:
        return Cast({name: on_stage(one, folder) for name, one in cast.gates.items()})
    gates = {name: on_stage(one, folder / name) for name, one in cast.gates.items()}
    return Cast(gates, on_stage(cast.hub, folder / HUB))


def on_stage(settings: Settings, folder: Path) -> Settings:
    """The lab's own settings, on a simulated bench, with books in `folder`, and `--by` believed."""
    gate = replace(settings.gate, state=folder, bench="sim")
    hub = None if settings.hub is None else replace(settings.hub, broker="loopback")
    return replace(settings, gate=gate, proof="claimed", hub=hub)


class Player:
    """One rehearsal being played."""

    def __init__(self, scenario: Scenario, cast: Cast, command: Command, seed: int, tell: Tell) -> None:
        self._scenario, self._cast, self._command, self._tell = scenario, cast, command, tell
        self._seed, self._random = seed, random.Random(seed)
        self._clocks = clocks_of(cast, scenario.clock.wall_ms)
        self._now_ms = 0
        self._last: Ran | None = None
        self._failures: list[Failure] = []

    def play(self) -> tuple[Failure, ...]:
        self._found_the_lab()
        self._lab = Lab(self._cast, self._clocks, self._seed)
        for stage in self._lab.stages.values():
            stage.bench.follow(self._changed)
        self._lab.open()
        try:
            self._act_all()
        finally:
            self._tell = lambda _: None  # the lights go out, and nobody needs to hear of it
            self._lab.close()
        return tuple(self._failures)

    def _found_the_lab(self) -> None:
        """Books as `init` leaves them, with the manager that the configuration names: the hub's, where
        there is one. Its gates begin with empty books, as gates do that join with nobody in them."""
        settings, clock = self._at(None)
        first = settings.lab.first_manager or self._cast.gates[self._cast.first].lab.first_manager
        if first is None:
            raise ScenarioError(
                f"{self._scenario.lab}: a rehearsal needs a manager to begin with",
                'Write first_manager = "zoe" under [lab].',
            )
        ran = self._command(("init", "--manager", first.title(), "--id", first), settings, clock)
        if ran.status:
            raise ScenarioError(f"the lab could not be made: {ran.printed.strip()}")
        if self._cast.hub is not None:
            join_all(self._cast, self._clocks)

    def _at(self, gate: str | None) -> tuple[Settings, SimClock]:
        """Whose books and clock a command has: a gate's, or without a name the hub's or the only gate's."""
        if gate is None and self._cast.hub is not None:
            return self._cast.hub, self._clocks[HUB]
        name = self._cast.meant(gate)
        return self._cast.gates[name], self._clocks[name]

    def _act_all(self) -> None:
        actions = self._scenario.actions
        for action, then in zip(actions, (*actions[1:], None), strict=True):
            self._lab.advance(action.at_ms - self._now_ms)
            self._now_ms = action.at_ms
            self._act(action, then)

    def _act(self, action: Action, then: Action | None) -> None:
        verb = action.verb
        if isinstance(verb, Expectation):
            self._expect(action, verb)
            return
        self._say(action)
        try:
            self._do(verb)
        except (DeviceError, ScenarioError) as wrong:
            raise at_line(self._scenario, action.line, wrong) from wrong
        if not _cuts_now(then, action.at_ms):
            self._lab.settle()

    def _do(self, verb: Deed) -> None:
        match verb:
            case verbs.Run(argv, gate):
                self._run(argv, gate)
            case verbs.Power(on=False, gate=gate):
                self._lab.power_cut(gate, self._random.randrange(MOST_STEPS + 1))
            case verbs.Hub(up=False):
                self._lab.hub_cut(self._random.randrange(MOST_STEPS + 1))
            case _:
                direct(self._lab, verb)

    def _run(self, argv: Sequence[str], gate: str | None) -> None:
        self._last = self._command(argv, *self._at(gate))
        self._lab.news(gate)
        for line in self._last.printed.splitlines():
            self._tell(Told(self._now_ms, None, "printed", line))

    def _expect(self, action: Action, expected: Expectation) -> None:
        found = unmet(self._lab, self._last, expected)
        said = say(expected).removeprefix("expect ")
        what = "held" if found is None else "failed"
        detail = said if found is None else f"{said}: {found}"
        self._tell(Told(action.at_ms, _machine(expected), what, detail, action.line))
        if found is not None:
            self._failures.append(Failure(action.line, said, found))

    def _say(self, action: Action) -> None:
        verb, _, rest = say(action.verb).partition(" ")
        self._tell(Told(action.at_ms, _machine(action.verb), verb, rest, action.line))

    def _changed(self, change: Change) -> None:
        value = change.value.replace("\n", " / ")
        self._tell(Told(self._lab.passed_ms, change.machine, change.device, value))


def clocks_of(cast: Cast, wall_ms: int) -> dict[str, SimClock]:
    """A clock for each gate and for the hub, all right. Each counts its own boots."""
    if cast.hub is None:
        return {name: SimClock(wall_ms) for name in cast.gates}
    return {name: SimClock(wall_ms, name=name) for name in (*cast.gates, HUB)}


def direct(lab: Lab, verb: Deed) -> None:
    """Do in the lab what a line says, but for `run` and what is cut, which ask for more than that.

    Raises DeviceError for what nobody could do in that room, ScenarioError likewise.
    """
    match verb:
        case verbs.Power(on=True, gate=gate):
            lab.power_back(gate)
        case verbs.Net(up, gate):
            lab.set_net(gate, up)
        case verbs.Hub(up=True):
            lab.hub_back()
        case verbs.HubRestore():
            lab.hub_restore()
        case verbs.ClockStep(by_ms, gate):
            lab.clock(gate).step_wall(by_ms)
        case verbs.ClockSync(gate="hub") | verbs.ClockUnset(gate="hub"):
            lab.vouch_for_hub(isinstance(verb, verbs.ClockSync))
        case (
            verbs.ClockSync(gate)
            | verbs.ClockUnset(gate)
            | verbs.DiskFull(gate)
            | verbs.DiskOk(gate)
            | verbs.DiskStall(_, gate)
        ):
            carry_out(lab.gate(gate), verb)
        case verbs.Run() | verbs.Power() | verbs.Hub():
            raise AssertionError(f"{verb} asks for more")
        case _:
            carry_out(lab.stage(verb.machine), verb)


def carry_out(stage: Stage, verb: Deed) -> None:
    """Do on one stage what a line says, but for `run` and `power cut`, which ask for more than a stage.

    Raises DeviceError for what nobody could do in that room, ScenarioError for a hub that is not there.
    """
    match verb:
        case verbs.Tap(machine, uid):
            stage.bench.tap(machine, uid)
        case verbs.Lay(machine, uid):
            stage.bench.hold(machine, uid)
        case verbs.Lift(machine):
            stage.bench.lift(machine)
        case verbs.Press(machine, name):
            stage.bench.press(machine, name)
        case verbs.Release(machine, name):
            stage.bench.release(machine, name)
        case verbs.Current(machine, ma):
            stage.bench.current(machine, ma / 1000)
        case verbs.Break(machine, device):
            stage.bench.fail(machine, device)
        case verbs.Mend(machine, device):
            stage.bench.mend(machine, device)
        case verbs.Power(on=True):
            stage.power_back()
        case verbs.ClockStep(by_ms):
            stage.clock.step_wall(by_ms)
        case verbs.ClockSync():
            stage.sync_clock()
        case verbs.ClockUnset():
            stage.unset_clock()
        case verbs.Net(up):
            stage.set_net(up)
        case verbs.DiskFull():
            stage.disk.full = True
        case verbs.DiskOk():
            stage.free_disk()
        case verbs.DiskStall(for_ms):
            stage.stall_disk(for_ms)
        case verbs.Hub() | verbs.HubRestore():
            raise ScenarioError("this lab has no hub", "Take the line out: a lone gate hangs on nobody.")
        case verbs.Run() | verbs.Power():
            raise AssertionError(f"{verb} is not the stage's own")
        case _ as never:
            assert_never(never)


def _machine(verb: Deed | Expectation) -> str | None:
    return getattr(verb, "machine", None)


def _cuts_now(then: Action | None, at_ms: int) -> bool:
    """Whether the mains go in the same instant: gate or hub are then caught in the middle of their work."""
    if then is None or then.at_ms != at_ms:
        return False
    match then.verb:
        case verbs.Power(on=False) | verbs.Hub(up=False):
            return True
        case _:
            return False
