"""No message is too long for a broker or a reader, and no record for the messages that it travels in."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_makers import all_notes, calm

from fabgate.wire.forms import ALONE, BESIDE, BODY, FULL, LIMIT, MOST, Malformed, cut
from fabgate.wire.journal import PERSONAL, Batch, Blank, NoteLine, Notes, size
from fabgate.wire.kinds import LAST_SEQ, LONG_TEXT
from fabgate.wire.presence import GateState, MachineInfo
from fabgate.wire.present import MOST_HERE, Here, Present
from fabgate.wire.roster import Page, Right

HASH = "ab" * 32
ZEROS = "0" * 64
LATE = 4_102_444_800_000  # 2100


def body(size_bytes: int) -> str:
    return '{"a":"' + "x" * (size_bytes - 8) + '"}'


def batch(*bodies: str | Blank, first: int = 2) -> Batch:
    return Batch("e1", first, HASH, HASH, bodies)


def right(of: str, beside: str | None = None) -> Right:
    return Right("lab/gate-1/e1#1", HASH, of, beside)


def page(*rights: Right) -> Page:
    return Page("h1", 0, 500, 500, {}, rights)


def test_one_long_body_travels_alone_in_a_batch_and_in_a_page_with_all_that_may_stand_beside_it():
    long = body(BODY)
    beside = '{"n":"' + "x" * (BESIDE - 8) + '"}'
    for message in (batch(long), page(right(long, beside))):
        assert LIMIT < len(message.encode()) <= ALONE
        assert type(message).decode(message.encode()) == message


@pytest.mark.parametrize("message", [batch(body(BODY + 1)), page(right(body(BODY + 1)))])
def test_a_longer_body_is_not_sent(message):
    with pytest.raises(ValueError, match="a body longer than"):
        message.encode()


def test_a_longer_body_is_not_taken():
    head, _ = batch(body(100)).encode().split(b"\n")
    assert Batch.decode(head + b"\n" + body(BODY + 1).encode()) == Malformed(
        f"a body longer than {BODY} bytes"
    )
    letters = "é" * (BODY // 2)  # two bytes each
    assert isinstance(Batch.decode(head + b'\n{"' + letters.encode() + b'"}'), Malformed)


@pytest.mark.parametrize(
    "message", [batch(body(40_000), body(40_000)), page(right(body(40_000)), right(body(40_000)))]
)
def test_two_bodies_share_the_limit_of_a_message(message):
    with pytest.raises(ValueError, match=f"longer than {LIMIT} bytes"):
        message.encode()


def test_more_than_the_limit_is_not_taken_whatever_it_holds():
    rows = b"\n".join([body(40_000).encode()] * 2)
    head, _ = batch(body(100)).encode().split(b"\n")
    assert Batch.decode(head + b"\n" + rows) == Malformed(f"longer than {LIMIT} bytes")
    assert isinstance(GateState.decode(b" " * (LIMIT + 1)), Malformed)
    assert isinstance(Page.decode(b'{"x":"' + b"x" * LIMIT + b'"}\n' + rows), Malformed)


def test_a_batch_has_one_to_two_hundred_records():
    assert isinstance(batch(*["{}"] * MOST).encode(), bytes)
    for bodies in ((), ("{}",) * (MOST + 1)):
        with pytest.raises(ValueError, match="not 1 to 200 records"):
            batch(*bodies).encode()
    head, _ = batch("{}").encode().split(b"\n")
    assert isinstance(Batch.decode(head), Malformed)
    assert isinstance(Batch.decode(head + b"\n{}" * (MOST + 1)), Malformed)


def test_a_batch_ends_at_the_last_seq_and_begins_with_nothing_before_it():
    assert batch("{}", first=LAST_SEQ).encode()
    with pytest.raises(ValueError, match="beyond the last seq"):
        batch("{}", "{}", first=LAST_SEQ).encode()
    with pytest.raises(ValueError, match="before the first record"):
        batch("{}", first=1).encode()
    first = Batch("e1", 1, ZEROS, HASH, ("{}",))
    assert Batch.decode(first.encode()) == first


@pytest.mark.parametrize(
    "line", ["", "kind", "{", "[]", "!abc", "!" + "AB" * 32, "!" + HASH + " ", "{}\n{}", "{\ud800}"]
)
def test_a_body_that_is_no_line_of_an_object_is_not_sent(line):
    with pytest.raises(ValueError):
        batch(line).encode()
    with pytest.raises(ValueError):
        page(right(line)).encode()


@pytest.mark.parametrize(
    ("after", "upto", "end", "rights"), [(2, 1, 3, 0), (0, 3, 2, 0), (0, 1, 1, 2), (5, 5, 9, 1)]
)
def test_a_page_whose_numbers_contradict_each_other_is_refused(after, upto, end, rights):
    wrong = Page("h1", after, upto, end, {}, tuple(right("{}") for _ in range(rights)))
    with pytest.raises(ValueError):
        wrong.encode()


def test_as_many_people_as_a_list_may_have_fit_into_one_message():
    here = tuple(Here(f"m-{place:016x}", LATE, LATE) for place in range(MOST_HERE))
    message = Present("h" * 32, here)
    assert len(message.encode()) <= LIMIT
    assert Present.decode(message.encode()) == message
    with pytest.raises(ValueError, match="more than 800 people"):
        Present("h1", (*here, here[0])).encode()
    fewer = Present("h1", here[1:]).encode()
    longer = fewer.replace(b"[{", b'[{"member":"m-1","since_ms":1},{"member":"m-2","since_ms":1},{', 1)
    assert isinstance(Present.decode(longer), Malformed)


def test_a_page_may_leave_rights_out_that_the_gate_has_itself():
    empty = Page("h1", 3, 9, 9, {}, ())
    assert Page.decode(empty.encode()) == empty


@pytest.mark.parametrize(
    "beside", ["", "[]", "1", "{", '{"a":1,"a":2}', '{"n":"\\ud800"}', "[" * 5_000, "{}\n{}"]
)
def test_what_stands_beside_a_right_is_an_object_of_whole_texts(beside):
    with pytest.raises(ValueError):
        page(right("{}", beside)).encode()
    with pytest.raises(ValueError):
        Notes("e1", 1, 1, (NoteLine(1, PERSONAL, beside),)).encode()
    rows = page(right("{}")).encode() + b"\n+ " + beside.encode()
    assert isinstance(Page.decode(rows), Malformed)


def test_something_beside_no_right_or_twice_beside_one_is_malformed():
    head, row = page(right("{}")).encode().split(b"\n")
    assert isinstance(Page.decode(head + b"\n+ {}"), Malformed)
    assert isinstance(Page.decode(b"\n".join([head, row, b"+ {}", b"+ {}"])), Malformed)
    assert isinstance(Page.decode(b"\n".join([head, row, b"+ {}"])), Page)


def test_what_is_personal_of_a_right_is_never_cut():
    long = '{"n":"' + "x" * LONG_TEXT + '"}'
    with pytest.raises(ValueError, match="beside a right"):
        Notes("e1", 1, 1, (NoteLine(1, PERSONAL, long),)).encode()


def test_a_title_that_nobody_could_read_is_made_to_fit_and_does_not_make_the_gate_mute():
    state = GateState("ready", "i1", None, "0.2\x1b[2J\n" + "9" * 300)
    found = GateState.decode(state.encode())
    assert isinstance(found, GateState)
    assert found.version == ("0.2 [2J " + "9" * 300)[:200]
    assert MachineInfo("laser", "La\ud800ser", "laser", "tap", 1, 1, "sponsor").title


def test_a_note_keeps_its_lines_and_loses_what_moves_a_cursor():
    notes = Notes("e1", 1, 1, (NoteLine(1, "reason", "one\ntwo\tthree\x1b\r" + "x" * LONG_TEXT),))
    found = Notes.decode(notes.encode())
    assert isinstance(found, Notes)
    assert found.notes[0].text == ("one\ntwo\tthree  " + "x" * LONG_TEXT)[:LONG_TEXT]


@pytest.mark.parametrize("seqs", [(1,), (6,), (4, 3)])
def test_notes_of_other_records_or_out_of_order_are_refused(seqs):
    with pytest.raises(ValueError):
        Notes("e1", 2, 5, tuple(NoteLine(seq, "reason", "so") for seq in seqs)).encode()
    with pytest.raises(ValueError):
        Notes("e1", 5, 2, ()).encode()


# --- cutting --------------------------------------------------------------------------------------


@calm
@given(st.lists(st.integers(1, 3 * FULL) | st.integers(1, 300), max_size=900))
def test_rows_are_cut_into_messages_that_are_short_enough_and_none_is_lost(sizes):
    messages = list(cut(sizes, lambda row: row))
    assert [row for message in messages for row in message] == sizes
    for message in messages:
        assert 1 <= len(message) <= MOST
        assert len(message) == 1 or sum(message) + len(message) <= FULL
    for one, following in pairwise(messages):
        assert len(one) == MOST or sum(one) + len(one) + following[0] + 1 > FULL


def test_a_thousand_short_rows_go_in_messages_of_two_hundred():
    assert [len(message) for message in cut(range(1_001), lambda _: 1)] == [MOST] * 5 + [1]


@calm
@given(st.lists(st.integers(2, 400) | st.integers(40_000, BODY), max_size=30))
def test_every_message_that_is_cut_can_be_sent(sizes):
    rights = [right("{" + "x" * (size - 2) + "}", '{"name":"Ada"}') for size in sizes]
    for message in cut([one.body for one in rights], size):
        assert Batch.decode(batch(*message).encode()) == batch(*message)
    for message in cut(rights, lambda one: one.size):
        assert Page.decode(page(*message).encode()) == page(*message)


def test_the_size_of_a_row_is_counted_in_bytes():
    assert size("{é}") == 4
    assert size(Blank(HASH)) == len(f"!{HASH}")
    long = right('{"n":"é"}', '{"n":"é"}')
    assert long.size >= len(page(long).encode()) - len(page().encode())


@calm
@given(all_notes())
def test_a_few_notes_stay_together(notes):
    assert list(notes.pieces()) == [notes]


def test_many_notes_go_in_pieces_that_cover_all_records():
    lines = tuple(NoteLine(seq, kind, "é" * 900) for seq in range(10, 400, 3) for kind in ("login", "reason"))
    pieces = list(Notes("e1", 5, 500, lines).pieces())
    assert len(pieces) > 3
    assert (pieces[0].first, pieces[-1].last) == (5, 500)
    assert all(one.last + 1 == following.first for one, following in pairwise(pieces))
    assert tuple(note for piece in pieces for note in piece.notes) == lines
    for piece in pieces:
        assert len(piece.encode()) <= LIMIT
        assert Notes.decode(piece.encode()) == piece


def test_all_notes_of_a_record_go_together_though_they_are_long():
    lines = tuple(NoteLine(3, f"text-{number}", "é" * LONG_TEXT) for number in range(4))
    (piece,) = Notes("e1", 1, 4, lines).pieces()
    assert LIMIT < len(piece.encode()) <= ALONE
    assert Notes.decode(piece.encode()) == piece
    with pytest.raises(ValueError, match="longer than"):
        Notes("e1", 1, 4, (*lines, NoteLine(4, "reason", "so"))).encode()
