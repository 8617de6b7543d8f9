"""What a live page shows, as pieces with names, and the events that bring a browser from one to the next.

A picture's name is made from its content, so that a browser that slept, lost the connection, or saw the
board start anew says what it shows, and is sent what differs. Pure but for what a digest is made with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s

from fabgate import VERSION

Pieces = Mapping[str, str]
"""The id of an element of the page -> that whole element; its first tag holds the id as `id="..."`."""

_EIGHT = 8  # bytes of a digest: two pieces that are mistaken for each other cost a card a minute


@dataclass(frozen=True, slots=True)
class Go:
    """Not a picture: the browser has to go to another page of the board. `path` begins with one slash."""

    path: str


@dataclass(frozen=True)
class Picture:
    """The pieces of a page at one moment."""

    pieces: Pieces

    @cached_property
    def digests(self) -> Mapping[str, str]:
        return {key: _digest(piece) for key, piece in self.pieces.items()}

    @cached_property
    def id(self) -> str:
        """Two words: which pieces there are, for this version of the program; and what stands in them."""
        shape = _digest("\n".join((VERSION, *sorted(self.pieces))))
        return f"{shape}-{_digest(chr(10).join(f'{key}={one}' for key, one in sorted(self.digests.items())))}"

    def has_the_shape_of(self, other: str) -> bool:
        """Whether a picture of this name has the same pieces: only then can each be put in its place."""
        return self.id.partition("-")[0] == other.partition("-")[0]


def step(before: str | None, known: Mapping[str, str] | None, now: Picture) -> bytes:
    """The event that makes a browser show `now`.

    It shows the picture of name `before` (None: it does not say). `known` are the digests of that one,
    None where nobody remembers them: then it is sent whole. Where the pieces are others, the page has to
    be read anew. Nothing where all is shown already.
    """
    if before == now.id:
        return b""
    if before is not None and not now.has_the_shape_of(before):
        return event("anew", "", now.id)
    changed = [
        _in_place(key, piece)
        for key, piece in now.pieces.items()
        if known is None or known.get(key) != now.digests[key]
    ]
    return event("pieces", "\n".join(changed), now.id)


def event(kind: str, data: str, name: str = "") -> bytes:
    """One event as it travels (WHATWG HTML, Server-sent events)."""
    lines = [f"event: {kind}", *([f"id: {name}"] if name else [])]
    lines += [f"data: {line}" for line in data.splitlines() or [""]]
    return ("\n".join(lines) + "\n\n").encode()


def _in_place(key: str, piece: str) -> str:
    """The piece, marked to take the place of the element that bears its id. Raises ValueError."""
    mark = f'id="{key}"'
    before, found, after = piece.partition(mark)
    if not found or ">" in before:
        raise ValueError(f"the first tag of the piece {key!r} does not bear its id")
    return f'{before}{mark} hx-swap-oob="true"{after}'


def _digest(text: str) -> str:
    return blake2s(text.encode(), digest_size=_EIGHT).hexdigest()
