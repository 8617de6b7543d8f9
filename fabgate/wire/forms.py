"""How a message is written and read: a dataclass whose annotations are its form.

A field says by its annotation what may stand there: `Annotated[int, Whole(1, 9)]` (`kinds.py`), a
`Literal`, another dataclass of this room, `X | None`, `tuple[X, ...]`. From it come the writing, the strict
reading and the JSON Schema, so that these three cannot differ. Fields that a form does not know are passed
over; one that is missing is a fault, unless it has a default. What is told of a fault never repeats what was
sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from fabgate.model import Moment
from fabgate.wire.kinds import Flag, Kind, Maybe, Rows, Schema, Unfit, When, Word

T = TypeVar("T")

LIMIT = 65_536  # bytes of a message
BODY = 262_144  # bytes of one record's body
BESIDE = 131_072  # bytes of what is personal of one right
ALONE = 524_288  # bytes of a message that carries one long record alone; brokers take more
FULL = 60_000  # bytes of records that a sender puts into a message
MOST = 200  # records in a message


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes that are no such message, and why. `why` holds nothing of what was sent: it may be logged."""

    why: str


# --- forms --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A dataclass of this room, as an object within another."""

    of: type

    def read(self, said: object) -> object:
        return built(self.of, said)

    def write(self, value: object) -> object:
        if not isinstance(value, self.of):
            raise Unfit(f"not a {self.of.__name__}")
        return written(value)

    def schema(self) -> Schema:
        return schema(self.of)


