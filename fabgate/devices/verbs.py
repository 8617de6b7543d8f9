"""The simulated bench's verbs as words: one language for rehearsals, the socket door and the hand.

tap laser 04A2B3C4D5E680      hold laser 04A2B3C4D5E680     lift laser
press laser estop             release laser estop           current laser 3.1
lay laser 04A2B3C4D5E680      (it was in the slot before the reader came up)
relay laser break             reader laser mend             (any device, by its name)

A mirror contact follows its output. `press laser mirror` welds the contactor, `release laser mirror`
takes its coil away, `mirror laser mend` makes it whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from fabgate.badges.uid import parse
from fabgate.devices.sim import SimBench
from fabgate.errors import DeviceError
from fabgate.model import MachineId

FORMS = (
    "tap MACHINE UID",
    "hold MACHINE UID",
    "lift MACHINE",
    "lay MACHINE UID",
    "press MACHINE INPUT",
    "release MACHINE INPUT",
    "current MACHINE AMPERES",
    "DEVICE MACHINE break",
    "DEVICE MACHINE mend",
)


def act(bench: SimBench, words: Sequence[str]) -> None:
    """Do what the words say. Raises DeviceError, or BadgeError for a UID that cannot be one."""
    match words:
        case ["tap", machine, first, *rest]:
            bench.tap(MachineId(machine), parse(" ".join((first, *rest))))
        case ["hold", machine, first, *rest]:
            bench.hold(MachineId(machine), parse(" ".join((first, *rest))))
        case ["lay", machine, first, *rest]:
            bench.lay(MachineId(machine), parse(" ".join((first, *rest))))
        case ["lift", machine]:
            bench.lift(MachineId(machine))
        case ["press", machine, name]:
            bench.press(MachineId(machine), name)
        case ["release", machine, name]:
            bench.release(MachineId(machine), name)
        case ["current", machine, amperes]:
            bench.current(MachineId(machine), _amperes(amperes))
        case [device, machine, "break"]:
            bench.fail(MachineId(machine), device)
        case [device, machine, "mend"]:
            bench.mend(MachineId(machine), device)
        case _:
            raise DeviceError(f"not a verb of the bench: {' '.join(words)!r}", f"Say {'; '.join(FORMS)}.")


def _amperes(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DeviceError(f"not a number of amperes: {text!r}", "Say, for example: 3.1") from None
