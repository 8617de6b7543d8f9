"""The price list at the command line: checked, listed, shown and tried, with a gate around it or at home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_lab import TOML, configuration
from click.testing import CliRunner, Result

from fabgate import config
from fabgate.cli import main

LISTS = Path(__file__).resolve().parents[2] / "docs" / "tariffs"
OPENFAB = LISTS / "openfab-2017.toml"
HAPPYLAB = LISTS / "happylab-2026.toml"


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, words)), catch_exceptions=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where there is no configuration."""
    return tmp_path / "none.toml"


def priced(folder: Path, text: str) -> Path:
    """A configuration in a folder that names this price list."""
    path = configuration(folder)
    path.write_text(TOML.replace("[gate]", 'tariff = "prices.toml"\n\n[gate]'), encoding="utf-8")
    (folder / "prices.toml").write_text(text, encoding="utf-8")
    return path


def bill(home: Path, row: str, file: Path = OPENFAB) -> str:
    ran = typed("--config", home, "tariff", "try", *row.split(), "--file", file)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


# --- sample and check -----------------------------------------------------------------------------


def test_the_sample_is_a_price_list_that_passes_its_own_check(tmp_path: Path, home: Path):
    ran = typed("tariff", "sample")
    assert ran.stdout == config.ready_tariff()
    (tmp_path / "prices.toml").write_text(ran.stdout, encoding="utf-8")
    checked = typed("--config", home, "tariff", "check", tmp_path / "prices.toml")
    assert (checked.exit_code, "is in order, in EUR: 2026 from 2026-01-01" in checked.stdout) == (0, True)
    assert "whether its machines exist was not looked at" in checked.stdout


def test_what_the_sample_leaves_out_of_vat_can_be_taken_in(tmp_path: Path):
    text = "\n".join(
        line.removeprefix("#") if line.startswith(("#[", "#regime", "#2026", "#vat")) else line
        for line in config.ready_tariff().splitlines()
    )
    (tmp_path / "prices.toml").write_text(text, encoding="utf-8")
    found = config.read_tariff(tmp_path / "prices.toml")
    assert found.rates["standard"][0][1] == 21
    assert {one[""].vat for one in found.versions[0].machines.values()} == {"standard"}


def test_all_mistakes_are_told_and_nothing_is_in_order(tmp_path: Path, home: Path):
    (tmp_path / "prices.toml").write_text("[version.a]\nsince = 2026-01-01\nx = 1\ny = 2\n")
    ran = typed("--config", home, "tariff", "check", tmp_path / "prices.toml")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.count("prices.toml:") == 2


def test_a_new_list_is_checked_in_the_place_of_the_one_in_force_even_if_that_one_is_broken(tmp_path: Path):
    path = priced(tmp_path, "broken")
    assert typed("--config", path, "tariff", "check").exit_code == 1
    ran = typed("--config", path, "tariff", "check", OPENFAB)
    assert (ran.exit_code, "is in order" in ran.stdout) == (0, True)


def test_machines_that_only_one_of_the_two_files_has_are_noted(tmp_path: Path):
    text = "[version.a]\nsince = 2026-01-01\n[version.a.machine.lazer]\nprice = 1\n"
    path = priced(tmp_path, text)
    said = typed("--config", path, "tariff", "check").stdout
    assert 'No machine here is called "lazer". Did you mean laser?' in said
    assert "Without a price in version a: laser" in said
    assert "[version.a.machine.any]" in said
    (tmp_path / "prices.toml").write_text(text + "[version.a.machine.any]\nprice = 0\n")
    assert "Without a price" not in typed("--config", path, "tariff", "check").stdout


def test_a_lab_without_a_list_is_told_how_to_begin(tmp_path: Path):
    path = configuration(tmp_path)
    ran = typed("--config", path, "tariff", "check")
    assert (ran.exit_code, "nothing costs anything" in ran.stdout) == (0, True)
    for verb in ("list", "show"):
        ran = typed("--config", path, "tariff", verb)
        assert (ran.exit_code, "fabgate tariff sample > prices.toml" in ran.stderr) == (1, True)


# --- list and show --------------------------------------------------------------------------------


def test_versions_are_listed_with_their_days_and_the_one_in_force(tmp_path: Path):
    path = priced(tmp_path, OPENFAB.read_text(encoding="utf-8"))
    said = typed("--config", path, "tariff", "list").stdout.splitlines()
    assert said[2].split() == ["2017-01", "2017-01-01", "2017-04-30", "3", "2", "0", "1"]
    assert said[3].split() == ["2017-05", "2017-05-01", "3", "3", "1", "1", "today"]
    rows = json.loads(typed("--config", path, "tariff", "list", "--json").stdout)
    assert [(row["version"], row["until"], row["in_force"]) for row in rows] == [
        ("2017-01", "2017-04-30", False),
        ("2017-05", None, True),
    ]


