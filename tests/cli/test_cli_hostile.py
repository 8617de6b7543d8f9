"""Names and reasons are data: whatever is in them is kept as it was and harms no terminal."""

from __future__ import annotations

import pytest
from cli_lab import Lab
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.cli.frame import printable

NAMES = {
    "quotes": """Ada "the Countess" O'Lovelace""",
    "newline": "Ada\nLovelace",
    "sql": "Robert'); DROP TABLE members;--",
    "right to left": "عائشة",
    "turned": "Ada \u202eecalevoL",
    "emoji": "Ada 👩\u200d🔧",
    "braces": "{subject} {0} %s $HOME `id`",
    "escape": "Ada \x1b[2J\x1b]0;gone\x07",
    "formula": "=1+1",
    "dash": "-rf",
    "half a character": "Ada \udcff",
    "long": "a" * 100,
    "spaces": "Ada\u00a0\u2003Lovelace",
}
ON_NO_LINE = [NAMES[name] for name in ("newline", "turned", "emoji", "escape", "spaces")]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_is_kept_as_it_was_typed_and_shown_on_one_line(lab: Lab, name: str):
    said = lab.done(["member", "add", "--id", "ada", "--by", "zoe", "--", name])
    kept = name.replace("\udcff", "\ufffd")
    assert lab.json("member show ada")["name"] == kept
    (line,) = [line for line in lab.done("member list").splitlines() if line.startswith("ada")]
    assert printable(kept) in line
    for text in (said, line, lab.done("passport ada"), lab.done("member show ada")):
        assert all(sign.isprintable() or sign in "\n\u200d" for sign in text)


@pytest.mark.parametrize("text", NAMES.values(), ids=NAMES.keys())
def test_a_reason_a_label_and_an_address_are_data_too(lab: Lab, text: str):
    lab.done("member add Ada --by zoe")
    if text not in ON_NO_LINE:
        lab.done(["member", "edit", "ada", f"--email={text}", "--by", "zoe"])
    lab.done(["badge", "add", "ada", "04A2B3C4D5E680", f"--label={text}", "--by", "zoe"])
    lab.done(["member", "suspend", "ada", f"--reason={text}", "--by", "zoe"])
    lab.done(["machine", "lock", "laser", f"--reason={text}", "--by", "zoe"])
    for line in ("member show ada", "badge list", "machine show laser", "journal tail -n 3"):
        assert all(sign.isprintable() or sign in "\n\u200d" for sign in lab.done(line))


@pytest.mark.parametrize("text", ON_NO_LINE)
def test_an_address_that_cannot_be_read_on_one_line_is_refused_and_shown_so(lab: Lab, text: str):
    said = lab.refused(["member", "edit", "zoe", f"--email={text}", "--by", "zoe"])
    assert said.startswith("fabgate: this is no e-mail address: ")
    assert all(sign.isprintable() or sign == "\n" for sign in said)
    assert lab.json("member show zoe")["email"] is None


@pytest.mark.parametrize("text", [*NAMES.values(), "", "../../etc/passwd", "#", "a/b/c#x", "9" * 30, "\0"])
def test_a_member_badge_machine_or_session_of_such_a_name_is_only_not_there(lab: Lab, text: str):
    for words in (
        ["member", "show", "--", text],
        ["passport", "--", text],
        ["badge", "block", "--by", "zoe", "--", text],
        ["machine", "show", "--", text],
        ["machine", "lock", "--reason", "x", "--by", "zoe", "--", text],
        ["grant", "give", "--level", "trainee", "--reason", "x", "--by", "zoe", "--", "zoe", text],
        ["grant", "revoke", "--reason", "x", "--by", "zoe", "--", text, text],
        ["grant", "list", "--skill", text],
        ["role", "list", "--", text],
        ["session", "show", "--", text],
        ["session", "close", "--reason", "x", "--by", "zoe", "--", text],
        ["member", "add", "Cem", "--id", text, "--by", f"{text}x"],
        ["export", "usage", "--month", text],
    ):
        said = lab.refused(words)
        assert all(sign.isprintable() or sign in "\n\u200d" for sign in said)


@given(st.text())
def test_nothing_printable_moves_the_cursor(text: str):
    shown = printable(text)
    assert all(sign.isprintable() or sign in "\u200c\u200d" for sign in shown)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6))
def test_no_words_at_all_make_a_command_fall(lab: Lab, words: list[str]):
    for start in (["member"], ["grant", "give"], ["session", "list"], ["journal", "tail"], []):
        assert lab.type([*start, *words]).status in (0, 1, 2)
