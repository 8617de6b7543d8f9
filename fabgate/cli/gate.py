"""`fabgate gate`: the gates of a lab, as the hub sees them; and a gate that joins its hub."""

from __future__ import annotations

import click

from fabgate.cli.frame import Noun


@click.group(cls=Noun)
def gate() -> None:
    """Gates: join one to its hub, look at all of them from there.

    `join` is typed on the gate, everything else on the hub's computer.
    """
