"""`fabgate hub`: the hub of a lab with several gates: made, run, its certificates."""

from __future__ import annotations

import click

from fabgate.cli.frame import Noun


@click.group(cls=Noun)
def hub() -> None:
    """The hub: one truth for all gates of a lab.

    Typed on the hub's computer, with its configuration.
    """
