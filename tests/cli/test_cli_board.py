"""`fabgate board`: links, passwords, tokens, as they are typed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from cli_lab import NOON_MS, Floor, Lab

from fabgate.desk import signing
from fabgate.devices.clock import SimClock
from fabgate.store import journal
from fabgate.store.db import Store

GOOD = "four words of no sense"


def link_in(said: str) -> str:
    [key] = re.findall(r"/sign-in/link/([A-Za-z0-9_-]{43})$", said, flags=re.MULTILINE)
    return key


def token_in(said: str) -> str:
    [text] = re.findall(r"^fabgate_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$", said, flags=re.MULTILINE)
    return text


def desk(lab: Lab) -> signing.Desk:
    return signing.Desk(lab.settings, Store(lab.settings.gate.state).writer(), lab.clock)


def test_a_link_is_printed_whole_with_its_end(floor: Floor, lab: Lab):
    said = lab.done("board invite ada --by zoe")
    assert "For Ada Lovelace (ada):" in said
    assert "http://127.0.0.1:8080/sign-in/link/" in said
    assert "until 2026-10-25 11:00" in said
    assert "[board] url" in said
    assert not isinstance(signing.set_by_link(desk(lab), link_in(said), GOOD), signing.Denied)


@pytest.mark.parametrize(
    ("url", "certificate", "begins"),
    [
        ("https://board.lan/", None, "https://board.lan/sign-in/link/"),
        ("", Path("/etc/fabgate/board.pem"), "https://127.0.0.1:8080/sign-in/link/"),
    ],
)
def test_a_link_is_for_the_address_that_people_type(
    floor: Floor, lab: Lab, url: str, certificate: Path | None, begins: str
):
    board = replace(lab.settings.board, url=url, certificate=certificate)
    lab.settings = replace(lab.settings, board=board)
    said = lab.done("board invite ada --by zoe")
    assert f"  {begins}" in said
    assert ("[board] url" in said) == (not url)


def test_links_are_not_everybodys_to_make(floor: Floor, lab: Lab):
    lab.refused("board invite zoe --by ada")
    lab.refused("board invite nobody --by zoe")
    lab.done("board invite ada --by ada")


def test_a_password_ends_with_a_reason(floor: Floor, lab: Lab):
    key = link_in(lab.done("board invite ada --by zoe"))
    signing.set_by_link(desk(lab), key, GOOD)
    said = lab.done("board password end ada --by zoe --reason stolen")
    assert "Ada Lovelace (ada) has no password any more" in said
    assert signing.known(desk(lab), "ada", GOOD) is None
    assert "That is so already." in lab.refused("board password end ada --by zoe")


def test_a_token_is_shown_once_and_listed_without_it(floor: Floor, lab: Lab):
    said = lab.done('board token add ada --scope own --scope act --label "door button" --by zoe')
    text = token_in(said)
    assert "of Ada Lovelace (ada), until 2027-10-24" in said
    assert signing.token_of(desk(lab).conn, text, NOON_MS) is not None
    listed = lab.done("board token list")
    assert "door button" in listed and "own act" in listed and "2027-10-24" in listed
    assert text.split("_", 2)[2] not in listed
    [one] = lab.json("board token list ada")
    assert (one["member"], one["scopes"], one["label"]) == ("ada", ["own", "act"], "door button")
    assert lab.json("board token list bob") == []
    lab.done(f"board token revoke {one['token']} --by zoe --reason sold")
    assert signing.token_of(desk(lab).conn, text, NOON_MS) is None
    assert lab.done("board token list") == "There are no tokens here.\n"
    lab.refused(f"board token revoke {one['token']} --by zoe")


def test_a_token_has_an_end_that_is_to_come_and_a_scope_that_is_known(floor: Floor, lab: Lab):
    lab.refused("board token add ada --scope own --until 2020-01-01 --by zoe")
    assert lab.type("board token add ada --scope everything --by zoe").status == 2
    assert lab.type("board token add ada --by zoe").status == 2
    said = lab.done("board token add ada --scope own --until 2026-10-31 --by zoe")
    assert signing.token_of(desk(lab).conn, token_in(said), NOON_MS + 8 * 86_400_000) is None


def test_a_label_with_signs_that_move_the_cursor_is_shown_as_it_is(floor: Floor, lab: Lab):
    lab.done(["board", "token", "add", "ada", "--scope", "own", "--label", "a\x1b[2Jb\nc", "--by", "zoe"])
    assert "\x1b" not in lab.done("board token list")


def test_what_is_kept_of_it_is_told_to_whose_it_is_and_goes_with_them(floor: Floor, lab: Lab, tmp_path: Path):
    key = link_in(lab.done("board invite ada --by zoe"))
    signing.set_by_link(desk(lab), key, GOOD)
    lab.done("board token add ada --scope own --label mine --by zoe")
    lab.done("board invite ada --by zoe")
    lab.done(f"privacy export ada --output {tmp_path / 'out'} --by ada")
    [person] = json.loads((tmp_path / "out" / "person.json").read_text("utf-8"))
    assert person["password_since"] == "2026-10-24T10:00:00Z"
    assert person["links_until"] == ["2026-10-25T10:00:00Z"]
    [token] = person["tokens"]
    assert (token["label"], token["scopes"]) == ("mine", ["own"])
    other = (tmp_path / "out" / "other.json").read_text("utf-8")
    assert "sign.link" in other and "sign.token" in other
    lab.done('privacy forget ada --by zoe --reason "asked for it" --force')
    assert lab.done("board token list") == "There are no tokens here.\n"


def test_nothing_that_opens_a_door_is_in_the_journal(floor: Floor, lab: Lab):
    key = link_in(lab.done("board invite ada --by zoe"))
    text = token_in(lab.done("board token add ada --scope own --by zoe"))
    with Store(lab.settings.gate.state).reader() as reader:
        said = repr([journal.notes(reader.conn, one.id) for one in journal.entries(reader.conn)])
        said += "\n".join(reader.conn.iterdump())
    assert key not in said and text.split("_", 2)[2] not in said
    assert isinstance(lab.clock, SimClock)
