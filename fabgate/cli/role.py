"""`fabgate role`: the offices of the lab."""

from __future__ import annotations

import click

from fabgate.cli.frame import (
    Here,
    Noun,
    by_option,
    done,
    example,
    found,
    json_option,
    options,
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import handle
from fabgate.desk import roles
from fabgate.model import Role

role_arguments = options(
    click.argument("who"),
    click.argument("role", type=click.Choice([role.value for role in Role])),
    click.option("--machine", metavar="MACHINE", help="The machine that a maintainer looks after."),
    reason_option(),
    by_option,
)


@click.group(cls=Noun)
def role() -> None:
    """Roles: managers, the treasurer, the maintainers of machines.

    A manager enrols, grants, suspends and locks; a maintainer unlocks one machine and ends sessions on
    it; the treasurer closes months.
    """


@role.command(epilog=example("fabgate role give bob maintainer --machine laser --by zoe --reason expert"))
@role_arguments
@pass_here
def give(here: Here, who: str, role: str, machine: str | None, reason: str, by: str | None) -> None:
    """Give a member an office. WHO is their handle or id."""
    with here.desk() as desk:
        given = roles.give(desk, by, who, Role(role), reason, machine)
        done(here, given, "{subject} ({handle}) is {role}" + _of(machine) + " now.")


@role.command(epilog=example("fabgate role revoke bob maintainer --machine laser --by zoe --reason left"))
@role_arguments
@pass_here
def revoke(here: Here, who: str, role: str, machine: str | None, reason: str, by: str | None) -> None:
    """Take an office from a member. WHO is their handle or id."""
    with here.desk() as desk:
        taken = roles.revoke(desk, by, who, Role(role), reason, machine)
        done(here, taken, "{subject} ({handle}) is no longer {role}" + _of(machine) + ".")


@role.command("list", epilog=example("fabgate role list"))
@click.argument("who", required=False)
@json_option
@pass_here
def list_(here: Here, who: str | None, as_json: bool) -> None:
    """Show who holds which office, or the offices of WHO."""
    with here.desk() as desk:
        shown = found(here, roles.listed(desk, who))
    if as_json:
        show_json(
            [
                {"member": handle(one.holder), "role": one.held.role.value, "machine": one.held.machine}
                for one in shown
            ]
        )
        return
    rows = [
        (one.held.role.value, one.held.machine, handle(one.holder), one.holder.name if one.holder else "")
        for one in shown
    ]
    show_table(("role", "machine", "member", "name"), rows, "Nobody here holds an office.")


def _of(machine: str | None) -> str:
    return "" if machine is None else " of {machine}"
