"""What a gate tells of its machines: what it commands, and what is known of their work."""

from __future__ import annotations

import pytest

from fabgate.gate.outside import machine_state
from fabgate.model import Moment, Trouble
from fabgate.rules.states import Condition, at_rest

AT = Moment("boot-1", 5_000, 1_790_000_000_000, synced=True)


@pytest.mark.parametrize("busy", [None, False, True])
def test_whether_a_machine_works_is_told_as_it_is_known(busy: bool | None):
    told = machine_state(at_rest(Condition(busy=busy)), AT)
    assert (told.state, told.powered, told.busy) == ("free", False, busy)


def test_troubles_are_told_in_one_order():
    told = machine_state(at_rest(Condition(troubles=frozenset({Trouble.WELDED, Trouble.ESTOP}))), AT)
    assert (told.state, told.troubles) == ("fault", ("estop", "welded"))
