"""A file of columns, for any program: what it can say, and what is said of its mistakes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from exports_lab import OCTOBER, accounts, buyers, charge, month, names, sort_of

from fabgate.errors import ConfigError
from fabgate.reports import batch, mapping
from fabgate.reports.accounting import entries
from fabgate.reports.batch import Book, Tally
from fabgate.reports.mapping import WORDS


def read(tmp_path: Path, text: str) -> mapping.Columns:
    path = tmp_path / "Winbooks 5.toml"
    path.write_text(text, encoding="utf-8")
    return mapping.read(path)


def written(tmp_path, text, charges=None) -> bytes:
    said = read(tmp_path, text)
    book = Book("2026-10-x-1", OCTOBER, "openfab", "EUR", accounts(), names, lambda sort, item: item, buyers)
    found = entries(month() if charges is None else charges, book.accounts, sort_of)
    return b"".join(batch.pieces(found, mapping.layout(book, said), Tally()))


@pytest.mark.parametrize("rows", WORDS)
def test_every_word_that_a_row_has_can_stand_in_a_column(tmp_path, rows):
    columns = "".join(f'[column.{word}]\nvalue = "{{{word}}}"\n' for word in WORDS[rows])
    text = written(tmp_path, f'[file]\nrows = "{rows}"\n{columns}').decode()
    found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert tuple(found[0]) == WORDS[rows]
    # A word that is empty in every row would be of no use to anybody.
    assert all(any(row[word] for row in found) for word in WORDS[rows])


def test_a_file_may_have_another_separator_mark_and_date_and_no_header(tmp_path):
    text = """\
[file]
separator = "tab"
decimal = "."
date = "20261031"
header = false
zeros = false
[column.day]
value = "{date}"
[column.account]
value = "{account}"
[column.debit]
value = "{debit}"
[column.credit]
value = "{credit}"
[column.fixed]
value = "VEN {side} {amount}"
"""
    raw = written(tmp_path, text, [charge(cents=121)])
    assert raw == (
        b"20261031\t411\t1.21\t\tVEN D 1.21\r\n"
        b"20261031\t70621\t\t1.00\tVEN C -1.00\r\n"
        b"20261031\t4457\t\t0.21\tVEN C -0.21\r\n"
    )


def test_a_mark_of_the_alphabet_stands_once_at_the_head(tmp_path):
    raw = written(tmp_path, '[file]\nencoding = "utf-8-sig"\n[column.payer]\nvalue = "{payer}"\n')
    assert raw.startswith(b"\xef\xbb\xbfpayer")
    assert raw.count(b"\xef\xbb\xbf") == 1


def test_the_name_of_the_file_is_that_of_the_program(tmp_path):
    assert read(tmp_path, '[column.a]\nvalue = ""\n').name == "winbooks-5"


def test_what_a_spreadsheet_would_run_is_made_harmless(tmp_path):
    raw = written(tmp_path, '[column.name]\nvalue = "{payer_name}"\n')
    assert b"\"'=cmd|" in raw


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[column.a]\nvalue = "{acount}"\n', 2, "column.a.value: a row of postings has no {acount}"),
        (
            '[file]\nrows = "sales"\n[column.a]\nvalue = "{debit}"\n',
            4,
            "column.a.value: a row of sales has no {debit}",
        ),
        ('[file]\nrows = "lines"\n', 2, 'file.rows: "lines" is not known'),
        ("[file]\nheader = true\n", 1, "column: there is no column"),
        ("[column.a]\nmost = 5\n", 1, "column.a.value: it is missing"),
        (
            '[file]\nsuffix = ".csv"\n[column.a]\nvalue = "x"\n',
            2,
            'file.suffix: ".csv" is no ending of a file',
        ),
        ('[file]\ndate = "d/m/y"\n[column.a]\nvalue = "x"\n', 2, 'file.date: "d/m/y" is not known'),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, line, said):
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    assert f"Winbooks 5.toml:{line}: {said}" in str(refused.value)