def test_a_list_is_shown_in_plain_words_as_it_was_on_a_day(home: Path):
    said = typed("--config", home, "tariff", "show", "--at", "2017-02-01", "--file", OPENFAB).stdout
    assert "Version 2017-01 of the price list, from 2017-01-01 on. Prices are in EUR." in said
    assert "laser: 10.00 EUR an hour, each started 1 h is a whole one" in said
    assert "laser, for client: 34.00 EUR an hour without VAT" in said
    assert "a trainee with a sponsor 10.00 EUR an hour besides" in said
    assert "Day at the lab (day): 10.00 EUR, owed by whoever works on a day" in said
    assert "VAT standard: 21 % from 1996-01-01." in said


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("happylab-2026", "laser: 6 coins a minute, while it works, and 30 s before and 30 s after"),
        ("happylab-2026", "20 min a month of laser in it"),
        ("happylab-2026", "Damage (damage): said when it is charged, at most 100.00 EUR"),
        ("electrolab-2020", "100.00 EUR for 4 months, counted from January, less the months before"),
        ("openfab-2018", "Card of 10 days (ten-days): 10 days for 80.00 EUR, good for 6 months"),
        (
            "openfab-2018",
            "metaUser (metauser): 34.00 EUR a month from its day, taken for 12 of them at least",
        ),
        ("plateforme-c-2013", "any other: 12.00 EUR an hour, the first 1 h free"),
        ("biklab-2026", "any other: 4.00 EUR an hour, at least 30 min, each started 30 min is a whole one"),
        ("cityfab1-2018", "First visit (first): pays 0 %"),
        ("stockholm-2016", "Prices are in SEK."),
    ],
)
def test_what_a_list_means_is_said(home: Path, name: str, sentence: str):
    assert sentence in typed("--config", home, "tariff", "show", "--file", LISTS / f"{name}.toml").stdout


