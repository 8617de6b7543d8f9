"""How the link stands, as a small file that the doctor and the metrics read. No person is in it.

It lies in the runtime directory, which is memory, where the service has one; else in the state folder,
and is written once a minute at most, because a card wears.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from fabgate.errors import StoreError
from fabgate.store.files import whole

FILE = "link.status.json"
RUNTIME = "RUNTIME_DIRECTORY"
SERVICE = Path("/run/fabgate")  # where the unit of the gate has its own
EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """`state`: `away` (no connection), `quiet` (connected, no word from a hub), `linked`, `stopped`.

    Wall times are UTC ms, as the gate's clock had them. `behind` counts records that the hub is not known
    to have, `arrived` of `end` are the hub's rights that are in force here.
    """

    lab: str
    gate: str
    state: str
    at_ms: int
    hub: str | None = None
    heard_ms: int | None = None
    behind: int = 0
    arrived: int = 0
    end: int = 0
    refused: int = 0
    alarms: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def folder(state: Path) -> Path:
    """Where a gate with this state folder writes it: systemd names the runtime directory."""
    named = os.environ.get(RUNTIME, "").partition(":")[0]
    return Path(named) if named else state


class StatusFile:
    """Writes it where something has changed; a disk that does not take it is no concern of the link."""

    def __init__(self, state: Path) -> None:
        self._path = folder(state) / FILE
        self._written: LinkStatus | None = None
        self._at_ms = 0

    def write(self, now: LinkStatus, boot_ms: int) -> None:
        """`boot_ms` says when (CLOCK_BOOTTIME). A new alarm, or another state of the link, does not wait."""
        before = self._written
        if before is not None and replace(now, at_ms=before.at_ms) == before:
            return
        urgent = before is None or (before.state, before.alarms) != (now.state, now.alarms)
        if not urgent and boot_ms - self._at_ms < EVERY_MS:
            return
        self._written, self._at_ms = now, boot_ms
        try:
            with whole(self._path, 0o600) as file:
                file.write(json.dumps(asdict(now), indent=1).encode() + b"\n")
        except (OSError, StoreError):
            return


def read(state: Path, lab: str, gate: str) -> LinkStatus | None:
    """The newest that this gate wrote; None where there is none that can be read."""
    places = {folder(state), state, SERVICE}
    found = [status for place in places if (status := _read(place / FILE)) is not None]
    own = [status for status in found if (status.lab, status.gate) == (lab, gate)]
    return max(own, key=lambda status: status.at_ms, default=None)


def _read(path: Path) -> LinkStatus | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        known = {field.name: said[field.name] for field in fields(LinkStatus) if field.name in said}
        status = LinkStatus(**known)
    except (OSError, ValueError, TypeError):
        return None
    return status if isinstance(status.at_ms, int) and isinstance(status.alarms, dict) else None
