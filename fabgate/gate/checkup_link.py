"""How a gate stands with its hub, read from files only: its papers, and what its link last wrote down."""

from __future__ import annotations

from collections.abc import Iterator

from fabgate.config import Settings
from fabgate.errors import FabgateError, StoreError
from fabgate.link import status
from fabgate.link.joined import Joined, joined
from fabgate.link.status import LinkStatus
from fabgate.model import Clock, Moment
from fabgate.reports.finding import Finding, Grade
from fabgate.store import linked
from fabgate.store.db import Store

SOON_DAYS = 90
HUB, CERTIFICATE, LINK, RIGHTS = "hub", "hub certificate", "hub link", "rights"


def on_the_line(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Every finding about the hub of this gate; a gate on its own has one."""
    try:
        found = joined(settings.gate.state)
    except FabgateError as error:
        yield Finding(HUB, Grade.FAIL, error.what, error.remedy)
        return
    if found is None:
        yield Finding(HUB, Grade.OK, "none was joined: this gate keeps its own books")
        return
    yield _papers(settings, found)
    if found.certificate is not None:
        yield _certificate(found.certificate.days_left(clock.now().wall_ms))
    yield from _link(settings, clock)


def _papers(settings: Settings, found: Joined) -> Finding:
    said = f"joined at {found.address}:{found.port} as {found.gate} of {found.lab}"
    if (found.lab, found.gate) == (settings.lab.name, settings.gate.name):
        return Finding(HUB, Grade.OK, said)
    remedy = "give the gate this name in the configuration, or join with an invitation of its own"
    return Finding(HUB, Grade.FAIL, f"{said}, and is called otherwise", remedy)


def _certificate(days: int) -> Finding:
    remedy = "at the hub: fabgate hub renew, then join again with the file"
    if days < 0:
        return Finding(CERTIFICATE, Grade.FAIL, "it has run out", remedy)
    grade = Grade.WARN if days <= SOON_DAYS else Grade.OK
    return Finding(CERTIFICATE, grade, f"good for {days} more days", remedy if grade is Grade.WARN else "")


def _link(settings: Settings, clock: Clock) -> Iterator[Finding]:
    now = status.read(settings.gate.state, settings.lab.name, settings.gate.name)
    if now is None:
        remedy = "start the gate again: systemctl restart fabgate-gate"
        yield Finding(LINK, Grade.WARN, "the gate has not spoken with its hub since it was joined", remedy)
        return
    for alarm, what in sorted(now.alarms.items()):
        yield Finding(f"{LINK}: {alarm}", Grade.FAIL, what, "docs/hub.md says what each alarm means")
    yield _standing(now, clock.now().wall_ms)
    yield _rights(settings, now, clock.now())


def _standing(now: LinkStatus, wall_ms: int) -> Finding:
    age = "no word from a hub yet" if now.heard_ms is None else f"heard {_ago(wall_ms - now.heard_ms)} ago"
    waits = f"{now.behind} records wait to be sent" if now.behind else "every record is at the hub"
    match now.state:
        case "linked":
            return Finding(LINK, Grade.OK, f"{age}; {waits}")
        case "stopped":
            return Finding(
                LINK, Grade.WARN, f"the gate is stopped; {age}; {waits}", "systemctl start fabgate-gate"
            )
        case "quiet":
            remedy = "at the hub: systemctl status fabgate-hub"
            return Finding(
                LINK, Grade.WARN, f"the broker is there and the hub is silent; {age}; {waits}", remedy
            )
    remedy = "the network, or the broker: systemctl status mosquitto at the hub; the gate works on meanwhile"
    why = f" ({now.why})" if now.why else ""
    return Finding(LINK, Grade.WARN, f"no connection{why}; {age}; {waits}", remedy)


def _rights(settings: Settings, now: LinkStatus, at: Moment) -> Finding:
    """How old the rights are, and which machines say that this is too old (R12)."""
    age_ms = _age_ms(settings, now, at)
    said = "nobody knows how old they are" if age_ms is None else f"as the hub had them {_ago(age_ms)} ago"
    late = [
        str(machine)
        for machine, wired in settings.machines.items()
        if (after_ms := wired.rules.stale_after_ms) is not None and (age_ms is None or age_ms > after_ms)
    ]
    if not late:
        return Finding(RIGHTS, Grade.OK, said)
    found = f"{said}: too old for {', '.join(late)}"
    return Finding(
        RIGHTS, Grade.WARN, found, "It ends with the next word of the hub; see hub link, and clock"
    )


def _age_ms(settings: Settings, now: LinkStatus, at: Moment) -> int | None:
    """By what the link said last, else by what it wrote into the books; the later of both."""
    found = [max(0, at.wall_ms - now.heard_ms)] if now.heard_ms is not None and at.synced else []
    try:
        with Store(settings.gate.state).reader() as reader:
            kept_ms = linked.age_ms(linked.heard(reader.conn), at)
    except StoreError:
        kept_ms = None
    return min([*found, *([] if kept_ms is None else [kept_ms])], default=None)


def _ago(ms: int) -> str:
    minutes = max(0, ms) // 60_000
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2_880 else f"{minutes // 1_440} days"
