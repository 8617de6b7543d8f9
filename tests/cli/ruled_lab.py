"""A lab whose rules ask for papers, keep an eye on safety and know what workshops are for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cli_lab import TOML, Lab

from fabgate import config

RULES = """\
[suspension]
by_any_autonomous = true
longest = "72h"

[paper.dues]
title = { en = "membership dues", fr = "cotisation" }
grace_days = 30

[paper.waiver]
title = { en = "signed waiver", fr = "décharge signée" }

[paper.parental]
title = { en = "parents' consent" }
minors = true

[skill.laser]
class = "supervised"

[skill.router]
class = "supervised"

[purpose]
social = "Social visit"
school = "School class"
"""


class RuledLab(Lab):
    """Ada has the keys, Bob is a trainee, Mia is under age, Tess the treasurer; zoe manages."""

    def __init__(self, folder: Path) -> None:
        (folder / "rules.toml").write_text(RULES, encoding="utf-8")
        path = folder / "fabgate.toml"
        super().__init__(folder)
        path.write_text(TOML.replace("[lab]\n", '[lab]\nrules = "rules.toml"\n'), encoding="utf-8")
        self.settings = replace(config.load(path), proof="claimed")

    def people(self) -> None:
        super().people()
        self.done("member edit ada --email ada@example.org --language fr --by zoe")
        self.done('member status ada autonomous --by zoe --reason "AG 2026-11-20, 4"')
        self.done("member add Mia --id mia --born 2012-05-01 --by zoe")
        self.done("member add Tess --id tess --by zoe")
        self.done("role give tess treasurer --by zoe --reason elected")

    def file(self, name: str, text: str | bytes) -> str:
        """A file beside the configuration; gives its path."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)
