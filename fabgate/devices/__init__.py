"""The bench: readers, relays, inputs, lamps and clocks, behind protocols (`protocols.py`).

Used by `gate/` and `rehearsal/`. This file imports the standard library only, and little of it:
`lower.py` runs through it in the moment after the daemon died. The pieces are imported on use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from fabgate.config import Settings
    from fabgate.devices.protocols import Bench
    from fabgate.model import Clock

    Opener = Callable[[Settings, Clock], Bench]

GROUP = "fabgate.benches"  # entry points: a name -> a function (settings, clock) -> Bench


def open_bench(settings: Settings, clock: Clock) -> Bench:
    """Open the bench that the configuration names, every relay off.

    The built-in kinds are looked at first, entry points only for other names. Raises DeviceError
    for an unknown kind, or where the configuration does not fit it; never tries another (law 8).
    """
    from fabgate.devices.kinds import check_names

    check_names(settings)
    kind = settings.gate.bench
    opener = BENCHES[kind] if kind in BENCHES else _foreign(kind)
    return opener(settings, clock)


def _open_sim(settings: Settings, clock: Clock) -> Bench:
    import sys

    from fabgate.devices.sim import RECENT, SimBench, check_unmixed, echo

    check_unmixed(settings)
    bench = SimBench(settings, clock, keep=RECENT)
    bench.follow(echo(settings, sys.stdout))
    return bench


def _open_pi(settings: Settings, clock: Clock) -> Bench:  # noqa: ARG001 - every opener takes a clock
    from fabgate.devices.pi import PiBench

    return PiBench(settings)


BENCHES: dict[str, Opener] = {"sim": _open_sim, "pi": _open_pi}


def _foreign(kind: str) -> Opener:
    """The bench of that name that another package brings. Raises DeviceError."""
    from importlib.metadata import entry_points

    from fabgate.errors import DeviceError

    found = entry_points(group=GROUP)
    if kind not in found.names:
        known = ", ".join(sorted(BENCHES.keys() | found.names))
        raise DeviceError(
            f"there is no bench {kind!r}; known: {known}",
            "Set `bench` in [gate] to one of these, or install the package that brings it.",
        )
    try:
        return cast("Opener", found[kind].load())
    except (ImportError, AttributeError) as error:
        raise DeviceError(
            f"the bench {kind!r} cannot be loaded: {error}",
            f"Install the package again that brings {found[kind].value}.",
        ) from error
