"""The history: everything that was recorded, as sentences, narrowed down by what one remembers."""

from __future__ import annotations

import re
from dataclasses import fields
from urllib.parse import quote

import pytest
from board_lab import plain
from cli_lab import ADA, BOB, STRANGER, Floor

from fabgate.board.happened import People, Teller
from fabgate.board.speaker import Speaker
from fabgate.model import Moment, Origin, RecordId
from fabgate.records import KINDS, Draft, Entry, Unknown, decode, encode
from fabgate.store.db import Store
from fabgate.texts import LANGUAGES
from fabgate.texts.board_words import BoardWords

EVIL = "<script>alert(1)</script>"
RTL = "\u202eadA"


@pytest.fixture
def zoe(board):
    board.sign_in("zoe")
    return board


def rows(html: str) -> list[str]:
    html = re.sub(r"</?bdi>", "", html)
    body = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    return [plain(row) for row in re.findall(r"<tr>(.*?)</tr>", body[0], re.DOTALL)] if body else []


def test_what_happened_last_stands_first_and_says_why(zoe):
    zoe.lab.done('machine lock laser --by ada --reason "smells of smoke"')
    newest = rows(zoe.get("/history"))[0]
    assert "The laser cutter was taken out of service" in newest
    assert "“smells of smoke”" in newest
    assert "Ada Lovelace" in newest
    assert "24 Oct 2026, 12:00" in newest


def test_who_worked_and_who_was_refused_stand_there_by_name(zoe):
    floor = Floor(zoe.lab)
    floor.tap("laser", ADA)
    floor.pass_s(600)
    floor.tap("laser", ADA)
    floor.tap("router", BOB)
    floor.tap("router", STRANGER)
    floor.pass_s(90)
    told = "\n".join(rows(zoe.get("/history")))
    assert "Ada Lovelace started the laser cutter, as autonomous" in told
    assert "A session at the laser cutter ended: tapped off, 10 min" in told
    assert "Router refused Bob Noyce: You have not learned" in told
    assert "Router refused a badge that nobody owns: This badge is not known here" in told


def test_filters_narrow_it_down_and_stay_filled_in(zoe):
    zoe.lab.done('machine lock laser --by ada --reason "smells of smoke"')
    zoe.lab.done('machine lock router --by zoe --reason "worn belt"')
    html = zoe.get(
        "/history?group=machines&machine=laser&member=ada&text=SMOKE&first=2026-10-24&last=2026-10-24"
    )
    assert len(rows(html)) == 1
    for filled in ('value="ada"', 'value="SMOKE"', 'value="2026-10-24"', '<option value="laser" selected>'):
        assert filled in html
    assert "laser" not in "".join(rows(zoe.get("/history?machine=router")))
    assert rows(zoe.get("/history?first=2026-10-25")) == []
    assert "Take a filter away" in zoe.get("/history?text=nothing+of+that")


def test_a_part_of_a_name_finds_the_member_or_asks_which(zoe):
    assert "Bob Noyce" in rows(zoe.get("/history?member=noy"))[0]
    zoe.lab.done('member add "Ada Byron" --id adab --by zoe')
    assert rows(zoe.get("/history?member=ada"))  # the handle itself is nobody else's
    html = zoe.get("/history?member=Ad&group=people")
    assert "Which one?" in html
    assert "/history?group=people&amp;member=adab" in html
    assert "There is no member nobody" in zoe.get("/history?member=nobody")


def test_older_pages_stay_as_they_were_while_records_come(zoe):
    for number in range(30):
        zoe.lab.done(f'machine lock laser --by ada --reason "n{number}"')
        zoe.lab.done("machine unlock laser --by zoe")
    html = zoe.get("/history?group=machines")
    (older,) = re.findall(r'rel="next" href="([^"]+)"', html)
    before = rows(zoe.get(older.replace("&amp;", "&")))
    zoe.lab.done('machine lock laser --by ada --reason "new"')
    assert rows(zoe.get(older.replace("&amp;", "&"))) == before
    assert len(rows(html)) + len(before) == 60
    assert "Older" not in zoe.get(older.replace("&amp;", "&"))


def test_a_record_is_shown_as_it_is_written_with_those_whom_it_names(zoe):
    zoe.lab.done('machine lock laser --by ada --reason "smells of smoke"')
    html = zoe.get("/history")
    link = re.findall(r'href="(/history/record[^"]+)"', html)[0]
    page = plain(zoe.get(link))
    assert '"kind": "machine.lock"' in page
    assert "Ada Lovelace ( ada )" in page
    assert "smells of smoke" in page
    assert "openfab/" in page


