"""What every command shares: where it stands, how it answers, how it fails.

The command line is thin: it puts the pieces together, asks `desk/`, and says what came back.
Exit status: 0 done, 1 refused or failed (the text says why and what to type next), 2 not a command.
"""

from __future__ import annotations

import json
import os
import pwd
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from fabgate import config as configuration
from fabgate.config import Settings
from fabgate.desk.deed import Clock, Desk, Done
from fabgate.devices.clock import SystemClock
from fabgate.errors import FabgateError
from fabgate.model import Code, Denied, Facts, Notice
from fabgate.store.db import Reader, Store
from fabgate.store.keys import Keys
from fabgate.texts import Catalogue

CONFIG = Path("/etc/fabgate/fabgate.toml")
Deed = TypeVar("Deed", bound=Callable[..., Any])
Answer = TypeVar("Answer")


@dataclass
class Here:
    """Where a command runs: its configuration, its clock, who is logged in. A rehearsal brings its own."""

    config: Path = CONFIG
    given: Settings | None = None
    given_clock: Clock | None = None
    given_login: str | None = None

    @cached_property
    def settings(self) -> Settings:
        """The checked configuration. Raises ConfigError."""
        if self.given is not None:
            return self.given
        settings = configuration.load(self.config)
        _ = self.login  # before root becomes somebody else: it is root who types
        become_owner(settings.gate.state)
        return settings

    @cached_property
    def clock(self) -> Clock:
        return self.given_clock or SystemClock(self.settings.gate.clock)

    @cached_property
    def login(self) -> str | None:
        return login() if self.given is None else self.given_login

    @cached_property
    def catalogue(self) -> Catalogue:
        """The sentences of the command line, which speaks English whatever the lab's members read."""
        return Catalogue.load(("en",), self.settings.lab.zone)

    @cached_property
    def store(self) -> Store:
        return Store(self.settings.gate.state)

    @property
    def rehearsed(self) -> bool:
        """Whether the clock is a rehearsal's: nothing may wait, for no time would pass."""
        return self.given_clock is not None

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The books, to read."""
        with self.store.reader() as reader:
            yield reader

    @contextmanager
    def desk(self, keys: bool = False) -> Iterator[Desk]:
        """The desk, to do a deed at; with the badge keys where it needs them."""
        ring = Keys.load(self.settings.gate.state) if keys else None
        with self.store.writer() as writer:
            yield Desk(self.settings, writer, self.clock, self.login, ring)


pass_here = click.make_pass_decorator(Here)


def login() -> str | None:
    """The OS login behind this command: the one who used sudo, or the one who runs it."""
    behind = os.environ.get("SUDO_USER")
    if behind and (os.geteuid() == 0 or os.environ.get("SUDO_UID")):
        return behind
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return None


def become_owner(folder: Path) -> None:
    """Root does not touch the books as root: it becomes their owner first, or files would change hands."""
    if os.geteuid() != 0 or not folder.exists():
        return
    owner = folder.stat()
    if owner.st_uid == 0:
        return
    try:
        name = pwd.getpwuid(owner.st_uid).pw_name
        os.initgroups(name, owner.st_gid)
    except KeyError:
        os.setgroups([owner.st_gid])
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
    os.umask(0o007)


# --- answers ----------------------------------------------------------------------------------


def refuse(here: Here, denied: Denied) -> NoReturn:
    """Say why not, and what to type or whom to ask; exit status 1."""
    said = here.catalogue.say(denied.code, denied.facts, "en")
    click.echo(f"refused: {said.text}", err=True)
    click.echo(f"  {said.next}", err=True)
    raise click.exceptions.Exit(1)


def found(here: Here, result: Answer | Denied) -> Answer:
    """What the desk has found, or refuse."""
    if isinstance(result, Denied):
        refuse(here, result)
    return result


def done(here: Here, result: Done | Denied, text: str) -> Done:
    """Say that a deed was done (`text` is filled with its facts), or refuse."""
    done_ = found(here, result)
    click.echo(text.format_map({key: printable(value) for key, value in done_.facts.items()}))
    return done_


def sentence(here: Here, what: Code | Notice, facts: Facts) -> str:
    said = here.catalogue.say(what, facts, "en")
    return f"{said.text} {said.next}"


def show_json(value: object) -> None:
    """One JSON document for programs, keys in the order that the command gives them."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def show_table(headers: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table for people; `empty` is said where there is nothing to show."""
    from tabulate import tabulate

    filled = [[printable(cell) for cell in row] for row in rows]
    if not filled:
        click.echo(empty)
        return
    click.echo(tabulate(filled, headers=headers, tablefmt="simple", disable_numparse=True))


def printable(value: object) -> str:
    """A value on one line of a terminal: what could move the cursor or break the line is escaped."""
    if value is None:
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


# --- options ----------------------------------------------------------------------------------


def by_option(deed: Deed) -> Deed:
    return click.option("--by", metavar="MEMBER", help="Who does this (default: whoever is logged in).")(deed)


def reason_option(required: bool = True) -> Callable[[Deed], Deed]:
    return click.option(
        "--reason", required=required, metavar="TEXT", help="Why; it is kept beside the journal."
    )


def json_option(deed: Deed) -> Deed:
    return click.option("--json", "as_json", is_flag=True, help="For programs: JSON.")(deed)


# --- failures ---------------------------------------------------------------------------------


class Frame(click.Group):
    """The top of the command line: an error of ours is two lines and status 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FabgateError as error:
            click.echo(f"fabgate: {error}", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            # Whoever read us has seen enough (`| head`).
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


def wall(here: Here, wall_ms: int | None) -> str:
    """A wall time as the lab reads it: 2026-10-24 09:00."""
    from datetime import UTC, datetime

    if wall_ms is None:
        return ""
    return (
        datetime.fromtimestamp(wall_ms / 1000, UTC)
        .astimezone(here.settings.lab.zone)
        .strftime("%Y-%m-%d %H:%M")
    )


def hours(length_ms: int) -> str:
    """A length as people say it: 1:05:09."""
    seconds = length_ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


Row = Mapping[str, object]
