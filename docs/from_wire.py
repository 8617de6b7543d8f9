"""The page of topics, made from `fabgate/wire/`: every message with its schema and a sample.

The samples come from `wire_samples.py`; a further topic is a further entry there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from docs.wire_samples import GATE, LAB, TOPICS, Spoken
from fabgate.wire import forms, topics
from fabgate.wire.discovery import discovery
from fabgate.wire.journal import BLANK_LINE, Batch, NoteLine, Notes
from fabgate.wire.presence import GateInfo
from fabgate.wire.roster import RIGHT_LINE, Page

DRAFT = "https://json-schema.org/draft/2020-12/schema"

# --- schemas ------------------------------------------------------------------------------------

# What stands on the lines after the first.
LINES: Mapping[type, forms.Schema] = {
    Batch: {"pattern": rf"^(?:\{{.*\}}|{BLANK_LINE.pattern})$"},
    Notes: forms.schema(NoteLine),
    Page: {"pattern": rf"^(?:{RIGHT_LINE.pattern}|\+ \{{.*\}})$"},
}


def published(of: type) -> dict[str, object]:
    """The JSON Schema of a message's first line."""
    about = " ".join((of.__doc__ or "").split("\n\n")[0].split())
    return {"$schema": DRAFT, "title": of.__name__, "description": about, **forms.schema(of)}


def pretty(said: object, indent: int = 0) -> str:
    """JSON with what fits on a line on one."""
    flat = json.dumps(said, ensure_ascii=False)
    if len(flat) + indent <= 110 or not isinstance(said, dict | list) or not said:
        return flat
    pad = " " * (indent + 2)
    if isinstance(said, list):
        rows, ends = [pretty(each, indent + 2) for each in said], "[]"
    else:
        rows, ends = (
            [f"{json.dumps(name)}: {pretty(value, indent + 2)}" for name, value in said.items()],
            "{}",
        )
    return ends[0] + "\n" + ",\n".join(pad + row for row in rows) + "\n" + " " * indent + ends[1]


# --- the page -----------------------------------------------------------------------------------


def page() -> str:
    """docs/topics.md."""
    told = (line for spoken in TOPICS for line in _told(spoken))
    return "\n".join((_HEAD, *_tree(), _TALK, *told, *_home_assistant())) + "\n"


_HEAD = f"""\
# What gates and hub say to each other

<!-- Made by docs/make.py from fabgate/wire/ and docs/from_wire.py: change it there. -->

A lab with several gates has a hub. They talk over MQTT 5, everything at QoS 1, in UTF-8 text that any MQTT
client can show: JSON, one object on a line. A lone gate talks to nobody.

## Look for yourself

With an observer's certificate ([hub.md](hub.md)), on any computer that reaches the broker:

```
mosquitto_sub -h hub.lan -p 8883 --cafile ca.pem --cert cert.pem --key key.pem -v -t '{topics.ROOT}/{LAB}/#'
```

You get what is retained at once, and every change from then on. What an observer may not read does not
come; the broker does not say so.

## What is never in a topic

In what is retained, and so in what an observer sees, there is no member, no name, no badge, no session: a
machine is in use, not by whom. A UID is in no message at all. Names, logins and reasons travel between a
gate and the hub only (`notes`, and beside a right in `roster` and `rights`), over TLS, readable for these
two; keys likewise. Who is on site (`present`) is told to gates alone, by random ids. No name and no reason
is in a topic's own text, in a record's body or in a log line.

## The tree

`<lab>` is the lab's name, `<gate>` the gate's; `hub` is no gate's name. The number after `fabgate` is the
wire's.
"""


def _tree() -> Iterator[str]:
    yield from ("| topic | message | who writes | who reads | retained |", "|---|---|---|---|---|")
    for spoken in TOPICS:
        kept = "yes" if spoken.retained else "no"
        link = f"[{type(spoken.sample).__name__}](#{_anchor(spoken)})"
        yield f"| `{spoken.topic}` | {link} | {spoken.by} | {spoken.to} | {kept} |"


def _anchor(spoken: Spoken) -> str:
    kept = "".join(sign for sign in _title(spoken).lower() if sign.isalnum() or sign in " -_")
    return kept.replace(" ", "-")


def _title(spoken: Spoken) -> str:
    return spoken.what if spoken.gate else f"{topics.HUB}/{spoken.what}"


