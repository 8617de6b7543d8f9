"""What is priced, and what came out: a closed usage, a sale, a charge with the steps of its arithmetic.

Money is int cents of the lab's currency, lengths are whole seconds, days are dates in the lab's zone. A
charge is a view until its month closes; closing writes it into a page of the journal, and from there on
it is read back as it was written (law 6).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fabgate.model import MachineId, MemberId

ADVANCE = "advance"
"""The basis of money in advance: of a top-up, and of a sold pack whose VAT is due at its use."""


class Sort(enum.StrEnum):
    """What a charge is for."""

    MACHINE = "machine"
    DAY = "day"  # a day pass, bought or owed
    PLAN = "plan"
    PACK = "pack"
    ITEM = "item"
    PERSON = "person"
    TOPUP = "topup"
    REVERSAL = "reversal"  # takes another charge back, whole


@dataclass(frozen=True, slots=True)
class Worked:
    """A closed usage as pricing wants it; corrections of people are laid on it already.

    `seconds` is powered time, `busy_s` what of it the machine worked (None: nothing tells), `unsure_s` what
    of it nobody could have ended (the reader was blind) and nobody has decided about. `ours`: the cut was
    not the member's (a crash, a fault, a stop of the gate). `records`: every record that it rests on, its
    start first. `free`: why it costs nothing whatever the tariff says: an undone start, maintenance, a
    gate that only looked on; "" where it does cost.
    """

    session: str
    records: tuple[str, ...]
    payer: MemberId
    member: MemberId
    machine: MachineId
    supervised: bool
    purpose: str
    started_s: int
    ended_s: int
    seconds: int
    busy_s: int | None = None
    unsure_s: int = 0
    people: int = 1
    ours: bool = False
    free: str = ""


@dataclass(frozen=True, slots=True)
class Sold:
    """Something that was sold or charged at the desk: a record `sale`, which is `record`.

    `item`: the id in the tariff; `quantity` as a decimal text ("2.5" grams, hours of a person; of a plan
    always "1"). `cents`: the price that was said at the desk, where the tariff leaves it open, or what was
    paid in (a top-up). `until`: the last day of a plan that was ended, else None.
    """

    record: str
    payer: MemberId
    sort: Sort
    item: str
    day: date
    quantity: str = "1"
    cents: int | None = None
    until: date | None = None
    session: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as pricing wants it.

    `categories`: what they were put into, each with the second (UTC) since when, oldest first; "" is none.
    `prepaid`: all is taken from the wallet, below zero too; others are invoiced what it does not hold.
    """

    member: MemberId
    categories: tuple[tuple[int, str], ...] = ()
    organisation: bool = False
    prepaid: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """What a payer has left to work off: a plan's contingent of a month, a pack, the wallet.

    `id`: `plan:<sale>:<month>:<machine>`, `pack:<sale>`, `free:<machine>:<month>` (the free time of a month)
    or `wallet`. `left`: in `unit`, which is `seconds`, `days` or `cents`; of a wallet it may be below zero.
    `machines`: what it is good for, none named is all. `until`: the last day on which it counts. `vat_paid`:
    VAT was due at its sale.
    """

    id: str
    left: int
    unit: str
    machines: tuple[str, ...] = ()
    until: date | None = None
    vat_paid: bool = False


Step = tuple[str | int, ...]
"""One step of the arithmetic: a word, then its numbers; `texts/` makes a sentence of it. Money in a step is
cents or a decimal text, a length is seconds."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One priced line of one payer.

    `at_s` is its accounting date (UTC): the end of the last session, or noon of the day of a sale.
    `list_cents` is what it costs once time and days were worked off: `cents`, what is left to pay by invoice,
    and `wallet_cents`, what the wallet paid, and what packs of credit gave make just that. `taken` is what
    each pool gave (pool id -> seconds, days or cents; also `day:<day>`, the pass that was owed for a day);
    `pack_cents` what was once paid for that part of multi-rate packs, VAT in it. All else in `basis`, with
    VAT in it or not; `vat` and `percent` (a decimal text) are what they bear; of money in `ADVANCE`, nothing.
    `reason`: why it is zero or less than listed. `records`: all that it rests on; `sessions`: those whose
    time it is for, of machine time only. `of`: the charge that a reversal takes back. `id` is empty until
    its month closes: then `<record of its page>.<n>`.
    """

    payer: MemberId
    sort: Sort
    item: str
    at_s: int
    cents: int
    list_cents: int
    version: str
    records: tuple[str, ...]
    sessions: tuple[str, ...] = ()
    member: MemberId | None = None
    started_s: int = 0
    seconds: int = 0
    busy_s: int | None = None
    billed_s: int = 0
    quantity: str = ""
    purpose: str = ""
    category: str = ""
    wallet_cents: int = 0
    pack_cents: int = 0
    taken: Mapping[str, int] = field(default_factory=dict)
    basis: str = "with_vat"
    vat: str = ""
    percent: str = "0"
    vat_paid: bool = False
    reason: str = ""
    steps: tuple[Step, ...] = ()
    of: str = ""
    id: str = ""
