"""All pages of the board, in one list."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fabgate.board import (
    accounts,
    api,
    gates,
    history,
    machines,
    money,
    own,
    people,
    signing,
    sponsoring,
    wall,
)

ROUTES: list[BaseRoute] = [
    *wall.ROUTES,
    *signing.ROUTES,
    *own.ROUTES,
    *sponsoring.ROUTES,
    *people.ROUTES,
    *machines.ROUTES,
    *gates.ROUTES,
    *history.ROUTES,
    *accounts.ROUTES,  # before the months: /money/accounts is none
    *money.ROUTES,
    *api.ROUTES,
]
