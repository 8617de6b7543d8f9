"""What is wrong with a file of rules although each value by itself is fine."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from fabgate.charter import MEMBER_COLUMNS, Mode
from fabgate.config import keys
from fabgate.config import rulebook_keys as its
from fabgate.config.key import Key
from fabgate.config.reading import Document, spot
from fabgate.config.values import nearest
from fabgate.model import Company

_TWICE = ((its.SKILL_TITLE, keys.SKILL_TITLE), (its.SPONSOR_FROM, keys.SPONSOR_FROM))


def check(rules: Document, main: Document | None = None) -> None:
    """Note in `rules` all that does not fit together, and what does not fit the configuration beside it."""
    _check_classes(rules)
    _check_requires(rules, main)
    _check_free(rules)
    _check_papers(rules)
    _check_openings(rules)
    if main is not None:
        _check_said_once(rules, main)


def skills_named(rules: Document, main: Document | None) -> set[str]:
    """Every skill that anything names but what others require: by a table, or as what a machine takes."""
    named = set(rules.names("skill"))
    if main is not None:
        named |= set(main.names("skill"))
        named |= {skill for machine in main.names("machine") if (skill := main.get(keys.SKILL, machine))}
    return named


def _check_classes(rules: Document) -> None:
    for name in rules.names("class"):
        if name not in its.CLASSES:
            rules.wrong(("class", name), f'there is no class "{name}"', nearest(name, its.CLASSES))


def _check_requires(rules: Document, main: Document | None) -> None:
    """Skills that exist, and none that waits for itself."""
    known = skills_named(rules, main)
    required = {skill: rules.get(its.REQUIRES, skill) or () for skill in rules.names("skill")}
    for skill, before in required.items():
        for name in before:
            if name not in known:
                where = spot(its.REQUIRES, skill)
                rules.wrong(
                    where, f'there is no skill "{name}"', f"{nearest(name, known)} Or write [skill.{name}]."
                )
    try:
        TopologicalSorter(required).prepare()
    except CycleError as cycle:
        circle = cycle.args[1][::-1]
        rules.wrong(
            spot(its.REQUIRES, circle[0]),
            f"nobody could ever begin: {' needs '.join(circle)}",
            "Take one of them out.",
        )


def _check_free(rules: Document) -> None:
    """Trainees work alone where it is free, so a supervised session is never had there."""
    free = [name for name in rules.names("skill") if rules.get(its.SKILL_CLASS, name) is Company.FREE]
    for number in (its.SESSIONS, its.MINUTES):
        for key, name in ((number.of_class, "free"), *((number.of_skill, name) for name in free)):
            if rules.get(key, name):
                rules.wrong(
                    spot(key, name),
                    "nobody would ever be ready: where it is free, no session is supervised",
                    "Write 0, or take another class.",
                )


def _check_papers(rules: Document) -> None:
    for name in rules.names("paper"):
        if name in MEMBER_COLUMNS:
            rules.wrong(
                ("paper", name),
                "a table of members has a column of this name for something else",
                "Give the paper another id.",
            )
        if rules.get(its.MINORS, name) and rules.get(its.SUBSCRIPTION, name):
            rules.wrong(
                spot(its.SUBSCRIPTION, name),
                "a subscription is asked of nobody, and this is asked of minors",
                "Make two papers of it.",
            )


def _check_openings(rules: Document) -> None:
    subscribed = any(rules.get(its.SUBSCRIPTION, name) for name in rules.names("paper"))
    for name in rules.names("opening"):
        if rules.get(its.MODE, name) is Mode.SUBSCRIPTION and not subscribed:
            rules.wrong(
                spot(its.MODE, name),
                "nobody can have a subscription: no paper is one",
                "Write a paper for it: [paper.pass] with subscription = true.",
            )


def _check_said_once(rules: Document, main: Document) -> None:
    for mine, theirs in _TWICE:
        for skill in rules.names("skill"):
            if rules.written(mine, skill) and main.written(theirs, skill):
                _twice(rules, mine, main, theirs, skill)


def _twice(rules: Document, mine: Key[object], main: Document, theirs: Key[object], skill: str) -> None:
    line = main.line(spot(theirs, skill))
    rules.wrong(
        spot(mine, skill),
        f"it is said here and in {main.path.name}, line {line}",
        "Say it in one of the two; take the other out.",
    )
