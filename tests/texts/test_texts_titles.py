"""A lab's own titles for its skills, papers and openings, said in the member's language."""

from zoneinfo import ZoneInfo

import pytest

from fabgate.charter import Charter, Mode, Opening, Paper, Skill
from fabgate.model import Code, Notice, SkillId
from fabgate.texts import LANGUAGES, Catalogue, titles_of

ZONE = ZoneInfo("Europe/Brussels")
LASER, SAFETY = SkillId("laser"), SkillId("safety")
CHARTER = Charter(
    skills={
        LASER: Skill(LASER, "laser cutting", titles={"fr": "découpe laser"}),
        SAFETY: Skill(SAFETY, "", titles={"nl": "veiligheid"}),
    },
    papers={
        "dues": Paper("dues", "the dues", titles={"fr": "la cotisation", "nl": "lidgeld"}),
        "laser": Paper("laser", "the laser form"),
    },
    openings={"evening": Opening("evening", Mode.PUBLIC, titles={"fr": "la soirée"})},
)
TEXTS = Catalogue.load(LANGUAGES, ZONE, titles=titles_of(CHARTER))
OCTOBER = 1_792_828_800_000  # 2026-10-24T08:00Z


def say(what, language="en", **facts):
    return TEXTS.say(what, facts, language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Not on file: the dues."),
        ("fr", "Pas au dossier : la cotisation."),
        ("nl", "Niet in je dossier: lidgeld."),
    ],
)
def test_a_paper_is_called_what_the_lab_calls_it_in_the_members_language(language, said):
    assert say(Code.PAPER_MISSING, language, paper="dues").text == said


def test_a_skill_that_comes_first_is_called_by_its_title():
    assert say(Code.PREREQUISITE, "fr", needed="laser").text == "À apprendre d'abord : découpe laser."


def test_a_suspension_on_one_skill_names_the_skill():
    assert say(Code.SUSPENDED_SKILL, skill="laser").text == "You are suspended on laser cutting."


def test_where_a_language_has_no_title_the_labs_one_title_is_said():
    assert say(Code.PREREQUISITE, "nl", needed="laser").text == "Eerst komt: laser cutting."


def test_where_a_lab_gave_no_title_the_id_is_said():
    assert say(Code.PREREQUISITE, needed="safety").text == "First comes: safety."
    assert say(Code.PREREQUISITE, needed="welding").text == "First comes: welding."
    assert (
        Catalogue.load(["en"], ZONE).say(Code.PREREQUISITE, {"needed": "laser"}).text == "First comes: laser."
    )


def test_a_member_who_reads_no_language_of_the_lab_reads_the_title_in_its_first():
    lab = Catalogue.load(["fr", "en"], ZONE, titles=titles_of(CHARTER))
    assert lab.title("paper", "dues", "de") == "la cotisation"


def test_what_runs_out_soon_is_a_paper_or_a_skill():
    assert "the dues" in say(Notice.CHECKED_IN, due="dues", due_ms=OCTOBER).next
    assert "veiligheid" in say(Notice.CHECKED_IN, "nl", due="safety", due_ms=OCTOBER).next


def test_a_paper_and_a_skill_of_the_same_id_are_told_apart():
    assert say(Code.PAPER_MISSING, paper="laser").text == "Not on file: the laser form."
    assert say(Code.PREREQUISITE, needed="laser").text == "First comes: laser cutting."


def test_a_command_in_a_next_step_keeps_the_id():
    told = say(Code.NOT_READY, subject="Ada", handle="ada", skill="laser")
    assert told.next == "First: fabgate grant give ada laser --level autonomous"


def test_titles_stand_alone_too():
    assert TEXTS.title("opening", "evening", "fr") == "la soirée"
    assert TEXTS.title("opening", "evening", "en") == "evening"
    assert TEXTS.title("machine", "laser", "en") == "laser"


def test_a_title_is_shown_as_data_on_one_line():
    odd = {"paper": {"dues": {"en": "the {contact}\nof \u202eyear"}}}
    texts = Catalogue.load(["en"], ZONE, titles=odd)
    assert texts.say(Code.PAPER_MISSING, {"paper": "dues"}).text == "Not on file: the {contact} of year."
    assert texts.title("paper", "dues") == "the {contact} of year"


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_a_title_that_says_nothing_is_not_said(empty):
    texts = Catalogue.load(["en"], ZONE, titles={"paper": {"dues": {"en": empty}}})
    assert texts.title("paper", "dues") == "dues"
    assert texts.say(Code.PAPER_MISSING, {"paper": "dues"}).text == "Not on file: dues."
