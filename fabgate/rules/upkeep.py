"""What a machine needs soonest of its services: reckoned from its use since each was done last.

Nothing is written when a service falls due: it follows from the journal and the configuration, so that
another interval holds from the moment it is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fabgate.charter import DAY_MS
from fabgate.model import Service, Upkeep

SOON = 10
"""A service is due soon when a tenth of it is left."""


@dataclass(frozen=True, slots=True)
class Wear:
    """How much a machine was used: with power, at work, in how many sessions; and since when (wall).

    `since_ms` is None where it was never used, or nobody knew the time.
    """

    powered_ms: int = 0
    busy_ms: int = 0
    jobs: int = 0
    since_ms: int | None = None

    def since(self, other: Wear) -> Wear:
        """What came on top of `other`, which was counted when a service was done."""
        return Wear(
            max(0, self.powered_ms - other.powered_ms),
            max(0, self.busy_ms - other.busy_ms),
            max(0, self.jobs - other.jobs),
            other.since_ms,
        )


def soonest(services: Iterable[Service], wear: Mapping[str, Wear], today_ms: int) -> Upkeep | None:
    """The service that is due soon or over, the one first that lets nothing start; None where none is.

    `wear`: by the name of a service, the use since it was done last.
    """
    found = [_state(one, wear.get(one.name, Wear()), today_ms) for one in services]
    near = [(share, one) for share, one in found if share * SOON >= (SOON - 1) * _WHOLE]
    return max(near, key=lambda one: (one[1].over and one[1].blocks, one[0]), default=(0, None))[1]


def state(service: Service, wear: Wear, today_ms: int) -> Upkeep:
    """What is left of a service, by whichever of its numbers runs out first."""
    return _state(service, wear, today_ms)[1]


_WHOLE = 1_000_000


def _state(service: Service, wear: Wear, today_ms: int) -> tuple[int, Upkeep]:
    """The same with the share of it that is used, in millionths."""
    return max(_each(service, wear, today_ms), key=lambda one: one[0])


def _each(service: Service, wear: Wear, today_ms: int) -> Iterator[tuple[int, Upkeep]]:
    days_ms = None if service.days is None else service.days * DAY_MS
    age_ms = 0 if wear.since_ms is None else max(0, today_ms - wear.since_ms)
    lengths = ((service.powered_ms, wear.powered_ms), (service.busy_ms, wear.busy_ms), (days_ms, age_ms))
    for most, used in lengths:
        if most is not None:
            yield used * _WHOLE // most, Upkeep(service.name, most - used, None, service.blocks)
    if service.jobs is not None:
        share = wear.jobs * _WHOLE // service.jobs
        yield share, Upkeep(service.name, None, service.jobs - wear.jobs, service.blocks)
