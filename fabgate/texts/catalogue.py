"""The one catalogue of everything that people read at a machine or after a refused command.

A code or notice has one or more lines for what happened (`text`) and for what to do now (`next`),
from the most to the least particular: the first line whose placeholders are all given is said.
The last line of each has no placeholder, so that there is always something to say. A lab's own
file is laid on top, sentence by sentence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from fabgate.errors import ConfigError
from fabgate.model import Code, Facts, Notice
from fabgate.texts.forms import Speech, Words
from fabgate.texts.lines import Line, Unfit, fill, line, nearest
from fabgate.texts.titles import Titles, told

LANGUAGES = ("en", "fr", "nl", "de")
SENTENCES = tuple(what.value for what in (*Code, *Notice))
AT_BOARD = "at_board"
"""The web page as the place where it is said: its next steps name pages in the place of commands."""
PHRASES = ("sign",)
"""Groups of words that hold facts, as sentences do."""
_PARTS = ("text", "next")
_Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Said:
    """What happened, and what to do next. Neither is ever empty."""

    text: str
    next: str


@dataclass(frozen=True, slots=True)
class Sentence:
    text: tuple[Line, ...]
    next: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its sentences by code or notice, and its words."""

    sentences: Mapping[str, Sentence]
    speech: Speech


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of a lab in the languages that its members read; the first one is the lab's own."""

    tongues: Mapping[str, Tongue]

    @classmethod
    def load(
        cls,
        languages: Sequence[str],
        zone: ZoneInfo,
        own: Path | None = None,
        titles: Titles | None = None,
        place: str = "",
    ) -> Catalogue:
        """The shipped catalogue in these languages, with the lab's own file on top.

        `place` names where it is said, if that is neither a machine nor a terminal: AT_BOARD.
        Dates and times are said in `zone`. `titles` (of a charter: `titles_of`) is what the lab calls
        its skills, papers and openings; a fact may then be given as their id. Raises ConfigError
        for a language that is not shipped, and for an own file that is not there, is no TOML, or
        holds a language, code, word or placeholder that is not known.
        """
        if not languages:
            raise ConfigError("no language to speak to members in", f"Name one of: {', '.join(LANGUAGES)}.")
        for language in languages:
            _known(language, LANGUAGES, "language", "the list of languages")
        on_top = {} if own is None else _tables(_read(own), str(own))
        for language in on_top:
            _known(language, LANGUAGES, "language", str(own))
        tongues = {}
        for language in languages:
            read = _read_in(language)
            if place:
                file = f"{place}_{language}"
                read = _laid_on(read, _tables(tomllib.loads(shipped(file)), file), f"{file}.toml: [")
            sentences, words = _laid_on(read, on_top.get(language, {}), f"{own}: [{language}.")
            tongues[language] = Tongue(sentences, Speech(words, zone, told(titles or {}, language)))
        return cls(tongues)

    def say(self, what: Code | Notice, facts: Facts, language: str | None = None) -> Said:
        """What to tell a person who reads `language`, or the lab's first language.

        Facts that are missing, None or empty lead to a less particular sentence, never to an error.
        """
        tongue = self._tongue(language)
        sentence = tongue.sentences[what.value]
        text, then = (_first(lines, facts, tongue.speech) for lines in (sentence.text, sentence.next))
        return Said(text, then)

    def word(self, group: str, key: str, language: str | None = None) -> str:
        """The word for a reason, a level, a state, a trouble, ...; `key` itself where there is none."""
        return self._tongue(language).speech.word(group, key) or key

    def phrase(self, group: str, key: str, facts: Facts, language: str | None = None) -> str | None:
        """A phrase of a group of PHRASES with its facts; None where one of them is not given."""
        speech = self._tongue(language).speech
        return fill(line(speech.words[group][key]), facts, speech)

    def title(self, kind: str, thing: str, language: str | None = None) -> str:
        """What the lab calls a skill, a paper or an opening; the id itself where it gave no title."""
        return self._tongue(language).speech.title(kind, thing) or thing

    def _tongue(self, language: str | None) -> Tongue:
        known = None if language is None else self.tongues.get(language)
        return known or next(iter(self.tongues.values()))


