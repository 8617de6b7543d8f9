"""What a key of a file is: where it stands, of what kind, with which default, what for; a list of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from fabgate.config.values import Kind

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Key(Generic[T_co]):
    """One key. `default` is as it would be written; where that is None, `else_` says what it follows from.

    `example` is what the sample shows where there is no default. A `*` in the path stands for an id
    that the lab chooses.
    """

    path: str
    kind: Kind[T_co]
    meaning: str
    default: object = None
    example: object = None
    else_: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("."))

    @property
    def needed(self) -> bool:
        """Whether a file is refused that has the key's table and lacks the key."""
        return self.default is None and not self.else_


@dataclass(frozen=True, slots=True)
class KeyList:
    """All keys that a sort of file may hold, and its tables with what they are for.

    A table that is in `chosen` is only asked for its needed keys where it is written at all; `sample`
    says where a file to begin with comes from. `exact`: numbers with a point are read as Decimals, for
    money; else as floats.
    """

    keys: tuple[Key[object], ...]
    tables: Mapping[str, str]
    sample: str
    chosen: tuple[str, ...] = ()
    exact: bool = False
