"""A reader of files in the 18 columns of the FEC, written from what article A47 A-1 says of them, and from
nothing of ours: it takes bytes and a name, and tells everything that is wrong."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

HEADER = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]
NEEDED = HEADER[:6] + HEADER[8:13]
NAME = re.compile(r"[0-9]{9}FEC[0-9]{8}\.txt")
AMOUNT = re.compile(r"[0-9]+,[0-9]{2}")
ACCOUNT = re.compile(r"[0-9]{3}[0-9A-Za-z]*")


def problems(name: str, raw: bytes) -> list[str]:
    """What is wrong with a file; nothing where it can be imported."""
    found = [] if NAME.fullmatch(name) else [f"it is called {name}"]
    lines = raw.decode("utf-8").split("\r\n")
    if lines[-1] != "":
        found.append("its last line has no end")
    if lines[0].split("\t") != HEADER:
        found.append("its columns are others")
    return found + _rows([line.split("\t") for line in lines[1:-1]])


def rows(raw: bytes) -> list[dict[str, str]]:
    """Its lines by column."""
    lines = raw.decode("utf-8").split("\r\n")[1:-1]
    return [dict(zip(HEADER, line.split("\t"), strict=True)) for line in lines]


def cents(text: str) -> int:
    return int(Decimal(text.replace(",", ".")) * 100)


def _rows(lines: list[list[str]]) -> list[str]:
    found, balance, last = [], {}, 0
    for at, cells in enumerate(lines, 2):
        if len(cells) != len(HEADER):
            found.append(f"line {at}: {len(cells)} cells")
            continue
        row = dict(zip(HEADER, cells, strict=True))
        found += [f"line {at}: {wrong}" for wrong in _row(row)]
        number = int(row["EcritureNum"])
        if number not in (last, last + 1):
            found.append(f"line {at}: entry {number} after {last}")
        last = number
        balance[number] = balance.get(number, 0) + cents(row["Debit"]) - cents(row["Credit"])
    return found + [f"entry {number} is out of balance" for number, left in balance.items() if left]


def _row(row: dict[str, str]) -> list[str]:
    found = [f"{column} is empty" for column in NEEDED if not row[column]]
    found += [f"{column} is no day" for column in ("EcritureDate", "PieceDate") if not _day(row[column])]
    found += [
        f"{column} is {row[column]}" for column in ("Debit", "Credit") if not AMOUNT.fullmatch(row[column])
    ]
    if not ACCOUNT.fullmatch(row["CompteNum"]):
        found.append(f"the account is {row['CompteNum']}")
    if (row["Debit"] == "0,00") == (row["Credit"] == "0,00"):
        found.append("it stands on both sides, or on none")
    if bool(row["CompAuxNum"]) != bool(row["CompAuxLib"]):
        found.append("half an auxiliary account")
    return found


def _day(text: str) -> bool:
    try:
        return datetime.strptime(text, "%Y%m%d").strftime("%Y%m%d") == text  # noqa: DTZ007
    except ValueError:
        return False
