"""The second half of the demo: real processes over a real broker, on this machine, and nothing left of it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from fabgate.cli import live, main
from fabgate.cli.keeper import kept
from fabgate.link import embedded

pytestmark = pytest.mark.xdist_group("machine")  # many processes, or a chip in real time: one at a time


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mosquitto", "iotcore"])
def test_a_hub_and_two_gates_are_shown_over_either_broker(
    kind: str, needs: Callable[[str], str], capsys: pytest.CaptureFixture[str]
):
    if kind == "mosquitto":
        needs(kind)
    elif find_spec(kind) is None:
        pytest.skip("iotcore has wheels for PCs only: pip install 'fabgate[demo]'")
    with kept() as place:
        live.play_live(place, kind)
    told = capsys.readouterr().out
    for what in (
        f"over {kind}",
        "cnc is ON",
        "laser is ON",
        "tom",
        "own tap",
        "have not learned cnc",
        "cnc is OFF",
    ):
        assert what in told


def test_without_a_broker_the_demo_says_what_to_install_and_ends_well(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embedded, "which", lambda: None)
    result = CliRunner().invoke(main, ["demo", "--pace", "0"])
    assert result.exit_code == 0
    assert "sudo apt-get install mosquitto" in result.output