_TALK = f"""
## How they talk

**Hello.** A gate connects, says `state` and `info`, and hears from the retained `hub/state` whether a hub
is there. The hub answers `info` with one `ack` for each origin in it, 0 for one that it has never heard of.
The gate says by `need` which rights it has; the hub sends pages after them.

**Records.** The gate sends `journal` from the record after the acknowledged one: at most {forms.MOST}
records and {forms.FULL:,} bytes in a message, at most four messages ahead, `notes` of a message right after
it. The broker's own acknowledgement (PUBACK) says that the broker has it, and nothing else. Only `ack` says
that the hub has it, committed to its disk. It is absolute: the gate's cursor goes where it says, also back.
If nothing moves for 5 s the gate sends again from the last `ack`, then after twice as long, up to a minute.

- A message that continues what the hub holds, and whose chain is right, is taken.
- One that overlaps is compared, and only what is new is taken. Another record under a known number is an
  alarm, never an overwrite.
- One that leaves a hole is not taken; the `ack` says from where to go on.
- An `ack` of a record that the gate never wrote, or with another hash: an old image of its card was put
  back. Both sides raise an alarm, and the gate begins a new epoch at its next start.

Once is enough, twice does no harm: every record is in the hub's books exactly once.

**Rights.** A page is applied as a whole or not at all, and in order: its `after` must be what the gate has,
and its `hub` the epoch that the gate follows; else the gate says `need`. Pages say what was decided, never
"this is now the roster": rights are put together from records, and putting them together twice, or in
another order, gives the same.

**Commands** are refused as `late` by any other instance than the one they name, and after their time. A
gate that was off does not stop tomorrow what somebody meant to stop today.

## Versions

The wire has a number, {topics.WIRE}; it is in every topic, in `info` and in `hub/state`. As long as it stays:

- A message may get new fields: **who does not know a field passes it over.** No field goes away or changes
  its meaning.
- New topics may come: who does not know one counts it and leaves it.
- A list of words (`enum` in a schema) gets no new word. What is new to say gets a field. Verbs of commands
  may be new: the answer is `unknown`.
- Journal records of a kind that the hub does not know are kept, acknowledged and passed on all the same.
- What a gate has to understand to decide rightly has a name, and stands in a page's `needs` with the
  machines that it is about. **A gate that lacks it refuses starts on these machines.** All others go on.

A hub of one release serves gates of the same and of the one before: upgrade the hub first, the gates when
you like. Should the number ever rise, the hub speaks the new and the old one side by side, each in its own
tree. A sample of every message as each released wire wrote it is kept with the tests and must be readable
for ever.

## Whatever else comes

Bytes that are no such message are refused, counted and told of: not UTF-8, not JSON, a field twice, a
number that is none or too large, a text where a number belongs, something missing, more lines than there
should be. Such a message changes nothing. No text that a machine shows can move a cursor.

A message has at most {forms.LIMIT:,} bytes. One that carries a single long record may have {forms.ALONE:,},
the record's body {forms.BODY:,}; no record that fabgate writes comes near that.

| value | form |
|---|---|
| id of a gate, machine, skill; epoch | 1 to 32 of `a-z`, `0-9`, `_`, `-` |
| `seq`, `arrived`, `noted` | whole numbers below 10^12; records count from 1 |
| `..._ms`, `ms`, `wall` | whole milliseconds, 0 to 2^47; `wall` is UTC since 1970 |
| a moment | `boot`, an id; `ms` since that boot; `wall`; `synced`: the clock was known to be right |
| hash | SHA-256, 64 hexadecimal digits in lower case; `""` where there is no record yet |
| record | `<lab>/<gate>/<epoch>#<seq>` |

How hashes are made: with a body's hash = SHA-256(body), a record's = SHA-256(2 bytes: length of the origin,
the origin `<lab>/<gate>/<epoch>`, 8 bytes: seq, hash of the record before, body's hash); numbers are
big-endian, before the first record stand 32 zero bytes. The samples below have true hashes: try it.
`digest` in `info` is the sum of the hashes of all rights that the gate has, modulo 2^256.

## Every message"""


def _told(spoken: Spoken) -> Iterator[str]:
    of = type(spoken.sample)
    yield from ("", f"### `{_title(spoken)}`", "", spoken.means, "", f"On `{spoken.place}`:", "")
    yield from ("```", spoken.sample.encode().decode(), "```", "")
    yield from ("<details><summary>Schema</summary>", "", "```json", pretty(published(of)), "```")
    if of in LINES:
        yield from ("", "Each line after the first:", "", "```json", pretty(LINES[of]), "```")
    yield from ("", "</details>")


def _home_assistant() -> Iterator[str]:
    info = next(spoken.sample for spoken in TOPICS if isinstance(spoken.sample, GateInfo))
    topic, payload = discovery(LAB, GATE, info)
    yield from ("", "## For Home Assistant", "")
    yield "The hub publishes one more message for each gate, retained, in Home Assistant's own tree."
    yield "It names the topics above; [looking-on.md](looking-on.md) has the rest."
    yield from ("", f"On `{topic}`:", "", "<details><summary>Sample</summary>", "")
    yield from ("```json", pretty(json.loads(payload)), "```", "", "</details>")
