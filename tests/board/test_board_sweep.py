"""All pages of the board at once: who sees which, what is said on every answer, what no form may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from board_lab import Board, opened
from forms_found import Form, Offered
from shape import Shape
from sweep_lab import LOOKERS, MARKUP, Busy, Page, Paths, others, pages

from fabgate.board.headers import ALWAYS
from fabgate.board.sessions import COOKIE, Typed
from fabgate.rules.viewing import Area, Way

_OWN = {"sec-fetch-site": "same-origin"}
_REFUSED = 409
# What is refused whoever sees the page: who left or is suspended asks a manager for their data; a tap is not
# enough to carry all of it away.
REFUSED = {("/me/data.zip", "tap")}
# What is no page, and where it is tested.
NO_PAGES = {"/metrics": "test_board_numbers", "/api/": "test_board_api"}
# What only a hub has; its own tests look at it.
ONLY_AT_A_HUB = {"/gates/{gate}", "/gates/{gate}/asked"}
_NOT_HERE = 404
_TYPED = "some words of mine"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Busy:
    return Busy(tmp_path_factory.mktemp("sweep"))


@pytest.fixture(scope="module")
def paths(busy: Busy) -> Paths:
    return Paths(busy)


@pytest.fixture
def site(busy: Busy) -> Iterator[Board]:
    with opened(busy) as board:
        yield board


def sign_in(site: Board, looker: str) -> None:
    who = LOOKERS[looker]
    if who.way is not Way.NOBODY:
        site.sign_in(who.handle, who.way)


def quick(found: list[Page]) -> list[Page]:
    """Those that a page answers; a file is made by a command, which takes a second."""
    return [one for one in found if not re.search(r"\{file\}|\.pdf$|\.zip$", one.path)]


def look(site: Board, path: str, **more):
    """A page, without following where it leads."""
    return site.client.get(path, follow_redirects=False, **more)


def test_every_route_is_swept_or_tested_elsewhere():
    unknown = [path for path in others() if not any(path.startswith(one) for one in NO_PAGES)]
    assert unknown == []


AREAS = {
    Area.PUBLIC: {"", "live", "sign-in", "sign-out", "tap", "spaceapi.json"},
    Area.OWN: {"me"},
    Area.SPONSORING: {"sponsoring", "workshops"},
    Area.MACHINES: {"machines", "downtime", "audit"},
    Area.LAB: {"members", "trainees", "terminal", "gates", "hours", "presence", "history"},
    Area.MONEY: {"money"},
}


def test_every_page_is_in_the_area_that_its_address_says():
    wrong = [one.path for one in [*pages(), *pages("POST")] if one.path.split("/")[1] not in AREAS[one.area]]
    assert wrong == []


@pytest.mark.parametrize("looker", LOOKERS)
def test_everybody_sees_the_pages_of_their_areas_and_no_others(site, paths, looker):
    sees, wrong = LOOKERS[looker].sees, []
    sign_in(site, looker)
    for page in pages():
        answer = look(site, paths.of(page.path))
        if not _as_it_should(answer, page, sees, looker):
            wrong.append(f"{page.path}: {answer.status_code} {answer.headers.get('location', '')}")
    assert wrong == []


def _as_it_should(answer, page: Page, sees: frozenset[Area], looker: str) -> bool:
    to = answer.headers.get("location", "")
    if (page.path, looker) in REFUSED:
        return answer.status_code == _REFUSED
    if page.area in sees and page.path in ONLY_AT_A_HUB:
        return answer.status_code == _NOT_HERE
    if page.area in sees:
        return answer.status_code == 200 or (answer.status_code == 303 and to.startswith("/"))
    if looker == "nobody":
        return answer.status_code == 303 and to.startswith("/sign-in?next=")
    return answer.status_code == 403


@pytest.mark.parametrize("looker", LOOKERS)
def test_a_form_of_an_area_that_somebody_does_not_see_does_nothing(site, paths, busy, looker):
    """Each form is sent as whole as a forger can: with the keys of a session of their own."""
    sign_in(site, looker)
    before, wrong = busy.written(), []
    keys = _keys(site)
    for page in pages("POST"):
        if page.area in LOOKERS[looker].sees:
            continue
        answer = site.client.post(paths.of(page.path), data=keys(), headers=_OWN, follow_redirects=False)
        status = 303 if looker == "nobody" else 403
        if answer.status_code != status:
            wrong.append(f"{page.path}: {answer.status_code}")
    assert wrong == []
    assert busy.written() == before


@pytest.mark.parametrize("what", ["no keys", "keys of another", "another site"])
def test_no_form_is_taken_that_was_not_handed_out(site, paths, busy, what):
    other = _keys(site) if what != "keys of another" else None
    if other is None:
        site.sign_in("tess")
        other = _keys(site)
    site.sign_in("zoe")
    fields = {"no keys": dict, "keys of another": other, "another site": _keys(site)}[what]
    headers = {"sec-fetch-site": "cross-site"} if what == "another site" else _OWN
    before, wrong = busy.written(), []
    for page in pages("POST"):
        answer = site.client.post(paths.of(page.path), data=fields(), headers=headers, follow_redirects=False)
        if answer.status_code != 403:
            wrong.append(f"{page.path}: {answer.status_code}")
    assert wrong == []
    assert busy.written() == before


def _keys(site: Board):
    """The keys of a session, anew for each form."""
    numbers = iter(range(10_000))
    session = site.house.sessions.find(site.client.cookies.get(COOKIE), site.house.clock.now().boot_ms)
    csrf = "" if session is None else session.csrf
    return lambda: {"csrf": csrf, "once": f"swept-{next(numbers)}"}


def test_every_answer_bears_the_headers_and_nothing_is_kept(site, paths):
    site.sign_in("zoe")
    for page in pages():
        answer = look(site, paths.of(page.path))
        for name, value in ALWAYS.items():
            public = page.path == "/spaceapi.json" and name == "cross-origin-resource-policy"
            assert public or answer.headers[name] == value, (page.path, name)
        assert answer.headers["cache-control"] == "no-store", page.path
        assert "server" not in answer.headers


def test_every_cookie_is_hidden_from_scripts_and_from_other_sites(site, paths):
    site.sign_in("zoe")
    for page in quick(pages()):
        answer = look(site, paths.of(page.path, lang="nl"))
        for cookie in answer.headers.get_list("set-cookie"):
            said = cookie.lower()
            assert "httponly" in said, (page.path, cookie)
            assert "samesite=lax" in said or "samesite=strict" in said, (page.path, cookie)
            assert "secure" in said or said.startswith("fabgate-language="), (page.path, cookie)


@pytest.mark.parametrize("looker", ["nobody", "manager"])
def test_a_page_that_is_not_there_has_a_way_back(site, paths, looker):
    """Made-up members, machines, months, numbers: what is wrong with them, and never a page that broke."""
    sign_in(site, looker)
    for page in quick(pages()):
        if "{" not in page.path or page.area not in LOOKERS[looker].sees:
            continue
        for made_up in ("nobody", "0", "-1", "99999999999999999999", "%00", "%3Cscript%3E", "2026-13", "é"):
            path = re.sub(r"\{\w+(:\w+)?\}", made_up, page.path) + "?once=1"
            answer = look(site, path)
            assert answer.status_code < 500, (path, answer.text)
            live = answer.headers["content-type"].startswith("text/event-stream")
            assert live or answer.status_code != 200 or made_up not in ("nobody", "%3Cscript%3E"), path
            assert "<script>" not in answer.text, path


def test_a_form_that_was_sent_too_late_is_shown_again_on_every_page(site, paths, busy):
    """Each form of each page, when the page is opened that it stood on: the page is whole, says that nothing
    was done, and holds what was typed."""
    site.sign_in("zoe")
    session = site.house.sessions.find(site.client.cookies.get(COOKIE), site.house.clock.now().boot_ms)
    before, wrong = busy.written(), []
    for page in quick(pages()):
        address = paths.of(page.path)
        at = urlsplit(address).path
        offered = Offered(look(site, address).text).forms
        for to, fields in {_typed(one, at) for one in offered if one.method == "post"}:
            if to.startswith("/sign-"):
                continue  # takes no session
            session.typed = Typed(at, to, dict(fields))
            answer = look(site, address)
            lost = _TYPED in dict(fields).values() and _TYPED not in answer.text
            if answer.status_code != 200 or "You were signed out meanwhile" not in answer.text or lost:
                wrong.append(f"{at} {to} {dict(fields)}: {answer.status_code}")
    assert wrong == []
    assert busy.written() == before


def _typed(form: Form, at: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A form with something in each field that is shown, and what is hidden as it is."""
    said = {
        one.name: one.value or (one.options[-1] if one.options else _TYPED)
        for one in form.fields
        if one.name not in ("csrf", "once") and one.kind != "file"
    }
    return form.action or at, tuple(sorted(said.items()))


