"""What every command has: a help text, an example that can be typed, a status that says how it went."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cli_lab import configuration
from click.testing import CliRunner

from fabgate.cli import main

# What a lab's days ask for, in the order in which people need it.
WANTED = """
init
member add|list|show|edit|status|suspend|lift
badge add|list|block|wait
role give|revoke|list
machine list|show|lock|unlock|serviced|downtime|audit
sign
grant give|revoke|list
passport
paper file|withdraw|list
dues set
presence in|out|list
workshop open|close|list
notices
import members|grants
account set|address|show|list
sell plan|pack|day|item|fee|person|end|cancel|list
wallet topup|show
session list|show|close
export usage
board run|certify|invite
board password end
board token add|list|revoke
report occupancy|funders|sponsorship|downtime|open-data|merge
run
sim
rehearse
demo
doctor
journal tail|verify
backup
restore
"""
SHOWING = """
member list|show
badge list
role list
machine list|show|downtime|audit
grant list
passport
paper list
presence list
workshop list
notices
import members|grants
account show|list
sell list
wallet show
board token list
session list|show
journal tail|verify
doctor
rehearse
"""


def paths(table: str) -> Iterator[tuple[str, ...]]:
    for line in filter(None, table.split("\n")):
        *nouns, verbs = line.split() if " " in line else (line, "")
        yield from ((*nouns, verb) if verb else tuple(nouns) for verb in verbs.split("|"))


def command_of(path: tuple[str, ...]) -> click.Command:
    found: click.Command = main
    for word in path:
        assert isinstance(found, click.Group)
        below = found.get_command(click.Context(found), word)
        assert below is not None, f"there is no command {' '.join(path)}"
        found = below
    return found


def typed(*words: str) -> tuple[int, str]:
    ran = CliRunner().invoke(main, words, prog_name="fabgate")
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, ran.output


@pytest.mark.parametrize("path", list(paths(WANTED)), ids=" ".join)
def test_the_command_is_there_and_helps(path: tuple[str, ...]):
    command = command_of(path)
    assert command.help
    status, said = typed(*path, "--help")
    assert status == 0
    assert said.startswith(f"Usage: fabgate {' '.join(path)}")
    assert said == typed(*path, "-h")[1]


@pytest.mark.parametrize("path", list(paths(SHOWING)), ids=" ".join)
def test_what_shows_something_shows_it_to_programs_too(path: tuple[str, ...]):
    assert "--json" in {name for param in command_of(path).params for name in param.opts}


@pytest.mark.parametrize("path", list(paths(WANTED)), ids=" ".join)
def test_every_option_says_what_it_is_for(path: tuple[str, ...]):
    options = [param for param in command_of(path).params if isinstance(param, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("path", list(paths(WANTED)), ids=" ".join)
def test_the_help_has_an_example_and_what_it_shows_can_be_typed(
    path: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    lines = [line.strip() for line in typed(*path, "--help")[1].splitlines()]
    examples = [line for line in lines if f"{line} ".startswith(f"fabgate {' '.join(path)} ")]
    assert examples
    for line in examples:
        words = shlex.split(line)[1 + len(path) :]
        for word in words:
            if word.endswith(".csv"):
                (tmp_path / word).touch()
        with command_of(path).make_context("fabgate", words):
            pass


@pytest.mark.parametrize("path", list(paths(WANTED)), ids=" ".join)
def test_the_first_line_of_a_help_fits_into_the_list_of_commands(path: tuple[str, ...]):
    assert not command_of(path).get_short_help_str(60).endswith("...")


def test_the_commands_stand_in_the_order_in_which_people_need_them():
    _, said = typed("--help")
    listed = [line.split()[0] for line in said.partition("Commands:\n")[2].splitlines() if line[2:3].strip()]
    assert listed[:5] == ["init", "member", "badge", "role", "machine"]


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("member", "nonsense"), ("member", "add"), ("grant", "give", "ada", "laser"), ("-x",)],
)
def test_what_is_no_command_ends_with_status_2_and_says_how_to_go_on(words: tuple[str, ...]):
    status, said = typed(*words)
    assert status == 2
    assert "Try 'fabgate" in said


def test_a_mistyped_command_is_suggested():
    assert "Did you mean grant" in typed("grnat")[1]
    assert "Did you mean revoke?" in typed("grant", "revok")[1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_how_to_complete_words(shell: str):
    ran = CliRunner(env={"_FABGATE_COMPLETE": f"{shell}_source"}).invoke(main, prog_name="fabgate")
    assert (ran.exit_code, "_FABGATE_COMPLETE" in ran.output) == (0, True)


def test_a_word_is_completed():
    line = "fabgate grant give ada laser --level "
    env = {"_FABGATE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": "6"}
    ran = CliRunner(env=env).invoke(main, prog_name="fabgate")
    assert "plain,autonomous" in ran.output


def test_a_configuration_that_is_not_there_starts_nothing(tmp_path: Path):
    status, said = typed("--config", str(tmp_path / "no.toml"), "member", "list")
    assert status == 1
    assert said.startswith("fabgate: ")
    assert len(said.splitlines()) == 2


def test_the_configuration_may_stand_in_the_environment(tmp_path: Path):
    ran = CliRunner(env={"FABGATE_CONFIG": str(configuration(tmp_path))}).invoke(main, ["member", "list"])
    assert (ran.exit_code, "fabgate init" in ran.output) == (1, True)
