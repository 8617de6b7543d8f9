"""A line that takes another one back, whole: corrections are new lines, never edits."""

from __future__ import annotations

from dataclasses import replace

from fabgate.charges import Charge, Sort

HOLDS = "holds"
"""The step of a sold pack that says how much is in it: when the sale is taken back, so is that."""


def reversal(charge: Charge, at_s: int) -> Charge:
    """The line that takes `charge` back at `at_s`: all its money, time and quantities below zero.

    What it took from contingents, packs and the wallet goes back to them, and what a pack or a top-up
    had brought goes with it. `of` names the charge; the new line has no id until its month closes.
    """
    return replace(
        charge,
        sort=Sort.REVERSAL,
        at_s=at_s,
        cents=-charge.cents,
        list_cents=-charge.list_cents,
        wallet_cents=-charge.wallet_cents,
        pack_cents=-charge.pack_cents,
        seconds=-charge.seconds,
        busy_s=None if charge.busy_s is None else -charge.busy_s,
        billed_s=-charge.billed_s,
        quantity=_less(charge.quantity),
        taken=_given_back(charge),
        steps=(("reverses", charge.id),),
        of=charge.id,
        id="",
    )


def _less(quantity: str) -> str:
    if not quantity:
        return ""
    return quantity[1:] if quantity.startswith("-") else f"-{quantity}"


def _given_back(charge: Charge) -> dict[str, int]:
    back = {pool: -amount for pool, amount in charge.taken.items()}
    if charge.sort is Sort.TOPUP:
        back["wallet"] = back.get("wallet", 0) + charge.list_cents
    for step in charge.steps if charge.sort is Sort.PACK else ():
        match step:
            case (word, int(amount), *_) if word == HOLDS:
                back[f"pack:{charge.records[0]}"] = amount
    return back
