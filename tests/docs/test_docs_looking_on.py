"""The dashboard, the alert rules and the page use the numbers that there are, and every one of them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from read_pages import HOME

from fabgate.hub.alarms import Alarm
from fabgate.model import Trouble
from fabgate.reports.metrics import FAMILIES, GATE_STATES, STATES

FOLDER = HOME / "docs" / "looking-on"
PAGE = HOME / "docs" / "looking-on.md"
RULES, TRIED, BOARD = (
    FOLDER / name for name in ("fabgate.rules.yml", "fabgate.rules.test.yml", "grafana.json")
)
KNOWN = {family.name: family for family in FAMILIES}
FROM_ELSEWHERE = {"node_textfile_mtime_seconds"}  # node-exporter's own, about our file
WORDS = {"state": {*STATES, *GATE_STATES}, "trouble": {*Trouble, "other"}, "alarm": {*Alarm}}


def board() -> Any:
    return json.loads(BOARD.read_text(encoding="utf-8"))


def queries() -> Iterator[str]:
    """Every expression of the dashboard and of the rules."""
    found = board()
    for panel in found["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for variable in found["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["definition"]
    yield from re.findall(
        r"^ +expr: (?:\|\n)?((?:.|\n)*?)\n +(?:for|labels):$", _alone(RULES.read_text()), re.MULTILINE
    )


def _alone(rules: str) -> str:
    """The rules with the word that ends an expression alone on its line."""
    return re.sub(r"^( +for:) .*$", r"\1", rules, flags=re.MULTILINE)


def metrics(text: str) -> set[str]:
    return set(re.findall(r"\b(?:fabgate|node)_[a-z_]+", text))


EVERY = list(queries())


def test_every_number_that_is_shown_or_watched_is_made():
    assert len(EVERY) > 30
    assert set().union(*map(metrics, EVERY)) <= KNOWN.keys() | FROM_ELSEWHERE


def test_every_number_that_is_made_is_shown_or_watched():
    assert KNOWN.keys() <= set().union(*map(metrics, EVERY))


@pytest.mark.parametrize("query", EVERY)
def test_a_query_picks_by_labels_and_words_that_the_number_bears(query: str):
    for name, labels in re.findall(r"(fabgate_[a-z_]+)\{([^}]*)\}", query):
        for label, _, wanted in re.findall(r"(\w+)(=~|!=|=)\"([^\"]*)\"", labels):
            assert label in {"lab", "gate", *KNOWN[name].labels}
            if label in WORDS and not wanted.startswith("$"):
                assert wanted in WORDS[label]


def test_the_page_tells_every_number_in_the_words_of_the_code():
    rows = re.findall(
        r"^\| `(fabgate_\w+)`([^|]*) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert rows == [
        (family.name, f" {', '.join(family.labels)}" if family.labels else "", family.help)
        for family in FAMILIES
    ]


def test_the_page_says_what_each_alarm_is_about():
    told = PAGE.read_text(encoding="utf-8").partition("| alarm | what it is about |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \| .+ \|$", told, re.MULTILINE) == list(Alarm)


def test_the_dashboard_can_be_imported():
    found = board()
    assert {"title", "uid", "schemaVersion", "panels", "templating", "time"} <= set(found)
    ids = [panel["id"] for panel in found["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in found["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + right, place["y"] + down)
            for right in range(place["w"])
            for down in range(place["h"])
        }
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
        assert all(target["datasource"]["uid"] == "${source}" for target in panel["targets"])


def test_every_alert_says_what_to_look_at_and_is_tried():
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
    assert len(re.findall(r"^ +summary: ", RULES.read_text(), re.MULTILINE)) == len(alerts)
    assert len(re.findall(r"^ +description: ", RULES.read_text(), re.MULTILINE)) == len(alerts)
    assert len(re.findall(r"^ +severity: (?:warning|critical)$", RULES.read_text(), re.MULTILINE)) == len(
        alerts
    )
    assert set(alerts) == set(re.findall(r"Fabgate\w+", TRIED.read_text()))


@pytest.fixture
def promtool(needs: Callable[[str], str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    tool = needs("promtool")

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        argv = [tool, *map(str, words)]
        return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=tmp_path)

    return run


def test_prometheus_takes_the_rules_and_they_fire_when_they_should(promtool):
    told = promtool("check", "rules", RULES)
    assert told.returncode == 0, told.stdout + told.stderr
    told = promtool("test", "rules", TRIED)
    assert told.returncode == 0, told.stdout + told.stderr


def test_prometheus_can_read_every_query_of_the_dashboard(promtool, tmp_path: Path):
    """As rules, which its tool reads: the variables of the dashboard stand for any text."""
    shown = [query for query in EVERY if not query.startswith("label_values")]
    rules = [
        {"record": f"fabgate:query{number}", "expr": query.replace("$", "")}
        for number, query in enumerate(shown)
    ]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))  # JSON is YAML
    told = promtool("check", "rules", file)
    assert told.returncode == 0, told.stdout + told.stderr
