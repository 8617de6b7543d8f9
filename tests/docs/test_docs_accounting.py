"""The page about files for the accounting program: its examples are read, its tables are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fabgate.charges import Sort
from fabgate.config import accounting
from fabgate.config.accounting import ACCOUNTING
from fabgate.reports import charge_rows, mapping
from fabgate.reports.mapping import MAPPING, WORDS

PAGE = (Path(__file__).parents[2] / "docs" / "accounting.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
ACCOUNTS = [text for text in EXAMPLES if "[accounts]" in text]
COLUMNS = [text for text in EXAMPLES if "[file]" in text]


def test_the_account_numbers_of_the_page_are_read(tmp_path):
    path = tmp_path / "accounting.toml"
    path.write_text(ACCOUNTS[0], encoding="utf-8")
    found = accounting.read(path)
    assert found.earned(Sort.MACHINE, "laser") == "706210"
    assert found.title("706210") == "Découpe laser"
    assert found.vat_of("6") == "445711"


def test_a_plan_of_another_country_names_every_account_that_it_has(tmp_path):
    path = tmp_path / "accounting.toml"
    path.write_text(ACCOUNTS[1], encoding="utf-8")
    found = accounting.read(path)
    used = {*found.sorts.values(), found.customers, found.wallets, found.advances, found.vat}
    assert all(found.title(account) != account for account in used)
    assert all(len(account) == 6 for account in used)


@pytest.mark.parametrize("text", COLUMNS)
def test_each_file_of_columns_of_the_page_is_read(tmp_path, text):
    path = tmp_path / "winbooks.toml"
    path.write_text(text, encoding="utf-8")
    assert mapping.read(path).columns


def test_the_page_has_every_word_that_can_stand_in_a_column():
    assert len(COLUMNS) == 2
    for rows, words in WORDS.items():
        assert f"`{rows}`" in PAGE
        assert all(f"`{{{word}}}`" in PAGE for word in words)


def test_the_page_has_every_key_of_both_files():
    for key in (*ACCOUNTING.keys, *MAPPING.keys):
        name = f"`[{key.path}]`" if len(key.parts) == 1 else f"`{key.parts[-1]}`"
        assert name in PAGE


def test_the_page_has_the_account_of_everything_as_it_is_without_a_file():
    found = accounting.read(None)
    for name, account in (
        *((sort.value, account) for sort, account in found.sorts.items()),
        ("customers", found.customers),
        ("wallets", found.wallets),
        ("advances", found.advances),
        ("vat", found.vat),
    ):
        line = next(line for line in PAGE.splitlines() if line.startswith("|") and f"`{name}`" in line)
        assert line.rstrip("| ").endswith(account)


def test_the_page_has_every_column_of_charges_and_of_their_sums():
    page = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    codes = set(re.findall(r"`([^`]+)`", page))
    columns = (
        *charge_rows.COLUMNS,
        *charge_rows.PAYER_COLUMNS,
        *charge_rows.ITEM_COLUMNS,
        *charge_rows.RATE_COLUMNS,
    )
    assert {*columns} <= codes
