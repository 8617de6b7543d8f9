"""A report for funders put together: its tables, whose they are, and what to know before believing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from fabgate.charter import Charter
from fabgate.config import Settings
from fabgate.reports.figure_sheet import Paper, hides, shown
from fabgate.reports.gathered import Basis, Gathered
from fabgate.reports.public import FIGURES, MACHINES, REPORTS, Table, of_report
from fabgate.rules.occupancy import percent
from fabgate.texts import titles_of
from fabgate.texts.report_words import ReportWords
from fabgate.texts.titles import told

OPEN_DATA = "open-data"


def words_of(settings: Settings, language: str) -> ReportWords:
    """The words in a language, and what the lab calls its things in it. Raises UsageError."""
    return ReportWords.of(language, titles(settings, language))


def titles(settings: Settings, language: str) -> Mapping[str, Mapping[str, str]]:
    charter: Charter = settings.charter
    newest = settings.tariff.versions[-1] if settings.tariff.versions else None
    return {
        **told(titles_of(charter), language),
        "machine": {str(name): one.rules.title for name, one in settings.machines.items()},
        "purpose": dict(charter.purposes),
        "category": {} if newest is None else {name: one.title for name, one in newest.categories.items()},
        "plan": {} if newest is None else {name: one.title for name, one in newest.plans.items()},
    }


def paper(found: Gathered, made: Sequence[Table], report: str, lab: str, words: ReportWords) -> Paper:
    """A report, or all tables for open data, with its notes in the language of the words."""
    several = of_report(made, report) if report in REPORTS else tuple(made)
    notes = tuple(_notes(found, several, hides(one for one in made if one.id == MACHINES), words))
    return Paper(report, lab, str(found.period.first), str(found.period.last), several, notes)


def _notes(
    found: Gathered, made: Sequence[Table], machines_hidden: bool, words: ReportWords
) -> Iterator[str]:
    census, period = found.census, found.period
    if hides(made):
        yield words.note("hidden")
    if any("offered_hours" in (*one.figures, *(row.name[0] for row in one.rows)) for one in made):
        yield from (words.note(one.value) for one in Basis if one in found.basis)
    if period.now_s < period.whole_to_s:
        yield words.note("running", until=datetime.fromtimestamp(period.to_s, period.zone).date())
    told_worked = any("worked_hours" in (*one.figures, *(row.name[0] for row in one.rows)) for one in made)
    if told_worked and census.whole.unmetered_s:
        # Everybody knows which machines have no meter: a share would tell of one that is hidden.
        share = percent(census.whole.unmetered_s, census.whole.worked_s)
        alone = words.note("unmetered", share=shown(share, words))
        yield words.note("unmetered_some") if machines_hidden else alone
    if found.undated:
        yield words.note("undated", number=found.undated)
    if found.still_open:
        yield words.note("still_open", number=found.still_open)
    if not found.priced and any(one.id == FIGURES for one in made):
        yield words.note("unpriced")
    if not census.whole.sessions:
        yield words.note("nothing")