@pytest.mark.parametrize("path", sorted(LISTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_list_can_be_shown_and_tried(home: Path, path: Path):
    shown = typed("--config", home, "tariff", "show", "--file", path)
    assert (shown.exit_code, "Machines\n" in shown.stdout) == (0, True)
    assert "To pay: " in bill(home, "laser --minutes 65", path)


def test_what_only_some_lists_say_is_said_too(tmp_path: Path, home: Path):
    (tmp_path / "prices.toml").write_text(
        "[version.a]\nsince = 2026-01-01\nminimum_balance = 5\nthreshold = '1m'\n"
        "[version.a.machine.laser]\nfree_month = '2h'\nstart_fee = 2\nminimum_price = 0.105\n"
        "bands = [{ upto = '15m', price = 0 }, { price = 6, per = '90s' }]\nrounding = 'down'\nevery = '5m'\n"
        "[version.a.category.pro]\nminimum_balance = 0\n[version.a.plan.p]\nprice = 1\npays = '80%'\n"
        "[version.a.pass.d]\nprice = 1\nmachines = ['any']\n"
        "[version.a.machine.kiln]\nprice = 1\nper = 'session'\n"
    )
    said = typed("--config", home, "tariff", "show", "--file", tmp_path / "prices.toml").stdout
    assert "free up to 15 min, then 6.00 EUR for each 1 min 30 s" in said
    assert "2 h a month free, only whole 5 min, at least 0.105 EUR, and 2.00 EUR to start" in said
    assert "kiln: 1.00 EUR a session" in said
    assert "pro: their own prices, or everybody's; starts with 0.00 EUR on the wallet" in said
    assert "To start, a wallet must hold 5.00 EUR." in said
    assert "A start of less than 1 min in which nothing was done is free." in said
    assert "p: 1.00 EUR a month of the calendar, pays 80 % of machine time" in said
    assert "d: 1.00 EUR; all machines are in it" in said


def test_a_version_can_be_shown_by_its_name_and_for_programs(home: Path):
    ran = typed("--config", home, "tariff", "show", "--version", "2017-01", "--file", OPENFAB, "--json")
    assert json.loads(ran.stdout)["machines"]["laser"]["client"]["bands"][0]["price"] == "34"
    ran = typed("--config", home, "tariff", "show", "--version", "2017-02", "--file", OPENFAB)
    assert (ran.exit_code, "Did you mean 2017-0" in ran.stderr) == (1, True)


def test_a_day_before_every_version_is_refused_with_the_first_one(home: Path):
    ran = typed("--config", home, "tariff", "show", "--at", "2016-12-31", "--file", OPENFAB)
    assert (ran.exit_code, "The first one begins on 2017-01-01" in ran.stderr) == (1, True)


# --- try ------------------------------------------------------------------------------------------


def test_a_bill_is_told_step_by_step(home: Path):
    said = bill(home, "laser --minutes 65 --category member --at 2017-05-20").splitlines()
    assert said[:3] == ["laser on 2017-05-20, by version 2017-05", "", "laser"]
    assert "  powered: 1 h 5 min" in said
    assert "  1 h 30 min at 10.00 EUR an hour: 15.00 EUR" in said
    assert said[-3:] == ["", "To pay: 15.00 EUR", "  12.40 EUR and 2.60 EUR of VAT at 21 %"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("laser --minutes 65 --category member --at 2017-01-20", "20.00"),
        ("laser --minutes 65 --category client --at 2017-05-20", "61.71"),  # 51.00 and VAT
        ("laser --minutes 65 --purpose client --category member --at 2017-05-20", "61.71"),
        ("laser --minutes 65 --purpose lab --category member --at 2017-05-20", "0.00"),
        ("laser --minutes 65 --supervised --at 2017-05-20", "40.00"),
        ("laser --minutes 65 --month-minutes 60 --at 2017-05-20", "25.00"),  # one day, not two
        ("laser --minutes 65 --plan user --at 2017-05-20", "40.00"),
        ("laser --minutes 65 --plan user --pack credits --at 2017-05-20", "0.00"),
        ("laser --minutes 65 --category member --wallet 12.50 --at 2017-05-20", "2.50"),
        (
            "laser --minutes 65 --category client --wallet 100 --at 2017-05-20",
            "61.71",
        ),  # without VAT: invoiced
        ("laser --minutes 0.5 --category member --at 2017-05-20", "5.00"),
        ("laser --minutes 0 --category member --at 2017-05-20", "0.00"),
        ("sander --minutes 65 --category member --at 2017-05-20", "0.00"),
        ("laser --minutes 1500 --category member --at 2017-05-31", "250.00"),  # longer than the month is
    ],
)
def test_a_session_that_nobody_had_is_priced(home: Path, row: str, expected: str):
    assert f"\nTo pay: {expected} EUR\n" in bill(home, row)


def test_what_was_worked_before_in_the_month_takes_its_part_of_the_contingent(home: Path):
    row = "laser --minutes 20 --busy-minutes 14 --plan basic --at 2026-03-0"
    assert "To pay: 19.00 EUR" in bill(home, f"{row}9", HAPPYLAB)
    said = bill(home, f"{row}9 --month-minutes 15", HAPPYLAB)
    assert "  5 min from " in said
    assert "To pay: 25.00 EUR" in said  # 10 min of 6 coins
    assert bill(home, f"{row}1 --month-minutes 15", HAPPYLAB) == said.replace("03-09", "03-01")


def test_a_machine_without_a_table_is_said_to_be_priced_as_any_other(home: Path):
    assert 'priced as "any" other machine' in bill(home, "drill --minutes 5 --at 2017-05-20")
    assert "priced as" not in bill(home, "laser --minutes 5 --at 2017-05-20")


def test_a_bill_for_programs_has_every_line_and_what_is_to_pay(home: Path):
    said = json.loads(bill(home, "laser --minutes 65 --at 2017-05-20 --json"))
    assert (said["version"], said["to_pay"]) == ("2017-05", 2500)
    assert [(line["sort"], line["cents"]) for line in said["lines"]] == [("day", 1000), ("machine", 1500)]


@pytest.mark.parametrize(
    ("row", "what", "remedy"),
    [
        ("laser --minutes 5 --category membre", 'no category "membre"', "Did you mean member?"),
        ("laser --minutes 5 --purpose x", 'no purpose "x"', "Known are: client, lab, private."),
        ("laser --minutes 5 --plan x", 'no plan "x"', "Known are: family, superuser, user."),
        ("laser --minutes 5 --pack credit", 'no pack "credit"', "Did you mean credits?"),
        ("laser --minutes 5 --pack x --at 2017-02-01", 'no pack "x"', "It has none at all."),
        ("laser --minutes five", "'five' are no minutes", "65"),
        ("laser --minutes -5", "'-5' are no minutes", "65"),
        ("laser --minutes 5 --busy-minutes x", "'x' are no minutes", "65"),
        ("laser --minutes 5 --wallet=-3", "'-3' is no amount", "12.50"),
        ("laser --minutes 5 --wallet 1,50", "'1,50' is no amount", "12.50"),
        ("laser --minutes 5 --at tomorrow", "'tomorrow' is no day", "2027-01-31"),
    ],
)
def test_a_word_that_the_list_does_not_know_is_refused_with_those_that_it_knows(
    home: Path, row: str, what: str, remedy: str
):
    ran = typed("--config", home, "tariff", "try", *row.split(), "--file", OPENFAB)
    assert ran.exit_code == 1
    assert what in ran.stderr
    assert remedy in ran.stderr


def test_a_machine_without_any_price_is_refused(tmp_path: Path, home: Path):
    prices = tmp_path / "prices.toml"
    prices.write_text("[version.a]\nsince = 2026-01-01\n[version.a.machine.laser]\nprice = 1\n")
    ran = typed("--config", home, "tariff", "try", "lazer", "--minutes", "5", "--file", prices)
    assert (ran.exit_code, "Did you mean laser?" in ran.stderr) == (1, True)


def test_with_a_gate_around_it_a_bill_is_of_today(tmp_path: Path):
    path = priced(tmp_path, OPENFAB.read_text(encoding="utf-8"))
    ran = typed("--config", path, "tariff", "try", "laser", "--minutes", "65", "--category", "member")
    assert "by version 2017-05" in ran.stdout
    assert "laser on 2017-" not in ran.stdout
