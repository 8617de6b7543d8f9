"""All that these books hold about one member, for that member: files of JSON, and a page that explains them.

Articles 15 and 20 of the GDPR. Other people are in it as "another member": what is theirs is not given away.
The texts beside what happened were written by people, and may name others all the same: the page says so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from fabgate.charges import Charge
from fabgate.model import Moment, RecordId
from fabgate.records import FIELDS, Body, Entry, Unknown
from fabgate.rules import standing
from fabgate.rules.money import plain
from fabgate.store import accounts, annals, charged, journal, rights, roster, signing
from fabgate.store.roster import Member

SOMEBODY = "another member"
_SESSIONS = ("session.start", "session.stop", "session.alone", "session.proved", "session.close")
_VISITS = ("door.open", "presence.in", "presence.out", "session.refused")
_CHARGED = ("charges", "period.close", "tariff.keep", "batch.export")  # in `charges.json` as what they mean
_UNSAID = ("supersedes",)

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Folder:
    """What goes into the folder: the text of each file by its name."""

    files: Mapping[str, str]
    records: int


def folder(conn: sqlite3.Connection, member: Member, lab: str, at: Moment) -> Folder:
    """The files about a member. Raises ChainBroken, StoreCorrupt."""
    others = frozenset(str(one.id) for one in roster.members(conn)) - {member.id}
    found = list(_journal(conn, member, others))
    charges = [_charge(one) for one in charged.of_payer(conn, member.id)]
    given = [_told(conn, one.record, one.at, one.body, member.id, others) for one in _rights(conn, member)]
    parts: dict[str, list[Json]] = {
        "person.json": [_person(conn, member)],
        "rights.json": given,
        "sessions.json": [one for one in found if one["kind"] in _SESSIONS],
        "visits.json": [one for one in found if one["kind"] in _VISITS],
        "other.json": [one for one in found if one["kind"] not in (*_SESSIONS, *_VISITS)],
        "charges.json": charges,
    }
    files = {name: _written(part) for name, part in parts.items()}
    files["README.txt"] = _README.format(name=member.name, lab=lab, day=_utc(at.wall_ms)[:10])
    return Folder(files, sum(map(len, parts.values())))


def _written(part: Iterable[Json]) -> str:
    return json.dumps(list(part), ensure_ascii=False, indent=1) + "\n"


def _person(conn: sqlite3.Connection, member: Member) -> Json:
    address, payer = accounts.address(conn, member.id), accounts.payer(conn, member.id)
    return {
        "id": member.id,
        "handle": member.handle,
        "name": member.name,
        "language": member.language,
        "email": member.email,
        "login": member.login,
        "may_be_named": member.nameable,
        "of_age_on": member.minor_until,
        "status": member.status.word,
        "member_since": _utc(member.added_ms),
        "badges": [
            {
                "label": one.label,
                "since": _utc(one.added_ms),
                "blocked": None if one.blocked_ms is None else _utc(one.blocked_ms),
            }
            for one in roster.badges(conn, member.id)
        ],
        "address": [] if address is None else list(address.lines),
        "vat_number": "" if address is None else address.vat_number,
        "categories": [{"since": _utc(since * 1000), "category": name} for since, name in payer.categories],
        "organisation": payer.organisation,
        "prepaid": payer.prepaid,
        **_ways_in(conn, member),
    }


def _ways_in(conn: sqlite3.Connection, member: Member) -> Json:
    """How they sign in at the board; what opens with it nobody knows."""
    password = signing.password(conn, member.id)
    return {
        "password_since": None if password is None else _utc(password.since_ms),
        "links_until": [_utc(one.until_ms) for one in signing.links(conn, member.id)],
        "tokens": [
            {
                "token": one.token,
                "label": one.label,
                "scopes": list(one.scopes),
                "since": _utc(one.since_ms),
                "until": _utc(one.until_ms),
            }
            for one in signing.tokens(conn, member.id)
        ],
    }


# --- records ------------------------------------------------------------------------------------


def _rights(conn: sqlite3.Connection, member: Member) -> list[rights.Told]:
    """All that was given to them and taken, in the order of its dates, as far as clocks agree."""
    about = annals.subjects(conn, "member", member.id)
    found = [one for subject in about for one in rights.history(conn, subject)]
    return sorted(found, key=lambda one: (one.at.wall_ms, one.record))


def _journal(conn: sqlite3.Connection, member: Member, others: frozenset[str]) -> Iterator[Json]:
    """All else that names them, as it was written."""
    begun: set[str] = set()
    for entry in journal.entries(conn, kinds=_kinds()):
        if not isinstance(entry.body, Body) or entry.at is None:
            continue
        if _names(entry, member.id):
            begun.add(str(entry.id))
        elif str(getattr(entry.body, "session", "")) not in begun:
            continue
        yield _told(conn, entry.id, entry.at, entry.body, member.id, others)


def _kinds() -> frozenset[str]:
    return frozenset(FIELDS) - standing.KINDS - set(_CHARGED)


def _names(entry: Entry, member: str) -> bool:
    body = entry.body
    if body is None or isinstance(body, Unknown):
        return False
    values = (getattr(body, name) for name, _ in FIELDS[body.kind])
    return any(member == value or (isinstance(value, tuple) and member in value) for value in values)


def _told(
    conn: sqlite3.Connection, record: RecordId, at: Moment, body: Body, member: str, others: frozenset[str]
) -> Json:
    said: dict[str, object] = {
        "record": str(record),
        "at": _utc(at.wall_ms),
        "clock_right": at.synced,
        "kind": body.kind,
    }
    fields = {} if isinstance(body, Unknown) else asdict(body)
    said |= {name: _hidden(value, others) for name, value in fields.items() if name not in _UNSAID}
    beside = {
        kind: text
        for kind, text in journal.notes(conn, record).items()
        if (kind == "login") == (fields.get("by") == member) and _is_about(fields, member)
    }
    return said | ({"texts": beside} if beside else {})


def _is_about(fields: Mapping[str, object], member: str) -> bool:
    """Whether they are more in it than whoever wrote it; then why it was written is theirs to know."""
    return any(
        value == member or (isinstance(value, tuple) and member in value)
        for name, value in fields.items()
        if name != "by"
    )


def _hidden(value: object, others: frozenset[str]) -> object:
    if isinstance(value, tuple):
        return [_hidden(one, others) for one in value]
    return SOMEBODY if value in others else value


def _charge(one: Charge) -> Json:
    money = ("cents", "list_cents", "wallet_cents", "pack_cents")
    said = {
        name: value
        for name, value in asdict(one).items()
        if name not in (*money, "member", "at_s", "started_s")
    }
    amounts = {name.removesuffix("_cents"): plain(getattr(one, name)) for name in money[1:]}
    return {
        "id": one.id,
        "at": _utc(one.at_s * 1000),
        "began": _utc(one.started_s * 1000) if one.started_s else None,
        "to_pay": plain(one.cents),
        **amounts,
        **{name: value for name, value in said.items() if name != "id"},
    }


def _utc(wall_ms: int) -> str:
    at = datetime.fromtimestamp(min(max(wall_ms, 0), 253_370_764_799_000) // 1000, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


_README = """\
What {lab} keeps about {name}
{day}, made by fabgate

person.json     who you are here: name, language, address, badges, what you pay by,
                how you sign in
rights.json     what was given to you and taken from you: skills, offices, papers, suspensions, in its order
sessions.json   where you worked, or stood by somebody, and for how long
visits.json     doors, check-ins and check-outs, and what you were refused
charges.json    the lines of closed months, with their arithmetic
other.json      all else that names you: sales, corrections, services that you did

The files are JSON, for people with patience and for programs. Times are UTC; "clock_right": false means that
the clock of the machine was not known to be right. Amounts are in the currency of the lab, lengths of time in
seconds, or in milliseconds where a name ends in _ms.

Other members are in it as "{somebody}". The texts beside a record (reasons) were written by people of the
lab: whoever hands this folder out reads them first, and strikes what is about somebody else.

How long each is kept, and how to have something put right or erased: ask the lab.
""".replace("{somebody}", SOMEBODY)
