"""What is done at a hub about its gates: a wish that goes to one of them, an alarm that was dealt with.

A wish is a record of the hub's journal; its daemon tells the gate, and the gate does it or not. None
of them switches anything on. Facts of what was done: `by`, `gate`, and `machine` where it is one's.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.model import Code, Denied, MachineId, RecordId
from fabgate.records import AlarmRaised, GateAnswered, GateCommanded
from fabgate.rules import authority
from fabgate.store import annals, backwards, gates, journal, roster
from fabgate.store.backwards import Sought
from fabgate.store.roster import Member

VERBS = frozenset({"stop", "identify", "refresh"})  # what people ask for; a hub has gates hand in rights
PATIENCE_MS = 10_000  # a wish that comes later than this is refused by the gate


def ask(desk: Desk, by: str | None, gate: str, verb: str, machine: str | None = None) -> Done | Denied:
    """Asks a gate to show where it is (`identify`) or to say everything anew (`refresh`): managers,
    and who maintains the machine."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = authority.may_unlock(now.actor, MachineId(machine or ""))
        if no is not None:
            return now.denied(no, gate=gate, machine=machine, title=machine or gate)
        return now.done(commanded(now, gate, verb, machine), gate=gate, machine=machine)


def commanded(
    now: Turn,
    gate: str,
    verb: str,
    machine: str | None,
    session: str | None = None,
    reason: str | None = None,
) -> RecordId:
    """The record of a wish; the caller has asked the rules."""
    until_ms = now.at.wall_ms + PATIENCE_MS
    return now.write(GateCommanded(gate, verb, now.member.id, until_ms, machine, session), reason)


def answer(desk: Desk, command: RecordId) -> str | None:
    """What the gate made of a wish, if it has said so."""
    kinds = (GateAnswered.kind,)
    for entry in journal.entries(desk.conn, after=command.seq, kinds=kinds, own=True):
        if isinstance(entry.body, GateAnswered) and entry.body.command == str(command):
            return entry.body.answer
    return None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a gate was asked and when (wall), by whom, and what it made of it: None where it has not said."""

    verb: str
    machine: str | None
    by: Member | None
    at_ms: int
    answer: str | None


def lately(desk: Desk, gate: str, most: int = 5) -> tuple[Wish, ...]:
    """What somebody asked of a gate last, the newest first; not what the hub asks by itself."""
    sought = Sought(
        kinds=frozenset({GateCommanded.kind, GateAnswered.kind}),
        saying=(annals.said("gate", gate),),
        gate=desk.writer.identity.gate,
    )
    answers: dict[str, str] = {}
    found: list[Wish] = []
    for entry in backwards.page(desk.conn, sought, None, 2 * most).entries:
        match entry.body:
            case GateAnswered(command=command, answer=answer):
                answers[command] = answer
            case GateCommanded(by=by) as said if (
                entry.at is not None and said.verb in VERBS and len(found) < most
            ):
                asks, so_far = roster.member(desk.conn, by), answers.get(str(entry.id))
                found.append(Wish(said.verb, said.machine, asks, entry.at.wall_ms, so_far))
            case _:
                pass
    return tuple(found)


def over(desk: Desk, by: str | None, gate: str, alarm: str) -> Done | Denied:
    """Marks an alarm as dealt with: a manager. NOTHING_TO_DO where there is none."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = authority.may_enrol(now.actor)
        if no is None and not gates.end_alarm(now.pen, gate, alarm, now.at.wall_ms):
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, gate=gate, alarm=alarm)
        return now.done(now.write(AlarmRaised(gate, alarm, over=True)), gate=gate, alarm=alarm)
