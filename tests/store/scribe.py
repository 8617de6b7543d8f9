"""A process of its own that writes to a store: `scribe.py FOLDER HOW`.

Prints the id of each record once it is durable, one a line. HOW: a count of records; `on` for as
long as it lives; `session` for one start and stop; `full` to write onto a disk that fills up.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from made_books import refusal, start, stop

from fabgate.errors import DiskFull
from fabgate.store.db import Store, Writer
from fabgate.store.files import release_reserve, restore_reserve


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def write_one(writer: Writer, number: int) -> None:
    with writer.write(patience_ms=20_000) as pen:
        record = pen.append(refusal(number))
    say(record)
    if number % 16 == 0:
        writer.checkpoint()


def write_one_session(writer: Writer) -> None:
    with writer.write() as pen:
        record = pen.append(start(1))
    with writer.write() as pen:
        pen.append(stop(record, 2))
    say("done")


def fill_the_disk(writer: Writer, folder: Path) -> None:
    """Write until no file may grow any more; then go on once they may again."""
    most = (folder / "journal.db-wal").stat().st_size + 100_000
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    for number in range(1_000):
        try:
            write_one(writer, 2 * number + 1)
        except DiskFull:
            say("full")
            break
    refuse_a_reserve(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    write_one(writer, 5_001)
    restore_reserve(folder)


def refuse_a_reserve(folder: Path) -> None:
    release_reserve(folder)
    try:
        restore_reserve(folder)
    except DiskFull:
        say("no reserve")


def main(folder: Path, how: str) -> None:
    with Store(folder).writer() as writer:
        match how:
            case "session":
                write_one_session(writer)
            case "full":
                write_one(writer, 1)
                fill_the_disk(writer, folder)
            case "on":
                number = 0
                while True:
                    number += 1
                    write_one(writer, number)
            case count:
                for number in range(int(count)):
                    write_one(writer, number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
