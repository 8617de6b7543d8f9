"""Gates and observers: invited to the lab, and sent away. The certificates themselves are the hub's.

Facts of what was done: `by`, `gate`.
"""

from __future__ import annotations

from collections.abc import Callable

from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.records import GateInvited, GateRetired
from fabgate.rules import authority
from fabgate.store import gates as rows
from fabgate.store.gates import GateRow


def invite(desk: Desk, by: str | None, gate: str, certify: Callable[[GateRow | None], str]) -> Done | Denied:
    """Lets a gate, or an observer, join.

    `certify` is told what the hub knows of it, makes its certificate, and gives the fingerprint. It is
    called while nobody else writes, once it is sure that the one who acts may.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = authority.may_invite(now.actor)
        if no is not None:
            return now.denied(no, gate=gate)
        fingerprint = certify(rows.gates(now.conn).get(gate))
        record = now.write(GateInvited(gate, now.member.id, fingerprint))
        rows.put_invited(now.pen, gate, fingerprint, now.today_ms)
        return now.done(record, gate=gate)


def retire(
    desk: Desk, by: str | None, gate: str, reason: str, revoke: Callable[[Turn], None]
) -> Done | Denied:
    """Sends a gate or an observer away for good: nothing that it says counts any more.

    `revoke` takes its certificates away, within the same transaction, also once more where the gate was
    retired already. Raises UsageError for one that nobody knows.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = authority.may_retire(now.actor, reason)
        if no is not None:
            return now.denied(no, gate=gate)
        known = rows.gates(now.conn)
        if gate not in known:
            raise UsageError(f"no gate is called {gate}", f"Known are: {', '.join(known) or 'none'}.")
        revoke(now)
        if known[gate].retired_ms is not None:
            return now.denied(Denied(Code.NOTHING_TO_DO), gate=gate)
        record = now.write(GateRetired(gate, now.member.id), reason)
        rows.put_retired(now.pen, gate, now.today_ms)
        return now.done(record, gate=gate)


def leave(desk: Desk, by: str | None) -> Denied | None:
    """Whether the one who acts may let this gate join its hub, or renew the hub's certificates."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = authority.may_invite(now.actor)
        return None if no is None else now.denied(no)
