"""What every command shares: where it stands, how it answers, how it fails.

The command line is thin: it puts the pieces together, asks `desk/`, and says what came back.
Exit status: 0 done, 1 refused or failed (the text says why and what to type next), 2 not a command.
"""

from __future__ import annotations

import difflib
import itertools
import json
import os
import pwd
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zlib import crc32

import click

from fabgate import config as configuration
from fabgate.config import Settings
from fabgate.desk.deed import SIGNED_IN_AS, TOLD_AS, Desk, Done, mint_member
from fabgate.devices.clock import SystemClock
from fabgate.errors import FabgateError, UsageError
from fabgate.model import Clock, Code, Denied, Facts, MemberId, Notice
from fabgate.store import roster
from fabgate.store.db import Reader, Store, Writer
from fabgate.texts import LANGUAGES, Catalogue, titles_of

CONFIG = Path("/etc/fabgate/fabgate.toml")
_JOINERS = "\u200c\u200d"  # shape letters and emoji of many scripts, and move nothing
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
        """The checked configuration; at a hub with the machines of its gates. Raises ConfigError."""
        return _of_lab(self.written)

    @property
    def written(self) -> Settings:
        """The configuration as it stands in its file: at a hub without its gates' machines."""
        if self.given is not None:
            return self.given
        _ = self.login  # before root becomes somebody else: it is root who types
        become_owner(self._read.gate.state)
        return self._read

    @cached_property
    def _read(self) -> Settings:
        return configuration.load(self.config)

    @cached_property
    def clock(self) -> Clock:
        return self.given_clock or SystemClock(self.settings.gate.clock)

    @cached_property
    def login(self) -> str | None:
        return login(self._read.gate.state) if self.given is None else self.given_login

    @property
    def signed_in(self) -> MemberId | None:
        """The member for whom the board runs this command, see `signed_in`."""
        return signed_in(self.settings.gate.state) if self.given is None else None

    @cached_property
    def catalogue(self) -> Catalogue:
        """The sentences of the command line, which speaks English whatever the lab's members read."""
        return Catalogue.load(("en",), self.settings.lab.zone, titles=titles_of(self.settings.charter))

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
    def desk(self) -> Iterator[Desk]:
        """The desk, to do a deed at or to look something up."""
        with self.store.writer() as writer:
            mint = _numbered(writer) if self.rehearsed else mint_member
            yield Desk(self.settings, writer, self.clock, self.login, signed_in=self.signed_in, mint=mint)


def _numbered(writer: Writer) -> Callable[[], MemberId]:
    """Ids of members for a rehearsal: the same ones each time it is played, for lists are in their order."""
    gate = crc32(writer.identity.gate.encode())
    numbers = itertools.count(len(roster.members(writer.conn)))
    return lambda: MemberId(f"m-{gate:08x}{next(numbers):08x}")


def _of_lab(settings: Settings) -> Settings:
    if settings.hub is None:
        return settings
    from fabgate.hub.lab import with_machines

    return with_machines(settings)


pass_here = click.make_pass_decorator(Here)


def login(books: Path) -> str | None:
    """The OS login behind this command: the one who used sudo, or the one who runs it.

    What sudo says is believed only where sudo was really used: when this process is root's or
    the owner's of the books. Anybody can set SUDO_USER, but nobody becomes the owner by it.
    """
    user = os.getuid()
    owner = books.stat().st_uid if books.exists() else user
    behind = os.environ.get("SUDO_USER")
    if behind and user in (0, owner):
        return behind
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return None


def signed_in(books: Path) -> MemberId | None:
    """The member who signed in at the board that runs this command; None where no board does.

    Believed of the owner of the books alone, whose board it is: anybody can set a variable.
    """
    said = os.environ.get(SIGNED_IN_AS)
    owner = books.stat().st_uid if books.exists() else None
    return MemberId(said) if said and os.getuid() == owner else None


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
    if _for_a_board():
        _tell_board(refused=denied.code.value, facts=denied.facts)
        raise click.exceptions.Exit(1)
    said = here.catalogue.say(denied.code, denied.facts, "en")
    click.echo(f"refused: {said.text}", err=True)
    click.echo(f"  {said.next}", err=True)
    raise click.exceptions.Exit(1)


