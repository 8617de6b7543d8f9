"""What a page shows as printed is what is printed: the page is played from its top to its end.

A block of commands that a `text` block follows is typed in, in the lab of `docs/rehearsals/`, at the
login zoe. What happens at the machines meanwhile stands in comments: `<!-- stage: tap laser ... -->`
in the words of a rehearsal, or `<!-- stage: +600 -->` for time that passes. `<!-- lab: FILE -->` goes on
in another lab of that folder, with zoe as its first manager. Codes of badges and
epochs are random, and count as equal.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from read_pages import HOME, blocks

from fabgate import config
from fabgate.cli import command, main
from fabgate.cli.frame import Here
from fabgate.devices.clock import SimClock
from fabgate.rehearsal import grammar, verbs
from fabgate.rehearsal.play import carry_out, on_stage, play
from fabgate.rehearsal.scenario import parse
from fabgate.rehearsal.stage import Stage

REHEARSALS = HOME / "docs" / "rehearsals"
BEGINS_MS = 1_792_825_200_000  # 24 October 2026, nine o'clock in Brussels
RANDOM = re.compile(r"\bm-[0-9a-f]{16}\b|\b[0-9a-f]{8}\b")


class Played:
    """A lab in which a page is played."""

    def __init__(self, folder: Path, lab: str = "openfab.toml") -> None:
        settings = on_stage(config.load(REHEARSALS / lab), folder)
        self.settings = replace(settings, proof="login")
        self.clock = SimClock(BEGINS_MS)
        self.stage: Stage | None = None

    def type(self, row: str) -> str:
        """What a command prints, as a person at the terminal sees it."""
        words = shlex.split(row.removeprefix("sudo "))[1:]
        here = Here(self.settings.path, given=self.settings, given_clock=self.clock, given_login="zoe")
        said = StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            try:
                main.main(words, prog_name="fabgate", standalone_mode=False, obj=here)
            except click.ClickException as wrong:
                wrong.show(said)
            except click.exceptions.Exit:
                pass
        if self.stage is None:
            self.stage = Stage(self.settings, self.clock)
            self.stage.power_on()
        self.stage.news()
        return said.getvalue()

    def act(self, words: str) -> None:
        """A line of stage directions."""
        assert self.stage is not None
        if words.startswith("+"):
            self.stage.advance(int(words[1:]) * 1000)
            return
        match grammar.verb(grammar.split(words)):
            case verbs.Run(argv):
                self.type(shlex.join(("fabgate", *argv)))
            case verbs.Power(on=False):
                self.stage.power_cut()
            case deed:
                carry_out(self.stage, deed)
                self.stage.settle()

    def end(self) -> None:
        if self.stage is not None:
            self.stage.shut_down()


def founded(folder: Path, lab: str) -> Played:
    """Another lab, with its first manager."""
    folder.mkdir()
    begun = Played(folder, lab)
    begun.type("fabgate init --manager Zoe --id zoe --login zoe")
    return begun


def played(page: Path, folder: Path) -> Iterator[tuple[int, str, str]]:
    """Each `text` block that follows commands: its line, what it shows, what was printed."""
    text = page.read_text(encoding="utf-8")
    found = blocks(text)
    directions = [
        (text.count("\n", 0, mark.start()) + 1, mark[1], mark[2])
        for mark in re.finditer(r"<!-- (stage|lab): (.*?) -->", text)
    ]
    lab = Played(folder)
    try:
        for commands, shown in pairwise(found):
            while directions and directions[0][0] < commands.line:
                _, what, words = directions.pop(0)
                if what == "lab":
                    lab.end()
                    lab = founded(folder / words, words)
                else:
                    lab.act(words)
            if commands.language == "" and shown.language == "text":
                printed = "".join(lab.type(row) for row in commands.lines)
                yield shown.line, "\n".join(shown.lines), printed.rstrip("\n")
    finally:
        lab.end()


def test_the_piece_of_the_demo_in_the_readme_is_a_piece_of_the_demo():
    told = CliRunner().invoke(main, ["demo", "--pace", "0", "--no-live"]).output.splitlines()
    readme = (HOME / "README.md").read_text(encoding="utf-8")
    shown = [line for block in blocks(readme) if block.language == "demo" for line in block.lines if line]
    assert len(shown) > 10
    rest = iter(told)
    assert [line for line in shown if line not in rest] == []  # each further down than the one before


def test_the_rehearsal_in_the_managers_page_holds(tmp_path: Path):
    text = (HOME / "docs" / "managers.md").read_text(encoding="utf-8")
    (written,) = (block for block in blocks(text) if block.language == "rehearsal")
    lab = REHEARSALS / "openfab.toml"
    story = "\n".join(written.lines).replace("/etc/fabgate/fabgate.toml", str(lab))
    assert play(parse(story, tmp_path / "house.txt"), command) == ()


@pytest.mark.parametrize("page", ["accounts.md", "managers.md", "treasurers.md", "usage.md"])
def test_what_a_page_shows_is_what_is_printed(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)  # files that a command writes
    for line, shown, printed in played(HOME / "docs" / page, tmp_path):
        assert RANDOM.sub("#", shown) == RANDOM.sub("#", printed), f"docs/{page}:{line}"
        assert not printed.startswith(("refused:", "fabgate:")), (
            f"docs/{page}:{line} shows what does not work"
        )
