"""What is done about charges of closed months: taken back by a new line, or told to have been paid.

No charge is ever edited. One that is taken back gets a line below zero in the month that is open, and where
it is to be priced anew, its sessions are charged again there. That something was paid is a fact that the
accounting program tells; fabgate records no cash. Facts of what was done: `by`, `subject`, `handle` (who
pays), `charge`, `amount` (cents), `again`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from sqlite3 import Connection

from fabgate.charges import Charge
from fabgate.desk import balances, bookkeeping, days, holds, who
from fabgate.desk.deed import Desk, Done, Turn, looking, turn
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, MemberId, RecordId
from fabgate.records import ChargeReversed, ChargeSettled, GrantLifted, MemberLifted
from fabgate.rules import batches
from fabgate.store import charged, journal, people, roster

UNPAID = "unpaid"
_SLICE = 200  # records in a transaction: a tap may wait for it


@dataclass(frozen=True, slots=True)
class Paid:
    """Something was paid on a day (ISO): `reference` is a charge's id or an entry's piece reference.

    `line` is where it stands in a file, 0 where it was typed.
    """

    reference: str
    day: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What was noted: so many charges are settled, so many were `before`.

    `unknown`: references of nothing here. `lifted`: handles of members whose suspension for what they had
    not paid is over.
    """

    number: int
    before: int
    unknown: tuple[Paid, ...] = ()
    lifted: tuple[str, ...] = ()


def named(desk: Desk, text: str) -> str:
    """The whole id of a charge that is called by its number, 1284.3; any other text as it is."""
    bare = text.strip()
    page, _, line = bare.partition(".")
    numbers = page.isdecimal() and line.isdecimal()
    return f"{desk.writer.identity.origin}#{bare}" if numbers else bare


# --- taken back ---------------------------------------------------------------------------------


@balances.corrects
def reverse(desk: Desk, by: str | None, charge: str, again: bool, reason: str) -> Done | Denied:
    """Takes a charge of a closed month back; `again`: its sessions are priced anew in the open month.

    Raises UsageError where there is nothing to price anew.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        was = charged.charge(now.conn, charge)
        if was is None:
            return now.denied(Denied(Code.UNKNOWN_CHARGE, {"charge": who.sound(charge)}))
        payer = roster.member(now.conn, was.payer)
        no = bookkeeping.refused(now, was.payer, reason)
        if no is None and not reason.strip():
            no = Denied(Code.REASON_NEEDED)
        if no is None and (was.of or "reversed" in charged.marks(now.conn, was.id)):
            no = Denied(Code.CHARGE_REVERSED, {"charge": was.of or was.id})
        if no is not None:
            return now.denied(no, payer)
        if again:
            _can_be_priced(now.conn, was)
        record = now.write(ChargeReversed(was.id, now.member.id, again), reason)
        return now.done(record, payer, charge=was.id, amount=was.cents, again=again)


def _can_be_priced(conn: Connection, was: Charge) -> None:
    if not was.sessions:
        raise UsageError("only what was worked is priced anew", "Leave --again out; then sell it once more.")
    for session in was.sessions:
        start = journal.entry(conn, RecordId.of(session))
        if start is None or start.body is None:
            raise UsageError(f"session {session} was blanked: its time is over", "Leave --again out.")


# --- paid ---------------------------------------------------------------------------------------


def settle(desk: Desk, by: str | None, paid: Sequence[Paid], reason: str | None = None) -> Settled | Denied:
    """Notes what was paid. Told twice, it is noted once; what is not known is passed over and named.

    Who has nothing left to pay is suspended for it no more. A piece reference is all that a payer's charges
    of a month came to. Raises UsageError for a day that is none.
    """
    for one in paid:
        days.day(one.day)
    now = looking(desk, by)
    if isinstance(now, Denied):
        return now
    meant, unknown = _meant(desk.conn, paid)
    payers = sorted({charge.payer for charge, _ in meant})
    refused = (bookkeeping.refused(now, payer, reason) for payer in [None, *payers])
    no = next((one for one in refused if one is not None), None)
    if no is not None:
        return now.denied(no)
    new = [one for one in meant if "settled" not in charged.marks(desk.conn, one[0].id)]
    slices = iter(new)
    while some := list(islice(slices, _SLICE)):
        noted = _noted(desk, by, some, reason)
        if noted is not None:
            return noted
    lifted = _lifted(desk, by, payers)
    return Settled(len(new), len(meant) - len(new), tuple(unknown), tuple(lifted))


def _meant(conn: Connection, paid: Iterable[Paid]) -> tuple[list[tuple[Charge, str]], list[Paid]]:
    """Each charge that is meant, once, with its day; and what means none."""
    found: dict[str, tuple[Charge, str]] = {}
    unknown = []
    for one in paid:
        charges = list(_of_reference(conn, one.reference))
        if not charges:
            unknown.append(one)
        for charge in charges:
            found.setdefault(charge.id, (charge, one.day))
    return list(found.values()), unknown


def _of_reference(conn: Connection, reference: str) -> Iterator[Charge]:
    named = batches.read(reference)
    if named is None:
        charge = charged.charge(conn, reference.strip())
        yield from () if charge is None else (charge,)
        return
    payer = charged.payer_numbered(conn, *named)
    if payer is not None:
        yield from (one for one in charged.of_payer(conn, payer, named[0]) if one.cents)


def _noted(
    desk: Desk, by: str | None, some: Iterable[tuple[Charge, str]], reason: str | None
) -> Denied | None:
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        for charge, day in some:
            no = bookkeeping.refused(now, charge.payer, reason)
            if no is not None:
                return now.denied(no)
            if "settled" not in charged.marks(now.conn, charge.id):
                now.write(ChargeSettled(charge.id, day, now.member.id), reason)
    return None


def owes(conn: Connection, payer: MemberId) -> int:
    """What a payer has to pay of closed months and nobody has told to be paid, in cents."""
    return sum(
        one.cents
        for one in charged.of_payer(conn, payer)
        if one.cents and not {"settled", "reversed"} & charged.marks(conn, one.id).keys() and not one.of
    )


def _lifted(desk: Desk, by: str | None, payers: Iterable[MemberId]) -> Iterator[str]:
    """Lift what was suspended for money, of those who owe nothing any more; their handles."""
    for payer in payers:
        if owes(desk.conn, payer) > 0:
            continue
        with turn(desk, by) as now:
            if not isinstance(now, Denied) and _lift(now, payer):
                member = roster.member(now.conn, payer)
                yield payer if member is None else member.handle


def _lift(now: Turn, payer: MemberId) -> bool:
    whole = holds.in_force(people.suspension(now.conn, payer), now.today_ms)
    lifted = whole is not None and whole.cause == UNPAID
    if lifted:
        now.write(MemberLifted(payer, now.member.id), "paid")
    for (_, skill), hold in people.skill_holds(now.conn, payer).items():
        if holds.in_force(hold, now.today_ms) and hold.cause == UNPAID:
            now.write(GrantLifted(payer, skill, now.member.id), "paid")
            lifted = True
    return lifted
