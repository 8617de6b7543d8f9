"""`fabgate machine`: what stands in the lab, out of service and back."""

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
    pass_here,
    reason_option,
    show_json,
    show_table,
)
from fabgate.cli.show import Json, handle, hours, local, show_facts, utc
from fabgate.cli.working import say_who_works
from fabgate.desk import machines
from fabgate.desk.machines import Shown
from fabgate.model import Why
from fabgate.store.troubles import Troubles, troubles_now


@click.group(cls=Noun)
def machine() -> None:
    """Machines: how they stand, out of service and back.

    Machines are made in the configuration.
    """


@machine.command("list", epilog=example("fabgate machine list"))
@json_option
@pass_here
def list_(here: Here, as_json: bool) -> None:
    """Show all machines and how they stand.

    Free, in use, locked or in fault: by the journal, as the gate has written it.
    """
    with here.desk() as desk:
        all_of_them = machines.listed(desk)
        troubles = troubles_now(desk.conn)
    if as_json:
        show_json([_json(one, troubles) for one in all_of_them])
        return
    rows = [
        (
            _id(one),
            one.settings.rules.title,
            one.settings.rules.skill,
            _state(one, troubles),
            _since(here, one),
        )
        for one in all_of_them
    ]
    show_table(("machine", "title", "skill", "state", "since"), rows, "The configuration has no machine.")


@machine.command(epilog=example("fabgate machine show laser"))
@click.argument("machine")
@json_option
@pass_here
def show(here: Here, machine: str, as_json: bool) -> None:
    """Show one machine: how it stands, who works, how it is set."""
    with here.desk() as desk:
        one = found(here, machines.shown(desk, machine))
        troubles = troubles_now(desk.conn)
    if as_json:
        show_json(_json(one, troubles))
        return
    rules = one.settings.rules
    locked, work = one.locked, one.open
    show_facts(
        (
            ("machine", rules.machine),
            ("title", rules.title),
            ("state", _state(one, troubles)),
            ("since", _since(here, one)),
            ("locked by", locked and locked.by),
            ("reason", locked and locked.reason),
            ("who works", work and handle(work.member)),
            ("sponsor", work and handle(work.sponsor)),
            ("session", work and str(work.session)),
            ("skill", rules.skill),
            ("sponsors are", f"{rules.sponsor_from.word} or above"),
            ("can sponsor", one.sponsors),
            ("held by", rules.hold.value),
            ("limit", f"{hours(rules.limit_ms)}, warned {hours(rules.warning_ms)} before"),
            ("right revoked", _ending(rules.ends.revoked)),
            ("suspended", _ending(rules.ends.suspended)),
            ("locked out", _ending(rules.ends.locked)),
        )
    )


@machine.command(epilog=example('fabgate machine lock laser --by ada --reason "smells of smoke"'))
@click.argument("machine")
@reason_option()
@by_option
@pass_here
def lock(here: Here, machine: str, reason: str, by: str | None) -> None:
    """Take a machine out of service: nobody starts it any more. Every member may."""
    with here.desk() as desk:
        done(here, machines.lock(desk, by, machine, reason), "{title} ({machine}) is out of service.")
        say_who_works(here, desk, Why.LOCKED, lambda said, _: said.machine == machine)


@machine.command(epilog=example('fabgate machine unlock laser --by zoe --reason "lens cleaned"'))
@click.argument("machine")
@reason_option(required=False)
@by_option
@pass_here
def unlock(here: Here, machine: str, reason: str | None, by: str | None) -> None:
    """Put a machine back into service. Nothing starts by that: somebody taps."""
    with here.desk() as desk:
        done(here, machines.unlock(desk, by, machine, reason), "{title} ({machine}) is back in service.")


def _id(one: Shown) -> str:
    return one.settings.rules.machine


def _states(one: Shown, troubles: Troubles) -> list[str]:
    """All that is so at a time: a locked machine may still be in use."""
    so = {"in use": one.open is not None, "locked": one.locked is not None, "fault": _id(one) in troubles}
    return [word for word, is_so in so.items() if is_so] or ["free"]


def _state(one: Shown, troubles: Troubles) -> str:
    text = ", ".join(_states(one, troubles))
    return text if _id(one) not in troubles else f"{text} ({', '.join(troubles[_id(one)])})"


def _since(here: Here, one: Shown) -> str:
    return local(here, _since_ms(one))


def _since_ms(one: Shown) -> int | None:
    if one.open is not None:
        return one.open.opened.wall_ms
    return None if one.locked is None else one.locked.lock.since_ms


def _ending(what: str) -> str:
    return {
        "now": "a running session ends at once",
        "when_idle": "a running session is warned, then ends when the machine is idle",
        "alarm": "a running session may be finished, and people are called",
        "warn": "a running session may be finished",
    }[what]


def _json(one: Shown, troubles: Troubles) -> Json:
    rules, work, locked = one.settings.rules, one.open, one.locked
    return {
        "machine": rules.machine,
        "title": rules.title,
        "skill": rules.skill,
        "states": _states(one, troubles),
        "since": utc(_since_ms(one)),
        "member": work and handle(work.member),
        "sponsor": work and handle(work.sponsor),
        "session": work and str(work.session),
        "locked": locked and {"since": utc(locked.lock.since_ms), "by": locked.by, "reason": locked.reason},
        "troubles": list(troubles.get(rules.machine, ())),
        "hold": rules.hold.value,
        "limit_s": rules.limit_ms // 1000,
        "ends": {
            "revoked": rules.ends.revoked.value,
            "suspended": rules.ends.suspended.value,
            "locked": rules.ends.locked.value,
        },
    }
