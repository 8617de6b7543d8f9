"""The API keeps what its document says, whatever is sent: Schemathesis makes it up from the document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from board_lab import in_languages
from cli_lab import ADA, Floor
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.python import asgi

from fabgate.board.api import CALLS
from fabgate.board.api_door import ROOT, Call, Nothing
from fabgate.board.app import application
from fabgate.board.house import House
from fabgate.board.routes import ROUTES
from fabgate.desk import signing
from fabgate.desk.deed import Desk
from fabgate.rules.signing import Scope
from fabgate.store.db import Store

EXAMPLES = 12  # of each call and kind of check: the whole takes some seconds


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A lab with sessions, and a program with a token for everything."""
    lab = in_languages(tmp_path_factory.mktemp("api"), "en", "fr")
    lab.done('init --manager "Zoe Dupont" --id zoe')
    lab.people()
    floor = Floor(lab)
    floor.tap("laser", ADA)
    floor.pass_s(60)
    floor.tap("laser", ADA)
    floor.pass_s(120)
    floor.tap("router", ADA)
    with Store(lab.settings.gate.state).writer() as writer:
        desk = Desk(lab.settings, writer, lab.clock)
        token = signing.token(desk, "zoe", "zoe", tuple(Scope), None).text
    app = application(House(lab.settings, lab.clock), ROUTES)
    with asgi.get_client(app):
        schema = schemathesis.openapi.from_asgi(
            "/api/v1/openapi.json", app, config=SchemathesisConfig.from_dict({"seed": 1})
        )
        schema.token = token
        yield schema


def holds(api: Any, call: Call, mode: GenerationMode) -> None:
    """Send a call what the document lets one send, or (negative) what it does not, and look at the answer."""
    operation = api[ROOT + call.path][call.method]
    token = {} if call.scope is None else {"Authorization": f"Bearer {api.token}"}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        case.call_and_validate(headers=token)

    each()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_what_fits_the_document_is_answered_as_it_says(api, call):
    holds(api, call, GenerationMode.POSITIVE)


@pytest.mark.parametrize(
    "call",
    [call for call in CALLS if "{" in call.path or call.asked is not Nothing],
    ids=lambda call: call.name,
)
def test_what_does_not_fit_the_document_is_refused_as_it_says(api, call):
    holds(api, call, GenerationMode.NEGATIVE)
