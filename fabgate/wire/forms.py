"""How a message is written and read: a dataclass whose annotations are its form.

A field says by its annotation what may stand there: `Annotated[int, Whole(1, 9)]`, a `Literal`, another
dataclass of this room, `X | None`, `tuple[X, ...]`. From it come the writing, the strict reading and the
JSON Schema, so that these three cannot differ. Fields that a form does not know are passed over; one that
is missing is a fault, unless it has a default. What is told of a fault never repeats what was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from fabgate.model import Moment

T = TypeVar("T")
Schema = Mapping[str, object]

LIMIT = 65_536  # bytes of a message
LONGEST = 262_144  # bytes of a message that carries one record alone
FULL = 60_000  # bytes of records that a sender puts into a message
MOST = 200  # records in a message


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes that are no such message, and why. `why` holds nothing of what was sent: it may be logged."""

    why: str


class Unfit(ValueError):
    """A value that does not fit its form; `decode` turns it into `Malformed`."""


# --- kinds of values ----------------------------------------------------------------------------


class Kind(Protocol):
    """One kind of value. `read` takes what JSON gives, `write` gives what JSON takes. Both raise Unfit."""

    def read(self, said: object) -> object: ...
    def write(self, value: object) -> object: ...
    def schema(self) -> Schema: ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds; True and 1.0 are none."""

    least: int
    most: int

    def read(self, said: object) -> int:
        if type(said) is not int or not self.least <= said <= self.most:
            raise Unfit(f"not a whole number from {self.least} to {self.most}")
        return said

    write = read

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Shaped:
    """A text of one shape: an id, a hash. `what` is its name for people."""

    what: str
    shape: str

    def read(self, said: object) -> str:
        if not isinstance(said, str) or not re.fullmatch(self.shape, said):
            raise Unfit(f"not {self.what}")
        return said

    write = read

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{self.shape})$"}


_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_HALVES = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Shown:
    """One line that a person reads, of at most `longest` characters, without any that move a cursor.

    It is made to fit when it is written: a title from a configuration must not make a gate mute.
    """

    longest: int

    def read(self, said: object) -> str:
        if not isinstance(said, str) or len(said) > self.longest or _UNSHOWABLE.search(said):
            raise Unfit(f"not one line of at most {self.longest} characters")
        return said

    def write(self, value: object) -> object:
        return self.read(_UNSHOWABLE.sub(" ", value)[: self.longest] if isinstance(value, str) else value)

    def schema(self) -> Schema:
        shape = r"^[^\u0000-\u001f\u007f-\u009f]*$"
        return {"type": "string", "maxLength": self.longest, "pattern": shape}


@dataclass(frozen=True, slots=True)
class Said:
    """A text of any length and lines, as a person wrote it."""

    def read(self, said: object) -> str:
        if not isinstance(said, str) or _HALVES.search(said):
            raise Unfit("not a text")
        return said

    write = read

    def schema(self) -> Schema:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Flag:
    def read(self, said: object) -> bool:
        if type(said) is not bool:
            raise Unfit("not true or false")
        return said

    write = read

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a list that is closed for as long as the number of the wire is the same."""

    words: tuple[str, ...]

    def read(self, said: object) -> str:
        if not isinstance(said, str) or said not in self.words:
            raise Unfit(f"not one of {', '.join(self.words)}")
        return said

    write = read

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Maybe:
    """Something or null; null has to be said."""

    kind: Kind

    def read(self, said: object) -> object:
        return None if said is None else self.kind.read(said)

    def write(self, value: object) -> object:
        return None if value is None else self.kind.write(value)

    def schema(self) -> Schema:
        return {"anyOf": [self.kind.schema(), {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of values of one kind."""

    kind: Kind

    def read(self, said: object) -> tuple[object, ...]:
        if type(said) is not list:
            raise Unfit("not a list")
        return tuple(self.kind.read(each) for each in said)

    def write(self, value: object) -> object:
        if not isinstance(value, tuple):
            raise Unfit("not a tuple")
        return [self.kind.write(each) for each in value]

    def schema(self) -> Schema:
        return {"type": "array", "items": self.kind.schema()}


@dataclass(frozen=True, slots=True)
class Table:
    """Names of one shape, each with a value."""

    names: Shaped
    kind: Kind

    def read(self, said: object) -> dict[str, object]:
        if type(said) is not dict:
            raise Unfit("not a table")
        return {self.names.read(name): self.kind.read(value) for name, value in said.items()}

    def write(self, value: object) -> object:
        if not isinstance(value, Mapping):
            raise Unfit("not a table")
        return {self.names.read(name): self.kind.write(value[name]) for name in sorted(value)}

    def schema(self) -> Schema:
        names = {"pattern": f"^(?:{self.names.shape})$"}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.kind.schema()}


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


@dataclass(frozen=True, slots=True)
class When:
    """A moment, in the words of the journal."""

    def read(self, said: object) -> Moment:
        if type(said) is not dict:
            raise Unfit("not a moment")
        boot, ms, wall = MINTED.read(said.get("boot")), MS.read(said.get("ms")), MS.read(said.get("wall"))
        return Moment(boot, ms, wall, Flag().read(said.get("synced")))

    def write(self, value: object) -> object:
        if not isinstance(value, Moment):
            raise Unfit("not a moment")
        said = {"boot": value.boot, "ms": value.boot_ms, "wall": value.wall_ms, "synced": value.synced}
        self.read(said)
        return said

    def schema(self) -> Schema:
        ms = MS.schema()
        properties = {"boot": MINTED.schema(), "ms": ms, "wall": ms, "synced": Flag().schema()}
        return {"type": "object", "properties": properties, "required": list(properties)}


# --- the words of the wire ----------------------------------------------------------------------

ID = Shaped("an id", "[a-z0-9_-]{1,32}")
LAB = Shaped("a lab", r"(?! )[^/#+$\x00-\x1f\x7f\ud800-\udfff]{1,64}(?<! )")
HASH = Shaped("64 digits and letters a to f", "[0-9a-f]{64}")
MINTED = Shaped("a name that a program made", "[A-Za-z0-9._:-]{1,64}")
MS = Whole(0, 2**47)  # until the year 6429: sums of them overflow nowhere
RECORD = Shaped("the id of a record", f"{LAB.shape}/{ID.shape}/{ID.shape}#[1-9][0-9]{{0,12}}")

Id = Annotated[str, ID]
Hash = Annotated[str, HASH]
HashOrNone = Annotated[str, Shaped("a hash, or nothing", f"(?:{HASH.shape})?")]
Record = Annotated[str, RECORD]
Name = Annotated[str, MINTED]
Line = Annotated[str, Shown(200)]
Text = Annotated[str, Said()]
Seq = Annotated[int, Whole(1, 2**40)]
Count = Annotated[int, Whole(0, 2**40)]
Number = Annotated[int, Whole(1, 2**31 - 1)]
Ms = Annotated[int, MS]

# --- forms --------------------------------------------------------------------------------------


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
    """The dataclass that an object says, with the fields that came beside it. Raises Unfit."""
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
    return of(**given, **beside)


def written(value: object) -> dict[str, object]:
    """The object of a dataclass, for JSON. Raises Unfit."""
    said: dict[str, object] = {}
    for name, (kind, _) in _form(type(value)).items():
        try:
            said[name] = kind.write(getattr(value, name))
        except Unfit as unfit:
            raise Unfit(f"{type(value).__name__}.{name}: {unfit}") from None
    return said


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


def lines(data: bytes, limit: int = LIMIT) -> list[str]:
    """The lines of a message, which end at a line feed and at nothing else. Raises Unfit."""
    if len(data) > limit:
        raise Unfit(f"longer than {limit} bytes")
    try:
        return data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Unfit("not UTF-8") from None


def joined(texts: Iterable[str], limit: int = LIMIT) -> bytes:
    """A message of these lines. Raises Unfit where one is no line, or all are too long together."""
    rows = list(texts)
    if any("\n" in row for row in rows):
        raise Unfit("a line feed within a line")
    try:
        data = "\n".join(rows).encode("utf-8")
    except UnicodeEncodeError:
        raise Unfit("not a text") from None
    if len(data) > limit:
        raise Unfit(f"longer than {limit} bytes")
    return data


class OneLine:
    """A message that is one JSON object on one line."""

    __slots__ = ()

    def encode(self) -> bytes:
        """The message. Raises ValueError for values that no reader would take."""
        return joined([dumped(written(self))])

    @classmethod
    def decode(cls: type[T], data: bytes) -> T | Malformed:
        """The message that `data` says, whatever it is."""
        return tried(lambda: built(cls, only(lines(data))))


def only(rows: list[str]) -> object:
    """The object of a message of one line. Raises Unfit."""
    if len(rows) != 1:
        raise Unfit("more than one line")
    return parsed(rows[0])


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
