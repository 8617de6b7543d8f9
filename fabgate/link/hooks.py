"""What a gate and its link know of each other, in a file that costs a gate on its own nothing to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fabgate.model import Moment
from fabgate.rules.questions import LINK_MS
from fabgate.store import linked
from fabgate.wire.presence import MachineState

FOLDER, OLD, has_joined = linked.FOLDER, linked.OLD, linked.has_joined

Refused = frozenset[str]


@dataclass(slots=True)
class LastWord:
    """What the gate knows of its hub, besides its rights. Nobody waits for anybody: the link's thread puts
    one value in the place of another, and the lookup's thread reads.

    `at`: when the hub was last heard in this run. `kept`: the same as it was written down last, maybe by
    an earlier run. `listed`: the hub has said who is on site since it was last away, so that this is of
    now; `lists` counts the times that it was another list than before.
    """

    at: Moment | None = None
    kept: Moment | None = None
    listed: bool = False
    lists: int = 0

    def heard(self, at: Moment) -> None:
        """A word of a hub that is there now. After a silence, who it said is on site may have gone since."""
        if self.at is None or at.boot_ms - self.at.boot_ms > LINK_MS:
            self.listed = False
        self.at = at

    def age_ms(self, now: Moment) -> int | None:
        """How long ago the hub was heard; None where nobody knows (R12)."""
        return linked.age_ms(self.at or self.kept, now)

    def counts(self, now: Moment) -> bool:
        """Whether the hub is there, and who it says is on site is so now. A link that broke a moment ago
        counts as there, for nobody can tell sooner."""
        at = self.at
        return self.listed and at is not None and now.boot_ms - at.boot_ms <= LINK_MS


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the gate does at the link's word. All are called in its thread and return at once.

    `identify` lets a machine (None: all) say where it is; `refuse` says which machines may not start
    (`*`: all), from now on; `keys` says that the file of badge keys has changed; `machines` is asked what
    each machine does now. `word` is where the link notes down what it heard of the hub itself.
    """

    identify: Callable[[str | None], None]
    refuse: Callable[[Refused], None]
    keys: Callable[[], None]
    machines: Callable[[], Mapping[str, MachineState]]
    word: LastWord = field(default_factory=LastWord)