# --- names --------------------------------------------------------------------------------------


def test_a_name_is_data_on_every_page_and_turns_nothing_around_it(site, paths):
    """bob's name runs from right to left, ada's is markup, sam's is long; so are reasons and labels."""
    wrong = []
    for page in quick(pages()):
        for looker in ("manager", "sponsor", "trainee"):
            if page.area not in LOOKERS[looker].sees:
                continue
            sign_in(site, looker)
            for member in ("ada", "bob"):
                answer = look(site, paths.of(page.path.replace("{member}", member)))
                if not answer.headers.get("content-type", "").startswith("text/html"):
                    continue
                shape = Shape()
                shape.feed(answer.text)
                wrong += [f"{page.path}: {one}" for one in (*shape.strange, *shape.bare)]
                assert "<b>&" not in answer.text, page.path
    assert sorted(set(wrong)) == []


def test_the_names_that_the_sweep_relies_on_are_on_the_pages(site, paths):
    site.sign_in("zoe")
    listed = site.get("/members")
    assert "&lt;script&gt;alert(1)" in listed
    assert MARKUP not in listed
    assert "<bdi>" in listed


def test_no_public_page_names_anybody_who_did_not_agree_to_it(site, paths):
    site.leave()
    for page in pages():
        if page.area is Area.PUBLIC and "{key}" not in page.path:
            text = look(site, paths.of(page.path)).text
            for name in ("Zoe", "Dupont", "Tess", "Max", "Sue", "Ørsted", "alert(1)", "\u05d0\u05d3\u05d4"):
                if name == "Zoe":
                    text = text.replace("Zoe, at the desk", "")  # the lab's own contact
                assert name not in text, (page.path, name)


def test_looking_changes_nothing(site, paths, busy):
    before = busy.written()
    site.sign_in("zoe")
    for page in quick(pages()):
        look(site, paths.of(page.path))
        site.client.head(paths.of(page.path))
    assert busy.written() == before
