"""The bench in the configuration: safe endings by kind, what a file lays on top, what is read from what."""

import pytest

from fabgate import config
from fabgate.config.ends import SAFE
from fabgate.model import Cause, Ending, Ends, Kind

HEAD = '[lab]\nname = "openfab"\nzone = "Europe/Brussels"\n[machine.it]\nskill = "it"\n'
RELAY = '[machine.it.output.relay]\nrole = "power"\n'
MACHINES = [kind for kind in Kind if kind.is_machine]
ALWAYS = {Cause.ESTOP, Cause.FEEDBACK, Cause.REMOTE}
NEVER = {Cause.READER, Cause.LEDGER, Cause.STALE}


@pytest.fixture
def rules(tmp_path):
    def rules(words="", more=""):
        path = tmp_path / "fabgate.toml"
        path.write_text(HEAD + words + RELAY + more, encoding="utf-8")
        return config.load(path).machines["it"].rules

    return rules


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_safe_table(kind):
    assert set(SAFE[kind].table()) == set(Cause)


@pytest.mark.parametrize("kind", MACHINES)
def test_a_stop_a_fault_and_a_person_who_says_now_cut_whatever_the_machine(kind):
    assert {SAFE[kind].table()[cause] for cause in ALWAYS} == {Ending.NOW}


@pytest.mark.parametrize("kind", MACHINES)
def test_a_blind_reader_a_full_disk_and_an_old_roster_end_nothing(kind):
    assert {SAFE[kind].table()[cause] for cause in NEVER} == {Ending.WARN}


@pytest.mark.parametrize("kind", [Kind.CNC, Kind.PRINTER])
def test_nothing_that_is_no_emergency_cuts_a_machine_that_must_not_be_cut(kind):
    cuts = {cause for cause, ending in SAFE[kind].table().items() if ending is Ending.NOW}
    assert cuts == ALWAYS | {Cause.IDLE, Cause.TAKEOVER}  # the last two: it does nothing


@pytest.mark.parametrize("kind", MACHINES)
def test_a_machine_takes_the_table_of_its_kind(rules, kind):
    made = rules(f'kind = "{kind}"\n')
    assert (made.kind, made.ends) == (kind, SAFE[kind])


def test_what_the_file_says_is_laid_on_the_table_of_the_kind(rules):
    made = rules('kind = "saw"\nends = { lid = "warn", alone = "cut" }\n')
    assert (made.ends.lid, made.ends.alone, made.ends.overrun) == (Ending.WARN, Ending.NOW, Ending.NOW)


def test_a_gate_that_only_looks_on_ends_what_its_members_end_and_nothing_else(rules):
    made = rules('kind = "cnc"\nmode = "audit"\nends = { locked = "now", tap = "now" }\n')
    assert made.audit
    assert made.ends == Ends(
        tap=Ending.NOW,
        badge_gone=Ending.WHEN_IDLE,
        limit=Ending.WARN,
        overrun=Ending.WARN,
        idle=Ending.WARN,
        locked=Ending.WARN,
    )


def test_a_mirror_is_on_the_first_output_of_role_power(rules):
    fan = '[machine.it.output.fan]\nrole = "aux"\n'
    made = rules(fan, '[machine.it.input.k1]\nrole = "mirror"\n')
    assert made.mirrors == (("k1", "relay"),)


def test_outputs_keep_the_order_of_the_file(rules):
    more = "".join(f'[machine.it.output.{name}]\nrole = "aux"\n' for name in ("zz", "aa", "mm"))
    assert [output.name for output in rules("", more).outputs] == ["relay", "zz", "aa", "mm"]


@pytest.mark.parametrize(
    ("more", "metered"),
    [
        ("", False),
        ('[machine.it.input.e]\nrole = "estop"\n', False),
        ('[machine.it.input.r]\nrole = "running"\n', True),
        ('[machine.it.meter]\nkind = "sim"\nbusy = 1\nidle = 0.5\n', True),
    ],
)
def test_a_meter_or_the_machines_own_word_tells_idle_from_busy(rules, more, metered):
    assert rules("", more).metered is metered


def test_a_current_proves_nothing_unless_the_file_says_so(rules):
    meter = '[machine.it.meter]\nkind = "sim"\nbusy = 1\nidle = 0.5\n'
    assert (rules("", meter).meter_proves, rules("", meter + "proves = true\n").meter_proves) == (False, True)
