"""How long personal data is kept: as it is written, counted back, and refused where the books need it."""

from datetime import date
from pathlib import Path

import pytest

from fabgate import config
from fabgate.config.retention import Retention, Span
from fabgate.errors import ConfigError

LAB = '[lab]\nname = "openfab"\nzone = "Europe/Brussels"\n[machine.laser]\nskill = "laser"\n'
OUTPUT = '[machine.laser.output.relay]\nrole = "power"\n'


def load(folder: Path, retention: str = "") -> Retention:
    path = folder / "fabgate.toml"
    path.write_text(LAB + OUTPUT + (f"[retention]\n{retention}\n" if retention else ""), encoding="utf-8")
    return config.load(path).retention


def test_a_lab_that_says_nothing_keeps_what_the_law_lets_it_keep(tmp_path):
    assert load(tmp_path) == Retention()
    assert str(Retention().doors) == "3 months"
    assert str(Retention().charges) == "10 years"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1 day", Span(days=1)),
        ("30 days", Span(days=30)),
        ("1 month", Span(months=1)),
        ("2 years", Span(months=24)),
        ("never", Span()),
    ],
)
def test_a_length_is_written_in_days_months_or_years(tmp_path, text, span):
    assert load(tmp_path, f'doors = "{text}"').doors == span
    assert str(span) == text


@pytest.mark.parametrize("text", ["3m", "0 days", "three months", "-1 day", "", "3 weeks"])
def test_what_is_no_length_of_the_calendar_is_refused_with_its_line_and_the_cure(tmp_path, text):
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, f'doors = "{text}"')
    assert "12 months" in str(refused.value)
    assert "fabgate.toml:9: retention.doors" in str(refused.value)


@pytest.mark.parametrize(
    "line",
    ['sessions = "12 months"', 'sessions = "400 days"', 'charges = "9 years"', 'charges = "119 months"'],
)
def test_what_the_books_need_is_not_erased_sooner(tmp_path, line):
    with pytest.raises(ConfigError, match="too short"):
        load(tmp_path, line)


@pytest.mark.parametrize("line", ['sessions = "never"', 'sessions = "2 years"', 'charges = "never"'])
def test_the_books_may_be_kept_longer(tmp_path, line):
    key, _, said = line.partition(" = ")
    assert str(getattr(load(tmp_path, line), key)) == said.strip('"')


@pytest.mark.parametrize(
    ("span", "today", "day"),
    [
        (Span(months=3), date(2026, 11, 22), date(2026, 8, 22)),
        (Span(months=3), date(2026, 5, 31), date(2026, 2, 28)),
        (Span(months=12), date(2028, 2, 29), date(2027, 2, 28)),
        (Span(months=13), date(2026, 1, 15), date(2024, 12, 15)),
        (Span(days=3), date(2026, 3, 1), date(2026, 2, 26)),
        (Span(), date(2026, 3, 1), None),
        (Span(months=9999 * 12), date(2026, 3, 1), date.min),
    ],
)
def test_it_is_counted_back_by_the_calendar(span, today, day):
    assert span.before(today) == day
