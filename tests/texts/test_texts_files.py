"""The three shipped files against each other and against the closed lists of the model."""

import re
import tomllib
from zoneinfo import ZoneInfo

import pytest

from fabgate.charter import Charter
from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.model import Code, Company, Hold, Lapse, Level, Notice, Role, Status, Trouble, Why
from fabgate.rules.face import Mood
from fabgate.rules.gestures import Name
from fabgate.rules.viewing import SIGN_IN
from fabgate.texts import LANGUAGES, Catalogue, titles_of
from fabgate.texts.catalogue import AT_BOARD, PHRASES, SENTENCES, shipped
from fabgate.texts.forms import FACTS, KINDS_OF
from fabgate.texts.lines import line, placeholders

ZONE = ZoneInfo("Europe/Brussels")
FILES = {language: tomllib.loads(shipped(language)) for language in LANGUAGES}
TONGUES = Catalogue.load(LANGUAGES, ZONE).tongues
OFFICES = [*Role, "first_manager", "by", "keyholder", "sponsor"]
TYPICAL = {
    "member": "Ada",
    "sponsor": "Zoé",
    "title": "Laser",
    "skill": "laser",
    "machine": "laser",
    "handle": "ada",
    "subject": "Ada",
    "by": "Zoé",
    "login": "ada",
    "session": "7",
    "left_ms": 300_000,
    "until_ms": 1_792_828_800_000,
    "lapsed_ms": 1_792_828_800_000,
    "why": "limit",
    "trouble": "estop",
    "needs": "manager",
    "paper": "the waiver",
    "needed": "Safety",
    "due": "dues",
    "due_ms": 1_792_828_800_000,
    "since_ms": 1_792_828_800_000,
    "opens_ms": 1_792_828_800_000,
    "most": 2,
    "most_ms": 72 * 3_600_000,
    "people": 8,
    "purpose": "repair",
    "opening": "open-lab",
    "item": "stop",
    "missing": ("the quiz", "2 sessions"),
}


def test_a_code_and_a_notice_never_share_a_name():
    assert len(set(SENTENCES)) == len(Code) + len(Notice)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_code_and_notice_and_no_other(language):
    assert set(FILES[language]) - {"words"} == set(SENTENCES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", SENTENCES)
def test_each_code_and_notice_says_what_happened_and_what_to_do_next(code, language):
    sentence = TONGUES[language].sentences[code]
    assert sentence.text and sentence.next


@pytest.mark.parametrize("code", SENTENCES)
def test_the_languages_know_the_same_of_each_code(code):
    """Line by line, so that the same facts lead to the same line everywhere."""
    spoken = [TONGUES[language].sentences[code] for language in LANGUAGES]
    for part in ("text", "next"):
        wants = [[placeholders(line) for line in getattr(sentence, part)] for sentence in spoken]
        assert all(want == wants[0] for want in wants)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_line_is_never_hidden_behind_one_that_asks_for_less(code):
    for lines in (TONGUES["en"].sentences[code].text, TONGUES["en"].sentences[code].next):
        wants = [placeholders(line) for line in lines]
        for place, later in enumerate(wants):
            assert not any(earlier <= later for earlier in wants[:place])


def test_the_languages_have_the_same_words():
    words = [{group: set(keys) for group, keys in FILES[language]["words"].items()} for language in LANGUAGES]
    assert all(word == words[0] for word in words)


@pytest.mark.parametrize("group", PHRASES)
def test_the_languages_know_the_same_of_each_phrase(group):
    for key, phrase in FILES["en"]["words"][group].items():
        for language in LANGUAGES:
            spoken = FILES[language]["words"][group][key]
            assert placeholders(line(spoken)) == placeholders(line(phrase)), f"{language}: {key}"


@pytest.mark.parametrize(
    ("group", "keys"),
    [
        ("why", Why),
        ("before", Why),
        ("after", Why),
        ("trouble", Trouble),
        ("cure", Trouble),
        ("level", [level.word for level in Level]),
        ("status", [*(status.word for status in Status), "suspended"]),
        ("company", Company),
        ("role", Role),
        ("office", {*OFFICES, SIGN_IN}),
        ("ask", {*OFFICES, SIGN_IN}),
        ("can", [Role.MANAGER, Role.MAINTAINER]),
        ("state", Name),
        ("lapse", Lapse),
        ("start", Hold),
        ("stop", Hold),
        ("mood", Mood),
        ("door", [Mood.READY, Mood.ON]),
        ("colour", Colour),
        ("pattern", Pattern),
        ("sound", set(Sound) - {Sound.NONE}),
        ("heard", set(Sound) - {Sound.NONE}),
    ],
)
def test_every_word_of_the_model_has_its_word_for_people(group, keys):
    assert set(FILES["en"]["words"][group]) == {str(key) for key in keys}


def test_every_word_form_of_a_fact_is_a_group_of_words():
    forms = {form for forms in FACTS.values() for form in forms}
    assert forms - set(FILES["en"]["words"]) == {
        "plain",
        "first",
        "titled",
        "names",
        "list",
        "date",
        "time",
        "duration",
    }


def test_every_fact_that_has_a_title_is_of_a_kind_that_has_titles():
    assert set(KINDS_OF) == {fact for fact, forms in FACTS.items() if "titled" in forms}
    assert {kind for kinds in KINDS_OF.values() for kind in kinds} == set(titles_of(Charter()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", [*Code, *Notice])
def test_what_happened_fits_a_small_display(what, language):
    said = Catalogue.load([language], ZONE).say(what, TYPICAL, language)
    assert len(said.text) <= 42


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_in_a_next_step_are_written_alike_in_all_languages(language):
    def commands(file):
        words = {group: words for group, words in file["words"].items() if group not in PHRASES}
        return sorted(re.findall(r"fabgate [a-z]+ [a-z]+|--[a-z]+", str(file | {"words": words})))

    assert commands(FILES[language]) == commands(FILES["en"])


def spoken(place: str, language: str) -> Catalogue:
    return Catalogue.load((language,), ZoneInfo("Europe/Brussels"), place=place)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_board_sends_nobody_to_a_command(language):
    tongue = spoken(AT_BOARD, language).tongues[language]
    lines = [line for one in tongue.sentences.values() for line in (*one.text, *one.next)]
    said = ["".join(part for part in line if isinstance(part, str)) for line in lines]
    said += [word for group in ("ask", "can", "office") for word in tongue.speech.words[group].values()]
    assert not [text for text in said if "`" in text or "--" in text or "fabgate " in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_board_says_what_a_machine_says_where_no_command_is_named(language):
    there = spoken(AT_BOARD, language)
    assert there.say(Code.UNKNOWN_BADGE, {}) == spoken("", language).say(Code.UNKNOWN_BADGE, {})


def test_the_languages_of_the_board_replace_the_same_sentences():
    files = [tomllib.loads(shipped(f"{AT_BOARD}_{language}")) for language in LANGUAGES]
    assert all(file.keys() == files[0].keys() for file in files)
    for code in files[0].keys() - {"words"}:
        assert len({len(file[code]["next"]) for file in files}) == 1, code
