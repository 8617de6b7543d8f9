"""What stands in the way of closing a month, what a usage is to pricing, and how a closed month is chained.

Pure: `desk/month.py` reads the books and asks here, `desk/closing.py` seals. An obstacle is a value with the
ids that it is about; the command line knows the sentence and the command that settles it.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

from fabgate.charges import Charge, Worked
from fabgate.model import Level, MemberId, RecordId, Why
from fabgate.records import PeriodClosed
from fabgate.rules.ledger import Dated, Session, Usage
from fabgate.rules.states import MAINTENANCE

AHEAD_S = 86_400  # a session that ends later than this from now was dated by a clock that is wrong
OVER_MS = 3_600_000  # a session that goes on for so long beyond its limit was forgotten by its gate
PAGE_BYTES = 65_536  # of a record of charges, at most; a single line may be longer
PAGE_LINES = 1_000
_LINE_BYTES = 4 * 1_024  # of the text of a page, for its kind, its moment and its closing
OURS = frozenset((Why.RECOVERED, Why.FAULT, Why.GATE_STOPPED))
"""Ends that were the gate's and not the member's."""


class Free(enum.StrEnum):
    """Why a usage costs nothing, whatever the price list says."""

    UNDONE = "undone"  # by the sponsor, within seconds of the start
    AUDIT = "audit"  # the gate only looked on
    MAINTENANCE = MAINTENANCE
    WAIVED = "waived"  # a person said so, with a reason


class Kind(enum.StrEnum):
    """What stands in the way of closing a month. A closed list; the command line has a sentence for each."""

    OPEN = "open"  # a session that began before the month was over, and has not ended
    RECOVERED = "recovered"  # nobody saw its end
    LONG = "long"  # more than an hour beyond its limit
    UNDATED = "undated"  # the clock of its gate was not right, and nothing re-dates it
    GATE_AWAY = "gate_away"  # not heard since the month's end: records may be on their way
    GATE_LACKS = "gate_lacks"  # records of it are known to be missing
    ADDRESS = "address"  # an organisation without an address
    VAT_NUMBER = "vat_number"  # an organisation without a VAT number, in a lab that charges VAT
    ZERO = "zero"  # a line that costs nothing, and nothing says why


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that a person settles, or leaves out with a reason.

    Of a session: its id, machine, member, payer, its start (UTC, s) and length so far. Of a gate: `gate` and
    `what`. Of an organisation: `payer`. Of a line that costs nothing: `what`, the item.
    """

    kind: Kind
    session: str = ""
    machine: str = ""
    member: str = ""
    payer: str = ""
    gate: str = ""
    what: str = ""
    started_s: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What people said of a session after it ended; None where nobody did. `records` are those words."""

    length_ms: int | None = None
    started_ms: int | None = None
    payer: str | None = None
    purpose: str | None = None
    free: bool = False
    records: tuple[str, ...] = ()


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Sums:
    """The totals of a month: lines, list price, what is invoiced, what wallets paid. Cents."""

    lines: int = 0
    list_cents: int = 0
    cents: int = 0
    wallet_cents: int = 0

    def plus(self, charges: Iterable[Charge]) -> Sums:
        lines, listed, cents, wallet = self.lines, self.list_cents, self.cents, self.wallet_cents
        for one in charges:
            lines += 1
            listed += one.list_cents
            cents += one.cents
            wallet += one.wallet_cents
        return Sums(lines, listed, cents, wallet)

    @property
    def totals(self) -> tuple[int, ...]:
        """As `PeriodClosed` has them."""
        return (self.lines, self.list_cents, self.cents, self.wallet_cents)


NO_SUMS = Sums()


@dataclass(slots=True)
class Parts:
    """What a month comes to in its parts: the sums of each payer, and of each sort and item."""

    payers: dict[str, Sums] = field(default_factory=dict)
    items: dict[tuple[str, str], Sums] = field(default_factory=dict)

    def add(self, payer: str, charges: Collection[Charge]) -> None:
        self.payers[payer] = self.payers.get(payer, NO_SUMS).plus(charges)
        for one in charges:
            which = (one.sort.value, one.item)
            self.items[which] = self.items.get(which, NO_SUMS).plus((one,))


def seen(sums: Sums, parts: Parts, obstacles: Iterable[Obstacle]) -> str:
    """A short name of what somebody sees of an open month: what it comes to, for whom, what is in the way.

    Whoever closes it says which one they saw. A session that goes on changes nothing of it; its end does.
    """
    told = (
        sums.totals,
        sorted((payer, one.totals) for payer, one in parts.payers.items()),
        sorted((*which, one.totals) for which, one in parts.items.items()),
        sorted((one.kind.value, one.session, one.gate, one.payer, one.what) for one in obstacles),
    )
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


# --- usages -------------------------------------------------------------------------------------


def worked(usage: Usage, said: Said = NOTHING_SAID) -> Worked:
    """A usage as pricing wants it, with what people said of it laid on.

    Blind seconds of a gate are unsure until somebody has settled the session (they are charged by a person's
    word only). A length cut short by a person holds at most that much work.
    """
    seconds = usage.seconds if said.length_ms is None else said.length_ms // 1000
    started_s = usage.started_s if said.started_ms is None else said.started_ms // 1000
    unsure_s = 0 if said.length_ms is not None else min(seconds, -(-usage.blind_ms // 1000))
    busy_s = usage.seconds_busy
    purpose = usage.purpose if said.purpose is None else said.purpose
    session = str(usage.session)
    return Worked(
        session,
        tuple(dict.fromkeys((session, str(usage.stop), *said.records))),
        usage.payer if said.payer is None else MemberId(said.payer),
        usage.member,
        usage.machine,
        usage.sponsor is not None and usage.level == Level.TRAINEE.word,
        purpose,
        started_s,
        started_s + seconds,
        seconds,
        None if busy_s is None else min(busy_s, seconds),
        unsure_s,
        usage.people,
        usage.recovered or usage.why in OURS,
        _free(usage, purpose, said),
    )


def _free(usage: Usage, purpose: str, said: Said) -> str:
    if not usage.charged:
        return Free.UNDONE.value
    if usage.would:
        return Free.AUDIT.value
    if purpose == MAINTENANCE:
        return Free.MAINTENANCE.value
    return Free.WAIVED.value if said.free else ""


def in_the_way(usage: Usage, said: Said, now_s: int | None) -> Kind | None:
    """Why a person must look at a usage before it is charged; None where nobody need.

    `now_s`: the wall time (UTC) of an honest clock, None where there is none.
    """
    if said.started_ms is None and undated(usage, now_s):
        return Kind.UNDATED
    if said.length_ms is not None or not usage.charged or usage.would:
        return None
    if usage.recovered:
        return Kind.RECOVERED
    over = usage.limit_ms > 0 and usage.length_ms > usage.limit_ms + OVER_MS
    return Kind.LONG if over else None


def undated(session: Session, now_s: int | None) -> bool:
    """Whether nothing tells when it was: its gate did not know the time, or thought of a day to come."""
    ended_s = session.ended_s if isinstance(session, Usage) else session.start.wall_ms // 1000
    ahead = now_s is not None and ended_s > now_s + AHEAD_S
    return session.dated is Dated.UNSYNCED or ahead


def ended(session: Session, said: Said) -> Usage:
    """A session that no record ends, as the person who settled it has it: its gate never came back."""
    length_ms = said.length_ms or 0
    end = replace(session.start, wall_ms=session.start.wall_ms + length_ms)
    known = {one.name: getattr(session, one.name) for one in fields(session)}
    return Usage(
        **known,
        stop=RecordId.of(said.records[0]),
        end=end,
        length_ms=length_ms,
        why=Why.RECOVERED,
        charged=True,
        recovered=True,
        uncertain_ms=0,
        blind_ms=0,
        busy_ms=None,
    )


def of_work(kind: Kind, work: Worked) -> Obstacle:
    """The obstacle that a usage is."""
    who = (work.member, work.payer)
    return Obstacle(kind, work.session, work.machine, *who, started_s=work.started_s, seconds=work.seconds)


def of_session(kind: Kind, session: Session) -> Obstacle:
    """The obstacle that a session is which has not ended."""
    who = (session.member, session.payer)
    return Obstacle(
        kind, str(session.session), session.machine, *who, started_s=session.start.wall_ms // 1000
    )


def unreasoned(charge: Charge) -> bool:
    """Whether a line costs nothing and says nothing of why."""
    return not (charge.list_cents or charge.cents or charge.taken or charge.reason or charge.of)


# --- the chain of months ------------------------------------------------------------------------


def digest(closed: PeriodClosed, pages: bytes) -> str:
    """The hash of a closed month (hexadecimal) over all that it says, its pages and the month before.

    `pages` is the SHA-256 of the hashes of its pages' records in their order. `hash` itself is left out, and
    so is who closed it.
    """
    said = (
        "fabgate period 1",
        closed.period,
        closed.closing,
        closed.pages,
        closed.first,
        closed.last,
        closed.read,
        closed.after,
        closed.held,
        closed.forced,
        closed.tariff,
        closed.totals,
        closed.previous,
        pages.hex(),
    )
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def marks(found: Mapping[str, int]) -> tuple[str, ...]:
    """How far journals were read, as a record says it: `<origin>#<seq>`."""
    return tuple(f"{origin}#{seq}" for origin, seq in sorted(found.items()))


def read_marks(said: Iterable[str]) -> dict[str, int]:
    """The same, read back."""
    pairs = (one.rpartition("#") for one in said)
    return {origin: int(seq) for origin, _, seq in pairs}
