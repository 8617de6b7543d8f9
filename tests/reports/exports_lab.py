"""A closed month with a line of every sort, its payers, and what is made of it: the golden files.

`python tests/reports/exports_lab.py` writes the golden files anew; look at what changed before you commit it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl

from fabgate.charges import ADVANCE, Charge, Sort
from fabgate.config import accounting
from fabgate.model import MemberId
from fabgate.reports import batch, charge_rows, dolibarr, fec, mapping, paheko, sheet, xlsx
from fabgate.reports.accounting import entries
from fabgate.reports.batch import Book, Tally
from fabgate.reports.buyers import Buyer
from fabgate.reports.charge_rows import Around, Sums
from fabgate.reports.sheet import DIALECTS, Form
from fabgate.rules.month import Month
from fabgate.rules.reversals import reversal

GOLDEN = Path(__file__).parent / "golden" / "exports"
COLUMNS_FILE = GOLDEN / "journal.toml"
BRUSSELS = ZoneInfo("Europe/Brussels")
NOON_S = 1_792_836_000  # 2026-10-24T12:00 in Brussels
OCTOBER = Month(2026, 10)
ORIGIN = "openfab/hub/0000000a"
PEOPLE = {
    "m1": ("ada", "Ada Lovelace"),
    "m2": ("bob", '=cmd|" /C calc"!A0'),
    "m3": ("guild.h", "Atelier\tHélène & Œuvres; Čačak"),
}


GUILD = Buyer(organisation=True, vat_number="BE0123456789", address=("Rue Voot 61", "1200 Bruxelles"))


def buyers(member):
    return GUILD if member == "m3" else Buyer()


def names(member):
    return PEOPLE.get(member, (member, ""))


def charge(payer="m1", sort=Sort.MACHINE, item="laser", cents=1500, **more):
    number = more.pop("n", 1)
    known = {
        "at_s": NOON_S + 60 * number,
        "list_cents": more.get("list_cents", cents),
        "version": "2017-05",
        "records": (f"{ORIGIN}#{number}", f"{ORIGIN}#{number + 1}"),
        "id": f"{ORIGIN}#900.{number}",
        "percent": "21",
        "vat": "standard",
        **more,
    }
    return Charge(payer=MemberId(payer), sort=sort, item=item, cents=cents, **known)


def worked(n, **more):
    known = {
        "started_s": NOON_S + 60 * n - 3900,
        "seconds": 3900,
        "billed_s": 5400,
        "member": MemberId("m1"),
        "sessions": (f"{ORIGIN}#{n}",),
        **more,
    }
    return charge(n=n, **known)


def month() -> list[Charge]:
    """Ada has one of everything, Bob pays before, the guild pays net prices; one had only free time."""
    first = worked(1)
    return [
        first,
        worked(2, cents=0, list_cents=1000, wallet_cents=1000, taken={"wallet": 1000}),
        worked(3, cents=0, list_cents=1500, pack_cents=1200, taken={f"pack:{ORIGIN}#5": 1500}, busy_s=1861),
        worked(4, cents=0, list_cents=0, reason="training"),
        charge(n=5, sort=Sort.PACK, item="credits", cents=4000, basis=ADVANCE, percent="0", vat=""),
        charge(n=6, sort=Sort.PACK, item="days", cents=8000, quantity="1"),
        charge(n=7, sort=Sort.ITEM, item="pla", cents=413, basis="without_vat", quantity="41.3"),
        charge(n=8, sort=Sort.ITEM, item="pla", cents=413, basis="without_vat", quantity="41.3"),
        charge(n=9, sort=Sort.PERSON, item="trainer", cents=1000, percent="0", vat="none"),
        replace(reversal(first, NOON_S + 999), id=f"{ORIGIN}#900.10"),
        charge("m2", n=11, sort=Sort.TOPUP, item="", cents=5000, basis=ADVANCE, percent="0", vat=""),
        worked(
            12,
            payer="m2",
            member=MemberId("m2"),
            cents=0,
            list_cents=333,
            wallet_cents=333,
            taken={"wallet": 333},
        ),
        charge("m3", n=13, sort=Sort.PLAN, item="pro", cents=4200, basis="without_vat"),
        worked(
            14, payer="m3", cents=5100, purpose="commercial", category="client", vat="reduced", percent="6"
        ),
        worked(15, payer="m4", cents=0, list_cents=0, reason="lab benefit"),
    ]


def sort_of(charge_id):
    found = {one.id: one for one in month()}[charge_id]
    return found.sort, found.item


def accounts(**own):
    read = accounting.read(None)
    return replace(
        read, siren="123456789", own={Sort.MACHINE: {"laser": "70621"}}, dolibarr={"ada": 12}, **own
    )


def book(program="fec", **own):
    return Book(
        f"2026-10-{program}-1",
        OCTOBER,
        "openfab",
        "EUR",
        accounts(**own),
        names,
        lambda sort, item: item.upper(),
        buyers,
    )


LAYOUTS = {
    "fec": ("123456789FEC20261031.txt", fec.layout),
    "paheko": ("2026-10-paheko-1.csv", paheko.layout),
    "dolibarr": ("2026-10-dolibarr-1.json", dolibarr.layout),
    "journal": ("2026-10-journal-1.txt", lambda book: mapping.layout(book, mapping.read(COLUMNS_FILE))),
}


def made(program, charges=None) -> tuple[bytes, Tally]:
    """An accounting file and what it says of itself."""
    of, tally = book(program), Tally()
    found = entries(month() if charges is None else charges, of.accounts, sort_of)
    return b"".join(batch.pieces(found, LAYOUTS[program][1](of), tally)), tally


def sums(program) -> str:
    name, _ = LAYOUTS[program]
    return "".join(batch.sums(book(program), made(program)[1], name))


AROUND = Around(names, BRUSSELS, "2026-10", "2026-10-fec-1", buyers)


def table(form=Form.CSV, dialect="plain") -> bytes:
    rows = charge_rows.rows(month(), AROUND)
    return "".join(sheet.text(charge_rows.COLUMNS, rows, form, dialect)).encode()


def workbook(dialect="plain") -> bytes:
    added = Sums(names, accounts(), sort_of)
    rows = charge_rows.rows(added.through(month()), AROUND)
    return b"".join(
        xlsx.pieces("charges", charge_rows.COLUMNS, rows, added.blocks, dialect, date(2026, 11, 1))
    )


def cells(workbook: bytes) -> dict[str, list[list[object]]]:
    """What another library finds in a workbook, sheet by sheet."""
    book = openpyxl.load_workbook(BytesIO(workbook))
    return {
        page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book.worksheets
    }


def files() -> Iterator[tuple[str, bytes]]:
    """Every golden file and what it must hold."""
    for dialect in DIALECTS:
        yield f"charges-{dialect}.csv", table(dialect=dialect)
        rows = json.dumps(cells(workbook(dialect)), ensure_ascii=False, indent=0, default=str)
        yield f"charges-{dialect}.xlsx.json", f"{rows}\n".encode()
    yield "charges.json", table(Form.JSON)
    for program, (name, _) in LAYOUTS.items():
        yield name, made(program)[0]
        yield f"{Path(name).stem}.sums.txt", sums(program).encode()


if __name__ == "__main__":
    for name, content in files():
        (GOLDEN / name).write_bytes(content)
