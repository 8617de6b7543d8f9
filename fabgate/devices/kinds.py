"""What a configuration may ask of a bench: kinds that it has, names that tell devices apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from fabgate.config import MachineSettings, Settings
from fabgate.errors import DeviceError
from fabgate.model import Duty, Kind, MachineId

PANEL = ("lamp", "buzzer", "display")
TAKEN = frozenset({*PANEL, "reader", "meter", "current"})  # names that outputs and inputs cannot have
# What a door may drive: a contactor there would close for seconds.
DOOR_DRIVES = (Duty.PULSE, Duty.AUX)


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
    names = [*(wire.name for wire in wired.outputs), *(contact.name for contact in wired.inputs)]
    for name, times in Counter(names).items():
        if times > 1 or name in TAKEN:
            raise DeviceError(
                f"machine {machine}: the name {name!r} is taken",
                f"Give every output and input a name of its own, and none of: {', '.join(sorted(TAKEN))}.",
            )
    allowed = _drives(wired.rules.kind)
    for wire in wired.outputs:
        if wire.duty not in allowed:
            raise DeviceError(
                f"{wired.rules.kind} {machine}: output {wire.name!r} has the role {wire.duty.value!r}, "
                "which nothing drives",
                f"Set its role to {allowed[0].value!r}." if allowed else "Take the output away.",
            )


def _drives(kind: Kind) -> tuple[Duty, ...]:
    if kind.is_machine:
        return tuple(Duty)
    return DOOR_DRIVES if kind is Kind.DOOR else ()
