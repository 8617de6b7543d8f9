"""Records of money: what payers are and bought, what people decided of sessions, what was charged.

Only `account.set` and `account.state` are shared with gates. All others stand in the books of the one store
that keeps them (law 6): the hub's, or a lone gate's. Names, addresses, reasons and references stay beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class AccountSet:
    """What a payer is: their category of the price list, whether an organisation, whether they pay before.

    The category holds from `since_ms` on (wall; None: from this record on), whatever was said before.
    """

    kind: ClassVar[str] = "account.set"
    member: str
    by: str
    category: str = ""
    organisation: bool = False
    prepaid: bool = False
    since_ms: int | None = None
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountState:
    """How a payer stands at `as_of_ms` (wall), told to all gates: what a start and a display ask for.

    `plans`: those they hold, as `<plan>:<last day>` (nothing behind the colon: no end). `left`: seconds of
    contingents and time packs, as `<machines or *>:<month or nothing>:<seconds>`, several machines with a `+`
    between them; cents of packs that are for some machines only have a `c` behind them. `read`: how far each
    gate's journal is in it, as `<origin>#<seq>`: what a gate did behind that it takes off by itself. `open`:
    what months that were not closed by then took, as `<pool>=<amount>`; for the books alone.
    """

    kind: ClassVar[str] = "account.state"
    member: str
    balance_cents: int
    as_of_ms: int
    plans: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressSet:
    """Where a payer's bills go changed; what it is stays in a table that never leaves the books."""

    kind: ClassVar[str] = "address.set"
    member: str
    by: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sale:
    """Something sold or charged at the desk: `sort` and `item` of the price list (see `charges.Sold`).

    `day` is ISO, in the lab's zone. A top-up has `cents` and no item.
    """

    kind: ClassVar[str] = "sale"
    payer: str
    sort: str
    item: str
    day: str
    by: str
    quantity: str = "1"
    cents: int | None = None
    session: str = ""


@dataclass(frozen=True, slots=True)
class SaleCancelled:
    """A sale that no closed month has charged is taken back."""

    kind: ClassVar[str] = "sale.cancel"
    sale: str
    by: str


@dataclass(frozen=True, slots=True)
class PlanEnded:
    """The plan that was sold by record `sale` ends with that day (ISO)."""

    kind: ClassVar[str] = "plan.end"
    sale: str
    until: str
    by: str


@dataclass(frozen=True, slots=True)
class UsageSettled:
    """A person decided how much of a session counts: `length_ms`, whatever the gate could see of its end.

    `started_ms`: when it began (wall), where the clock of its gate was not right.
    """

    kind: ClassVar[str] = "usage.settle"
    session: str
    length_ms: int
    by: str
    started_ms: int | None = None


@dataclass(frozen=True, slots=True)
class UsageAssigned:
    """Another payer for a session."""

    kind: ClassVar[str] = "usage.assign"
    session: str
    payer: str
    by: str


@dataclass(frozen=True, slots=True)
class UsageMarked:
    """Another purpose for a session. `free`: it costs nothing, whatever the tariff says."""

    kind: ClassVar[str] = "usage.mark"
    session: str
    purpose: str
    by: str
    free: bool = False


@dataclass(frozen=True, slots=True)
class TariffKept:
    """The text of a price list that a closing used, kept so that each line can be reckoned again."""

    kind: ClassVar[str] = "tariff.keep"
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class ChargesMade:
    """A page of charges of one payer, written by the closing `closing`; it counts once that is sealed.

    `lines` are charges as `rules/lines.py` writes and reads them.
    """

    kind: ClassVar[str] = "charges"
    closing: str
    payer: str
    lines: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class PeriodClosed:
    """A month (`2026-10`) is sealed: nothing dated in it is charged in it any more.

    `pages`: how many, from record `first` to `last`. `read`: how far each origin's journal was read,
    as `<origin>#<seq>`: a stop behind that is charged later. `after`: up to where, in the same form, no
    session began that is still to be charged. `held`: sessions that stood in the way and
    were left out because somebody said so; `forced`: they gave a reason, which stays beside. `totals`:
    the sums of lines, list price, invoice and wallet. `hash` covers all this, the pages' hashes and
    `previous`, the hash of the month that was closed before.
    """

    kind: ClassVar[str] = "period.close"
    period: str
    by: str
    closing: str
    pages: int
    first: str
    last: str
    read: tuple[str, ...]
    tariff: str
    totals: tuple[int, ...]
    previous: str
    hash: str
    held: tuple[str, ...] = ()
    forced: bool = False
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeReversed:
    """A closed charge is taken back; `again`: what it rests on is priced anew in the open month."""

    kind: ClassVar[str] = "charge.reverse"
    charge: str
    by: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class ChargeSettled:
    """Told by the accounting program: this charge was paid on that day (ISO). No record of cash."""

    kind: ClassVar[str] = "charge.settle"
    charge: str
    day: str
    by: str


@dataclass(frozen=True, slots=True)
class BatchExported:
    """A file of charges went out: for which program, how many rows, and the SHA-256 of its bytes."""

    kind: ClassVar[str] = "batch.export"
    batch: str
    period: str
    profile: str
    rows: int
    sha256: str
    by: str


@dataclass(frozen=True, slots=True)
class MemberForgotten:
    """The person behind a member id was erased here; the id stays in what was charged."""

    kind: ClassVar[str] = "member.forget"
    member: str
    by: str
    supersedes: tuple[str, ...] = ()
