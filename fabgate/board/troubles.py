"""What a command says of its failure to the board that ran it, told in the language of whoever asked.

A refusal comes as its code and its facts, and the catalogue has a sentence for it. An error comes as its kind
and what it says of itself, in English: what to do next is said by its kind, in the reader's language.
Whatever else a command prints is for the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from fabgate.board.speaker import Speaker
from fabgate.model import Code, Denied, Fact
from fabgate.texts.catalogue import Said

_KINDS = {
    "UsageError": "unfit",
    "MissingExtra": "config",
    "ConfigError": "config",
    "StoreBusy": "busy",
    "DiskFull": "full",
}
_OTHER = "books"


@dataclass(frozen=True, slots=True)
class Failed:
    """An error: the name of its class, and what it says of itself. No kind: it ended without a word."""

    kind: str = ""
    what: str = ""


def heard(said: bytes) -> Denied | Failed:
    """The last that a command said of why it failed."""
    for line in reversed(said.decode(errors="replace").splitlines()):
        found = _read(line)
        if found is not None:
            return found
    return Failed()


def _read(line: str) -> Denied | Failed | None:
    try:
        told = json.loads(line)
        if "refused" in told:
            return Denied(Code(told["refused"]), _facts(told["facts"]))
        return Failed(str(told["failed"]), str(told["what"]))
    except (ValueError, KeyError, TypeError):
        return None


def _facts(told: Mapping[str, Any]) -> Mapping[str, Fact]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in told.items()}


def told(speaker: Speaker, trouble: Denied | Failed) -> Said:
    """What happened, and what to do next."""
    if isinstance(trouble, Denied):
        return speaker.refusal(trouble)
    t = speaker.t
    if not trouble.kind:
        return Said(t("common.broken"), t("common.broken_next"))
    kind = _KINDS.get(trouble.kind, _OTHER)
    what = Markup('<span lang="en">{}</span>').format(trouble.what)
    return Said(t(f"common.failed_{kind}", what=what), t(f"common.failed_{kind}_next"))
