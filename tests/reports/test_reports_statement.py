"""A statement says what was used, what paid for it and what is left to pay; and adds up to the cent."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from importlib import resources
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stated import ADA, BOB, PAYEE, a_month, sold, stated, worked

from fabgate.charges import ADVANCE, Charge, Sort
from fabgate.config.accounting import Accounting
from fabgate.errors import UsageError
from fabgate.reports.accounting import entries
from fabgate.rules import vat
from fabgate.tariff import Basis, Regime
from fabgate.texts.catalogue import LANGUAGES
from fabgate.texts.statement_words import StatementWords


def cents(text: str) -> int:
    """An amount as it is shown in English, read back."""
    return int(text.replace("\u2212", "-").replace(",", "").replace(".", ""))


def column(said) -> int:
    return sum(cents(row.amount) for row in said.rows)


def test_the_lines_add_up_to_the_sum_and_the_steps_lead_to_what_is_to_pay():
    said = stated(*a_month())
    assert said.sums == (("Sum", "135.00"), ("Paid from the wallet", "\u221220.00"), ("To pay", "115.00"))
    assert column(said) == 13_500


def test_each_line_says_when_what_for_whom_and_why_it_costs_what_it_does():
    rows = {row.what: row for row in stated(*a_month()).rows if row.what != "Laser cutter"}
    assert rows["PLA filament"].details == ("25 g",)
    assert rows["CNC mill"].details == ("18:00 to 20:10, 2 h 10", "20.00 from the wallet")
    assert rows["Taken back: PLA filament"].amount == "\u22122.50"
    assert rows["Top-up of the wallet"].details == ("VAT when it is used",)
    lasers = [row.details[1:] for row in stated(*a_month()).rows if row.what == "Laser cutter"]
    assert lasers == [
        ("1 h 15 charged", "for: Work for a client"),
        ("30 min in the plan",),
        ("by Bořivoj Őszi",),
        ("too short to cost",),
        (),
    ]


def test_a_session_after_midnight_stands_on_the_labs_own_day():
    [row] = stated(worked("2026-10-24T22:30", 60, 500)).rows
    assert (row.day, row.details) == ("25 Oct", ("00:30 to 01:30, 1 h 00",))


def test_a_session_over_the_change_of_the_clock_says_what_the_clocks_said_and_how_long_it_was():
    [row] = stated(worked("2026-10-24T23:50", 140, 500)).rows
    assert row.details == ("01:50 to 03:10, 2 h 20",)


def test_prices_without_vat_get_it_in_one_step_on_the_total():
    lines = [worked(f"2026-10-0{day}T10:00", 10, 33, basis=Basis.WITHOUT_VAT.value) for day in range(1, 4)]
    said = stated(*lines)
    assert said.note == "Amounts in EUR, without VAT"
    assert said.sums == (("Sum", "0.99"), ("VAT on prices without it", "0.21"), ("To pay", "1.20"))
    assert said.taxes == (("21 %", "0.99", "0.21", "1.20"),)


def test_a_line_of_the_other_basis_says_so():
    lines = [worked("2026-10-01T10:00", 10, 100), worked("2026-10-02T10:00", 10, 100)]
    odd = worked("2026-10-03T10:00", 10, 100, basis=Basis.WITHOUT_VAT.value)
    said = stated(*lines, odd)
    assert [row.details[1:] for row in said.rows] == [(), (), ("without VAT",)]
    assert [row.details[1:] for row in stated(*lines, odd, regime=Regime.EXEMPT).rows] == [(), (), ()]


def test_vat_is_told_by_rate_from_low_to_high():
    said = stated(
        worked("2026-10-01T10:00", 10, 1_210), sold(Sort.ITEM, "pla", "2026-10-02", 1_060, percent="6.00")
    )
    assert said.taxes == (("6 %", "10.00", "0.60", "10.60"), ("21 %", "10.00", "2.10", "12.10"))


def test_what_a_pack_gave_is_told_as_paid_with_it():
    one = worked(
        "2026-10-01T10:00", 60, 1_000, cents=0, pack_cents=800, steps=(("credit", "pack:a#3", 1_000),)
    )
    said = stated(one)
    assert said.rows[0].details[1:] == ("10.00 from a pack",)
    assert said.sums == (("Sum", "10.00"), ("Paid with packs", "\u221210.00"), ("To pay", "0.00"))
    assert said.taxes == (("21 %", "6.61", "1.39", "8.00"),)


def test_who_gets_something_back_is_told_how_much():
    said = stated(sold(Sort.REVERSAL, "pla", "2026-10-02", -500, of="a#1.1"))
    assert said.sums[-1] == ("To get back", "5.00")
    assert said.to_pay_cents == -500


def test_a_month_without_anything_says_so():
    said = stated()
    assert (said.rows, said.sums, said.nothing) == (
        (),
        (("To pay", "0.00"),),
        "Nothing was used or sold in this month.",
    )


def test_an_organisation_has_its_vat_number_on_it():
    said = stated(payee=replace(PAYEE, vat_number="BE 0123.456.749"))
    assert ("VAT number", "BE 0123.456.749") in said.facts
    assert said.to == ("Ada Lovelace", "Rue Gray 1", "1040 Bruxelles")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_no_invoice_in_any_language(language):
    invoice = {"en": "not an invoice", "fr": "pas une facture", "nl": "geen factuur", "de": "keine Rechnung"}
    assert invoice[language] in " ".join(stated(*a_month(), language=language).mentions)


@pytest.mark.parametrize(
    ("regime", "language", "mention"),
    [
        (Regime.FRANCHISE_BE, "nl", "Bijzondere vrijstellingsregeling kleine ondernemingen"),
        (Regime.FRANCHISE_BE, "fr", "Régime particulier de franchise des petites entreprises"),
        (Regime.NOT_TAXABLE_FR, "fr", "261, 7-1° du CGI"),
        (Regime.EXEMPT, "de", "befreit"),
    ],
)
def test_a_lab_that_charges_no_vat_says_by_which_law(regime, language, mention):
    said = stated(*a_month(), regime=regime, language=language)
    assert mention in said.mentions[0]
    assert said.taxes == () and "VAT" not in said.note


def test_a_lab_that_charges_vat_needs_no_such_words():
    assert len(stated(*a_month()).mentions) == 2


def test_a_draft_says_so_and_a_closed_month_says_when():
    assert stated(draft=True).draft.startswith("Draft")
    assert ("As of", "2 November 2026") in stated(draft=True).facts
    assert stated().draft == ""
    assert ("Closed on", "2 November 2026") in stated().facts


@pytest.mark.parametrize(
    ("language", "day", "amount", "full"),
    [
        ("en", "3 Oct", "1,234.50", "2 November 2026"),
        ("fr", "3/10", "1\u202f234,50", "2 novembre 2026"),
        ("nl", "3/10", "1.234,50", "2 november 2026"),
        ("de", "3.10.", "1.234,50", "2. November 2026"),
    ],
)
def test_dates_and_amounts_are_written_as_the_language_writes_them(language, day, amount, full):
    said = stated(worked("2026-10-03T12:05", 65, 123_450), language=language)
    assert (said.rows[0].day, said.rows[0].amount, said.facts[-1][1]) == (day, amount, full)


def test_every_language_says_the_same_things():
    def shape(said: object, where: str = "") -> Iterable[tuple[str, object]]:
        if isinstance(said, dict):
            for name, value in said.items():
                yield from shape(value, f"{where}.{name}")
        elif isinstance(said, list):
            yield where, len(said)
        else:
            fields = {name for _, name, _, _ in Formatter().parse(str(said)) if name}
            yield where, (fields if where not in (".day", ".date") else None)

    shipped = resources.files("fabgate.texts")
    read = {
        language: dict(shape(tomllib.loads((shipped / f"statement_{language}.toml").read_text("utf-8"))))
        for language in LANGUAGES
    }
    assert all(read[language] == read["en"] for language in LANGUAGES)


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="'sv'"):
        StatementWords.of("sv")


def test_february_has_its_name_and_a_word_that_is_not_ours_stays_as_it_is():
    words = StatementWords.of("nl")
    assert words.month(date(2026, 2, 1)) == "februari 2026"
    assert words.reason("solidarity") == "solidarity"


# --- the same sums everywhere -------------------------------------------------------------------

BASES = st.sampled_from([Basis.WITH_VAT.value, Basis.WITHOUT_VAT.value])


@st.composite
def charges(draw) -> list[Charge]:
    """Lines as pricing makes them: wallets pay only what has its VAT in it, packs are worth what they are."""
    found = []
    for day in draw(st.lists(st.integers(1, 28), max_size=12)):
        cost, basis = draw(st.integers(0, 99_999)), draw(BASES)
        paid = draw(st.integers(0, cost)) if basis == Basis.WITH_VAT else 0
        wallet = draw(st.integers(0, paid))
        facts = {"basis": basis, "percent": draw(st.sampled_from(["0", "6", "21", "5.5"]))}
        one = worked(
            f"2026-10-{day:02}T10:00",
            60,
            cost,
            cents=cost - paid,
            wallet_cents=wallet,
            pack_cents=paid - wallet,
            **facts,
        )
        found.append(one)
        if draw(st.booleans()):
            found.append(
                sold(Sort.TOPUP, "", f"2026-10-{day:02}", draw(st.integers(1, 9_999)), basis=ADVANCE)
            )
    return found


@given(charges())
def test_any_month_adds_up_and_is_the_accounting_file_to_the_cent(lines):
    said = stated(*lines)
    *steps, (_, last) = said.sums
    assert column(said) == sum(one.list_cents for one in lines)
    assert cents(last) == abs(said.to_pay_cents) == abs(vat.to_pay(lines))
    if steps:
        assert sum(cents(amount) for _, amount in steps) == said.to_pay_cents
    else:
        assert column(said) == said.to_pay_cents
    for entry in entries(lines, Accounting(sorts=dict.fromkeys(Sort, "70")), lambda _: (Sort.MACHINE, "")):
        assert entry.due_cents == said.to_pay_cents
    taxes = [tuple(map(cents, row[1:])) for row in said.taxes]
    assert all(net + tax == gross for net, tax, gross in taxes)
    assert [gross for *_, gross in taxes] == [one.gross_cents for one in vat.totals(lines) if one.gross_cents]


def test_people_are_named_only_where_somebody_else_pays():
    assert [one.member for one in a_month() if one.member == BOB] == [BOB]
    assert stated(worked("2026-10-01T10:00", 10, 100, member=ADA)).rows[0].details[1:] == ()


def test_what_a_later_month_charges_says_when_it_began_and_no_wrong_end():
    late = replace(worked("2026-09-28T10:00", 30, 500), at_s=worked("2026-09-30T21:00", 60, 0).at_s)
    [row] = stated(late).rows
    assert (row.day, row.details) == ("28 Sep", ("12:00, 30 min",))