def _for_a_board() -> bool:
    """Whether the board runs this command, and tells what went wrong in the language of who asked."""
    return os.environ.get(TOLD_AS) == "json"


def _tell_board(**what: object) -> None:
    click.echo(json.dumps(what), err=True)


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
    """A value on one line of a terminal: what could move the cursor, turn the reading order or break
    the line is shown as an escape."""
    if value is None:
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return "".join(map(_shown, text))


def _shown(sign: str) -> str:
    if sign.isprintable() or sign in _JOINERS:
        return sign
    return " " if unicodedata.category(sign) == "Zs" else sign.encode("unicode_escape").decode()


def only_at_a_gate(here: Here) -> None:
    """Raises UsageError on a hub's computer, for what needs machines or makes the books of a gate."""
    if here.settings.hub is not None:
        raise UsageError(f"{here.config}: this is the file of a hub, not of a gate", "Type it on a gate.")


def spoken(here: Here, language: str) -> Catalogue:
    """What the lab says in one language, its own words laid on top. Raises UsageError for one not shipped."""
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise UsageError(f"there are no texts in the language {language!r}", f"There are: {known}.")
    lab = here.settings.lab
    return Catalogue.load((language,), lab.zone, lab.texts, titles_of(here.settings.charter))


# --- options ----------------------------------------------------------------------------------


def options(*each: Callable[[Deed], Deed]) -> Callable[[Deed], Deed]:
    """Several options as one, in this order in the help."""

    def put(deed: Deed) -> Deed:
        for option in reversed(each):
            deed = option(deed)
        return deed

    return put


def by_option(deed: Deed) -> Deed:
    return click.option("--by", metavar="MEMBER", help="Who does this (default: whoever is logged in).")(deed)


def reason_option(required: bool = True) -> Callable[[Deed], Deed]:
    return click.option(
        "--reason", required=required, metavar="TEXT", help="Why; it is kept beside the journal."
    )


def example(*lines: str) -> str:
    """The epilogue of a help text: what somebody would type, each line as it is."""
    return "\n".join(("\b", "Example:", *(f"  {line}" for line in lines)))


def json_option(deed: Deed) -> Deed:
    return click.option("--json", "as_json", is_flag=True, help="For programs: JSON.")(deed)


# --- failures ---------------------------------------------------------------------------------


class Noun(click.Group):
    """What a command is about; its verbs stand in the help in the order in which people need them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as unknown:
            close = difflib.get_close_matches(args[0], self.list_commands(ctx))
            if not close:
                raise
            meant = f"{unknown.message} Did you mean {' or '.join(close)}?"
            raise click.UsageError(meant, ctx) from unknown


class Frame(Noun):
    """The top of the command line: an error of ours is two lines and status 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        if isinstance(sys.stdout, TextIOWrapper):
            # A terminal of another encoding shows an escape where it has no sign for a name.
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except FabgateError as error:
            _failed(error)
            ctx.exit(1)
        except BrokenPipeError:
            # Whoever read us has seen enough (`| head`).
            _drop_output()
            ctx.exit(0)
        except OSError as error:
            _drop_output()
            _failed(FabgateError(f"{printable(error.filename or 'output')}: {error.strerror}"))
            ctx.exit(1)


def _failed(error: FabgateError) -> None:
    """Say what failed, and what to do."""
    if _for_a_board():
        _tell_board(failed=type(error).__name__, what=error.what, remedy=error.remedy)
    else:
        click.echo("\n".join(map(printable, f"fabgate: {error}".splitlines())), err=True)


def _drop_output() -> None:
    """What is still to be written would fail once more when Python ends, and say so in its own words."""
    with suppress(OSError):  # a rehearsal's output is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def pour(pieces: Iterable[str]) -> None:
    """Write a file's text to standard output as it is: UTF-8 and its own line ends on any terminal."""
    raw = getattr(sys.stdout, "buffer", None)
    for piece in pieces:
        if raw is None:
            sys.stdout.write(piece)
        else:
            raw.write(piece.encode())
    sys.stdout.flush()
