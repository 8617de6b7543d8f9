"""Words on small displays: broken into lines and pages, drawn dot by dot or sign by sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.devices.lcd import SIZES, pages
from fabgate.devices.lcd_signs import OWN, codes, own, plain, table
from fabgate.devices.oled import HEIGHT, WIDTH, pictures
from fabgate.devices.protocols import NO_HEAD, Head
from fabgate.devices.screens import paged, shortened, wrapped
from fabgate.devices.strike import Sheet, strike

STRIKES = ("regular-10", "bold-10", "regular-12", "bold-12")
OURS = "àâäçèéêëîïôöùûüœæßÉÈÀÇÖÄÜñ"  # what English, French, Dutch and German write


def read(sheet: Sheet, top: int = 0, bottom: int = HEIGHT) -> list[str]:
    """The dots of some rows, to look at."""
    return [format(row, f"0{sheet.width}b").replace("0", ".") for row in sheet.rows[top:bottom]]


# --- lines


def test_words_stand_whole_on_lines_that_fit():
    assert wrapped("Tap your badge to start.", 12, len) == ("Tap your", "badge to", "start.")


def test_a_word_that_is_longer_than_a_line_is_broken():
    assert wrapped("See manager@openfab.example now", 10, len) == (
        "See",
        "manager@op",
        "enfab.exam",
        "ple now",
    )


def test_a_telephone_number_a_date_and_a_length_stay_together():
    assert wrapped("Call Zoé: 065 12 34 56", 15, len) == ("Call Zoé:", "065 12 34 56")
    assert wrapped("Back in for 5 min, or", 14, len) == ("Back in for", "5 min, or")
    assert wrapped("Until the 3 Nov 2026", 11, len) == ("Until the", "3 Nov 2026")


def test_what_belongs_together_is_torn_where_it_fits_on_no_line():
    assert wrapped("065 12 34 56 78", 8, len) == ("065 12", "34 56 78")


def test_no_text_is_one_empty_line():
    assert wrapped("", 10, len) == ("",)


@given(st.text(st.characters(codec="latin-1"), max_size=200), st.integers(1, 40))
def test_every_sign_is_said_once_and_no_line_is_too_long(text: str, room: int):
    lines = wrapped(text, room, len)
    assert all(len(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_what_is_too_long_for_a_title_ends_in_dots():
    assert shortened("Laser cutter", 20, len) == "Laser cutter"
    assert shortened("Laser cutter", 9, len) == "Laser..."
    assert shortened("Laser", 3, len) == ""


# --- pages


def test_a_sentence_that_fits_on_a_page_of_its_own_is_not_torn():
    assert paged([("a", "b"), ("c", "d")], 3) == (((0, "a"), (0, "b")), ((1, "c"), (1, "d")))


def test_a_sentence_that_is_longer_than_a_page_begins_where_the_last_one_ended():
    assert paged([("a",), ("b", "c", "d")], 2) == (((0, "a"), (1, "b")), ((1, "c"), (1, "d")))


def test_nothing_to_say_is_one_page():
    assert paged([], 3) == ((),)


# --- dots


@pytest.mark.parametrize("name", STRIKES)
def test_every_letter_of_the_shipped_languages_is_in_every_strike(name):
    letters = strike(name).letters
    assert [sign for sign in OURS + "’„“”«»–…€" if sign not in letters] == []


@pytest.mark.parametrize("name", STRIKES)
def test_no_letter_stands_out_of_its_line(name):
    held = strike(name)
    for sign, letter in held.letters.items():
        if sign.isascii():
            assert letter.top <= held.ascent and len(letter.rows) - letter.top <= held.descent, sign


def test_a_letter_is_drawn_as_its_dots_say():
    sheet = Sheet(6, 12)
    sheet.write(strike("bold-10"), "L", 0, 0)
    assert read(sheet, 0, 12) == [*["......"] * 2, *["11...."] * 7, "11111.", *["......"] * 2]


def test_what_does_not_fit_on_the_sheet_is_cut_off():
    sheet = Sheet(10, 4)
    sheet.write(strike("bold-12"), "WWW", 5, -5)
    assert all(0 <= row < 1 << 10 for row in sheet.rows)


def test_a_letter_that_is_not_there_is_written_as_its_nearest_and_others_as_a_question():
    held = strike("regular-10")
    assert held.width("ș") == held.width("s")
    assert held.width("漢") == held.width("?")


def test_the_title_is_lit_from_behind_only_while_something_runs_out():
    still, running = pictures(("On.",), Head("Laser"))[0], pictures(("On.",), Head("Laser", "5 min"))[0]
    assert read(still)[0].count("1") == 0
    assert read(running)[0].count("1") == WIDTH


def test_a_long_title_leaves_room_for_the_time():
    sheet = pictures(("On.",), Head("Laser cutter Trotec Speedy 300", "1 h 42"))[0]
    short = pictures(("On.",), Head("", "1 h 42"))[0]
    right = strike("bold-10").width("1 h 42") + 4
    assert [row[-right:] for row in read(sheet, 0, 13)] == [row[-right:] for row in read(short, 0, 13)]


def test_few_words_are_written_large():
    large, small = strike("bold-12"), strike("bold-10")
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.write(large, "Free.", 2, 14)
    assert pictures(("Free.",), NO_HEAD)[0].rows[14:28] == sheet.rows[14:28]
    assert large.height > small.height


def test_what_fits_on_one_page_of_small_letters_is_not_torn_into_two_of_large_ones():
    assert (
        len(
            pictures(("Ada works, Grace sponsors.", "Until 17:30 at the latest. Tap again to stop."), NO_HEAD)
        )
        == 1
    )


def test_the_bars_at_the_foot_say_which_page_it_is():
    words = (
        "You need a sponsor beside you.",
        "Ask Grace, Zoé, Béa or somebody else to come and tap after you.",
    )
    first, second = (read(sheet)[-2] for sheet in pictures(words, NO_HEAD))
    assert "1" in first[:64] and "1" not in first[64:]
    assert "1" not in second[:64] and "1" in second[64:]


@given(
    st.lists(st.text(max_size=120), max_size=3).map(tuple),
    st.text(max_size=40),
    st.sampled_from(["", "5 min"]),
)
def test_every_text_can_be_shown_on_dots(lines: tuple[str, ...], title: str, time: str):
    for sheet in pictures(lines, Head(title, time)):
        assert len(sheet.packed()) == WIDTH * HEIGHT // 8


# --- signs


def test_four_rows_have_the_title_and_the_time_above_and_say_which_page_it_is():
    first, second = pages(
        ("One two three four five six.", "Seven eight nine ten eleven."), Head("Laser", "5 min"), 16, 4
    )
    assert first[0] == "Laser  1/2 5 min"
    assert second[0] == "Laser  2/2 5 min"
    assert second[1].startswith("Seven")


def test_words_that_fill_four_rows_have_them_while_nothing_runs_out():
    words = ("You are checked in.", "Tap again when you leave.")
    (page,) = pages(("One two three.", "Four five six."), Head("Laser"), 10, 4)
    assert [line.strip() for line in page] == ["One two", "three.", "Four five", "six."]
    assert pages(words, Head("Laser"), 20, 4)[0][0].startswith("Laser")
    assert len(pages(("One two three.", "Four five six."), Head("Laser", "5 min"), 10, 4)) == 2


def test_two_rows_are_for_the_words_and_the_time_has_a_page_of_its_own():
    shown = pages(("Ada works.", "Tap again to stop."), Head("Laser", "42 min"), 16, 2)
    assert [tuple(line.strip() for line in page) for page in shown] == [
        ("Ada works.", ""),
        ("Tap again to", "stop."),
        ("Laser", "42 min"),
    ]
    assert len(pages(("Ada works.", "Tap again to stop."), Head("Laser"), 16, 2)) == 2


@given(st.lists(st.text(max_size=90), max_size=3).map(tuple), st.text(max_size=30), st.sampled_from(SIZES))
def test_every_text_fills_every_row_and_is_in_the_chips_table(lines, title, size):
    for page in pages(lines, Head(title, "5 min"), *size):
        assert [len(line) for line in page] == [size[0]] * size[1]
        places = table(page)
        assert all(code < OWN or 0x20 <= code < 0x7E for line in page for code in codes(line, places))


@pytest.mark.parametrize("sign", OURS.replace("Æ", ""))
def test_a_letter_of_the_shipped_languages_has_eight_rows_of_five_dots(sign):
    rows = own(sign)
    assert rows is not None and len(rows) == 8 and all(0 <= row < 32 for row in rows)


def test_no_two_letters_look_the_same():
    drawn = [own(sign) for sign in OURS]
    assert len(set(drawn)) == len(drawn)


def test_an_accent_stands_above_its_letter():
    assert [format(row, "05b") for row in own("é") or ()] == [
        "00010", "00100", "01110", "10001", "11111", "10000", "01110", "00000",
    ]  # fmt: skip


def test_the_ninth_letter_of_our_own_is_written_bare_and_it_is_the_rarest():
    line = "éééèèèêêêëëëàààâââùùùôôôç"
    places = table([line])
    assert len(places) == OWN and "ç" not in places
    assert codes(line, places)[-1] == ord("c")


@pytest.mark.parametrize(
    ("sign", "written"), [("\\", "/"), ("~", "-"), ("é", "e"), ("’", "'"), ("漢", "?"), ("A", "A")]
)
def test_what_the_tables_of_the_chips_disagree_about_is_written_otherwise(sign, written):
    assert plain(sign) == written
