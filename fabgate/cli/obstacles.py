"""What stands in the way of closing a month, in sentences, each with the command that settles it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from fabgate.cli.frame import Here, printable
from fabgate.cli.show import Handles, hours, local
from fabgate.desk import Desk
from fabgate.model import MachineId
from fabgate.rules.closing import Kind, Obstacle

_WHY = '--reason "..."'


@dataclass(frozen=True, slots=True)
class Told:
    """An obstacle for people: what it is, and what to type."""

    obstacle: Obstacle
    what: str
    settle: tuple[str, ...]


def told(here: Here, desk: Desk, one: Obstacle, handles: Handles) -> Told:
    """The sentence and the commands of an obstacle; people by their handles."""
    who = handles.of(one.payer)
    match one.kind:
        case Kind.GATE_AWAY:
            heard = f"not heard since {local(here, one.started_s * 1000)}" if one.started_s else "never heard"
            return Told(
                one,
                f"gate {one.gate}: {heard}; records of this month may be on their way",
                (f"fabgate gate show {one.gate}", f"fabgate gate retire {one.gate} {_WHY}   # if it is gone"),
            )
        case Kind.GATE_LACKS:
            return Told(
                one, f"gate {one.gate}: {one.what}", (f"fabgate gate show {one.gate}", "fabgate hub alarms")
            )
        case Kind.ADDRESS:
            return Told(
                one,
                f"{who} is an organisation without an address",
                (f'fabgate account address {who} "Rue Voot 61" "1200 Bruxelles"',),
            )
        case Kind.VAT_NUMBER:
            return Told(
                one,
                f"{who} is an organisation without a VAT number",
                (f"fabgate account address {who} --vat NUMBER",),
            )
        case Kind.ZERO | Kind.OPEN | Kind.RECOVERED | Kind.LONG | Kind.UNDATED:
            return _of_session(here, desk, one, handles)
        case _:
            assert_never(one.kind)


def _of_session(here: Here, desk: Desk, one: Obstacle, handles: Handles) -> Told:
    name = _name(desk, one.session)
    begun = local(here, one.started_s * 1000)
    if one.kind is Kind.ZERO:
        return _zero(one, name, handles.of(one.payer), begun)
    machine = desk.settings.machines.get(MachineId(one.machine))
    title = one.machine if machine is None else machine.rules.title
    whose = handles.of(one.payer)
    whose = whose if one.payer == one.member else f"{handles.of(one.member)} for {whose}"
    session = f"session {name}: {title}, {printable(whose)}, {begun}"
    settle = f"fabgate session settle {name}"
    length = hours(one.seconds * 1000)
    match one.kind:
        case Kind.OPEN:
            return Told(
                one,
                f"{session}: has not ended, as far as is known here",
                (
                    f"fabgate session close {name} {_WHY}",
                    f"{settle} --length 1h {_WHY}   # if its gate never comes back",
                ),
            )
        case Kind.RECOVERED:
            return Told(
                one,
                f"{session}, {length}: nobody saw its end",
                (f"{settle} --as-recorded {_WHY}", f"{settle} --end {_end(here, one)} {_WHY}"),
            )
        case Kind.LONG:
            return Told(
                one,
                f"{session}, {length}: more than an hour beyond its limit",
                (f"{settle} --as-recorded {_WHY}", f"{settle} --length 2h {_WHY}"),
            )
        case _:
            return Told(
                one,
                f"{session}, {length}: its gate did not know the time, and nothing says when it was",
                (f"{settle} --end YYYY-MM-DDTHH:MM {_WHY}   # when it ended",),
            )


def _zero(one: Obstacle, name: str, payer: str, begun: str) -> Told:
    if not one.session:
        return Told(
            one,
            f"{one.what}, {payer}: costs nothing, and nothing says why",
            ("fabgate tariff show   # has it a price there?",),
        )
    return Told(
        one,
        f"session {name}: {one.what}, {payer}, {begun}: costs nothing, and nothing says why",
        (
            f"fabgate tariff show   # has {one.what} a price there?",
            f"fabgate session mark {name} --free {_WHY}",
        ),
    )


def _end(here: Here, one: Obstacle) -> str:
    return local(here, (one.started_s + one.seconds) * 1000).replace(" ", "T")


def _name(desk: Desk, session: str) -> str:
    """Its number where it is of these books' own epoch, else the whole id."""
    own = f"{desk.writer.identity.origin}#"
    return session.removeprefix(own) if session.startswith(own) else session
