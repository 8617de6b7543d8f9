"""The pages for installers: what they tell people to type exists, and what they show is accepted."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from machine_of_straw import Run

from fabgate import config
from fabgate.cli import main

PAGES = ("docs/installers.md", "hardware/README.md")
CHECKOUT = Path(__file__).parents[2]


def blocks(page: str, language: str) -> list[str]:
    """What stands between fences of a language, as it would be copied."""
    found: list[str] = []
    inside: str | None = None
    for row in (CHECKOUT / page).read_text(encoding="utf-8").splitlines():
        fence = re.fullmatch(r"```(\w*)", row)
        if fence is None and inside == language:
            found[-1] += row + "\n"
        elif fence is not None and inside is None:
            inside = fence[1]
            found += [""] if inside == language else []
        elif fence is not None:
            inside = None
    return found


def typed(page: str) -> list[str]:
    """Every command of ours that a page gives, in a block of its own or within a line, `sudo` left off."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    rows = [row for block in blocks(page, "") for row in block.splitlines()]
    rows += re.findall(r"`((?:sudo )?fabgate [^`\n]+)`", text)
    ours = [row.strip().removeprefix("sudo ") for row in rows]
    return sorted({row for row in ours if re.match(r"fabgate [a-z-]+", row) and "..." not in row})


COMMANDS = [(page, row) for page in PAGES for row in typed(page)]


def test_the_pages_give_commands() -> None:
    assert len(COMMANDS) > 15


@pytest.mark.parametrize(("page", "row"), COMMANDS)
def test_a_command_that_a_page_gives_exists_with_its_options(page: str, row: str) -> None:
    words = shlex.split(row.split(" > ")[0])[1:]
    context = click.Context(main, info_name="fabgate")
    found: click.Command = main
    while words and isinstance(found, click.Group) and not words[0].startswith("-"):
        name = words.pop(0)
        command = found.get_command(context, name)
        assert command is not None, f"{page}: {row}: no command {name!r}"
        found, context = command, click.Context(command, info_name=name, parent=context)
    known = {option for parameter in found.params for option in parameter.opts + parameter.secondary_opts}
    used = {word.split("=")[0] for word in words if word.startswith("-")}
    assert used <= known | {"--help"}, f"{page}: {row}"


@pytest.mark.parametrize("number", [0, 1])
def test_the_configuration_that_the_page_shows_is_accepted(number: int, tmp_path: Path) -> None:
    simulated, wired, meter, backup = blocks("docs/installers.md", "toml")
    if number:
        lab = simulated.split("[machine.laser]")[0]
        simulated = lab + wired + meter + backup
    file = tmp_path / "fabgate.toml"
    file.write_text(simulated, encoding="utf-8")
    assert config.load(file).gate.bench == ("sim", "pi")[number]


def test_every_make_target_that_a_page_names_exists(run: Run) -> None:
    text = "\n".join((CHECKOUT / page).read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"(?:^|`)(?:sudo )?make (\w+)", text, re.MULTILINE))
    targets = set(re.findall(r"^make (\w+)", run("make").stdout, re.MULTILINE))
    assert {"demo", "install", "switch", "uninstall"} <= named <= targets


def test_a_manager_can_choose_a_configuration_only_where_the_door_looks() -> None:
    """`door.sh` refuses `--config` and forgets FABGATE_CONFIG; no other word may lead to another file."""
    ways = [
        (parameter.name, parameter.opts, parameter.envvar)
        for parameter in every_parameter(main, click.Context(main))
        if parameter.envvar or "config" in str(parameter.name) or "state" in str(parameter.name)
    ]
    assert ways == [("config", ["--config"], "FABGATE_CONFIG")]


def every_parameter(command: click.Command, context: click.Context) -> list[click.Parameter]:
    found = list(command.params)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            found += every_parameter(inner, context)
    return found
