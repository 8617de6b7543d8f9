"""`fabgate run`: the daemon. `fabgate sim`: the simulated bench's verbs, typed to a running one."""

from __future__ import annotations

import logging
import sys

import click

from fabgate.cli.frame import Here, example, only_at_a_gate, pass_here
from fabgate.devices import door
from fabgate.errors import UsageError


@click.command(epilog=example("fabgate run"))
@click.option("--verbose", is_flag=True, help="Log what is usual, too.")
@pass_here
def run(here: Here, verbose: bool) -> None:
    """Run the gate until SIGTERM. Relays are off before READY and after the end."""
    from fabgate.gate.run import run as run_gate

    if here.settings.hub is not None:
        raise UsageError(f"{here.config}: this is the file of a hub, not of a gate", "Type: fabgate hub run")

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="level=%(levelname)s at=%(name)s %(message)s",
    )
    raise click.exceptions.Exit(run_gate(here.settings))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True, metavar="VERB...")
@pass_here
def sim(here: Here, words: tuple[str, ...]) -> None:
    """Do something at the simulated bench of the running gate.

    \b
    fabgate sim tap laser 04A2B3C4D5E680     a badge touches the reader
    fabgate sim hold laser 04A2B3C4D5E680    a badge is laid in the slot
    fabgate sim lift laser                   and taken away
    fabgate sim lay laser 04A2B3C4D5E680     one lies there since before the gate came up
    fabgate sim press laser estop            an input is pressed; release lets it go
    fabgate sim current laser 3.1            the machine draws 3.1 A
    fabgate sim relay laser break            a device fails; mend makes it work again
    fabgate sim show                         everything on the bench, as JSON
    """
    only_at_a_gate(here)
    answer = door.ask(here.settings.gate.state, " ".join(words))
    if answer.startswith("error"):
        click.echo(f"fabgate: {answer.removeprefix('error').strip()}", err=True)
        raise click.exceptions.Exit(1)
    click.echo(answer)
