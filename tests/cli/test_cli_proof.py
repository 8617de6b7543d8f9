"""A real gate: who types is known by their login, and `--by` may only name that person."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_lab import configuration
from click.testing import CliRunner

from fabgate import config
from fabgate.cli import main
from fabgate.store import journal
from fabgate.store.db import Store


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """A gate that zoe has made, at her login `zd`."""
    toml = configuration(tmp_path)
    assert typed(toml, "zd", "init", "--manager", "Zoe Dupont", "--id", "zoe") == (0, "")
    return toml


def typed(toml: Path, login: str, *words: str) -> tuple[int, str]:
    """Somebody at a login types a command by way of sudo; its status, and what it said of errors."""
    ran = CliRunner().invoke(main, ["--config", str(toml), *words], env={"SUDO_USER": login})
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    return ran.exit_code, ran.stderr


def test_the_first_managers_login_is_that_of_who_makes_the_books(toml: Path):
    assert typed(toml, "zd", "member", "add", "Ada Lovelace") == (0, "")
    assert typed(toml, "zd", "member", "add", "Bob Noyce", "--by", "zoe") == (0, "")


def test_a_login_that_belongs_to_nobody_is_told_how_to_become_somebodys(toml: Path):
    status, said = typed(toml, "mallory", "member", "add", "Mallory")
    assert status == 1
    assert "fabgate member edit HANDLE --login mallory" in said


def test_nobody_acts_under_anothers_handle(toml: Path):
    typed(toml, "zd", "member", "add", "Ada Lovelace", "--login", "ada")
    status, said = typed(toml, "ada", "member", "suspend", "zoe", "--by", "zoe", "--reason", "x")
    assert (status, "refused" in said) == (1, True)
    assert typed(toml, "ada", "machine", "lock", "laser", "--by", "ada", "--reason", "smoke") == (0, "")


def test_the_login_stands_beside_the_record_and_not_in_it(toml: Path):
    typed(toml, "zd", "member", "add", "Ada Lovelace")
    with Store(config.load(toml).gate.state).reader() as reader:
        newest = next(journal.entries(reader.conn, newest_first=True))
        assert journal.notes(reader.conn, newest.id) == {"login": "zd"}
        assert "zd" not in str(newest.body)


def test_looking_needs_no_login(toml: Path):
    assert typed(toml, "mallory", "member", "list") == (0, "")


def test_a_file_that_is_no_database_is_told_in_two_lines(toml: Path):
    database = config.load(toml).gate.state / "journal.db"
    database.write_bytes(b"not a database at all, but long enough to look at" * 100)
    status, said = typed(toml, "zd", "member", "list")
    assert (status, len(said.splitlines())) == (1, 2)
    assert said.startswith("fabgate: ")
