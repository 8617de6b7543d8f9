"""What is wrong with a configuration is said with file, line, key and remedy, all at once."""

import pytest

from fabgate import config
from fabgate.errors import ConfigError

LAB = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
"""
LASER = """\
[machine.laser]
skill = "laser"
"""
RELAY = """\
[machine.laser.output.relay]
role = "power"
"""
SIM = LAB + LASER + RELAY  # 7 lines
METER = '[machine.laser.meter]\nkind = "sim"\n'
PI = LAB + '[gate]\nbench = "pi"\n' + LASER + 'reader = "none"\n' + RELAY  # 10 lines


@pytest.fixture
def refused(tmp_path):
    def refused(text):
        path = tmp_path / "fabgate.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as error:
            config.load(path)
        return str(error.value).replace(f"{path}:", "")

    return refused


@pytest.mark.parametrize(
    ("text", "where", "what", "remedy"),
    [
        # what cannot be read at all
        ('[lab]\nname = openfab\nzone = "UTC"', "2: not TOML", "Invalid value", "name = openfab"),
        ('[lab]\nname = "a"\nname = "b"', "3: not TOML", "overwrite", "quotes"),
        ("[lab", "1: not TOML", "", "[lab"),
        # keys
        (SIM + "rôle = 1", "8: not TOML", "", ""),
        (SIM + "rol = 1", "8: machine.laser.output.relay.rol", "no such key", "Did you mean role?"),
        (SIM + "[machine.laser]x", "8: not TOML", "", ""),
        (SIM + "[machines.mill]", "8: machines", "no such key", "Did you mean machine?"),
        (SIM + "[lap]", "8: lap", "no such key", "Did you mean lab?"),
        (SIM + "[machine.laser.pannel]", "8: machine.laser.pannel", "no such key", "Did you mean panel?"),
        (SIM + '[gate]\ncontact = "x"', "9: gate.contact", "no such key", "It belongs in [lab]"),
        (SIM + "[gate.name]", "8: gate.name", "not a table", "quotes"),
        (LAB + RELAY, "4: machine.laser.skill", "missing", 'skill = "laser"'),
        (LASER + RELAY + '[lab]\nzone = "UTC"', "5: lab.name", "missing", 'name = "openfab"'),
        (LASER + RELAY, "1: lab.name", "missing", 'name = "openfab"'),
        (
            LAB + LASER + "[machine.laser.output.relay]",
            "6: machine.laser.output.relay.role",
            "missing",
            "power",
        ),
        # kinds
        (SIM.replace('"openfab"', "3"), "2: lab.name", "not a number", "quotes"),
        (SIM.replace('"openfab"', '"open/fab"'), "2: lab.name", "open/fab", "none of"),
        (SIM.replace('"openfab"', '""'), "2: lab.name", "every record", "openfab"),
        (SIM + '[gate]\nname = "Gate 1"', "9: gate.name", "no id", "lower-case"),
        (SIM + '[machine.Mill]\nskill = "x"', "8: machine.Mill", "no id", "lower-case"),
        (SIM + f"[skill.{'x' * 33}]", f"8: skill.{'x' * 33}", "no id", "at most 32"),
        (LAB + 'first_manager = "Zoé"\n' + LASER + RELAY, "4: lab.first_manager", "no handle", "lower-case"),
        (SIM + "[backup]\nkeep = true", "9: backup.keep", "not true or false", "digits"),
        (SIM + "[backup]\nkeep = 0", "9: backup.keep", "too few", "1 or more"),
        (SIM + "[backup]\nkeep = 1.5", "9: backup.keep", "whole number", "digits"),
        (SIM + '[gate]\nstate = ""', "9: gate.state", "folder", "/var/lib"),
        (SIM + "pin = 2026-10-24", "8: machine.laser.output.relay.pin", "not a date", "digits"),
        ("lab = 3\n" + LASER + RELAY, "1: lab", "a table, not a value", "[lab]"),
        (LAB + "[[machine]]\nskill = 'x'", "4: machine", "a table, not a value", "[machine]"),
        # places and languages
        (SIM.replace("Europe/Brussels", "Europe/Brusels"), "3: lab.zone", "Brusels", "Europe/Brussels"),
        (SIM.replace("Europe/Brussels", "Europe"), "3: lab.zone", '"Europe"', "timedatectl"),
        (SIM.replace("Europe/Brussels", "/etc/localtime"), "3: lab.zone", "localtime", "timedatectl"),
        (SIM.replace("Europe/Brussels", ""), "3: lab.zone", "no time zone", "timedatectl"),
        (LAB + 'languages = ["en", "es"]\n' + LASER + RELAY, "4: lab.languages", '"es"', "de, en, fr, nl"),
        (LAB + "languages = []\n" + LASER + RELAY, "4: lab.languages", "list", '["en"'),
        (LAB + 'languages = ["fr", "fr"]\n' + LASER + RELAY, "4: lab.languages", "twice", "once"),
        (LAB + 'texts = "gone.toml"\n' + LASER + RELAY, "4: lab.texts", "gone.toml", "leave this key out"),
        # machines
        (LAB, "1: machine", "no machine", "[machine.laser]"),
        ("", "1: lab.zone", "missing", "Europe/Brussels"),
        (LAB + LASER, "4: machine.laser.output", "no output of role power", "[machine.laser.output.relay]"),
        (LAB + LASER + RELAY.replace("power", "aux"), "6: machine.laser.output", "role power", '"power"'),
        (
            LAB + LASER + RELAY.replace("power", "might"),
            "7: machine.laser.output.relay.role",
            "might",
            "deadman",
        ),
        # the bench
        (
            SIM + "[machine.laser.panel]\ndisplay_columns = 40",
            "9: machine.laser.panel.display_columns",
            "40",
            "20",
        ),
        (
            SIM + "[machine.laser.panel]\ndisplay_rows = 3",
            "9: machine.laser.panel.display_rows",
            "3",
            "2 or 4",
        ),
        (SIM + 'off_delay = "5s"', "8: machine.laser.output.relay.off_delay", "stays on", "at once"),
        (
            SIM + '[machine.laser.output.lock]\nrole = "pulse"\noff_delay = "5s"',
            "10: machine.laser.output.lock.off_delay",
            "no off_delay",
            "`pulse`",
        ),
        (
            SIM + '[machine.laser.output.pump]\nrole = "deadman"\noff_delay = "5s"',
            "10: machine.laser.output.pump.off_delay",
            "no off_delay",
            "Leave it out",
        ),
        (
            SIM + '[machine.laser.input.k1]\nrole = "mirror"\nof = "fan"',
            "10: machine.laser.input.k1.of",
            "no output of role power",
            "relay",
        ),
        (
            SIM + '[machine.laser.input.x]\nrole = "lid"\nof = "relay"',
            "10: machine.laser.input.x.of",
            "mirrors nothing",
            "Leave it out",
        ),
        (
            SIM + '[machine.laser.input.x]\nrole = "lid"\ncontact = "moves"',
            "10: machine.laser.input.x.contact",
            "moves",
            "closes",
        ),
        (
            SIM + METER + "busy = 1\nidle = 2",
            "11: machine.laser.meter.idle",
            "idle and busy at once",
            "not above",
        ),
        (SIM + METER + 'busy = "1 A"\nidle = 0.5', "10: machine.laser.meter.busy", "amperes", "0.8"),
        (SIM + METER + "busy = 2000\nidle = 0.5", "10: machine.laser.meter.busy", "2000 A", "0 to 1000"),
        (SIM + METER + "idle = 0.5", "8: machine.laser.meter.busy", "missing", "busy = 1.0"),
        (
            SIM + METER.replace("sim", "ina219") + "busy = 1\nidle = 0.5",
            "9: machine.laser.meter.kind",
            "ina219",
            "sim",
        ),
        (
            SIM + METER + 'busy = 1\nidle = 0.5\n[machine.laser.input.works]\nrole = "running"',
            "8: machine.laser.meter",
            "both",
            "one of them",
        ),
        (LAB + LASER + 'idle = "20m"\n' + RELAY, "6: machine.laser.idle", "nothing tells", "meter"),
        (LAB + LASER + 'takeover = "20m"\n' + RELAY, "6: machine.laser.takeover", "nothing tells", "running"),
        (
            LAB + LASER + 'ends.overrun = "now"\n' + RELAY,
            "6: machine.laser.ends.overrun",
            "overruns",
            "Leave it out",
        ),
        (LAB + LASER + 'ends.tap = "warn"\n' + RELAY, "6: machine.laser.ends.tap", "warn", "when_idle"),
        (LAB + LASER + 'mode = "dry"\n' + RELAY, "6: machine.laser.mode", "dry", "audit"),
        (
            SIM + "[machine.laser.service.lens]\nblocks = true",
            "8: machine.laser.service.lens",
            "when it is due",
            "jobs",
        ),
        (
            SIM + "[machine.laser.service.lens]\njobs = 0",
            "9: machine.laser.service.lens.jobs",
            "too few",
            "1 or more",
        ),
        (SIM + '[machine.laser.input.x]\nrole = "estpo"', "9: machine.laser.input.x.role", "estpo", "estop"),
        (LAB + LASER + 'hold = "slit"\n' + RELAY, "6: machine.laser.hold", "slit", "slot"),
        (
            LAB + LASER + 'ends.locked = "later"\n' + RELAY,
            "6: machine.laser.ends.locked",
            "later",
            "when_idle",
        ),
        (
            SIM + '[skill.laser]\nsponsor_from = "trainee"',
            "9: skill.laser.sponsor_from",
            "trainee",
            "autonomous",
        ),
        (LAB + LASER + 'limit = "0s"\n' + RELAY, "6: machine.laser.limit", "nothing", "1s"),
        (LAB + LASER + 'limit = "-4h"\n' + RELAY, "6: machine.laser.limit", '"-4h"', "1h30m"),
        (LAB + LASER + "limit = 4\n" + RELAY, "6: machine.laser.limit", '"4"', "1h30m"),
        (LAB + LASER + 'limit = ""\n' + RELAY, "6: machine.laser.limit", "no length", "1h30m"),
        (LAB + LASER + 'limit = "4m"\n' + RELAY, "6: machine.laser.limit", "5m before", "longer limit"),
        (
            LAB + LASER + 'limit = "4m"\nwarning = "240s"\n' + RELAY,
            "7: machine.laser.warning",
            "240s before",
            "shorter",
        ),
        (
            SIM + '[machine.laser.input.relay]\nrole = "estop"',
            "8: machine.laser.input.relay",
            "taken",
            "of its own",
        ),
        (
            SIM + '[machine.laser.output.lamp]\nrole = "power"',
            "8: machine.laser.output.lamp",
            "taken",
            "none of",
        ),
        # devices
        (SIM + '[gate]\nbench = "pie"', "9: gate.bench", "pie", "Did you mean pi?"),
        (LAB + LASER + 'reader = "rc52"\n' + RELAY, "6: machine.laser.reader", "rc52", "sim"),
        (LAB + LASER + 'reader = "none"\n' + RELAY, "6: machine.laser.reader", "pi bench", "sim"),
        (SIM + '[machine.laser.panel]\nlamp = "rgb"', "9: machine.laser.panel.lamp", "pi bench", "sim"),
        (SIM + '[machine.laser.panel]\nbuzzer = "gpio"', "9: machine.laser.panel.buzzer", "pi bench", "sim"),
        (
            SIM + '[machine.laser.panel]\ndisplay = "oled"',
            "9: machine.laser.panel.display",
            "oled",
            "console",
        ),
        (PI.replace('"none"', '"sim"') + "pin = 17", "8: machine.laser.reader", "sim bench", "none"),
        (
            PI.replace('reader = "none"\n', "") + "pin = 17",
            "6: machine.laser.reader",
            "needs a reader",
            "none",
        ),
        (
            PI + 'pin = 17\n[machine.laser.panel]\nlamp = "sim"',
            "13: machine.laser.panel.lamp",
            "sim bench",
            "rgb",
        ),
        # pins
        (PI, "9: machine.laser.output.relay.pin", "needs a pin", "pin = 17"),
        (PI + "pin = 4", "11: machine.laser.output.relay.pin", "BCM 4", "12, 13, 16, 17"),
        (SIM + "pin = 25", "8: machine.laser.output.relay.pin", "BCM 25", "12, 13, 16, 17"),
        (SIM + "pin = -1", "8: machine.laser.output.relay.pin", "BCM -1", "12, 13, 16, 17"),
        (SIM + "pin = 17.0", "8: machine.laser.output.relay.pin", "whole number", "digits"),
        (
            SIM + 'pin = 17\n[machine.laser.input.estop]\nrole = "estop"\npin = 17',
            "11: machine.laser.input.estop.pin",
            "already that of machine.laser.output.relay.pin",
            "over all machines",
        ),
        (
            SIM
            + 'pin = 17\n[machine.mill]\nskill = "m"\n[machine.mill.output.relay]\nrole = "power"\npin = 17',
            "13: machine.mill.output.relay.pin",
            "already that of machine.laser",
            "its own pin",
        ),
        (
            SIM + "pin = 17\n[machine.laser.panel]\nlamp_pins = [5, 6, 17]",
            "10: machine.laser.panel.lamp_pins",
            "17",
            "own",
        ),
        (
            SIM + "[machine.laser.panel]\nlamp_pins = [5, 6, 6]",
            "9: machine.laser.panel.lamp_pins",
            "6",
            "own",
        ),
        (
            SIM + "[machine.laser.panel]\nlamp_pins = [5, 6]",
            "9: machine.laser.panel.lamp_pins",
            "3 pins",
            "22",
        ),
        (
            SIM + "[machine.laser.panel]\nbuzzer_pin = 8",
            "9: machine.laser.panel.buzzer_pin",
            "BCM 8",
            "2, 3, 4",
        ),
        (
            PI + 'pin = 17\n[machine.laser.panel]\nlamp = "rgb"',
            "12: machine.laser.panel.lamp_pins",
            "three",
            "22",
        ),
        (
            PI + 'pin = 17\n[machine.laser.panel]\nbuzzer = "gpio"',
            "12: machine.laser.panel.buzzer_pin",
            "needs a pin",
            "buzzer_pin = 13",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_its_key_and_a_remedy(refused, text, where, what, remedy):
    told = refused(text)
    line = next((line for line in told.splitlines() if line.startswith(where)), None)
    assert line is not None, told
    assert what in line
    after = told[told.index(line) :].splitlines()
    assert remedy in after[1]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(refused):
    told = refused(
        '[lab]\nname = "openfab"\nzone = "Mars"\ncolour = "red"\n'
        '[machine.laser]\nskill = "laser"\nlimit = "1m"\n'
        '[machine.laser.output.relay]\nrole = "power"\npin = 3\n'
    )
    starts = [line.split(":")[:2] for line in told.splitlines() if line[0].isdigit() and ":" in line]
    assert starts == [
        ["3", " lab.zone"],
        ["4", " lab.colour"],
        ["7", " machine.laser.limit"],
        ["10", " machine.laser.output.relay.pin"],
    ]
    assert told.endswith("4 things to mend; nothing was started.")


def test_one_mistake_is_told_as_one(refused):
    assert "things to mend" not in refused(SIM.replace("Brussels", "Brusels"))


def test_the_error_names_the_file(tmp_path):
    path = tmp_path / "lab.toml"
    path.write_text("[lab]\nname = 3")
    with pytest.raises(ConfigError, match=r"lab\.toml:2: lab\.name"):
        config.load(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.toml: cannot be read") as refused:
        config.load(tmp_path / "gone.toml")
    assert "sample" in refused.value.remedy


def test_a_line_that_is_not_utf_8_is_named(tmp_path):
    path = tmp_path / "lab.toml"
    path.write_bytes('[lab]\nname = "Liège"'.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"lab\.toml:2: this line is not UTF-8"):
        config.load(path)


USB = PI.replace('"none"', '"usb"') + "pin = 17\n"
ON_BUS = 'kind = "rc522"\nbus = 0\ndevice = 0\nreset = {reset}\n'
TWO = (
    PI
    + "pin = 17\n[machine.laser.readers.one]\n"
    + ON_BUS.format(reset=25)
    + "[machine.laser.readers.two]\n"
    + ON_BUS.format(reset=24)
)


@pytest.mark.parametrize(
    ("text", "where", "what", "remedy"),
    [
        (USB, "8: machine.laser.reader", "needs its device", "path = ..."),
        (
            PI + 'pin = 17\n[machine.laser.readers.door]\nkind = "usb"',
            "machine.laser.readers.door.path",
            "needs its device",
            "ls /dev/input/by-id/",
        ),
        (
            USB.replace('reader = "usb"', 'hold = "slot"\nreader = "usb"')
            + '[machine.laser.readers.a]\npath = "/dev/input/event3"',
            "8: machine.laser.hold",
            "cannot see a badge leave",
            'hold = "tap"',
        ),
        (
            USB + '[machine.laser.readers.a]\npath = "/dev/input/event3"\ndigits = 10',
            "machine.laser.readers.a.digits",
            "no badge's number has 10 hex digits",
            "8, 14, 20, or 0",
        ),
        (TWO, "machine.laser.readers.two.device", "bus 0, device 0", "its own chip select"),
        (
            TWO.replace("device = 0\nreset = 24", "device = 1\nreset = 25"),
            "machine.laser.readers.two.reset",
            "BCM 25 is already",
            "its own pin",
        ),
        (
            TWO.replace("reset = 24", "reset = 8").replace("device = 0\nreset = 8", "device = 1\nreset = 8"),
            "machine.laser.readers.two.reset",
            "BCM 8",
            "25",
        ),
        (
            PI + 'pin = 17\n[machine.laser.readers.door]\nkind = "sim"',
            "machine.laser.readers.door.kind",
            "sim bench",
            "rc522",
        ),
    ],
)
def test_a_reader_that_cannot_be_is_refused(refused, text, where, what, remedy):
    said = refused(text)
    assert all(part in said for part in (where, what, remedy)), said


HUB = LAB + '[hub]\naddress = "hub.lan"\n'  # 5 lines


@pytest.mark.parametrize(
    ("text", "where", "what", "remedy"),
    [
        (LAB + "[hub]", "4: hub.address", "missing", 'address = "hub.lan"'),
        (LAB + "[hub]\nport = 8883", "4: hub.address", "missing", 'address = "hub.lan"'),
        (HUB + LASER + RELAY, "6: machine", "no gate and no machine", "files of their own"),
        (HUB + "[machine]", "6: machine", "no gate and no machine", "files of their own"),
        (HUB + '[gate]\nname = "gate-1"', "6: gate", "no gate and no machine", "files of their own"),
        (HUB.replace("hub.lan", "mqtts://hub.lan"), "5: hub.address", "no name or address", "without a port"),
        (HUB.replace("hub.lan", "hub.lan:8883"), "5: hub.address", "no name or address", "without a port"),
        (HUB.replace("hub.lan", "192.168.1"), "5: hub.address", "no name or address", "192.168.1.10"),
        (HUB.replace("hub.lan", "a..b"), "5: hub.address", "no name or address", "hub.lan"),
        (HUB.replace("hub.lan", ""), "5: hub.address", "no name or address", "hub.lan"),
        (HUB + "port = 0", "6: hub.port", "no port 0", "1 to 65535"),
        (HUB + "port = 65536", "6: hub.port", "no port 65536", "1 to 65535"),
        (HUB + 'port = "8883"', "6: hub.port", "whole number", "without quotes"),
        (HUB + 'state = ""', "6: hub.state", "a folder is wanted", "/var/lib"),
        (HUB + 'clock = "sundial"', "6: hub.clock", "not known", "timesyncd, trusted"),
        (HUB + 'broker = "loopback"', "5: hub.address", "not reached at hub.lan", 'broker = "mosquitto"'),
        (HUB + 'broker = "emqx"', "6: hub.broker", "not known", "loopback, mosquitto"),
        (HUB + "brokr = 1", "6: hub.brokr", "no such key", "Did you mean broker?"),
        (HUB.replace("openfab", "100%u"), "2: lab.name", "cannot bear a %", "without it"),
        (SIM + '[gate]\nname = "hub"', "9: gate.name", "the name of the hub", "another"),
        ("hub = 3", "1: hub", "a table, not a value", "[hub]"),
    ],
)
def test_a_hub_that_cannot_be_is_refused(refused, text, where, what, remedy):
    said = refused(text)
    assert all(part in said for part in (where, what, remedy)), said


def test_a_hub_without_an_address_is_one_thing_to_mend(refused):
    assert "things to mend" not in refused(LAB + "[hub]\nport = 1")
