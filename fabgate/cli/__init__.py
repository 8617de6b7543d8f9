"""The command line: `fabgate NOUN VERB`. The only room that puts the pieces of the house together.

Each noun is a file, imported when it is asked for: a gate that starts reads neither the treasurer's
exports first nor the rehearsals, and with them the hub.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fabgate import VERSION
from fabgate.cli.frame import CONFIG, Frame, Here
from fabgate.config import Settings
from fabgate.devices.clock import SimClock

if TYPE_CHECKING:
    from fabgate.rehearsal.expect import Ran

# Only the daemon logs; a command says what it has to say itself.
logging.getLogger("fabgate").addHandler(logging.NullHandler())

COMMANDS = {
    "init": "books",
    "member": "member",
    "badge": "badge",
    "role": "role",
    "machine": "machine",
    "sign": "sign",
    "grant": "grant",
    "passport": "passport",
    "evidence": "evidence",
    "trainees": "trainees",
    "sponsors": "sponsors",
    "history": "history",
    "paper": "paper",
    "dues": "dues",
    "presence": "presence",
    "workshop": "workshop",
    "notices": "notices",
    "import": "importing",
    "account": "account",
    "sell": "sell",
    "wallet": "wallet",
    "rules": "rules",
    "hours": "hours",
    "tariff": "tariff",
    "session": "session",
    "close": "close",
    "charge": "charge",
    "export": "export",
    "statement": "statement",
    "privacy": "privacy",
    "report": "report",
    "run": "daemon",
    "sim": "daemon",
    "board": "board",
    "hub": "hub",
    "gate": "gate",
    "reader": "reader",
    "meter": "meter",
    "doctor": "doctor",
    "metrics": "metrics",
    "rehearse": "rehearse",
    "demo": "demo",
    "journal": "books",
    "backup": "books",
    "restore": "books",
}


class Commands(Frame):
    """Finds a command in its file, when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        found = getattr(import_module(f"fabgate.cli.{COMMANDS[cmd_name]}"), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=CONFIG,
    envvar="FABGATE_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The configuration of this gate.",
)
@click.version_option(VERSION, prog_name="fabgate")
@click.pass_context
def main(ctx: click.Context, config: Path) -> None:
    """Machine access for fablabs: badge, sponsorship, relay, journal, the treasurer's file."""
    if ctx.obj is None:
        ctx.obj = Here(config)


def command(argv: Sequence[str], settings: Settings, clock: SimClock) -> Ran:
    """Run a command line on the books and the clock of a rehearsal; what it printed, and its status."""
    from fabgate.rehearsal.expect import Ran

    here = Here(settings.path, given=settings, given_clock=clock)
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            status = main.main(list(argv), prog_name="fabgate", standalone_mode=False, obj=here)
        except click.Abort as broken_off:
            # What click makes of Ctrl-C; whoever plays the rehearsal must hear it.
            raise KeyboardInterrupt from broken_off
        except click.ClickException as wrong:
            wrong.show(said)
            status = wrong.exit_code
    return Ran(status if isinstance(status, int) else 0, said.getvalue())