def kind_of(annotation: object) -> Kind:
    """The kind of value that an annotation names. Raises TypeError for one that has no form."""
    args = get_args(annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        kind: Kind = args[1]
        return kind
    if origin is Literal:
        return Word(args)
    if origin is tuple and args[1:] == (...,):
        return Rows(kind_of(args[0]))
    if origin in (Union, UnionType) and args[1:] == (NoneType,):
        return Maybe(kind_of(args[0]))
    if annotation is bool:
        return Flag()
    if annotation is Moment:
        return When()
    if isinstance(annotation, type) and hasattr(annotation, "__dataclass_fields__"):
        return Part(annotation)
    raise TypeError(f"no form for {annotation}")


_FORMS: dict[type, Mapping[str, tuple[Kind, bool]]] = {}


def _form(of: type) -> Mapping[str, tuple[Kind, bool]]:
    """Each field of a class's object: its kind, and whether it must be there.

    `BESIDE` of a class names the fields that travel on lines of their own.
    """
    if of not in _FORMS:
        hints = get_type_hints(of, include_extras=True)
        own = [field for field in fields(of) if field.name not in getattr(of, "BESIDE", ())]
        _FORMS[of] = {field.name: (kind_of(hints[field.name]), field.default is MISSING) for field in own}
    return _FORMS[of]


def built(of: type[T], said: object, **beside: object) -> T:
    """The dataclass that an object says, with the fields that came beside it. Raises Unfit.

    A class may have `flaw()`: what is wrong between its fields, or None.
    """
    if type(said) is not dict:
        raise Unfit("not an object")
    given: dict[str, Any] = {}
    for name, (kind, needed) in _form(of).items():
        if name in said:
            try:
                given[name] = kind.read(said[name])
            except Unfit as unfit:
                raise Unfit(f"{name}: {unfit}") from None
        elif needed:
            raise Unfit(f"{name} is missing")
    return _flawless(of(**given, **beside))


def written(value: object) -> dict[str, object]:
    """The object of a dataclass, for JSON. Raises Unfit."""
    said: dict[str, object] = {}
    for name, (kind, _) in _form(type(_flawless(value))).items():
        try:
            said[name] = kind.write(getattr(value, name))
        except Unfit as unfit:
            raise Unfit(f"{type(value).__name__}.{name}: {unfit}") from None
    return said


def _flawless(value: T) -> T:
    flaw: Callable[[], str | None] = getattr(value, "flaw", lambda: None)
    if what := flaw():
        raise Unfit(what)
    return value


def schema(of: type) -> Schema:
    """What JSON Schema says of the object of a dataclass. More fields than these may be there."""
    parts = _form(of)
    return {
        "type": "object",
        "properties": {name: kind.schema() for name, (kind, _) in parts.items()},
        "required": [name for name, (_, needed) in parts.items() if needed],
    }


# --- bytes --------------------------------------------------------------------------------------


def dumped(said: object) -> str:
    """JSON on one line."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def parsed(text: str) -> object:
    """What a JSON text says. Raises Unfit for everything that is none, or says a thing twice."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except Unfit:
        raise
    except ValueError:
        raise Unfit("not JSON") from None
    except RecursionError:
        raise Unfit("nested too deeply") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    said = dict(pairs)
    if len(said) != len(pairs):
        raise Unfit("a field stands there twice")
    return said


def _no_number(_: str) -> object:
    raise Unfit("not a number")


def headed(data: bytes, limit: int = LIMIT) -> tuple[object, list[str]]:
    """What the first line of a message says, and the lines after it. Lines end at a line feed and at nothing
    else: a body may hold any other separator. Raises Unfit."""
    if len(data) > limit:
        raise Unfit(f"longer than {limit} bytes")
    try:
        head, *rows = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Unfit("not UTF-8") from None
    if len(head) > LIMIT:
        raise Unfit(f"a first line longer than {LIMIT}")
    return parsed(head), rows


def joined(rows: Iterable[str], limit: int = LIMIT) -> bytes:
    """A message of these lines. Raises Unfit where one is no line, or all are too long together."""
    told = list(rows)
    if any("\n" in row for row in told):
        raise Unfit("a line feed within a line")
    data = encoded("\n".join(told))
    if len(data) > limit:
        raise Unfit(f"longer than {limit} bytes")
    return data


def encoded(text: str) -> bytes:
    """A text as UTF-8. Raises Unfit for one that has half characters in it."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Unfit("half a character") from None


def personal(text: str) -> str:
    """A text that may stand beside a right: one object, whole texts in it. Raises Unfit."""
    said = parsed(text)
    if not isinstance(said, dict):
        raise Unfit("what stands beside a right is not an object")
    if "\\u" in text:
        encoded(dumped(said))
    if heavier(text, BESIDE):
        raise Unfit(f"more than {BESIDE} bytes beside a right")
    return text


def heavier(text: str, most: int) -> bool:
    """Whether a text has more bytes than these. Raises Unfit for one that has half characters in it."""
    return len(text) > most or len(encoded(text)) > most


class OneLine:
    """A message that is one JSON object on one line."""

    __slots__ = ()

    def encode(self) -> bytes:
        """The message. Raises ValueError for values that no reader would take."""
        return joined([dumped(written(self))])

    @classmethod
    def decode(cls: type[T], data: bytes) -> T | Malformed:
        """The message that `data` says, whatever it is."""
        return tried(lambda: built(cls, _only(data)))


def _only(data: bytes) -> object:
    said, rows = headed(data)
    if rows:
        raise Unfit("more than one line")
    return said


def tried(read: Callable[[], T]) -> T | Malformed:
    """What `read` gives, or why it gave nothing."""
    try:
        return read()
    except Unfit as unfit:
        return Malformed(str(unfit))


def cut(rows: Iterable[T], size: Callable[[T], int], full: int = FULL, most: int = MOST) -> Iterator[list[T]]:
    """The rows in messages of at most `most` rows and `full` bytes; a longer row travels alone.

    `size` tells the bytes of a row. The order is kept, nothing is left out, no message is empty.
    """
    message: list[T] = []
    filled = 0
    for row in rows:
        adds = size(row) + 1
        if message and (len(message) == most or filled + adds > full):
            yield message
            message, filled = [], 0
        message.append(row)
        filled += adds
    if message:
        yield message
