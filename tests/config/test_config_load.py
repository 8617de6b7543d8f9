"""What a good configuration says."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fabgate import config
from fabgate.config import (
    BackupSettings,
    Contact,
    GateSettings,
    HubSettings,
    LabSettings,
    MeterSettings,
    Panel,
    ReaderSettings,
    Skill,
    Wire,
)
from fabgate.model import Duty, Ending, Ends, Hold, Kind, Level, MachineRules, Output, Sense, Service

MINIMAL = """
[lab]
name = "openfab"
zone = "Europe/Brussels"
[machine.laser]
skill = "laser"
[machine.laser.output.relay]
role = "power"
"""

WHOLE = """
[lab]
name = "OpenFab Brussels"
zone = "Europe/Brussels"
languages = ["fr", "nl"]
contact = "Zoé, 0470 12 34 56"
first_manager = "zoe"
texts = "texts.toml"

[gate]
name = "workshop"
state = "books"
bench = "pi"
clock = "trusted"
heartbeat = "1m"

[actors]
proof = "claimed"

[backup]
folder = "/media/stick"
keep = 14

[skill.cutting]
title = "Découpe"
sponsor_from = "sponsor"
[skill.sewing]

[machine.laser]
skill = "cutting"
title = "Laser 100 W"
reader = "none"
hold = "slot"
limit = "1h30m"
warning = "90s"
grace = "20s"
wait = "45s"
undo = "5s"
ink = "3s"
kind = "laser"
pulse = "3s"
overrun = "10m"
idle = "20m"
takeover = "15m"
ends = { tap = "when_idle", suspended = "warn", locked = "now" }
[machine.laser.output.relay]
role = "power"
pin = 17
on_delay = "8s"
[machine.laser.output.second]
role = "power"
pin = 27
off_delay = "5s"
[machine.laser.output.fan]
role = "aux"
pin = 12
off_delay = "2m"
[machine.laser.input.estop]
role = "estop"
pin = 16
[machine.laser.input.k1]
role = "mirror"
of = "second"
pin = 20
[machine.laser.input.k2]
role = "mirror"
pin = 21
[machine.laser.input.done]
role = "button"
pin = 18
[machine.laser.input.odd]
role = "lid"
contact = "closes"
pin = 19
[machine.laser.meter]
kind = "mcp3008"
channel = 5
address = 0x49
bus = 0
device = 0
per_volt = 100
busy = 2.5
idle = 2
hold = "20s"
proves = true
[machine.laser.service.lens]
busy_hours = 50
blocks = true
[machine.laser.service.belt]
powered_hours = 200
jobs = 100
days = 90
[machine.laser.panel]
lamp = "rgb"
lamp_pins = [22, 23, 24]
buzzer = "gpio"
buzzer_pin = 13
display = "lcd"
display_driver = "sh1106"
display_bus = 3
display_address = 0x3F
display_columns = 16
display_rows = 2

[machine.mill]
skill = "milling"
reader = "none"
[machine.mill.output.relay]
role = "power"
pin = 26
"""


@pytest.fixture
def load(tmp_path):
    def load(text):
        path = tmp_path / "fabgate.toml"
        path.write_text(text, encoding="utf-8")
        return config.load(path)

    return load


def test_a_minimal_file_is_a_whole_simulated_lab(load, tmp_path):
    settings = load(MINIMAL)
    assert settings.path == tmp_path / "fabgate.toml"
    assert settings.lab == LabSettings("openfab", ZoneInfo("Europe/Brussels"))
    assert settings.gate == GateSettings("gate-1", Path("/var/lib/fabgate"))
    assert settings.skills == {"laser": Skill("laser", "laser")}
    assert settings.proof == "login"
    assert settings.backup == BackupSettings()
    laser = settings.machines["laser"]
    assert laser.rules == MachineRules("laser", "laser", "laser")
    assert (laser.readers, laser.outputs, laser.inputs) == (
        (ReaderSettings("sim"),),
        (Wire("relay", Duty.POWER),),
        (),
    )
    assert laser.panel == Panel(lamp="sim", buzzer="sim", display="sim")


HUB = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"

[hub]
address = "Hub.lan"
"""


