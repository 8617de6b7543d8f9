"""The plain session, which is nearly every one: from the texts of its two records to what pricing wants.

The ledger says what a usage is, and `closing.worked` what of it counts. A closing reads a million; objects
for all of their facts cost it a quarter of a minute. So where nothing is out of the ordinary, and only there,
the few facts that count are taken from the texts. A test holds both ways against each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fabgate.charges import Worked
from fabgate.model import Level, MachineId, MemberId, Why
from fabgate.rules.closing import AHEAD_S, OURS, OVER_MS
from fabgate.rules.states import MAINTENANCE

_NOT_PLAIN = frozenset((*OURS, Why.ABORTED))
_ODD = frozenset(("charged", "recovered", "blind_ms"))  # in a stop only where they are not as usual
_TRAINEE = Level.TRAINEE.word

Text = Mapping[str, Any]


def read(text: str) -> Text:
    """What a record's text says, without making objects of it. Raises ValueError."""
    said, end = _JSON.raw_decode(text)
    if end != len(text) or not isinstance(said, dict):
        raise ValueError("not a journal record")
    return said


_JSON = json.JSONDecoder()


def worked(session: str, stop: str, start: str, ended: Text, now_s: int | None) -> Worked | None:
    """The usage between a start and its stop; None where the ledger has to look at it.

    `session` and `stop` are the ids of the records, `start` is the text of the one, `ended` what the other
    says; `now_s` as for `closing.in_the_way`.
    """
    try:
        begun = read(start)
        if (
            not begun["synced"]
            or "would" in begun
            or not _ODD.isdisjoint(ended)
            or ended["why"] in _NOT_PLAIN
        ):
            return None
        length_ms, limit_ms, purpose = ended["length_ms"], begun["limit_ms"], begun.get("purpose", "")
        seconds, started_s = length_ms // 1000, begun["wall"] // 1000
        late = now_s is not None and started_s + seconds > now_s + AHEAD_S
        if late or purpose == MAINTENANCE or (limit_ms > 0 and length_ms > limit_ms + OVER_MS):
            return None
        busy_ms, member = ended.get("busy_ms"), begun["member"]
        return Worked(
            session,
            (session, stop),
            MemberId(begun.get("payer") or member),
            MemberId(member),
            MachineId(begun["machine"]),
            "sponsor" in begun and begun["level"] == _TRAINEE,
            purpose,
            started_s,
            started_s + seconds,
            seconds,
            None if busy_ms is None else min(busy_ms // 1000, seconds),
            0,
            begun.get("people", 1),
        )
    except (KeyError, TypeError, ValueError):
        return None
