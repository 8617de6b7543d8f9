"""A program that asks the API of a board."""

from __future__ import annotations

from typing import Any

from board_lab import Board

from fabgate.desk import signing
from fabgate.desk.deed import Desk
from fabgate.rules.signing import Scope
from fabgate.store.db import Store

EVERY = tuple(scope.value for scope in Scope)


class Program:
    """It has a token of this member, good for these scopes."""

    def __init__(
        self, board: Board, handle: str = "zoe", scopes: tuple[str, ...] = EVERY, until_ms: int | None = None
    ) -> None:
        self.board = board
        settings, clock = board.lab.settings, board.lab.clock
        with Store(settings.gate.state).writer() as writer:
            desk = Desk(settings, writer, clock)
            self.token = signing.token(desk, "zoe", handle, scopes, until_ms).text

    def ask(self, path: str, status: int = 200, method: str = "GET", **sent: Any) -> Any:
        """What the API answers; it must be with this status, and JSON."""
        headers = {"authorization": f"Bearer {self.token}"} | sent.pop("headers", {})
        answer = self.board.client.request(method, f"/api/v1{path}", headers=headers, **sent)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    def do(self, path: str, status: int = 200, **fields: Any) -> Any:
        """A deed."""
        return self.ask(path, status, "POST", json=fields)
