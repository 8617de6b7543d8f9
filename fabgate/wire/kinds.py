"""The kinds of values that stand in a message: each is read strictly, written, and told as JSON Schema.

`forms.py` puts them together to messages. What is told of a fault never repeats what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol

from fabgate.model import Moment

Schema = Mapping[str, object]


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


def _all_of(shape: str) -> str:
    return f"^(?:{shape})$" if "|" in shape else f"^{shape}$"


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
        return {"type": "string", "pattern": _all_of(self.shape)}


_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person reads: at most `longest` characters, none that moves a cursor; line feeds in `several`.

    It is made to fit when it is written: a title from a configuration must not make a gate mute.
    """

    longest: int
    several: bool = False

    def read(self, said: object) -> str:
        if not isinstance(said, str) or len(said) > self.longest or self._unfit.search(said):
            raise Unfit(f"not a text of at most {self.longest} characters")
        return said

    def write(self, value: object) -> object:
        return self.read(self._unfit.sub(" ", value)[: self.longest] if isinstance(value, str) else value)

    def schema(self) -> Schema:
        unfit = self._unfit.pattern.replace(r"\ud800-\udfff", "")
        return {"type": "string", "maxLength": self.longest, "pattern": f"^[^{unfit[1:]}*$"}

    @property
    def _unfit(self) -> re.Pattern[str]:
        return _IN_LINES if self.several else _UNSHOWABLE


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
        names = {"pattern": _all_of(self.names.shape)}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.kind.schema()}


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
RECORD = Shaped("the id of a record", f"{LAB.shape}/{ID.shape}/{ID.shape}#[1-9][0-9]{{0,11}}")

LONG_TEXT = 20_000
LAST_SEQ = 999_999_999_999  # a store's key has room for 2**40 - 1; twelve digits are easier to see

Id = Annotated[str, ID]
Hash = Annotated[str, HASH]
HashOrNone = Annotated[str, Shaped("a hash, or nothing", f"|{HASH.shape}")]
Digest = Annotated[str, Shaped("a digest, or nothing", "[0-9a-f]{0,64}")]
Record = Annotated[str, RECORD]
Name = Annotated[str, MINTED]
Line = Annotated[str, Shown(200)]
Text = Annotated[str, Shown(LONG_TEXT, several=True)]
Seq = Annotated[int, Whole(1, LAST_SEQ)]
Count = Annotated[int, Whole(0, LAST_SEQ)]
Number = Annotated[int, Whole(1, 2**31 - 1)]
Ms = Annotated[int, MS]
