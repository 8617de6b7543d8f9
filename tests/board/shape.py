"""What a browser makes of a page: elements that none of ours has, names that turn what is around them."""

from __future__ import annotations

from html.parser import HTMLParser

HEBREW = "\u05d0\u05d3\u05d4"


class Shape(HTMLParser):
    """What a browser makes of a page: its elements, and the text that stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.bare: list[str] = []
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.strange += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        if tag == "script" and not dict(attrs).get("src"):
            self.strange.append("script")
        if tag not in (
            "br",
            "img",
            "input",
            "link",
            "meta",
            "hr",
            "col",
            "wbr",
            "path",
            "rect",
            "line",
            "circle",
        ):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if HEBREW in data and not {"bdi", "option", "textarea", "title"} & set(self.open):
            self.bare.append(f"{'/'.join(self.open[-3:])}: {data.strip()[:60]}")
