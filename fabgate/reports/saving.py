"""A file of ours written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fabgate.errors import FabgateError, UsageError

PRIVATE = 0o640  # names are in it: it is not for everybody on this computer


def save(path: Path, pieces: Iterable[str | bytes], mode: int = PRIVATE) -> None:
    """Writes the pieces to a file, which is either there whole and durable or as it was before.

    Text is written as UTF-8, line ends as they are. Raises UsageError where the file cannot be written.
    """
    with prepared(path, pieces, mode):
        pass


@contextmanager
def prepared(path: Path, pieces: Iterable[str | bytes], mode: int = PRIVATE) -> Iterator[None]:
    """The same, but the file gets its name when the `with` is left; an exception within leaves none."""
    with _said(path):
        path = path.resolve()
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no ordinary file", "Leave --output out to have it printed.")
    part = path.with_name(f".fabgate-{secrets.token_hex(4)}.part")
    try:
        with _said(path):
            _write(part, pieces, mode)
        yield
        with _said(path):
            part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    _sync_folder(path.parent)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """An error of the disk as one that says what to do."""
    try:
        yield
    except FabgateError:
        raise  # the store's own errors are OSErrors too, and say better what happened
    except (OSError, RuntimeError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else "its links lead in a circle"
        raise UsageError(
            f"cannot write {path}: {why}", "Name a folder that is there and has room."
        ) from wrong


def _write(part: Path, pieces: Iterable[str | bytes], mode: int) -> None:
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(number, "wb") as file:
        file.writelines(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
