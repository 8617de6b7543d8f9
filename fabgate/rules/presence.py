"""When the lab was staffed: what the board and the reports call open follows who came (R2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.model import MemberId
from fabgate.rules.hours import Span, merged


@dataclass(frozen=True, slots=True)
class Stay:
    """One check-in of a member and the check-out that followed it, None where none has yet (wall ms)."""

    member: MemberId
    keyholder: bool
    in_ms: int
    out_ms: int | None = None


def offered(stays: Iterable[Stay], until_ms: int, stay_ms: int) -> tuple[Span, ...]:
    """When at least one keyholder was checked in, as spans in order that do not touch (R2).

    Who did not check out is there until `until_ms`. A check-in counts for `stay_ms` at most, whatever
    came after it: nobody was let in on it later, and whoever forgot to check out on Monday did not
    keep the lab open until their next tap on Thursday.
    """
    return merged(_span(one, until_ms, stay_ms) for one in stays if one.keyholder)


def _span(stay: Stay, until_ms: int, stay_ms: int) -> Span:
    out_ms = until_ms if stay.out_ms is None else min(stay.out_ms, until_ms)
    return Span(stay.in_ms, min(out_ms, stay.in_ms + stay_ms))
