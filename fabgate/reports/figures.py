"""The numbers of this gate or hub as they are now, read from its books and from what its daemon left beside.

Used by `fabgate metrics`, a process of its own: nothing here takes the writer's lock or waits for the
daemon. What cannot be known is left out rather than guessed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
from fabgate.store import journal, roster
from fabgate.store.db import Reader, Store
from fabgate.store.overview import alarm_rows, gate_rows, rights_held
from fabgate.store.tally import Tally

LINK_STATUS = "link.status.json"  # what the gate's link says of itself, as often as it changes


@dataclass(frozen=True, slots=True)
class Around:
    """What the books do not say: the moment, whether the daemon runs, whether this gate has a hub, and
    when certificates end (seconds since 1970)."""

    now: Moment
    up: bool
    joined: bool = False
    expiry_s: Mapping[str, float] = field(default_factory=dict)


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
        rights=rights_held(reader.conn),
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
        link=_link(folder, around) if around.joined else None,
    )


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


def _link(folder: Path, around: Around) -> LinkFigures:
    """What the link last said; a link without its daemon is none."""
    said = _status(folder)
    connected = around.up and said.get("connected") is True
    heard_ms, now = _number(said, "heard_ms"), around.now
    silent_ms = None
    if heard_ms is not None and said.get("boot") == now.boot:
        silent_ms = max(0, now.boot_ms - heard_ms)
    return LinkFigures(connected, _number(said, "unsent"), silent_ms)


def _status(folder: Path) -> dict[str, Any]:
    try:
        said = json.loads((folder / LINK_STATUS).read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _number(said: Mapping[str, Any], name: str) -> int | None:
    value = said.get(name)
    return value if type(value) is int and value >= 0 else None


def _hub(settings: Settings, reader: Reader, around: Around) -> HubFigures:
    now_ms = around.now.wall_ms
    return HubFigures(
        common=_common(settings, reader, around),
        gates=tuple(
            SeenGate(
                row.gate,
                row.state,
                row.retired,
                None if row.heard_ms is None else max(0, now_ms - row.heard_ms),
                row.held,
                row.offset_ms,
            )
            for row in gate_rows(reader.conn)
        ),
        alarms=tuple(Alarm(row.gate, row.alarm, row.stands, row.count) for row in alarm_rows(reader.conn)),
    )
