"""What all pages share: words in every language, headers, forms that count once, a way back."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fabgate.board.app import application
from fabgate.board.forms import MOST_BYTES
from fabgate.board.headers import ALWAYS
from fabgate.board.house import House
from fabgate.board.pages import page
from fabgate.board.sessions import IDLE_MS, LONGEST_MS, TAP_IDLE_MS, Sessions
from fabgate.board.speaker import Speaker, best
from fabgate.board.visit import Asked
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, MemberId
from fabgate.rules.viewing import Area, Way
from fabgate.texts import LANGUAGES
from fabgate.texts.board_words import BoardWords, parts, typeset

HOME = Path(__file__).parents[2]
SITES = (HOME / "fabgate/board/static/vendor", Path(__file__).parent / "vendor")
_SLOT = re.compile(r"\{[^{}]*\}")
ADA = MemberId("m-ada")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_word_of_the_board_with_the_same_facts(language):
    ours, english = BoardWords.of(language).said, BoardWords.of("en").said
    assert ours.keys() == english.keys()
    for key, word in english.items():
        assert ours[key].strip(), key
        assert sorted(_SLOT.findall(ours[key])) == sorted(_SLOT.findall(word)), key


def test_in_french_no_line_of_a_page_begins_with_the_sign_that_ends_the_one_before(lab):
    french = Speaker("fr", lab.settings)
    words = [str(french.known(key)) for key in french.words.said]
    told = [french.refusal(Denied(code, {"subject": "Ada", "near": ("Bob",)})) for code in Code]
    apart = [
        text
        for text in [*words, *(one.text for one in told), *(one.next for one in told)]
        if re.search(r" [:;?!»]|« ", text)
    ]
    assert apart == []
    assert "oublié\N{NO-BREAK SPACE}?" in french.t("signing.no_password")
    assert typeset("Wo ?", "de") == "Wo ?"


def test_no_template_sets_a_colon_as_english_does_between_a_label_and_what_it_labels(lab):
    written = {
        file.name: re.findall(r"(?:\}\}|%\}|<[^<>]+>): ", file.read_text())
        for file in (HOME / "fabgate/board/templates").rglob("*.html")
    }
    assert {name for name, found in written.items() if found} == set()
    french = Speaker("fr", lab.settings)
    assert french.colon == "\N{NO-BREAK SPACE}: "
    assert Speaker("de", lab.settings).colon == ": "
    assert "commencer\N{NO-BREAK SPACE}: " in french.word("step", "begin")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_tab_of_the_money_is_called_as_the_money_itself(language):
    words = BoardWords.of(language).said
    assert words["common.money"] not in [word for key, word in words.items() if key.startswith("money.tab_")]


def test_every_word_that_a_template_names_is_there():
    known = BoardWords.of("en").said.keys()
    templates = (HOME / "fabgate/board/templates").rglob("*.html")
    named = {key for file in templates for key in re.findall(r"\bt\('([a-z_.]+)'[,)]", file.read_text())}
    assert named
    assert not named - known
    assert {key.partition(".")[0] for key in known} == set(parts())


@pytest.mark.parametrize("folder", SITES, ids=["board", "tests"])
def test_what_others_wrote_is_unmodified_and_bears_its_licence(folder):
    told = (folder / "README.md").read_text()
    scripts = sorted(folder.glob("*.js"))
    assert scripts
    for script in scripts:
        assert hashlib.sha256(script.read_bytes()).hexdigest() in told
        assert script.with_name(script.name.replace(".min.js", ".LICENSE")).exists()


def test_a_template_has_no_script_and_no_style_of_its_own():
    for file in (HOME / "fabgate/board/templates").rglob("*.html"):
        text = file.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text), file
        assert "|safe" not in text.replace(" ", ""), file
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), file


def test_every_form_that_is_sent_holds_its_keys():
    for file in (HOME / "fabgate/board/templates").rglob("*.html"):
        for form in re.findall(r"<form\b.*?</form>", file.read_text(), re.DOTALL):
            if 'method="post"' in form:
                assert "{{ keys() }}" in form, (file, form[:80])


@pytest.fixture
def client(lab):
    house = House(lab.settings, lab.clock)
    taken = []

    def show(visit):
        return visit.page("sorry.html")

    def take(visit):
        taken.append(visit.field("what"))
        return visit.to("/")

    def broken(visit):
        raise ValueError("a secret of ours")

    def typed(visit):
        error = UsageError("the price is open", "Say what it costs: --amount 12.50")
        return visit.wrong(error, lambda: show(visit)) if visit.wish("shown") else throw(error)

    def throw(error):
        raise error

    routes = [
        page("/typed", Area.PUBLIC, typed),
        page("/", Area.PUBLIC, show, take),
        page("/lab", Area.LAB, show, take),
        page("/broken", Area.PUBLIC, broken),
        page("/api/v1/broken", Area.PUBLIC, broken),
    ]
    with TestClient(
        application(house, routes), base_url="https://board.lan", raise_server_exceptions=False
    ) as it:
        it.taken, it.house = taken, house
        yield it


@pytest.mark.parametrize("path", ["/", "/lab", "/nothing", "/broken", "/static/board.css"])
def test_every_answer_bears_the_headers(client, path):
    headers = client.get(path, follow_redirects=False).headers
    for name, value in ALWAYS.items():
        assert headers[name] == value
    assert headers["cache-control"] == ("max-age=3600" if path.startswith("/static") else "no-store")
    assert "server" not in headers


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/broken", 500)])
def test_an_error_has_a_way_back_and_tells_nothing_of_us(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert 'href="/"' in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/typed", "/typed?shown=1"])
def test_who_fills_in_a_form_is_not_sent_to_an_option_of_a_command(client, path):
    answer = client.get(path)
    assert answer.status_code == 422
    assert "the price is open" in answer.text
    assert "--amount" not in answer.text
    assert "Correct it and send the form again." in answer.text


def test_a_program_is_told_of_an_error_in_json(client):
    answer = client.get("/api/v1/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert answer.json()["next"]
    assert "secret" not in answer.text


def test_whom_nobody_knows_is_led_to_the_sign_in(client):
    answer = client.get("/lab", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/lab")


def test_whose_session_ended_in_a_form_is_led_back_to_where_it_stood(client):
    sent = {"sec-fetch-site": "same-origin", "referer": "https://board.lan/lab?page=2"}
    answer = client.post("/lab", data={"what": "x"}, headers=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/lab")
    elsewhere = sent | {"referer": "https://evil.lan/trap"}
    answer = client.post("/lab", data={"what": "x"}, headers=elsewhere, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/lab"
    assert client.taken == []


def test_the_key_of_a_link_is_in_no_log(client, caplog):
    asked = Asked("GET", "/sign-in/link/s3cret", {"key": "s3cret"}, {}, {})
    assert asked.place == "/sign-in/link/..."
    assert Asked("GET", "/lab", {}, {}, {}).place == "/lab"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        *({"sec-fetch-site": site} for site in ("cross-site", "same-site", "none", "")),
        *({"origin": origin} for origin in ("https://evil.lan", "null", "", "https://board.lan.evil.lan")),
        {"origin": "https://board.lan", "sec-fetch-site": "cross-site"},
    ],
)
def test_a_form_from_elsewhere_does_nothing(client, headers):
    assert client.post("/", data={"what": "x"}, headers=headers).status_code == 403
    assert client.taken == []


def test_a_form_that_is_too_long_does_nothing(client):
    own = {"sec-fetch-site": "same-origin"}
    assert client.post("/", data={"what": "x" * (MOST_BYTES + 1)}, headers=own).status_code == 413
    assert client.taken == []


def test_a_language_that_was_chosen_is_kept(client):
    assert '<html lang="nl">' in client.get("/?lang=nl").text
    assert '<html lang="nl">' in client.get("/").text
    assert '<html lang="nl">' in client.get("/?lang=xx").text


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/?print=1", "/?print=1&amp;lang=fr"),
        ("//evil.example/x", "/evil.example/x?lang=fr"),
        ("/x%22%3E%3Cb%3E", "/x%22%3E%3Cb%3E?lang=fr"),
    ],
)
def test_the_same_page_is_offered_in_another_language_with_all_that_was_asked(client, path, there):
    assert f'href="{there}" lang="fr"' in client.get(f"{str(client.base_url).rstrip('/')}{path}").text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de-AT,fr;q=0.5", "de"),
        ("fr;q=0.1, nl;q=0.9", "nl"),
        ("xx", "en"),
        ("de;q=0", "en"),
        (";;q=", "en"),
    ],
)
def test_a_browser_is_answered_in_a_language_that_it_asks_for(accepted, language):
    assert best(("en", "fr", "nl", "de"), accepted) == language


def test_a_session_ends_by_itself():
    sessions = Sessions()
    key = sessions.open(ADA, Way.PASSWORD, 0)
    assert sessions.find(key, IDLE_MS - 1).member == ADA
    assert sessions.find(key, 2 * IDLE_MS - 1) is None
    assert len(sessions) == 0


def test_a_session_that_is_used_ends_after_a_day_all_the_same():
    sessions = Sessions()
    key = sessions.open(ADA, Way.PASSWORD, 0)
    for now_ms in range(0, LONGEST_MS, IDLE_MS // 2):
        assert sessions.find(key, now_ms) is not None
    assert sessions.find(key, LONGEST_MS) is None


def test_a_session_by_a_tap_ends_soon():
    sessions = Sessions()
    key = sessions.open(ADA, Way.TAP, 0)
    assert sessions.find(key, TAP_IDLE_MS) is None


def test_a_key_that_was_never_given_opens_nothing():
    sessions = Sessions()
    sessions.open(ADA, Way.PASSWORD, 0)
    assert sessions.find("guessed", 1) is None
    assert sessions.find(None, 1) is None


@pytest.mark.parametrize(
    ("language", "written"), [("en", "1,234.56 EUR"), ("fr", "1\u202f234,56 EUR"), ("de", "1.234,56 EUR")]
)
def test_an_amount_is_written_as_the_language_writes_it(lab, language, written):
    assert Speaker(language, lab.settings).money(123_456) == written


@pytest.mark.parametrize("deed", ["give", "begin", "propose", "tick"])
def test_a_form_that_came_without_some_of_its_fields_is_shown_again_all_the_same(board, deed):
    board.sign_in("zoe")
    path = "/sponsoring/members/bob"
    keys = dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', board.get(path)))
    sent = keys | {"deed": deed, "skill": "laser"}
    answer = board.client.post(path, data=sent, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code in (409, 422), answer.text
    assert 'role="alert"' in answer.text
