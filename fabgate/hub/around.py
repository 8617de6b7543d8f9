"""What the numbers of a gate or a hub need that no books have: whether its daemon runs, its link, its papers.

For `fabgate metrics` and for the board's `/metrics`, which both look from beside the daemon.
"""

from __future__ import annotations

from pathlib import Path

from fabgate.config import Settings
from fabgate.errors import FabgateError, LinkError
from fabgate.hub.certificates import newest
from fabgate.link import certificate, hooks, status
from fabgate.model import Moment
from fabgate.reports import figures
from fabgate.reports.checks import runs
from fabgate.reports.metrics import LinkFigures

CONNECTED = ("quiet", "linked")
PAPERS = {"own": "link/cert.pem", "authority": "link/ca.pem", "broker": "broker/cert.pem"}


def around(settings: Settings, now: Moment) -> figures.Around:
    """What is beside the books of this configuration; what cannot be read is left out."""
    state = settings.gate.state
    up = runs(state)
    return figures.Around(
        now=now,
        up=up,
        link=_link(settings, now, up) if (state / hooks.FOLDER).is_dir() else None,
        expiry_s=_expiry_s(state),
        gates_expiry_s={} if settings.hub is None else _gates_expiry_s(state),
    )


def _link(settings: Settings, now: Moment, up: bool) -> LinkFigures:
    """What the link last said of itself; a link without its daemon is none."""
    said = status.read(settings.gate.state, settings.lab.name, settings.gate.name)
    if said is None:
        return LinkFigures(connected=False)
    connected = up and said.state in CONNECTED
    heard_ms = _whole(said.heard_ms) if up else None
    silent_ms = None if heard_ms is None else max(0, now.wall_ms - heard_ms)
    return LinkFigures(connected, _whole(said.behind), silent_ms)


def _whole(said: object) -> int | None:
    """A number out of a file that anything may stand in."""
    return said if type(said) is int and said >= 0 else None


def _expiry_s(state: Path) -> dict[str, float]:
    """When the certificates in these folders end; a gate on its own has none."""
    found: dict[str, float] = {}
    for what, path in PAPERS.items():
        try:
            until_ms = certificate.read((state / path).read_text(encoding="ascii", errors="replace")).until_ms
        except (OSError, LinkError):
            continue
        found[what] = until_ms / 1000
    return found


def _gates_expiry_s(state: Path) -> dict[str, float]:
    try:
        return {one.name: one.until_ms / 1000 for one in newest(state)}
    except (FabgateError, OSError):  # no authority here, or one that cannot be read: the doctor says which
        return {}
