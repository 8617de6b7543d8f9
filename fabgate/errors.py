"""Everything that can go wrong, as one tree.

    FabgateError
    ├── ConfigError      the configuration: the one who wrote it mends it
    ├── DeviceError      a pin, a reader, a lamp: the one who wired it mends it
    ├── StoreError       the disk or the database
    │   ├── DiskFull         no room, or a write that failed
    │   ├── StoreBusy        another process holds the writer's lock for too long
    │   ├── StoreCorrupt     the file is not a sound database
    │   ├── StoreTooNew      written by a later fabgate
    │   └── ChainBroken      a record is not what its chain says
    ├── LinkError        the hub, its broker, or a certificate
    ├── BadgeError       a badge number that cannot be one
    ├── ScenarioError    a rehearsal file that cannot be played
    └── UsageError       the command line asked for something that is not there
        └── MissingExtra     a part of fabgate that was not installed

A refusal (`model.Denied`) is not an error: the rules worked. It is a value and never raised.
Anything that is not in this tree is a bug.
"""

from __future__ import annotations


class FabgateError(Exception):
    """Base of all. Reads as: what happened, to which thing. `remedy` says what to do next."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  {self.remedy}" if self.remedy else self.what


class ConfigError(FabgateError, ValueError):
    """Names file, line, key and remedy. Nothing is started."""


class DeviceError(FabgateError, OSError):
    """A device that does not answer or was used wrongly. Its machine goes into fault."""


class StoreError(FabgateError, OSError):
    """The store cannot do what was asked."""


class DiskFull(StoreError):
    """A write failed. Starts are refused, running sessions go on (law 10)."""


class StoreBusy(StoreError, TimeoutError):
    """The one writer's lock was not free before the deadline."""


class StoreCorrupt(StoreError):
    """Not a sound database. The daemon moves it aside and begins a new epoch with no rights."""


class StoreTooNew(StoreError):
    """Written by a later version; an older one does not touch it."""


class ChainBroken(StoreError):
    """A journal record does not match its hash or its predecessor."""


class LinkError(FabgateError, OSError):
    """The hub cannot be reached or joined: an invitation, a certificate, a broker. The gate works on."""


class BadgeError(FabgateError, ValueError):
    """Not a badge number that fabgate accepts; the text says why."""


class ScenarioError(FabgateError, ValueError):
    """A rehearsal that cannot be played; the text names file and line."""


class UsageError(FabgateError, ValueError):
    """Somebody names something that does not exist or does not fit. `about`: which input, where it is one."""

    def __init__(self, what: str, remedy: str = "", about: str = "") -> None:
        super().__init__(what, remedy)
        self.about = about


class MissingExtra(UsageError):
    """Needs a library of an extra that was not installed."""
