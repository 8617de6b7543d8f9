"""What payers are and how they stood at last: rows of the roster, as a subject's records make them.

The settling is used by `settling.py` only. A row names its member, so it waits for them, as `waiting.py`
says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from fabgate.rules import standing
from fabgate.rules.standing import Said
from fabgate.store.nib import Nib
from fabgate.store.waiting import knows


def _account(pen: Nib, about: str, found: Sequence[Said]) -> None:
    now = standing.account(found)
    if now is not None and knows(pen, now.member, about):
        what = (now.category, int(now.organisation), int(now.prepaid), str(now.record))
        pen.execute(_PUT_ACCOUNT, (pen.lab, now.member, *what))


_PUT_ACCOUNT = """\
INSERT OR REPLACE INTO accounts (lab, member, category, organisation, prepaid, record)
VALUES (?, ?, ?, ?, ?, ?)"""


def _state(pen: Nib, about: str, found: Sequence[Said]) -> None:
    now = standing.state(found)
    if now is not None and knows(pen, now.member, about):
        lists = (json.dumps(now.plans), json.dumps(now.left), json.dumps(now.read))
        row = (pen.lab, now.member, now.balance_cents, *lists, now.as_of_ms, str(now.record))
        pen.execute(_PUT_STATE, row)


_PUT_STATE = """\
INSERT OR REPLACE INTO account_states (lab, member, balance_cents, plans, remains, read, as_of_ms, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


BY_KIND: Mapping[str, Callable[[Nib, str, Sequence[Said]], None]] = {"account": _account, "state": _state}
"""By the kind of a subject, which stands before its first slash."""
