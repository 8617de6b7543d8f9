"""A lab's own sentences, laid on top of the shipped ones."""

from zoneinfo import ZoneInfo

import pytest

from fabgate.errors import ConfigError
from fabgate.model import Code
from fabgate.texts import Catalogue

ZONE = ZoneInfo("Europe/Brussels")


@pytest.fixture
def load(tmp_path):
    def load(written, languages=("en", "fr")):
        own = tmp_path / "texts.toml"
        own.write_text(written, encoding="utf-8")
        return Catalogue.load(languages, ZONE, own)

    return load


def test_a_labs_own_sentence_takes_the_place_of_the_shipped_one(load):
    texts = load('[en.unknown_badge]\ntext = "Who are you?"')
    assert texts.say(Code.UNKNOWN_BADGE, {}, "en").text == "Who are you?"


def test_what_the_lab_does_not_say_itself_stays_as_shipped(load):
    texts = load('[en.unknown_badge]\ntext = "Who are you?"')
    shipped = Catalogue.load(["en", "fr"], ZONE)
    assert texts.say(Code.UNKNOWN_BADGE, {}, "en").next == shipped.say(Code.UNKNOWN_BADGE, {}, "en").next
    assert texts.say(Code.UNKNOWN_BADGE, {}, "fr") == shipped.say(Code.UNKNOWN_BADGE, {}, "fr")


def test_a_labs_own_next_step_follows_the_facts_too(load):
    texts = load('[fr.unknown_badge]\nnext = ["Va voir {contact}.", "Va au bar."]')
    assert texts.say(Code.UNKNOWN_BADGE, {"contact": "Zoé"}, "fr").next == "Va voir Zoé."
    assert texts.say(Code.UNKNOWN_BADGE, {}, "fr").next == "Va au bar."


def test_a_labs_own_words_take_the_place_of_the_shipped_ones(load):
    texts = load('[fr.words.level]\nsponsor = "mentor"')
    assert texts.word("level", "sponsor", "fr") == "mentor"
    assert texts.word("level", "trainee", "fr") == "stagiaire"


def test_a_lab_calls_the_levels_and_offices_what_it_likes_in_one_language(load):
    texts = load('[fr.words.level]\ntrainee = "aspirant"\n[fr.words.office]\nmanager = "la forgeronne"')
    assert texts.word("level", "trainee", "fr") == "aspirant"
    assert texts.word("level", "trainee", "en") == "trainee"
    assert texts.say(Code.NOT_ALLOWED, {"needs": "manager"}, "fr").text == "Il faut la forgeronne."


def test_a_labs_own_word_stands_in_its_own_sentences_too(load):
    texts = load(
        '[fr.words.status]\nguest = "passant"\n[fr.guest_alone]\ntext = ["Ici en {status} !", "Pas seul."]'
    )
    assert texts.say(Code.GUEST_ALONE, {"status": "guest"}, "fr").text == "Ici en passant !"


def test_sentences_in_a_language_that_the_lab_does_not_use_do_no_harm(load):
    load('[nl.unknown_badge]\ntext = "Wie ben jij?"')


@pytest.mark.parametrize(
    ("written", "what", "remedy"),
    [
        ('[en.unknown_bagde]\ntext = "x"', "unknown_bagde", "unknown_badge"),
        ('[en.unknown_badge]\ntxet = "x"', "txet", "text"),
        ('[es.unknown_badge]\ntext = "x"', "'es'", "de, en, fr, nl"),
        ('[en.unknown_badge]\nnext = ["{contct}", "x"]', "{contct}", "contact"),
        ('[en.lapsed]\ntext = ["{lapsed_ms:names}", "x"]', "'names'", "date, time"),
        ('[en.unknown_badge]\ntext = "{contact}"', "last line has a placeholder", "without placeholders"),
        ('[en.unknown_badge]\ntext = " "', "says nothing", "without placeholders"),
        ('[en.unknown_badge]\ntext = "a { b"', "brace", "{name}"),
        ('[en.unknown_badge]\ntext = "a {{b}}"', "brace", "{name}"),
        ("[en.unknown_badge]\ntext = 3", "not a line", "quotes"),
        ("[en.unknown_badge]\nnext = []", "not a line", "quotes"),
        ('en = "x"', "outside its table", "[fr.unknown_badge]"),
        ('[en]\nunknown_badge = "x"', "unknown_badge", ""),
        ('[en.words.why]\nlimt = "x"', "limt", "limit"),
        ('[en.words.wy]\nlimit = "x"', "'wy'", "why"),
        ("[en.words.why]\nlimit = 3", "why.limit", "quotes"),
        ('[en.words.sign]\ncall = "{contct}"', "{contct}", "contact"),
        ('[en.words.why]\nlimit = " "', "why.limit", "a word"),
        ('[en.unknown_badge\ntext = "x"', "line 1", ""),
    ],
)
def test_a_slip_in_a_labs_own_file_is_named_with_its_remedy(load, written, what, remedy):
    with pytest.raises(ConfigError) as refused:
        load(written)
    assert "texts.toml" in refused.value.what
    assert what in refused.value.what
    assert remedy in refused.value.remedy


def test_an_own_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        Catalogue.load(["en"], ZONE, tmp_path / "gone.toml")


def test_an_own_file_that_is_not_utf_8_is_refused(tmp_path):
    own = tmp_path / "texts.toml"
    own.write_bytes(b'[en.unknown_badge]\ntext = "\xe9"')
    with pytest.raises(ConfigError, match=r"texts\.toml"):
        Catalogue.load(["en"], ZONE, own)


@pytest.mark.parametrize("languages", [[], ["en", "es"]])
def test_a_language_that_is_not_shipped_is_refused(languages):
    with pytest.raises(ConfigError):
        Catalogue.load(languages, ZONE)
