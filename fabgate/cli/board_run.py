"""`fabgate board run`: the board by itself, beside a lone gate; and as a part of the hub."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from fabgate.cli.frame import Here, by_option, example, found, pass_here, printable
from fabgate.config import Settings
from fabgate.config.settings import BoardSettings
from fabgate.devices.notify import Notify
from fabgate.errors import ConfigError, FabgateError, UsageError
from fabgate.hub import papers

if TYPE_CHECKING:
    from fabgate.board.serving import Serving

log = logging.getLogger(__name__)
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@click.command(epilog=example("fabgate board run"))
@click.option("--verbose", is_flag=True, help="Log what is usual, too.")
@pass_here
def run(here: Here, verbose: bool) -> None:
    """Serve the board of a gate that has no hub.

    Until SIGTERM. A hub serves it itself. [board] in the configuration says where.
    """
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="level=%(levelname)s at=%(name)s %(message)s",
    )
    over = threading.Event()
    for one in ENDS:
        signal.signal(one, lambda _signal, _frame: over.set())
    notify = Notify()
    with serving(here) as served:
        notify.say("READY=1")
        click.echo(f"The board is at {served.url}", err=True)
        over.wait()
        notify.say("STOPPING=1")
    notify.close()


def serving(here: Here) -> AbstractContextManager[Serving]:
    """The board of this configuration, for as long as a block lasts.

    Raises ConfigError without the extra `web`, LinkError where it cannot listen.
    """
    try:
        from fabgate.board.house import House
        from fabgate.board.serving import served
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"the board needs {missing.name}, which is not installed here",
            "sudo make install brings it; by hand: pip install 'fabgate[web]'",
        ) from missing
    written = here.written
    if not here.store.exists():
        raise ConfigError(
            f"{here.store.path} is not there", "Make the books first: fabgate init, or fabgate hub init"
        )
    return served(House(written, here.clock), said=certified(written))


def certified(written: Settings) -> BoardSettings:
    """Where and how it is served: by the certificate that the hub made for it, unless another is named."""
    board, made = written.board, papers.of_board(written)
    if made is None or board.proxy or board.certificate is not None:
        return board
    return replace(board, certificate=made[0], key=made[1])


@contextmanager
def beside_the_hub(here: Here) -> Iterator[None]:
    """The board for as long as the hub serves. What keeps the board away keeps no hub from its gates."""
    with ExitStack() as undo:
        try:
            undo.enter_context(serving(here))
        except FabgateError as error:
            log.error("event=no_board error=%r", str(error))
        yield


@click.command(epilog=example("fabgate board certify", "fabgate board certify --host board.lan"))
@click.option(
    "--host", metavar="HOST", help="The name or address that people type (default: that of [board] url)."
)
@by_option
@pass_here
def certify(here: Here, host: str | None, by: str | None) -> None:
    """Have the hub make the board's certificate.

    With it people sign in from other computers too. It is good for a year. Browsers trust it once they
    have the lab's own authority, the file ca.pem.
    """
    url = here.written.board.url
    host = host or urlsplit(url).hostname
    if not host:
        raise UsageError("nobody said by which name people reach the board", "Give it: --host board.lan")
    with here.desk() as desk:
        folder = found(here, papers.certify_board(desk, by, host))
    click.echo(f"The board has a certificate for {host}. From its next start it speaks https only.")
    click.echo("  sudo systemctl restart fabgate-hub")
    click.echo(f"Put {printable(folder / 'ca.pem')} into the browsers that people sign in with.")
