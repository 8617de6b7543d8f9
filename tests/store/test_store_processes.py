"""Real processes: several at once, killed at any moment, on a disk that is full."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from made_books import moment, refusal, start, write

from fabgate.store import journal
from fabgate.store.db import Store, check

SCRIBE = Path(__file__).with_name("scribe.py")
KILLS = 8


@contextmanager
def scribe(folder: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    """A process that writes to the store in `folder` and says each record that is durable."""
    command = [sys.executable, str(SCRIBE), str(folder), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.read().split("\n")[:-1]


def recorded(store: Store) -> set[str]:
    with store.reader() as reader:
        assert journal.verify(reader.conn).sound
        return {str(entry.id) for entry in journal.entries(reader.conn)}


def test_processes_that_write_at_once_keep_the_chain_whole(folder: Path, store: Store):
    with (
        scribe(folder, "150") as one,
        scribe(folder, "150") as other,
        store.writer() as writer,
    ):
        mine = [str(write(writer, refusal(ms))[0]) for ms in range(150)]
        theirs = lines(one) + lines(other)
        assert (one.wait(), other.wait()) == (0, 0)
        assert len(set(mine + theirs)) == 450
        assert journal.last_seq(writer.conn) == 451
    assert recorded(store) >= set(mine + theirs)
    assert check(folder) == ()


def test_nothing_acknowledged_is_lost_when_a_writer_is_killed_at_any_moment(folder: Path, store: Store):
    dice = random.Random(20_261_024)
    said: list[str] = []
    for _ in range(KILLS):
        with scribe(folder, "on") as process:
            assert process.stdout is not None
            said += [line.strip() for line in itertools.islice(process.stdout, dice.randint(1, 60))]
            process.kill()
            said += [line.strip() for line in process.stdout if line.endswith("\n")]
        with store.writer() as writer:  # the next run takes over what the kernel has dropped
            said.append(str(write(writer, refusal())[0]))
    assert len(said) == len(set(said)) > KILLS
    kept = recorded(store)
    assert kept >= set(said)
    assert len(kept) <= 1 + len(said) + KILLS  # at most one written and not yet said, a kill
    assert check(folder) == ()


def test_a_session_open_at_a_kill_is_found_open(folder: Path, store: Store):
    program = (
        "import os, signal, sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]);"
        "from made_books import *; from fabgate.store import journal;"
        "writer = Store(Path(sys.argv[1])).writer(); write(writer, start(1_000));"
        "journal.beat(writer, moment(31_000)); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(folder), str(SCRIBE.parent)], check=False)
    assert ended.returncode == -9
    with store.reader() as reader:
        [left] = journal.running(reader.conn)
    assert (left.opened, left.beat) == (moment(1_000), moment(31_000))


def test_a_disk_that_fills_up_loses_nothing_and_a_mended_one_is_written_again(folder: Path, store: Store):
    with scribe(folder, "full") as process:
        said = lines(process)
        assert process.wait() == 0
    assert said.count("full") == 1
    assert said[-2:-1] == ["no reserve"]
    written = [line for line in said if "#" in line]
    assert len(written) > 10
    assert recorded(store) == {f"{store_origin(store)}#1", *written}
    assert check(folder) == ()
    assert (folder / "reserve").exists()


def store_origin(store: Store) -> str:
    with store.reader() as reader:
        return reader.identity.origin


def test_a_session_is_two_commits_of_one_flush_each(
    folder: Path, store: Store, needs: Callable[[str], str], tmp_path: Path
):
    trace = tmp_path / "trace"
    command = [needs("strace"), "-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o", str(trace)]
    with store.writer() as open_log:  # the log is there and has been flushed once, as at a gate that runs
        write(open_log, start(), refusal())
        subprocess.run(
            [*command, sys.executable, str(SCRIBE), str(folder), "session"], check=True, capture_output=True
        )
    calls = trace.read_text().split("\n")
    until = next(number for number, call in enumerate(calls) if '"done' in call)
    flushed = [call for call in calls[:until] if "sync(" in call and "journal.db" in call]
    assert len(flushed) == 2
    assert all("fdatasync(" in call and "journal.db-wal>" in call for call in flushed)
