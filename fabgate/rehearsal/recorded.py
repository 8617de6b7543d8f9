"""Is there such a record? What `expect record` asks of the journals of a rehearsed lab."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fabgate.records import Body
from fabgate.rehearsal.verbs import Recorded
from fabgate.store import journal, roster
from fabgate.store.db import Store

_SHOWN = 5  # the newest that are named where none fits


def odd_record(stores: Iterable[Store], expected: Recorded) -> str | None:
    """What the journals have of this kind instead; None where the expectation holds."""
    found = [said for store in stores for said in _said(store, expected.kind)]
    there = any(set(expected.fields) <= said for said in found)
    if there is expected.there:
        return None
    names = [name for name, _ in expected.fields]
    lines = [" ".join(f"{name}={_first(said, name)}" for name in names) for said in found[-_SHOWN:]]
    return f"there are {len(found)} of this kind: {'; '.join(lines) or 'none'}"


def _said(store: Store, kind: str) -> Iterator[set[tuple[str, str]]]:
    """The fields of each such record as text; what is a member's id is also said as their handle."""
    with store.reader() as reader:
        handles = {str(one.id): one.handle for one in roster.members(reader.conn)}
        bodies = [entry.body for entry in journal.entries(reader.conn, kinds=(kind,)) if entry.body]
    for body in bodies:
        yield {(name, text) for name, value in _fields(body) for text in _texts(value, handles)}


def _fields(body: Body) -> Iterator[tuple[str, object]]:
    return ((name, getattr(body, name)) for name in body.__slots__)


def _texts(value: object, handles: dict[str, str]) -> Iterator[str]:
    match value:
        case None | ():
            yield "none"
        case bool():
            yield "yes" if value else "no"
        case tuple():
            for one in value:
                yield from _texts(one, handles)
        case _:
            yield str(value)
            if str(value) in handles:
                yield handles[str(value)]


def _first(said: set[tuple[str, str]], name: str) -> str:
    """A handle rather than an id: ids of members begin with `m-`."""
    texts = sorted((text for field, text in said if field == name), key=lambda text: text.startswith("m-"))
    return next(iter(texts), "?")
