"""Tables out of spreadsheets, as people really save them."""

from __future__ import annotations

import contextlib
import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.desk import tables
from fabgate.errors import UsageError

KNOWN = ("handle", "name", "email")


def rows(raw):
    table = tables.read(raw if isinstance(raw, bytes) else raw.encode(), KNOWN, ("handle",))
    assert table.wrong == ()
    return [(row.line, dict(row.cells)) for row in table.rows]


def wrong(raw):
    return [(one.line, one.column, one.why) for one in tables.read(raw.encode(), KNOWN, ("handle",)).wrong]


@pytest.mark.parametrize(
    "raw",
    [
        b"handle,name\nada,Ad\xc3\xa9\n",
        b"\xef\xbb\xbfhandle;name\r\nada;Ad\xc3\xa9\r\n",
        b"handle\tname\rada\tAd\xc3\xa9\r",
        b'"handle","name"\n"ada","Ad\xc3\xa9"',
        b" Handle , NAME \n ada , Ad\xc3\xa9 \n\n , \n",
    ],
    ids=["comma", "Excel with semicolons", "tab, old Mac", "quoted, no last line end", "blanks"],
)
def test_a_table_is_the_same_whatever_saved_it(raw):
    assert rows(raw) == [(2, {"handle": "ada", "name": "Adé"})]


def test_a_row_keeps_the_number_of_the_line_that_it_begins_in():
    raw = 'handle,name\n\nada,"Ada\nLovelace"\n\nbob,Bob\n'
    assert rows(raw) == [
        (3, {"handle": "ada", "name": "Ada\nLovelace"}),
        (6, {"handle": "bob", "name": "Bob"}),
    ]


def test_an_empty_cell_says_nothing():
    assert rows('handle,name,email\nada,,"  "\n') == [(2, {"handle": "ada"})]


def test_the_sign_that_keeps_a_spreadsheet_from_reckoning_is_taken_off():
    assert rows("handle,name\nada,'=1+1\nbob,'t Hooft\n") == [
        (2, {"handle": "ada", "name": "=1+1"}),
        (3, {"handle": "bob", "name": "'t Hooft"}),
    ]


def test_a_column_that_nobody_knows_is_a_mistake_and_a_near_one_is_named():
    assert wrong("handle,emial\nada,x\n") == [(1, "emial", "no such column; did you mean email?")]
    assert wrong("handle,x\nada,x\n") == [(1, "x", "no such column; there are: handle, name, email")]
    assert wrong("handle,name,Name\n") == [(1, "name", "this column is there twice")]
    assert wrong("name\nAda\n") == [(1, "handle", "this column is missing")]
    assert wrong("handle,\nada,\n")[0][:2] == (1, "")
    assert wrong("") == [(1, "handle", "this column is missing")]


def test_a_row_of_another_length_is_named_with_its_line_and_the_others_are_read():
    table = tables.read(b"handle,name\nada,Lovelace, Ada\nbob,Bob\n", KNOWN, ("handle",))
    assert [row.line for row in table.rows] == [3]
    assert [(one.line, one.why) for one in table.wrong] == [
        (2, "3 cells under 2 columns: is one quoted wrongly?")
    ]


def test_a_cell_that_never_ends_is_named():
    assert wrong(f"handle,name\nada,{'x' * 2001}\n") == [(2, "name", "longer than 2000 characters")]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b'handle,name\nada,Ada\nbob,"Bob\n', 3),
        (b'handle,name\nada,"Ada"x\n', 2),
        (b"handle,name\nada,Ad\xe9\n", 2),
        (b"handle,name\nada,A\0da\n", 2),
        (b"PK\x03\x04\x14\x00\x06\x00", 1),
        (b"\xff\xfeh\x00a\x00", 1),
        (b"handle,name\nada," + b"x" * 200_000, 2),
    ],
    ids=["open quote", "after a quote", "Latin-1", "NUL", "xlsx", "UTF-16", "endless"],
)
def test_what_is_no_such_file_is_refused_with_the_line(raw, line):
    with pytest.raises(UsageError, match=f"^line {line}: "):
        tables.read(raw, KNOWN, ("handle",))


def test_a_file_of_more_than_ten_megabytes_is_not_read():
    with pytest.raises(UsageError, match="10 MB"):
        tables.read(b"handle\n" + b"a\n" * 5_000_000, KNOWN, ("handle",))


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(st.just("a"), cells), max_size=5), st.sampled_from(",;\t"))
def test_whatever_a_spreadsheet_writes_is_read_as_it_was(given_rows, sign):
    text = StringIO(newline="")
    csv.writer(text, delimiter=sign).writerows([("handle", "name"), *given_rows])
    found = tables.read(text.getvalue().encode(), KNOWN, ("handle",))
    assert [row.cells.get("name", "") for row in found.rows] == [
        tables._plain(cell) for _, cell in given_rows
    ]
    assert not found.wrong


@given(st.binary(max_size=200))
def test_no_file_makes_it_fall(raw):
    with contextlib.suppress(UsageError):
        tables.read(raw, KNOWN, ("handle",))
