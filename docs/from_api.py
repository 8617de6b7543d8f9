"""docs/api.md: the API of the board, from the calls and forms that answer it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fabgate.board.api import CALLS
from fabgate.board.api_document import document, tag
from fabgate.board.api_door import ROOT, Call
from fabgate.board.api_forms import AMOUNT, INSTANT

_HEAD = """\
# The API of the board

<!-- Made by docs/make.py from fabgate/board/api*.py and docs/from_api.py: change it there. -->

What the board shows, as JSON: for a screen of your own, a spreadsheet, a script. Every answer is also
described in `/api/v1/openapi.json` (OpenAPI 3.1), which programs can read and tools can make clients from.

```console
$ fabgate board token add zoe --scope lab --label "the counter's screen" --by zoe
$ curl -H "Authorization: Bearer $TOKEN" https://hub.lan:8080/api/v1/members
```

## Tokens

A token belongs to a member and is good for its scopes until its last day. It never opens more than its
member may see on the board: whoever loses an office, is suspended or leaves loses it here at the same
moment. It is shown once, when it is made; `fabgate board token list` and `revoke` know it by its name.
Cookies of the board count for nothing here.

| scope | opens | for whose tokens |
|---|---|---|
| none | `/wall`, `/api/v1/openapi.json`, [`/spaceapi.json`](board.md) | anybody, and any other web page |
| `own` | what is the member's own | every member |
| `machines` | machines, with who works there | maintainers, managers |
| `lab` | members, badges, grants, presence, gates, all sessions, the journal | managers |
| `money` | months and charges | the treasurer, managers |
| `act` | deeds, each asked of the desk as on the command line | whoever may do them |
| `metrics` | `/metrics` from another computer | managers |

`sponsoring` is a part of the board that the API does not have yet.

## Rules for all calls

- Moments are in UTC: `2026-10-24T10:00:00Z`. Lengths are whole seconds, amounts decimal texts in the lab's
  currency. A member is named by handle; one who is known no more, by their id. The number of a badge is
  nowhere.
- A list has `items` and `next`. Send `next` as `after` for the next page; null says that this was the last.
  `limit` is at most 500.
- `/journal` and `/sessions` never end: `next` is a place in the journal of every gate. Keep it, ask with it
  again in a minute, and you are given each record once, also those that a gate sends days later. They come
  gate by gate, not by date. A place that these books do not have any more (they were restored from a
  backup) is refused as `stale_cursor`: begin anew.
- Unknown parameters and fields are refused, so that a slip is not taken for an answer. Within `v1` fields
  are added and none goes.
- What is refused or wrong is told in one form, in the language that `Accept-Language` asks for:

```json
{"code": "not_allowed", "text": "...", "next": "..."}
```

| status | means |
|---|---|
| 400, 413, 422 | what was sent cannot be read, is too much, does not fit |
| 401 | no token, or none that is in force |
| 403 | the token is not good for this, or its member may not |
| 404, 405 | there is no such thing; not by this method |
| 409 | refused: `code` is one of [texts.md](texts.md) |
| 503 | the books are busy; ask again after `Retry-After` |

A deed is recorded as its member's, with `(board)` in the place of a login.

## Numbers

`/metrics` has the numbers of `fabgate metrics` ([looking-on.md](looking-on.md)), for a Prometheus that
asks. On the same computer, at `127.0.0.1` or `localhost`, it asks for nothing; under another name, and from
another computer, it takes a token with the scope `metrics`:

```yaml
scrape_configs:
  - job_name: fabgate
    scheme: https
    authorization: { credentials_file: /etc/prometheus/fabgate-token }
    static_configs: [{ targets: ["hub.lan:8080"] }]
```

Behind a proxy on this computer write `[board] proxy = true`. A proxy that hands on neither the name that it
was asked under nor for whom it asks cannot be told from a program of this computer.
"""

_WORDS = {"string": "text", "integer": "number", "boolean": "true or false", "object": "fields"}


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, "## Calls\n", *_calls(), "## Forms\n", *_forms()]).rstrip() + "\n"


def _calls() -> Iterable[str]:
    yield "| call | scope | gives | |"
    yield "|---|---|---|---|"
    for call in CALLS:
        gives = _form(call.answer.__name__)
        yield f"| `{call.method} {ROOT}{call.path}` | {tag(call)} | {gives} | {_said(call)} |"
    yield ""


def _said(call: Call) -> str:
    asked = ", ".join(f"`{name}`" for name in _asked(call))
    return f"{call.says} Takes {asked}." if asked else call.says


def _asked(call: Call) -> list[str]:
    operation = document([call])["paths"][ROOT + call.path][call.method.lower()]
    names = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    if "requestBody" in operation:
        names += list(document([call])["components"]["schemas"][call.asked.__name__]["properties"])
    return names


def _form(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _forms() -> Iterable[str]:
    for name, schema in document(CALLS)["components"]["schemas"].items():
        yield f"### {name}\n"
        yield f"{schema['description']}\n"
        yield "| field | is | |"
        yield "|---|---|---|"
        for field, its in schema["properties"].items():
            yield f"| `{field}` | {_kind(its)} | {its.get('description', '')} |"
        yield ""


def _kind(schema: dict[str, Any]) -> str:
    """A type in words."""
    if "$ref" in schema:
        return _form(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return ", ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{one}`" for one in schema["enum"])
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return ", ".join(_WORDS.get(one, one) for one in kind)
    if kind == "array":
        return f"list of {_kind(schema['items'])}"
    if kind == "string":
        amount = schema.get("pattern") == AMOUNT
        return "moment" if schema.get("format") == INSTANT else "amount" if amount else "text"
    return _WORDS.get(kind, kind)
