"""What the board says, in one language: the words of its pages, one file a part of it and language.

What a refusal says is the catalogue's, as at a machine; here stand headings, buttons, labels. A file is
`board/<part>_<language>.toml`, a flat list of keys; a page names a word as `part.key`. Placeholders are
`{name}`. A text of several lines is several paragraphs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from fabgate.errors import UsageError
from fabgate.texts.catalogue import LANGUAGES

_BEFORE_A_SIGN = re.compile(r" (?=[:;?!»])")
_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class BoardWords:
    """The words in one language, each under its part and key: `wall.free`."""

    language: str
    said: Mapping[str, str]

    @classmethod
    def of(cls, language: str) -> BoardWords:
        """Raises UsageError for a language that is not shipped."""
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise UsageError(f"the board has no texts in the language {language!r}", f"There are: {known}.")
        return cls(language, _shipped(language))

    def word(self, key: str) -> str:
        """The word as it is written, placeholders and all. Raises KeyError: a page that asks is wrong."""
        return self.said[key]

    def known(self, key: str) -> str | None:
        """The same, None where there is no such word: for a key that is put together from data."""
        return self.said.get(key)


def typeset(text: str, language: str) -> str:
    """The text for a page: in French no line begins with the `?` or `:` of the one before.

    A display and a terminal get the plain blanks that the files have: they break lines by their own rules.
    """
    if language != "fr":
        return text
    return _BEFORE_A_SIGN.sub(_NO_BREAK, text).replace("« ", f"«{_NO_BREAK}")


def parts() -> tuple[str, ...]:
    """The parts that there are, by name."""
    return tuple(sorted({_part(file)[0] for file in _files()}))


@cache
def _shipped(language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for file in _files():
        part, its = _part(file)
        if its == language:
            words = tomllib.loads(file.read_text(encoding="utf-8"))
            found |= {f"{part}.{key}": str(word) for key, word in words.items()}
    return found


def _files() -> tuple[Traversable, ...]:
    folder = resources.files(__package__) / "board"
    return tuple(file for file in folder.iterdir() if file.name.endswith(".toml"))


def _part(file: Traversable) -> tuple[str, str]:
    part, _, language = file.name.removesuffix(".toml").rpartition("_")
    return part, language
