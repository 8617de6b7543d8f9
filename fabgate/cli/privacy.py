"""`fabgate privacy`: what is kept about somebody, to forget them, and to erase what is old."""

from __future__ import annotations

import time
from pathlib import Path

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    json_option,
    pass_here,
    printable,
    reason_option,
    refuse,
    show_json,
    show_table,
)
from fabgate.desk import forgetting, retention
from fabgate.desk import privacy as desk_privacy
from fabgate.errors import UsageError
from fabgate.link import status
from fabgate.model import Denied, RecordId
from fabgate.reports import personal, saving
from fabgate.store import linked, purging

_SHOWN = 5
_PAUSE_S = 0.02  # between two slices: whoever waits for the lock gets it
_WHAT = {
    "left": "people who left long ago: forgotten",
    "doors": "door openings",
    "presence": "check-ins and check-outs",
    "refusals": "refusals",
    "unknown": "badges that nobody knows",
    "sessions": "records of sessions",
    "notes": "reasons and logins",
    "charges": "reasons and references beside money",
}


@click.group(cls=Noun)
def privacy() -> None:
    """Personal data: show it to whose it is, forget somebody, erase what is old."""


@privacy.command(epilog=example("fabgate privacy export ada --output ada-2026-11-22 --by zoe"))
@click.argument("whom", metavar="WHO")
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A new folder; files of JSON and a page that explains them go there.",
)
@by_option
@pass_here
def export(here: Here, whom: str, output: Path, by: str | None) -> None:
    """Write out all that is kept about WHO: the right of access.

    For a manager, or for whose data it is. Other members are named nowhere in it; the reasons that people
    wrote are in it as they are, so read them before you hand the folder out.
    """
    with here.desk() as desk:
        found = desk_privacy.to_take_out(desk, by, whom)
        if isinstance(found, Denied):
            refuse(here, found)
        made = personal.folder(desk.conn, found, here.settings.lab.name, here.clock.now())
    _fresh(output)
    for name, text in made.files.items():
        saving.save(output / name, [text], 0o600)
    click.echo(f"written: {made.records} entries in {len(made.files)} files, in {printable(output)}")
    click.echo("Read rights.json and other.json before you hand it out: reasons may name somebody else.")


def _fresh(folder: Path) -> None:
    """Raises UsageError where it cannot be made, or is there with something in it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        full = any(folder.iterdir())
    except OSError as wrong:
        raise UsageError(
            f"cannot write {folder}: {wrong.strerror}", "Name a folder that can be made."
        ) from wrong
    if full:
        raise UsageError(f"{folder} is not empty", "Name a new folder.")


@privacy.command(epilog=example('fabgate privacy forget ada --by zoe --reason "asked for it, letter 12"'))
@click.argument("whom", metavar="WHO")
@click.option(
    "--force", is_flag=True, help="Although they have something to pay: nobody will know whose it was."
)
@reason_option()
@by_option
@pass_here
def forget(here: Here, whom: str, force: bool, reason: str, by: str | None) -> None:
    """Erase the person behind WHO, here and at every gate. There is no way back.

    Their name, address, e-mail, login and badge labels go, and the reasons beside what happened to them.
    Their badges open nothing any more. What was charged stays in the books, under an id that says nothing.
    Write no name into the reason: it is kept.
    """
    text = "Forgotten. In the books they are {member} from now on; {badges} of their badges open nothing."
    with here.desk() as desk:
        did = done(here, forgetting.forget(desk, by, whom, reason, force), text)
        gone = retention.sweep(desk, pause=_pause(here))
        names = (str(did.facts["subject"]), str(did.facts["handle"]))
        named = tuple(one for one in purging.naming(desk.conn, names) if one != did.record)
    click.echo(f"  {gone} texts beside what happened to them were erased.")
    if named:
        _say_named(names[1], named)
    if did.facts["owed"]:
        click.echo(f"  {did.facts['owed']} was still open, and is now {did.facts['member']}'s.")
    click.echo("  Gates erase it as they hear of it, and backups keep it until they are replaced.")


def _say_named(handle: str, named: tuple[RecordId, ...]) -> None:
    """Where people have written their name in a reason of somebody else's."""
    one = "1 reason beside somebody else's record names"
    many = one if len(named) == 1 else f"{len(named)} reasons beside others' records name"
    where = ", ".join(f"{record.origin.split('/')[1]} {record.seq}" for record in named[:_SHOWN])
    click.echo(f"  {many} {printable(handle)}: {where}{', ...' if len(named) > _SHOWN else ''}.")
    click.echo("  It goes when `retention.notes` is over; `fabgate journal tail` shows it by that number.")


@privacy.command(epilog=example("fabgate privacy purge --dry-run", "fabgate privacy purge"))
@click.option("--dry-run", is_flag=True, help="Say what would go, and erase nothing.")
@json_option
@pass_here
def purge(here: Here, dry_run: bool, as_json: bool) -> None:
    """Erase what is older than [retention] allows. A timer does it each night, at each gate and hub.

    Rights and money are never touched, nor is a session before the month that charged it is closed. In the
    place of what went stays its hash: `fabgate journal verify` finds the journal whole.
    """
    with here.desk() as desk:
        if not desk.clock.now().synced:
            raise UsageError("nobody knows what time it is", "Try again when the clock is right.")
        has_all = _hub_has_all(here)
        found = list(retention.purge(desk, dry=dry_run, hub_has_all=has_all, pause=_pause(here)))
        waits = linked.has_joined(here.settings.gate.state) and not has_all
    if as_json:
        show_json([{"key": one.key, "kept": str(one.span), "count": one.count} for one in found])
        return
    rows = [(f"retention.{one.key}", _WHAT[one.key], str(one.span), one.count) for one in found]
    show_table(("key", "what", "kept for", "would go" if dry_run else "erased"), rows, "")
    if waits:
        click.echo("Sessions stay until the hub has them all: fabgate doctor says how far it is.")


def _pause(here: Here) -> retention.Pause:
    return (lambda: None) if here.rehearsed else (lambda: time.sleep(_PAUSE_S))


def _hub_has_all(here: Here) -> bool:
    """Whether the gate's link says that every record of this gate is at the hub."""
    settings = here.settings
    said = status.read(settings.gate.state, settings.lab.name, settings.gate.name)
    return said is not None and said.state == "linked" and said.behind == 0
