"""What comes with fabgate for a lab to begin with and to change: sets of rules, a price list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fabgate.errors import UsageError

SETS: Mapping[str, str] = {
    "openfab": "as OpenFab in Brussels works: newcomers have sponsors, the lab is open when somebody comes",
    "strict": "presence is proved again and again, rights have an end, and no hub means no new rights",
}


def ready_set(name: str) -> str:
    """The text of a set, with its comments. Raises UsageError for a name that there is none of."""
    if name not in SETS:
        raise UsageError(f"there is no set {name!r}", f"There are: {', '.join(SETS)}.")
    return _text(name)


def ready_tariff() -> str:
    """The text of a price list, with its comments."""
    return _text("tariff")


def _text(name: str) -> str:
    return (Path(__file__).parent / "sets" / f"{name}.toml").read_text(encoding="utf-8")
