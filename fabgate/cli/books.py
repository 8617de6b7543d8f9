"""`fabgate init`, `journal`, `backup`, `restore`: the books of a gate as a whole."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import click

from fabgate.cli.entries import as_json, as_line
from fabgate.cli.frame import Here, Noun, done, example, json_option, pass_here, printable, refuse, show_json
from fabgate.cli.show import Handles
from fabgate.desk import lab
from fabgate.desk.members import Details
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.records import Entry
from fabgate.store import backup as backups
from fabgate.store import journal as journals
from fabgate.store.db import Reader
from fabgate.store.journal import Verdict

_LOOK_S = 0.2
_SHOWN_BREAKS = 20
BACKUPS = "backups"


@click.command(epilog=example('fabgate init --manager "Zoe Dupont" --id zoe'))
@click.option("--manager", required=True, metavar="NAME", help="The first manager: who may do everything.")
@click.option("--id", "handle", metavar="HANDLE", help="Their short name to type (default: made from NAME).")
@click.option("--login", metavar="LOGIN", help="Their login on this computer (default: whoever types this).")
@click.option("--language", metavar="CODE", help="The language that machines speak to them: en, fr, nl, de.")
@pass_here
def init(here: Here, manager: str, handle: str | None, login: str | None, language: str | None) -> None:
    """Make the books of this gate, and its first manager.

    An empty roster, a journal, the badge keys. Once, on a new gate: nothing that is there is ever
    written over.
    """
    if here.settings.hub is not None and not here.rehearsed:  # a rehearsal's hub needs no certificates
        raise UsageError(f"{here.config}: this is the file of a hub", "Type: fabgate hub init --manager NAME")
    details = Details(name=manager, handle=handle, login=login or here.login, language=language)
    made = lab.init(here.settings, here.clock, details, here.login)
    if isinstance(made, Denied) and made.code is Code.NOTHING_TO_DO:
        click.echo(f"There are books in {here.settings.gate.state} already, and a manager in them.", err=True)
        refuse(here, made)
    done(here, made, "The books are made. {subject} ({handle}) is the first manager. Next:")
    mine = str(made.facts["handle"])
    for line, what in (
        ("fabgate doctor", "see whether all is well here"),
        (f"fabgate badge wait {mine}", "have a badge, once the gate runs"),
        ('fabgate member add "Ada Lovelace"', "take in a member"),
    ):
        click.echo(f"  {line:<34} {what}")


@click.group(cls=Noun)
def journal() -> None:
    """The journal: what happened at this gate, in order, for ever."""


@journal.command(epilog=example("fabgate journal tail -n 50", "fabgate journal tail --follow"))
@click.option(
    "-n", "number", default=20, show_default=True, metavar="N", help="How many of the last records."
)
@click.option("--follow", is_flag=True, help="Go on with what is written from now on, until Ctrl-C.")
@json_option
@pass_here
def tail(here: Here, number: int, follow: bool, as_json: bool) -> None:
    """Show the last records of the journal. With --json: one object a line.

    A ? after a time: the clock was not known to be right then.
    """
    if follow and here.rehearsed:
        raise UsageError("nothing is written while a rehearsal waits", "Leave --follow out.")
    with here.reading() as reader:
        tail_ = _Tail(here, reader, as_json)
        tail_.last(max(0, number))
        with suppress(KeyboardInterrupt):
            while follow:
                time.sleep(_LOOK_S)
                tail_.new()


class _Tail:
    """The end of the journal, told as far as it was read."""

    def __init__(self, here: Here, reader: Reader, as_json: bool) -> None:
        self._here, self._reader, self._as_json = here, reader, as_json
        self._seq = journals.last_seq(reader.conn)

    def last(self, number: int) -> None:
        newest = journals.entries(self._reader.conn, newest_first=True, limit=number)
        self._tell(list(newest)[::-1])

    def new(self) -> None:
        came = list(journals.entries(self._reader.conn, after=self._seq))
        self._seq = max((entry.id.seq for entry in came), default=self._seq)
        self._tell(came)

    def _tell(self, entries: list[Entry]) -> None:
        conn, handles = self._reader.conn, Handles(self._reader.conn)
        for entry in entries:
            told = as_json(conn, entry) if self._as_json else as_line(self._here, conn, entry, handles)
            click.echo(told)


@journal.command(epilog=example("fabgate journal verify"))
@click.option(
    "--last",
    type=click.IntRange(1),
    metavar="N",
    help="Only the last N records of each journal (default: all).",
)
@json_option
@pass_here
def verify(here: Here, last: int | None, as_json: bool) -> None:
    """Check that no record was altered or taken away. Exit status 1 if one was.

    Records whose text was blanked by retention pass, where a purge record says so.
    """
    with here.reading() as reader:
        verdict = journals.verify(reader.conn, last)
    if as_json:
        broken = [{"record": str(one.record), "what": one.what} for one in verdict.broken]
        show_json({"checked": verdict.checked, "broken": broken})
    else:
        _tell_verdict(verdict)
    if verdict.broken:
        raise click.exceptions.Exit(1)


def _tell_verdict(verdict: Verdict) -> None:
    if not verdict.broken:
        click.echo(f"{verdict.checked} records checked: all as they were written.")
        return
    for one in verdict.broken[:_SHOWN_BREAKS]:
        click.echo(f"{one.record}: {one.what}", err=True)
    if len(verdict.broken) > _SHOWN_BREAKS:
        click.echo(f"... and {len(verdict.broken) - _SHOWN_BREAKS} more", err=True)
    click.echo(
        f"{verdict.checked} records checked, {len(verdict.broken)} not as they were written.\n"
        "  Keep a copy of the state folder as it is. `fabgate restore` brings back a backup.",
        err=True,
    )


@click.command(epilog=example("fabgate backup --to /media/stick"))
@click.option("--to", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="Where it goes.")
@click.option("--keep", type=click.IntRange(1), metavar="N", help="How many backups of this gate stay there.")
@pass_here
def backup(here: Here, folder: Path | None, keep: int | None) -> None:
    """Copy the books and the badge keys into one file.

    The gate works on meanwhile.
    Where it goes and how many are kept: [backup] in the configuration, or the options. The file is
    for its owner alone: whoever has it has every name, and the keys that badges are known by.
    """
    settings = here.settings
    to = folder or settings.backup.folder or settings.gate.state / BACKUPS
    made = backups.backup(here.store, to, here.clock.now(), keep or settings.backup.keep)
    click.echo(str(made))
    if folder is None and settings.backup.folder is None:
        click.echo(
            "On the same disk as the books: name another one, [backup] folder or --to FOLDER.", err=True
        )


@click.command(epilog=example("fabgate restore /media/stick/fabgate-openfab-gate-1-20261024T020000Z.tar"))
@click.argument("archive", type=click.Path(path_type=Path))
@pass_here
def restore(here: Here, archive: Path) -> None:
    """Put a backup in force on a gate that has no books.

    ARCHIVE is the file that `fabgate backup` has made. The journal goes on under a new epoch, so that
    nothing that was written since the backup is taken for something else. Books that are there are
    never written over: move the state folder away first.
    """
    settings = here.settings
    whose = backups.restore(archive, settings.gate.state, here.clock.now())
    click.echo(
        f"These are the books of {printable(f'{whose.lab}/{whose.gate}')} again, in {settings.gate.state}."
    )
    here_is = f"{settings.lab.name}/{settings.gate.name}"
    if here_is != f"{whose.lab}/{whose.gate}":
        click.echo(f"Note: the configuration says {here_is}. Is this the right backup?", err=True)
    click.echo("Next: fabgate journal verify, then start the gate; what was recorded since is not in them.")
