"""A month at the command line: what stands in the way, with its commands; charges and what comes of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from cli_lab import Lab

from fabgate.devices.clock import SimClock
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.store import roster
from fabgate.store.db import Store
from fabgate.tariff import Band, Tariff, TimePrice, Version

TOKEN = "5a0c91d2:" + "ab" * 32
PRICES = Tariff(
    (Version("2026-10", date(2026, 10, 1), {"laser": {"": TimePrice((Band(Decimal(12)),))}}),),
    digest="d1",
    text="-",
)
OCT_24, NOV_2 = 1_792_836_000_000, 1_793_606_400_000
HALF_HOUR = 1_800_000


class Books(Lab):
    """A lab with a price list, whose gate has recorded sessions."""

    def __init__(self, folder):
        super().__init__(folder)
        self.settings = replace(self.settings, tariff=PRICES)

    def worked(self, who, length_ms=HALF_HOUR, at_ms=OCT_24, machine="laser", ended=True, **stop):
        with Store(self.settings.gate.state).writer() as writer, writer.write() as pen:
            member = roster.member(pen.conn, who)
            assert member is not None
            body = SessionStarted(machine, "laser", member.id, TOKEN, "autonomous", "tap", 7_200_000)
            start = pen.append(Draft(Moment("b", 0, at_ms, synced=True), body))
            if ended:
                how = {"why": "own_tap", **stop}
                end = SessionStopped(str(start), machine, length_ms=length_ms, **how)
                pen.append(Draft(Moment("b", length_ms, at_ms + length_ms, synced=True), end))
        return str(start.seq)


@pytest.fixture
def lab(tmp_path) -> Books:
    lab = Books(tmp_path)
    lab.done("init --manager Zoe --id zoe")
    lab.people()
    lab.done('member add "Tess Treasurer" --id tess --by zoe')
    lab.done("role give tess treasurer --by zoe --reason elected")
    lab.clock = SimClock(NOV_2)
    return lab


def test_a_month_is_closed_and_its_charges_are_listed_and_explained(lab):
    lab.worked("ada")
    said = lab.done("close 2026-10 --by tess")
    assert "2026-10 is closed." in said and "6.00 EUR" in said
    listed = lab.done("charge list 2026-10")
    assert "ada" in listed and "0:30:00" in listed
    (one,) = lab.json("charge list 2026-10")
    number = one["charge"].rpartition("#")[2]
    explained = lab.done(f"charge explain {number}")
    assert "Ada Lovelace (ada)" in explained and one["records"][0] in explained
    assert "closed" in lab.done("close 2026-10 --by tess")


def test_what_stands_in_the_way_is_listed_with_commands_that_settle_it(lab):
    number = lab.worked("ada", why="recovered", recovered=True)
    said = lab.refused("close 2026-10 --dry-run --by tess")
    assert "nobody saw its end" in said
    assert f"fabgate session settle {number} --as-recorded" in said
    (settle,) = [line.strip() for line in said.splitlines() if "--as-recorded" in line]
    lab.done(settle.removeprefix("fabgate ").replace('"..."', "asked") + " --by tess")
    assert "Nothing stands in the way" in lab.done("close 2026-10 --dry-run --by tess")


@pytest.mark.parametrize(
    ("how", "command"),
    [
        ({"length_ms": 12_000_000}, "--length 2h"),
        ({"at_ms": 5_000_000_000_000}, "--end"),
        ({"ended": False}, "--length 1h"),
        ({"machine": "router"}, "--free"),
        ({"why": "recovered", "recovered": True}, "--end"),
    ],
    ids=["long", "undated", "open", "zero", "recovered"],
)
def test_each_command_that_is_offered_settles_what_it_is_offered_for(lab, how, command):
    lab.worked("ada", **how)
    said = lab.refused("close 2026-10 --by tess")
    assert "In the way of closing 2026-10: 1." in said
    offered = next(line.strip() for line in said.splitlines() if command in line)
    words = offered.partition("   #")[0].removeprefix("fabgate ").replace('"..."', "asked")
    words = words.replace("YYYY-MM-DDTHH:MM", "2026-10-24T17:30")
    lab.done(f"{words} --by tess")
    lab.done("close 2026-10 --by tess")
    assert lab.json("charge list 2026-10") != []


def test_an_organisation_is_told_the_command_for_its_address(lab):
    lab.done("account set ada --organisation --by tess")
    lab.worked("ada")
    said = lab.refused("close 2026-10 --by tess")
    offered = next(line.strip() for line in said.splitlines() if line.startswith("  fabgate account"))
    lab.done(offered.removeprefix("fabgate ") + " --by tess")
    lab.done("close 2026-10 --by tess")


def test_for_programs_the_obstacles_are_json(lab):
    lab.worked("ada", why="recovered", recovered=True)
    ran = lab.type("close 2026-10 --dry-run --json --by tess")
    assert ran.status == 1
    said = json.JSONDecoder().raw_decode(ran.printed)[0]
    (one,) = said["obstacles"]
    assert (one["kind"], one["payer"], said["invoice"]) == ("recovered", "ada", "6.00")


def test_a_month_that_is_not_over_is_looked_at_and_not_closed(lab):
    assert "is not over: this is how it stands" in lab.done("close 2026-11 --dry-run --by tess")
    assert "is not over" in lab.refused("close 2026-11 --by tess")


def test_force_needs_a_reason(lab):
    lab.worked("ada", ended=False)
    lab.refused("close 2026-10 --force --by tess")
    assert "is closed" in lab.done('close 2026-10 --force --reason "no time" --by tess')


def test_an_open_month_has_drafts_and_no_charges(lab):
    lab.worked("ada")
    assert "--draft" in lab.refused("charge list 2026-10")
    assert "6.00 EUR" in lab.done("charge list 2026-10 --draft --payer ada")
    assert "Nothing is charged" in lab.done("charge list 2026-10 --draft --payer bob")


def test_closed_months_are_verified(lab):
    lab.worked("ada")
    lab.done("close 2026-10 --by tess")
    assert "1 closed month(s), 1 line(s)" in lab.done("close --verify")
    assert lab.json("close --verify")["flaws"] == []
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.execute("DELETE FROM pages")
    assert "2026-10: " in lab.refused("close --verify")
    assert "records checked" in lab.done("journal verify")


def test_a_session_shows_what_people_said_of_it(lab):
    number = lab.worked("ada")
    lab.done(f"session settle {number} --length 20m --reason asked --by tess")
    lab.done(f"session assign {number} --payer bob --reason his --by tess")
    lab.done(f"session mark {number} --free --reason gift --by tess")
    shown = lab.done(f"session show {number}")
    assert "counts:        0:20:00" in shown and "paid by:       bob" in shown and "nothing" in shown
    assert lab.json(f"session show {number}")["said"]["seconds"] == 1_200


def test_a_charge_is_taken_back_and_its_session_given_to_another(lab):
    number = lab.worked("ada")
    lab.done("close 2026-10 --by tess")
    charge = lab.json("charge list 2026-10")[0]["charge"]
    refused = lab.refused(f"session assign {number} --payer bob --reason his --by tess")
    assert f"fabgate charge reverse {charge} --again" in refused
    said = lab.done(f"charge reverse {charge} --again --reason his --by tess")
    assert "is taken back: 6.00 EUR" in said
    lab.done(f"session assign {number} --payer bob --reason his --by tess")
    drafted = lab.json("charge list 2026-11 --draft")
    assert sorted((one["payer"], one["amount"]) for one in drafted) == [("ada", "-6.00"), ("bob", "6.00")]
    assert "taken back" in lab.done(f"charge explain {charge}")


def test_payments_are_noted_from_a_file_and_what_is_unknown_is_named(lab):
    lab.worked("ada")
    lab.done("close 2026-10 --by tess")
    lab.done("member suspend ada --cause unpaid --reason bill --by zoe")
    file = lab.folder / "paid.csv"
    file.write_text("reference,day\n2026-10-paheko-1.1,2026-11-20\nINV-9,2026-11-20\n")
    ran = lab.type(f"charge settle --from {file} --by tess")
    assert ran.status == 1
    assert "1 charge(s) are settled" in ran.printed and "line 3: INV-9" in ran.printed
    assert "ada owes nothing any more" in ran.printed
    assert "paid" in lab.done("charge list 2026-10")


@pytest.mark.parametrize("line", ["36.1,", ",2026-11-20", "36.1,20/11/2026"])
def test_a_payment_without_a_reference_or_a_day_stops_the_file_and_its_line_is_named(lab, line):
    lab.worked("ada")
    lab.done("close 2026-10 --by tess")
    file = lab.folder / "paid.csv"
    file.write_text(f"reference,day\n2026-10-paheko-1.1,2026-11-20\n{line}\n")
    assert "line 3: " in lab.refused(f"charge settle --from {file} --by tess")
    assert "paid" not in lab.done("charge list 2026-10")


@pytest.mark.parametrize(
    "line",
    [
        "close --by tess",
        "close 2026-13 --by tess",
        "charge settle --by tess",
        "charge explain 1.1",
        "charge reverse rubbish --reason x --by tess",
        "session settle 3 --length 1h --reason x --by tess",
        "session settle 3 --length bananas --reason x --by tess",
        "session mark 3 --reason x --by tess",
    ],
)
def test_nonsense_is_refused_with_a_next_step(lab, line):
    assert len(lab.refused(line).strip().splitlines()) >= 2


def test_for_programs_the_parts_of_a_month_add_up_open_and_closed(lab):
    lab.worked("ada")
    lab.worked("bob", length_ms=3_600_000)
    open_ = lab.json("close 2026-10 --dry-run --by tess")
    assert sorted(one["list"] for one in open_["payers"].values()) == ["12.00", "6.00"]
    assert [(one["item"], one["lines"], one["list"]) for one in open_["items"]] == [("laser", 2, "18.00")]
    lab.done("close 2026-10 --by tess")
    closed = lab.json("close 2026-10 --dry-run --by tess")
    assert (closed["payers"], closed["items"]) == (open_["payers"], open_["items"])


def test_for_programs_an_obstacle_says_what_it_is_about(lab):
    number = lab.worked("ada", why="recovered", recovered=True)
    ran = lab.type("close 2026-10 --dry-run --json --by tess")
    (one,) = json.JSONDecoder().raw_decode(ran.printed)[0]["obstacles"]
    about = one["about"]
    assert about["session"].endswith(f"#{number}")
    assert (about["kind"], about["machine"], about["seconds"]) == ("recovered", "laser", 1800)
    assert about["member"] == about["payer"] != ""
