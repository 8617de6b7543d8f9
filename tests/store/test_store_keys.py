from __future__ import annotations

from pathlib import Path

import pytest

from fabgate.badges.token import token
from fabgate.badges.uid import parse
from fabgate.errors import StoreError
from fabgate.store.keys import Key, Keys

UID = parse("04A2B3C4D5E680")


def test_new_keys_are_for_the_gate_alone(tmp_path: Path):
    Keys.create(tmp_path)
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o400
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_keys_are_read_back_as_they_were_made(tmp_path: Path):
    made = Keys.create(tmp_path)
    assert Keys.load(tmp_path) == made
    [key] = made.live
    assert made.tokens(UID) == (token(key.id, key.secret, UID),)
    assert len(key.secret) == 32


def test_keys_are_never_made_over_keys(tmp_path: Path):
    made = Keys.create(tmp_path)
    with pytest.raises(StoreError, match="already"):
        Keys.create(tmp_path)
    assert Keys.load(tmp_path) == made


def test_a_new_key_comes_first_and_the_older_ones_stay_good(tmp_path: Path):
    old = Keys.create(tmp_path)
    new = Keys.rotate(tmp_path)
    assert new.live[1:] == old.live
    assert new.tokens(UID)[1:] == old.tokens(UID)
    assert new.tokens(UID)[0].partition(":")[0] == new.live[0].id
    assert Keys.load(tmp_path) == new
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o400


def test_two_gates_never_have_the_same_key(tmp_path: Path):
    one, other = Keys.create(tmp_path / "one"), Keys.create(tmp_path / "other")
    assert one.live[0].id != other.live[0].id
    assert not set(one.tokens(UID)) & set(other.tokens(UID))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"keys": []}', '{"keys": [{"id": "a", "key": "cafe"}]}', "\xff"]
)
def test_a_file_that_holds_no_keys_is_told_without_showing_it(tmp_path: Path, text: str):
    (tmp_path / "keys.json").write_bytes(text.encode("utf-8"))
    with pytest.raises(StoreError, match=r"keys\.json") as told:
        Keys.load(tmp_path)
    assert "cafe" not in str(told.value)


def test_missing_keys_say_how_to_get_them_back(tmp_path: Path):
    with pytest.raises(StoreError, match="fabgate restore"):
        Keys.load(tmp_path)


def test_a_key_is_never_shown(tmp_path: Path):
    keys = Keys.create(tmp_path)
    assert keys.live[0].secret.hex() not in repr(keys)
    assert repr(keys.live[0].secret) not in repr(keys)


def two_sets(tmp_path: Path) -> tuple[Keys, Keys]:
    for name in ("hub", "gate"):
        Keys.create(tmp_path / name)
    return Keys.rotate(tmp_path / "hub"), Keys.rotate(tmp_path / "gate")


def test_the_keys_of_a_hub_come_before_those_of_the_gate_which_stay_good(tmp_path: Path):
    hub, gate = two_sets(tmp_path)
    both = hub.merged(gate)
    assert both.live == (*hub.live, *gate.live)
    assert both.tokens(UID) == (*hub.tokens(UID), *gate.tokens(UID))


def test_keys_that_are_merged_again_are_the_same_keys(tmp_path: Path):
    hub, gate = two_sets(tmp_path)
    both = hub.merged(gate)
    assert both.merged(gate) == both.merged(hub) == both.merged(both) == both
    assert set(gate.merged(hub).live) == set(both.live)


def test_one_id_for_two_secrets_is_refused_and_neither_is_shown(tmp_path: Path):
    [key] = Keys.create(tmp_path).live
    other = Keys((Key(key.id, bytes(32)),))
    with pytest.raises(StoreError, match=f"called {key.id}") as error:
        Keys.load(tmp_path).merged(other)
    assert key.secret.hex() not in str(error.value)


def test_merged_keys_are_kept_for_the_gate_alone(tmp_path: Path):
    hub, gate = two_sets(tmp_path)
    hub.merged(gate).keep(tmp_path / "gate")
    assert Keys.load(tmp_path / "gate") == hub.merged(gate)
    assert (tmp_path / "gate" / "keys.json").stat().st_mode & 0o777 == 0o400