@pytest.mark.parametrize("of", ["", "x", EVIL, "a/b/c#1", "openfab/gate-1/none#" + "9" * 400])
def test_a_record_that_is_not_there_has_a_way_back(zoe, of):
    page = zoe.get(f"/history/record?of={quote(of)}", status=404)
    assert "There is no such record here" in page
    assert 'href="/history"' in page
    assert EVIL not in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("first=yesterday", 422),
        ("first=0001-01-01", 422),
        ("last=9999-12-31", 422),
        ("first=2026-02-30", 422),
        ("below=rubbish", 200),
        ("below=" + "1.1-" * 900, 200),
        ("group=no-such", 200),
        ("machine=" + quote(EVIL), 200),
        ("gate=" + quote(EVIL), 200),
        ("text=" + quote("'; DROP TABLE journal; --"), 200),
        ("text=" + "x" * 4000, 200),
        ("member=" + quote(EVIL), 200),
        ("text=%00", 200),
    ],
)
def test_what_is_typed_into_the_address_breaks_nothing(zoe, query, status):
    page = zoe.get(f"/history?{query}", status=status)
    assert EVIL not in page
    assert 'action="/history"' in page


def test_names_of_any_script_and_length_are_shown_as_names(zoe):
    zoe.lab.done(["member", "edit", "ada", "--name", EVIL, "--by", "zoe"])
    zoe.lab.done(["member", "edit", "bob", "--name", RTL + "x" * 90, "--by", "zoe"])
    zoe.lab.done(["machine", "lock", "laser", "--by", "ada", "--reason", EVIL])
    zoe.lab.done(["machine", "lock", "router", "--by", "bob", "--reason", "x" * 2000])
    page = zoe.get("/history")
    assert EVIL not in page
    assert "<bdi>&lt;script&gt;" in page
    assert "\u202e" not in page


def test_a_clock_that_was_not_right_is_marked(zoe):
    lab = zoe.lab
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        body = KINDS["machine.serviced"]("laser", "lens", "")
        pen.append(Draft(Moment("b", 1, 10**17, synced=False), body))
    html = zoe.get("/history")
    assert "<abbr" in html
    assert "the gate itself" in rows(html)[0]


def test_only_managers_see_it(board):
    for handle, status in (("zoe", 200), ("ada", 403), ("bob", 403)):
        board.sign_in(handle)
        board.get("/history", status=status)
        board.get("/history/record?of=x", status=404 if status == 200 else 403)
    board.leave()
    answer = board.client.get("/history", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/history"


def test_a_record_of_another_version_is_kept_and_shown(zoe):
    with Store(zoe.lab.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.append(Draft(zoe.lab.clock.now(), Unknown("future.thing", {"what": EVIL})))
    html = zoe.get("/history")
    assert "“future.thing”: this version does not know this kind." in plain(html)
    link = re.findall(r'href="(/history/record[^"]+)"', html)[0]
    assert EVIL not in zoe.get(link)


# --- words ----------------------------------------------------------------------------------------


def filled(kind: str) -> Entry:
    """A record of a kind with something in every field."""
    values = {"str": "x", "int": 7, "bool": True, "tuple[str, ...]": ("x",), "tuple[Any, ...]": ("x",)}
    cls = KINDS[kind]
    said = {}
    for one in fields(cls):
        said[one.name] = values.get(str(one.type).removesuffix(" | None"), ("x",))
    _, body = decode(encode(Draft(Moment("b", 1, 1, True), cls(**said))))
    return Entry(RecordId(Origin("openfab/gate-1/e1"), 1), Moment("b", 1, 1, True), body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_record_is_a_sentence_in_each_language(lab, language):
    with Store(lab.settings.gate.state).reader() as reader:
        teller = Teller(Speaker(language, lab.settings), lab.settings, People(reader.conn))
        for kind in KINDS:
            told = str(teller.tell(filled(kind)))
            assert "does not know" not in told or language != "en", told
            assert f"history.k_{kind.replace('.', '_')}" in teller.speaker.words.said, kind
            assert "{" not in told, told


def test_no_sentence_asks_for_a_field_that_its_record_has_not():
    said = BoardWords.of("en").said
    for kind, cls in KINDS.items():
        for end in ("", "_shut", "_over", "_unknown"):
            sentence = said.get(f"history.k_{kind.replace('.', '_')}{end}", "")
            assert set(re.findall(r"\{(\w+)\}", sentence)) <= {one.name for one in fields(cls)}, kind


def test_a_day_of_the_page_is_a_day_of_the_lab(zoe):
    """23:30 on the day before, in Brussels, is another day in UTC."""
    zoe.lab.clock.advance(11 * 3_600_000 + 1_800_000)
    zoe.sign_in("zoe")
    zoe.lab.done('machine lock laser --by ada --reason "late"')
    assert "late" in zoe.get("/history?first=2026-10-24&last=2026-10-24")
    assert "late" not in "".join(rows(zoe.get("/history?first=2026-10-25&last=2026-10-25")))
