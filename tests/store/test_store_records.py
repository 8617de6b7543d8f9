"""Records as text: every kind reads back as it was written."""

from __future__ import annotations

import pytest

from fabgate.model import Moment
from fabgate.records import FIELDS, ClockSeen, Draft, decode, encode

AT = Moment("hub-1", 5, 6, True)


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_no_field_of_a_record_bears_the_name_of_what_every_record_has(kind: str):
    assert {name for name, _ in FIELDS[kind]} & {"kind", "boot", "ms", "wall", "synced"} == set()


def test_a_clock_that_was_seen_is_read_back_with_both_boots():
    seen = ClockSeen("gate-2", "gate-2-1", 7, 8)
    assert decode(encode(Draft(AT, seen))) == (AT, seen)
