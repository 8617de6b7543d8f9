"""Displays on the I2C bus, through luma, down to what their chips show."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from i2c_chips import Bus, Dots, Signs

from fabgate.config import MachineSettings, Panel, Settings
from fabgate.devices.displays import KINDS, check_displays, open_display
from fabgate.devices.lcd import pages
from fabgate.devices.lcd_signs import own
from fabgate.devices.none import Broken, NoDisplay
from fabgate.devices.oled import pictures
from fabgate.devices.pi import PiBench
from fabgate.devices.protocols import NO_HEAD, Display, Head
from fabgate.errors import DeviceError
from fabgate.model import MachineId

# luma asks Pillow in a way that goes with Pillow 14, which the extra leaves out.
pytestmark = pytest.mark.filterwarnings("ignore:Image.Image.getdata is deprecated:DeprecationWarning")

LASER = MachineId("laser")
OLED, LCD = 0x3C, 0x27
WORDS = ("Zoé works.", "Tap again to stop.")
HEAD = Head("Laser", "42 min")


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    made = Bus()
    monkeypatch.setattr("smbus2.SMBus", made.smbus)
    for slow in ("luma.lcd.device", "luma.core.device", "luma.core.interface.serial"):
        monkeypatch.setattr(importlib.import_module(slow), "sleep", lambda _seconds: None, raising=False)
    return made


@pytest.fixture
def opened() -> Iterator[list[Display]]:
    held: list[Display] = []
    yield held
    for display in held:
        display.close()


def oled(driver: str = "ssd1306") -> Display:
    return open_display(Panel(display="oled", display_driver=driver))


def lcd(columns: int = 20, rows: int = 4) -> Display:
    panel = Panel(display="lcd", display_address=LCD, display_columns=columns, display_rows=rows)
    return open_display(panel, "the display of machine laser")


def text(signs: Signs) -> list[str]:
    """What is to be read there; a sign that was drawn shows as a star."""
    return ["".join("*" if code < 8 else chr(code) for code in row) for row in signs.codes]


# --- dots


@pytest.mark.parametrize(("driver", "offset"), [("ssd1306", 0), ("sh1106", 2)])
def test_a_display_of_dots_shows_the_picture_that_was_drawn(bus, opened, driver, offset):
    dots = bus.plug(OLED, Dots(offset))
    opened.append(oled(driver))
    assert opened[0].write(WORDS, HEAD) == 1
    assert dots.rows == pictures(WORDS, HEAD)[0].rows
    assert dots.on


def test_the_time_that_is_left_goes_on_over_the_same_words(bus, opened):
    dots = bus.plug(OLED, Dots())
    opened.append(oled())
    opened[0].write(WORDS, HEAD)
    opened[0].turn(0, Head("Laser", "41 min"))
    assert dots.rows == pictures(WORDS, Head("Laser", "41 min"))[0].rows


def test_the_second_page_is_shown_when_it_is_turned(bus, opened):
    dots = bus.plug(OLED, Dots())
    opened.append(oled())
    words = (
        "You need a sponsor beside you.",
        "Ask Grace, Zoé, Béa or somebody else to come and tap after you.",
    )
    assert opened[0].write(words, NO_HEAD) == 2
    opened[0].turn(1, NO_HEAD)
    assert dots.rows == pictures(words, NO_HEAD)[1].rows


@pytest.mark.parametrize(("driver", "offset"), [("ssd1306", 0), ("sh1106", 2)])
def test_a_display_that_nobody_looks_at_glows_faintly(bus, opened, driver, offset):
    dots = bus.plug(OLED, Dots(offset))
    opened.append(oled(driver))
    opened[0].write(WORDS, Head("Laser"))
    bright = dots.contrast
    opened[0].turn(0, Head("Laser", dim=True))
    assert 0 < dots.contrast < bright / 10
    opened[0].write(WORDS, Head("Laser"))
    assert dots.contrast == bright


# --- signs


def test_a_character_display_shows_title_time_and_words(bus, opened):
    signs = bus.plug(LCD, Signs(20, 4))
    opened.append(lcd())
    assert opened[0].write(WORDS, HEAD) == 1
    assert text(signs) == [
        "Laser         42 min",
        "Zo* works.          ",
        "Tap again to stop.  ",
        "                    ",
    ]
    assert signs.on


@pytest.mark.parametrize(("columns", "rows"), [(16, 2), (20, 2), (16, 4)])
def test_every_size_has_its_rows_where_the_chip_has_them(bus, opened, columns, rows):
    signs = bus.plug(LCD, Signs(columns, rows))
    opened.append(lcd(columns, rows))
    opened[0].write(("One.", "Two."), NO_HEAD)
    shown = [line.rstrip() for line in text(signs)]
    assert shown == [line.rstrip() for line in pages(("One.", "Two."), NO_HEAD, columns, rows)[0]]
    assert "Two." in shown


def test_a_letter_with_an_accent_is_drawn_and_the_same_on_every_chip(bus, opened):
    signs = bus.plug(LCD, Signs(20, 4))
    opened.append(lcd())
    opened[0].write(("Größe: à É ç.",), NO_HEAD)
    row = signs.codes[1]
    drawn = [signs.sign(code) for code in row if code < 8]
    assert drawn == [own(sign) for sign in "ößàÉç"]
    assert all(code < 0x7E for code in row), "no sign that the tables of the chips disagree about"


def test_only_what_has_changed_is_sent(bus, opened):
    signs = bus.plug(LCD, Signs(20, 4))
    opened.append(lcd())
    opened[0].write(WORDS, HEAD)
    before = signs.taken
    opened[0].turn(0, Head("Laser", "41 min"))
    assert signs.taken - before == 20, "the first row, and no other"
    opened[0].turn(0, Head("Laser", "41 min"))
    assert signs.taken - before == 20


# --- a display that is not there, or fails


@pytest.mark.parametrize("make", [oled, lcd])
def test_a_display_that_is_not_plugged_in_is_told_and_comes_up_once_it_is(bus, opened, make):
    opened.append(make())
    with pytest.raises(DeviceError, match="does not answer") as told:
        opened[0].write(WORDS, HEAD)
    assert "I2C bus 1" in str(told.value)
    bus.plug(OLED, Dots())
    signs = bus.plug(LCD, Signs(20, 4))
    opened[0].write(WORDS, HEAD)
    assert bus.chips[OLED].on or text(signs)[0] == "Laser         42 min"


@pytest.mark.parametrize(("make", "address"), [(oled, OLED), (lcd, LCD)])
def test_a_display_that_was_plugged_out_begins_anew_when_it_is_back(bus, opened, make, address):
    bus.plug(OLED, Dots())
    bus.plug(LCD, Signs(20, 4))
    opened.append(make())
    opened[0].write(WORDS, HEAD)
    bus.unplug(address)
    with pytest.raises(DeviceError):
        opened[0].turn(0, Head("Laser", "41 min"))
    fresh = bus.plug(address, Dots() if address == OLED else Signs(20, 4))
    opened[0].write(WORDS, HEAD)
    assert fresh.on, "it was set up again, not only written to"
    if address == LCD:
        assert text(fresh)[1] == "Zo* works.          "
        assert fresh.sign(0) == own("é")


@pytest.mark.parametrize("make", [oled, lcd])
def test_trying_a_display_that_is_not_there_again_and_again_leaves_nothing_open(bus, opened, make):
    import atexit

    opened.append(make())
    before = atexit._ncallbacks()
    for _ in range(20):
        with pytest.raises(DeviceError):
            opened[0].write(WORDS, HEAD)
    assert (bus.open, atexit._ncallbacks()) == (0, before)


def test_a_bus_that_is_not_there_is_a_failure_of_the_display(bus, opened):
    bus.there = False
    opened.append(oled())
    with pytest.raises(DeviceError, match="i2c-1"):
        opened[0].write(WORDS, HEAD)


def test_a_display_is_dark_once_it_is_closed_and_the_bus_is_free(bus):
    dots = bus.plug(OLED, Dots())
    display = oled()
    display.write(WORDS, HEAD)
    display.close()
    display.close()
    assert (dots.on, set(dots.rows), bus.open) == (False, {0}, 0)
    with pytest.raises(DeviceError, match="closed"):
        display.write(WORDS, HEAD)


def test_closing_a_display_that_is_gone_does_no_harm(bus):
    bus.plug(OLED, Dots())
    display = oled()
    display.write(WORDS, HEAD)
    bus.unplug(OLED)
    display.close()
    assert bus.open == 0


# --- what may be asked for


def test_a_machine_without_a_display_has_one_that_shows_nothing():
    assert isinstance(open_display(Panel()), NoDisplay)


def test_a_kind_that_is_not_known_stops_the_start():
    with pytest.raises(DeviceError, match="'plasma'") as told:
        open_display(Panel(display="plasma"))
    assert all(kind in told.value.remedy for kind in KINDS)


def wiring(lab: Settings, **panels: Panel) -> dict[MachineId, MachineSettings]:
    return {
        machine: replace(wired, panel=panels.get(machine, Panel())) for machine, wired in lab.machines.items()
    }


@pytest.mark.parametrize("size", [(40, 2), (16, 3), (20, 1)])
def test_a_size_that_no_character_display_has_stops_the_start(lab, size):
    panel = Panel(display="lcd", display_columns=size[0], display_rows=size[1])
    with pytest.raises(DeviceError, match=f"laser has {size[0]} columns and {size[1]} rows"):
        check_displays(wiring(lab(), laser=panel))
    with pytest.raises(DeviceError, match="rows"):
        open_display(panel)
    check_displays(wiring(lab(), laser=replace(panel, display="oled")))


def test_two_displays_at_one_address_stop_the_start(lab):
    oled_there, lcd_there = Panel(display="oled"), Panel(display="lcd", display_address=OLED)
    with pytest.raises(DeviceError, match="both at 0x3c on I2C bus 1"):
        check_displays(wiring(lab(), laser=oled_there, lathe=lcd_there))
    check_displays(wiring(lab(), laser=oled_there, lathe=replace(lcd_there, display_bus=3)))
    check_displays(wiring(lab(), laser=oled_there, lathe=replace(lcd_there, display_address=LCD)))
    check_displays(wiring(lab(), laser=oled_there))


def test_the_bench_of_a_pi_has_it_and_makes_it_dark_at_its_end(bus, lab, mock_pins):
    dots = bus.plug(OLED, Dots())
    bench = PiBench(lab("pi", panel=Panel(display="oled")), factory=mock_pins)
    bench.machines[LASER].display.write(WORDS, HEAD)
    assert dots.rows == pictures(WORDS, HEAD)[0].rows
    bench.close()
    assert not dots.on


def test_the_bench_of_a_pi_comes_up_without_it(bus, lab, mock_pins):
    bus.there = False
    bench = PiBench(lab("pi", panel=Panel(display="lcd", display_address=LCD)), factory=mock_pins)
    with pytest.raises(DeviceError, match="machine laser"):
        bench.machines[LASER].display.write(WORDS, HEAD)
    bench.close()


def test_the_bench_of_a_pi_does_not_start_with_two_at_one_address(lab, mock_pins):
    settings = lab("pi", panel=Panel(display="oled"))
    both = {
        machine: replace(wired, panel=Panel(display="oled")) for machine, wired in settings.machines.items()
    }
    with pytest.raises(DeviceError, match="both at 0x3c"):
        PiBench(replace(settings, machines=both), factory=mock_pins)


def test_a_gate_without_such_a_display_needs_neither_luma_nor_pillow():
    code = (
        "import sys, fabgate.gate.run, fabgate.devices.pi, fabgate.devices.displays as displays; "
        "from fabgate.config import Panel; displays.open_display(Panel()); "
        "print({'luma', 'PIL', 'smbus2'} & {*sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


def test_without_the_extra_the_remedy_is_the_extra(monkeypatch):
    def absent(name: str) -> None:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr("fabgate.devices.displays.importlib.import_module", absent)
    for kind in ("oled", "lcd"):
        with pytest.raises(DeviceError, match="not installed") as told:
            open_display(Panel(display=kind))
        assert "fabgate[display]" in told.value.remedy


def test_a_display_that_could_not_be_opened_says_so_at_each_use():
    broken = Broken("display", DeviceError("the display needs luma", "Install it."))
    with pytest.raises(DeviceError, match="luma"):
        broken.write(WORDS)
    with pytest.raises(DeviceError, match="luma"):
        broken.turn(0, NO_HEAD)


# --- luma's own devices without a bus


def test_luma_takes_the_pictures_as_they_are():
    from luma.core.device import dummy
    from PIL import Image

    sheet = pictures(WORDS, HEAD)[0]
    device = dummy(width=128, height=64, mode="1")
    device.display(Image.frombytes("1", (sheet.width, sheet.height), sheet.packed()))
    lit = {(x, y) for x in range(128) for y in range(64) if device.image.getpixel((x, y))}
    assert lit == {(x, y) for y, row in enumerate(sheet.rows) for x in range(128) if row >> (127 - x) & 1}


def test_lumas_emulator_shows_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    emulator = pytest.importorskip("luma.emulator.device")
    from PIL import Image

    sheet = pictures(WORDS, HEAD)[0]
    file = str(tmp_path / "{0}.png")
    device = emulator.capture(128, 64, mode="1", transform="identity", scale=1, file_template=file)
    device.display(Image.frombytes("1", (sheet.width, sheet.height), sheet.packed()))
    with Image.open(tmp_path / "1.png") as seen:
        assert seen.convert("1").tobytes() == sheet.packed()
