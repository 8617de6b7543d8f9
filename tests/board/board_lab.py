"""A board over real books: a lab to type commands in, a browser without a screen, and one with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cli_lab import Lab
from starlette.testclient import TestClient

from fabgate.board.app import application
from fabgate.board.house import House
from fabgate.board.routes import ROUTES
from fabgate.board.serving import Serving, served
from fabgate.board.sessions import COOKIE
from fabgate.config.settings import BoardSettings
from fabgate.rules.viewing import Way
from fabgate.store import roster
from fabgate.store.db import Store

BASE = "https://board.lan"
_HIDDEN = re.compile(r'<input type="hidden" name="(csrf|once)" value="([^"]*)">')


class Board:
    """The board of a lab as one browser sees it. `lab` is where commands are typed."""

    def __init__(self, lab: Lab, client: TestClient, house: House) -> None:
        self.lab, self.client, self.house = lab, client, house

    def sign_in(self, handle: str, way: Way = Way.PASSWORD) -> None:
        """As if they had typed their password; how that is done is tested where it is made."""
        with Store(self.lab.settings.gate.state).reader() as reader:
            member = roster.member(reader.conn, handle)
        key = self.house.sessions.open(member.id, way, self.house.clock.now().boot_ms)
        self.client.cookies.set(COOKIE, key, domain="board.lan", path="/")

    def leave(self) -> None:
        self.client.cookies.clear()

    def get(self, path: str, status: int = 200, **more: object) -> str:
        """The page's text; it must answer with this status, and with nothing of ours for an error."""
        answer = self.client.get(path, follow_redirects=True, **more)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return _sound(answer.text)

    def send(self, path: str, status: int = 200, at: str | None = None, **fields: str) -> str:
        """Fill in a form of the page `at` (or `path`) and send it to `path`; the text of what comes then."""
        keys = dict(_HIDDEN.findall(self.client.get(at or path).text))
        answer = self.client.post(
            path, data=keys | fields, headers={"sec-fetch-site": "same-origin"}, follow_redirects=True
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return _sound(answer.text)


def _sound(page: str) -> str:
    """The page; no error of ours stands in it, and no sign was escaped twice."""
    assert "Traceback" not in page
    assert "&amp;#" not in page
    return page


@contextmanager
def opened(lab: Lab) -> Iterator[Board]:
    """The board of a lab that has its books."""
    house = House(lab.settings, lab.clock)
    with TestClient(application(house, ROUTES), base_url=BASE) as client:
        client.cookies.clear()
        yield Board(lab, client, house)


@contextmanager
def on_a_port(lab: Lab) -> Iterator[Serving]:
    """The board on a port of this machine, for a browser with a screen."""
    with served(House(lab.settings, lab.clock), said=BoardSettings(port=0)) as serving:
        yield serving


def in_languages(folder: Path, *languages: str) -> Lab:
    """A lab whose members read these."""
    lab = Lab(folder)
    lab.settings = replace(lab.settings, lab=replace(lab.settings.lab, languages=languages))
    return lab


def plain(html: str) -> str:
    """A page as a person reads it: without tags, on one line."""
    text = re.sub(r"<(script|style|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", text)
    for sign, code in (("<", "&lt;"), (">", "&gt;"), ('"', "&#34;"), ("'", "&#39;"), ("&", "&amp;")):
        text = text.replace(code, sign)
    return " ".join(text.split())
