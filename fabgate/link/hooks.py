"""What a gate and its link know of each other, in a file that costs a gate on its own nothing to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fabgate.wire.presence import MachineState

FOLDER = "link"  # of a gate that has joined, in its state folder
OLD = ".link.old"  # while it joins anew

Refused = frozenset[str]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the gate does at the link's word. All are called in its thread and return at once.

    `identify` lets a machine (None: all) say where it is; `refuse` says which machines may not start
    (`*`: all), from now on; `keys` says that the file of badge keys has changed; `machines` is asked what
    each machine does now.
    """

    identify: Callable[[str | None], None]
    refuse: Callable[[Refused], None]
    keys: Callable[[], None]
    machines: Callable[[], Mapping[str, MachineState]]


def has_joined(state: Path) -> bool:
    """Whether the gate of this state folder has joined a hub, or has tried to. What is wrong with it is
    told by the link, each time it tries."""
    return any((state / name).exists() for name in (FOLDER, OLD))
