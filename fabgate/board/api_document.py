"""The OpenAPI document of the API, made from the same calls and forms as its answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fabgate import VERSION
from fabgate.board.api_door import ROOT, Call, Nothing, Trouble
from fabgate.board.api_floor import MONTH
from fabgate.board.api_forms import Fits, Schema, forms_in, object_schema, schema_of
from fabgate.rules.signing import Scope

OPENAPI = "3.1.0"
_PARAMETERS = {
    "machine": Annotated[str, Fits(1, 64), "The id of a machine, as /wall tells it."],
    "member": Annotated[str, Fits(1, 100), "A member's handle, or their id."],
    "month": Annotated[str, Fits(7, 7, f"^{MONTH}$"), "A month of the calendar: 2026-10."],
}
_WHY = {
    "400": "The body is no JSON object.",
    "401": "No token, or none that is in force.",
    "403": "The token is not good for this, or its member may not.",
    "404": "There is no such thing.",
    "409": "It was refused: `code` says why.",
    "413": "More than is read.",
    "422": "A field or a parameter does not fit.",
    "500": "Something is wrong here.",
    "503": "The books are busy; ask again in a moment.",
}
_ABOUT = """\
What the board shows, as JSON. A token is made with `fabgate board token add` and sent as \
`Authorization: Bearer TOKEN`; it opens what its scopes say, and never more than its member may see. Moments \
are in UTC, lengths in seconds, amounts decimal texts in the lab's currency. Fields may be added in this \
version of the API; none goes away."""


def document(calls: Iterable[Call]) -> Schema:
    """The whole document."""
    calls = tuple(calls)
    paths: Schema = {}
    for call in calls:
        paths.setdefault(ROOT + call.path, {})[call.method.lower()] = _operation(call)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "fabgate",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "paths": paths,
        "components": {
            "schemas": {form.__name__: object_schema(form) for form in _forms(calls)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _forms(calls: Iterable[Call]) -> list[type]:
    found = {Trouble}.union(*(forms_in(call.answer) for call in calls))
    found |= {call.asked for call in calls if call.method == "POST" and call.asked is not Nothing}
    return sorted(found, key=lambda form: form.__name__)


def _operation(call: Call) -> Schema:
    said: Schema = {
        "operationId": call.name,
        "summary": call.says,
        "tags": [tag(call)],
        "parameters": [*_in_path(call), *_in_query(call)],
        "responses": _responses(call),
        "security": [] if call.scope is None else [{"token": [call.scope.value]}],
    }
    if call.method == "POST" and call.asked is not Nothing:
        schema = {"$ref": f"#/components/schemas/{call.asked.__name__}"}
        needed = bool(object_schema(call.asked)["required"])
        said["requestBody"] = {"required": needed, "content": {"application/json": {"schema": schema}}}
    return said


def tag(call: Call) -> str:
    """What a call belongs to: its scope."""
    return "public" if call.scope is None else call.scope.value


def parameters(call: Call) -> list[str]:
    """The names in its path."""
    return [one.strip("{}") for one in call.path.split("/") if one.startswith("{")]


def _in_path(call: Call) -> list[Schema]:
    return [_parameter(name, "path", schema_of(_PARAMETERS[name]), needed=True) for name in parameters(call)]


def _in_query(call: Call) -> list[Schema]:
    if call.method != "GET" or call.asked is Nothing:
        return []
    form = object_schema(call.asked)
    return [
        _parameter(name, "query", schema, needed=name in form["required"])
        for name, schema in form["properties"].items()
    ]


def _parameter(name: str, where: str, schema: Schema, *, needed: bool) -> Schema:
    schema = dict(schema)
    return {
        "name": name,
        "in": where,
        "required": needed,
        "description": schema.pop("description", ""),
        "schema": schema,
    }


def _responses(call: Call) -> Schema:
    answer = {"$ref": f"#/components/schemas/{call.answer.__name__}"}
    made: Schema = {"200": _response("The answer.", answer)}
    trouble = {"$ref": "#/components/schemas/Trouble"}
    return made | {status: _response(_WHY[status], trouble) for status in _statuses(call)}


def _response(says: str, schema: Schema) -> Schema:
    return {"description": says, "content": {"application/json": {"schema": schema}}}


def _statuses(call: Call) -> list[str]:
    """With which a call may be refused."""
    found = {"422", "500", "503"}
    if call.scope is not None:
        found |= {"401", "403", "404", "409"}
    if call.method == "POST":
        found |= {"400", "413"}
    return sorted(found)


def scopes() -> list[str]:
    """All scopes, by name."""
    return [scope.value for scope in Scope]
