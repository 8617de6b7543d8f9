"""The two clocks: the controller's own, and one that stands still until it is told to move.

Only this room reads a clock (law 5). Lengths come from CLOCK_BOOTTIME, which no step of the wall
clock moves and which goes on in suspend; a Raspberry Pi has no battery clock, so the wall time is
believed only where somebody vouches for it.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from pathlib import Path

from fabgate.errors import DeviceError
from fabgate.model import Moment

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SYNCED = Path("/run/systemd/timesync/synchronized")  # see systemd-timesyncd.service(8)
CLOCKS = ("timesyncd", "trusted")
_LOOK_MS = 1_000
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SystemClock:
    """The controller's clock. `kind` says who vouches for the wall time.

    `timesyncd`: systemd-timesyncd, by the file that it touches when it has set the clock (looked
    for once a second at most). `trusted`: somebody else does, always. Raises DeviceError for
    another kind. May be read by any thread.
    """

    def __init__(
        self,
        kind: str = "timesyncd",
        *,
        boot_id: Path = BOOT_ID,
        mark: Path = SYNCED,
        run: Path | None = None,
    ) -> None:
        if kind not in CLOCKS:
            raise DeviceError(
                f"there is no clock {kind!r}; known: {', '.join(CLOCKS)}",
                "Set `clock` in [gate] to one of these.",
            )
        self._trusted = kind == "trusted"
        self._mark = mark
        self._boot = _read_id(boot_id) or _own_id(run or _runtime_folder())
        self._synced = False
        self._look_ms = 0  # when to look at the mark again

    def now(self) -> Moment:
        boot_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        return Moment(self._boot, boot_ms, time.time_ns() // 1_000_000, self._vouched(boot_ms))

    def _vouched(self, boot_ms: int) -> bool:
        if self._trusted:
            return True
        if boot_ms >= self._look_ms:
            self._look_ms = boot_ms + _LOOK_MS
            self._synced = self._mark.exists()
        return self._synced


class SimClock:
    """A clock that moves only when it is told to. `wall_ms` is its wall time at the start (UTC).

    `synced` may be set at any time. `now` is the same moment until somebody moves the clock.
    """

    def __init__(self, wall_ms: int, *, synced: bool = True, name: str = "boot") -> None:
        self.synced = synced
        self._name = name
        self._boots = 1
        self._boot_ms = 0
        self._wall_ms = wall_ms

    def now(self) -> Moment:
        return Moment(f"{self._name}-{self._boots}", self._boot_ms, self._wall_ms, self.synced)

    def advance(self, ms: int) -> None:
        """Let time pass, on both clocks. Raises ValueError: time does not go back."""
        if ms < 0:
            raise ValueError(f"time does not go back: {ms} ms")
        self._boot_ms += ms
        self._wall_ms += ms

    def step_wall(self, ms: int) -> None:
        """Somebody sets the wall clock, forward or back; no time passes."""
        self._wall_ms += ms

    def reboot(self) -> None:
        """A new boot: another boot id, the time since boot begins again; the wall clock goes on."""
        self._boots += 1
        self._boot_ms = 0


def _read_id(file: Path) -> str | None:
    try:
        text = file.read_text("ascii").strip().lower()
    except (OSError, UnicodeError):
        return None
    return text if _ID.fullmatch(text) else None


def _runtime_folder() -> Path | None:
    """The folder in memory that systemd gives the service: gone at the next boot, as it must be."""
    first = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(first) if first else None


def _own_id(run: Path | None) -> str:
    """An id of our own for this boot, the same for every process that has the folder.

    Without a folder each process counts as a boot of its own: lengths across it are then not
    known rather than wrong.
    """
    if run is None:
        return str(uuid.uuid4())
    kept = run / "boot-id"
    try:
        if _read_id(kept) is None:
            fresh = run / f"boot-id.{os.getpid()}"
            fresh.write_text(str(uuid.uuid4()), "ascii")
            fresh.replace(kept)
    except OSError:
        return str(uuid.uuid4())
    return _read_id(kept) or str(uuid.uuid4())
