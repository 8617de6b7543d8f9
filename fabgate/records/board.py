"""Records of the board: who was given a way to sign in, and whose was taken away. Never the way itself.

They give no right: what somebody may do there their offices say. They stand in the books of the store whose
board it is, and gates know nothing of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class LinkMade:
    """A member was made a link that sets a password once, until `until_ms` (wall)."""

    kind: ClassVar[str] = "sign.link"
    member: str
    by: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """A member chose a password: through a link, or knowing the one before (`how`: link, old)."""

    kind: ClassVar[str] = "sign.password"
    member: str
    by: str
    how: str


@dataclass(frozen=True, slots=True)
class PasswordEnded:
    """A member's password, and every link to a new one, is good for nothing any more."""

    kind: ClassVar[str] = "sign.end"
    member: str
    by: str


@dataclass(frozen=True, slots=True)
class TokenMade:
    """A program may ask the API in the name of `member`, for `scopes`, until `until_ms` (wall)."""

    kind: ClassVar[str] = "sign.token"
    token: str
    member: str
    by: str
    scopes: tuple[str, ...]
    until_ms: int


@dataclass(frozen=True, slots=True)
class TokenEnded:
    kind: ClassVar[str] = "sign.token_end"
    token: str
    member: str
    by: str


@dataclass(frozen=True, slots=True)
class TerminalMade:
    """A browser stands by the reader of `machine`: who taps there may see their own pages on it."""

    kind: ClassVar[str] = "sign.terminal"
    terminal: str
    machine: str
    by: str


@dataclass(frozen=True, slots=True)
class TerminalEnded:
    kind: ClassVar[str] = "sign.terminal_end"
    terminal: str
    machine: str
    by: str
