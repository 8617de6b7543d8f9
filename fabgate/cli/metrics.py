"""`fabgate metrics`: the numbers of a gate or a hub, for Prometheus."""

from __future__ import annotations

from pathlib import Path

import click

from fabgate.cli.frame import Here, example, pass_here, pour
from fabgate.errors import FabgateError, LinkError
from fabgate.hub.certificates import newest
from fabgate.link import certificate, hooks, status
from fabgate.model import Moment
from fabgate.reports import figures, textfile
from fabgate.reports.checks import runs
from fabgate.reports.metrics import LinkFigures

SCREEN = "-"
CONNECTED = ("quiet", "linked")
PAPERS = {"own": "link/cert.pem", "authority": "link/ca.pem", "broker": "broker/cert.pem"}


@click.command(epilog=example("fabgate metrics", "fabgate metrics --to /var/lib/prometheus/node-exporter"))
@click.option(
    "--to",
    metavar="FOLDER",
    help="Write them into this folder; `-` is the screen (default: [metrics] folder, else the screen).",
)
@pass_here
def metrics(here: Here, to: str | None) -> None:
    """Give the numbers of this gate or hub to Prometheus.

    A file that node-exporter reads, each minute by fabgate-metrics@fabgate.timer. No member and no
    badge is in it.
    """
    settings = here.settings
    folder = settings.metrics if to is None else None if to == SCREEN else Path(to)
    made = figures.text(settings, _around(here))
    if folder is None:
        pour([made])
    else:
        textfile.put(folder, f"fabgate-{settings.gate.name}", made)


def _around(here: Here) -> figures.Around:
    settings, now = here.settings, here.clock.now()
    state = settings.gate.state
    up = runs(state)
    return figures.Around(
        now=now,
        up=up,
        link=_link(here, now, up) if (state / hooks.FOLDER).is_dir() else None,
        expiry_s=_expiry_s(state),
        gates_expiry_s={} if settings.hub is None else _gates_expiry_s(state),
    )


def _link(here: Here, now: Moment, up: bool) -> LinkFigures:
    """What the link last said of itself; a link without its daemon is none."""
    gate, lab = here.settings.gate, here.settings.lab.name
    said = status.read(gate.state, lab, gate.name)
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
