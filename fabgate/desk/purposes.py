"""What work can be for: the words of the lab's rules and of its price list.

They stand in the journal, so they are words of the lab and no free text.
"""

from __future__ import annotations

import re

from fabgate.config import Settings
from fabgate.desk import who
from fabgate.model import Code, Denied

RESERVED = "maintenance"  # such a session is nobody's work, and no badge nor workshop may claim it
_PURPOSE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def unknown(settings: Settings, purpose: str) -> Denied | None:
    """UNKNOWN_PURPOSE with those that are near; None for a word of the lab, or any where it has none."""
    known = known_in(settings)
    if purpose in known or (not known and _PURPOSE.fullmatch(purpose) and purpose != RESERVED):
        return None
    near = who.near(purpose, known) or tuple(sorted(known))
    return Denied(Code.UNKNOWN_PURPOSE, {"purpose": who.sound(purpose), "near": near})


def known_in(settings: Settings) -> frozenset[str]:
    """All words of this lab; of every version of the price list, for badges outlive one."""
    priced = (word for version in settings.tariff.versions for word in version.purposes)
    return frozenset((*settings.charter.purposes, *priced)) - {RESERVED}
