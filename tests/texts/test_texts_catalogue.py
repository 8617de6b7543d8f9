"""What a person reads follows from the facts."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.model import Code, Hold, Level, Notice, Trouble, Why
from fabgate.texts import LANGUAGES, Catalogue, Said
from fabgate.texts.forms import FACTS

BRUSSELS = ZoneInfo("Europe/Brussels")
TEXTS = Catalogue.load(LANGUAGES, BRUSSELS)
OCTOBER = 1_792_828_800_000  # 2026-10-24T08:00Z
MINUTE = 60_000


def say(what, language="en", **facts):
    return TEXTS.say(what, facts, language)


def test_a_trainee_is_told_who_may_sponsor():
    told = say(Notice.ASK_SPONSOR, member="Ada", sponsors=("Zoé", "Bob"), contact="the desk", wait_s=60)
    assert told == Said("Ada, you need a sponsor.", "Zoé or Bob: please tap within 1 min.")


def test_a_trainee_without_a_named_sponsor_is_told_whom_to_ask():
    told = say(Notice.ASK_SPONSOR, member="Ada", sponsors=(), contact="Zoé 0470 123", wait_s=45)
    assert told.next == "A sponsor taps within 45 s. Who can? Zoé 0470 123"


def test_a_trainee_whom_nobody_can_help_still_has_a_next_step():
    assert say(Notice.ASK_SPONSOR).next == "A sponsor taps now."


def test_a_lapsed_member_is_told_since_when():
    assert say(Code.LAPSED, lapsed_ms=OCTOBER).text == "Your right ran out on 24 Oct 2026."
    assert say(Code.LAPSED).text == "Your right here has run out."


def test_a_lapsed_member_is_told_who_helps():
    assert "Zoé" in say(Code.LAPSED, sponsors=("Zoé",), contact="the desk").next
    assert "the desk" in say(Code.LAPSED, contact="the desk").next


def test_a_taken_machine_says_how_long_and_never_by_whom():
    told = say(Code.MACHINE_IN_USE, title="Laser", member="Ada", taken_ms=80 * MINUTE, left_ms=160 * MINUTE)
    assert told == Said("Laser is taken.", "Taken for 1 h 20 min, at most 2 h 40 min more.")
    other = say(Code.MACHINE_IN_USE, title="Laser", taken_ms=5 * MINUTE)
    assert other.next == "Taken for 5 min. Please come back later."


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_a_taken_machine_can_name_who_works_there(language):
    told = say(Code.MACHINE_IN_USE, language, member="Ada", sponsor="Ada", trainee="Ada")
    assert "Ada" not in told.text + told.next


def test_a_locked_machine_says_since_when_and_whom_to_ask():
    told = say(Code.MACHINE_LOCKED, title="Laser", since_ms=OCTOBER, contact="the desk")
    assert told == Said("Laser is out of service.", "Since 24 Oct 2026. When is it back? Ask: the desk")
    assert "24 Oct" not in say(Code.MACHINE_LOCKED, contact="the desk").next


def test_an_unknown_badge_is_sent_to_the_contact():
    assert say(Code.UNKNOWN_BADGE, contact="Zoé 0470").next == "To have it put on your name: Zoé 0470"
    assert "fab manager" in say(Code.UNKNOWN_BADGE).next


def test_a_suspended_member_is_told_since_when():
    assert "24 Oct 2026" in say(Code.SUSPENDED_MEMBER, since_ms=OCTOBER, contact="the desk").next


def test_a_full_disk_asks_to_call_a_manager():
    assert "call a manager" in say(Code.LEDGER_UNAVAILABLE, contact="Zoé 0470").next


@pytest.mark.parametrize("trouble", Trouble)
def test_a_fault_says_which_and_what_to_do(trouble):
    told = say(Code.MACHINE_FAULT, title="Laser", trouble=trouble, contact="Zoé")
    assert TEXTS.word("trouble", trouble) in told.text
    assert TEXTS.word("cure", trouble) in told.next and "Zoé" in told.next


def test_a_warning_says_what_helps_against_its_reason():
    warned = {"member": "Ada", "left_ms": 5 * MINUTE}
    limit = say(Notice.WARNING, why="limit", **warned)
    assert limit.next == "Reason: time limit. Please finish your work."
    idle = say(Notice.WARNING, why="idle", **warned)
    assert idle.next == "Reason: idle for too long. Your badge says that you are still here."


@pytest.mark.parametrize("why", Why)
def test_an_end_says_after_how_long_and_why(why):
    told = say(Notice.ENDED, title="Laser", member="Ada", length_ms=90_000, why=why)
    assert told.text == "Ada, Laser is off."
    assert told.next.startswith(f"After 1 min 30 s: {TEXTS.word('why', why)}.")


def test_how_to_start_and_stop_follows_how_the_session_is_held():
    assert {say(Notice.READY, hold=hold).next for hold in Hold} == {
        "Tap your badge to start.",
        "Put your badge in to start.",
    }
    assert say(Notice.OPENED, limit_ms=240 * MINUTE, hold="tap").next == "4 h at most. Tap again to stop."


def test_a_supervised_start_names_both():
    assert say(Notice.OPENED_SUPERVISED, member="Ada", sponsor="Zoé").text == "Ada works, Zoé sponsors."


def test_a_deed_beyond_a_persons_office_says_which_office_it_takes():
    assert say(Code.NOT_ALLOWED, needs="manager", by="Bob").text == "This takes a fab manager, Bob is not."


def test_whom_to_turn_to_at_the_desk_follows_from_who_is_there():
    asked = {"needs": "manager", "by": "Bob"}
    assert say(Code.NOT_ALLOWED, managers=("Zoé", "Ada"), **asked).next.startswith("Zoé or Ada can do it")
    assert say(Code.NOT_ALLOWED, managers=(), **asked).next.startswith("Ask a manager")
    assert "fabgate init" in say(Code.NOT_ALLOWED, needs="first_manager", managers=("Zoé",)).next
    assert say(Code.NOT_ALLOWED, needs="by").next == "Write who you are: --by and your handle."


def test_a_slip_in_a_name_at_the_desk_is_answered_with_what_was_meant():
    assert "Did you mean ada or adam?" in say(Code.UNKNOWN_MEMBER, subject="adda", near=("ada", "adam")).next
    assert "laser, mill" in say(Code.UNKNOWN_MACHINE, machine="x", machines=("laser", "mill")).next
    assert say(Code.HANDLE_TAKEN, handle="ada", free="ada-2").next == "ada-2 is free: --id ada-2"


@pytest.mark.parametrize(
    ("language", "date", "length", "names"),
    [
        ("en", "24 Oct 2026", "1 h 20 min", "Zoé, Bob or Ada"),
        ("fr", "24/10/2026", "1 h 20 min", "Zoé, Bob ou Ada"),
        ("nl", "24/10/2026", "1 u 20 min", "Zoé, Bob of Ada"),
        ("de", "24.10.2026", "1 h 20 min", "Zoé, Bob oder Ada"),
    ],
)
def test_each_language_writes_dates_lengths_and_names_its_own_way(language, date, length, names):
    assert date in say(Code.LAPSED, language, lapsed_ms=OCTOBER).text
    assert length in say(Code.MACHINE_IN_USE, language, taken_ms=80 * MINUTE).next
    assert names in say(Code.NEEDS_SPONSOR, language, sponsors=("Zoé", "Bob", "Ada")).next


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_field_are_used(language):
    trainee, sponsor = {
        "en": ("trainee", "sponsor"),
        "fr": ("stagiaire", "parrain ou marraine"),
        "nl": ("leerling", "peter of meter"),
        "de": ("lernend", "Patin oder Pate"),
    }[language]
    assert TEXTS.word("level", Level.TRAINEE.word, language) == trainee
    assert TEXTS.word("level", Level.SPONSOR.word, language) == sponsor
    assert all(word in say(Code.NEEDS_SPONSOR, language).next for word in sponsor.split(" "))


def test_a_date_is_that_of_the_lab_not_of_greenwich():
    late = OCTOBER + 15 * 3_600_000  # 23:00Z, past midnight in Brussels
    assert "25 Oct 2026" in say(Code.LAPSED, lapsed_ms=late).text


def test_a_time_follows_the_change_to_winter_time():
    before, after = 1_792_885_500_000, 1_792_889_100_000  # an hour apart, 23:45Z and 00:45Z
    changed = 1_792_892_700_000  # 01:45Z, an hour of winter time later
    times = [say(Notice.STILL_ON, until_ms=at).next for at in (before, after, changed)]
    assert times == [f"Until 0{hour}:45 at the latest." for hour in (1, 2, 2)]


def test_a_long_list_of_sponsors_is_cut_short():
    told = say(Code.NEEDS_SPONSOR, sponsors=("Zoé", "Bob", "Cléo", "Dirk", "Els"))
    assert told.next == "Ask Zoé, Bob, Cléo or somebody else to come and tap after you."


@pytest.mark.parametrize(
    ("length_ms", "read"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (999, "0 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (61_000, "1 min 1 s"),
        (10 * MINUTE + 59_000, "10 min"),
        (60 * MINUTE, "1 h"),
        (24 * 60 * MINUTE, "1 d"),
        (49 * 60 * MINUTE, "2 d 1 h"),
    ],
)
def test_a_length_is_said_as_people_say_it(length_ms, read):
    assert say(Notice.BACK, left_ms=length_ms).next == f"{read} left."


def test_a_member_reads_their_own_language_where_the_lab_has_it():
    lab = Catalogue.load(["fr", "nl"], BRUSSELS)
    assert lab.say(Code.REASON_NEEDED, {}, "nl").text == "Zeg waarom, alsjeblieft."
    for other in (None, "en", "de", ""):
        assert lab.say(Code.REASON_NEEDED, {}, other).text == "Dis pourquoi, s'il te plaît."


def test_a_word_that_nobody_knows_is_shown_as_it_is():
    assert TEXTS.word("why", "struck_by_lightning") == "struck_by_lightning"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("{contact}", "{contact}"),
        ("{0.__class__}", "{0.__class__}"),
        ("%s {", "%s {"),
        ("Bobby'); DROP TABLE members;--", "Bobby'); DROP TABLE members;--"),
        ("Ada\nLovelace", "Ada Lovelace"),
        ("\x1b[31mAda\x07", "[31mAda"),
        ("Ada\u2028Lovelace", "Ada Lovelace"),
        ("\u202eadA", "adA"),
        ("李 小龍", "李 小龍"),
        ("علي", "علي"),
    ],
)
def test_a_name_is_shown_as_data_on_one_line(name, shown):
    told = say(Notice.ASK_SPONSOR, member=name, sponsors=(name, "Bob"), contact="X", wait_s=60)
    assert told.text == f"{shown}, you need a sponsor."
    assert told.next.startswith(f"{shown} or Bob:")


@pytest.mark.parametrize("empty", [None, "", "  ", "\n"])
def test_a_fact_that_says_nothing_is_not_said(empty):
    assert say(Code.UNKNOWN_BADGE, contact=empty) == say(Code.UNKNOWN_BADGE)


facts = st.dictionaries(
    st.sampled_from(sorted(FACTS)),
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**14), 10**16)
    | st.text()
    | st.sampled_from([*Why, *Trouble, *Hold, "manager"])
    | st.lists(st.text(), max_size=6).map(tuple),
)


# The first text that Hypothesis draws in a fresh clone takes it a second: it reads all of Unicode.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*Code, *Notice]), facts, st.sampled_from([*LANGUAGES, None, "xx"]))
def test_any_facts_lead_to_a_sentence_and_a_next_step_on_one_line_each(what, given_facts, language):
    told = TEXTS.say(what, given_facts, language)
    for said in (told.text, told.next):
        assert said.strip()
        assert said == "".join(said.splitlines())