def test_a_file_with_a_hub_needs_no_gate_and_no_machine(load):
    settings = load(HUB)
    assert settings.hub == HubSettings("hub.lan", 8883, "mosquitto")
    assert settings.hub.tls
    assert settings.gate == GateSettings("hub", Path("/var/lib/fabgate-hub"), bench="sim")
    assert (settings.machines, settings.skills) == ({}, {})


def test_every_key_of_a_hub_reaches_the_settings(load, tmp_path):
    settings = load(
        HUB.replace("Hub.lan", "127.0.0.1")
        + 'port = 1884\nstate = "books"\nclock = "trusted"\nbroker = "loopback"\n'
        + '[skill.laser]\ntitle = "Laser cutting"\n[actors]\nproof = "claimed"\n'
    )
    assert settings.hub == HubSettings("127.0.0.1", 1884, "loopback")
    assert not settings.hub.tls
    assert settings.gate == GateSettings("hub", tmp_path / "books", clock="trusted")
    assert settings.skills == {"laser": Skill("laser", "Laser cutting")}
    assert settings.proof == "claimed"


@pytest.mark.parametrize(
    ("written", "read"), [("192.168.1.10", "192.168.1.10"), ("FE80::1", "fe80::1"), ("hub", "hub")]
)
def test_a_hub_has_a_name_or_an_address(load, written, read):
    assert load(HUB.replace("Hub.lan", written)).hub.address == read


def test_a_gate_is_no_hub(load):
    assert load(MINIMAL).hub is None


def test_every_key_reaches_the_settings(load, tmp_path):
    (tmp_path / "texts.toml").write_text("")
    settings = load(WHOLE)
    assert settings.lab == LabSettings(
        "OpenFab Brussels",
        ZoneInfo("Europe/Brussels"),
        ("fr", "nl"),
        "Zoé, 0470 12 34 56",
        "zoe",
        tmp_path / "texts.toml",
    )
    assert settings.gate == GateSettings("workshop", tmp_path / "books", "pi", "trusted", 60_000)
    assert settings.proof == "claimed"
    assert settings.backup == BackupSettings(Path("/media/stick"), 14)
    assert settings.skills == {
        "cutting": Skill("cutting", "Découpe", Level.SPONSOR),
        "milling": Skill("milling", "milling"),
        "sewing": Skill("sewing", "sewing"),
    }
    laser = settings.machines["laser"]
    assert laser.rules == MachineRules(
        machine="laser",
        skill="cutting",
        title="Laser 100 W",
        hold=Hold.SLOT,
        limit_ms=5_400_000,
        warning_ms=90_000,
        grace_ms=20_000,
        wait_ms=45_000,
        undo_ms=5_000,
        ink_ms=3_000,
        sponsor_from=Level.SPONSOR,
        ends=Ends(tap=Ending.WHEN_IDLE, revoked=Ending.WHEN_IDLE, suspended=Ending.WARN, locked=Ending.NOW),
        contact="Zoé, 0470 12 34 56",
        kind=Kind.LASER,
        outputs=(
            Output("relay", Duty.POWER, on_delay_ms=8_000),
            Output("second", Duty.POWER, off_delay_ms=5_000),
            Output("fan", Duty.AUX, off_delay_ms=120_000),
        ),
        mirrors=(("k1", "second"), ("k2", "relay")),
        metered=True,
        meter_proves=True,
        overrun_ms=600_000,
        idle_ms=1_200_000,
        takeover_ms=900_000,
        pulse_ms=3_000,
        services=(
            Service("lens", busy_ms=180_000_000, blocks=True),
            Service("belt", powered_ms=720_000_000, jobs=100, days=90),
        ),
    )
    assert laser.outputs == (
        Wire("relay", Duty.POWER, 17),
        Wire("second", Duty.POWER, 27),
        Wire("fan", Duty.AUX, 12),
    )
    assert laser.inputs == (
        Contact("estop", Sense.ESTOP, 16),
        Contact("k1", Sense.MIRROR, 20),
        Contact("k2", Sense.MIRROR, 21),
        Contact("done", Sense.BUTTON, 18, opens=False),
        Contact("odd", Sense.LID, 19, opens=False),
    )
    assert laser.panel == Panel("rgb", (22, 23, 24), "gpio", 13, "lcd", "sh1106", 3, 0x3F, 16, 2)
    assert laser.meter == MeterSettings("mcp3008", 5, 0x49, 0, 0, 100_000, 2_500, 2_000, 20_000)
    assert settings.machines["mill"].panel == Panel()


