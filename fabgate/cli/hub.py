"""`fabgate hub`: the hub of a lab with several gates: made, run, its certificates."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    pass_here,
    printable,
    refuse,
    show_table,
)
from fabgate.cli.gates import alarms
from fabgate.cli.hub_run import run
from fabgate.config import HubSettings
from fabgate.desk import lab
from fabgate.desk.members import Details
from fabgate.errors import UsageError
from fabgate.hub import broker, papers
from fabgate.hub.certificates import WARN_DAYS
from fabgate.hub.papers import Told
from fabgate.link import invitation as invitations
from fabgate.model import Code, Denied
from fabgate.store.gates import OBSERVER

STDOUT = "-"


@click.group(cls=Noun)
def hub() -> None:
    """The hub: one truth for all gates of a lab.

    Typed on the hub's computer, with its configuration.
    """


@hub.command(epilog=example('fabgate hub init --manager "Zoe Dupont" --id zoe'))
@click.option("--manager", required=True, metavar="NAME", help="The first manager: who may do everything.")
@click.option("--id", "handle", metavar="HANDLE", help="Their short name to type (default: made from NAME).")
@click.option("--login", metavar="LOGIN", help="Their login on this computer (default: whoever types this).")
@click.option("--language", metavar="CODE", help="The language that machines speak to them: en, fr, nl, de.")
@pass_here
def init(here: Here, manager: str, handle: str | None, login: str | None, language: str | None) -> None:
    """Make the hub: its books, its certificates, the configuration of its broker.

    Once, on the lab's hub. Typed again, it completes what was cut short; nothing that is there is
    ever written over.
    """
    _of_hub(here)
    details = Details(name=manager, handle=handle, login=login or here.login, language=language)
    made = lab.init(here.settings, here.clock, details, here.login)
    if isinstance(made, Denied) and made.code is not Code.NOTHING_TO_DO:
        refuse(here, made)
    config = papers.prepare(here.settings, here.clock.now())
    if isinstance(made, Denied):
        click.echo(f"There are books in {here.settings.gate.state} already, and a manager in them.", err=True)
        refuse(here, made)
    done(here, made, "The hub is made. {subject} ({handle}) is the first manager. Next:")
    for line, what in (
        ("sudo systemctl enable --now fabgate-broker", f"the broker, by {config}"),
        ("sudo systemctl enable --now fabgate-hub", "the hub itself"),
        ("fabgate hub invite gate-1 --to FILE", "let a gate join; the file goes there by scp or a stick"),
    ):
        click.echo(f"  {line:<44} {what}")


@hub.command(
    epilog=example(
        "fabgate hub invite gate-2 --to gate-2.invitation",
        "fabgate hub invite --observer home-assistant --to certificates",
    )
)
@click.argument("gate", required=False)
@click.option("--observer", metavar="NAME", help="For an onlooker, such as Home Assistant, and not a gate.")
@click.option("--to", "to", metavar="PATH", help="The file, or the observer's folder; - is the output.")
@by_option
@pass_here
def invite(here: Here, gate: str | None, observer: str | None, to: str | None, by: str | None) -> None:
    """Write what a gate needs to join: one file, for `fabgate gate join`.

    Carry it by scp or on a stick, and remove it then: whoever has it can be that gate. It is good for a
    day and for one gate. A gate that is known is invited again for a new SD card, or when its certificate
    comes to its end. An observer gets three files, and may look at states and nothing else.
    """
    _of_hub(here)
    if observer is not None and gate is None:
        _invite_observer(here, observer, Path(to or observer), by)
    elif gate is not None and observer is None:
        _invite_gate(here, gate, to or f"{gate}.invitation", by)
    else:
        raise UsageError("who is invited?", "Name a gate, or an observer by --observer NAME.")


def _invite_gate(here: Here, gate: str, to: str, by: str | None) -> None:
    if to == STDOUT and sys.stdout.isatty():
        raise UsageError("an invitation is not for the eyes", "Name a file: --to FILE")
    with here.desk() as desk:
        told, invitation = found(here, papers.invite(desk, by, gate))
    if to == STDOUT:
        sys.stdout.buffer.write(invitations.text(invitation))
    else:
        invitations.save(invitation, Path(to))
    click.echo(f"{gate} is invited for 24 hours. On the gate: fabgate gate join FILE", err=True)
    say_to_broker(told)


def _invite_observer(here: Here, name: str, folder: Path, by: str | None) -> None:
    with here.desk() as desk:
        told = found(here, papers.observe(desk, by, name, folder))
    hub_ = _of_hub(here)
    click.echo(f"{printable(folder)}: ca.pem, cert.pem and key.pem, for {hub_.address} port {hub_.port}.")
    say_to_broker(told)


@hub.command(epilog=example("fabgate hub renew"))
@by_option
@pass_here
def renew(here: Here, by: str | None) -> None:
    """Make the hub's own certificates anew, and say which gates' come to their end.

    Also after the hub's address has changed. A gate gets a new one by a new invitation.
    """
    hub_ = _of_hub(here)
    with here.desk() as desk:
        found(here, papers.renew(desk, by))
    click.echo("The hub's certificates are new." if hub_.tls else "The broker's configuration is new.")
    click.echo(f"  {broker.RESTART}\n  sudo systemctl restart fabgate-hub")
    left = papers.days_left(here.settings, here.clock.now().wall_ms)
    rows = [(name, days, _what_to_do(name, days)) for name, days in left.items()]
    show_table(("certificate", "days left", ""), rows, "On a loopback broker nobody has a certificate.")


def _what_to_do(name: str, days: int) -> str:
    if days >= WARN_DAYS:
        return ""
    if name == papers.BOARD:
        return "fabgate board certify"
    if name.startswith(OBSERVER):
        return f"fabgate hub invite --observer {name.removeprefix(OBSERVER)} --to FOLDER"
    return f"fabgate hub invite {name} --to FILE"


def say_to_broker(told: Told) -> None:
    """Say what to type, where the broker must hear of it."""
    if told.word:
        click.echo(f"Now tell the broker: {told.word}", err=True)


def _of_hub(here: Here) -> HubSettings:
    return broker.hub_of(here.settings)


hub.add_command(run)
hub.add_command(alarms)
