"""What each display shows, for each sentence that is said at a machine: pictures, and a page of them.

`docs/make.py` writes both. The pictures are compared point by point: the same picture may be packed
into another file by another Pillow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

from docs.pictures import screen
from fabgate.devices.protocols import Head
from fabgate.gate.screen import left
from fabgate.model import Code, Fact, Notice
from fabgate.texts import LANGUAGES, Catalogue

ZONE = ZoneInfo("Europe/Brussels")
FOLDER = "docs/screens"
TITLE = "the laser cutter"
MINUTE_MS = 60_000


def _at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=ZONE).timestamp() * 1000)  # type: ignore[misc, arg-type]


FACTS: Mapping[str, Fact] = {
    "member": "Ada",
    "sponsor": "Grace",
    "sponsors": ("Grace", "Zoé"),
    "title": TITLE,
    "contact": "Zoé, 065 12 34 56",
    "skill": "laser",
    "paper": "house rules",
    "needed": "workshop safety",
    "upkeep": "clean the lenses",
    "output": "contactor",
    "most": 2,
    "people": 8,
    "since_ms": _at(2026, 11, 3),
    "lapsed_ms": _at(2026, 10, 31),
    "until_ms": _at(2026, 11, 21, 17, 30),
    "opens_ms": _at(2026, 11, 24, 14),
    "taken_ms": 18 * MINUTE_MS,
    "left_ms": 5 * MINUTE_MS,
    "limit_ms": 120 * MINUTE_MS,
    "length_ms": 78 * MINUTE_MS,
    "wait_s": 60,
    "why": "limit",
    "trouble": "estop",
    "hold": "tap",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that is shown: with how much time left, and what is different from the usual facts.

    `variant` tells it from another of the same sentence.
    """

    what: Code | Notice
    left_ms: int = 0
    facts: Mapping[str, Fact] = field(default_factory=dict)
    language: str = "en"
    size: tuple[int, int] = (20, 4)
    variant: str = ""

    @property
    def name(self) -> str:
        """The name of its picture."""
        parts = [self.what.value]
        parts += [self.variant] if self.variant else []
        parts += [self.language] if self.language != "en" else []
        parts += ["x".join(map(str, self.size))] if self.size != (20, 4) else []
        return "-".join(parts)


def _waits(what: Notice, **facts: Fact) -> Scene:
    return Scene(what, 50_000, facts)


def _runs(what: Code | Notice, minutes: int = 42, **facts: Fact) -> Scene:
    return Scene(what, minutes * MINUTE_MS, {"left_ms": minutes * MINUTE_MS, **facts})


def _paid(what: Notice, minutes: int, size: tuple[int, int] = (20, 4), **facts: Fact) -> Scene:
    return Scene(what, minutes * MINUTE_MS, facts, size=size, variant="paid")


def _tells(*whats: Code | Notice) -> tuple[Scene, ...]:
    return tuple(Scene(what) for what in whats)


