"""What a lab calls its skills, papers and openings: a title by language, found by the id.

A title comes from the lab's own rules, not from the catalogue. Where a lab wrote none in a
language, its one title for all is said; where it wrote none at all, the id.
"""

from __future__ import annotations

from collections.abc import Mapping

from fabgate.charter import Charter, Opening, Paper, Skill

Titles = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Kind (skill, paper, opening), id, language: a title. Under ANY stands the one for all other languages."""

Told = Mapping[str, Mapping[str, str]]
"""Kind, id: a title, in one language."""

ANY = ""


def titles_of(charter: Charter) -> Titles:
    """The titles that a lab's rules give."""
    return {
        "skill": {skill.id: _by_language(skill) for skill in charter.skills.values()},
        "paper": {paper.id: _by_language(paper) for paper in charter.papers.values()},
        "opening": {opening.id: _by_language(opening) for opening in charter.openings.values()},
    }


def told(titles: Titles, language: str) -> Told:
    """The titles in this language, else those for all languages; things that have neither are not there."""
    return {kind: dict(_in(things, language)) for kind, things in titles.items()}


def _in(things: Mapping[str, Mapping[str, str]], language: str) -> list[tuple[str, str]]:
    said = ((thing, given.get(language) or given.get(ANY)) for thing, given in things.items())
    return [(thing, title) for thing, title in said if title]


def _by_language(thing: Skill | Paper | Opening) -> Mapping[str, str]:
    return {ANY: thing.title, **thing.titles}
