"""A saw with everything wired to it, a mill that says by itself that it runs, a kiln with a meter."""

from __future__ import annotations

from pathlib import Path

from gate_lab import found

from fabgate import config
from fabgate.config import Settings
from fabgate.model import MachineId

SAW, MILL, KILN = MachineId("saw"), MachineId("mill"), MachineId("kiln")
WIRED = """
[machine.saw]
skill = "laser"
title = "Saw"
limit = "1h"
[machine.saw.output.fan]
role = "aux"
off_delay = "60s"
[machine.saw.output.mains]
role = "power"
off_delay = "5s"
[machine.saw.output.blade]
role = "power"
on_delay = "3s"
[machine.saw.output.pump]
role = "deadman"
[machine.saw.input.estop]
role = "estop"
[machine.saw.input.lid]
role = "lid"
[machine.saw.input.done]
role = "button"
[machine.saw.input.oops]
role = "oops"
[machine.saw.input.key]
role = "key"
[machine.saw.input.box]
role = "tamper"
[machine.saw.input.echo]
role = "mirror"
of = "blade"
[machine.saw.meter]
kind = "sim"
busy = 1.0
idle = 0.8
hold = "10s"
proves = true

[machine.mill]
skill = "laser"
title = "Mill"
limit = "1h"
[machine.mill.output.relay]
role = "power"
[machine.mill.input.running]
role = "running"

[machine.kiln]
skill = "laser"
title = "Kiln"
limit = "1h"
[machine.kiln.output.relay]
role = "power"
[machine.kiln.meter]
kind = "sim"
busy = 1.0
idle = 0.8
hold = "10s"
"""


def wired(folder: Path) -> Settings:
    """The lab of the tests, with these machines besides."""
    found(folder)
    path = folder / "fabgate.toml"
    path.write_text(path.read_text("utf-8") + WIRED, "utf-8")
    return config.load(path)
