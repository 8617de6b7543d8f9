"""A file that the browser keeps and does not show."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response


def attached(content: bytes, name: str, kind: str) -> Response:
    """An answer that is kept as the file `name`, of a media type."""
    header = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=kind, headers={"content-disposition": header})
