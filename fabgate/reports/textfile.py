"""Numbers in the text form that Prometheus reads, and a file of them that is never half there.

Pure but for `put`. The form: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import contextlib
import enum
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fabgate.errors import UsageError

MODE = 0o644  # node-exporter is another user
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Kind(enum.StrEnum):
    """What may be asked of a number: a gauge is what is so now, a counter only grows."""

    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, what it counts or measures, and the labels that each of its samples bears."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    kind: Kind = Kind.GAUGE


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of a family; `labels` in the order of the family's."""

    family: Family
    value: float
    labels: tuple[str, ...] = ()


def exposed(samples: Iterable[Sample], common: Mapping[str, str]) -> str:
    """The samples as a text, each family together under its HELP and TYPE; `common` labels on each.

    A family's own label of the same name stands in the place of the common one.
    """
    by_family: dict[Family, list[Sample]] = {}
    for sample in samples:
        by_family.setdefault(sample.family, []).append(sample)
    lines: list[str] = []
    for family, found in by_family.items():
        lines += [f"# HELP {family.name} {_help(family.help)}", f"# TYPE {family.name} {family.kind}"]
        lines += sorted(_line(sample, common) for sample in found)
    return "".join(f"{line}\n" for line in lines)


def _line(sample: Sample, common: Mapping[str, str]) -> str:
    own = dict(zip(sample.family.labels, sample.labels, strict=True))
    labels = ",".join(f'{name}="{_safe(value)}"' for name, value in {**common, **own}.items())
    return f"{sample.family.name}{{{labels}}} {_number(sample.value)}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _safe(value: str) -> str:
    """A label's value; bytes that are no text (a surrogate) would make the whole file unreadable."""
    return value.encode("utf-8", "replace").decode().translate(_ESCAPES)


def put(folder: Path, name: str, text: str) -> Path:
    """Write `name`.prom into a folder, whole or not at all: whoever reads finds the old file or the new.

    Raises UsageError where it cannot be written. Not flushed to the disk: a minute later comes another.
    """
    path = folder / f"{name}.prom"
    part = folder / f".{name}.{secrets.token_hex(4)}.prom.tmp"  # the collector reads *.prom only
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, MODE)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                os.fchmod(handle, MODE)  # whatever the umask took away
                file.write(text)
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
    except OSError as wrong:
        raise UsageError(
            f"cannot write {path}: {wrong.strerror}",
            "Name a folder that is there and that fabgate may write: [metrics] folder.",
        ) from wrong
    return path
