"""One request, as a page sees it: who looks, in which language, what the form says; and the ways to answer.

A page is a function of a `Visit` that gives a `Response`; it runs in a thread of its own and may take its
time. It reads through `visit.desk`, does one deed, and answers with a page, or with the way to one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from secrets import token_urlsafe
from sqlite3 import Connection
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fabgate.board.house import House
from fabgate.board.sessions import Session
from fabgate.board.speaker import LANGUAGE_NAMES, Speaker
from fabgate.config import Settings
from fabgate.desk import Desk, signing, who
from fabgate.errors import FabgateError
from fabgate.model import Denied, MemberId
from fabgate.rules.actors import Actor
from fabgate.rules.viewing import Area, Way, areas
from fabgate.store import roster
from fabgate.store.roster import Member
from fabgate.texts.catalogue import Said

REFUSED, UNFIT = 409, 422
_TYPED = re.compile(r"--[a-z]|\bfabgate [a-z]")  # an option or a command


@dataclass(frozen=True)
class Asked:
    """What the browser sent: the path with its parameters, the query, the form (last value of each field).

    `partial`: a script asks for a piece of the page. `base`: the address that the board was reached at;
    `passed_on`: by a program between, which speaks for the browser.
    `came_from`: the path of our page on which the form stood that was sent; empty where nobody says.
    `sent_before`: where the form was sent to when its session was over, which is shown again now.
    """

    method: str
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    partial: bool = False
    base: str = ""
    client: str = ""
    secure: bool = False
    passed_on: bool = False
    came_from: str = ""
    sent_before: str = ""

    @property
    def stood_at(self) -> str:
        """The path of the page to come back to, once they have signed in."""
        return self.came_from or self.path

    @property
    def sent_to(self) -> str:
        """Where `form` was sent to: a page with several forms tells by it which of them was filled in."""
        return self.sent_before or self.path

    @property
    def place(self) -> str:
        """The path as a log may have it: the key of a one-time link is nobody's to read."""
        key = self.parameters.get("key")
        return self.path.replace(key, "...") if key else self.path

    @property
    def back(self) -> str:
        """The address of the page on which the form stood that was sent; empty where nobody says."""
        return f"/{quote(self.came_from.lstrip('/'))}" if self.came_from else ""  # never another server's


