"""What a page says of a deed that was done, with every name in it as a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from fabgate.board.speaker import Speaker
from fabgate.board.visit import Visit
from fabgate.desk.deed import Done
from fabgate.model import Denied, Facts

_NAMES = ("by", "subject", "handle", "title", "machine", "gate", "service", "opening", "alarm")


def answered(
    visit: Visit, result: Done | Denied, to: str, again: Callable[[], Response], said: str
) -> Response:
    """Leads on to `to`, which says `said`, a word of the board, with the facts of the deed; or shows the page
    `again` with why it was not done."""
    if isinstance(result, Denied):
        return visit.refused(result, again)
    return visit.to(to, visit.speaker.t(said, **named(visit.speaker, result.facts)))


def named(speaker: Speaker, facts: Facts) -> Mapping[str, object]:
    """The facts with names as pages show them: on one line, in their own reading order."""
    return {name: speaker.name(fact) if name in _NAMES else fact for name, fact in facts.items()}
