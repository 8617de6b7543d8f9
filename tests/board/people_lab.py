"""A lab with rules whose fab managers sit at browsers: forms are filled in as a page hands them out."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

from board_lab import Board, plain
from newcomers_lab import Ruled

LANGUAGES = ("en", "fr", "nl", "de")
HOSTILE = {
    "mark": "<script>alert(1)</script>",
    "long": "Wolfeschlegelsteinhausenbergerdorff " * 5 + "x" * 20,
    "rtl": "אבגד הוזח \u202eevil",
    "quote": 'Maëlle "Mo" O\'Brien & co',
}
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def ruled(folder: Path) -> Ruled:
    """Zoe manages, Bob sponsors on the laser, Ada is a trainee there; a manager lets her work alone."""
    lab = Ruled(folder)
    lab.settings = replace(lab.settings, lab=replace(lab.settings.lab, languages=LANGUAGES))
    return lab


def hostile(lab: Ruled) -> None:
    """Members whose names try to be something else."""
    for handle, name in HOSTILE.items():
        lab.done(["member", "add", name, "--id", handle, "--by", "zoe"])


def handed(page: str, deed: str, also: str = "") -> dict[str, str]:
    """The hidden fields of the form for a deed that stands in a page; `also` has to stand in it too."""
    forms = [one for one in _FORM.findall(page) if f'value="{deed}"' in one and also in one]
    assert forms, f"the page has no form for {deed}"
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(forms[0])}


def read(page: str) -> str:
    """A page as people read it: a name stands in its own element, without blanks around it."""
    return plain(re.sub(r"</?bdi>", "", page))


class Office:
    """One browser with one manager before it."""

    def __init__(self, board: Board, who: str = "zoe") -> None:
        self.board, self.who = board, who
        self.arrive()

    def arrive(self) -> None:
        """Sit down at it: there is one browser, and another manager may have used it."""
        self.board.leave()
        self.board.sign_in(self.who)

    def open(self, path: str, deed: str, also: str = "") -> dict[str, str]:
        """The form for a deed, as the page hands it out now."""
        return handed(self.board.get(path), deed, also)

    def press(self, path: str, form: dict[str, str], expected: int = 200, **typed: str) -> str:
        """Send a form that was opened, with what was typed into it."""
        answer = self.board.client.post(
            path, data=form | typed, headers={"sec-fetch-site": "same-origin"}, follow_redirects=True
        )
        assert answer.status_code == expected, (path, answer.status_code, answer.text)
        assert "Traceback" not in answer.text
        return answer.text

    def do(self, path: str, deed: str, expected: int = 200, **typed: str) -> str:
        """Open the form for a deed and send it at once."""
        return self.press(path, self.open(path, deed) | {"deed": deed}, expected, **typed)
