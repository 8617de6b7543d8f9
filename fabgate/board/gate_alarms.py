"""What needs a person at a hub: each alarm in words, with what to do, until somebody has looked at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import Response

from fabgate.board.answers import answered
from fabgate.board.visit import Visit
from fabgate.desk import wishes
from fabgate.store import gates as rows
from fabgate.store.gates import AlarmRow
from fabgate.wire.topics import HUB

_MANY = "-"  # whose alarms they would be where very many names were made up


@dataclass(frozen=True)
class Told:
    """An alarm as a page shows it. `gate_path`: the page of its gate, None where it has none."""

    row: AlarmRow
    of: Markup
    gate_path: str | None
    means: Markup
    deed: str


def told(visit: Visit, gates: Iterable[str], of: str | None = None) -> tuple[Told, ...]:
    """What still needs a person, the newest first: all of it, or `of` one gate. `gates` have pages."""
    known = frozenset(gates)
    found = (one for one in rows.alarms(visit.conn) if one.over_ms is None and of in (None, one.gate))
    return tuple(_told(visit, one, known) for one in sorted(found, key=lambda one: -one.last_ms))


def _told(visit: Visit, row: AlarmRow, known: frozenset[str]) -> Told:
    speaker, path = visit.speaker, f"/gates/{quote(row.gate, safe='')}"
    named = {HUB: speaker.t("gates.of_hub"), _MANY: speaker.t("gates.of_many")}
    return Told(
        row,
        named.get(row.gate) or speaker.name(row.gate),
        path if row.gate in known else None,
        speaker.known(f"alarms.{row.alarm}"),
        f"{path}/looked-at",
    )


def over(visit: Visit, to: str, again: Callable[[], Response]) -> Response:
    """Somebody looked at it, whatever it is about: the hub has alarms, and gates that are gone."""
    result = wishes.over(visit.desk, None, visit.asked.parameters["gate"], visit.field("alarm"))
    return answered(visit, result, to, again, "gates.over_said")
