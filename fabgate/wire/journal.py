"""A journal on its way: records byte for byte, the notes that belong to them, and what the hub holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, ClassVar

from fabgate.wire.forms import (
    ALONE,
    BODY,
    LIMIT,
    MOST,
    Malformed,
    OneLine,
    built,
    cut,
    dumped,
    headed,
    heavier,
    joined,
    parsed,
    personal,
    tried,
    written,
)
from fabgate.wire.kinds import LAST_SEQ, LONG_TEXT, Count, Hash, HashOrNone, Id, Seq, Shaped, Text, Unfit
from fabgate.wire.marks import unmarked

PERSONAL = "beside"  # the kind of note that goes into the roster
FIRST_PREVIOUS = "0" * 64  # what stands before the first record of an epoch
BLANK_LINE = re.compile("!([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Blank:
    """A record whose body was purged: the hash of that body, in hexadecimal. Its line is `!<hash>`."""

    hash: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Records `first` and on of an epoch, in their order. Hashes are hexadecimal: `previous` of the record
    before them (64 zeros before the first of all), `last` of the last of them.

    A header line, then a line for each record: its body as it was written at its origin.
    """

    BESIDE: ClassVar = ("bodies",)
    epoch: Id
    first: Seq
    previous: Hash
    last: Hash
    bodies: tuple[str | Blank, ...]

    @property
    def upto(self) -> int:
        """The seq of the last record."""
        return self.first + len(self.bodies) - 1

    def flaw(self) -> str | None:
        if not 1 <= len(self.bodies) <= MOST:
            return f"not 1 to {MOST} records"
        if self.upto > LAST_SEQ:
            return "records beyond the last seq"
        if self.first == 1 and self.previous != FIRST_PREVIOUS:
            return "something before the first record"
        return None

    def encode(self) -> bytes:
        """The message. Raises ValueError when it is too long or no reader would take it."""
        rows = (_line(body) for body in self.bodies)
        return joined([dumped(written(self)), *rows], _limit(len(self.bodies)))

    @classmethod
    def decode(cls, data: bytes) -> Batch | Malformed:
        """The records that `data` brings, whatever it is. Their chain is the reader's to verify."""
        return tried(lambda: _batch(data))


def _limit(records: int) -> int:
    return ALONE if records == 1 else LIMIT


def _batch(data: bytes) -> Batch:
    said, rows = headed(data, _limit(data.count(b"\n")))
    return built(Batch, said, bodies=tuple(_body(row) for row in rows))


def _line(body: str | Blank) -> str:
    line = f"!{body.hash}" if isinstance(body, Blank) else body
    _body(line)
    return line


def _body(line: str) -> str | Blank:
    if line[:1] == "{" and line[-1:] == "}":
        if heavier(line, BODY):
            raise Unfit(f"a body longer than {BODY} bytes")
        return line
    blank = BLANK_LINE.fullmatch(line)
    if not blank:
        raise Unfit("a line that is no record")
    return Blank(blank[1])


def size(body: str | Blank) -> int:
    """The bytes of a record's line, for `cut`."""
    return 65 if isinstance(body, Blank) else len(body.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A text that belongs to record `seq`: a reason, a login.

    One of kind `beside` says what is personal of a right: it goes on in pages, so it is held to their form.
    """

    seq: Seq
    kind: Annotated[str, Shaped("a kind of note", "[a-z0-9_.-]{1,32}")]
    text: Text

    def flaw(self) -> str | None:
        if self.kind == PERSONAL and personal(self.text) and len(self.text) > LONG_TEXT:
            return f"more than {LONG_TEXT} characters beside a right"
        return None


@dataclass(frozen=True, slots=True)
class Notes:
    """All notes of records `first` to `last` of an epoch, in the order of their seq; perhaps none.

    A header line, then an object a line for each note. Personal: never retained, purged with its record.
    """

    BESIDE: ClassVar = ("notes",)
    epoch: Id
    first: Seq
    last: Seq
    notes: tuple[NoteLine, ...]

    def flaw(self) -> str | None:
        seqs = [self.first, *(note.seq for note in self.notes), self.last]
        return None if seqs == sorted(seqs) else "notes of other records, or out of their order"

    def encode(self) -> bytes:
        """The message. Raises ValueError when it is too long or no reader would take it."""
        rows = (dumped(written(note)) for note in self.notes)
        return joined([dumped(written(self)), *rows], self._limit)

    @classmethod
    def decode(cls, data: bytes) -> Notes | Malformed:
        """The notes that `data` brings, whatever it is."""
        return tried(lambda: _notes(data))

    @property
    def _limit(self) -> int:
        return _limit(len({note.seq for note in self.notes}))

    def pieces(self) -> Iterator[Notes]:
        """The same notes in messages that are short enough, each with all notes of its records."""
        by_record = [tuple(notes) for _, notes in groupby(self.notes, lambda note: note.seq)]
        messages = list(cut(by_record, _notes_size))
        first = self.first
        for number, message in enumerate(messages, 1):
            last = self.last if number == len(messages) else message[-1][0].seq
            yield Notes(self.epoch, first, last, tuple(note for notes in message for note in notes))
            first = last + 1
        if not messages:
            yield self


def _notes_size(notes: Sequence[NoteLine]) -> int:
    return sum(len(dumped(written(note)).encode("utf-8")) + 1 for note in notes)


def _notes(data: bytes) -> Notes:
    said, rows = headed(data, ALONE)
    notes = built(Notes, said, notes=tuple(built(NoteLine, parsed(row)) for row in rows))
    if len(data) > notes._limit:
        raise Unfit(f"longer than {LIMIT} bytes")
    return notes


@dataclass(frozen=True, slots=True)
class Ack(OneLine):
    """What the hub holds of an epoch, contiguous and durable: absolute, it may also go back.

    `hub` is the hub's own epoch, `seq` and `hash` those of the last record (0 and "" for none), `noted` how
    far it has the notes.
    """

    hub: Id
    epoch: Id
    seq: Count
    hash: HashOrNone
    noted: Count

    def flaw(self) -> str | None:
        return unmarked(self.seq, self.hash)
