"""A price list is read to the last digit, and a version takes over what it does not say itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from bills import LISTS, written

from fabgate import config
from fabgate.config import tariff_values as kinds
from fabgate.errors import ConfigError
from fabgate.tariff import (
    Band,
    Basis,
    Category,
    Coin,
    DayPass,
    Item,
    Pack,
    Plan,
    Purpose,
    Regime,
    Tariff,
    TimePrice,
    Unit,
    Version,
)

VERSION = "[version.2026]\nsince = 2026-01-01\n"
MAIN = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
tariff = "prices.toml"
[machine.laser]
skill = "laser"
[machine.laser.output.relay]
role = "power"
"""


def version(folder: Path, text: str) -> Version:
    (found,) = written(folder, VERSION + text).versions
    return found


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["1.005", '"1.005"', "0.1", "2.675", "1_000.25", "7", '"12.50"', " 0.000001"]
)
def test_a_price_is_what_is_written_to_the_last_digit(tmp_path: Path, text: str):
    price = version(tmp_path, f"[version.2026.item.a]\nprice = {text}\n").items["a"][""].price
    assert price == Decimal(text.strip(' "').replace("_", ""))


def test_shares_and_percentages_are_exact(tmp_path: Path):
    tariff = written(
        tmp_path,
        "[vat.rate.low]\n2026-01-01 = 5.5\n2027-01-01 = 5\n"
        + VERSION
        + '[version.2026.category.a]\npays = "33.3%"\n',
    )
    assert tariff.versions[0].categories["a"].factor == Decimal("0.333")
    assert tariff.rates == {"low": ((date(2026, 1, 1), Decimal("5.5")), (date(2027, 1, 1), Decimal(5)))}


def test_lengths_are_whole_seconds():
    assert (kinds.SECONDS.read("1h30m"), kinds.SECONDS.read("90s")) == (5400, 90)
    assert (kinds.SECONDS_OR_NONE.read("none"), kinds.PER.read("session")) == (0, 0)


# --- defaults -------------------------------------------------------------------------------------


def test_what_is_not_written_is_as_the_words_have_it(tmp_path: Path):
    found = version(
        tmp_path,
        "[version.2026.machine.laser]\nprice = 1\n[version.2026.person.zoe]\nprice = 1\n"
        "[version.2026.item.a]\nprice = 1\n[version.2026.pass.a]\nprice = 1\n"
        "[version.2026.plan.a]\nprice = 1\n"
        "[version.2026.pack.a]\nprice = 1\ndays = 1\n[version.2026.category.a]\n[version.2026.purpose.a]\n",
    )
    one = Decimal(1)
    assert found == Version(
        "2026",
        date(2026, 1, 1),
        machines={"laser": {"": TimePrice((Band(one),))}},
        people={"zoe": {"": TimePrice((Band(one),))}},
        items={"a": {"": Item("a", one)}},
        passes={"a": DayPass("a", one)},
        plans={"a": Plan("a", one)},
        packs={"a": Pack("a", one, Unit.DAYS, 1)},
        categories={"a": Category("a")},
        purposes={"a": Purpose("a")},
    )


def test_a_lab_says_its_currency_its_regime_and_its_coins_once(tmp_path: Path):
    found = written(
        tmp_path,
        '[money]\ncurrency = "SEK"\n[vat]\nregime = "franchise_be"\n[coin]\nname = "crrr"\nworth = 0.10\n'
        + VERSION,
    )
    assert (found.currency, found.regime) == ("SEK", Regime.FRANCHISE_BE)
    assert found.coin == Coin("crrr", Decimal("0.10"))


def test_packs_are_counted_in_seconds_days_or_cents(tmp_path: Path):
    found = written(
        tmp_path,
        '[coin]\nworth = "0.25"\n'
        + VERSION
        + '[version.2026.pack]\na = { price = 1, time = "2h" }\nb = { price = 1, days = 3 }\n'
        + "c = { price = 1, credit = 12.50 }\nd = { price = 1, coins = 3 }\n",
    )
    assert {name: (one.unit, one.amount) for name, one in found.versions[0].packs.items()} == {
        "a": (Unit.TIME, 7200),
        "b": (Unit.DAYS, 3),
        "c": (Unit.CREDIT, 1250),
        "d": (Unit.CREDIT, 75),
    }


# --- categories -----------------------------------------------------------------------------------


def test_a_category_has_everybodys_price_but_for_what_stands_under_for(tmp_path: Path):
    found = version(
        tmp_path,
        "[version.2026.category]\nmember = {}\nnight = {}\nrich = {}\n"
        '[version.2026.machine.laser]\nprice = 10\nper = "30m"\nevery = "15m"\nsupervised = 4\nvat = "a"\n'
        '[version.2026.machine.laser.for]\nmember = { price = 5, basis = "without_vat" }\n'
        'night = { bands = [{ price = 1 }] }\nrich = { per = "1m" }\n[vat.rate.a]\n2026-01-01 = 6\n',
    ).machines["laser"]
    usual = found[""]
    assert usual.bands == (Band(Decimal(10), 1800),)
    assert found["member"].bands == (Band(Decimal(5), 1800),)
    assert found["night"].bands == (Band(Decimal(1), 3600),)
    assert found["rich"].bands == (Band(Decimal(10), 60),)
    assert [one.basis for one in found.values()].count(Basis.WITHOUT_VAT) == 1
    assert {(one.every_s, one.supervised, one.vat) for one in found.values()} == {(900, 4, "a")}


