"""From a lab's file of rules to its charter. Without a file nothing is asked that is not written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fabgate.charter import Charter, Opening, Paper, Skill, Titles
from fabgate.config import keys
from fabgate.config import rulebook_keys as its
from fabgate.config.key import Key
from fabgate.config.reading import Document, refuse
from fabgate.config.rulebook_check import check
from fabgate.config.rulebook_keys import Number
from fabgate.config.values import LANGUAGES
from fabgate.model import Company, Level, SkillId

T = TypeVar("T")


def read(path: Path, languages: Sequence[str] = LANGUAGES) -> Charter:
    """The charter of a file that stands alone, without the configuration that will name it.

    Raises ConfigError with everything that is wrong.
    """
    document = Document(path, its.RULES)
    check(document)
    refuse([document])
    return Rulebook(document, None, languages).charter(())


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A file of rules that was checked, and the configuration that names it, which may say a little too."""

    document: Document
    main: Document | None
    languages: Sequence[str]

    def charter(self, skills: Iterable[SkillId]) -> Charter:
        """All rules; `skills` are those that are named elsewhere, by machines."""
        book = self.document
        named = {*skills, *map(SkillId, book.names("skill"))}
        return Charter(
            skills={one: self.skill(one) for one in sorted(named)},
            papers={name: self._paper(name) for name in book.names("paper")},
            openings={name: self._opening(name) for name in book.names("opening")},
            purposes={name: book.need(its.PURPOSE, name) for name in book.written_in("purpose")},
            majority_years=book.need(its.MAJORITY),
            stay_ms=book.need(its.STAY),
            safety_suspend=book.need(its.BY_ANY),
            suspend_ms=book.need(its.LONGEST),
            review_months=book.need(its.REVIEW),
            notice_days=book.need(its.NOTICE_DAYS),
            idle_days=book.need(its.IDLE_DAYS),
            offline_promotion=book.need(its.OFFLINE),
            digest=book.digest,
        )

    def skill(self, name: SkillId, company: Company | None = None) -> Skill:
        """What a skill says itself, else what its class says; `company`: as on a machine of that class."""
        book = self.document
        of_class = company or book.need(its.SKILL_CLASS, name)
        titles = self._titles(name)

        def number(of: Number[T]) -> T:
            written = book.written(of.of_skill, name)
            return book.need(of.of_skill, name) if written else book.need(of.of_class, of_class.value)

        return Skill(
            id=name,
            title=self._title(titles, name),
            sponsor_from=self._sponsor_from(name),
            company=of_class,
            titles=_by_language(titles),
            requires=tuple(map(SkillId, book.need(its.REQUIRES, name))),
            granted_by=number(its.GRANTED_BY),
            valid_months=number(its.VALID),
            unused_months=number(its.UNUSED),
            sessions=number(its.SESSIONS),
            minutes=number(its.MINUTES),
            checklist=self._items(its.CHECKLIST, name),
            quizzes=self._items(its.QUIZ, name),
            challenges=self._items(its.CHALLENGE, name),
            max_trainees=number(its.MAX_TRAINEES),
            reproof_ms=number(its.REPROOF),
            company_grace_ms=number(its.COMPANY_GRACE),
            check_in=number(its.CHECK_IN),
            sponsor_status=number(its.SPONSOR_STATUS),
            guests=number(its.GUESTS),
            stale_after_ms=number(its.STALE_AFTER) or None,
            stale=number(its.STALE),
        )

    def _paper(self, name: str) -> Paper:
        titles = self.document.get(its.PAPER_TITLE, name)
        return Paper(
            name,
            self._title(titles, name),
            _by_language(titles),
            self.document.need(its.GRACE_DAYS, name),
            self.document.need(its.MINORS, name),
            self.document.need(its.SUBSCRIPTION, name),
            self.document.need(its.PAPER_GUESTS, name),
        )

    def _opening(self, name: str) -> Opening:
        titles = self.document.get(its.OPENING_TITLE, name)
        return Opening(
            name,
            self.document.need(its.MODE, name),
            self._title(titles, name),
            _by_language(titles),
            self.document.need(its.WEEKLY_HOURS, name),
            self.document.need(its.CLOSED_DAYS, name),
        )

    def _items(self, key: Key[T], skill: str) -> Mapping[str, T]:
        written = self.document.written_in(*key.parts[:1], skill, *key.parts[2:-1])
        return {item: self.document.need(key, skill, item) for item in written}

    def _titles(self, skill: str) -> Titles | None:
        """The titles that the rules have, else the one of the configuration."""
        plain = None if self.main is None else self.main.get(keys.SKILL_TITLE, skill)
        return self.document.get(its.SKILL_TITLE, skill) or ({"": plain} if plain else None)

    def _sponsor_from(self, skill: str) -> Level:
        said = self.document.get(its.SPONSOR_FROM, skill)
        if said is None and self.main is not None:
            said = self.main.get(keys.SPONSOR_FROM, skill)
        return said or Level.AUTONOMOUS

    def _title(self, titles: Titles | None, name: str) -> str:
        """The title in the first of the lab's languages that has one."""
        if not titles:
            return name
        found = [titles[language] for language in ("", *self.languages) if language in titles]
        return (found or list(titles.values()))[0]


def _by_language(titles: Titles | None) -> Titles:
    return {language: text for language, text in (titles or {}).items() if language}
