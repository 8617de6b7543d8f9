"""The lab's first day: books, keys, and the first manager."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fabgate.config import Settings
from fabgate.desk import members, who
from fabgate.desk.deed import Desk, Done, Turn, mint_member
from fabgate.desk.members import Details
from fabgate.model import Clock, Code, Denied, MemberId, Role
from fabgate.records import MemberAdded, RoleGiven
from fabgate.rules.authority import Actor
from fabgate.store import db, roster
from fabgate.store.db import OPEN_MEDIUM, Medium, Store
from fabgate.store.files import KEYS
from fabgate.store.keys import Keys
from fabgate.store.roster import Member


def init(
    settings: Settings,
    clock: Clock,
    manager: Details,
    login: str | None = None,
    medium: Medium = OPEN_MEDIUM,
    mint: Callable[[], MemberId] = mint_member,
    epoch: str | None = None,
) -> Done | Denied:
    """Makes the gate's books and badge keys where there are none, and the lab's first manager.

    `login` is who types; the manager's own login stands in `manager`. NOTHING_TO_DO once the
    lab has a manager. An `init` that was cut short, or books begun anew after damage, are
    completed. Nothing is made for a name, handle or language that does not fit. Raises UsageError,
    StoreError, DiskFull.
    """
    members.check(settings.lab.languages, manager)
    no = members.unfit(replace(manager, name=manager.name or ""))
    if no is not None:
        return no
    folder = settings.gate.state
    store = Store(folder, medium)
    if not store.exists():
        # The keys come first: books without keys would look whole and know no badge.
        _ = Keys.load(folder) if (folder / KEYS).exists() else Keys.create(folder)
        lab, gate = settings.lab.name, settings.gate.name
        store = db.create(folder, lab, gate, clock.now(), medium=medium, epoch=epoch)
    with store.writer() as writer:
        return _first_manager(Desk(settings, writer, clock, login, mint=mint), manager)


def _first_manager(desk: Desk, details: Details) -> Done | Denied:
    with desk.writer.write() as pen:
        at = desk.clock.now()
        today = who.today_ms(pen.conn, at)
        nobody = Member(desk.mint(), "", "", added_ms=today)
        now = Turn(desk, pen, at, today, nobody, Actor(nobody.id))
        if any(held.role is Role.MANAGER for held in roster.roles(pen.conn)):
            identity = desk.writer.identity
            return now.denied(Denied(Code.NOTHING_TO_DO), lab=identity.lab, gate=identity.gate)
        first = members.detailed(now, nobody, details)
        if isinstance(first, Denied):
            return first
        now.write(MemberAdded(first.id, first.id), beside=members.personal(first))
        record = now.write(RoleGiven(first.id, Role.MANAGER.value, first.id, first=True))
        told = {"by": first.name, "member": first.id, "role": Role.MANAGER.value}
        return now.done(record, first, **told)