def test_a_relative_path_counts_from_the_file_wherever_it_is_read_from(load, tmp_path, monkeypatch):
    load(MINIMAL + '[gate]\nstate = "books"')
    monkeypatch.chdir(tmp_path)
    assert config.load("fabgate.toml").gate.state == tmp_path / "books"


@pytest.mark.parametrize(
    ("length", "ms"), [("4h", 14_400_000), ("6m", 360_000), ("900s", 900_000), ("1h30m5s", 5_405_000)]
)
def test_lengths_of_time_are_written_with_their_letters(load, length, ms):
    settings = load(MINIMAL.replace('skill = "laser"', f'skill = "laser"\nlimit = "{length}"'))
    assert settings.machines["laser"].rules.limit_ms == ms


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_files_of_every_editor_are_read(tmp_path, start, end):
    path = tmp_path / "fabgate.toml"
    path.write_bytes(start + MINIMAL.encode().replace(b"\n", end))
    assert config.load(path).lab.name == "openfab"


def test_pins_may_stand_in_the_file_of_a_simulated_lab(load):
    settings = load(MINIMAL + "pin = 17")
    assert settings.machines["laser"].outputs == (Wire("relay", Duty.POWER, 17),)


@pytest.mark.parametrize(("kind", "bus"), [("ads1115", 1), ("mcp3008", 0)])
def test_a_meter_is_by_itself_on_the_bus_where_its_chip_is_on_every_pi(load, kind, bus):
    on_pi = (
        MINIMAL.replace('skill = "laser"', 'skill = "laser"\nreader = "none"')
        + 'pin = 17\n[gate]\nbench = "pi"\n'
    )
    settings = load(f'{on_pi}[machine.laser.meter]\nkind = "{kind}"\nbusy = 1\nidle = 0.8')
    assert settings.machines["laser"].meter.bus == bus


READERS = """
[lab]
name = "openfab"
zone = "Europe/Brussels"
[gate]
bench = "pi"
[machine.laser]
skill = "laser"
hold = "slot"
reader = "rc522"
[machine.laser.readers.slot]
device = 0
[machine.laser.readers.tap]
kind = "usb"
hold = "tap"
path = "/dev/input/by-id/usb-reader-event-kbd"
format = "decimal"
order = "reversed"
digits = 10
[machine.laser.output.relay]
role = "power"
pin = 17
"""


def test_a_machine_may_have_a_slot_and_a_reader_to_tap(tmp_path):
    (tmp_path / "two.toml").write_text(READERS, encoding="utf-8")
    slot, tap = config.load(tmp_path / "two.toml").machines["laser"].readers
    assert slot == ReaderSettings("rc522", "slot", Hold.SLOT, bus=0, device=0, reset=25)
    assert (tap.kind, tap.hold, tap.format, tap.order) == ("usb", Hold.TAP, "decimal", "reversed")
    assert tap.path == Path("/dev/input/by-id/usb-reader-event-kbd")
    assert (slot.digits, tap.digits) == (0, 10)


def test_a_kind_alone_is_a_reader_with_its_usual_wiring(tmp_path):
    text = READERS[: READERS.index("[machine.laser.readers.slot]")]
    text += READERS[READERS.index("[machine.laser.output.relay]") :]
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    machine = config.load(tmp_path / "one.toml").machines["laser"]
    assert machine.readers == (ReaderSettings("rc522", hold=Hold.SLOT),)


def test_numbers_for_prometheus_are_written_nowhere_unless_a_folder_is_named(load, tmp_path):
    assert load(HUB).metrics is None
    named = load(HUB + '[metrics]\nfolder = "numbers"\n')
    assert named.metrics == tmp_path / "numbers"
