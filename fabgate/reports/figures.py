"""The numbers of this gate or hub as they are now, read from its books and from what its daemon left beside.

Used by `fabgate metrics`, a process of its own: nothing here takes the writer's lock or waits for the
daemon. What cannot be known is left out rather than guessed.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fabgate import VERSION
from fabgate.config import Settings
from fabgate.model import Moment
from fabgate.reports.metrics import (
    Alarm,
    Common,
    GateFigures,
    HubFigures,
    LinkFigures,
    MachineFigures,
    SeenGate,
    gate_text,
    hub_text,
)
from fabgate.store import gates, heard, journal, linked, rights, roster
from fabgate.store.db import Reader, Store
from fabgate.store.tally import Tally


@dataclass(frozen=True, slots=True)
class Around:
    """What the books do not say: the moment, whether the daemon runs, how the link of a gate stands that
    has a hub, and when certificates end, by what they are and at a hub by gate (seconds since 1970)."""

    now: Moment
    up: bool
    link: LinkFigures | None = None
    expiry_s: Mapping[str, float] = field(default_factory=dict)
    gates_expiry_s: Mapping[str, float] = field(default_factory=dict)


def text(settings: Settings, around: Around) -> str:
    """All numbers of the gate or the hub whose configuration this is. Raises StoreError without books."""
    with Store(settings.gate.state).reader() as reader:
        if settings.hub is not None:
            return hub_text(_hub(settings, reader, around))
        return gate_text(_gate(settings, reader, around))


def _common(settings: Settings, reader: Reader, around: Around) -> Common:
    return Common(
        lab=reader.identity.lab,
        gate=reader.identity.gate,
        version=VERSION,
        up=around.up,
        synced=around.now.synced,
        free_bytes=_free(settings.gate.state),
        seq=journal.last_seq(reader.conn),
        rights=rights.mark(reader.conn).records,
        expiry_s=around.expiry_s,
    )


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _gate(settings: Settings, reader: Reader, around: Around) -> GateFigures:
    folder = settings.gate.state
    tally = Tally.load(folder)
    tally.read_on(reader.conn)
    tally.save(folder)
    return GateFigures(
        common=_common(settings, reader, around),
        machines=_machines(settings, reader, tally),
        sessions=tally.sessions,
        powered_ms=tally.powered_ms,
        refusals=tally.refusals,
        link=around.link,
        roster_age_ms=_roster_age_ms(reader, around),
    )


def _roster_age_ms(reader: Reader, around: Around) -> int | None:
    """By the daemon's last word of it, else by what stands in the books; the later of both."""
    if around.link is None:
        return 0
    found = (around.link.silent_ms, linked.age_ms(linked.heard(reader.conn), around.now))
    return min((age_ms for age_ms in found if age_ms is not None), default=None)


def _machines(settings: Settings, reader: Reader, tally: Tally) -> tuple[MachineFigures, ...]:
    busy, locks = set(tally.open.values()), roster.locks(reader.conn)
    return tuple(
        MachineFigures(
            machine,
            open=machine in busy,
            locked=machine in locks,
            troubles=tuple(sorted(trouble for where, trouble in tally.troubles if where == machine)),
        )
        for machine in settings.machines
    )


def _hub(settings: Settings, reader: Reader, around: Around) -> HubFigures:
    held: Counter[str] = Counter()
    for origin, mark in heard.marks(reader.conn).items():
        held[origin.split("/")[1]] += mark.seq
    return HubFigures(
        common=_common(settings, reader, around),
        gates=tuple(
            _seen(row, held[row.gate], around)
            for row in gates.gates(reader.conn).values()
            if not row.gate.startswith(gates.OBSERVER)
        ),
        alarms=tuple(
            Alarm(row.gate, row.alarm, row.over_ms is None, row.count) for row in gates.alarms(reader.conn)
        ),
    )


def _seen(row: gates.GateRow, held: int, around: Around) -> SeenGate:
    return SeenGate(
        gate=row.gate,
        state=row.state,
        joined=row.joined_ms is not None,
        retired=row.retired_ms is not None,
        age_ms=None if row.heard_ms is None else max(0, around.now.wall_ms - row.heard_ms),
        held=held,
        offset_ms=row.offset_ms,
        expiry_s=around.gates_expiry_s.get(row.gate),
    )
