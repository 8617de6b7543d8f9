"""`fabgate machine serviced`, `downtime`, `audit`: how a machine is kept, and what one that looks on saw."""

from __future__ import annotations

from collections import Counter

import click

from fabgate.cli.frame import (
    Here,
    by_option,
    done,
    example,
    found,
    json_option,
    only_at_a_gate,
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.past import Line, of_month
from fabgate.cli.show import Json, day, hours, utc
from fabgate.desk import Desk, machines, upkeep
from fabgate.errors import UsageError
from fabgate.model import MachineId
from fabgate.rules import downtime as out
from fabgate.rules.downtime import Stretch
from fabgate.rules.month import Month

_MONTH = click.option("--month", metavar="YYYY-MM", help="Which month (default: this one).")


@click.command(epilog=example('fabgate machine serviced laser lens --by zoe --reason "cleaned, aligned"'))
@click.argument("machine")
@click.argument("service")
@reason_option(required=False)
@by_option
@pass_here
def serviced(here: Here, machine: str, service: str, reason: str | None, by: str | None) -> None:
    """Note that a service was done: it counts anew from now.

    SERVICE is its name in the configuration. Managers may, and whoever maintains the machine. The reason
    is a place for what was done.
    """
    only_at_a_gate(here)
    with here.desk() as desk:
        one = found(here, machines.shown(desk, machine))
        names = [each.name for each in one.settings.rules.services]
        if service not in names:
            there = (
                f"It has: {', '.join(names)}." if names else "It has none; they stand in the configuration."
            )
            raise UsageError(f"{machine} has no service {service!r}", there)
        did = upkeep.serviced(desk, by, machine, service, reason)
        done(here, did, "{title} ({machine}): {service} is done, and counts anew.")


@click.command(epilog=example("fabgate machine downtime", "fabgate machine downtime laser --month 2026-10"))
@click.argument("machine", required=False)
@_MONTH
@json_option
@pass_here
def downtime(here: Here, machine: str | None, month: str | None, as_json: bool) -> None:
    """Show how long machines were out of use, and why.

    Of a month: out of service by a person (locked), by its button (oops) or because its contactor welded;
    and every trouble, such as a pressed emergency stop. What overlaps counts once in the whole.
    """
    with here.desk() as desk:
        which = _machines(here, desk, machine)
        when = _month(here, month)
        first_s, next_s = when.bounds(here.settings.lab.zone)
        several = [(one, upkeep.out_of_service(desk, one, first_s * 1000, next_s * 1000)) for one in which]
        upto_ms = min(next_s * 1000, here.clock.now().wall_ms)
    if as_json:
        show_json([_json(one, stretches, when) for one, stretches in several])
        return
    length_ms = max(1, upto_ms - first_s * 1000)
    rows = [_row(one, stretches, length_ms) for one, stretches in several]
    show_table(
        ("machine", "out of service", "share", "times", "why"), rows, "The configuration has no machine."
    )


@click.command(epilog=example("fabgate machine audit", "fabgate machine audit laser --month 2026-10"))
@click.argument("machine", required=False)
@_MONTH
@json_option
@pass_here
def audit(here: Here, machine: str | None, month: str | None, as_json: bool) -> None:
    """Show what a gate that looks on would have refused.

    Of a month, by machine, code and member: in how many sessions, and when last. A line without a member is
    of badges that nobody owns. The last line of a machine says how many sessions there were, and against how
    many of them nothing stood.
    """
    with here.desk() as desk:
        which = set(_machines(here, desk, machine))
        looked_on = {one for one in which if here.settings.machines[one].rules.audit}
        lines = [line for line in of_month(desk, _month(here, month)) if line.machine in which]
    lines = [line for line in lines if line.would or line.machine in looked_on]
    rows = _refused(lines)
    if as_json:
        show_json(
            [
                {"machine": of, "code": code, "member": who or None, "sessions": number, "last": utc(last_ms)}
                for (of, code, who), (number, last_ms) in rows.items()
            ]
        )
        return
    show_table(
        ("machine", "would be refused", "member", "sessions", "last"),
        [(of, code, who, number, day(here, ms)) for (of, code, who), (number, ms) in rows.items()],
        "Nothing would have been refused.",
    )
    for of, number in sorted(Counter(line.machine for line in lines).items()):
        fine = sum(line.machine == of and not line.would for line in lines)
        click.echo(f"{of}: {number} sessions, {fine} of them with nothing against them.")


def _refused(lines: list[Line]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """How often, and when last, by machine, code and member; what came most often first."""
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for line in lines:
        if line.would:
            key = (line.machine, line.would, line.member)
            number, last_ms = found.get(key, (0, 0))
            found[key] = (number + 1, max(last_ms, line.begun_ms))
    return dict(sorted(found.items(), key=lambda item: (item[0][0], -item[1][0], item[0])))


def _machines(here: Here, desk: Desk, machine: str | None) -> list[MachineId]:
    if machine is None:
        return list(here.settings.machines)
    return [found(here, machines.shown(desk, machine)).settings.rules.machine]


def _month(here: Here, text: str | None) -> Month:
    if text is not None:
        return Month.of(text)
    return Month.at(here.clock.now().wall_ms // 1000, here.settings.lab.zone)


def _row(machine: str, stretches: tuple[Stretch, ...], length_ms: int) -> tuple[object, ...]:
    whole = out.whole_ms(stretches)
    why = ", ".join(f"{cause} {hours(ms)}" for cause, ms in out.by_cause(stretches).items())
    return machine, hours(whole), f"{100 * whole / length_ms:.1f} %", len(stretches), why


def _json(machine: str, stretches: tuple[Stretch, ...], month: Month) -> Json:
    return {
        "machine": machine,
        "month": str(month),
        "seconds": out.whole_ms(stretches) // 1000,
        "causes": {cause: ms // 1000 for cause, ms in out.by_cause(stretches).items()},
        "stretches": [
            {"why": one.cause, "from": utc(one.from_ms), "to": utc(one.to_ms)} for one in stretches
        ],
    }
