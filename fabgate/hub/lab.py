"""The lab as the hub knows it from its gates: their machines and skills, for whoever works at the hub.

The hub's configuration names no machine: each gate says what it has. What the hub's own configuration
says of a skill (its title) comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from fabgate.config import MachineSettings, Settings
from fabgate.errors import StoreError
from fabgate.model import Hold, Kind, Level, MachineId, MachineRules, SkillId
from fabgate.store.db import Store
from fabgate.store.gates import GateRow, gates
from fabgate.wire.forms import Malformed
from fabgate.wire.presence import GateInfo, MachineInfo


def info_of(row: GateRow) -> GateInfo | None:
    """What a gate said last; None where it said nothing that this version can read."""
    return None if row.info is None else _read(row.info)


@lru_cache(maxsize=128)
def _read(text: str) -> GateInfo | None:
    """Read once: each page of the board asks for the machines, and gates seldom say anything else."""
    said = GateInfo.decode(text.encode())
    return None if isinstance(said, Malformed) else said


def with_machines(settings: Settings) -> Settings:
    """A hub's settings with the machines and skills of its gates; any other ones as they are."""
    if settings.hub is None:
        return settings
    found: list[MachineSettings] = []
    with suppress(StoreError):  # who needs the books will say what is wrong with them
        with Store(settings.gate.state).reader() as reader:
            rows = gates(reader.conn).values()
        found = [
            MachineSettings(rules, (), ()) for row in rows if row.retired_ms is None for rules in _rules(row)
        ]
    machines = {one.rules.machine: one for one in reversed(found)}
    named = {
        one.skill: replace(settings.usual, id=one.skill, title=one.skill, sponsor_from=one.sponsor_from)
        for one in (machine.rules for machine in found)
        if one.kind.is_machine
    }
    skills = dict(sorted({**named, **settings.skills}.items()))
    return replace(
        settings,
        machines=dict(sorted({**machines, **settings.machines}.items())),
        skills=skills,
        charter=replace(settings.charter, skills=skills),
    )


def _rules(row: GateRow) -> Iterator[MachineRules]:
    info = info_of(row)
    for machine in () if info is None else info.machines:
        with suppress(ValueError, KeyError):  # a word that only a newer gate knows
            yield _known(machine)


def _known(said: MachineInfo) -> MachineRules:
    return MachineRules(
        MachineId(said.machine),
        SkillId(said.skill),
        said.title,
        hold=Hold(said.hold),
        limit_ms=said.limit_ms,
        warning_ms=said.warning_ms,
        sponsor_from=Level.of(said.sponsor_from),
        kind=Kind(said.kind),
        openings=said.openings,
    )


def gate_of(rows: dict[str, GateRow], machine: str) -> str | None:
    """The gate that has this machine."""
    for name, row in rows.items():
        info = info_of(row)
        if row.retired_ms is None and info is not None and machine in {one.machine for one in info.machines}:
            return name
    return None
