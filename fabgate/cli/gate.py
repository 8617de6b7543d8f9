"""`fabgate gate`: the gates of a lab, as the hub sees them; and a gate that joins its hub."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fabgate.cli.frame import Here, Noun, by_option, done, example, found, pass_here, reason_option, refuse
from fabgate.cli.gates import VERBS
from fabgate.desk import gates, who
from fabgate.errors import UsageError
from fabgate.link import invitation as invitations
from fabgate.link import joining
from fabgate.link.invitation import Invitation
from fabgate.wire.forms import LIMIT

STDIN = "-"


@click.group(cls=Noun)
def gate() -> None:
    """Gates: join one to its hub, look at all of them from there.

    `join` is typed on the gate, everything else on the hub's computer.
    """


@gate.command(epilog=example("fabgate gate join gate-2.invitation"))
@click.argument("file")
@by_option
@pass_here
def join(here: Here, file: str, by: str | None) -> None:
    """Join this gate to its hub, by the invitation in FILE (- is the input).

    The gate keeps its journal, its people and its badges, and goes on alone whenever the hub is away.
    A gate that has no books yet gets them by this, and its people from the hub: it needs no `init`.
    """
    settings = here.settings
    if settings.hub is not None:
        raise UsageError(f"{here.config}: this is the file of a hub, not of a gate", "Type it on the gate.")
    invitation = _read(file)
    joining.check(settings, invitation, here.clock.now())
    managers = _managers(here, by) if here.store.exists() else ()
    there = joining.accept(settings, invitation, here.clock.now())
    click.echo(f"This gate has joined {there.address}, as {there.gate}. Next:")
    click.echo("  sudo systemctl restart fabgate-gate")
    if managers:
        click.echo(f"Managers here, and from then on of the whole lab: {', '.join(managers)}.")
        click.echo("  Who should be none: fabgate role revoke WHO manager --reason ...")
    if file != STDIN:
        click.echo("The invitation has done its work: remove the file.")


def _read(file: str) -> Invitation:
    if file == STDIN:
        return invitations.read(sys.stdin.buffer.read(LIMIT + 2), "the input")
    return invitations.load(Path(file))


def _managers(here: Here, by: str | None) -> tuple[str, ...]:
    """The names of those who manage this gate; where there are any, it is one of them who joins it."""
    with here.desk() as desk:
        there = who.managers(desk.conn, who.today_ms(desk.conn, desk.clock.now()))
        no = gates.leave(desk, by) if there else None
        if no is not None:
            refuse(here, no)
        return tuple(sorted(name for name in (who.name_of(desk.conn, one) for one in there) if name))


@gate.command(epilog=example('fabgate gate retire gate-2 --reason "sold"'))
@click.argument("gate")
@reason_option()
@by_option
@pass_here
def retire(here: Here, gate: str, reason: str, by: str | None) -> None:
    """Send a gate away for good, or an observer (observer.NAME): nothing that it says counts any more.

    What it has reported stays in the books. Only a new invitation brings it back.
    """
    from fabgate.hub import broker, papers

    broker.hub_of(here.settings)
    with here.desk() as desk:
        told = found(here, papers.retire(desk, by, gate, reason))
    done(here, told.done, "{gate} is retired: its certificates are revoked.")
    if told.word:
        click.echo(f"Now tell the broker: {told.word}", err=True)


for verb in VERBS:
    gate.add_command(verb)
