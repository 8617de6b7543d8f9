"""What a configuration may ask of a bench: kinds that it has, names that tell devices apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from fabgate.config import MachineSettings, Settings
from fabgate.errors import DeviceError
from fabgate.model import Kind, MachineId

PANEL = ("lamp", "buzzer", "display")
TAKEN = frozenset({*PANEL, "reader", "current"})  # names that outputs and inputs cannot have
# What each kind of machine drives, all of it the same way: low at boot, lowered on stop and crash. A strike
# at a machine would be held for a whole session; a contactor at a door would close for seconds.
DRIVES: Mapping[Kind, str | None] = {Kind.MACHINE: "power", Kind.DOOR: "pulse", Kind.COUNTER: None}


def check_kind(known: Collection[str], kind: str, what: str) -> None:
    """Raises DeviceError for a kind that is not known; `what` says what it would be.

    Nothing ever stands in for it (law 8).
    """
    if kind not in known:
        raise DeviceError(
            f"{what}: {kind!r} is not a kind that this bench has",
            f"It has: {', '.join(sorted(known))}.",
        )


def check_names(settings: Settings) -> None:
    """Raises DeviceError unless every output and input has a name of its own and a known role."""
    for machine, wired in settings.machines.items():
        _check_machine(machine, wired)


def _check_machine(machine: MachineId, wired: MachineSettings) -> None:
    pins = (*wired.outputs, *wired.inputs)
    for name, times in Counter(pin.name for pin in pins).items():
        if times > 1 or name in TAKEN:
            raise DeviceError(
                f"machine {machine}: the name {name!r} is taken",
                f"Give every output and input a name of its own, and none of: {', '.join(sorted(TAKEN))}.",
            )
    role = DRIVES[wired.rules.kind]
    for pin in wired.outputs:
        if pin.role != role:
            raise DeviceError(
                f"{wired.rules.kind} {machine}: output {pin.name!r} has the role {pin.role!r}, "
                "which nothing drives",
                "Take the output away." if role is None else f"Set its role to {role!r}.",
            )