SCENES: Mapping[str, tuple[Scene, ...]] = {
    "While nobody works": (
        Scene(Notice.READY),
        Scene(Notice.DOOR_READY, facts={"title": "the front door"}),
        Scene(Notice.COUNTER_READY, facts={"title": "the counter"}),
        Scene(Notice.CHECKING),
        *_tells(Code.MACHINE_LOCKED, Code.MACHINE_FAULT, Notice.IDENTIFY),
        *_tells(Notice.SERVICE_SOON, Code.SERVICE_OVER),
    ),
    "Where a lab charges, and members pay before they start": (
        Scene(Code.NO_CREDIT, facts={"balance": "1.20 EUR", "least": "5.00 EUR"}),
        _paid(Notice.OPENED, 120, balance="24.00 EUR"),
        _paid(Notice.STILL_ON, 42, cost="3.50 EUR"),
        _paid(Notice.ENDED, 0, cost="13.00 EUR"),
        _paid(Notice.STILL_ON, 42, (16, 2), cost="3.50 EUR"),
    ),
    "A start": (
        _runs(Notice.OPENED, 120),
        _runs(Notice.OPENED_SUPERVISED, 120),
        _runs(Notice.OPENED_ACCOMPANIED, 120),
        _runs(Notice.OPENED_WORKSHOP, 120),
        _runs(Notice.OPENED_MAINTENANCE, 120),
        _runs(Notice.OPENED_AUDIT, 120),
    ),
    "Somebody else's badge is waited for": (
        _waits(Notice.ASK_SPONSOR),
        _waits(Notice.ASK_RETURN),
        _waits(Notice.ASK_COMPANY),
        _waits(Notice.ASK_HOST),
        Scene(Notice.CONFIRM, 10_000, {"wait_s": 10}),
        *_tells(Notice.CANCELLED, Notice.WAIT_OVER),
    ),
    "While somebody works": (
        _runs(Notice.STILL_ON),
        _runs(Notice.HERE),
        _runs(Notice.STAY),
        Scene(Notice.AWAY, 20_000, {"left_ms": 20_000}),
        _runs(Notice.BACK),
        _runs(Notice.TOLD, why="revoked"),
        _runs(Notice.PROVE, 5),
        _runs(Notice.ALONE, 5, why="alone"),
        _runs(Notice.LID_OPEN, 5),
        _runs(Notice.NO_POWER),
        Scene(Notice.ASK_CLAIM, 10_000, {"wait_s": 10}),
        _runs(Code.MACHINE_IN_USE),
    ),
    "The end of a session": (
        _runs(Notice.WARNING, 5),
        *_tells(Notice.FINISHING, Notice.OVERDUE, Notice.ALARM, Notice.ENDED, Notice.WELL_DONE),
    ),
    "Doors and counters": (
        Scene(Notice.DOOR_OPEN, facts={"title": "the front door"}),
        Scene(Notice.CHECKED_IN, facts={"title": "the counter"}),
        Scene(Notice.CHECKED_OUT, facts={"title": "the counter"}),
    ),
    "Not now, and why not": (
        *_tells(Code.UNKNOWN_BADGE, Code.BLOCKED_BADGE, Code.CONTESTED_BADGE, Code.TWO_BADGES),
        *_tells(Code.RANDOM_BADGE, Code.SUSPENDED_MEMBER, Code.SUSPENDED_SKILL, Code.MEMBER_LEFT),
        *_tells(Code.NOT_QUALIFIED, Code.LAPSED, Code.PREREQUISITE, Code.PAPER_MISSING, Code.PAPER_EXPIRED),
        *_tells(Code.NEEDS_SPONSOR, Code.MAY_NOT_SPONSOR, Code.SAME_PERSON, Code.SPONSOR_FULL),
        *_tells(Code.NOT_CHECKED_IN, Code.NEEDS_COMPANY, Code.GUEST_ALONE, Code.CLOSED_NOW),
        *_tells(Code.NOT_SUBSCRIBED, Code.NOBODY_STAFFS, Code.STALE_ROSTER, Code.JOURNAL_CHECK),
        *_tells(Code.LEDGER_UNAVAILABLE),
    ),
    "In other languages": tuple(
        Scene(what, left_ms, language=language)
        for language in LANGUAGES
        if language != "en"
        for what, left_ms in ((Code.NEEDS_SPONSOR, 0), (Notice.STILL_ON, 42 * MINUTE_MS))
    ),
    "On the smallest display, 16 by 2": (
        Scene(Notice.READY, size=(16, 2)),
        Scene(Notice.STILL_ON, 42 * MINUTE_MS, size=(16, 2)),
        Scene(Code.NEEDS_SPONSOR, size=(16, 2)),
    ),
}
AT_THE_DESK = frozenset(list(Code)[list(Code).index(Code.NOT_ALLOWED) :])  # said by commands, on no display

INTRODUCTION = """# Every screen

<!-- Made by docs/make.py from the texts and fabgate/devices/: change those instead. -->

What the parts of a picture are, and how to wire a display: [screens.md](../screens.md). All sentences, in all
languages: [texts.md](../texts.md).
"""


def page() -> str:
    """docs/screens/README.md."""
    parts = [INTRODUCTION]
    for group, scenes in SCENES.items():
        rows = [f"| `{scene.name}` | ![{alt(scene)}]({scene.name}.png) |" for scene in scenes]
        parts.append("\n".join([f"## {group}\n", "| what | shown |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def alt(scene: Scene) -> str:
    """The words of a picture, for who cannot see it."""
    return " ".join(said(scene)).replace("|", "/").replace("]", ")").replace("[", "(")


def said(scene: Scene) -> tuple[str, str]:
    """What happened, and what to do now."""
    words = catalogue().say(scene.what, {**FACTS, **scene.facts}, scene.language)
    return words.text, words.next


def drawn(scene: Scene) -> Image.Image:
    """Its picture."""
    time = left(scene.left_ms, lambda unit: catalogue().word("units", unit, scene.language))
    title = scene.facts.get("title", TITLE)
    assert isinstance(title, str), "a title is a text"
    return screen(said(scene), Head(title[:1].upper() + title[1:], time), scene.size)


@cache
def catalogue() -> Catalogue:
    return Catalogue.load(LANGUAGES, ZONE)


def scenes() -> Iterator[Scene]:
    for group in SCENES.values():
        yield from group


def stale(home: Path) -> list[str]:
    """The pictures that are not what the code draws now, and those that it draws no more."""
    wanted = {f"{scene.name}.png": scene for scene in scenes()}
    here = {file.name for file in (home / FOLDER).glob("*.png")}
    late = [name for name, scene in wanted.items() if not _is(home / FOLDER / name, drawn(scene))]
    return [f"{FOLDER}/{name}" for name in sorted({*late, *(here - wanted.keys())})]


def write(home: Path) -> None:
    """Write those that are not current, and take away those that nothing draws."""
    wanted = {f"{scene.name}.png": scene for scene in scenes()}
    (home / FOLDER).mkdir(exist_ok=True)
    for path in stale(home):
        file = home / path
        if file.name in wanted:
            drawn(wanted[file.name]).save(file, optimize=True)
        else:
            file.unlink()


def _is(file: Path, picture: Image.Image) -> bool:
    if not file.exists():
        return False
    with Image.open(file) as there:
        same = there.size == picture.size
        return same and there.convert("RGB").tobytes() == picture.convert("RGB").tobytes()
