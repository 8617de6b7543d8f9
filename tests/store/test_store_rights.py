"""The set of right records: what enters it, what it hands out, what it lets the roster say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made_books import moment, new_books, refusal, start
from rights_lab import Lab, hand, known, lab_of, right, rows_of, take

from fabgate.model import (
    Code,
    Denied,
    Level,
    MachineId,
    MachineRules,
    MemberId,
    Origin,
    RecordId,
    SkillId,
    Token,
)
from fabgate.records import (
    BadgeAdded,
    BadgeBlocked,
    Draft,
    GrantGiven,
    GrantRevoked,
    MachineLocked,
    MemberAdded,
    MemberEdited,
    MemberSuspended,
    Note,
    RoleGiven,
    Unknown,
    encode,
)
from fabgate.rules import policy
from fabgate.store import journal, rights, roster
from fabgate.store.db import Writer
from fabgate.store.rights import Differs, Known, Right, Taken, Unfit
from fabgate.store.roster import Asked

ADA, BOB = "m-00aa", "m-00bb"
TOKEN = "k1:" + "7" * 64
PERSON = {"handle": "ada", "name": "Ada", "language": "fr", "email": "ada@example.org", "login": "ada"}
FOREIGN = RecordId(Origin("openfab/gate9/e9"), 7)
HASH = bytes(range(32))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with lab_of(tmp_path / "lab", "gate1", "hub") as made:
        yield made


@pytest.fixture
def gate(lab: Lab) -> Writer:
    return lab.stores["gate1"]


@pytest.fixture
def hub(lab: Lab) -> Writer:
    return lab.stores["hub"]


def foreign(body: str, record: RecordId = FOREIGN, beside: str | None = None) -> Right:
    return Right(0, record, HASH, body, beside)


def said(body) -> str:
    return encode(Draft(moment(), body))


def besides(writer: Writer) -> list[str | None]:
    return [one.beside for one in known(writer)]


# --- what enters --------------------------------------------------------------------------------


def test_an_own_record_of_a_right_enters_with_its_hash_and_moves_the_roster_at_once(writer: Writer):
    with writer.write() as pen:
        record = pen.append(Draft(moment(5), MemberAdded(ADA, "z")), beside=json.dumps(PERSON))
        pen.append(refusal())
        [found] = rights.after(pen.conn, 0, 9, 9_999).rights
        assert roster.member(pen.conn, "ada").added_ms == moment(5).wall_ms
    row = writer.conn.execute("SELECT hash, body FROM journal WHERE seq = ?", (record.seq,)).fetchone()
    assert (found.record, found.hash, found.body) == (record, *row)


def test_a_session_touches_neither_set_nor_roster(writer: Writer):
    told: list[str] = []
    writer._ink.set_trace_callback(told.append)
    with writer.write() as pen:
        pen.append(start())
    writer._ink.set_trace_callback(None)
    assert [line.split()[0] for line in told] == ["BEGIN", "SELECT", "INSERT", "COMMIT"]


def test_a_record_comes_once_however_often_it_is_taken(gate: Writer, hub: Writer):
    right(gate, MemberAdded(ADA, "z"), PERSON)
    [one] = known(gate)
    assert take(hub, one, one) == [Taken(1, f"member/{ADA}"), Known(1)]
    assert take(hub, one) == [Known(1)]
    assert rights.mark(hub.conn) == rights.mark(gate.conn)


@pytest.mark.parametrize("other", ["body", "hash"])
def test_another_record_under_a_known_id_changes_nothing(gate: Writer, hub: Writer, other: str):
    right(gate, GrantGiven(ADA, "laser", "trainee", "z"))
    [one] = known(gate)
    take(hub, one)
    before = known(hub), rights.mark(hub.conn)
    body = said(GrantGiven(ADA, "laser", "sponsor", "z"))
    lie = replace(one, body=body) if other == "body" else replace(one, hash=HASH)
    assert take(hub, lie) == [Differs(one.record)]
    assert (known(hub), rights.mark(hub.conn)) == before


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (said(Unknown("grant.lend", {"member": ADA})), "?/grant.lend"),
        ("no json", "?/?"),
        ("[1]", "?/?"),
        ("[" * 100_000, "?/?"),
        ('{"kind":"grant.give"}', "?/?"),
        ('{"kind":"\\ud800","boot":"b","ms":1,"wall":1,"synced":true}', "?/?"),
        (said(GrantGiven(7, "laser", "trainee", "z")), "?/grant.give"),  # type: ignore[arg-type]
        (said(GrantGiven("\ud800", "laser", "trainee", "z")).replace("\ud800", "\\ud800"), "?/grant.give"),
        (said(GrantGiven(ADA, "laser", "trainee", "z", until_ms=1 << 70)), "?/grant.give"),
        (said(GrantGiven(ADA, "laser", "trainee", "z", supersedes=(3,))), "?/grant.give"),  # type: ignore[arg-type]
        (said(RoleGiven(ADA, "manager", "z", first=1)), "?/role.give"),  # type: ignore[arg-type]
        (said(MachineLocked("laser", "z")).replace('"wall":', '"wall":"x","was":'), "?/machine.lock"),
    ],
)
def test_what_this_version_cannot_read_is_kept_and_passed_on_and_moves_nothing(hub: Writer, body, about):
    right(hub, MemberAdded(ADA, "z"), PERSON)
    before = rows_of(hub.conn)
    assert take(hub, foreign(body)) == [Taken(2, about)]
    assert rows_of(hub.conn) == before
    assert known(hub)[-1].body == body
    with hub.write() as pen:
        rights.rebuild(pen)
    assert rows_of(hub.conn) == before


def test_what_an_earlier_version_could_not_read_counts_once_it_is_read(hub: Writer):
    right(hub, MemberAdded(ADA, "z"), PERSON)
    with hub.write() as pen:
        body = said(GrantGiven(ADA, "laser", "trainee", "z"))
        rights._insert(pen, FOREIGN, HASH, body, "?/grant.give", None)
    assert roster.grants(hub.conn) == ()
    with hub.write() as pen:
        rights.rebuild(pen)
    assert [grant.level for grant in roster.grants(hub.conn)] == [Level.TRAINEE]


@pytest.mark.parametrize(
    "unfit",
    [
        foreign(said(MachineLocked("laser", "z")), RecordId(Origin("otherlab/gate9/e9"), 7)),
        foreign(said(MachineLocked("laser", "z")), RecordId(Origin("openfab/hub/e0000001"), 700)),
        replace(foreign(said(MachineLocked("laser", "z"))), hash=b"short"),
        foreign(encode(start())),
    ],
    ids=["another lab's", "my own, never written", "no hash", "no right"],
)
def test_what_cannot_be_in_this_set_is_refused_and_changes_nothing(hub: Writer, unfit: Right):
    [outcome] = take(hub, unfit)
    assert isinstance(outcome, Unfit)
    assert (known(hub), rights.mark(hub.conn).records) == ([], 0)


def test_two_labs_in_one_database_never_mix(store, writer: Writer):
    right(writer, MemberAdded(ADA, "z"), PERSON)
    conn = sqlite3.connect(store.path, isolation_level=None)
    row = ("otherlab", "otherlab/gate1/e1#2", "lock/laser", HASH, said(MachineLocked("laser", "z")))
    conn.execute("INSERT INTO rights (lab, record, subject, hash, body) VALUES (?, ?, ?, ?, ?)", row)
    conn.close()
    with writer.write() as pen:
        rights.rebuild(pen)
    assert roster.locks(writer.conn) == {}
    assert rights.heads(writer.conn, "lock/laser") == ()
    assert rights.subjects(writer.conn, "lock/") == ()
    assert [one.record.seq for one in known(writer)] == [2]
    assert rights.mark(writer.conn).arrived == 1


# --- handing out --------------------------------------------------------------------------------


def test_the_digest_is_the_sum_of_the_hashes_whatever_their_order(gate: Writer, hub: Writer):
    for level in ("trainee", "autonomous", "sponsor"):
        right(gate, GrantGiven(ADA, "laser", level, "z"))
    right(hub, MachineLocked("laser", "z"))
    theirs = known(hub)
    hand(gate, hub)
    take(gate, *theirs)
    total = sum(int.from_bytes(one.hash, "big") for one in known(gate)) % (1 << 256)
    assert rights.mark(gate.conn) == rights.mark(hub.conn) == rights.Mark(4, f"{total:064x}", 4)
    assert [one.record for one in known(gate)] != [one.record for one in known(hub)]


def test_rights_come_in_order_in_slices_of_rows_and_of_bytes(gate: Writer):
    for number in range(7):
        right(gate, GrantGiven(ADA, f"skill{number}", "trainee", "z"))
    by_rows = rights.after(gate.conn, 2, 3, 1 << 20)
    assert ([one.arrived for one in by_rows.rights], by_rows.upto, by_rows.end) == ([3, 4, 5], 5, 7)
    size = rights.weight(by_rows.rights[0])
    by_bytes = rights.after(gate.conn, 2, 99, 2 * size)
    assert [one.arrived for one in by_bytes.rights] == [3, 4]
    assert [one.arrived for one in rights.after(gate.conn, 2, 99, 1).rights] == [3], "never none"
    assert rights.after(gate.conn, 7, 3, 99) == rights.Stretch((), 7, 7)


def test_a_gate_is_not_sent_its_own_records_and_yet_gets_on(gate: Writer, hub: Writer):
    for number in range(4):
        right(gate, GrantGiven(ADA, f"skill{number}", "trainee", "z"))
    hand(gate, hub)
    lock = right(hub, MachineLocked("laser", "z"))
    hand(gate, hub)
    own = gate.identity.origin
    stretch = rights.after(hub.conn, 0, 2, 1 << 20, but_origin=own)
    assert ([one.record for one in stretch.rights], stretch.upto) == ([lock], 5)
    assert rights.after(hub.conn, 5, 2, 1 << 20, but_origin=own) == rights.Stretch((), 5, 5)


def test_a_right_is_weighed_at_least_as_heavy_as_it_is_as_json(gate: Writer):
    right(gate, MemberAdded(ADA, "z"), PERSON | {"name": 'Ada "\\" Lövelace \x01'})
    [one] = known(gate)
    row = {"record": str(one.record), "hash": one.hash.hex(), "body": one.body, "beside": one.beside}
    assert rights.weight(one) >= len(json.dumps(row, ensure_ascii=False).encode())


def test_a_gate_is_told_no_email_address():
    assert json.loads(rights.for_gate(json.dumps(PERSON))) == {
        field: value for field, value in PERSON.items() if field != "email"
    }
    assert rights.for_gate(None) is None


# --- what waits for what ------------------------------------------------------------------------


def test_what_is_said_of_a_member_counts_once_they_are_known(gate: Writer, hub: Writer):
    right(gate, MemberAdded(ADA, "z"), PERSON)
    right(gate, GrantGiven(ADA, "laser", "trainee", "z"))
    right(gate, BadgeAdded(TOKEN, ADA, "z"), {"label": "fob"})
    right(gate, RoleGiven(ADA, "treasurer", "z"))
    right(gate, MemberSuspended(ADA, "z"))
    added, *others = known(gate)
    take(hub, *others)
    assert {table: rows for table, rows in rows_of(hub.conn).items() if rows} == {}
    take(hub, added)
    assert rows_of(hub.conn) == rows_of(gate.conn)


def test_many_members_with_all_that_is_theirs_are_taken_up_in_one_transaction(gate: Writer, hub: Writer):
    with gate.write() as pen:
        for number in range(300):
            who = f"m-{number:04x}"
            beside = json.dumps(PERSON | {"handle": f"h{number}", "login": None})
            pen.append(Draft(moment(), MemberAdded(who, "z")), beside=beside)
            pen.append(Draft(moment(), BadgeAdded(f"k1:{number:064x}", who, "z")), beside='{"label":""}')
            pen.append(Draft(moment(), GrantGiven(who, "laser", "trainee", "z")))
    told: list[str] = []
    hub._ink.set_trace_callback(told.append)
    take(hub, *reversed(known(gate)))
    hub._ink.set_trace_callback(None)
    assert rows_of(hub.conn) == rows_of(gate.conn)
    assert len(told) < 30 * 900, "each subject is settled a few times at most"


# --- persons and badges -------------------------------------------------------------------------


def test_a_name_that_was_replaced_stands_beside_no_record_any_more(gate: Writer, hub: Writer):
    right(gate, MemberAdded(ADA, "z"), PERSON)
    old = known(gate)
    take(hub, *old)
    right(gate, MemberEdited(ADA, "z", ("email", "name")), {"name": "Countess", "email": None})
    assert [json.loads(text or "{}").get("name") for text in besides(gate)] == [None, "Countess"]
    assert "example.org" not in "".join(text or "" for text in besides(gate))
    hand(gate, hub)
    assert besides(hub) == besides(gate)
    assert take(hub, *old) == [Known(1)], "who had it before the change brings it back to nobody"
    assert besides(hub) == besides(gate)
    assert roster.member(hub.conn, ADA).name == "Countess"


def test_the_label_that_a_badge_had_with_another_owner_is_gone(gate: Writer):
    for who, handle in ((ADA, "ada"), (BOB, "bob")):
        right(gate, MemberAdded(who, "z"), PERSON | {"handle": handle})
    right(gate, BadgeAdded(TOKEN, ADA, "z"), {"label": "Ada's blue fob"})
    right(gate, BadgeBlocked(TOKEN, ADA, "z"))
    assert roster.badge(gate.conn, Token(TOKEN)).label == "Ada's blue fob"
    right(gate, BadgeAdded(TOKEN, BOB, "z"), {"label": "red"})
    assert roster.badge(gate.conn, Token(TOKEN)).label == "red"
    assert not any("blue" in (text or "") for text in besides(gate))


def test_what_was_missing_beside_a_record_is_filled_in_and_never_replaced(gate: Writer, hub: Writer):
    right(gate, MemberAdded(ADA, "z"), PERSON)
    [one] = known(gate)
    take(hub, replace(one, beside=None))
    assert roster.member(hub.conn, ADA).handle == ADA, "until more is known"
    assert take(hub, replace(one, beside=rights.for_gate(one.beside))) == [Known(1, filled=True)]
    assert roster.member(hub.conn, "ada").email is None
    lie = json.dumps(PERSON | {"name": "Eve"})
    assert take(hub, replace(one, beside=lie)) == [Known(1, filled=True)]
    now = roster.member(hub.conn, "ada")
    assert (now.name, now.email) == ("Ada", "ada@example.org")


def test_two_who_were_enrolled_under_one_handle_are_both_found(gate: Writer, hub: Writer):
    right(gate, MemberAdded(BOB, "z"), PERSON | {"name": "of the gate"})
    right(hub, MemberAdded(ADA, "z"), PERSON | {"name": "of the hub"})
    theirs = known(hub)
    hand(gate, hub)
    take(gate, *theirs)
    for store in (gate, hub):
        names = {one.handle: one.name for one in roster.members(store.conn)}
        assert names == {"ada": "of the gate", "ada-00aa": "of the hub"}, "the lower record id keeps it"
        assert roster.member_of_login(store.conn, "ada") is None, "and the login proves neither"
    right(hub, MemberEdited(ADA, "z", ("handle",)), {"handle": "adah"})
    assert [one.handle for one in roster.members(hub.conn)] == ["ada", "adah"]


def test_who_gives_a_handle_up_leaves_it_to_the_other(gate: Writer, hub: Writer):
    right(gate, MemberAdded(BOB, "z"), PERSON)
    right(hub, MemberAdded(ADA, "z"), PERSON)
    right(hub, MemberAdded("m-00cc", "z"), PERSON | {"handle": "ada-00aa"})
    hand(gate, hub)
    shown = {one.id: one.handle for one in roster.members(hub.conn)}
    assert shown == {BOB: "ada", ADA: f"ada-{ADA}", "m-00cc": "ada-00aa"}, "nobody is shown as another"
    right(hub, MemberEdited("m-00cc", "z", ("handle",)), {"handle": "cy"})
    assert roster.member(hub.conn, ADA).handle == "ada-00aa"
    right(hub, MemberEdited(BOB, "z", ("handle",)), {"handle": "bob"})
    assert roster.member(hub.conn, ADA).handle == "ada"


def test_a_badge_with_two_owners_opens_nothing_and_says_so(gate: Writer, hub: Writer):
    for store, who, handle in ((gate, ADA, "ada"), (hub, BOB, "bob")):
        right(store, MemberAdded(who, "z"), PERSON | {"handle": handle})
        right(store, BadgeAdded(TOKEN, who, "z"), {"label": ""})
        right(store, GrantGiven(who, "laser", "sponsor", "z"))
    hand(gate, hub)
    laser = MachineRules(MachineId("laser"), SkillId("laser"), "Laser")
    found = roster.badge(hub.conn, Token(TOKEN))
    assert found.rivals == (ADA, BOB)
    now = roster.standing(hub.conn, [Token(TOKEN)], laser, Asked(moment().wall_ms))
    refused = policy.start(laser, now)
    assert isinstance(refused, Denied)
    assert (refused.code, refused.facts["member"]) == (Code.CONTESTED_BADGE, None)
    right(hub, BadgeAdded(TOKEN, BOB, "z"), {"label": ""})
    now = roster.standing(hub.conn, [Token(TOKEN)], laser, Asked(moment().wall_ms))
    assert policy.start(laser, now) is policy.Start.ALONE


def test_a_badge_that_was_given_to_somebody_unknown_is_nobody_s_any_more(gate: Writer, hub: Writer):
    right(gate, MemberAdded(ADA, "z"), PERSON)
    right(gate, BadgeAdded(TOKEN, ADA, "z"), {"label": ""})
    right(gate, BadgeAdded(TOKEN, BOB, "z"), {"label": ""})
    hand(gate, hub)
    assert roster.badge(gate.conn, Token(TOKEN)) is None
    assert rows_of(hub.conn) == rows_of(gate.conn)


def test_a_badge_with_two_owners_is_settled_again_when_the_second_becomes_known(gate: Writer, hub: Writer):
    right(hub, MemberAdded(BOB, "z"), PERSON | {"handle": "bob"})
    right(hub, BadgeAdded(TOKEN, BOB, "z"), {"label": ""})
    right(gate, MemberAdded(ADA, "z"), PERSON)
    right(gate, BadgeAdded(TOKEN, ADA, "z"), {"label": ""})
    theirs, (added, badge) = known(hub), known(gate)
    take(hub, badge)
    assert roster.badge(hub.conn, Token(TOKEN)).member == BOB
    take(hub, added)
    take(gate, *theirs)
    assert rows_of(hub.conn) == rows_of(gate.conn)


# --- grants -------------------------------------------------------------------------------------


def test_only_a_grant_that_saw_the_revocation_lifts_it(gate: Writer, hub: Writer):
    right(gate, MemberAdded(ADA, "z"), PERSON)
    right(gate, GrantGiven(ADA, "laser", "trainee", "z"))
    hand(gate, hub)
    right(hub, GrantRevoked(ADA, "laser", "z"))
    right(gate, GrantGiven(ADA, "laser", "sponsor", "z"), ms=9_999_999)
    hand(gate, hub)
    assert roster.grants(hub.conn) == (), "later by the clock, and yet it had not seen it"
    right(hub, GrantGiven(ADA, "laser", "autonomous", "z"))
    assert [one.level for one in roster.grants(hub.conn)] == [Level.AUTONOMOUS]
    assert len(rights.heads(hub.conn, f"grant/{ADA}/laser")) == 1


def test_of_two_grants_the_lower_level_holds_until_the_earlier_end(gate: Writer, hub: Writer):
    right(gate, MemberAdded(ADA, "z"), PERSON)
    hand(gate, hub)
    right(gate, GrantGiven(ADA, "laser", "sponsor", "z", until_ms=50))
    low = right(hub, GrantGiven(ADA, "laser", "trainee", "z"))
    hand(gate, hub)
    [held] = roster.grants(hub.conn, MemberId(ADA))
    assert (held.level, held.until_ms, held.record) == (Level.TRAINEE, 50, low)


def test_the_history_tells_what_replaced_what(gate: Writer, hub: Writer):
    first = right(gate, GrantGiven(ADA, "laser", "trainee", "z"))
    second = right(gate, GrantGiven(ADA, "laser", "sponsor", "z"))
    hand(gate, hub)
    third = right(hub, GrantRevoked(ADA, "laser", "z"))
    told = rights.history(hub.conn, f"grant/{ADA}/laser")
    assert [(one.record, one.superseded_by) for one in told] == [
        (first, second),
        (second, third),
        (third, None),
    ]
    assert rights.subjects(hub.conn, f"grant/{ADA}/") == (f"grant/{ADA}/laser",)


def test_a_purge_keeps_what_rights_rest_on(tmp_path: Path):
    with new_books(tmp_path / "state").writer() as writer:
        with writer.write() as pen:
            grant = pen.append(
                Draft(moment(), GrantGiven(ADA, "laser", "trainee", "z")), [Note("reason", "why")]
            )
            pen.append(refusal())
            journal.purge(pen, moment(), "13 months", 1, 3, (GrantGiven.kind, "session.refused"))
        kept = journal.entry(writer.conn, grant)
        assert kept.body == GrantGiven(ADA, "laser", "trainee", "z")
        assert journal.notes(writer.conn, grant) == {"reason": "why"}
        assert journal.entry(writer.conn, RecordId(grant.origin, 3)).body is None
        assert journal.verify(writer.conn).sound
