"""Before the first tap: books that are whole, damaged, busy, or not there."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from pathlib import Path

import pytest
from gate_bench import Disk
from gate_lab import ADA, LASER, LATHE, WALL_MS, bodies, open_sessions, read, token_of

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.errors import StoreBusy, StoreError, StoreTooNew
from fabgate.events import Ask, Looked, LookFailed, Mended, Troubled
from fabgate.gate import boot
from fabgate.gate.boot import Books, check_books, open_books, recovered, troubles
from fabgate.gate.lookup import Lookup
from fabgate.model import Moment, Origin, RecordId, Trouble
from fabgate.records import Draft, EpochBegun, GateStarted, Refused, SessionStarted, SessionStopped
from fabgate.store import journal, linked
from fabgate.store.db import Store
from fabgate.store.files import KEYS, RESERVE
from fabgate.store.linked import Linked

MACHINES = (LASER, LATHE)
PAGE = 4_096


@pytest.fixture
def clock() -> SimClock:
    made = SimClock(WALL_MS)
    made.advance(100_000)
    return made


def write(lab: Settings, *drafts: Draft, clean: bool | None = None) -> list[RecordId]:
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        records = [pen.append(draft) for draft in drafts]
        if clean is not None:
            journal.mark_run(pen, clean)
    return records


def start(at: Moment, machine: str = LASER) -> Draft:
    return Draft(at, SessionStarted(machine, "laser", "m-ada", "k:1", "autonomous", "tap", 3_600_000))


def refusal(at: Moment) -> Draft:
    return Draft(at, Refused(LASER, "unknown_badge", "k:1"))


def at_boot(ms: int, boot: str = "boot-1") -> Moment:
    return Moment(boot, ms, WALL_MS + ms, synced=True)


def crashed(lab: Settings) -> None:
    """The last run did not end as it should."""
    write(lab, clean=False)


def found(books: Books, clock: SimClock) -> set[Trouble]:
    """What keeps the laser from starting, once the books were read through."""
    events = [*troubles(books, MACHINES, clock.now()), *check_books(books, MACHINES, clock)]
    left: set[Trouble] = set()
    for event in events:
        if event.machine != LASER:
            continue
        if isinstance(event, Troubled):
            left.add(event.trouble)
        elif isinstance(event, Mended):
            left.discard(event.trouble)
    return left


# --- whose books, and how many gates on them


def test_without_books_the_gate_says_how_to_make_them(lab: Settings, clock: SimClock):
    shutil.rmtree(lab.gate.state)
    with pytest.raises(StoreError) as error:
        open_books(lab, clock)
    assert "fabgate init" in error.value.remedy


def test_without_keys_nothing_is_written(lab: Settings, clock: SimClock):
    """systemd tries again every second: each try would have left a record."""
    before = read(lab)
    (lab.gate.state / KEYS).unlink()
    with pytest.raises(StoreError, match="the keys of the badges are missing"):
        open_books(lab, clock)
    assert read(lab) == before


def test_a_second_gate_on_the_same_books_is_refused(lab: Settings):
    with boot.alone(lab.gate.state):
        with (
            pytest.raises(StoreBusy, match="another gate runs on these books") as error,
            boot.alone(lab.gate.state),
        ):
            pass
        assert "systemctl stop" in error.value.remedy
    with boot.alone(lab.gate.state):
        pass


def test_somebody_who_only_looks_whether_a_gate_runs_keeps_none_from_starting(lab: Settings):
    with boot.alone(lab.gate.state):
        pass
    with (lab.gate.state / "run.lock").open("rb") as doctor:
        fcntl.flock(doctor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(doctor, fcntl.LOCK_UN)
        with boot.alone(lab.gate.state), pytest.raises(BlockingIOError):
            fcntl.flock(doctor, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_without_a_folder_the_lock_says_how_to_make_the_books(tmp_path: Path):
    with pytest.raises(StoreError) as error, boot.alone(tmp_path / "nothing"):
        pass
    assert "fabgate init" in error.value.remedy
    assert not (tmp_path / "nothing").exists()


def test_a_store_of_a_later_version_is_not_touched(lab: Settings, clock: SimClock):
    conn = sqlite3.connect(lab.gate.state / "journal.db", isolation_level=None)
    conn.execute("PRAGMA user_version = 999")
    conn.close()
    before = (lab.gate.state / "journal.db").read_bytes()
    with pytest.raises(StoreTooNew) as error:
        open_books(lab, clock)
    assert error.value.remedy
    assert (lab.gate.state / "journal.db").read_bytes() == before


# --- after a clean end, and after none


def test_after_a_clean_end_machines_may_start_at_once(lab: Settings, clock: SimClock):
    books = open_books(lab, clock)
    assert (books.clean, books.sound, books.aside) == (True, True, None)
    assert troubles(books, MACHINES, clock.now()) == []
    assert check_books(books, MACHINES, clock) == []
    assert bodies(lab)[-1] == GateStarted(bodies(lab, GateStarted)[0].version, clean=True)


def test_a_run_that_began_is_not_clean_until_it_says_so(lab: Settings, clock: SimClock):
    open_books(lab, clock)
    assert not open_books(lab, clock).clean


def test_after_an_unclean_end_starts_are_refused_until_the_journal_was_read_through(
    lab: Settings, clock: SimClock
):
    crashed(lab)
    books = open_books(lab, clock)
    assert {event.trouble for event in troubles(books, MACHINES, clock.now())} == {Trouble.CHECKING}
    assert {event.machine for event in troubles(books, MACHINES, clock.now())} == set(MACHINES)
    assert found(books, clock) == set()


def test_a_journal_that_does_not_verify_refuses_every_start(lab: Settings, clock: SimClock):
    records = write(lab, *(refusal(at_boot(ms)) for ms in range(300)), clean=False)
    spoil(lab, records[5])
    books = open_books(lab, clock)
    assert books.sound, "it lies behind the last hundred"
    assert found(books, clock) == {Trouble.JOURNAL}


def test_one_of_the_last_hundred_is_found_even_after_a_clean_end(lab: Settings, clock: SimClock):
    records = write(lab, *(refusal(at_boot(ms)) for ms in range(50)))
    spoil(lab, records[5])
    assert found(open_books(lab, clock), clock) == {Trouble.JOURNAL}


def spoil(lab: Settings, record: RecordId) -> None:
    """Somebody makes a number of a record another one."""
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        at = pen.execute("SELECT max(position) FROM journal").fetchone()[0] >> 40
        pen.execute(
            "UPDATE journal SET body = replace(body, 'unknown_badge', 'blocked_badge') WHERE position = ?",
            ((at << 40) + record.seq,),
        )


# --- sessions that a crash left open


def test_a_session_that_was_left_open_ends_at_its_last_heartbeat(lab: Settings, clock: SimClock):
    [session] = write(lab, start(at_boot(10_000)), clean=False)
    with Store(lab.gate.state).writer() as writer:
        journal.beat(writer, at_boot(40_000))
    clock.reboot()
    open_books(lab, clock)
    [stop] = bodies(lab, SessionStopped)
    assert stop == SessionStopped(
        str(session), LASER, "recovered", 30_000, charged=True, recovered=True, uncertain_ms=30_000
    )
    assert open_sessions(lab) == []


def test_in_the_same_boot_the_uncertainty_ends_now(lab: Settings, clock: SimClock):
    write(lab, start(at_boot(70_000)), clean=False)
    with Store(lab.gate.state).writer() as writer:
        journal.beat(writer, at_boot(95_000))
    open_books(lab, clock)  # at 100 s of the same boot
    [stop] = bodies(lab, SessionStopped)
    assert (stop.length_ms, stop.uncertain_ms) == (25_000, 5_000)


def test_a_session_without_a_heartbeat_ends_where_it_began(lab: Settings, clock: SimClock):
    write(lab, start(at_boot(10_000)), clean=False)
    clock.reboot()
    open_books(lab, clock)
    [stop] = bodies(lab, SessionStopped)
    assert (stop.length_ms, stop.uncertain_ms) == (0, 30_000)


def test_every_open_session_is_closed_each_by_its_own_record(lab: Settings, clock: SimClock):
    sessions = write(lab, start(at_boot(1)), start(at_boot(2), LATHE), clean=False)
    open_books(lab, clock)
    assert [stop.session for stop in bodies(lab, SessionStopped)] == [str(session) for session in sessions]


def test_no_length_is_below_zero_whatever_the_clocks_did(lab: Settings, clock: SimClock):
    [session] = write(lab, start(at_boot(10_000)), clean=False)
    with Store(lab.gate.state).reader() as reader:
        [run] = journal.running(reader.conn)
    assert run.start == session
    earlier = at_boot(5_000)  # the process that recovers has an older time of the same boot
    stop = recovered(run, earlier, 30_000)
    assert stop.length_ms == 0
    assert stop.uncertain_ms == 0


# --- a disk that is full already


def test_a_gate_boots_on_a_full_disk_and_owes_what_it_has_to_say(lab: Settings, clock: SimClock):
    [session] = write(lab, start(at_boot(10_000)), clean=False)
    disk = Disk()
    disk.full = True
    books = open_books(lab, clock, disk)
    assert [type(draft.body) for draft in books.owed] == [SessionStopped, GateStarted]
    assert open_sessions(lab) == [session]


def test_a_reserve_that_cannot_be_given_back_keeps_no_gate_from_booting(lab: Settings, clock: SimClock):
    (lab.gate.state / RESERVE).unlink(missing_ok=True)
    (lab.gate.state / RESERVE).mkdir()
    disk = Disk()
    disk.full = True
    assert open_books(lab, clock, disk).owed


# --- books that are damaged


def test_a_database_that_is_none_is_moved_aside_and_nobody_has_a_right(
    lab: Settings, clock: SimClock, caplog: pytest.LogCaptureFixture
):
    path = lab.gate.state / "journal.db"
    garbage = b"\xa5" * path.stat().st_size
    path.write_bytes(garbage)
    books = open_books(lab, clock)
    assert books.aside is not None
    assert Path(books.aside).read_bytes() == garbage
    assert not books.clean
    assert "CRITICAL" in {record.levelname for record in caplog.records}
    assert books.aside in caplog.text
    with Store(lab.gate.state).reader() as reader:
        assert reader.conn.execute("SELECT count(*) FROM members").fetchone() == (0,)
    assert bodies(lab)[0] == EpochBegun("corrupt")


def test_a_new_epoch_says_where_the_old_one_stood_as_far_as_it_is_known(lab: Settings, clock: SimClock):
    with Store(lab.gate.state).reader() as reader:
        origin = reader.identity.origin
        last = journal.last_seq(reader.conn)
    garble_table(lab, "members")
    assert open_books(lab, clock).aside is None, "nobody has asked for the roster yet"
    garble_table(lab, "gate_run")
    assert open_books(lab, clock).aside is not None
    [begun] = bodies(lab, EpochBegun)
    assert (begun.cause, begun.previous_origin) == ("corrupt", origin)
    assert begun.last_seq is not None
    assert begun.last_seq >= last


def garble_table(lab: Settings, table: str) -> None:
    """A page of this table is no page any more."""
    path = lab.gate.state / "journal.db"
    conn = sqlite3.connect(path)
    [(page,)] = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
    conn.close()
    garble(path, page)


def garble(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


def test_an_empty_database_is_no_database(lab: Settings, clock: SimClock):
    (lab.gate.state / "journal.db").write_bytes(b"")
    assert open_books(lab, clock).aside is not None


def test_a_database_that_was_cut_short_lets_nobody_start(lab: Settings, clock: SimClock):
    path = lab.gate.state / "journal.db"
    whole = path.read_bytes()
    for pages in range(1, len(whole) // PAGE, 3):
        state = pristine(lab, whole)
        (state / "journal.db").write_bytes(whole[: pages * PAGE])
        books = open_books(lab, clock)
        assert books.aside or found(books, clock) == {Trouble.JOURNAL}


def test_whichever_page_is_damaged_the_gate_boots_and_gives_no_right(lab: Settings, clock: SimClock):
    """It boots each time: to die and be started again every second would be no answer."""
    crashed(lab)
    write(lab, *(refusal(at_boot(ms)) for ms in range(300)))
    whole = (lab.gate.state / "journal.db").read_bytes()
    for page in range(1, len(whole) // PAGE + 1):
        state = pristine(lab, whole)
        garble(state / "journal.db", page)
        books = open_books(lab, clock)
        shut = books.aside is not None or found(books, clock) == {Trouble.JOURNAL}
        assert shut, f"page {page}"
        assert not may_start(lab, books, clock), f"page {page}"


def pristine(lab: Settings, whole: bytes) -> Path:
    """The folder of the books as it was, with this database."""
    state = lab.gate.state
    for name in ("journal.db-wal", "journal.db-shm"):
        (state / name).unlink(missing_ok=True)
    (state / "journal.db").write_bytes(whole)
    return state


def may_start(lab: Settings, books: Books, clock: SimClock) -> bool:
    """Whether Ada's badge would be let through by the roster alone."""
    if not books.aside:
        return False
    rules = {machine: wired.rules for machine, wired in lab.machines.items()}
    lookup = Lookup(books.store, rules, clock)
    lookup.open()
    answer = lookup.answer(Ask(LASER, token_of(lab, ADA), clock.now()))
    lookup.close()
    assert isinstance(answer, Looked | LookFailed)
    return isinstance(answer, Looked) and answer.standing.person is not None


