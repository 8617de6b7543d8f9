"""What the pages say, in one language: words of the board, sentences of the catalogue, dates, lengths, money.

Everything that comes from data is escaped; names of people stand in <bdi>, so that none of them, whatever
its script, turns the text around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from markupsafe import Markup, escape

from fabgate.config import Settings
from fabgate.model import Code, Denied, Facts, Notice
from fabgate.texts import LANGUAGES, Catalogue, titles_of
from fabgate.texts.board_words import BoardWords, typeset
from fabgate.texts.catalogue import AT_BOARD, Said
from fabgate.texts.forms import Speech, one_line, shown
from fabgate.texts.statement_words import StatementWords

_MISSING = "\N{EN DASH}"
_WEIGHT = re.compile(r"q=([01])(?:\.([0-9]{0,3}))?")
LANGUAGE_NAMES: Mapping[str, str] = {"en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch"}


@dataclass(frozen=True)
class Speaker:
    """One language of the lab. `settings` give its zone, its own texts, its titles, its currency."""

    language: str
    settings: Settings

    @cached_property
    def catalogue(self) -> Catalogue:
        lab = self.settings.lab
        return Catalogue.load(
            (self.language,), lab.zone, lab.texts, titles_of(self.settings.charter), AT_BOARD
        )

    @cached_property
    def words(self) -> BoardWords:
        return BoardWords.of(self.language)

    @cached_property
    def _speech(self) -> Speech:
        return self.catalogue.tongues[self.language].speech

    def t(self, key: str, **facts: object) -> Markup:
        """A word of the board, `part.key`, with its facts. Raises KeyError where there is none."""
        said = Markup(escape(typeset(self.words.word(key), self.language)))
        return Markup(said.format(**{name: escape(fact) for name, fact in facts.items()}))

    def known(self, key: str, otherwise: str = "") -> Markup:
        """The same for a key that is put together from data, without facts."""
        return escape(typeset(self.words.known(key) or otherwise, self.language))

    def say(self, what: Code | Notice, facts: Facts) -> Said:
        """A sentence of the catalogue and its next step."""
        said = self.catalogue.say(what, facts, self.language)
        return Said(typeset(said.text, self.language), typeset(said.next, self.language))

    def refusal(self, denied: Denied) -> Said:
        return self.say(denied.code, denied.facts)

    def word(self, group: str, key: object) -> str:
        """A word of the catalogue: a level, a status, a reason; the key itself where there is none."""
        said = self.catalogue.word(group, str(getattr(key, "word", key)), self.language)
        return typeset(said, self.language)

    @property
    def colon(self) -> str:
        """What stands between a label and what it labels, as the language sets it: `Lampe : verte`."""
        return self.word("passport", "colon")

    def title(self, kind: str, thing: str) -> str:
        """What the lab calls a skill, a paper, an opening."""
        return self.catalogue.title(kind, thing, self.language)

    def name(self, text: object) -> Markup:
        """A name of a person or a thing as data: on one line, in its own reading order."""
        shown_ = _MISSING if text in (None, "") else one_line(str(text))
        return Markup("<bdi>{}</bdi>").format(shown_)

    def day(self, wall_ms: int | None) -> str:
        return self._instant(wall_ms, "date")

    def time(self, wall_ms: int | None) -> str:
        return self._instant(wall_ms, "time")

    def moment(self, wall_ms: int | None) -> str:
        """Day and time in the lab's zone."""
        return _MISSING if wall_ms is None else f"{self.day(wall_ms)}, {self.time(wall_ms)}"

    def iso(self, wall_ms: int) -> str:
        """For `<time datetime>`: with the lab's offset from UTC."""
        zone = self.settings.lab.zone
        return datetime.fromtimestamp(wall_ms // 1000, zone).isoformat(timespec="seconds")

    def length(self, length_ms: int | None) -> str:
        return shown(self._speech, "length_ms", length_ms, "duration") or _MISSING

    def tenths(self, tenths: int) -> str:
        """A number of tenths with the point of the language: 12.5."""
        return StatementWords.of(self.language).number(f"{tenths // 10}.{tenths % 10}")

    def money(self, cents: int | None) -> str:
        """An amount with the lab's currency, as a statement in this language writes it: 3.50 EUR."""
        if cents is None:
            return _MISSING
        return f"{StatementWords.of(self.language).amount(cents)} {self.settings.tariff.currency}"

    def _instant(self, wall_ms: int | None, form: str) -> str:
        return shown(self._speech, "since_ms", wall_ms, form) or _MISSING


def spoken_in(settings: Settings) -> tuple[str, ...]:
    """The languages of the lab's members; its own is the first."""
    return tuple(one for one in settings.lab.languages if one in LANGUAGES)


def best(languages: tuple[str, ...], accepted: str) -> str:
    """The language that a browser asks for (RFC 9110, Accept-Language), else the lab's own."""
    wishes: list[tuple[int, str]] = []
    for one in accepted.split(",")[:20]:
        tag, _, rest = one.strip().partition(";")
        wishes.append((-_quality(rest), tag.partition("-")[0].casefold()))
    ordered = [tag for weight, tag in sorted(wishes, key=lambda wish: wish[0]) if weight < 0]
    return next((tag for tag in ordered if tag in languages), languages[0])


def _quality(text: str) -> int:
    """The weight of a wish, in thousandths; no file that knows money knows a float."""
    if not text.strip():
        return 1_000
    found = _WEIGHT.fullmatch(text.strip())
    return 0 if found is None else min(1_000, int(found[1]) * 1_000 + int(f"{found[2] or '':0<3}"))
