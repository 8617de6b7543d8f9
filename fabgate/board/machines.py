"""The machines of the lab: how each stands, who is at work, out of service and back, its upkeep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import machine_months, workshops
from fabgate.board.answers import answered
from fabgate.board.pages import page, stopped
from fabgate.board.visit import REFUSED, Visit
from fabgate.desk import machines, sessions, upkeep, wishes
from fabgate.desk.deed import Done
from fabgate.desk.machines import Shown
from fabgate.desk.sessions import AskedToEnd
from fabgate.desk.upkeep import Kept
from fabgate.hub import lab
from fabgate.hub.standings import Standing, standings
from fabgate.link import glance
from fabgate.link.glance import Seen
from fabgate.model import Denied, MachineId
from fabgate.rules import authority
from fabgate.rules.viewing import Area
from fabgate.store.troubles import Troubles, troubles_now
from fabgate.texts.catalogue import Said

_FAULT = "fault"
_A_REASON = "to be asked for"
_NOT_THERE = 404


@dataclass(frozen=True)
class Around:
    """What is known of the machines beside their own books: what is wrong with them, and at a hub their gates
    and what these said last."""

    troubles: Troubles
    gates: Mapping[str, Standing]
    seen: Seen

    def gate_of(self, machine: MachineId) -> str | None:
        return lab.gate_of({name: one.row for name, one in self.gates.items()}, machine)


@dataclass(frozen=True)
class Card:
    """A machine as the list shows it. `tags`: each of its states, a word and a class of the sheet."""

    shown: Shown
    tags: tuple[tuple[str, str], ...]
    troubles: tuple[str, ...]
    services: tuple[Kept, ...]
    gate: str | None
    away: bool

    @property
    def machine(self) -> MachineId:
        return self.shown.settings.rules.machine

    @property
    def path(self) -> str:
        return _path(self.machine)

    @property
    def since_ms(self) -> int | None:
        """Since when it is in use, or out of service."""
        if self.shown.open is not None:
            return self.shown.open.opened.wall_ms
        return None if self.shown.locked is None else self.shown.locked.lock.since_ms


def around(visit: Visit) -> Around:
    """What is known now."""
    settings, conn = visit.settings, visit.conn
    if settings.hub is None:
        return Around(troubles_now(conn), {}, Seen({}))
    epoch = visit.desk.writer.identity.origin.rpartition("/")[2]
    found = standings(settings, conn, epoch, visit.house.clock.now().wall_ms)
    gates = {one.row.gate: one for one in found if one.row.retired_ms is None}
    return Around(troubles_now(conn), gates, glance.read(settings.gate.state))


def card(visit: Visit, shown: Shown, near: Around) -> Card:
    rules = shown.settings.rules
    gate = near.gate_of(rules.machine)
    away = gate is not None and near.gates[gate].away
    word = None if gate is None or away else near.seen.word(gate, rules.machine)
    troubles = near.troubles.get(rules.machine, ()) if word is None else word.troubles
    services = upkeep.kept(visit.desk, shown.settings)
    tags = {
        ("in_use", "busy"): shown.open is not None,
        ("locked", "wait"): shown.locked is not None,
        (_FAULT, "bad"): bool(troubles),
        ("away", "off"): away,
        ("due", "wait"): any(one.left.over for one in services),
        ("audit", "off"): rules.audit,
    }
    found = tuple(tag for tag, is_so in tags.items() if is_so)
    idle = not (shown.open or shown.locked or troubles or away)
    return Card(
        shown, (*((("free", "free"),) if idle else ()), *found), tuple(troubles), services, gate, away
    )


# --- pages ----------------------------------------------------------------------------------------


def _list(visit: Visit) -> Response:
    near = around(visit)
    cards = tuple(card(visit, one, near) for one in machines.listed(visit.desk))
    return visit.page("machines.html", cards=cards)


def _show(visit: Visit) -> Response:
    found = _card(visit)
    if isinstance(found, Response):
        return found
    return visit.page("machine.html", 200, **_facts(visit, found))


def _now(visit: Visit) -> Response:
    """The piece of the page that changes once the gate has done what it was asked."""
    found = _card(visit)
    if isinstance(found, Response):
        return found
    return visit.page("machine_now.html", 200, **_facts(visit, found))


def _card(visit: Visit) -> Card | Response:
    shown = machines.shown(visit.desk, visit.asked.parameters["machine"])
    if isinstance(shown, Denied):
        visit.refusal = visit.speaker.refusal(shown)
        return visit.page("sorry.html", _NOT_THERE)
    return card(visit, shown, around(visit))


def _facts(visit: Visit, found: Card) -> dict[str, object]:
    actor, work = visit.actor, found.shown.open
    assert actor is not None, "nobody in particular sees no page of this area"
    worker = None if work is None or work.member is None else work.member.id
    return {
        "card": found,
        "keeps": authority.may_unlock(actor, found.machine) is None,
        "ends": work is not None and authority.may_close(actor, found.machine, worker, _A_REASON) is None,
        "asked": None if work is None else _asked(visit, work.session),
        "at_hub": visit.settings.hub is not None,
    }


def _asked(visit: Visit, session: object) -> AskedToEnd | None:
    return sessions.asked_to_end(visit.desk, str(session))


# --- deeds ----------------------------------------------------------------------------------------


def _lock(visit: Visit) -> Response:
    machine = visit.asked.parameters["machine"]
    result = machines.lock(visit.desk, None, machine, visit.field("reason"))
    return _answered(visit, result, "machines.locked_said")


def _unlock(visit: Visit) -> Response:
    machine = visit.asked.parameters["machine"]
    result = machines.unlock(visit.desk, None, machine, visit.field("reason") or None)
    return _answered(visit, result, "machines.unlocked_said")


def _end(visit: Visit) -> Response:
    """The session that was on the page, and no other that has begun since. A gate that is away would not hear
    of it: nobody is told that it is to end."""
    found = _card(visit)
    if not isinstance(found, Response) and found.away:
        t = visit.speaker.t
        visit.refusal = Said(t("gates.is_away", gate=found.gate), t("gates.is_away_next"))
        return visit.page("machine.html", REFUSED, **_facts(visit, found))
    result = sessions.close(visit.desk, None, visit.field("session") or "#", visit.field("reason"))
    unknown = not isinstance(result, Denied) and "subject" not in result.facts
    return _answered(visit, result, "machines.end_said_nobody" if unknown else "machines.end_said")


def _serviced(visit: Visit) -> Response:
    machine, service = visit.asked.parameters["machine"], visit.field("service")
    seen = visit.field("seen")
    result = upkeep.serviced(
        visit.desk,
        None,
        machine,
        service,
        visit.field("reason") or None,
        seen_ms=int(seen) if seen.isdecimal() and len(seen) < 16 else None,
    )
    return _answered(visit, result, "machines.serviced_said")


def _identify(visit: Visit) -> Response:
    found = _card(visit)
    if isinstance(found, Response):
        return found
    if found.gate is None:
        return stopped(visit, "not_found", _NOT_THERE)
    result = wishes.ask(visit.desk, None, found.gate, "identify", found.machine)
    return _answered(visit, result, "machines.asked_gate")


def _answered(visit: Visit, result: Done | Denied, said: str) -> Response:
    to = _path(visit.asked.parameters["machine"])
    return answered(visit, result, to, lambda: _show(visit), said)


def _path(machine: str) -> str:
    return f"/machines/{quote(machine, safe='')}"


_ONE = "/machines/{machine}"
ROUTES: list[BaseRoute] = [
    page("/machines", Area.MACHINES, _list),
    page(_ONE, Area.MACHINES, _show),
    page(f"{_ONE}/now", Area.MACHINES, _now),
    page(f"{_ONE}/lock", Area.MACHINES, take=_lock),
    page(f"{_ONE}/unlock", Area.MACHINES, take=_unlock),
    page(f"{_ONE}/end", Area.MACHINES, take=_end),
    page(f"{_ONE}/serviced", Area.MACHINES, take=_serviced),
    page(f"{_ONE}/identify", Area.MACHINES, take=_identify),
    *machine_months.ROUTES,
    *workshops.ROUTES,
]