def shipped(language: str) -> str:
    """The text of the file that fabgate brings for a language."""
    return (resources.files(__package__) / f"{language}.toml").read_text(encoding="utf-8")


def _first(lines: tuple[Line, ...], facts: Facts, speech: Speech) -> str:
    filled = (fill(parts, facts, speech) for parts in lines)
    said = next((text for text in filled if text), None)
    assert said is not None, "the last line of a sentence has no placeholder"
    return said


# --- reading the files ------------------------------------------------------------------------


Read = tuple[Mapping[str, Sentence], Words]


def _read_in(language: str) -> Read:
    """What is shipped in a language."""
    where = f"{language}.toml"
    raw = _tables(tomllib.loads(shipped(language)), where)
    words = _words(raw.pop("words"), where)
    return {code: _sentence(table, f"{where}: [{code}]", None) for code, table in raw.items()}, words


def _laid_on(read: Read, on_top: _Table, where: str) -> Read:
    """The same with other sentences and words in the place of some; `where` begins the name of each."""
    sentences, words = dict(read[0]), read[1]
    for key, value in on_top.items():
        place = f"{where}{key}]"
        if key == "words":
            words = _overlaid(words, _words(value, place), place)
        else:
            _known(key, SENTENCES, "code", place)
            sentences[key] = _sentence(value, place, sentences[key])
    return sentences, words


def _sentence(table: object, where: str, under: Sentence | None) -> Sentence:
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: not a table", 'Write text = "..." and next = ["..."] under it.')
    for part in table:
        _known(part, _PARTS, "part of a sentence", where)
    said = {part: _lines(table[part], f"{where} {part}") for part in table}
    if under is None:
        return Sentence(said["text"], said["next"])
    return Sentence(said.get("text", under.text), said.get("next", under.next))


def _lines(value: object, where: str) -> tuple[Line, ...]:
    """One line or several. Raises ConfigError unless the last one can always be said."""
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list) or not written or not all(isinstance(text, str) for text in written):
        raise ConfigError(f"{where}: not a line of text", "Write one text in quotes, or a list of them.")
    lines = [_line(text, where) for text in written]
    if len(lines[-1]) != 1 or not isinstance(lines[-1][0], str) or not lines[-1][0].strip():
        raise ConfigError(
            f"{where}: the last line has a placeholder or says nothing",
            "End with a line without placeholders, for when nothing more is known.",
        )
    return tuple(lines)


def _line(text: str, where: str) -> Line:
    try:
        return line(text)
    except Unfit as unfit:
        raise ConfigError(f"{where}: {unfit.what}", unfit.remedy) from unfit


def _words(value: object, where: str) -> Words:
    groups = _tables(value, f"{where} words")
    for group, words in groups.items():
        for key, word in words.items():
            if not isinstance(word, str) or not word.strip():
                raise ConfigError(f"{where}: {group}.{key} is no word", "Put a word in quotes.")
            if group in PHRASES:
                _line(word, f"{where} {group}.{key}")
    return {group: {key: str(word) for key, word in words.items()} for group, words in groups.items()}


def _overlaid(words: Words, own: Words, where: str) -> Words:
    for group, given in own.items():
        _known(group, words, "group of words", where)
        for key in given:
            _known(key, words[group], f"word of {group}", where)
    return {group: {**under, **own.get(group, {})} for group, under in words.items()}


def _read(path: Path) -> _Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}", "Mend or remove [lab] texts."
        ) from error
    except ValueError as error:  # TOML syntax, or not UTF-8
        raise ConfigError(f"{path}: {error}", "Mend this line; nothing was started.") from error


def _tables(value: object, where: str) -> dict[str, dict[str, object]]:
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise ConfigError(
            f"{where}: a sentence or word stands outside its table",
            'Write them as [fr.unknown_badge] text = "..." or [fr.words.why] limit = "...".',
        )
    return value


def _known(word: str, known: Sequence[str] | Mapping[str, object], what: str, where: str) -> None:
    if word not in known:
        raise ConfigError(f"{where}: {word!r} is no {what} of fabgate", nearest(word, known))
