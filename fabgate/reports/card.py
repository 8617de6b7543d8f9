"""How the card or disk is that the books are on, as far as it says: part of `fabgate doctor`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fabgate.reports.finding import Finding, Grade

IN_MEMORY = ("tmpfs", "ramfs", "overlay")
WORN, SPENT = 0x0A, 0x0B  # of eMMC's life time: the last tenth, and past it


def health(folder: Path, root: Path = Path("/"), place: tuple[int, int] | None = None) -> Iterator[Finding]:
    """What `folder` is on. `place` is the number of its device, if it is not to be asked for."""
    try:
        number = folder.stat().st_dev
        reading_only = bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return  # told elsewhere: there is no folder
    major, minor = place or (os.major(number), os.minor(number))
    yield _mounted(reading_only, _kind(root, f"{major}:{minor}"))
    part = (root / f"sys/dev/block/{major}:{minor}").resolve()
    if part.exists():
        yield from _errors(root, part.name)
        yield _wear(part.parent if (part / "partition").exists() else part)


def _mounted(reading_only: bool, kind: str | None) -> Finding:
    if reading_only:
        remedy = "Back up what can be read, and replace the card: a kernel does that to one that fails."
        return Finding("file system", Grade.FAIL, "can be read and not written", remedy)
    if kind in IN_MEMORY:
        remedy = "Switch the overlay off (sudo raspi-config, Performance), or put the books on a disk."
        return Finding("file system", Grade.FAIL, f"{kind}: the books are gone at the next restart", remedy)
    return Finding("file system", Grade.OK, "can be written")


def _kind(root: Path, place: str) -> str | None:
    """The kind of the file system, by /proc/self/mountinfo: fields up to a dash, then the kind."""
    for line in (_text(root / "proc/self/mountinfo") or "").splitlines():
        fields, _, rest = line.partition(" - ")
        if fields.split()[2:3] == [place] and rest:
            return rest.split()[0]
    return None


def _errors(root: Path, part: str) -> Iterator[Finding]:
    count = _number(root / f"sys/fs/ext4/{part}/errors_count")
    if count:
        remedy = "fabgate backup; then check it (fsck.mode=force in cmdline.txt, once), or replace the card."
        yield Finding("file errors", Grade.FAIL, f"ext4 found {count} on {part}", remedy)
    elif count is not None:
        yield Finding("file errors", Grade.OK, f"ext4 found none on {part}")


def _wear(disk: Path) -> Finding:
    """eMMC says how much of its life is spent, in tenths, and whether its spare blocks run out."""
    tenths = [_hex(word) for word in (_text(disk / "device/life_time") or "").split()]
    spare = _hex(_text(disk / "device/pre_eol_info") or "")
    label = f"{disk.name} {_text(disk / 'device/name') or ''}".strip()
    remedy = "fabgate backup, and replace it: its books go over by fabgate restore."
    if max(tenths, default=0) >= SPENT or spare >= 3:
        return Finding("card", Grade.FAIL, f"{label} has outlived what it was made for", remedy)
    if max(tenths, default=0) >= WORN or spare == 2:
        return Finding("card", Grade.WARN, f"{label} is at the end of its life", remedy)
    if max(tenths, default=0) > 0:
        return Finding("card", Grade.OK, f"{label}, {max(tenths) * 10} % of its life at most")
    made = _text(disk / "device/date")
    since = f", made in {made}" if made else ""
    return Finding("card", Grade.OK, f"{label}{since}; it does not tell how worn it is")


def _text(file: Path) -> str | None:
    with suppress(OSError):
        return file.read_text("ascii", "replace").strip()
    return None


def _number(file: Path) -> int | None:
    text = _text(file)
    return int(text) if text is not None and text.isdigit() else None


def _hex(text: str) -> int:
    with suppress(ValueError):
        return int(text, 16)
    return 0
