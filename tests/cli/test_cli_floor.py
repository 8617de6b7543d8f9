"""Status (R1), suspensions (R9), presence (R3) and workshops, typed by people who are tired."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_lab import ADA, Floor, Lab
from ruled_lab import RuledLab

HOUR_S = 3_600


@pytest.fixture
def ruled(tmp_path: Path) -> RuledLab:
    lab = RuledLab(tmp_path)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    lab.people()
    return lab


# --- status -----------------------------------------------------------------------------------


def test_status_is_given_shown_and_told_with_what_it_means_r1(ruled: RuledLab):
    assert "they have its keys. Before: trainee." in ruled.done(
        "member status bob autonomous --by zoe --reason AG"
    )
    assert "a host taps with them" in ruled.done("member status bob guest --by zoe")
    assert [(one["handle"], one["status"]) for one in ruled.json("member list")] == [
        ("ada", "autonomous"),
        ("bob", "guest"),
        ("mia", "trainee"),
        ("tess", "trainee"),
        ("zoe", "trainee"),
    ]
    assert "status:        guest" in ruled.done("member show bob")


def test_keys_without_minutes_are_refused_and_no_status_is_made_up_r6(ruled: RuledLab):
    assert "Please say why" in ruled.refused("member status bob autonomous --by zoe")
    assert "refused" in ruled.refused("member status bob autonomous --by ada --reason x")
    assert ruled.type("member status bob suspended --by zoe").status == 2


def test_who_leaves_is_told_of_with_what_is_left_to_do_r1(ruled: RuledLab):
    ruled.done("sponsors assign bob ada --by zoe")
    ruled.done("presence in ada --by ada")
    said = ruled.done("member status ada left --by zoe --reason moved")
    assert "has left the lab: their badges open nothing any more. Before: autonomous." in said
    assert "are checked out" in said
    assert "Bob Noyce needs another sponsor: fabgate sponsors assign bob WHO" in said
    assert "last manager" in ruled.refused("member status zoe left --by zoe --reason moved")


# --- suspensions ------------------------------------------------------------------------------


def test_a_keyholder_suspends_for_safety_and_a_manager_makes_it_last_r9(ruled: RuledLab):
    said = ruled.done('member suspend bob --by ada --reason "left the laser burning"')
    assert "Bob Noyce (bob) is suspended until 2026-10-27 11:00." in said
    assert 'A manager makes it last: fabgate member suspend bob --reason "..."' in said
    assert "fabgate sends no mail" in said
    shown = ruled.json("member show bob")
    assert (shown["suspended"], shown["suspended_until"]) == ("2026-10-24T10:00:00Z", "2026-10-27T10:00:00Z")
    assert "until 2026-10-27 11:00" in ruled.done("member list")
    assert "That is so already" in ruled.refused("member suspend bob --by ada --reason x")
    said = ruled.done("member suspend bob --by zoe --reason confirmed")
    assert "It ends when a manager lifts it: fabgate member lift bob" in said
    assert ruled.json("member show bob")["suspended_until"] is None


def test_a_suspension_that_ran_out_is_shown_no_more_r9(ruled: RuledLab):
    ruled.done("member suspend bob --hours 2 --by zoe --reason x")
    ruled.clock.advance(2 * HOUR_S * 1000 + 1)
    assert ruled.json("member show bob")["suspended"] is None
    assert "suspended" not in ruled.done("member list")
    assert "That is so already" in ruled.refused("member lift bob --by zoe --reason x")


def test_one_skill_is_suspended_and_lifted_r9(ruled: RuledLab):
    said = ruled.done("member suspend ada --skill laser --cause unpaid --by zoe --reason unlogged")
    assert "Ada Lovelace (ada) is suspended on laser." in said
    assert "fabgate member lift ada --skill laser" in said
    assert "laser: since 2026-10-24 12:00 (unpaid)" in ruled.done("member show ada")
    assert ruled.json("member show ada")["suspended_skills"][0]["skill"] == "laser"
    assert "no longer suspended on laser" in ruled.done(
        "member lift ada --skill laser --by zoe --reason paid"
    )
    assert "Did you mean laser" in ruled.refused("member suspend ada --skill lasre --by zoe --reason x")


def test_a_suspension_has_one_end_and_none_without_an_office_is_longer_than_the_lab_allows(ruled: RuledLab):
    both = "member suspend bob --until 2026-11-01 --hours 3 --by zoe --reason x"
    assert "not both" in ruled.refused(both)
    assert "At most 3 d" in ruled.refused("member suspend bob --hours 73 --by ada --reason x")
    assert "is no day" in ruled.refused("member suspend bob --until soon --by zoe --reason x")
    assert "already over" in ruled.refused("member suspend bob --until 2026-10-01 --by zoe --reason x")
    assert ruled.type("member suspend bob --hours 0 --by zoe --reason x").status == 2


# --- presence ---------------------------------------------------------------------------------


def test_who_is_on_site_is_shown_with_keys_and_to_managers_with_age_r3(ruled: RuledLab):
    assert "It counts until 2026-10-25 00:00" in ruled.done("presence in mia --by ada")
    assert "No keyholder is among them" in ruled.done("presence list")
    ruled.done("presence in ada --by ada")
    table = ruled.done("presence list")
    assert "has keys" in table
    assert "under age" not in table
    assert "under age" in ruled.done("presence list --by zoe")
    assert [(one["member"], one["minor"]) for one in ruled.json("presence list --by zoe")] == [
        ("ada", False),
        ("mia", True),
    ]
    assert "is checked out" in ruled.done("presence out mia --by mia")
    assert "is not checked in" in ruled.refused("presence out mia --by mia")


def test_nobody_is_checked_in_by_just_anybody(ruled: RuledLab):
    assert "keyholder" in ruled.refused("presence in mia --by bob")
    assert "There is no" in ruled.refused("presence in nobody --by ada")
    assert ruled.done("presence list") == "Nobody is checked in.\n"


# --- workshops --------------------------------------------------------------------------------


OPEN = "workshop open laser --people 8 --purpose social --until 17:00"


def test_a_workshop_is_opened_shown_and_closed_and_powers_nothing_edge_8(ruled: RuledLab):
    said = ruled.done(f"{OPEN} --by ada")
    assert "the laser cutter (laser) is open to 8 people until 2026-10-24 17:00: social." in said
    assert "Ada Lovelace: tap your badge at the laser cutter to begin. Until then it is off." in said
    (one,) = ruled.json("workshop list")
    assert (one["leader"], one["people"], one["until"]) == ("ada", 8, "2026-10-24T15:00:00Z")
    assert "social" in ruled.done("workshop list")
    assert "has ended by this" in ruled.done(f"{OPEN.replace('8', '9')} --leader ada --by zoe")
    assert "is closed" in ruled.done("workshop close laser --by ada")
    assert "No workshop is open" in ruled.refused("workshop close laser --by zoe")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("--people 8 --purpose socal --until 17:00 --by ada", "Did you mean social"),
        ("--people 8 --purpose social --until 11:59 --by ada", "over already"),
        ("--people 8 --purpose social --until 2026-10-25T00:01 --by ada", "12 hours at most"),
        ("--people 8 --purpose social --until 5pm --by ada", "is no time"),
        ("--people 8 --purpose social --until 17:00 --by bob", "not autonomous on laser"),
        ("--people 8 --purpose social --until 17:00 --leader bob --by zoe", "not autonomous on laser"),
        ("--people 8 --purpose social --until 17:00 --leader eve --by zoe", "There is no"),
    ],
)
def test_a_workshop_that_cannot_be_is_refused_with_the_reason(ruled: RuledLab, options: str, why: str):
    assert why in ruled.refused(f"workshop open laser {options}")
    assert ruled.done("workshop list") == "No workshop is open.\n"


@pytest.mark.parametrize("people", ["0", "501", "eight", "-3", "8.5"])
def test_a_number_of_people_that_is_none_is_no_command(ruled: RuledLab, people: str):
    words = ["workshop", "open", "laser", f"--people={people}", "--purpose", "social", "--until", "17:00"]
    assert ruled.type([*words, "--by", "ada"]).status == 2


def test_a_workshop_starts_nothing_by_itself_edge_8(lab: Lab, floor: Floor):
    lab.done("workshop open laser --people 8 --purpose social --until 17:00 --by ada")
    assert floor.relay("laser") == "off"
    floor.tap("laser", ADA)
    assert floor.relay("laser") == "on"


# --- whatever is typed ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "#", "a/b", "\0", "Ada \udcff", "'); DROP TABLE members;--", "-rf"])
def test_nothing_that_is_typed_makes_a_command_fall(ruled: RuledLab, text: str):
    for words in (
        ["member", "status", "--by", "zoe", "--reason", "x", "--", text, "guest"],
        ["member", "suspend", f"--skill={text}", "--reason", "x", "--by", "zoe", "--", "bob"],
        ["member", "lift", f"--skill={text}", "--reason", "x", "--by", "zoe", "--", "bob"],
        ["member", "suspend", f"--until={text}", "--reason", "x", "--by", "zoe", "--", "bob"],
        ["presence", "in", "--by", "zoe", "--", text],
        ["presence", "out", "--by", "zoe", "--", text],
        [
            "workshop",
            "open",
            "--people",
            "1",
            "--purpose",
            "social",
            "--until",
            "17:00",
            "--by",
            "ada",
            "--",
            text,
        ],
        [
            "workshop",
            "open",
            "--people",
            "1",
            f"--purpose={text}",
            "--until",
            "17:00",
            "--by",
            "ada",
            "laser",
        ],
        [
            "workshop",
            "open",
            "--people",
            "1",
            "--purpose",
            "social",
            f"--until={text}",
            "--by",
            "ada",
            "laser",
        ],
        ["workshop", "close", "--by", "zoe", "--", text],
        ["badge", "add", "ada", ADA, f"--payer={text}", "--by", "zoe"],
    ):
        said = ruled.refused(words)
        assert all(sign.isprintable() or sign == "\n" for sign in said)
