"""How a session was paid, as funders ask it: in full, less, by a membership, not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fabgate.charges import Charge, Sort
from fabgate.rules.census import FREE, FULL, PLAN, REDUCED, Paid
from fabgate.rules.machine_lines import DAY, IN_PACK, IN_PLAN, NO_LIST

TAKEN_BACK = "taken back"
_BEFOREHAND = (IN_PLAN, IN_PACK, DAY)
_POOLS = ("plan:", "pack:")


def paid(charge: Charge) -> Paid:
    """How the sessions of a line were paid. A line that costs nothing and does not say why is not known."""
    if charge.sort is Sort.REVERSAL:
        return Paid(FREE, TAKEN_BACK)
    if charge.cents or charge.wallet_cents or charge.pack_cents:
        return Paid(REDUCED, charge.reason) if charge.reason else Paid(FULL)
    if charge.reason in _BEFOREHAND or any(pool.startswith(_POOLS) for pool in charge.taken):
        return Paid(PLAN)
    return Paid(FREE, charge.reason) if charge.reason not in ("", NO_LIST) else Paid()


def of_sessions(charges: Iterable[Charge]) -> Iterator[tuple[str, Paid]]:
    """Each session of a month's lines and how it was paid; a line made again counts."""
    lines = [one for one in charges if one.sort in (Sort.MACHINE, Sort.REVERSAL)]
    for charge in sorted(lines, key=lambda one: one.sort is not Sort.REVERSAL):
        how = paid(charge)
        for session in charge.sessions:
            yield session, how
