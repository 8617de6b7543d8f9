"""Playing a rehearsal: each line carried out in its turn, each settled before the next.

The player is handed a `command` that runs a fabgate command line on the rehearsal's own books and
clock; it never imports `cli/`. Everything that happens is told as it happens: the lines of the
scenario, what the outputs do, and each expectation that failed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import assert_never

from fabgate import config
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.sim import Change
from fabgate.errors import DeviceError, ScenarioError
from fabgate.rehearsal import scenario as scenarios
from fabgate.rehearsal import verbs
from fabgate.rehearsal.expect import Ran, unmet
from fabgate.rehearsal.scenario import Scenario
from fabgate.rehearsal.stage import Stage
from fabgate.rehearsal.verbs import Action, Deed, Expectation
from fabgate.rehearsal.writing import say

Command = Callable[[Sequence[str], Settings, SimClock], Ran]
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
    scenario: Scenario, command: Command, seed: int = 0, tell: Tell = lambda _: None
) -> tuple[Failure, ...]:
    """Play it all, telling as it goes; what failed. Raises ScenarioError, ConfigError, StoreError."""
    settings = config.load(scenario.lab)
    scenarios.check(scenario, settings)
    with TemporaryDirectory(prefix="fabgate-rehearsal-") as folder:
        return Player(scenario, on_stage(settings, Path(folder)), command, seed, tell).play()


def on_stage(settings: Settings, folder: Path) -> Settings:
    """The lab's own settings, on a simulated bench, with books in `folder`, and `--by` believed."""
    gate = replace(settings.gate, state=folder, bench="sim")
    return replace(settings, gate=gate, proof="claimed")


class Player:
    """One rehearsal being played."""

    def __init__(
        self, scenario: Scenario, settings: Settings, command: Command, seed: int, tell: Tell
    ) -> None:
        self._scenario, self._settings, self._command, self._tell = scenario, settings, command, tell
        self._random = random.Random(seed)
        self._clock = SimClock(scenario.clock.wall_ms)
        self._now_ms = 0
        self._last: Ran | None = None
        self._failures: list[Failure] = []

    def play(self) -> tuple[Failure, ...]:
        self._found_the_lab()
        self._stage = Stage(self._settings, self._clock)
        self._stage.bench.follow(self._changed)
        self._stage.power_on()
        try:
            self._act_all()
        finally:
            self._tell = lambda _: None  # the lights go out, and nobody needs to hear of it
            self._stage.shut_down()
        return tuple(self._failures)

    def _found_the_lab(self) -> None:
        """An empty store as `init` leaves it, with the manager that the configuration names."""
        first = self._settings.lab.first_manager
        if first is None:
            raise ScenarioError(
                f"{self._scenario.lab}: a rehearsal needs a manager to begin with",
                'Write first_manager = "zoe" under [lab].',
            )
        ran = self._command(("init", "--manager", first.title(), "--id", first), self._settings, self._clock)
        if ran.status:
            raise ScenarioError(f"the lab could not be made: {ran.printed.strip()}")

    def _act_all(self) -> None:
        actions = self._scenario.actions
        for action, then in zip(actions, (*actions[1:], None), strict=True):
            self._stage.advance(action.at_ms - self._now_ms)
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
            raise ScenarioError(f"{self._scenario.path}:{action.line}: {wrong.what}", wrong.remedy) from wrong
        if not _cuts_now(then, action.at_ms):
            self._stage.settle()

    def _do(self, verb: Deed) -> None:
        match verb:
            case verbs.Run(argv):
                self._run(argv)
            case verbs.Power(on=False):
                self._stage.power_cut(self._random.randrange(MOST_STEPS + 1))
            case _:
                carry_out(self._stage, verb)

    def _run(self, argv: Sequence[str]) -> None:
        self._last = self._command(argv, self._settings, self._clock)
        self._stage.news()
        for line in self._last.printed.splitlines():
            self._tell(Told(self._now_ms, None, "printed", line))

    def _expect(self, action: Action, expected: Expectation) -> None:
        found = unmet(self._stage, self._last, expected)
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
        self._tell(Told(self._stage.passed_ms, change.machine, change.device, value))


def carry_out(stage: Stage, verb: Deed) -> None:
    """Do on the stage what a line says, but for `run` and `power cut`, which ask for more than a stage.

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
        case verbs.Power(on=True):
            stage.power_back()
        case verbs.ClockStep(by_ms):
            stage.clock.step_wall(by_ms)
        case verbs.ClockSync():
            stage.sync_clock()
        case verbs.Net(up):
            stage.set_net(up)
        case verbs.DiskFull():
            stage.disk.full = True
        case verbs.DiskOk():
            stage.free_disk()
        case verbs.DiskStall(for_ms):
            stage.stall_disk(for_ms)
        case verbs.Hub():
            raise ScenarioError("this lab has no hub", "Take the line out: a lone gate hangs on nobody.")
        case verbs.Run() | verbs.Power():
            raise AssertionError(f"{verb} is not the stage's own")
        case _ as never:
            assert_never(never)


def _machine(verb: Deed | Expectation) -> str | None:
    return getattr(verb, "machine", None)


def _cuts_now(then: Action | None, at_ms: int) -> bool:
    """Whether the mains go in the same instant: the gate is then caught in the middle of its work."""
    return (
        then is not None and then.at_ms == at_ms and isinstance(then.verb, verbs.Power) and not then.verb.on
    )
