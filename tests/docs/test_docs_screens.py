"""The pictures of the displays: one for each sentence that is said at a machine, and current."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image
from read_pages import HOME

from fabgate.model import Code, Notice
from fabgate.texts import LANGUAGES


@pytest.fixture(scope="module")
def screens() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HOME)
        from docs import from_screens

    return from_screens


def test_every_sentence_of_a_machine_has_one_picture(screens: ModuleType):
    usual = [scene.what for scene in screens.scenes() if scene.name == scene.what.value]
    assert sorted(usual) == sorted({*Code, *Notice} - screens.AT_THE_DESK)


def test_every_language_has_a_picture(screens: ModuleType):
    assert {scene.language for scene in screens.scenes()} == set(LANGUAGES)


def test_no_sentence_of_a_picture_lacks_a_fact(screens: ModuleType):
    catalogue = screens.catalogue()
    for scene in screens.scenes():
        sentence = catalogue.tongues[scene.language].sentences[scene.what.value]
        last = [lines[-1][0] for lines in (sentence.text, sentence.next) if len(lines) > 1]
        assert not set(last) & set(screens.said(scene)), f"{scene.name} is only said with less"


def test_the_page_shows_every_picture_with_its_words(screens: ModuleType):
    page = (HOME / "docs" / "screens" / "README.md").read_text(encoding="utf-8")
    for scene in screens.scenes():
        assert f"![{screens.alt(scene)}]({scene.name}.png)" in page


@pytest.fixture
def copy(screens: ModuleType, tmp_path: Path) -> Path:
    shutil.copytree(HOME / screens.FOLDER, tmp_path / screens.FOLDER)
    return tmp_path


def test_the_pictures_are_what_the_displays_show(screens: ModuleType, copy: Path):
    assert screens.stale(copy) == [], "run python docs/make.py"


def test_a_dot_too_many_a_missing_picture_and_one_too_many_are_seen_and_mended(
    screens: ModuleType, copy: Path
):
    folder = copy / screens.FOLDER
    with Image.open(folder / "ready.png") as picture:
        spoilt = picture.convert("RGB")
    spoilt.putpixel((20, 20), (255, 0, 0))
    spoilt.save(folder / "ready.png")
    (folder / "opened.png").unlink()
    (folder / "old.png").write_bytes(b"")
    late = [f"{screens.FOLDER}/{name}.png" for name in ("old", "opened", "ready")]
    assert screens.stale(copy) == late
    screens.write(copy)
    assert screens.stale(copy) == []


def test_a_picture_is_named_after_what_is_different_in_it(screens: ModuleType):
    assert screens.Scene(Notice.READY, language="fr", size=(16, 2)).name == "ready-fr-16x2"
