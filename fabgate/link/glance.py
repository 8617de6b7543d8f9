"""What each machine does now, by its gate's last word: for the wall, which cannot wait for the books.

The hub, and each gate for a board beside it, keep it in memory and in a small file of the state folder (or of
the runtime directory, where the service has one), written when it changes, ten times a second at most, and
never durably: after a restart all of it is told again. No person is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from fabgate.link.status import SERVICE, folder
from fabgate.model import Moment
from fabgate.rules.wall import Word
from fabgate.wire.presence import MachineState

FILE = "glance.json"
EVERY_MS = 100
MOST = 200  # machines of one gate: a client that makes up names fills no memory


@dataclass(frozen=True, slots=True)
class Seen:
    """The words of all gates, by gate and machine. A gate on its own stands there by its folder."""

    gates: Mapping[str, Mapping[str, Word]]

    def word(self, gate: str, machine: str) -> Word | None:
        return self.gates.get(gate, {}).get(machine)


class Glance:
    """Used by one thread."""

    def __init__(self, state: Path) -> None:
        self._path = folder(state) / FILE
        self._gates: dict[str, dict[str, Word]] = {}
        self._dirty = False
        self._written_ms: int | None = None

    def heard(self, gate: str, machine: str, said: MachineState, at: Moment) -> None:
        """A gate says what a machine does; `at` is when the hub hears it.

        A gate's own time counts where it knows the time and is not ahead of the hub.
        """
        machines = self._gates.setdefault(gate, {})
        before = machines.get(machine)
        if before is None and len(machines) >= MOST:
            return
        since_ms = min(said.at.wall_ms, at.wall_ms) if said.at.synced else at.wall_ms
        if before is not None and before.state == said.state:
            since_ms = before.since_ms
        now = Word(said.state, since_ms, said.busy, said.troubles)
        if now != before:
            machines[machine] = now
            self._dirty = True

    def turn(self, at: Moment) -> None:
        """Write down what has changed. Where the disk does not take it, nothing is there: an old word would
        call a machine free that is at work."""
        if not self._dirty or not self._due(at):
            return
        self._dirty, self._written_ms = False, at.boot_ms
        part = self._path.with_name(f".{FILE}.part")
        try:
            part.write_text(json.dumps(_told(self._gates)), encoding="utf-8")
            part.chmod(0o640)
            part.replace(self._path)
        except OSError:
            self.end()

    def end(self) -> None:
        """Nothing is said any more."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _due(self, at: Moment) -> bool:
        return self._written_ms is None or not 0 <= at.boot_ms - self._written_ms < EVERY_MS


def _told(gates: Mapping[str, Mapping[str, Word]]) -> dict[str, dict[str, object]]:
    return {gate: {name: asdict(one) for name, one in its.items()} for gate, its in gates.items()}


def alone(state: Path) -> str:
    """Under which name a gate on its own stands in its file: a computer may have two labs, and one file."""
    return str(state.resolve())


def read(state: Path) -> Seen:
    """What the hub of this state folder wrote last; nothing where it wrote nothing that can be read."""
    return _read(folder(state))


def read_alone(state: Path) -> Mapping[str, Word]:
    """What each machine of this gate on its own does. Its service has a runtime directory, its board none."""
    for place in sorted(_places(state), key=_written_ns, reverse=True):
        if (found := _read(place).gates.get(alone(state))) is not None:
            return found
    return {}


def _places(state: Path) -> tuple[Path, ...]:
    return folder(state), state, SERVICE


def _read(place: Path) -> Seen:
    try:
        told = json.loads((place / FILE).read_text(encoding="utf-8"))
        return Seen({gate: {name: _word(one) for name, one in its.items()} for gate, its in told.items()})
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return Seen({})


def _word(told: Mapping[str, object]) -> Word:
    found = Word(**told)  # type: ignore[arg-type]
    if not isinstance(found.state, str) or not isinstance(found.since_ms, int):
        raise TypeError(f"not a word of a gate: {told!r}")
    return replace(found, troubles=tuple(map(str, found.troubles)))


def written_ns(state: Path) -> tuple[int, ...]:
    """When it was written last, to see whether it has changed; 0 where there is none."""
    return tuple(map(_written_ns, _places(state)))


def _written_ns(place: Path) -> int:
    try:
        return (place / FILE).stat().st_mtime_ns
    except OSError:
        return 0
