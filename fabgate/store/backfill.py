"""The set of right records out of the journal of a store that kept none. Used by the migration `m002_hub`.

The roster is left as it is: it is what these records made. The texts of a person stood in the
roster only; each goes beside the record that wrote it last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from fabgate import records
from fabgate.records import BadgeAdded, MemberAdded, MemberEdited
from fabgate.rules import standing
from fabgate.rules.standing import KINDS, RightBody


@dataclass(frozen=True, slots=True)
class _Row:
    lab: str
    record: str
    hash: bytes
    text: str
    body: RightBody
    about: str


def rights(conn: sqlite3.Connection) -> None:
    """Fill `rights` and `rights_sum`, within the transaction of the migration."""
    found = list(_rows(conn))
    beside = _beside(conn, found)
    count: dict[str, int] = {}
    total: dict[str, int] = {}
    for row in found:
        said = standing.write_beside(beside.get(row.record))
        conn.execute(_INSERT, (row.lab, row.record, row.about, row.hash, row.text, said))
        count[row.lab] = count.get(row.lab, 0) + 1
        total[row.lab] = (total.get(row.lab, 0) + int.from_bytes(row.hash, "big")) % (1 << 256)
    for lab, records_ in count.items():
        conn.execute(_PUT_SUM, (lab, records_, total[lab].to_bytes(32, "big")))


_INSERT = "INSERT INTO rights (lab, record, subject, hash, body, beside) VALUES (?, ?, ?, ?, ?, ?)"
_PUT_SUM = "INSERT INTO rights_sum (lab, records, digest) VALUES (?, ?, ?)"


def _rows(conn: sqlite3.Connection) -> Iterator[_Row]:
    # Fetched at once: a cursor that reads while the same connection writes is told nothing certain.
    for lab, gate, epoch, seq, hash_, text, kind in conn.execute(_READ).fetchall():
        if kind not in KINDS:
            continue
        try:
            at, body = records.decode(text)
        except (ValueError, TypeError):
            continue  # a damaged record: `journal verify` names it, and it gives nobody anything
        about = standing.subject(body) if standing.is_right(body) and standing.fits(at, body) else None
        if about is not None and standing.is_right(body):
            yield _Row(lab, f"{lab}/{gate}/{epoch}#{seq}", bytes(hash_), text, body, about)


_READ = """\
SELECT o.lab, o.gate, o.epoch, j.seq, j.hash, j.body, j.kind FROM journal AS j
JOIN origins AS o ON o.id = j.position >> 40 WHERE j.body IS NOT NULL ORDER BY j.position"""


def _beside(conn: sqlite3.Connection, found: list[_Row]) -> dict[str, dict[str, str | bool | None]]:
    """What the roster says of persons and badges, by the record that said it last."""
    last: dict[tuple[str, str], str] = {}
    for row in found:
        if isinstance(row.body, MemberAdded | MemberEdited | BadgeAdded):
            last |= {(row.about, field): row.record for field in standing.tells(row.body)}
    told: dict[str, dict[str, str | bool | None]] = {}
    for about, field, value in _texts(conn):
        if (about, field) in last:
            told.setdefault(last[about, field], {})[field] = value
    return told


def _texts(conn: sqlite3.Connection) -> Iterator[tuple[str, str, str | bool | None]]:
    for member, *values in conn.execute(_PEOPLE).fetchall():
        for field, value in zip(_FIELDS, values, strict=True):
            yield standing.member_subject(member), field, bool(value) if field == "nameable" else value
    for token, label in conn.execute("SELECT token, label FROM badges").fetchall():
        yield standing.badge_subject(token), "label", label


_FIELDS = ("handle", "name", "language", "email", "login", "nameable")  # all that a person had in form 1
_PEOPLE = "SELECT member, handle, name, language, email, login, nameable FROM people"
