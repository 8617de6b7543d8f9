"""The file of account numbers: what it says, and what it says of its mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabgate.charges import Sort
from fabgate.config import accounting
from fabgate.errors import ConfigError


def read(tmp_path: Path, text: str) -> accounting.Accounting:
    path = tmp_path / "accounting.toml"
    path.write_text(text, encoding="utf-8")
    return accounting.read(path)


def test_without_a_file_there_is_an_account_for_everything_that_is_charged():
    found = accounting.read(None)
    assert {*found.sorts} == {*Sort} - {Sort.TOPUP, Sort.REVERSAL}
    assert (found.customers, found.wallets, found.vat) == ("411", "4191", "4457")
    assert [found.earned(sort, "x") for sort in (Sort.PLAN, Sort.MACHINE, Sort.PERSON, Sort.PACK)] == [
        "7061",
        "7062",
        "7063",
        "7066",
    ]


def test_the_sample_says_what_holds_without_a_file(tmp_path):
    assert read(tmp_path, accounting.SAMPLE) == accounting.read(None)


def test_every_line_of_the_sample_that_is_put_out_can_be_put_in(tmp_path):
    lines = [line.removeprefix("# ") if " = " in line else line for line in accounting.SAMPLE.splitlines()]
    found = read(tmp_path, "\n".join(line for line in lines if not line.startswith("Name this file")))
    assert found.earned(Sort.MACHINE, "laser") == "70621"
    assert found.vat_of("21.00") == "44571"
    assert (found.auxiliary, found.dolibarr) == ({"ada": "C0012"}, {"ada": 12})


def test_every_key_stands_in_the_sample():
    names = {
        key.parts[-1] if len(key.parts) > 1 else f"[{key.parts[0]}]" for key in accounting.ACCOUNTING.keys
    }
    assert all(name in accounting.SAMPLE for name in names)


def test_what_has_an_account_of_its_own_is_booked_there(tmp_path):
    found = read(tmp_path, '[machines]\nlaser = "70621"\n[plans]\npro = "70619"\n')
    assert (found.earned(Sort.MACHINE, "laser"), found.earned(Sort.MACHINE, "mill")) == ("70621", "7062")
    assert (found.earned(Sort.PLAN, "pro"), found.earned(Sort.PACK, "pro")) == ("70619", "7066")


def test_an_account_is_called_as_the_one_that_it_is_a_part_of(tmp_path):
    found = read(tmp_path, '[titles]\n70621 = "Laser"\n')
    assert [found.title(one) for one in ("70621", "706219", "70629", "7062", "9")] == [
        "Laser",
        "Laser",
        "Temps machine",
        "Temps machine",
        "9",
    ]


def test_a_handle_with_a_dot_is_a_payer_too(tmp_path):
    assert read(tmp_path, '[customers]\n"j.dupont" = "C1"\n').auxiliary == {"j.dupont": "C1"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[accounts]\nmachine = 7062\n", 2, "accounts.machine: a text is wanted, not a number"),
        ('[accounts]\nmachines = "7062"\n', 2, "accounts.machines: there is no such key"),
        ('[accounts]\nvat = "44 57"\n', 2, 'accounts.vat: "44 57" is no account number'),
        ("[machines]\nlaser = 7\n", 1, "machines: laser: a text is wanted"),
        ('machines = "7062"\n', 1, "machines: a table is wanted"),
        ('[rates]\n"half" = "44571"\n', 1, 'rates: "half" is no rate'),
        ("[dolibarr]\nada = 0\n", 1, "dolibarr: ada: a third party is a number of 1 or more"),
        ("[dolibarr]\nada = true\n", 1, "dolibarr: ada: a third party is a number of 1 or more"),
        ('[export]\nsiren = "12345678"\n', 2, 'export.siren: "12345678" is no SIREN'),
        ('[export]\nmembers = "all"\n', 2, 'export.members: "all" is not known'),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_remedy(tmp_path, text, line, said):
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    assert f"accounting.toml:{line}: {said}" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 2


def test_a_siren_may_be_written_in_groups(tmp_path):
    assert read(tmp_path, '[export]\nsiren = "123 456 789"\n').siren == "123456789"
