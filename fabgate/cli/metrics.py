"""`fabgate metrics`: the numbers of a gate or a hub, for Prometheus."""

from __future__ import annotations

from pathlib import Path

import click

from fabgate.cli.frame import Here, example, pass_here, pour
from fabgate.hub.around import around
from fabgate.reports import figures, textfile

SCREEN = "-"


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
    made = figures.text(settings, around(settings, here.clock.now()))
    if folder is None:
        pour([made])
    else:
        textfile.put(folder, f"fabgate-{settings.gate.name}", made)
