"""The gates of the lab as the hub hears them, what can be asked of them; a lone gate's own health."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate import VERSION
from fabgate.board import gate_alarms, hours, hours_offered, presence
from fabgate.board.answers import answered
from fabgate.board.pages import page
from fabgate.board.visit import REFUSED, Visit
from fabgate.desk import machines, sessions, wishes
from fabgate.desk.deed import Done
from fabgate.gate import checkup as gate_checkup
from fabgate.hub import checkup as hub_checkup
from fabgate.hub import papers
from fabgate.hub.around import around
from fabgate.hub.standings import Standing, standings
from fabgate.model import Code, Denied
from fabgate.reports.figures import Around
from fabgate.reports.finding import Finding, Grade
from fabgate.rules.viewing import Area
from fabgate.store import journal
from fabgate.texts.catalogue import Said

_PATH = "/gates"
_NOT_THERE = 404
_FRESH_MS = 20_000  # for so long an answer is waited for
_ALARM = "alarm "  # what the doctor finds of alarms stands above it, each with its deed
LOOKS = {"ready": "free", "silent": "bad", "away": "bad", "invited": "wait", "unknown": "wait"}


@dataclass(frozen=True)
class _Health:
    """How this computer is: what is beside its books, its own records, and what the doctor finds."""

    version: str
    around: Around
    records: int
    wrong: tuple[Finding, ...]
    well: tuple[Finding, ...]


def _list(visit: Visit) -> Response:
    found = () if visit.settings.hub is None else tuple(_standings(visit))
    return visit.page(
        "gates.html",
        at_hub=visit.settings.hub is not None,
        gates=tuple(one for one in found if one.row.retired_ms is None),
        retired=tuple(one for one in found if one.row.retired_ms is not None),
        alarms=gate_alarms.told(visit, [one.row.gate for one in found]),
        looks=LOOKS,
        path=_path,
        health=_health(visit),
    )


def _standings(visit: Visit) -> list[Standing]:
    epoch = visit.desk.writer.identity.origin.rpartition("/")[2]
    return standings(visit.settings, visit.conn, epoch, visit.house.clock.now().wall_ms)


def _health(visit: Visit) -> _Health:
    settings, clock = visit.settings, visit.house.clock
    look = gate_checkup.at_a_glance if settings.hub is None else hub_checkup.checkup
    findings = tuple(one for one in look(settings, clock) if not one.name.startswith(_ALARM))
    return _Health(
        VERSION,
        around(settings, clock.now()),
        journal.last_seq(visit.conn),
        tuple(one for one in findings if one.grade is not Grade.OK),
        tuple(one for one in findings if one.grade is Grade.OK),
    )


# --- one gate -------------------------------------------------------------------------------------


def _show(visit: Visit, template: str = "gate.html") -> Response:
    one = _meant(visit)
    if one is None:
        return _unknown(visit)
    gate = one.row.gate
    asked = wishes.lately(visit.desk, gate)
    now_ms = visit.house.clock.now().wall_ms
    return visit.page(
        template,
        one=one,
        look=LOOKS.get(one.state, ""),
        path=_path(gate),
        machines=() if one.info is None else one.info.machines,
        alarms=gate_alarms.told(visit, [gate], of=gate),
        locks=_locks(visit, one),
        asked=asked,
        waits=any(wish.answer is None and now_ms - wish.at_ms < _FRESH_MS for wish in asked),
    )


def _asked(visit: Visit) -> Response:
    """The piece of the page that changes once the gate has answered."""
    return _show(visit, "gate_asked.html")


def _meant(visit: Visit) -> Standing | None:
    if visit.settings.hub is None:
        return None
    gate = visit.asked.parameters["gate"]
    return next((one for one in _standings(visit) if one.row.gate == gate), None)


def _unknown(visit: Visit) -> Response:
    _say(visit, "unknown")
    return visit.page("gate_unknown.html", _NOT_THERE)


def _say(visit: Visit, word: str, **facts: object) -> None:
    t = visit.speaker.t
    visit.refusal = Said(t(f"gates.{word}", **facts), t(f"gates.{word}_next", **facts))


def _locks(visit: Visit, one: Standing) -> frozenset[bool]:
    """Whether some of its machines are out of service, and whether some are not."""
    its = () if one.info is None else tuple(machine.machine for machine in one.info.machines)
    shown = machines.listed(visit.desk)
    return frozenset(it.locked is not None for it in shown if it.settings.rules.machine in its)


def _refused(visit: Visit, word: str, **facts: object) -> Response:
    _say(visit, word, **facts)
    response = _show(visit)
    response.status_code = REFUSED
    return response


# --- deeds ----------------------------------------------------------------------------------------


def _of_one(do: Callable[[Visit, Standing], Response], here: bool = False) -> Callable[[Visit], Response]:
    """A deed about a gate that is there and in use; `here`: and that hears it now."""

    def take(visit: Visit) -> Response:
        one = _meant(visit)
        if one is None or one.row.retired_ms is not None:
            return _unknown(visit)
        if here and one.away:
            return _refused(visit, "is_away", gate=one.row.gate)
        return do(visit, one)

    return take


def _ask(verb: str) -> Callable[[Visit, Standing], Response]:
    def ask(visit: Visit, one: Standing) -> Response:
        return _answered(visit, wishes.ask(visit.desk, None, one.row.gate, verb), "gates.asked_said")

    return ask


def _over(visit: Visit) -> Response:
    """Leads back to where the alarm stood: among all of them, or on the page of its gate."""
    on_its_page = visit.asked.came_from != _PATH and _meant(visit) is not None
    to, again = (_path(visit.asked.parameters["gate"]), _show) if on_its_page else (_PATH, _list)
    return gate_alarms.over(visit, to, lambda: again(visit))


def _retire(visit: Visit, one: Standing) -> Response:
    """For good, so its name is typed. The broker is told by hand: an alarm says so until it was."""
    gate = one.row.gate
    if visit.field("name") != gate:
        return _refused(visit, "retire_other", gate=gate)
    told = papers.retire(visit.desk, None, gate, visit.field("reason"), from_afar=True)
    return _answered(visit, told if isinstance(told, Denied) else told.done, "gates.retire_said")


def _stop(visit: Visit, one: Standing) -> Response:
    run = [work for work in sessions.listed(visit.desk) if work.session.origin.split("/")[1] == one.row.gate]
    if not run:
        return _refused(visit, "stop_none")
    reason = visit.field("reason")
    deeds = [partial(_close, visit, str(work.session), reason) for work in run]
    return _all(visit, deeds, "stop_said")


def _close(visit: Visit, session: str, reason: str) -> Done | Denied:
    """One that ended by itself meanwhile needs no end."""
    done = sessions.close(visit.desk, None, session, reason)
    over = isinstance(done, Denied) and done.code is Code.NO_SESSION
    return Denied(Code.NOTHING_TO_DO) if over else done


def _lock(visit: Visit, one: Standing) -> Response:
    reason = visit.field("reason")
    return _of_machines(visit, one, "lock_said", lambda it: machines.lock(visit.desk, None, it, reason))


def _unlock(visit: Visit, one: Standing) -> Response:
    reason = visit.field("reason") or None
    return _of_machines(visit, one, "unlock_said", lambda it: machines.unlock(visit.desk, None, it, reason))


def _of_machines(visit: Visit, one: Standing, said: str, do: Callable[[str], Done | Denied]) -> Response:
    if one.info is None or not one.info.machines:
        return _refused(visit, "no_machines")
    named = [machine.machine for machine in one.info.machines]
    return _all(visit, [partial(do, name) for name in named], said)


def _all(visit: Visit, deeds: Iterable[Callable[[], Done | Denied]], said: str) -> Response:
    """Each in its turn. What was so already is no refusal, unless all of it was."""
    count = 0
    last: Denied | None = None
    for deed in deeds:
        result = deed()
        if not isinstance(result, Denied):
            count += 1
            continue
        last = result
        if result.code is not Code.NOTHING_TO_DO:
            break
    if last is not None and (count == 0 or last.code is not Code.NOTHING_TO_DO):
        return visit.refused(last, lambda: _show(visit))
    return visit.to(_path(visit.asked.parameters["gate"]), visit.speaker.t(f"gates.{said}", count=count))


def _answered(visit: Visit, result: Done | Denied, said: str) -> Response:
    return answered(visit, result, _path(visit.asked.parameters["gate"]), lambda: _show(visit), said)


def _path(gate: str) -> str:
    return f"{_PATH}/{quote(gate, safe='')}"


_ONE = f"{_PATH}/{{gate}}"
ROUTES: list[BaseRoute] = [
    page(_PATH, Area.LAB, _list),
    page(_ONE, Area.LAB, _show),
    page(f"{_ONE}/asked", Area.LAB, _asked),
    page(f"{_ONE}/stop", Area.LAB, take=_of_one(_stop, here=True)),
    page(f"{_ONE}/lock", Area.LAB, take=_of_one(_lock)),
    page(f"{_ONE}/unlock", Area.LAB, take=_of_one(_unlock)),
    page(f"{_ONE}/identify", Area.LAB, take=_of_one(_ask("identify"), here=True)),
    page(f"{_ONE}/refresh", Area.LAB, take=_of_one(_ask("refresh"), here=True)),
    page(f"{_ONE}/retire", Area.LAB, take=_of_one(_retire)),
    page(f"{_ONE}/looked-at", Area.LAB, take=_over),
    *hours.ROUTES,
    *hours_offered.ROUTES,
    *presence.ROUTES,
]
