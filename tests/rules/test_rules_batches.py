"""What files for an accounting program are called, and how an entry leads back to its payer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.rules import batches


def test_the_second_file_of_a_month_for_a_program_is_number_two():
    assert batches.name("2026-10", "fec", 0) == "2026-10-fec-1"
    assert batches.name("2026-10", "fec", 1) == "2026-10-fec-2"


@given(st.from_regex(r"[a-z0-9_-]{1,32}", fullmatch=True), st.integers(0, 99), st.integers(1, 10**6))
def test_a_reference_leads_back_to_its_month_and_payer(profile, earlier, number):
    batch = batches.name("2026-10", profile, earlier)
    assert batches.read(f" {batches.reference(batch, number)} ") == ("2026-10", number)


@pytest.mark.parametrize(
    "text",
    ["", "2026-10", "2026-10-fec-1", "2026-10-fec-1.0", "openfab/atelier/0000000a#12.3", "2026-10-fec-0.1"],
)
def test_what_is_no_reference_leads_nowhere(text):
    assert batches.read(text) is None
