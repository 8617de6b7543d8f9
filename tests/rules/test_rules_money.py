"""Money is cents, rounded once and half up."""

from decimal import Decimal

import pytest

from fabgate.rules import money


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.005", 1), ("0.0049", 0), ("2.675", 268), ("-0.005", -1), ("33.3333", 3333)]
)
def test_half_a_cent_is_a_cent(amount, cents):
    assert money.cents(Decimal(amount)) == cents


@pytest.mark.parametrize(("text", "cents"), [("12.50", 1250), ("12.5", 1250), ("12", 1200), ("-3", -300)])
def test_an_amount_is_read_as_people_write_it(text, cents):
    assert money.read(text) == cents


@pytest.mark.parametrize("text", ["", "12,50", "1.234", "1e3", "EUR 3", "١٢", "12.", ".5", "99999999999"])
def test_what_could_mean_two_things_is_no_amount(text):
    assert money.read(text) is None


def test_money_is_shown_with_two_decimals_and_its_currency():
    assert money.shown(123456, "EUR") == "1234.56 EUR"
    assert money.plain(-5) == "-0.05"
