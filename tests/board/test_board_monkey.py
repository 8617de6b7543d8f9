"""People click around at random: nothing breaks, nobody does what is not theirs, the journal says who did it.

Each day is made from its number. Whoever walks the board knows only what its pages offer: links and forms,
which are filled in with what fits, what does not, and what somebody hostile would write.
"""

from __future__ import annotations

import random
from dataclasses import fields
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from board_lab import BASE, Board, in_languages, opened
from cli_lab import ADA, Floor, Lab
from forms_found import Field, Form, Offered

from fabgate.records import GrantGiven, RoleGiven
from fabgate.rules.viewing import Way
from fabgate.store import journal, roster
from fabgate.store.db import Store

DAYS, STEPS = 5, 120
HOSTILE = '<b id="pwn">\u202e&amp;{{7*7}}</b>'
WORDS = (
    "", " ", "ada", "bob", "zoe", "laser", "nobody", "2026-10", "2026-10-24", "2026-02-30", "-1", "0", "1",
    "15", "90m", "1h", "12.50", "99999999999999999999", "because", "trainee", "sponsor", "a@b.example",
    "04A2B3C4D5E6FF", "9" * 3_000, HOSTILE, "'; DROP TABLE journal; --",
    "\u0645\u0631\u062d\u0628\u0627", "\x00", "../../etc/passwd", "http://evil.example/",
)  # fmt: skip
LIKELY = {
    "reason": "because", "member": "bob", "handle": "cleo", "name": "Cleo", "payer": "ada", "leader": "zoe",
    "machine": "laser", "day": "2026-10-24", "until": "2026-12-31", "amount": "12.50", "length": "45m",
    "minutes": "30", "people": "4", "hours": "2", "span": "2026-10-25T10:00/2026-10-25T18:00", "number": ADA,
    "sponsor": "zoe", "score": "8", "month": "2026-10", "charge": "1", "email": "cleo@fab.example",
}  # fmt: skip
BY_TAP = {"badge.block", "presence.in", "presence.out"}
FINE = {200, 303, 307, 400, 403, 404, 405, 409, 413, 422, 429}
SPARED = ("/sign-out", "/static/", "/me/data", "/live", "/metrics")
PEOPLE = {"zoe": Way.PASSWORD, "tess": Way.PASSWORD, "ada": Way.PASSWORD, "bob": Way.TAP, "": Way.NOBODY}
BEGINNINGS = (
    "/",
    "/me",
    "/sponsoring",
    "/machines",
    "/members",
    "/gates",
    "/history",
    "/money",
    "/sign-in",
    "/members/bob",
)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = in_languages(tmp_path, "en", "fr", "nl", "de")
    lab.done('init --manager "Zoe Dupont" --id zoe')
    lab.people()
    lab.done(["member", "add", f"Tess {HOSTILE}", "--id", "tess", "--by", "zoe"])
    lab.done("role give tess treasurer --by zoe --reason elected")
    floor = Floor(lab)
    for badge in ("04A2B3C4D5E680", "04999999999999"):
        floor.tap("laser", badge)
        floor.pass_s(1_800)
        floor.tap("laser", badge)
    floor.stage.shut_down()
    return lab


class Walk:
    """One day: several people, each with a browser, who take turns."""

    def __init__(self, board: Board, seed: int) -> None:
        self.board, self.chance = board, random.Random(seed)
        self.known = {who: list(BEGINNINGS) for who in PEOPLE}
        self.deeds = 0

    def step(self) -> None:
        who = self.chance.choice(["zoe", "zoe", *PEOPLE])
        self.board.leave()
        if who:
            self.board.sign_in(who, PEOPLE[who])
        path = self.chance.choice(self.known[who])
        page = self.look(path, who)
        forms = [form for form in page.forms if not form.action.startswith(SPARED)]
        if forms and self.chance.random() < 0.8:
            self.send(path, self.chance.choice(forms), who)

    def look(self, path: str, who: str) -> Offered:
        answer = self.board.client.get(path, follow_redirects=True)
        self.sound(path, answer.status_code, answer.text)
        if answer.status_code != 200 and len(self.known[who]) > 1:
            self.known[who].remove(path)
        offered = Offered(answer.text if "html" in answer.headers.get("content-type", "") else "")
        here = str(answer.url)
        for link in offered.links:
            there = urlsplit(urljoin(here, link))
            if not there.path.startswith(SPARED) and len(self.known[who]) < 400:
                self.known[who].append(f"{there.path}?{there.query}" if there.query else there.path)
        return offered

    def send(self, path: str, form: Form, who: str) -> None:
        filled = {one.name: self.fill(one) for one in form.fields if self.chance.random() < 0.95}
        action = urlsplit(urljoin(f"{BASE}{path}", form.action or path))
        before = self.seq()
        if form.method == "post":
            answer = self.board.client.post(
                action.path, data=filled, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
            )
        else:
            answer = self.board.client.get(action.path, params=filled, follow_redirects=False)
        self.sound(f"{form.method} {action.path} {filled}", answer.status_code, answer.text)
        self.told(before, who, form.method == "get")

    def fill(self, one: Field) -> str:
        if one.kind in ("hidden", "submit"):
            return one.value
        if one.options and self.chance.random() < 0.9:
            return self.chance.choice(one.options)
        if one.value and self.chance.random() < 0.4:
            return one.value
        if one.name in LIKELY and self.chance.random() < 0.6:
            return LIKELY[one.name]
        return self.chance.choice(WORDS)

    def sound(self, where: str, status: int, text: str) -> None:
        assert status in FINE, (where, status, text[:2_000])
        assert "Traceback" not in text, where
        assert '<b id="pwn">' not in text, where

    # --- what the books say of it

    def seq(self) -> int:
        with Store(self.board.lab.settings.gate.state).reader() as reader:
            return journal.last_seq(reader.conn)

    def told(self, before: int, who: str, looked: bool) -> None:
        """What came into the journal by that: by who sent the form, and nobody raised themselves by it."""
        with Store(self.board.lab.settings.gate.state).reader() as reader:
            came = list(journal.entries(reader.conn, after=before))
            me = roster.member(reader.conn, who) if who else None
            assert not (looked and came), (who, came)
            self.deeds += len(came)
            for entry in came:
                by = getattr(entry.body, "by", None)
                if "by" in {one.name for one in fields(entry.body)} and by:
                    assert me is not None, entry
                    assert by == me.id, entry
                    assert journal.notes(reader.conn, entry.id).get("login") == "(board)", entry
                if isinstance(entry.body, GrantGiven | RoleGiven) and not getattr(
                    entry.body, "bootstrap", False
                ):
                    assert entry.body.member != entry.body.by, entry
            if PEOPLE[who] is not Way.PASSWORD:
                assert {entry.body.kind for entry in came} <= (BY_TAP if who else set()), (who, came)


@pytest.mark.parametrize("seed", range(DAYS))
def test_whoever_clicks_around_breaks_nothing_and_does_only_what_is_theirs(lab: Lab, seed: int) -> None:
    with opened(lab) as board:
        walk = Walk(board, seed)
        for _ in range(STEPS):
            walk.step()
        paths = {one.partition("?")[0] for known in walk.known.values() for one in known}
    assert len(paths) > len(BEGINNINGS)
    assert walk.deeds > 1
    assert lab.type("journal verify").status == 0
