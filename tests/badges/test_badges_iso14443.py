"""The exchanges of ISO/IEC 14443-3 type A, played by hand: what is sent, and what is made of every answer."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.badges.iso14443 import (
    HLTA,
    REQA,
    WUPA,
    Answer,
    Collision,
    Found,
    Frame,
    Heard,
    Nobody,
    Noise,
    Selected,
    Several,
    Silence,
    Torn,
    air_s,
    bcc,
    crc_a,
    find,
    still_there,
    with_crc,
)

Outcome = TypeVar("Outcome")
ATQA = Heard(bytes.fromhex("4400"))
MORE, DONE = Heard(bytes.fromhex("04da17")), Heard(bytes.fromhex("00fe51"))
SINGLE = bytes.fromhex("933e70b0")
DOUBLE = bytes.fromhex("04a39493cc8680")
TRIPLE = bytes.fromhex("04a39493cc8680112233")
ETU_S = 128 / 13_560_000


def heard(text: str) -> Heard:
    return Heard(bytes.fromhex(text))


def play(
    exchange: Generator[Frame, Answer, Outcome], answers: Iterable[Answer]
) -> tuple[Outcome | None, list[str]]:
    """What the exchange found with these answers (None: it asked for more), and what it sent."""
    sent = []
    try:
        frame = next(exchange)
        for answer in answers:
            sent.append(frame.data.hex())
            frame = exchange.send(answer)
    except StopIteration as done:
        return done.value, sent
    return None, [*sent, frame.data.hex()]


def found(*answers: Answer) -> Found | None:
    return play(find(), answers)[0]


def levels(raw: bytes) -> list[Heard]:
    """What a badge of this number says to anticollision and select, level by level."""
    said = []
    while len(raw) > 4:
        part, raw = b"\x88" + raw[:3], raw[3:]
        said += [Heard(part + bytes([bcc(part)])), MORE]
    return [*said, Heard(raw + bytes([bcc(raw)])), DONE]


# --- the norm's own numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        ("0000", "a01e"),
        ("1234", "26cf"),
        ("5000", "57cd"),
        ("e050", "bca5"),
        ("08", "b6dd"),
        ("04", "da17"),
        ("20", "fc70"),
        ("00", "fe51"),
    ],
)
def test_crc_a_is_the_norms(data: str, crc: str):
    assert crc_a(bytes.fromhex(data)).hex() == crc


def test_the_check_byte_is_the_four_bytes_in_exclusive_or():
    assert bcc(SINGLE) == 0x6D


def test_the_short_frames_have_seven_bits_and_the_halt_its_crc():
    assert [(frame.data.hex(), frame.last_bits) for frame in (REQA, WUPA, HLTA)] == [
        ("26", 7),
        ("52", 7),
        ("500057cd", 0),
    ]


@pytest.mark.parametrize(("size", "last_bits", "etus"), [(1, 7, 9), (2, 0, 20), (5, 0, 47), (9, 0, 83)])
def test_a_frame_is_as_long_on_the_air_as_the_norm_has_it(size: int, last_bits: int, etus: int):
    assert air_s(size, last_bits) == pytest.approx(etus * ETU_S)


# --- one badge ------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [SINGLE, DOUBLE, TRIPLE])
def test_a_badge_gives_its_whole_number(raw: bytes):
    assert found(ATQA, *levels(raw)) == Selected(raw, 0)


def test_a_seven_byte_select_sends_what_the_norm_has():
    _, sent = play(find(), [ATQA, *levels(DOUBLE)])
    assert sent == ["52", "9320", "93708804a394bbd3ee", "9520", "957093cc868059d897"]


def test_every_frame_that_has_an_answer_says_how_long_it_is():
    exchange = find()
    sizes = [next(exchange).answer]
    for answer in (ATQA, *levels(DOUBLE)[:-1]):
        sizes.append(exchange.send(answer).answer)
    assert sizes == [2, 5, 3, 5, 3]


def test_the_kind_of_badge_is_given_with_its_number():
    answers = [ATQA, *levels(SINGLE)[:1], heard("08b6dd")]
    assert found(*answers) == Selected(SINGLE, 0x08)


# --- nobody, several, half ------------------------------------------------------------------------


def test_an_empty_field_is_nobody():
    assert found(Silence()) == Nobody()


@pytest.mark.parametrize("at", range(5))
def test_badges_that_answer_at_once_are_several_wherever_they_differ(at: int):
    assert found(*[ATQA, *levels(DOUBLE)][:at], Collision()) == Several()


@pytest.mark.parametrize("at", range(1, 5))
@pytest.mark.parametrize("broken", [Silence(), Noise(), Heard(b"\x04")])
def test_half_a_select_is_nothing(at: int, broken: Answer):
    assert found(*[ATQA, *levels(DOUBLE)][:at], broken) == Torn()


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([Noise()], id="noise to the first call"),
        pytest.param([heard("44")], id="half a first answer"),
        pytest.param([Heard(b"\x44\x00", 3)], id="a first answer that stops within a byte"),
        pytest.param([ATQA, heard("933e70b06c")], id="a wrong check byte"),
        pytest.param([ATQA, Heard(bytes.fromhex("933e70b06d"), 5)], id="a number that stops within a byte"),
        pytest.param([ATQA, heard("933e70b06d"), heard("08b6dc")], id="a wrong CRC"),
        pytest.param([ATQA, heard("933e70b06d"), heard("04da17")], id="more to come of a whole number"),
        pytest.param([ATQA, *[heard("8804a394bb"), MORE] * 3], id="more than three levels"),
    ],
)
def test_what_does_not_fit_is_no_badge(answers: list[Answer]):
    assert found(*answers) == Torn()


# --- whatever is heard ----------------------------------------------------------------------------

ANSWERS = st.one_of(
    st.sampled_from([Silence(), Noise(), Collision(), ATQA, MORE, DONE]),
    st.builds(Heard, st.binary(max_size=6), st.integers(0, 7)),
    st.binary(min_size=4, max_size=4).map(lambda part: Heard(part + bytes([bcc(part)]))),
    st.binary(min_size=1, max_size=1).map(lambda sak: Heard(with_crc(sak))),
)


@given(st.lists(ANSWERS, min_size=7, max_size=7))
def test_a_number_is_given_only_where_every_level_was_whole(answers: list[Answer]):
    outcome, sent = play(find(), answers)
    assert isinstance(outcome, Nobody | Several | Torn | Selected)
    if isinstance(outcome, Selected):
        assert len(outcome.raw) == {3: 4, 5: 7, 7: 10}[len(sent)]
        told = [answer.data for answer in answers[: len(sent)] if isinstance(answer, Heard)]
        assert len(told) == len(sent)
        for part, sak in zip(told[1::2], told[2::2], strict=True):
            assert bcc(part[:4]) == part[4] and crc_a(sak[:1]) == sak[1:]


@given(st.binary(min_size=10, max_size=10), st.sampled_from([4, 7, 10]))
def test_every_number_that_a_badge_can_send_comes_through(drawn: bytes, size: int):
    assert found(ATQA, *levels(drawn[:size])) == Selected(drawn[:size], 0)


@given(st.sampled_from([SINGLE, DOUBLE, TRIPLE]), st.lists(ANSWERS, min_size=5, max_size=5))
def test_asking_for_one_badge_always_ends(raw: bytes, answers: list[Answer]):
    outcome, _ = play(still_there(raw), answers)
    assert isinstance(outcome, bool)


# --- is it still there? ---------------------------------------------------------------------------


def test_a_badge_is_asked_for_by_its_number_without_sorting_the_others_out():
    outcome, sent = play(still_there(DOUBLE), [ATQA, MORE, DONE])
    assert outcome is True
    assert sent == ["52", "93708804a394bbd3ee", "957093cc868059d897"]


def test_several_may_answer_the_call_before_the_one_is_asked_for():
    assert play(still_there(SINGLE), [Collision(), DONE])[0] is True


def test_who_slept_at_the_first_call_is_called_again():
    assert play(still_there(SINGLE), [Silence(), ATQA, DONE])[0] is True


@pytest.mark.parametrize(
    "answers",
    [[Silence(), Silence()], [ATQA, Silence()], [ATQA, MORE, Silence()], [ATQA, DONE], [ATQA, MORE, MORE]],
)
def test_who_does_not_answer_to_its_whole_number_is_not_there(answers: list[Answer]):
    assert play(still_there(DOUBLE), answers)[0] is False
