"""`fabgate board`: the web page of a hub or of a lone gate, and who may sign in there."""

from __future__ import annotations

import click

from fabgate.cli.board_run import certify, run
from fabgate.cli.board_sign import invite, password, token
from fabgate.cli.frame import Noun


@click.group(cls=Noun)
def board() -> None:
    """The board: a web page for the wall, the desk and the treasurer."""


board.add_command(run)
board.add_command(certify)
board.add_command(invite)
board.add_command(password)
board.add_command(token)
