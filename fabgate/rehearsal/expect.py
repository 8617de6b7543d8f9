"""Is it so? Each expectation of a rehearsal, held against the bench, the books and the last command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from fabgate.errors import DeviceError
from fabgate.model import MachineId
from fabgate.rehearsal import verbs
from fabgate.rehearsal.lab import Lab
from fabgate.rehearsal.merged import odd_gate, odd_records, odd_rosters
from fabgate.rehearsal.recorded import odd_record
from fabgate.rehearsal.stage import Stage
from fabgate.rehearsal.verbs import Expectation
from fabgate.rules import ledger
from fabgate.rules.ledger import Usage
from fabgate.store import journal, roster
from fabgate.store.db import Store


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed (both streams, as a person would see them), and its exit status."""

    status: int
    printed: str


def unmet(lab: Lab, last: Ran | None, expected: Expectation) -> str | None:
    """What is the case instead; None where the expectation holds."""
    match expected:
        case verbs.OutputIs(machine, output, on):
            return _differs(lab.stage(MachineId(machine)), machine, output, "on" if on else "off")
        case verbs.LampIs(machine, colour):
            shown = lab.stage(machine).bench.state(machine, "lamp")
            return None if shown.split()[0] == colour else f"the lamp is {shown}"
        case verbs.Says(machine, text):
            shown = lab.stage(machine).bench.says(machine)
            return None if text in shown else f"the display shows {_quoted(shown)}"
        case verbs.Closed():
            return _no_such_usage(lab.stage(expected.machine), expected)
        case verbs.NoSession(machine):
            here = lab.stage(machine)
            found = [usage for usage, _ in _usages(here, machine)]
            return f"there are {len(found)}" if found or _open(here, machine) else None
        case verbs.Recorded():
            return odd_record(lab.stores(), expected)
        case verbs.Printed(text):
            return None if last and text in last.printed else f"it printed {_quoted(last)}"
        case verbs.NotPrinted(text):
            return f"it printed {_quoted(last)}" if last and text in last.printed else None
        case verbs.ExitIs(status):
            return (
                None if last and last.status == status else f"it was {last.status if last else 'never run'}"
            )
        case verbs.JournalOk():
            return next((broken for store in lab.stores() if (broken := _broken(store))), None)
        case verbs.GateIs(gate, state):
            return odd_gate(lab.books, gate, state)
        case verbs.RecordsAll(gate):
            return odd_records(lab.books, lab.gate(gate).store, gate)
        case verbs.RosterEqual():
            return odd_rosters(lab.books, {name: stage.store for name, stage in lab.stages.items()})
        case _ as never:
            assert_never(never)


def _broken(store: Store) -> str | None:
    with store.reader() as reader:
        broken = journal.verify(reader.conn).broken
    return f"{broken[0].record}: {broken[0].what}" if broken else None


def _differs(stage: Stage, machine: str, output: str, wanted: str) -> str | None:
    try:
        found = stage.bench.state(MachineId(machine), output)
    except DeviceError as error:
        return error.what
    return None if found == wanted else f"it is {found}"


def _no_such_usage(stage: Stage, expected: verbs.Closed) -> str | None:
    found: list[str] = []
    for usage, handle in _usages(stage, expected.machine):
        near = abs(usage.length_ms - expected.length_ms) <= expected.within_ms
        if handle == expected.member and near:
            return None
        found.append(f"{handle} {usage.length_ms / 1000:g}s ({usage.why})")
    return f"closed there: {', '.join(found) or 'nothing'}"


def _usages(stage: Stage, machine: str) -> Iterator[tuple[Usage, str]]:
    """The closed sessions of a machine, each with the handle of its user."""
    with stage.store.reader() as reader:
        entries = list(journal.entries(reader.conn))
        handles = {one.id: one.handle for one in roster.members(reader.conn)}
    for usage in ledger.Ledger(ledger.first_syncs(entries)).usages(entries):
        if usage.machine == machine:
            yield usage, handles.get(usage.member, usage.member)


def _open(stage: Stage, machine: str) -> bool:
    with stage.store.reader() as reader:
        return any(run.machine == machine for run in journal.running(reader.conn))


def _quoted(shown: str | Ran | None) -> str:
    text = shown.printed if isinstance(shown, Ran) else (shown or "")
    return repr(text if len(text) < 300 else text[:300] + "...")
