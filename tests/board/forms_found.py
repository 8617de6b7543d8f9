"""What a page offers to whoever looks: its links, and its forms with the fields in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Field:
    """A field of a form; `options` are what a select or a group of buttons lets one choose from."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)


class Offered(HTMLParser):
    """Reads a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "a" if given.get("href", "").startswith(("/", "?")):
                self.links.append(given["href"])
            case "form":
                self._form = Form(given.get("action", ""), given.get("method", "get").lower())
                self.forms.append(self._form)
            case "input" | "button" if self._form is not None and given.get("name"):
                self._add(Field(given["name"], given.get("type", "text"), given.get("value", "")))
            case "textarea" if self._form is not None:
                self._add(Field(given["name"], "text"))
            case "select" if self._form is not None:
                self._select = Field(given["name"], "select")
                self._add(self._select)
            case "option" if self._select is not None:
                self._select.options.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None

    def _add(self, found: Field) -> None:
        assert self._form is not None
        self._form.fields.append(found)
