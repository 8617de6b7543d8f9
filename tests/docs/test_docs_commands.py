"""The page of commands leaves none out, explains each, and is what the code says now."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from fabgate.cli import main

HOME = Path(__file__).resolve().parents[2]
PAGE = HOME / "docs" / "commands.md"


@pytest.fixture(scope="module")
def from_cli() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HOME)
        from docs import from_cli

    return from_cli


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The text under each heading that is a command."""
    found: dict[str, str] = {}
    heading = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        found[heading] = f"{found.get(heading, '')}{line}\n"
    return found


def test_the_page_of_commands_is_current(from_cli: ModuleType):
    assert PAGE.read_text(encoding="utf-8") == from_cli.commands(), "run python docs/make.py"


def test_a_command_line_of_which_the_page_was_made_still_knows_its_short_help(from_cli: ModuleType):
    from_cli.commands()
    assert CliRunner().invoke(main, ["-h"]).exit_code == 0


def test_every_command_is_on_the_page_with_usage_options_and_an_example(
    from_cli: ModuleType, sections: dict[str, str]
):
    for context, command in from_cli.every():
        section = sections[context.command_path]
        assert f"```\n{context.command_path} " in section
        for param in command.params:
            if isinstance(param, click.Option):
                assert f"`{param.opts[0]}`" in section
        if not isinstance(command, click.Group):
            assert "For example:" in section


def test_every_link_in_the_table_of_commands_leads_to_a_command(sections: dict[str, str]):
    anchors = {heading.replace(" ", "-") for heading in sections}
    for line in sections["All of them"].splitlines():
        if line.startswith("| [`"):
            assert line.partition("(#")[2].partition(")")[0] in anchors


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_by_the_tab_key_is_told_for_each_shell(shell: str):
    assert f"_FABGATE_COMPLETE={shell}_source fabgate" in PAGE.read_text(encoding="utf-8")
