"""Every form that a store ever had is kept here and must still open, untouched where it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_books import moment, refusal, write
from sqlite_utils import Database, Migrations

from fabgate.errors import StoreCorrupt, StoreError, StoreTooNew
from fabgate.model import Level, MachineId, MachineRules, SkillId, Status, Token
from fabgate.rules.standing import KINDS
from fabgate.store import (
    accounts,
    journal,
    linked,
    migrations,
    people,
    practice,
    rights,
    roster,
    signing,
    wear,
)
from fabgate.store.backup import restore
from fabgate.store.db import Store, check, migrate
from fabgate.store.files import restore_reserve
from fabgate.store.roster import Asked

ARCHIVED = sorted(Path(__file__).with_name("databases").glob("v*.sql"))
NOT_OURS = {"_sqlite_migrations"}  # of sqlite-utils, which makes it


@pytest.fixture(params=ARCHIVED, ids=lambda path: path.stem)
def archived(request: pytest.FixtureRequest, folder: Path) -> Store:
    """A store as an earlier fabgate left it."""
    folder.mkdir()
    conn = sqlite3.connect(folder / "journal.db", isolation_level=None)
    conn.executescript(request.param.read_text(encoding="utf-8"))
    conn.close()
    restore_reserve(folder)
    return Store(folder)


def rows(store: Store) -> list[tuple[object, ...]]:
    conn = sqlite3.connect(store.path)
    try:
        return conn.execute("SELECT position, lab, hash, body, body_hash FROM journal").fetchall()
    finally:
        conn.close()


def forms(*later: Callable[[Database], None]) -> Migrations:
    """The steps of a fabgate to come: those of today and some more."""
    steps = Migrations("fabgate")
    with_all = Database(memory=True)
    for step in migrations.MIGRATIONS.pending(with_all):
        steps(name=step.name)(step.fn)
    with_all.close()
    for step in later:
        steps()(step)
    return steps


def m901_hours(db: Database) -> None:
    db.execute("CREATE TABLE hours (lab TEXT NOT NULL, day INTEGER NOT NULL) STRICT")
    db.execute("PRAGMA user_version = 7")


def m902_broken(db: Database) -> None:
    db.execute("CREATE TABLE half (lab TEXT NOT NULL) STRICT")
    db.execute("INSERT INTO nowhere VALUES (1)")


def tables(conn: sqlite3.Connection) -> Iterator[tuple[str, bool]]:
    for _, name, kind, _, _, strict in conn.execute("PRAGMA table_list"):
        if kind == "table" and not name.startswith("sqlite_") and name not in NOT_OURS:
            yield name, bool(strict)


def test_every_table_is_strict_and_bears_the_lab(store: Store):
    with store.reader() as reader:
        found = dict(tables(reader.conn))
        assert len(found) >= 10
        assert all(found.values()), found
        for name in found:
            columns = reader.conn.execute(f"PRAGMA table_info({name})").fetchall()
            assert ("lab", "TEXT", 1) in [column[1:4] for column in columns], name


def test_the_journal_has_no_second_index(store: Store):
    with store.reader() as reader:
        assert reader.conn.execute("PRAGMA index_list(journal)").fetchall() == []


def test_a_database_of_every_version_opens_after_its_migration(archived: Store, folder: Path):
    before = rows(archived)
    migrate(folder, moment())
    with archived.writer() as writer:
        assert rows(archived) == before
        assert journal.verify(writer.conn).sound
        assert check(folder) == ()
        write(writer, refusal())
        assert journal.verify(writer.conn).checked == len(before) + 1


def test_the_first_version_still_means_what_it_meant(folder: Path):
    folder.mkdir()
    conn = sqlite3.connect(folder / "journal.db", isolation_level=None)
    conn.executescript((Path(__file__).with_name("databases") / "v1.sql").read_text(encoding="utf-8"))
    conn.close()
    migrate(folder, moment())
    with Store(folder).reader() as reader:
        assert reader.identity.origin == "openfab/gate1/e0000001"
        said = [entry.body.kind if entry.body else None for entry in journal.entries(reader.conn)]
        assert said == [
            "epoch.begin",
            "member.add",
            "badge.add",
            "grant.give",
            None,
            "session.start",
            "session.stop",
            "purge",
            "machine.lock",
            "session.start",
        ]
        [runs] = journal.running(reader.conn)
        assert (runs.start.seq, runs.beat) == (10, moment(45_000))
        [ada] = roster.members(reader.conn)
        assert (ada.handle, ada.name, ada.nameable) == ("ada", "Ada Lovelace", True)
        token = Token("5a0c91d2:" + "ab" * 32)
        laser = MachineRules(MachineId("laser"), SkillId("laser"), "Laser")
        now = roster.standing(reader.conn, [token], laser, Asked(moment().wall_ms))
        assert (now.level, now.person.member, now.lock.since_ms) == (
            Level.SPONSOR,
            ada.id,
            moment(9_000).wall_ms,
        )
        assert journal.notes(reader.conn, now.lock.record) == {"reason": "the lens is broken"}


def test_a_store_in_todays_form_is_left_alone(store: Store, folder: Path):
    before = store.path.read_bytes()
    assert migrate(folder, moment()) is None
    assert store.path.read_bytes() == before


def test_a_migration_backs_up_first_and_never_rewrites_a_journal_row(archived: Store, folder: Path):
    migrate(folder, moment())
    before = rows(archived)
    kept = migrate(folder, moment(), forms(m901_hours))
    assert rows(archived) == before
    assert kept is not None
    assert kept.parent == folder
    assert kept.stat().st_mode & 0o777 == 0o600
    restore(kept, folder / "old", moment())
    assert rows(Store(folder / "old"))[: len(before)] == before


def test_a_migrated_store_is_too_new_for_the_fabgate_before(store: Store, folder: Path):
    migrate(folder, moment(), forms(m901_hours))
    with pytest.raises(StoreTooNew):
        store.reader()
    with pytest.raises(StoreTooNew):
        migrate(folder, moment())


def test_a_migration_that_fails_leaves_the_form_before_it(store: Store, folder: Path):
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(folder, moment(), forms(m902_broken))
    with store.reader() as reader:
        assert "half" not in dict(tables(reader.conn))
        assert journal.verify(reader.conn).sound


def test_only_a_store_can_be_migrated(folder: Path):
    folder.mkdir()
    with pytest.raises(StoreError, match="no store"):
        migrate(folder, moment())
    (folder / "journal.db").write_bytes(b"garbage" * 1_000)
    with pytest.raises(StoreCorrupt):
        migrate(folder, moment())


# --- rights out of an older journal -------------------------------------------------------------

ROSTER = rights.TABLES


def roster_rows(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    there = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        table: sorted(conn.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        for table in ROSTER
        if table in there
    }


def opened_by_hand(folder: Path, version: str) -> sqlite3.Connection:
    folder.mkdir(exist_ok=True)
    conn = sqlite3.connect(folder / "journal.db", isolation_level=None)
    text = (Path(__file__).with_name("databases") / version).read_text(encoding="utf-8")
    conn.executescript(text)
    return conn


def test_the_rights_of_an_older_journal_make_the_roster_that_was(folder: Path):
    conn = opened_by_hand(folder, "v1-epochs.sql")
    before = roster_rows(conn)
    conn.close()
    restore_reserve(folder)
    migrate(folder, moment())
    with Store(folder).writer() as writer:
        left = roster_rows(writer.conn)
        with writer.write() as pen:
            for table in reversed(ROSTER):
                pen.execute(f"DELETE FROM {table}")
            rights.rebuild(pen)
        assert roster_rows(writer.conn) == left
    for table, rows in before.items():
        assert [row[: len(rows[0])] for row in left[table]] == rows, table
    assert len(before["people"]) == 4


def test_the_set_of_an_older_journal_counts_all_its_records_of_rights(folder: Path):
    opened_by_hand(folder, "v1-epochs.sql").close()
    migrate(folder, moment())
    with Store(folder).reader() as reader:
        found = rights.after(reader.conn, 0, 1_000, 1 << 20).rights
        kept = [entry.id for entry in journal.entries(reader.conn, kinds=KINDS)]
        assert [right.record for right in found] == kept
        total = sum(int.from_bytes(right.hash, "big") for right in found) % (1 << 256)
        assert rights.mark(reader.conn) == rights.Mark(len(kept), f"{total:064x}", found[-1].arrived)


def test_names_that_were_replaced_before_the_migration_stand_beside_no_record(folder: Path):
    opened_by_hand(folder, "v1-epochs.sql").close()
    migrate(folder, moment())
    with Store(folder).reader() as reader:
        beside = [right.beside or "" for right in rights.after(reader.conn, 0, 1_000, 1 << 20).rights]
    assert sum("Ada King" in text for text in beside) == 1
    assert sum("blue fob" in text for text in beside) == 1
    assert not any("Lovelace" in text or "old fob" in text for text in beside)


# --- what an older version could not read -------------------------------------------------------


@pytest.fixture
def second(folder: Path) -> Store:
    """The books of a gate whose hub was a version ahead of it."""
    opened_by_hand(folder, "v2.sql").close()
    restore_reserve(folder)
    return Store(folder)


def test_what_a_newer_hub_said_counts_once_this_version_reads_it(second: Store, folder: Path):
    conn = sqlite3.connect(second.path)
    kept = [about for (about,) in conn.execute("SELECT subject FROM rights WHERE subject LIKE '?/%'")]
    conn.close()
    assert set(kept) == {"?/grant.suspend", "?/paper.file", "?/member.status"}
    migrate(folder, moment())
    with second.reader() as reader:
        ada, bob = (roster.member(reader.conn, handle) for handle in ("ada", "bob"))
        assert (ada.status, bob.status) == (Status.AUTONOMOUS, Status.TRAINEE)
        assert people.filed(reader.conn, ada.id) == {"insurance": 1_820_000_000_000}
        held = people.skill_holds(reader.conn)[bob.id, SkillId("laser")]
        assert held.cause == "safety"
        assert not rights.unread(reader.conn)


def test_the_sessions_of_an_older_journal_are_practice(second: Store, folder: Path):
    """R5: nothing that was done before the rules asked for it is lost."""
    migrate(folder, moment())
    with second.reader() as reader:
        ada, bob = (roster.member(reader.conn, handle).id for handle in ("ada", "bob"))
        laser = SkillId("laser")
        assert practice.of(reader.conn, bob, laser).supervised_ms == 2_400_000
        assert practice.of(reader.conn, bob, laser).sessions == 2
        assert practice.of(reader.conn, ada, laser).own_ms > 1_790_000_000_000


def test_a_long_journal_is_read_through_by_the_migration_and_not_by_the_first_tap(
    second: Store, folder: Path
):
    migrate(folder, moment())
    with second.writer() as writer:
        with writer.write() as pen:
            for number in range(2_500):
                pen.append(refusal(number))
        assert practice.behind(writer.conn) > 2_048
    assert migrate(folder, moment()) is None
    with second.reader() as reader:
        assert practice.behind(reader.conn) <= practice.BEHIND


def test_a_restored_backup_of_an_older_version_is_read_anew_too(second: Store, folder: Path):
    kept = migrate(folder, moment())
    restore(kept, folder / "again", moment())
    with Store(folder / "again").reader() as reader:
        assert roster.member(reader.conn, "ada").status is Status.AUTONOMOUS


def test_the_link_of_an_older_version_is_kept(second: Store, folder: Path):
    migrate(folder, moment())
    with second.reader() as reader:
        now = linked.linked(reader.conn)
        assert (now.hub, now.arrived) == ("hub00001", 3)
        assert linked.heard(reader.conn) is None


def test_the_sessions_of_an_older_journal_wore_the_machines(folder: Path):
    opened_by_hand(folder, "v3.sql").close()
    migrate(folder, moment())
    with Store(folder).reader() as reader:
        assert wear.of(reader.conn, "laser").all.powered_ms == 4 * 1_200_000
        cutter = wear.of(reader.conn, "cutter").all
        assert (cutter.powered_ms, cutter.busy_ms, cutter.jobs) == (4 * 600_000, 0, 4)


def test_a_store_from_before_the_board_has_nobody_who_could_sign_in_yet(folder: Path):
    opened_by_hand(folder, "v5.sql").close()
    migrate(folder, moment())
    with Store(folder).reader() as reader:
        ada = roster.member(reader.conn, "ada")
        assert accounts.address(reader.conn, ada.id).lines == ("Rue Haute 1", "1000 Bruxelles")
        assert signing.password(reader.conn, ada.id) is None
        assert signing.links(reader.conn, ada.id) == () == signing.tokens(reader.conn)
        assert signing.terminals(reader.conn) == ()
