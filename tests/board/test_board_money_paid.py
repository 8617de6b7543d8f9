"""The charges of closed months on the board: listed, taken back, and told to have been paid."""

from __future__ import annotations

import re

import pytest
from board_lab import opened, plain
from money_books import OCT_24, books

from fabgate.board import money_charges


@pytest.fixture
def lab(tmp_path):
    return books(tmp_path)


@pytest.fixture
def board(lab):
    with opened(lab) as found:
        found.sign_in("tess")
        yield found


def closed_month(board):
    board.lab.worked("ada")
    board.lab.done("close 2026-10 --by tess")
    return board.lab.json("charge list 2026-10")[0]["charge"].rpartition("#")[2]


def test_a_charge_is_taken_back_once_and_its_session_corrected(board):
    number = closed_month(board)
    path = f"/money/charges/{number}"
    said = board.send(f"{path}/reverse", at=path, anew="yes", reason="two people shared it")
    assert "taken back" in plain(said) and "Correct its sessions" in plain(said)
    assert "two people shared it" in plain(said)
    session = re.search(r'name="session" value="([^"]+)"', said)[1]
    fields = {"session": session, "deed": "assign", "payer": "bob", "reason": "asked", "charge": number}
    assert "bob pays for what Ada Lovelace did" in plain(
        board.send("/money/2026-10/session", at=path, **fields)
    )
    board.lab.done("session mark " + session + " --free --reason open --by zoe")
    assert "the laser cutter Correction" in plain(board.get("/money/2026-11"))
    again = board.send(f"{path}/reverse", 409, at=path, reason="twice")
    assert "taken back" in plain(again)


@pytest.mark.parametrize("charge", ["9.9", "x", "a~b~c~1.1", "~", "%2e%2e", "1" * 300])
def test_a_charge_that_is_not_there_has_a_way_back(board, charge):
    assert 'href="/"' in board.get(f"/money/charges/{charge}", 404)


@pytest.mark.parametrize("month", ["2026-13", "x", "0001-01", "9999-12", "2026-10-01"])
def test_a_month_that_is_none_has_a_way_back(board, month):
    assert 'href="/"' in board.get(f"/money/{month}", 404)


def test_what_was_paid_is_noted_one_by_one_or_from_a_table(board):
    number = closed_month(board)
    said = board.send("/money/payments", reference=number, day="2026-11-01")
    assert "Charges noted as paid: 1." in plain(said)
    said = board.send("/money/payments", 422, table=f"reference,day\n{number},2026-11-01\nx,2026-11-01\n")
    assert "Noted before: 1." in plain(said) and "Line 3: x" in plain(said)


@pytest.mark.parametrize("fields", [{"reference": "", "day": ""}, {"reference": "1.1", "day": "soon"}])
def test_a_payment_that_cannot_be_read_is_not_noted(board, fields):
    assert "refusal" in board.send("/money/payments", 422, **fields)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("a,b\n1,2", "La ligne 1 du fichier doit être : reference,day."),
        ("reference,day\n{paid}\n1.2,20/11/2026", "Ligne 3 : « 20/11/2026 » n'est pas un jour."),
        ("reference,day\n{paid}\n1.2,", "Ligne 3 : il n'y a rien sous « day »."),
        ("reference;day\n;2026-11-01\n{paid}", "Ligne 2 : il n'y a rien sous « reference »."),
        ("reference,day\n1.1,2026-11-01,6.00", "La ligne 2 ne correspond pas"),
        ('reference,day\n"1.1', "Enregistre-le dans ton tableur comme « CSV UTF-8 »"),
        ("PK\x03\x04\0\0", "Ce fichier ne se lit pas comme un tableau."),
    ],
)
def test_a_table_of_payments_is_read_whole_or_not_at_all_and_the_line_is_named(board, lines, said):
    number = closed_month(board)
    table = lines.replace("{paid}", f"{number},2026-11-01").replace(
        ",2026", ";2026" if ";" in lines else ",2026"
    )
    assert said in plain(board.send("/money/payments?lang=fr", 422, table=table))
    assert "payé" not in plain(board.get("/money/2026-10/charges?lang=fr"))


def test_every_line_of_a_long_month_is_on_one_page_of_its_list(board, monkeypatch):
    monkeypatch.setattr(money_charges, "_PAGE", 2)
    for day in range(5):
        board.lab.worked("ada", at_ms=OCT_24 + day * 86_400_000)
    board.lab.done("close 2026-10 --by tess")
    found, path = [], "/money/2026-10/charges?payer=ada"
    while path:
        page = board.get(path)
        found.append(re.findall(r'href="/money/charges/[^"]+">([^<]+)</a>', page))
        after = re.search(r'rel="next" href="([^"]+)"', page)
        path = "" if after is None else after[1].replace("&amp;", "&")
    every = [one["charge"].rpartition("#")[2] for one in board.lab.json("charge list 2026-10")]
    assert [every[:2], every[2:4], every[4:]] == found
    assert len(every) == 5
    assert 'rel="prev" href="/money/2026-10/charges?from=2' in page
