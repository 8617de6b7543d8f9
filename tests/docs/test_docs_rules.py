"""The page of rules shows rules that can be read, and leaves no key that a manager would look for unsaid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from read_pages import HOME, Block, blocks

from fabgate import config
from fabgate.charter import Mode
from fabgate.config.rulebook_keys import CLASSES, KEYS
from fabgate.model import Company

PAGE = (HOME / "docs" / "rules.md").read_text(encoding="utf-8")
SHOWN = [block for block in blocks(PAGE) if block.language == "toml"]
MAIN = '[lab]\nname = "openfab"\nzone = "Europe/Brussels"\n'
# What the page's machines and rules name, and it does not show each time.
AROUND = (
    '[skill.cnc]\n[opening.openlab]\nmode = "staffed"\n[paper.ticket]\nsubscription = true\n[skill.basics]\n'
)


def of_the_configuration(block: Block) -> bool:
    return block.lines[0].startswith(("[lab]", "[machine."))


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: f"line {block.line}")
def test_what_the_page_shows_can_be_read(block: Block, tmp_path: Path):
    text = "\n".join(block.lines) + "\n"
    rules, main = tmp_path / "rules.toml", tmp_path / "fabgate.toml"
    if not of_the_configuration(block):
        rules.write_text(text, encoding="utf-8")
        config.read_rules(rules)
        return
    rules.write_text(AROUND, encoding="utf-8")
    relay = "[machine.mill.output.relay]\n" if "[machine.mill]" in text else "[machine.laser.output.relay]\n"
    laser = "" if "[machine." in text else '[machine.laser]\nskill = "cnc"\n'
    more = text.removeprefix("[lab]\n") if text.startswith("[lab]") else 'rules = "rules.toml"\n' + text
    power = f'{laser}{relay}role = "power"\n' if "kind" not in text else ""
    main.write_text(MAIN + more + power, encoding="utf-8")
    assert config.load(main).lab.rules == rules


def test_every_key_of_the_rules_is_spoken_of():
    said = set(re.findall(r"[a-z_0-9]+", PAGE))
    missing = {key.parts[-1] for key in KEYS} - {"*"} - said
    assert missing == {"idle_days"}  # told where trainees are listed


def test_every_class_and_mode_has_its_row():
    rows = re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE)
    assert rows == [*CLASSES, *(mode.value for mode in Mode)]
    assert set(CLASSES) == {one.value for one in Company}


def test_both_sets_are_named():
    assert all(f"`{name}`" in PAGE for name in config.SETS)
