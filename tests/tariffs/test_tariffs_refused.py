"""What is wrong with a price list is told with its line, its key and what to do, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate import config
from fabgate.errors import ConfigError

VERSION = "[version.2026]\nsince = 2026-01-01\n"
LASER = "[version.2026.machine.laser]\n"
TAXABLE = '[vat]\nregime = "taxable"\n'
NEXT = "[version.2027]\nsince = 2027-01-01\n"


def refused(folder: Path, text: str) -> str:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        config.read_tariff(path)
    return f"{error.value} {error.value.remedy}"


@pytest.mark.parametrize(
    ("text", "where", "what", "remedy"),
    [
        # prices
        (VERSION + LASER + "price = -5", "4: version.2026.machine.laser.price", "-5 is negative", "`pays`"),
        (VERSION + LASER + "price = -0.5", "4: ", "-0.5 is negative", "0 or more"),
        (VERSION + LASER + 'price = "2,50"', "4: ", "has a comma", "2.50"),
        (VERSION + LASER + 'price = "10 EUR"', "4: ", '"10 EUR" is no price', "[money]"),
        (VERSION + LASER + "price = nan", "4: ", "no price", "12.50"),
        (VERSION + LASER + "price = inf", "4: ", "no price", "12.50"),
        (VERSION + LASER + "price = 1e9", "4: ", "no price", "12.50"),
        (VERSION + LASER + "price = 0.1234567", "4: ", "no price", "12.50"),
        (VERSION + LASER + "price = true", "4: ", "no price", "12.50"),
        (VERSION + LASER + f"price = 0x{'f' * 4000}", "4: ", "a number of that size", "12.50"),
        (VERSION + LASER + 'every = "15m"', "3: version.2026.machine.laser.price", "no price", "price = 10"),
        (VERSION + LASER + "price = 1\nbands = [{ price = 1 }]", "5: ", "said twice", "out"),
        (VERSION + LASER + "price = 1\nfree = 15", "5: ", "no length of time", '"1h30m"'),
        (VERSION + LASER + "price = 1\nfree = 1.5", "5: ", "not a number", "quotes"),
        (VERSION + LASER + "price = 1\nevry = 1", "5: ", "no such key", "Did you mean every?"),
        (VERSION + LASER + 'price = 1\nmeter = "bussy"', "5: ", '"bussy" is not known', "Did you mean busy?"),
        (VERSION + LASER + 'price = 1\nbefore = "1m"', "5: ", "nothing counts the runs", "busy+runs"),
        ("[machine.laser]\nprice = 10", "1: machine", "no such key", "belongs in [version.*]"),
        ("[version.2026]\nsince = 2026-01-01T00:00:00", "2: ", "not a date with a time", "2026-11-20"),
        (
            VERSION + "[version.2026.category.pro]\n" + LASER + "price = 1\n[version.2026.machine.laser.pro]",
            "6: version.2026.machine.laser.pro",
            "stands under `for`",
            "[version.2026.machine.laser.for.pro]",
        ),
        (VERSION + "price = 1", "3: version.2026.price", "no such key", "[version.2026.machine.*]"),
        (
            VERSION + LASER + "price = 1\ntitle = 'x'",
            "5: ",
            "no such key",
            "belongs in [version.2026.item.*]",
        ),
        (VERSION + LASER + "price = 1\ngap = '5m'", "5: ", "no such key", "belongs in [version.2026]"),
        ("since = 2026-01-01", "1: since", "no such key", "belongs in [version.*]"),
        (VERSION + "[version.2026.machines.laser]\nprice = 1", "3: version.2026.machines", "key", "machine"),
        (VERSION + "[version.2026.machine.Laser]\nprice = 1", "3: ", '"Laser" is no id', "lower-case"),
        # bands
        (VERSION + LASER + "bands = []", "4: ", "there is a gap", "price 0"),
        (VERSION + LASER + 'bands = [{ upto = "1h", price = 1 }]', "4: ", "gap", "a last band without"),
        (
            VERSION
            + LASER
            + 'bands = [{ upto = "2h", price = 1 }, { upto = "1h", price = 1 }, { price = 2 }]',
            "4: ",
            "band 2 overlaps",
            "the last has none",
        ),
        (
            VERSION
            + LASER
            + 'bands = [{ upto = "1h", price = 1 }, { upto = "60m", price = 1 }, { price = 2 }]',
            "4: ",
            "band 2 overlaps",
            "from the shortest",
        ),
        (VERSION + LASER + "bands = [{ price = 1 }, { price = 2 }]", "4: ", "band 2 overlaps", "upto"),
        (VERSION + LASER + 'bands = [{ upto = "1h" }, { price = 2 }]', "4: ", "band 1 has no price", "0"),
        (VERSION + LASER + "bands = [{ prise = 1 }]", "4: ", 'band 1 has no "prise"', "Did you mean price?"),
        (VERSION + LASER + "bands = [{ price = -1 }]", "4: ", "band 1: -1 is negative", "0 or more"),
        (VERSION + LASER + "bands = [1]", "4: ", "band 1 is no band", "braces"),
        (VERSION + LASER + "bands = 1", "4: ", "a list is wanted", "upto"),
        # categories, plans, purposes
        (
            VERSION + LASER + "price = 1\n[version.2026.machine.laser.for.pro]",
            "5: ",
            'category "pro"',
            "category.pro",
        ),
        (
            VERSION + '[version.2026.plan.a]\nprice = 1\ncategory = "b"',
            "5: ",
            'no category "b"',
            "category.b",
        ),
        (
            VERSION + '[version.2026.category.member]\n[version.2026.plan.a]\nprice = 1\ncategory = "membre"',
            "6: version.2026.plan.a.category",
            'no category "membre"',
            "Did you mean member?",
        ),
        (VERSION + '[version.2026.purpose.a]\ncategory = "b"', "4: ", 'no category "b"', "[version.2026"),
        (VERSION + '[version.2026.pass.a]\nprice = 1\nplans = ["b"]', "5: ", 'no plan "b"', "plan.b"),
        (VERSION + '[version.2026.pass.a]\nprice = 1\ncategories = ["b"]', "5: ", 'no category "b"', "b]"),
        (VERSION + "[version.2026.category.a]\npays = 50", "4: ", "no share", '"50%"'),
        (VERSION + '[version.2026.category.a]\npays = "150%"', "4: ", "more than the list price", ".for."),
        (VERSION + '[version.2026.category.a]\npays = "-5%"', "4: ", "no share", '"50%"'),
        (
            VERSION + "[version.2026.category.a]\nminimum_balance = 0.005",
            "4: ",
            "whole number of cents",
            "12.50",
        ),
        # plans, packs, passes, items
        (VERSION + "[version.2026.plan.a]", "3: version.2026.plan.a.price", "it is missing", "price = "),
        (
            VERSION + '[version.2026.plan.a]\nprice = 1\nperiod = "term"\nmonths = 5',
            "6: ",
            "terms of 5",
            "12",
        ),
        (
            VERSION + '[version.2026.plan.a]\nprice = 1\nperiod = "once"\nmonths = 1',
            "6: ",
            "no months",
            "date",
        ),
        (
            VERSION + '[version.2026.plan.a]\nprice = 1\nperiod = "once"\nleast = 2',
            "6: ",
            "one period",
            "out",
        ),
        (VERSION + "[version.2026.plan.a]\nprice = 1\nmonths = 0", "5: ", "out of bounds", "1 to 120"),
        (
            VERSION + "[version.2026.pack.a]\nprice = 1",
            "3: version.2026.pack.a",
            "nothing in it",
            "time, days",
        ),
        (
            VERSION + '[version.2026.pack.a]\nprice = 1\ndays = 1\ntime = "1h"',
            "5: ",
            "time and days in it",
            "one",
        ),
        (VERSION + "[version.2026.pack.a]\nprice = 1\ncoins = 5", "5: ", "no coins", "[coin]"),
        (
            VERSION + '[version.2026.pack.a]\nprice = 1\ncoins = 5\n[coin]\nworth = "0.001"',
            "5: ",
            "5 coins of 0.001 are no whole cents",
            "another number",
        ),
        (VERSION + "[version.2026.item.a]\nprice = 1\ncoins = true", "5: ", "no coins", "[coin]"),
        (VERSION + LASER + "price = 1\ncoins = true", "5: ", "no coins", "[coin]"),
        (VERSION + "[version.2026.item.a]", "3: version.2026.item.a.price", "no price", "open = true"),
        (VERSION + "[version.2026.item.a]\nopen = true\nprice = 1", "5: ", "an open price", "out"),
        (
            VERSION + "".join(f"[version.2026.pass.{one}]\nprice = 1\nautomatic = true\n" for one in "ab"),
            "8: version.2026.pass.b.automatic",
            "owed twice",
            "Have one of them automatic",
        ),
        # VAT
        (VERSION + LASER + 'price = 1\nvat = "std"', "5: ", 'no VAT rate "std"', "[vat.rate.std]"),
        (
            TAXABLE
            + "[vat.rate.standard]\n2020-01-01 = 21\n"
            + VERSION
            + LASER
            + 'price = 1\nvat = "standart"',
            "9: version.2026.machine.laser.vat",
            'no VAT rate "standart"',
            "Did you mean standard?",
        ),
        (
            TAXABLE + VERSION + 'vat = "std"\n' + LASER + "price = 1",
            "5: version.2026.vat",
            '"std"',
            "rate.std",
        ),
        (TAXABLE + VERSION + LASER + "price = 1", "5: version.2026.machine.laser", "nothing says", "vat = "),
        (
            TAXABLE + "[vat.rate.a]\n2026-02-01 = 21\n" + VERSION + 'vat = "a"\n' + LASER + "price = 1",
            "3: vat.rate.a",
            "no percentage on 2026-01-01",
            "2026-01-01 = 21",
        ),
        (
            TAXABLE + VERSION + '[version.2026.pack.a]\nprice = 1\ndays = 1\nvoucher = "single"',
            "5: version.2026.pack.a",
            "nothing says which VAT",
            "[version.2026]",
        ),
        (
            TAXABLE + VERSION + '[version.2026.pack.a]\nprice = 1\ndays = 1\nbasis = "without_vat"',
            "5: version.2026.pack.a",
            "due at each use",
            "with_vat",
        ),
        ("[vat.rate.a]\nalways = 21\n" + VERSION, "2: vat.rate.a.always", "no day", "2026-01-01 = 21"),
        ("[vat.rate.a]\n2026-13-01 = 21\n" + VERSION, "2: ", '"2026-13-01" is no day', "year, month"),
        ("[vat.rate.a]\n2026-01-01 = 121\n" + VERSION, "2: ", "no percentage", "0 to 100"),
        ("[vat.rate.a]\n2026-01-01 = -1\n" + VERSION, "2: ", "no percentage", "0 to 100"),
        ('[vat]\nregime = "none"\n' + VERSION, "2: vat.regime", '"none" is not known', "taxable"),
        ('[money]\ncurrency = "JPY"\n' + VERSION, "2: money.currency", "no hundredths", "EUR"),
        ('[money]\ncurrency = "euro"\n' + VERSION, "2: ", '"euro" is no currency', '"EUR"'),
        ("[coin]\n" + VERSION, "1: coin.worth", "missing", "0.10"),
        # versions
        ("", "1: version", "nothing has a price", "fabgate tariff sample"),
        ("[version.2026]\n", "1: version.2026.since", "missing", "2026-01-01"),
        ('[version.2026]\nsince = "January"', "2: ", "no day", "2026-11-20"),
        (VERSION + "[version.b]\nsince = 2026-01-01", "4: version.b.since", "overlaps version 2026", "later"),
        (VERSION + "until = 2026-12-30\n" + NEXT, "3: ", "a gap before version 2027", "2026-12-31"),
        (VERSION + "until = 2027-01-01\n" + NEXT, "3: ", "overlaps version 2027", "2026-12-31"),
        (VERSION + "until = 2026-12-31", "3: version.2026.until", "there is a gap after it", "Leave it out"),
        (VERSION + 'based_on = "2025"', "3: ", 'no other version "2025"', "Leave it out"),
        (VERSION + 'based_on = "2026"', "3: ", "no other version", "Leave it out"),
        (VERSION + NEXT + 'based_on = "2062"', "5: ", '"2062"', "Did you mean 2026?"),
        (VERSION + 'based_on = "2027"\n' + NEXT, "3: ", "version 2027 is not older", "earlier"),
        (VERSION + 'without = ["plan.a"]', "3: ", "based on no version", "based_on"),
        (
            VERSION
            + "[version.2026.plan.month]\nprice = 1\n"
            + NEXT
            + 'based_on = "2026"\nwithout = ["plan.moth"]',
            "8: version.2027.without",
            'version 2026 has no "plan.moth"',
            "Did you mean plan.month?",
        ),
        ("[version.2026]\nsince = 2026-01-01\nsince = 2026-01-02", "3: ", "not TOML", "The line reads"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_cure(
    tmp_path: Path, text: str, where: str, what: str, remedy: str
):
    said = refused(tmp_path, text)
    assert all(part in said for part in (f"prices.toml:{where}", what, remedy)), said


def test_a_pack_for_several_rates_needs_none_of_its_own(tmp_path: Path):
    path = tmp_path / "prices.toml"
    path.write_text(TAXABLE + VERSION + "[version.2026.pack.a]\nprice = 1\ndays = 1\n", encoding="utf-8")
    assert config.read_tariff(path).versions[0].packs["a"].vat == ""


def test_what_an_older_version_says_is_told_at_its_own_line_where_the_new_one_breaks_it(tmp_path: Path):
    text = (
        VERSION
        + "[version.2026.category.pro]\n"
        + '[version.2026.plan.pro]\nprice = 1\ncategory = "pro"\n'
        + NEXT
        + 'based_on = "2026"\nwithout = ["category.pro"]\n'
    )
    said = refused(tmp_path, text)
    assert 'prices.toml:6: version.2026.plan.pro.category: version 2027 has no category "pro"' in said
    assert "[version.2027.category.pro]" in said


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines(tmp_path: Path):
    said = refused(tmp_path, VERSION + LASER + 'price = -1\nvat = "x"\nfree = 3\n')
    assert [part.split(":")[0] for part in said.split("prices.toml:")[1:]] == ["4", "5", "6"]
    assert "3 things to mend" in said


# --- whatever stands there ------------------------------------------------------------------------

words = st.text('ab1é漢 "\\\n\x00{}[]=#.-,', max_size=8)
numbers = st.sampled_from(
    ["0.5", "-1", "1e400", "nan", "-inf", "9" * 30, "2026-01-01", "2026-01-01T00:00:00Z"]
)
values = st.recursive(
    st.booleans().map(lambda one: str(one).lower())
    | numbers
    | words.map(lambda text: '"' + "".join(f"\\U{ord(sign):08x}" for sign in text) + '"')
    | st.sampled_from(['"50%"', '"1h"', '"busy"', '"2026"', '"without_vat"', '["laser"]']),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda many: f"[{', '.join(many)}]")
        | st.dictionaries(st.sampled_from(["price", "upto", "per", "laser"]), inner, max_size=3).map(
            lambda table: f"{{ {', '.join(f'{name} = {one}' for name, one in table.items())} }}"
        )
    ),
    max_leaves=5,
)
tables = st.sampled_from(
    [
        "money",
        "vat",
        "vat.rate.a",
        "coin",
        "version.2026",
        "version.2027",
        *(
            f"version.2026.{one}.laser"
            for one in ("machine", "person", "item", "pass", "plan", "pack", "category")
        ),
        "version.2026.machine.laser.for.a",
        "version.2027.purpose.laser",
    ]
)
keys = st.sampled_from(
    [
        *("since", "until", "based_on", "without", "price", "per", "bands", "pays", "vat", "worth", "coins"),
        *("credit", "category", "plans", "automatic", "period", "months", "contingent", "open", "time"),
        "2026-01-01",
    ]
)


@given(st.dictionaries(tables, st.dictionaries(keys, values, max_size=4), max_size=4))
def test_whatever_stands_in_the_file_it_is_read_or_refused_with_a_cure(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, dict[str, str]]
):
    path = tmp_path_factory.mktemp("tariff") / "prices.toml"
    lines = (
        f"[{table}]\n" + "".join(f"{key} = {value}\n" for key, value in row.items())
        for table, row in content.items()
    )
    path.write_text("".join(lines), encoding="utf-8")
    try:
        config.read_tariff(path)
    except ConfigError as error:
        assert error.remedy
        assert str(path) in str(error)


@given(st.binary(max_size=300))
def test_whatever_a_file_is_it_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes):
    path = tmp_path_factory.mktemp("tariff") / "prices.toml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError) as error:  # not one of them has a version
        config.read_tariff(path)
    assert error.value.remedy
