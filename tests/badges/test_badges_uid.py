"""What counts as a badge number, and what is refused with which reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.badges.uid import SIZES, Uid, parse
from fabgate.errors import BadgeError

SEVEN = bytes.fromhex("04A2B3C4D5E680")


@pytest.mark.parametrize(
    "text",
    [
        "04A2B3C4D5E680",
        "04a2b3c4d5e680",
        "  04A2B3C4D5E680\n",
        "04:A2:B3:C4:D5:E6:80",
        "04:a2:b3:c4:d5:e6:80",
        "4:A2:B3:C4:D5:E6:80",
        "04-A2-B3-C4-D5-E6-80",
        "04 A2 B3 C4 D5 E6 80",
        "04 A2\u00a0B3\tC4  D5 E6 80",
        "04.A2.B3.C4.D5.E6.80",
        "04A2 B3C4 D5E680",
        "0x04A2B3C4D5E680",
        "0X04a2b3c4d5e680",
        "0x04 0xA2 0xB3 0xC4 0xD5 0xE6 0x80",
        "{0x04, 0xA2, 0xB3, 0xC4, 0xD5, 0xE6, 0x80}",
        "[0x4,0xA2,0xB3,0xC4,0xD5,0xE6,0x80]",
        "UID: 04 A2 B3 C4 D5 E6 80",
        "Card UID: 04 A2 B3 C4 D5 E6 80",
    ],
)
def test_every_common_notation_names_the_same_badge(text):
    assert parse(text) == Uid(SEVEN)


@pytest.mark.parametrize("text", ["DEADBEEF", "04A2B3C4D5E680", "04A2B3C4D5E680112233"])
def test_four_seven_and_ten_bytes_are_badge_numbers(text):
    assert str(parse(text)) == text


def test_digits_only_are_hexadecimal_where_they_fit():
    assert parse("12345678").raw == b"\x12\x34\x56\x78"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no badge number"),
        (" :-: ", "no badge number"),
        ("04A2B3", "has 3"),
        ("04A2B3C4D5", "has 5"),
        ("04A2B3C4D5E6", "has 6"),
        ("E004010012345678", "has 8"),
        ("04" * 300, "has 300"),
        ("04A2B3C4D5E68", "digit is missing"),
        ("04G2B3C4D5E680", "'G'"),
        ("ada lovelace", "'l' is no hexadecimal digit"),
        ("0x", "no badge number"),
        ("\uff10\uff14A2B3C4", "digit"),
        ("0012345678", "decimal"),
        ("3232235777", "decimal"),
        ("1234567", "decimal"),
        ("[4, 162, 179, 196]", "decimal"),
        ("08A1B2C3", "begins with 08"),
        ("8804A2B3", "begins with 88"),
        ("00000000", "nothing but 00"),
        ("00000000000000", "nothing but 00"),
        ("FFFFFFFFFFFFFFFFFFFF", "nothing but 00 or FF"),
    ],
)
def test_what_cannot_be_a_badge_number_is_refused_with_the_reason(text, reason):
    with pytest.raises(BadgeError) as refused:
        parse(text)
    assert reason in refused.value.what
    assert refused.value.remedy


def test_a_check_byte_at_the_end_is_pointed_out():
    with pytest.raises(BadgeError) as refused:
        parse("04A2B3C4D1")
    assert "check byte" in refused.value.remedy


@pytest.mark.parametrize("text", ["0804A2B3C4D5E6", "8804A2B3C4D5E6"])
def test_the_rules_on_first_bytes_are_for_short_numbers_only(text):
    assert str(parse(text)) == text


def test_a_reader_that_hands_over_bytes_meets_the_same_rules():
    with pytest.raises(BadgeError):
        Uid(b"\x08\x01\x02\x03")


def test_a_number_does_not_slip_into_a_log_by_its_repr():
    assert "A2" not in repr(Uid(SEVEN)).upper()


def test_a_refusal_does_not_repeat_the_number():
    with pytest.raises(BadgeError) as refused:
        parse("08A1B2C3")
    assert "A1B2" not in str(refused.value)


def lasting(raw):
    cut_or_random = len(raw) == 4 and raw[0] in (0x08, 0x88)
    return any(raw) and any(byte != 0xFF for byte in raw) and not cut_or_random


raws = st.sampled_from(SIZES).flatmap(lambda n: st.binary(min_size=n, max_size=n)).filter(lasting)


@given(raws, st.sampled_from(["", ":", "-", " ", ".", ", "]), st.booleans(), st.booleans())
def test_a_number_written_in_any_notation_reads_back_as_itself(raw, separator, upper, prefixed):
    written = separator.join(f"{byte:02X}" if upper else f"{byte:02x}" for byte in raw)
    uid = parse(f"0x{written}" if prefixed else written)
    assert uid == Uid(raw)
    assert parse(str(uid)) == uid


@given(st.text())
def test_any_text_is_a_number_or_is_refused_and_nothing_else(text):
    try:
        uid = parse(text)
    except BadgeError as refused:
        assert refused.what
    else:
        assert len(uid.raw) in SIZES
