"""The sample and the page are made from the list of keys; the list agrees with the other rooms."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fabgate import config, texts
from fabgate.config import GateSettings, HubSettings, ends, keys, retention, upkeep, values, wiring
from fabgate.config.key import Key
from fabgate.config.keys import KEYS, TABLES
from fabgate.config.wiring import BENCH_GROUP, BENCHES, EITHER, POWER_PINS
from fabgate.devices import BENCHES as OPENERS
from fabgate.devices import GROUP, clock, kinds, sim
from fabgate.devices import pi_check as pi

HOME = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("file", "made"),
    [
        ("systemd/fabgate.toml", config.sample),
        ("systemd/fabgate-hub.toml", config.hub_sample),
        ("docs/configuration.md", config.reference),
        ("docs/rule-keys.md", config.rules_reference),
        ("docs/tariff-keys.md", config.tariff_reference),
    ],
)
def test_what_is_made_from_the_keys_is_current(file, made):
    assert (HOME / file).read_text(encoding="utf-8") == made(), "run python docs/make.py"


@pytest.mark.parametrize("sample", [config.sample, config.hub_sample])
def test_every_line_of_the_sample_is_commented_out(sample):
    assert all(line.startswith("#") for line in sample().splitlines() if line)


def test_the_sample_loads_when_it_is_uncommented(tmp_path):
    path = tmp_path / "fabgate.toml"
    path.write_text(re.sub(r"^#(?=\S)", "", config.sample(), flags=re.MULTILINE), encoding="utf-8")
    settings = config.load(path)
    assert list(settings.machines) == ["laser"]
    assert settings.lab.zone == ZoneInfo("Europe/Brussels")


def test_the_sample_of_a_hub_loads_when_it_is_uncommented(tmp_path):
    path = tmp_path / "fabgate.toml"
    path.write_text(re.sub(r"^#(?=\S)", "", config.hub_sample(), flags=re.MULTILINE), encoding="utf-8")
    settings = config.load(path)
    assert settings.hub == HubSettings("hub.lan")
    assert settings.gate == GateSettings("hub", Path("/var/lib/fabgate-hub"))


def test_the_samples_have_every_key_at_its_default():
    lines = [*config.sample().splitlines(), *config.hub_sample().splitlines()]
    for key in KEYS:
        shown = [line for line in lines if line.startswith(f"#{key.parts[-1]} = ")]
        assert shown, key.path
    assert '#limit = "4h"' in lines and '#languages = ["en", "fr", "nl"]' in lines


def test_the_sample_and_the_least_file_say_the_same_where_there_are_defaults(tmp_path):
    least = tmp_path / "least.toml"
    least.write_text(
        '[lab]\nname = "openfab"\nzone = "Europe/Brussels"\n'
        '[machine.laser]\nskill = "laser"\n[machine.laser.output.relay]\nrole = "power"\n'
    )
    whole = tmp_path / "whole.toml"
    whole.write_text(re.sub(r"^#(?=\S)", "", config.sample(), flags=re.MULTILINE), encoding="utf-8")
    one, other = config.load(least), config.load(whole)
    assert (one.lab, one.gate, one.proof, one.backup) == (other.lab, other.gate, other.proof, other.backup)
    mine, theirs = one.machines["laser"], other.machines["laser"]
    assert (mine.rules.limit_ms, mine.rules.ends, mine.readers) == (
        theirs.rules.limit_ms,
        theirs.rules.ends,
        theirs.readers,
    )


def test_every_key_is_on_the_page_under_its_table():
    sections = dict(
        re.findall(r"^## `\[(.*?)\]`\n(.*?)(?=^## )", config.reference(), re.MULTILINE | re.DOTALL)
    )
    for key in KEYS:
        assert f"| `{key.parts[-1]}` |" in sections[".".join(key.parts[:-1])]


def test_the_examples_on_the_page_load(tmp_path):
    path = tmp_path / "fabgate.toml"
    gate, hub = re.findall(r"```toml\n(.*?)```", config.reference(), re.DOTALL)
    path.write_text(gate)
    assert list(config.load(path).machines) == ["laser"]
    path.write_text(hub)
    assert config.load(path).hub == HubSettings("hub.lan")


def test_every_key_stands_in_a_table_that_is_explained():
    assert {".".join(key.parts[:-1]) for key in KEYS} == set(TABLES)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_key_has_a_meaning_and_a_default_or_example_that_can_be_read(key):
    assert key.meaning.endswith(".")
    shown = key.example if key.default is None else key.default
    key.kind.read(shown)


def test_every_key_that_is_declared_is_in_the_list():
    both = [value for file in (keys, wiring, ends, upkeep, retention) for value in vars(file).values()]
    declared = [value.path for value in both if isinstance(value, Key)]
    assert sorted(declared) == sorted({key.path for key in KEYS}) and len(declared) == len(KEYS)


def of(kinds_by_bench, bench):
    return {name for name, where in kinds_by_bench.items() if where in (bench, EITHER)}


def test_the_configuration_knows_the_devices_that_the_benches_open():
    assert set(BENCHES) == set(OPENERS) and BENCH_GROUP == GROUP
    assert of(wiring.READERS, "sim") == set(sim.READERS)
    for panel in (wiring.LAMPS, wiring.BUZZERS, wiring.DISPLAYS):
        assert of(panel, "sim") == set(sim.PANELS)
    assert of(upkeep.METERS, "sim") == set(sim.METERS)
    assert of(upkeep.METERS, "pi") == set(pi.METERS)
    assert of(wiring.READERS, "pi") == set(pi.READERS)
    assert of(wiring.LAMPS, "pi") == set(pi.LAMPS)
    assert of(wiring.BUZZERS, "pi") == set(pi.BUZZERS)
    assert of(wiring.DISPLAYS, "pi") == set(pi.DISPLAYS)
    assert set(config.check.TAKEN) == set(kinds.TAKEN)
    assert not set(POWER_PINS) & set(pi.PULLED_UP)


def test_the_configuration_knows_the_clocks_and_languages_that_there_are():
    assert [keys.CLOCK.kind.read(kind) for kind in clock.CLOCKS] == list(clock.CLOCKS)
    assert values.LANGUAGES == texts.LANGUAGES