@dataclass
class Visit:
    """A request that is being answered. Use it in one thread, within `with`."""

    house: House
    asked: Asked
    language: str
    session: Session | None = None
    key: str | None = None  # of the session, as the browser showed it
    cookies: Mapping[str, str] = field(default_factory=dict)
    refusal: Said | None = None  # what the page says that it was not done, and what to do next
    _undo: ExitStack = field(default_factory=ExitStack, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    # --- who and where

    @property
    def settings(self) -> Settings:
        return self.house.settings

    @cached_property
    def speaker(self) -> Speaker:
        return self.house.speaker(self.language)

    @cached_property
    def desk(self) -> Desk:
        """The desk; what is done there is done by the one who signed in, without their offices where they
        came by a tap. Raises StoreError, StoreBusy."""
        by_tap = self.session is not None and self.session.way is Way.TAP
        return self._undo.enter_context(self.house.desk(self.member_id, bare=by_tap))

    @property
    def conn(self) -> Connection:
        """The books, to read in."""
        return self.desk.conn

    @property
    def member_id(self) -> MemberId | None:
        return None if self.session is None else self.session.member

    @property
    def way(self) -> Way:
        return Way.NOBODY if self.session is None or self.member is None else self.session.way

    @cached_property
    def member(self) -> Member | None:
        """Who signed in, as the books have them now; None for nobody, or where their password has ended."""
        if self.session is None:
            return None
        member, proof = self.session.member, self.session.proof
        if proof is not None and proof != signing.proof_of(self.conn, member):
            return None
        return roster.member(self.conn, member)

    @cached_property
    def me(self) -> Member:
        """Who signed in, on a page that nobody else sees."""
        assert self.member is not None, "only pages of Area.PUBLIC are shown to nobody in particular"
        return self.member

    @cached_property
    def actor(self) -> Actor | None:
        if self.member is None:
            return None
        return who.actor(self.conn, self.settings.skills, self.member, self.today_ms)

    @cached_property
    def areas(self) -> frozenset[Area]:
        return areas(self.way, self.actor)

    @cached_property
    def today_ms(self) -> int:
        """Wall time that dates are counted from."""
        return who.today_ms(self.conn, self.house.clock.now())

    # --- what was sent

    def field(self, name: str) -> str:
        """A field of the form, without blanks around it; empty where it was not filled in."""
        return self.asked.form.get(name, "").strip()

    def wish(self, name: str) -> str:
        """A parameter of the query, likewise."""
        return self.asked.query.get(name, "").strip()

    # --- answers

    def page(self, template: str, /, status: int = 200, **facts: object) -> Response:
        """A page made from a template of `templates/`, in the language of whoever looks."""
        return HTMLResponse(self.render(template, **facts), status)

    def render(self, template: str, /, **facts: object) -> Markup:
        """The text of a page, or of a piece of one."""
        return Markup(self.house.templates.get_template(template).render(self._common() | facts))

    def to(self, path: str, said: str = "") -> Response:
        """The way to another page of the board; `said` is what it tells them once."""
        if self.session is not None:
            self.session.said = said or self.session.said
        return RedirectResponse(path, 303)

    def answer(
        self, result: object, to: str, again: Callable[[], Response], said: str = "common.done"
    ) -> Response:
        """After a form. A deed that was done leads on to `to`, which says `said`, a word of the board, with
        the facts of the deed; one that was refused shows the page `again`, which says why not."""
        if isinstance(result, Denied):
            return self.refused(result, again)
        facts = getattr(result, "facts", {})
        return self.to(to, self.speaker.t(said, **facts))

    def refused(self, denied: Denied, again: Callable[[], Response]) -> Response:
        """The page once more, with why it was not done and what to do next."""
        self.refusal = self.speaker.refusal(denied)
        return _with_status(again(), REFUSED)

    def wrong(self, error: FabgateError, again: Callable[[], Response]) -> Response:
        """The same for what somebody typed that cannot be read (UsageError, BadgeError)."""
        self.refusal = self.told_of(error)
        return _with_status(again(), UNFIT)

    def told_of(self, error: FabgateError) -> Said:
        """What somebody typed wrongly. Where the remedy is an option of a command, a form has fields."""
        next_ = str(self.speaker.t("common.bad_value_next")) if _TYPED.search(error.remedy) else error.remedy
        return Said(error.what, next_)

    def unfit(self, field_: str, again: Callable[[], Response], value: str | None = None) -> Response:
        """The same for a field whose value does not fit; `field_` is its label, a word of the board."""
        value = self.field(field_.rpartition(".")[2]) if value is None else value
        return self.misread(self.misfit(field_, value), again)

    def misfit(self, field_: str, value: str) -> Said:
        """That a value does not fit the field with this label, or that there is none."""
        t = self.speaker.t
        if not value:
            return Said(t("common.missing", field=t(field_)), t("common.missing_next"))
        return Said(t("common.bad_value", value=value[:80], field=t(field_)), t("common.bad_value_next"))

    def misread(self, said: Said, again: Callable[[], Response], status: int = UNFIT) -> Response:
        """The same for what cannot be read, or cannot be so, told in words of the board."""
        self.refusal = said
        return _with_status(again(), status)

    def _common(self) -> dict[str, object]:
        """What every template may use."""
        return {
            "visit": self,
            "s": self.speaker,
            "t": self.speaker.t,
            "form": _Typed(self.asked.form),
            "lab": self.settings.lab,
            "languages": {one: LANGUAGE_NAMES[one] for one in self.house.languages},
            "spoken": self._spoken,
            "keys": self._keys,
            "told": self._told,
        }

    def _spoken(self, language: str) -> str:
        """The address of this page in another language. A form that was shown again stood on another page."""
        asked = self.asked
        path = asked.came_from if asked.method == "POST" else asked.path
        query = urlencode({**asked.query, "lang": language})
        return f"/{quote(path.lstrip('/'))}?{query}"  # with two it would lead to another server

    def _keys(self) -> Markup:
        """What every form holds: that this board handed it out, and that it counts once."""
        if self.session is None:
            return Markup("")
        fields = '<input type="hidden" name="csrf" value="{}"><input type="hidden" name="once" value="{}">'
        return Markup(fields).format(self.session.csrf, token_urlsafe(12))

    def _told(self) -> str:
        """What the page before wanted to be told here; once."""
        if self.session is None:
            return ""
        said, self.session.said = self.session.said, ""
        return said


class _Typed(dict[str, str]):
    """What was typed into a form, for the page that shows it again: a field that did not come is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def _with_status(response: Response, status: int) -> Response:
    response.status_code = status
    return response
