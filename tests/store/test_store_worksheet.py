"""A month is laid out without being held in memory, and says so where there is no room for it."""

from __future__ import annotations

import pytest

from fabgate.charges import Worked
from fabgate.errors import DiskFull
from fabgate.model import MachineId, MemberId
from fabgate.store.worksheet import Worksheet, packed


def worked(session, payer="m-1", started_s=1, **more):
    who = (MemberId(payer), MemberId("m-9"), MachineId("laser"))
    return Worked(session, (session, f"{session}0"), *who, True, "lab", started_s, started_s + 9, 9, **more)


def test_usages_come_back_as_they_were_by_payer_and_start():
    laid = [
        worked("la b/g/e#3", "m-2", 5, busy_s=4, unsure_s=1, people=3, ours=True, free="undone"),
        worked("la b/g/e#1", "m-1", 7),
        worked("la b/g/e#2", "m-1", 6, busy_s=0),
    ]
    with Worksheet() as sheet:
        sheet.lay(laid)
        assert list(sheet.work()) == [("m-1", [laid[2], laid[1]]), ("m-2", [laid[0]])]


def test_what_was_charged_already_is_left_out_until_it_is_to_be_charged_anew():
    with Worksheet() as sheet:
        sheet.strike(["a", "b"])
        sheet.lay([worked("a"), worked("c")])
        assert [[one.session for one in several] for _, several in sheet.work()] == [["c"]]
        assert (sheet.struck("a"), sheet.struck("c")) == (True, False)
        sheet.unstrike(["a"])
        sheet.lay([worked("a", "m-3")])
        assert [payer for payer, _ in sheet.work()] == ["m-1", "m-3"]


def test_pages_come_back_in_their_order():
    pages = [("m-1", [(1, "é", ("x",), None), (2,)]), ("m-2", [("y", -(10**12))])]
    with Worksheet() as sheet:
        for payer, page in pages:
            sheet.put(MemberId(payer), [packed(line) for line in page])
        assert list(sheet.pages()) == [(payer, tuple(page)) for payer, page in pages]


def test_where_there_is_no_room_it_is_said():
    with Worksheet() as sheet:
        sheet._conn.execute("PRAGMA max_page_count = 8")
        with pytest.raises(DiskFull, match="laid out"):
            sheet.lay(worked(f"s{number}") for number in range(10_000))
