"""Handles: the short names that people type. `ada`, and `ada-2` for the next one."""

from __future__ import annotations

import re
import sqlite3
import unicodedata

from fabgate.model import Code, Denied
from fabgate.store import roster

LONGEST = 32
_FIT = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_LIKE_AN_ID = re.compile(r"m-[0-9a-f]{16}")
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def unfit(handle: str) -> Denied | None:
    """HANDLE_UNFIT unless it is 1 to 32 of `a-z 0-9 . _ -`, beginning with a letter or a digit.

    What looks like a member's id is refused: it would be taken for that member.
    """
    if _FIT.fullmatch(handle) and not _LIKE_AN_ID.fullmatch(handle):
        return None
    return Denied(Code.HANDLE_UNFIT, {"handle": handle})


def taken(conn: sqlite3.Connection, handle: str) -> bool:
    return roster.member(conn, handle) is not None


def derived(conn: sqlite3.Connection, name: str) -> str:
    """A free handle from the first word of a name; `member` where it has no Latin letter."""
    for word in re.split(r"\s+", name.strip()):
        plain = unicodedata.normalize("NFKD", word.casefold()).translate(_LETTERS)
        latin = re.sub(r"[^a-z0-9]+", "", plain)[:LONGEST]
        if latin:
            return free(conn, latin)
    return free(conn, "member")


def free(conn: sqlite3.Connection, handle: str) -> str:
    """The handle itself where nobody has it, or the first free one of `handle-2`, `handle-3`."""
    candidate, number = handle, 1
    while taken(conn, candidate):
        number += 1
        candidate = f"{handle[: LONGEST - 1 - len(str(number))]}-{number}"
    return candidate
