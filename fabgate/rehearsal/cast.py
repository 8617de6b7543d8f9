"""Who plays in a rehearsal: the gates and the hub that its configuration files describe.

A rehearsal is held against its cast before anything happens: a machine, an input, an output or a
gate that nobody has is refused at its line. Members are not looked at: the rehearsal enrols them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from fabgate import config
from fabgate.config import MachineSettings, Settings
from fabgate.errors import ScenarioError
from fabgate.model import MachineId
from fabgate.rehearsal import verbs
from fabgate.rehearsal.scenario import Scenario, at_line
from fabgate.rehearsal.verbs import Verb

HUB = "hub"


@dataclass(frozen=True, slots=True)
class Cast:
    """The settings of each gate by its name, in the order of the rehearsal, and the hub's."""

    gates: Mapping[str, Settings]
    hub: Settings | None = None

    @classmethod
    def of(cls, *gates: Settings, hub: Settings | None = None) -> Self:
        """Gates that can work together. Raises ScenarioError: two of one name, two machines of one
        name, a gate of another lab than the hub's, a file of a hub where a gate's belongs, or the
        other way round."""
        for one in gates:
            if one.hub is not None:
                raise ScenarioError(f"{one.path} is a hub's", "Name it in a `hub` line.")
            if hub is not None and one.lab.name != hub.lab.name:
                raise ScenarioError(
                    f"{one.path} is of the lab {one.lab.name!r}, the hub of {hub.lab.name!r}",
                    "Give them one [lab] name: a hub keeps the books of one lab.",
                )
        if hub is not None and hub.hub is None:
            raise ScenarioError(f"{hub.path} is no hub's", "A hub's configuration has a [hub] table.")
        _single("gate", [one.gate.name for one in gates], "Give each its own name under [gate].")
        machines = [machine for one in gates for machine in one.machines]
        _single("machine", machines, "Give each its own name: `tap` finds the gate by it.")
        return cls({one.gate.name: one for one in gates}, hub)

    @property
    def first(self) -> str:
        """The gate of the `lab` line."""
        return next(iter(self.gates))

    def gate_of(self, machine: MachineId) -> str:
        """The gate that has this machine. Raises ScenarioError for none."""
        found = {name: gate for gate, one in self.gates.items() for name in one.machines}
        _one_of(machine, found, "machine")
        return found[machine]

    def meant(self, gate: str | None) -> str:
        """The gate that a line with this `@name` speaks of. Raises ScenarioError where it must say one."""
        if gate is not None:
            _one_of(gate, self.gates, "gate")
            return gate
        if len(self.gates) > 1:
            names = " or ".join(f"@{name}" for name in self.gates)
            raise ScenarioError("there are several gates", f"Say which one at the end of the line: {names}")
        return self.first


def load(scenario: Scenario) -> Cast:
    """The cast of a rehearsal, which fits its lines. Raises ScenarioError, ConfigError."""
    gates = [config.load(path) for path in (scenario.lab, *scenario.gates)]
    hub = None if scenario.hub is None else config.load(scenario.hub)
    try:
        cast = Cast.of(*gates, hub=hub)
    except ScenarioError as wrong:
        raise ScenarioError(f"{scenario.path}: {wrong.what}", wrong.remedy) from wrong
    check(scenario, cast)
    return cast


def check(scenario: Scenario, cast: Cast) -> None:
    """Holds the names in a scenario against its cast. Raises ScenarioError (file:line, what there is)."""
    for action in scenario.actions:
        try:
            _check_names(action.verb, cast)
        except ScenarioError as wrong:
            raise at_line(scenario, action.line, wrong) from wrong


def _check_names(verb: Verb, cast: Cast) -> None:
    match verb:
        case verbs.Press(machine, name) | verbs.Release(machine, name):
            _one_of(name, [pin.name for pin in _machine(machine, cast).inputs], f"input of {machine}")
        case verbs.Break(machine, name) | verbs.Mend(machine, name):
            _one_of(name, _devices(_machine(machine, cast)), f"device of {machine}")
        case verbs.OutputIs(machine, name, _):
            _one_of(name, [pin.name for pin in _machine(machine, cast).outputs], f"output of {machine}")
        case (
            verbs.Tap(machine)
            | verbs.Lay(machine)
            | verbs.Lift(machine)
            | verbs.Current(machine)
            | verbs.Says(machine)
            | verbs.LampIs(machine)
            | verbs.Closed(machine)
            | verbs.NoSession(machine)
        ):
            _machine(machine, cast)
        case verbs.Run(_, str(gate)):
            _one_of(gate, cast.gates, "gate")
        case _:
            _check_gate(verb, cast)


def _devices(wired: MachineSettings) -> list[str]:
    """All that can fail at a machine."""
    named = [*(wire.name for wire in wired.outputs), *(contact.name for contact in wired.inputs)]
    return [*named, "reader", "lamp", "buzzer", "display", *(["meter"] if wired.meter else [])]


def _check_gate(verb: Verb, cast: Cast) -> None:
    match verb:
        case verbs.ClockStep(gate="hub") | verbs.ClockSync(gate="hub") | verbs.ClockUnset(gate="hub"):
            _need_hub(cast)
        case (
            verbs.Power(gate=gate)
            | verbs.Net(gate=gate)
            | verbs.ClockStep(gate=gate)
            | verbs.ClockSync(gate=gate)
            | verbs.ClockUnset(gate=gate)
            | verbs.DiskFull(gate=gate)
            | verbs.DiskOk(gate=gate)
            | verbs.DiskStall(gate=gate)
        ):
            cast.meant(gate)
        case verbs.GateIs(gate) | verbs.RecordsAll(gate):
            _need_hub(cast)
            _one_of(gate, cast.gates, "gate")
        case verbs.RosterEqual() | verbs.Hub() | verbs.HubRestore():
            _need_hub(cast)
        case _:
            pass


def _need_hub(cast: Cast) -> None:
    if cast.hub is None:
        raise ScenarioError("this lab has no hub", "Take the line out, or add one above: hub FILE.toml")


def _machine(machine: MachineId, cast: Cast) -> MachineSettings:
    return cast.gates[cast.gate_of(machine)].machines[machine]


def _one_of(name: str, known: Collection[str], what: str) -> None:
    if name not in known:
        raise ScenarioError(f"there is no {what} called {name!r}", f"There is: {', '.join(known) or 'none'}.")


def _single(what: str, names: Sequence[str], remedy: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f"two {what}s are called {name!r}", remedy)
