"""The roster on its way: pages of rights in the order in which the sender came to know them, and keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from fabgate.wire.forms import (
    ALONE,
    BODY,
    LIMIT,
    MOST,
    Malformed,
    OneLine,
    built,
    dumped,
    headed,
    heavier,
    joined,
    personal,
    tried,
    written,
)
from fabgate.wire.kinds import HASH, ID, RECORD, Count, Id, Rows, Shaped, Table, Unfit

EVERY = "*"  # in `needs`: all machines
SPONSORSHIP = "sponsorship"  # rights that take permission away: status, papers, a suspended skill
FEATURES = frozenset({SPONSORSHIP})  # what this version's reading of a roster knows beyond rights

RIGHT_LINE = re.compile(rf"({HASH.shape}) ({RECORD.shape}) (\{{.*\}})", re.DOTALL)
_MARK = "+ "
_MACHINES = Rows(Shaped("a machine or *", rf"\*|{ID.shape}"))


@dataclass(frozen=True, slots=True)
class Right:
    """A right record: its id (`lab/gate/epoch#seq`), its hash in the chain, its body byte for byte, and what
    is personal of it (JSON text), which never stands in a body.

    A line `<hash> <record> <body>`; where there is something beside, a line `+ <beside>` after it.
    """

    record: str
    hash: str
    body: str
    beside: str | None = None

    @property
    def size(self) -> int:
        """The bytes of its lines, for `cut`."""
        texts = (self.hash, self.record, self.body, self.beside or "")
        return sum(len(text.encode("utf-8", "replace")) + 2 for text in texts)


@dataclass(frozen=True, slots=True)
class Page:
    """The sender's rights with `arrived` after `after` up to `upto`, in that order; `end` is its newest.

    `hub` is the sender's epoch. `needs` names features and the machines (`*`: all) that a reader who lacks
    the feature must refuse (`lacking`). Rights that the reader has anyway may be left out.

    A header line, then the lines of each right.
    """

    BESIDE: ClassVar = ("rights",)
    hub: Id
    after: Count
    upto: Count
    end: Count
    needs: Annotated[Mapping[str, tuple[str, ...]], Table(ID, _MACHINES)]
    rights: tuple[Right, ...]

    def flaw(self) -> str | None:
        if not self.after <= self.upto <= self.end:
            return "after, upto and end are not in this order"
        if len(self.rights) > min(MOST, self.upto - self.after):
            return "more rights than the page can have"
        return None

    def encode(self) -> bytes:
        """The message. Raises ValueError when it is too long or no reader would take it."""
        rows = (line for right in self.rights for line in _rows(right))
        return joined([dumped(written(self)), *rows], _limit(len(self.rights)))

    @classmethod
    def decode(cls, data: bytes) -> Page | Malformed:
        """The rights that `data` brings, whatever it is."""
        return tried(lambda: _page(data))


def _limit(rights: int) -> int:
    return ALONE if rights == 1 else LIMIT


def _page(data: bytes) -> Page:
    said, rows = headed(data, ALONE if data.count(b"\n") <= 2 else LIMIT)
    page = built(Page, said, rights=_rights(rows))
    if len(data) > _limit(len(page.rights)):
        raise Unfit(f"longer than {LIMIT} bytes")
    return page


def _rights(rows: Sequence[str]) -> tuple[Right, ...]:
    rights: list[Right] = []
    for row in rows:
        if not row.startswith(_MARK):
            rights.append(_right(row))
        elif rights and rights[-1].beside is None:
            rights[-1] = replace(rights[-1], beside=personal(row.removeprefix(_MARK)))
        else:
            raise Unfit("something beside no right")
    return tuple(rights)


def _right(row: str) -> Right:
    found = RIGHT_LINE.fullmatch(row)
    if not found:
        raise Unfit("a line that is no right")
    if heavier(found[3], BODY):
        raise Unfit(f"a body longer than {BODY} bytes")
    return Right(record=found[2], hash=found[1], body=found[3])


def _rows(right: Right) -> list[str]:
    row = f"{right.hash} {right.record} {right.body}"
    _right(row)
    return [row] if right.beside is None else [row, _MARK + personal(right.beside)]


def lacking(needs: Mapping[str, Sequence[str]], features: Set[str] = FEATURES) -> frozenset[str]:
    """The machines that must be refused by a reader who knows these features only; `*` means all of them."""
    return frozenset(machine for name in needs.keys() - features for machine in needs[name])


@dataclass(frozen=True, slots=True)
class Need(OneLine):
    """What a gate has of a hub's roster: pages after `arrived` are wanted. `hub` is null at first."""

    hub: Id | None
    arrived: Count


@dataclass(frozen=True, slots=True, repr=False)
class KeyLine:
    """A key that makes tokens of badges: 32 bytes in hexadecimal. Secret: it is never shown."""

    id: Id
    secret_hex: Annotated[str, HASH]

    def __repr__(self) -> str:
        return f"KeyLine({self.id!r})"


@dataclass(frozen=True, slots=True)
class Keyring(OneLine):
    """The live keys of a gate, or of the lab; the newest first."""

    keys: tuple[KeyLine, ...]
