"""The names of files that went out to an accounting program, and of the entries in them.

A batch is `<month>-<profile>-<n>`: the n-th file of that month for that program. Each payer has a number in
their month: their place among its payers, in the order of its pages. `<batch>.<number>` is what an entry
bears as its piece reference, so that a payment that the accounting program tells of leads back to the
charges.
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"([0-9]{4}-[0-9]{2})-[a-z0-9_-]{1,32}-[1-9][0-9]*\.([1-9][0-9]*)")


def name(period: str, profile: str, earlier: int) -> str:
    """The name of the next batch of a month (`2026-10`) for a profile; `earlier` ones went out before."""
    return f"{period}-{profile}-{earlier + 1}"


def reference(batch: str, number: int) -> str:
    """The piece reference of the entry of the payer with that number."""
    return f"{batch}.{number}"


def read(text: str) -> tuple[str, int] | None:
    """The month and the payer's number that a piece reference names; None where it is none of ours."""
    found = _REFERENCE.fullmatch(text.strip())
    return (found[1], int(found[2])) if found else None
