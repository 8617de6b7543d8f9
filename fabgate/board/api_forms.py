"""How data of the API is described and read: a frozen dataclass is a form, and says its own JSON Schema.

A field is a text, a number, a yes or no, one of several words (an enum or a Literal), another form, a tuple
of these, a mapping from texts, or None. `Annotated` adds what it means and which values fit. Forms that are
read (a query, a body) are flat.
"""

from __future__ import annotations

import enum
import re
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from fabgate.errors import UsageError

Schema = dict[str, Any]
Form = TypeVar("Form")

ANY: Schema = {}
INSTANT = "date-time"
AMOUNT = r"^-?[0-9]+\.[0-9]{2}$"


@dataclass(frozen=True, slots=True)
class Fits:
    """What fits a field, in words of JSON Schema; `pattern` is of the whole text."""

    least: int | None = None
    most: int | None = None
    pattern: str | None = None
    form: str | None = None

    def schema(self, numbers: bool) -> Schema:
        least, most = ("minimum", "maximum") if numbers else ("minLength", "maxLength")
        said = {least: self.least, most: self.most, "pattern": self.pattern, "format": self.form}
        return {key: value for key, value in said.items() if value is not None}


Instant = Annotated[str, Fits(form=INSTANT)]
"""A moment in UTC: 2026-10-24T10:00:00Z."""
Text = Annotated[str, Fits(1, 200, r"^[^\u0000]+$")]
"""A text that somebody sends."""
Money = Annotated[str, Fits(pattern=AMOUNT)]
"""An amount in the lab's currency: 3.50."""


# --- described ----------------------------------------------------------------------------------


def schema_of(form: object) -> Schema:
    """The JSON Schema (2020-12) of a type; other forms by reference to `#/components/schemas`."""
    origin, arguments = get_origin(form), get_args(form)
    if origin is Annotated:
        return _annotated(arguments)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return _either([schema_of(one) for one in arguments])
    if origin is tuple:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin in (Mapping, dict):
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    return _plain(form)


def _annotated(arguments: tuple[Any, ...]) -> Schema:
    found = schema_of(arguments[0])
    for one in arguments[1:]:
        if isinstance(one, str):
            found = {**found, "description": one}
        elif isinstance(one, Fits):
            found |= one.schema(numbers=found.get("type") == "integer")
    return found


def _either(found: list[Schema]) -> Schema:
    """Two plain types are one with two names; anything else is a choice."""
    if all(set(one) == {"type"} for one in found):
        return {"type": [one["type"] for one in found]}
    return {"anyOf": found}


def _plain(form: object) -> Schema:
    if isinstance(form, type) and issubclass(form, enum.Enum):
        return {"type": "string", "enum": [str(one.value) for one in form]}
    if isinstance(form, type) and is_dataclass(form):
        return {"$ref": f"#/components/schemas/{form.__name__}"}
    words: dict[object, str] = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
    return ANY if form is object or form is Any else {"type": words[form]}


def object_schema(form: type) -> Schema:
    """The schema of a form itself: every field is always there; nothing else is."""
    hints = _hints(form)
    return {
        "type": "object",
        "description": said_of(form),
        "properties": {name: schema_of(hint) for name, hint in hints.items()},
        "required": [one.name for one in _fields(form) if _needed(one)],
        "additionalProperties": False,
    }


def said_of(form: type) -> str:
    """What a form is, by its docstring."""
    return " ".join((form.__doc__ or "").split())


def forms_in(form: object) -> set[type]:
    """All forms that a type is made of."""
    if isinstance(form, type) and is_dataclass(form):
        return {form}.union(*(forms_in(hint) for hint in _hints(form).values()))
    return set().union(*(forms_in(one) for one in get_args(form))) if get_args(form) else set()


@cache
def _hints(form: Hashable) -> dict[str, Any]:
    return get_type_hints(form, include_extras=True)


def _fields(form: object) -> tuple[Field[Any], ...]:
    assert isinstance(form, type) and is_dataclass(form)
    return fields(form)


def _needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


# --- said ---------------------------------------------------------------------------------------


def told(value: object) -> object:
    """A form as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: told(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): told(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [told(one) for one in value]
    return value


# --- read ---------------------------------------------------------------------------------------


def read(form: Callable[..., Form], sent: Mapping[str, object], texts: bool = False) -> Form:
    """The form that somebody sent; `texts`: as a query has it, where a number is a text.

    Raises UsageError for what does not fit, naming the field.
    """
    hints = _hints(form)
    for name in sent:
        if name not in hints:
            raise UsageError(f"there is no field {_short(name)}", f"Known are: {', '.join(hints) or 'none'}.")
    found: dict[str, Any] = {}
    for one in _fields(form):
        if one.name in sent:
            found[one.name] = _value(one.name, hints[one.name], sent[one.name], texts)
        elif _needed(one):
            raise UsageError(f"{one.name} is missing", "Send it as well.")
    return form(**found)


def _value(name: str, hint: object, value: object, texts: bool) -> object:
    schema = schema_of(hint)
    if "anyOf" in schema:  # a field that may be None: what fits it stands in the other one
        schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
    elif isinstance(schema.get("type"), list):
        schema = {**schema, "type": next(one for one in schema["type"] if one != "null")}
    found = _number(value) if texts and schema["type"] == "integer" else value
    no = _unfit(schema, found)
    if no:
        raise UsageError(f"{name} does not fit: {_short(value)}", f"It must be {no}.")
    return found


def _number(value: object) -> object:
    """A number out of a text, as JSON writes it; the text itself where it is none."""
    fits = isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value)
    return int(str(value)) if fits else value


def _unfit(schema: Schema, value: object) -> str:
    """What it would have to be; empty where it is that."""
    if schema["type"] == "integer":
        return _no_number(schema, value)
    if not isinstance(value, str):
        return "a text"
    if "enum" in schema:
        return "" if value in schema["enum"] else "one of " + ", ".join(schema["enum"])
    if not schema.get("minLength", 0) <= len(value) <= schema["maxLength"]:
        return f"{schema.get('minLength', 0)} to {schema['maxLength']} characters"
    if not re.search(schema.get("pattern", ""), value):
        return f"as {schema['pattern']}"
    return ""


def _no_number(schema: Schema, value: object) -> str:
    least, most = schema["minimum"], schema["maximum"]
    sound = type(value) is int and least <= value <= most
    return "" if sound else f"a whole number from {least} to {most}"


def _short(value: object) -> str:
    """What somebody sent, as it may stand in a sentence."""
    return repr(value if isinstance(value, str) else str(value))[:60]
