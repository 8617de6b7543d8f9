"""A sentence as it is written, `{placeholder:form}` and all, taken apart once and filled in often."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.model import Facts
from fabgate.texts.forms import FACTS, Speech, shown

_SLOT = re.compile(r"\{([^{}]*)\}")


class Unfit(Exception):
    """A sentence that cannot be used, and why; the catalogue adds where it stands."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a fact in a sentence, and the form it takes there."""

    fact: str
    form: str


Line = tuple[str | Slot, ...]


def line(text: str) -> Line:
    """The sentence taken apart. Raises Unfit for an unknown placeholder or form, or a stray brace."""
    parts: list[str | Slot] = []
    after = 0
    for found in _SLOT.finditer(text):
        parts += [_said(text[after : found.start()]), _slot(found[1])]
        after = found.end()
    parts.append(_said(text[after:]))
    return tuple(part for part in parts if part)


def fill(parts: Line, facts: Facts, speech: Speech) -> str | None:
    """The sentence with its facts, None where one of them is not given."""
    said: list[str] = []
    for part in parts:
        match part:
            case Slot(fact, form):
                value = shown(speech, fact, facts.get(fact), form)
                if value is None:
                    return None
                said.append(value)
            case str():
                said.append(part)
    return "".join(said)


def placeholders(parts: Line) -> frozenset[str]:
    """The facts that the sentence needs."""
    return frozenset(part.fact for part in parts if isinstance(part, Slot))


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy for a word that is not known: the one that was meant, perhaps, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, 1)
    return f"Did you mean {close[0]}?" if close else f"Known are: {', '.join(names)}."


def _said(text: str) -> str:
    if "{" in text or "}" in text:
        raise Unfit("a brace that opens or closes no placeholder", "Write a placeholder as {name}.")
    return text


def _slot(inner: str) -> Slot:
    fact, _, form = inner.partition(":")
    forms = FACTS.get(fact)
    if forms is None:
        raise Unfit(f"{{{fact}}} is no placeholder", nearest(fact, FACTS))
    if form and form not in forms:
        raise Unfit(f"{{{fact}}} has no form {form!r}", f"Known are: {', '.join(forms)}.")
    return Slot(fact, form or forms[0])
