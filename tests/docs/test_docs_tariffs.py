"""The page of the price list is played: each list on it is saved, tried, and prints what the page shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from read_pages import HOME, Block, blocks

from fabgate import config
from fabgate.cli import main
from fabgate.config.tariff_keys import KEYS, SECTIONS

PAGE = (HOME / "docs" / "tariffs.md").read_text(encoding="utf-8")
BLOCKS = blocks(PAGE)


@dataclass(frozen=True)
class Example:
    """A price list that the page shows, what is typed there, and what of the answer is shown."""

    prices: Block
    typed: tuple[str, ...]
    said: tuple[str, ...]


def examples() -> Iterator[Example]:
    for number, block in enumerate(BLOCKS):
        if block.language != "toml" or "[lab]" in block.lines:
            continue
        after = BLOCKS[number + 1 : number + 3]
        typed = after[0].lines if after and after[0].language == "" else ()
        said = after[1].lines if typed and after[1].language == "text" else ()
        yield Example(block, typed, said)


EXAMPLES = list(examples())


def printed(example: Example, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every line that the commands of an example print, in a folder where its price list was saved."""
    monkeypatch.chdir(folder)
    (folder / "prices.toml").write_text("\n".join(example.prices.lines) + "\n", encoding="utf-8")
    lines: list[str] = []
    for row in example.typed:
        words = ["--config", str(folder / "none.toml"), *shlex.split(row)[1:]]
        lines += CliRunner().invoke(main, words, catch_exceptions=False).output.splitlines()
    return [line.strip().removeprefix("fabgate: ") for line in lines]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"line {example.prices.line}")
def test_what_the_page_shows_is_what_is_printed(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    lines = iter(printed(example, tmp_path, monkeypatch))
    missing = [said for said in example.said if not any(_is(line, said) for line in lines)]  # in this order
    assert missing == []
    if not example.typed:
        config.read_tariff(tmp_path / "prices.toml")


def _is(line: str, said: str) -> bool:
    """Whether a line is what the page says; dots at its end stand for the rest."""
    start = said.removesuffix(" ...")
    return line == said or (start != said and line.startswith(start))


@pytest.mark.parametrize("example", EXAMPLES[:-1], ids=lambda example: f"line {example.prices.line}")
def test_every_price_list_but_the_last_one_is_in_order(example: Example, tmp_path: Path):
    path = tmp_path / "prices.toml"
    path.write_text("\n".join(example.prices.lines) + "\n", encoding="utf-8")
    assert config.read_tariff(path).versions


def test_every_amount_to_pay_is_shown():
    for example in EXAMPLES:
        tried = [row for row in example.typed if " try " in row]
        assert len(tried) == len([said for said in example.said if said.startswith("To pay")])


def test_every_key_of_a_price_list_is_spoken_of():
    said = set(re.findall(r"[a-z_0-9]+", PAGE))
    assert {key.parts[-1] for key in KEYS} - {"*"} <= said
    assert set(SECTIONS) <= said
