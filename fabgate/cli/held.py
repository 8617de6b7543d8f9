"""What a running gate holds, nobody else may open."""

from __future__ import annotations

import fcntl
from pathlib import Path

from fabgate.errors import DeviceError
from fabgate.reports.checks import RUN_LOCK


def refuse_if_held(state: Path, told: str, what: str) -> None:
    """A running gate holds its devices. `told` says so of those meant, `what` is the one to try.

    Raises DeviceError.
    """
    try:
        with (state / RUN_LOCK).open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DeviceError(
            told,
            "See that nobody works (fabgate session list --open): stopping it ends their sessions. "
            f"Then: sudo systemctl stop fabgate-gate, try the {what}, sudo systemctl start fabgate-gate.",
        ) from None
    except OSError:
        return  # no gate has ever run on these books
