"""The demo's page: a lab that runs on this machine, and the board that shows it."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from fabgate.cli.keeper import Kept
from fabgate.config.settings import BoardSettings
from fabgate.devices.clock import SystemClock
from fabgate.errors import LinkError, UsageError
from fabgate.link import embedded
from fabgate.link.embedded import LOOPBACK
from fabgate.texts.catalogue import LANGUAGES

PORT = 8080
_NEXT = 20  # ports that are tried after it
_KEY = 12  # bytes: nobody guesses it


class NoPage(UsageError):
    """Something that the page needs is not installed here."""


@contextmanager
def page(port: int | None, kept: Kept) -> Iterator[str]:
    """The lab, and its address. `port`: None is 8080 or the next that is free.

    Raises NoPage where there is no broker or no web server here, LinkError where the port is taken.
    """
    kind = embedded.which()
    if kind is None:
        raise NoPage(
            "there is no MQTT broker on this machine",
            "sudo apt-get install mosquitto   (or, on a PC: pip install 'fabgate[demo]')",
        )
    try:
        from fabgate.board import stage
        from fabgate.board.house import House
        from fabgate.board.routes import ROUTES
        from fabgate.board.serving import served
        from fabgate.cli.virtual import open_lab
    except ModuleNotFoundError as missing:
        raise NoPage(f"{missing.name} is not installed here", "pip install 'fabgate[web]'") from missing

    board, key = BoardSettings(port=_free_port() if port is None else _had(port)), secrets.token_urlsafe(_KEY)
    with open_lab(kind, kept, spoken(os.environ)) as lab:
        settings = lab.hub_settings
        house = House(settings, SystemClock(settings.gate.clock))
        with served(house, [*ROUTES, *stage.routes(lab, key)], board) as serving:
            yield f"{serving.url}/demo/{key}"


def spoken(environ: Mapping[str, str]) -> str:
    """The language of whoever sits here, where the catalogue has it; else English."""
    said = next(filter(None, (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return said[:2] if said[:2] in LANGUAGES else LANGUAGES[0]


def _had(port: int) -> int:
    """This port, before a lab is built for it. Raises LinkError where it is not to be had."""
    try:
        with socket.create_server((LOOPBACK, port)):
            return port
    except OSError as error:
        raise LinkError(
            f"the page cannot have port {port}: {error.strerror}",
            "Another program may listen there. Leave --port out: then the next free one is taken.",
        ) from error


def _free_port() -> int:
    """8080, or the next that nobody has; any, where all of them are taken."""
    for port in range(PORT, PORT + _NEXT):
        with suppress(OSError), socket.create_server((LOOPBACK, port)):
            return port
    return 0
