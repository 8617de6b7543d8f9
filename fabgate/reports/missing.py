"""What is missing of a skill, in the words of a passport, as the board and the command line both say it."""

from __future__ import annotations

from collections.abc import Callable

from fabgate.rules.progress import Missing

_BEFORE = {"skill": "first", "level": "first", "tick": ""}


def told(gap: Missing, word: Callable[[str, str], str], title: Callable[[str, str], str]) -> str:
    """One thing that is missing, in few words: `sessions with a sponsor 1/2`, `quiz safety 0/80`.

    `word` gives a word of the catalogue by its group and key, `title` what the lab calls a thing of a kind.
    """
    before = _BEFORE.get(gap.what, gap.what)
    name = title("skill", gap.item) if before == "first" else gap.item
    much = f"{gap.have}/{gap.want}" if gap.counted else ""
    return " ".join(filter(None, (before and word("passport", before), name, much)))
