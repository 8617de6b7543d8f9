"""All that is kept about a member, in one file: for themselves, and for a fab manager who hands it out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from starlette.responses import Response

from fabgate.board.attached import attached
from fabgate.board.visit import Visit
from fabgate.desk import privacy
from fabgate.model import Denied
from fabgate.reports import personal


def packed(visit: Visit, whom: str, again: Callable[[], Response]) -> Response:
    """The file, by the same rule and with the same content as `fabgate privacy export`; who may not have it
    gets the page `again`, which says why."""
    member = privacy.to_take_out(visit.desk, None, whom)
    if isinstance(member, Denied):
        return visit.refused(member, again)
    made = personal.folder(visit.conn, member, visit.settings.lab.name, visit.house.clock.now())
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, text in made.files.items():
            folder.writestr(name, text)
    return attached(into.getvalue(), f"fabgate-{member.handle}.zip", "application/zip")