def test_a_price_of_a_category_takes_the_place_of_everybodys_bands(tmp_path: Path):
    found = version(
        tmp_path,
        "[version.2026.category.member]\n[version.2026.machine.laser]\nbands = [{ price = 9 }]\n"
        "[version.2026.machine.laser.for.member]\nprice = 5\n",
    ).machines["laser"]
    assert (found[""].bands, found["member"].bands) == ((Band(Decimal(9)),), (Band(Decimal(5)),))


# --- versions -------------------------------------------------------------------------------------

OLD = """\
[vat.rate.low]
2020-01-01 = 6
[vat.rate.high]
2020-01-01 = 21
[version.b]
since = 2027-01-01
based_on = "a"
without = ["plan.old", "machine.saw"]
vat = "high"
[version.b.machine.laser]
price = 12
[version.b.machine.lathe]
price = 3
[version.a]
since = 2026-01-01
vat = "low"
gap = "5m"
basis = "without_vat"
minimum_balance = 7.50
[version.a.machine.laser]
price = 10
every = "30m"
[version.a.machine.saw]
price = 1
[version.a.machine.mill]
price = 2
[version.a.plan.old]
price = 1
[version.a.plan.new]
price = 1
"""


def test_a_version_takes_over_what_it_does_not_say_and_replaces_tables_whole(tmp_path: Path):
    old, new = written(tmp_path, OLD).versions
    assert (old.id, new.id) == ("a", "b")  # by their days, however they stand in the file
    assert set(new.machines) == {"laser", "mill", "lathe"}
    assert new.machines["laser"][""].every_s == 1
    assert set(new.plans) == {"new"}
    assert (new.gap_s, new.minimum_balance) == (300, Decimal("7.50"))
    assert {one[""].basis for one in new.machines.values()} == {Basis.WITHOUT_VAT}
    assert (
        {one[""].vat for one in old.machines.values()},
        {one[""].vat for one in new.machines.values()},
    ) == (
        {"low"},
        {"high"},
    )


def test_the_day_says_the_version(tmp_path: Path):
    found = written(tmp_path, OLD)
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [one.id if one else None for one in map(found.at, days)] == [None, "a", "a", "b"]


def test_a_last_day_that_fits_is_taken(tmp_path: Path):
    text = VERSION + "until = 2026-12-31\n[version.b]\nsince = 2027-01-01\n"
    assert len(written(tmp_path, text).versions) == 2


# --- the configuration ----------------------------------------------------------------------------


def test_the_configuration_names_the_price_list(tmp_path: Path):
    (tmp_path / "fabgate.toml").write_text(MAIN, encoding="utf-8")
    text = VERSION + "[version.2026.machine.laser]\nprice = 10\n"
    tariff = written(tmp_path, text)
    settings = config.load(tmp_path / "fabgate.toml")
    assert settings.lab.tariff == tmp_path / "prices.toml"
    assert settings.tariff == tariff
    assert (tariff.text, len(tariff.digest)) == (text, 12)


def test_a_lab_without_a_price_list_charges_nothing(tmp_path: Path):
    (tmp_path / "fabgate.toml").write_text(MAIN.replace('tariff = "prices.toml"\n', ""), encoding="utf-8")
    settings = config.load(tmp_path / "fabgate.toml")
    assert (settings.lab.tariff, settings.tariff) == (None, Tariff())


def test_another_price_list_takes_its_place_to_be_looked_at(tmp_path: Path):
    (tmp_path / "fabgate.toml").write_text(MAIN, encoding="utf-8")
    settings = config.load(tmp_path / "fabgate.toml", tariff=LISTS / "imal-2016.toml")
    assert settings.tariff == config.read_tariff(LISTS / "imal-2016.toml")


def test_a_price_list_that_is_not_there_is_refused_with_the_line_that_names_it(tmp_path: Path):
    (tmp_path / "fabgate.toml").write_text(MAIN, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"fabgate\.toml:4: lab\.tariff: there is no file") as error:
        config.load(tmp_path / "fabgate.toml")
    assert "fabgate tariff sample" in error.value.remedy


def test_mistakes_of_the_configuration_and_of_the_price_list_are_told_together(tmp_path: Path):
    (tmp_path / "fabgate.toml").write_text(MAIN + "pin = 99\n", encoding="utf-8")
    (tmp_path / "prices.toml").write_text(VERSION + "[version.2026.machine.laser]\nprice = -1\n")
    with pytest.raises(ConfigError) as error:
        config.load(tmp_path / "fabgate.toml")
    assert "fabgate.toml:9: " in str(error.value)
    assert "prices.toml:4: version.2026.machine.laser.price: -1 is negative" in str(error.value)


def test_no_machine_bears_the_word_for_all_others(tmp_path: Path):
    (tmp_path / "fabgate.toml").write_text(MAIN.replace("machine.laser", "machine.any"), encoding="utf-8")
    (tmp_path / "prices.toml").write_text(VERSION, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"fabgate\.toml:5: machine\.any: .* all other machines"):
        config.load(tmp_path / "fabgate.toml")
    main = (tmp_path / "fabgate.toml").read_text(encoding="utf-8").replace('tariff = "prices.toml"\n', "")
    (tmp_path / "fabgate.toml").write_text(main, encoding="utf-8")
    assert "any" in config.load(tmp_path / "fabgate.toml").machines
