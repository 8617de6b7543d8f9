"""From keys to a badge number: every layout by hand, and nothing that was not typed whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typist import CODES, press

from fabgate.badges.typed import (
    LAYOUTS,
    SIZES,
    Dropped,
    Flaw,
    Format,
    Key,
    Line,
    Lost,
    Notation,
    Order,
    Typed,
    is_random,
)
from fabgate.badges.uid import SIZES as UID_SIZES
from fabgate.badges.uid import Uid
from fabgate.errors import BadgeError

LONG_AGO = -10_000
NUMBER = "04A2B3C4D5E680"
US_LINE = "0 4 A 2 B 3 C 4 D 5 E 6 8 0 Enter"
FR_LINE = "Shift+0 Shift+4 Q Shift+2 B Shift+3 C Shift+4 D Shift+5 E Shift+6 Shift+8 Shift+0 Enter"
PAD_LINE = "kp0 kp1 kp2 kp3 kp4 kp5 kp6 kp7 kp8 kp9 kpEnter"


def typed(names: str, layout: str = "us", step_ms: int = 2) -> list[Typed | Dropped]:
    return taken(Line(layout, LONG_AGO), press(names, step_ms=step_ms))


def taken(line: Line, keys: list[Key] | list[Key | Lost]) -> list[Typed | Dropped]:
    return [said for said in map(line.take, keys) if said is not None]


# --- layouts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "names", "number"),
    [
        ("us", US_LINE, NUMBER),
        ("us", "1 2 3 4 5 6 7 8 9 0 Enter", "1234567890"),
        ("us", "0 4 Shift+A 2 Shift+F 3 Shift+C 4 Enter", "04A2F3C4"),
        ("us", "RightShift+D RightShift+E A D Shift+B E Shift+E F Enter", "DEADBEEF"),
        ("de", US_LINE, NUMBER),
        ("de", "1 2 3 4 5 6 7 8 9 0 Enter", "1234567890"),
        ("fr", FR_LINE, NUMBER),
        (
            "fr",
            "Shift+1 Shift+2 Shift+3 Shift+4 Shift+5 Shift+6 Shift+7 Shift+8 Shift+9 Shift+0 Enter",
            "1234567890",
        ),
        ("fr", "Shift+0 Shift+4 Shift+Q Shift+2 Shift+F Shift+3 Shift+C Shift+4 Enter", "04A2F3C4"),
        ("be", FR_LINE, NUMBER),
        (
            "be",
            "RightShift+1 RightShift+2 Shift+3 Shift+4 Shift+5 Shift+6 Shift+7 Shift+8 Shift+9 Shift+0 Enter",
            "1234567890",
        ),
        *((layout, PAD_LINE, "0123456789") for layout in ("us", "fr", "be", "de")),
        *((layout, f"NumLock {PAD_LINE}", "0123456789") for layout in ("us", "fr", "be", "de")),
    ],
)
def test_a_line_is_read_by_its_layout(layout: str, names: str, number: str):
    assert typed(names, layout) == [Typed(number)]


def test_a_shift_that_stays_down_holds_for_all_keys_after_it():
    shift, other = Key(42, True, 0), Key(42, False, 50)
    keys = [shift, *press("3 4", 1), other, *press("C Enter", 60)]
    assert taken(Line("fr", LONG_AGO), keys) == [Typed("34C")]


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        ("us", "Shift+0 4 A 2 B 3 C 4 Enter"),  # a sign that stands above a digit
        ("us", "0 4 Q 2 B 3 C 4 Enter"),
        ("fr", "0 4 Q 2 B 3 C 4 Enter"),  # digits without Shift are letters with accents there
        ("fr", "Shift+0 Shift+4 A Shift+2 B Shift+3 C Shift+4 Enter"),
        ("us", "; 0 4 A 2 B 3 C 4 Shift+/ Enter"),  # marks before and after the number
        ("us", "0 4 Space A 2 Space B 3 Space C 4 Enter"),
        ("us", "CapsLock 0 4 A 2 B 3 C 4 Enter"),
        ("us", "0 4 AltGr+E 2 B 3 C 4 Enter"),
        ("us", "0 4 A 2 B 3 C 4 Tab Enter"),
        ("us", "Shift+kp0 kp4 kp1 kp2 kp3 kp3 kp3 kp4 Enter"),
        # A reader that types "04" by Alt codes, as one was seen to: the digits of the codes are no number.
        ("us", "NumLock Alt+kp0+kp0+kp4+kp8 Alt+kp0+kp0+kp5+kp2 Enter"),
    ],
)
def test_a_line_with_a_key_that_is_no_digit_there_is_dropped_whole(layout: str, names: str):
    assert typed(names, layout) == [Dropped(Flaw.FOREIGN)]


def test_an_empty_line_is_nothing():
    assert typed("Enter kpEnter Shift+Enter NumLock Enter") == []


def test_two_lines_are_two_numbers():
    assert typed("1 2 Enter Enter A B Enter") == [Typed("12"), Typed("AB")]


def test_a_number_does_not_show_itself():
    assert "04" not in repr(Typed("04A2B3C4"))


# --- lines that are dropped -------------------------------------------------------------------


def test_half_a_line_is_dropped_after_a_second_of_silence_and_the_next_one_counts():
    line = Line("us", LONG_AGO)
    assert taken(line, press("0 4 A 2 B 3", 0)) == []
    assert line.lapse(1_000) is None
    assert line.lapse(1_023) == Dropped(Flaw.SLOW)
    assert line.lapse(9_000) is None
    assert taken(line, press(US_LINE, 1_100)) == [Typed(NUMBER)]


def test_half_a_line_is_dropped_by_the_next_line_if_nobody_looked_meanwhile():
    line = Line("us", LONG_AGO)
    taken(line, press("0 4 A 2 B 3", 0))
    assert taken(line, press("C 4 D 5 E 6 8 0 Enter", 5_000)) == [Dropped(Flaw.SLOW), Typed("C4D5E680")]


def test_a_line_that_takes_over_a_second_is_dropped_and_its_rest_is_no_line():
    # Nine keys within the second; what comes after it would be eight digits, a number by itself.
    assert typed("1 2 3 4 5 6 7 8 9 A 2 B 3 C 4 D 5 Enter", step_ms=62) == [Dropped(Flaw.SLOW)]


def test_a_line_that_takes_a_second_is_one():
    keys = [*press("0 4 A 2 B 3 C 4", 0), Key(CODES["Enter"], True, 1_000)]
    assert taken(Line("us", LONG_AGO), keys) == [Typed("04A2B3C4")]
    assert taken(Line("us", LONG_AGO), [*keys[:-1], Key(CODES["Enter"], True, 1_001)]) == [Dropped(Flaw.SLOW)]


def test_a_line_that_is_too_long_is_dropped():
    assert typed("1 " * 25 + "Enter") == [Typed("1" * 25)]
    assert typed("1 " * 26 + "Enter") == [Dropped(Flaw.LONG)]
    assert typed("1 " * 400 + "Enter", step_ms=0) == [Dropped(Flaw.LONG)]


def test_a_line_of_which_keys_were_lost_is_dropped_and_so_is_what_follows_at_once():
    keys = [*press("0 4 A", 0), Lost(20), *press("C 4 D 5 E 6 8 0 Enter", 30)]
    assert taken(Line("us", LONG_AGO), keys) == [Dropped(Flaw.LOST)]
    assert taken(Line("us", LONG_AGO), keys[3:]) == [Dropped(Flaw.LOST)]


def test_a_shift_that_was_down_when_keys_were_lost_is_forgotten():
    keys = [Key(42, True, 0), Lost(10), Key(CODES["Enter"], True, 20), *press("1 2 Enter", 30)]
    assert taken(Line("us", LONG_AGO), keys) == [Dropped(Flaw.LOST), Typed("12")]


def test_a_line_that_may_have_begun_before_the_opening_is_dropped():
    tail = "C 4 D 5 E 6 8 0 Enter"
    assert taken(Line("us", 100), press(tail, 120)) == [Dropped(Flaw.CUT)]
    assert taken(Line("us", 100), press(tail, 1_099)) == [Dropped(Flaw.CUT)]
    assert taken(Line("us", 100), press(tail, 1_100)) == [Typed("C4D5E680")]
    assert taken(Line("us", 100), press(tail, 0)) == [Dropped(Flaw.CUT)]


def test_time_that_runs_backwards_makes_no_line():
    keys = [*press("0 4 A 2", 5_000), *press("B 3 C 4 Enter", 100)]
    assert taken(Line("us", LONG_AGO), keys) == [Dropped(Flaw.SLOW)]


# --- what any keys do -------------------------------------------------------------------------

CODE = st.one_of(st.sampled_from(sorted(CODES.values())), st.integers(0, 0xFFFF))
DIGIT = st.sampled_from([CODES[name] for name in "0123456789ABCDEFQ"])
END = st.sampled_from([CODES["Enter"], CODES["kpEnter"]])
MOVES = st.lists(
    st.tuples(
        st.one_of(CODE, DIGIT, DIGIT, DIGIT, END, st.none()),
        st.booleans(),
        st.sampled_from([0, 1, 40, 999, 1_001, 5_000]),
    ),
    max_size=60,
)


@given(st.sampled_from(sorted(LAYOUTS)), MOVES)
def test_no_number_is_read_that_was_not_typed_whole(layout: str, moves: list[tuple[int | None, bool, int]]):
    now, events = 2_000, []
    for code, down, pause_ms in moves:
        now += pause_ms
        events.append(Lost(now) if code is None else Key(code, down, now))
    line = Line(layout, 0)
    for place, event in enumerate(events):
        said = line.take(event)
        if isinstance(said, Typed):
            assert said.text == whole_line(events[: place + 1], layout)


def whole_line(events: list[Key | Lost], layout: str) -> str:
    """What was typed since the Enter, or the second of silence, before the Enter that stands last."""
    *before, enter = events
    assert isinstance(enter, Key)
    first = len(before)
    while first and not _ends(before[first - 1]) and events[first].at_ms - before[first - 1].at_ms <= 1_000:
        first -= 1
    signs, times = "", [enter.at_ms]
    for place, event in enumerate(before[first:], first):
        assert isinstance(event, Key), "keys were lost here"
        if event.down and event.code not in (CODES["Shift"], CODES["RightShift"], CODES["NumLock"]):
            signs += LAYOUTS[layout][event.code, _shifted(before[:place])]
            times.append(event.at_ms)
    assert max(times) - min(times) <= 1_000
    return signs


def _ends(event: Key | Lost) -> bool:
    return isinstance(event, Key) and event.down and event.code in (CODES["Enter"], CODES["kpEnter"])


def _shifted(before: list[Key | Lost]) -> bool:
    held: set[int] = set()
    for event in before:
        if isinstance(event, Lost):
            held.clear()
        elif event.code in (CODES["Shift"], CODES["RightShift"]):
            (held.add if event.down else held.discard)(event.code)
    return bool(held)


@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.lists(st.one_of(st.builds(Key, CODE, st.booleans(), st.integers()), st.builds(Lost, st.integers()))),
    st.integers(),
)
def test_no_keys_at_any_time_raise_anything(layout: str, events: list[Key | Lost], now_ms: int):
    line = Line(layout, 0)
    for event in events:
        line.take(event)
        line.lapse(now_ms)


def test_a_second_of_silence_is_waited_for_and_no_longer():
    line = Line("us", LONG_AGO)
    line.take(Key(CODES["1"], True, 0))
    assert [line.lapse(1_000), line.lapse(1_001)] == [None, Dropped(Flaw.SLOW)]


# --- what the digits mean ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notation", "text", "uid"),
    [
        (Notation(), "04A2B3C4D5E680", "04A2B3C4D5E680"),
        (Notation(), "1C78F2BF", "1C78F2BF"),
        (Notation(), "04A2B3C4D5E680112233", "04A2B3C4D5E680112233"),
        (Notation(order=Order.REVERSED), "80E6D5C4B3A204", "04A2B3C4D5E680"),
        (Notation(order=Order.REVERSED), "BFF2781C", "1C78F2BF"),
        # A card whose number a phone and a cheap reader both told: 0xBFF2781C in decimal.
        (Notation(Format.DECIMAL, Order.REVERSED), "3220338716", "1C78F2BF"),
        (Notation(Format.DECIMAL), "3220338716", "BFF2781C"),
        (Notation(Format.DECIMAL), "0000000001", "00000001"),
        (Notation(Format.DECIMAL), "4294967294", "FFFFFFFE"),
        # Another, of seven bytes.
        (Notation(Format.DECIMAL), "49174381509598573", "AEB3D6E5EDDD6D"),
        (Notation(Format.DECIMAL, digits=10), "3220338716", "BFF2781C"),
    ],
)
def test_a_line_means_a_badge(notation: Notation, text: str, uid: str):
    assert str(notation.uid(text)) == uid


@pytest.mark.parametrize(
    ("notation", "text", "why"),
    [
        (Notation(), "", "has 0 digits"),
        (Notation(), "04A2B3C", "has 7 digits"),
        (Notation(), "04A2B3C4D5", "has 10 digits"),
        (Notation(digits=14), "04A2B3C4", "has 8 digits"),
        (Notation(Format.DECIMAL), "77771716", "has 8 digits"),  # leading zeros left out
        (Notation(Format.DECIMAL), "04A2B3C4D5", "no decimal digit"),
        (Notation(Format.DECIMAL), "١٢٣٤٥٦٧٨٩٠", "no decimal digit"),
        (Notation(), "04 2B3C4", "no hex digit"),
        (Notation(), "0x04A2B3", "no hex digit"),
        (Notation(), "+4A2B3C4", "no hex digit"),
        (Notation(Format.DECIMAL), "4294967296", "too large a number for 4 bytes"),
        (Notation(Format.DECIMAL), "99999999999999999", "too large a number for 7 bytes"),
        (Notation(), "00000000", "failed reading"),
        (Notation(), "08A2B3C4", "begins with 08"),
        # What one such reader gave for a badge of seven bytes, 04C43BC21C2680: its first three.
        (Notation(Format.DECIMAL, Order.REVERSED), "1002701960", "first half of a 7-byte number"),
    ],
)
def test_what_can_be_no_badge_is_refused_without_saying_the_number(notation: Notation, text: str, why: str):
    with pytest.raises(BadgeError, match=why) as refused:
        notation.uid(text)
    assert len(text) < 4 or text not in str(refused.value)


def written(uid: Uid, notation: Notation) -> str:
    """What a reader of this notation types for a badge."""
    raw = uid.raw[:: -1 if notation.order is Order.REVERSED else 1]
    if notation.format is Format.HEX:
        return raw.hex().upper()
    return str(int.from_bytes(raw, "big")).zfill({4: 10, 7: 17, 10: 25}[len(raw)])


def uids() -> st.SearchStrategy[Uid]:
    return st.sampled_from(UID_SIZES).flatmap(
        lambda size: (
            st.binary(min_size=size, max_size=size)
            .filter(lambda raw: any(raw) and set(raw) != {0xFF})
            .filter(lambda raw: len(raw) > 4 or raw[0] not in (0x08, 0x88))
            .map(Uid)
        )
    )


@given(uids(), st.sampled_from(Format), st.sampled_from(Order), st.booleans())
def test_what_a_reader_of_any_notation_types_is_the_badge(uid: Uid, form: Format, order: Order, fixed: bool):
    text = written(uid, Notation(form, order))
    assert SIZES[form][len(text)] == len(uid.raw)
    assert Notation(form, order, len(text) if fixed else None).uid(text) == uid


@given(uids(), uids(), st.sampled_from(Format), st.sampled_from(Order))
def test_two_badges_are_never_one_number(ada: Uid, grace: Uid, form: Format, order: Order):
    notation = Notation(form, order)
    assert (written(ada, notation) == written(grace, notation)) is (ada == grace)


@given(st.text(max_size=30), st.sampled_from(Format), st.sampled_from(Order))
def test_any_text_is_a_badge_or_is_refused(text: str, form: Format, order: Order):
    notation = Notation(form, order)
    try:
        uid = notation.uid(text)
    except BadgeError:
        return
    assert written(uid, notation) == text.upper()


def test_a_number_that_a_phone_makes_up_is_told_from_a_badges():
    assert [is_random(bytes.fromhex(raw)) for raw in ("08A2B3C4", "04A2B3C4", "08A2B3C4D5E680")] == [
        True,
        False,
        False,
    ]
