"""A charge survives the journal word for word."""

import json
from dataclasses import replace

import pytest

from fabgate.charges import Charge, Sort
from fabgate.model import MemberId
from fabgate.rules import lines

ADA = MemberId("m-1")
SMALL = Charge(ADA, Sort.ITEM, "pla", 5, 10, 10, "2017", ("a/b/c#1",))
WHOLE = Charge(
    ADA,
    Sort.MACHINE,
    "laser",
    1_700_000_000,
    0,
    1_500,
    "2017-05",
    ("a/b/c#1", "a/b/c#2"),
    ("a/b/c#1",),
    ADA,
    1_699_990_000,
    3_900,
    None,
    5_400,
    "",
    "lab_benefit",
    "member",
    300,
    0,
    {"wallet": 300, "pack:a/b/c#9": 1_200},
    "without_vat",
    "standard",
    "21",
    True,
    "purpose lab_benefit",
    (("powered", 3_900), ("rate", "10.00", 1_500)),
    "a/b/c#7.1",
)


@pytest.mark.parametrize("charge", [SMALL, WHOLE], ids=["small", "whole"])
def test_a_charge_that_was_written_is_read_back_as_it_was(charge):
    text = json.dumps(lines.written(charge))
    back = lines.read(json.loads(text), ADA, "a/b/c#5.1")
    assert (back.payer, back.id) == (ADA, "a/b/c#5.1")
    assert lines.written(back) == lines.written(charge)
    assert replace(back, id="") == charge
    assert back.steps == charge.steps and dict(back.taken) == dict(charge.taken)


def test_what_says_nothing_takes_no_room():
    assert len(lines.written(SMALL)) == 7


@pytest.mark.parametrize("line", [(), ("machine",), ("no_sort", "x", 1, 2, 3, "v", ())])
def test_what_is_no_charge_is_refused_with_its_name(line):
    with pytest.raises(ValueError, match=r"line p\.1"):
        lines.read(line, ADA, "p.1")