def test_a_check_that_cannot_read_the_journal_refuses_and_does_not_die(lab: Settings, clock: SimClock):
    crashed(lab)
    books = open_books(lab, clock)
    shutil.move(lab.gate.state / "journal.db", lab.gate.state / "elsewhere")
    (lab.gate.state / "journal.db").write_bytes(b"\xa5" * 100_000)
    assert found(books, clock) == {Trouble.JOURNAL}


def test_the_origin_of_a_new_epoch_was_never_used_before(lab: Settings, clock: SimClock):
    with Store(lab.gate.state).reader() as reader:
        before = reader.identity.origin
    (lab.gate.state / "journal.db").write_bytes(b"no database")
    open_books(lab, clock)
    with Store(lab.gate.state).reader() as reader:
        assert reader.identity.origin != before
        assert reader.identity.origin.startswith(Origin("openfab/gate1/"))


def test_machines_that_need_a_newer_fabgate_are_refused_from_the_start(lab: Settings, clock: SimClock):
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        linked.keep(pen, Linked("hub00001", 3, {"hours": (LASER,)}))
    books = open_books(lab, clock)
    assert troubles(books, MACHINES, clock.now()) == [Troubled(LASER, Trouble.OUTDATED, clock.now())]


def test_a_noted_fork_begins_a_new_epoch_once_and_keeps_everything(lab: Settings, clock: SimClock):
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        linked.keep(pen, Linked("hub00001", 3, {}, forked=True))
        old = writer.identity.origin
    before = len(read(lab))
    open_books(lab, clock)
    begun = bodies(lab, EpochBegun)[-1]
    assert isinstance(begun, EpochBegun)
    assert (begun.cause, begun.previous_origin, begun.last_seq) == ("fork", old, before)
    open_books(lab, clock)
    assert len(bodies(lab, EpochBegun)) == 2
    with Store(lab.gate.state).reader() as reader:
        assert journal.verify(reader.conn).sound
        assert linked.linked(reader.conn) == Linked("hub00001", 3)
