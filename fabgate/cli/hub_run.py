"""`fabgate hub run`: the hub's daemon."""

from __future__ import annotations

import logging
import sys
from contextlib import nullcontext
from functools import partial

import click

from fabgate.cli.frame import Here, example, pass_here


@click.command(epilog=example("fabgate hub run"))
@click.option("--verbose", is_flag=True, help="Log what is usual, too.")
@pass_here
def run(here: Here, verbose: bool) -> None:
    """Run the hub until SIGTERM, and its board with it.

    It waits for its broker; gates go on alone while it is away.
    """
    from fabgate.cli.board_run import beside_the_hub
    from fabgate.hub.run import run as run_hub

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="level=%(levelname)s at=%(name)s %(message)s",
    )
    board = partial(beside_the_hub, here) if here.settings.board.serve else nullcontext
    raise click.exceptions.Exit(run_hub(here.settings, board))
