"""Writes the pages and samples that are made from the code, so that neither lies about the other.

python docs/make.py            writes them
python docs/make.py --check    writes nothing; exits 1 and names each one that is not current
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

# ruff: noqa: E402 - runs from a fresh clone, installed or not
from docs import from_api, from_cli, from_ends, from_panel, from_rules, from_screens, from_wire
from fabgate import config
from fabgate.texts import page as texts

PAGES: list[tuple[str, Callable[[], str]]] = [
    ("docs/api.md", from_api.page),
    ("docs/commands.md", from_cli.commands),
    ("docs/configuration.md", config.reference),
    ("docs/rule-keys.md", config.rules_reference),
    ("docs/tariff-keys.md", config.tariff_reference),
    ("docs/gestures.md", from_rules.gestures),
    ("docs/ends.md", from_ends.page),
    ("docs/panel.md", from_panel.page),
    ("docs/screens/README.md", from_screens.page),
    ("docs/states.md", from_rules.states),
    ("docs/texts.md", texts.reference),
    ("docs/topics.md", from_wire.page),
    ("systemd/fabgate.toml", config.sample),
    ("systemd/fabgate-hub.toml", config.hub_sample),
]


def stale() -> list[str]:
    """The pages and pictures whose file is not what the code says now."""
    return [path for path, made in PAGES if not _is(HOME / path, made())] + from_screens.stale(HOME)


def write() -> None:
    for path, made in PAGES:
        (HOME / path).write_text(made(), encoding="utf-8", newline="\n")
    from_screens.write(HOME)


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        late = stale()
        for path in late:
            sys.stderr.write(f"{path} is not current: run python docs/make.py\n")
        return 1 if late else 0
    if arguments:
        sys.stderr.write(__doc__ or "")
        return 2
    write()
    return 0


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
