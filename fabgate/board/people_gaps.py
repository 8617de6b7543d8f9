"""What somebody has not shown yet, in words: on a page about them, and where they were refused a level."""

from __future__ import annotations

import re

from markupsafe import Markup

from fabgate.board.visit import Visit
from fabgate.model import Denied
from fabgate.rules.progress import Missing

_TOLD = re.compile(r"(?P<what>\S+)(?: (?P<item>.*?))??(?: (?P<have>\d+)/(?P<want>\d+))?")


def gap(visit: Visit, missing: Missing) -> Markup:
    """One thing that is not there yet: how much of how much, or which."""
    s, item, have, want = visit.speaker, missing.item, missing.have, missing.want
    match missing.what:
        case "sessions" | "minutes":
            return s.t(f"people.gap_{missing.what}", have=have, want=want)
        case "quiz":
            return s.t("people.gap_quiz", item=item, have=have, want=want)
        case "skill" | "level":
            return s.t("people.gap_first", skill=s.title("skill", item))
        case "challenge":
            return s.t("people.gap_challenge", item=item)
        case _:
            return s.t("people.gap_tick", item=item)


def worded(visit: Visit, no: Denied) -> Denied:
    """A refusal whose facts name what is missing in words of the page, and not in ids and numbers."""
    told = no.facts.get("missing")
    if not isinstance(told, tuple):
        return no
    words = tuple(str(gap(visit, _read(one)).unescape()) for one in told)
    return Denied(no.code, {**no.facts, "missing": words})


def _read(text: str) -> Missing:
    """What `str()` of it said: `minutes 60/240`, `tick focus`."""
    found = _TOLD.fullmatch(text)
    if found is None:
        return Missing("tick", text, 0, 1)
    have, want = int(found["have"] or 0), int(found["want"] or 1)
    return Missing(found["what"], found["item"] or "", have, want)
