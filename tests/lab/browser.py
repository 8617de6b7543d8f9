"""A browser without a screen, at the board of a real hub: it keeps cookies and fills in forms."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import httpx2

_HIDDEN = re.compile(r'<input type="hidden" name="(csrf|once)" value="([^"]*)">')
_HERE = {"sec-fetch-site": "same-origin"}


class Browser:
    """One tab. Cookies go with it over plain http too, as browsers have it on this very computer."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookies: dict[str, str] = {}
        self._line = httpx2.Client(timeout=20)
        self.at = ""

    def get(self, path: str, **headers: str) -> str:
        """The page, after whatever it leads on to."""
        return self._came(self._line.get(urljoin(self._url, path), headers=self._said(headers)))

    def send(self, path: str, at: str | None = None, **fields: str) -> str:
        """Fill in a form of the page `at` (or `path`), send it to `path`; the text of what comes then."""
        keys = dict(_HIDDEN.findall(self.get(at or path)))
        sent = self._line.post(urljoin(self._url, path), data=keys | fields, headers=self._said(_HERE))
        return self._came(sent)

    def close(self) -> None:
        self._line.close()

    def _said(self, headers: dict[str, str]) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()), **headers}

    def _came(self, answer: httpx2.Response) -> str:
        for said in answer.headers.get_list("set-cookie"):
            name, _, value = said.partition(";")[0].partition("=")
            self._cookies[name] = value
        self._line.cookies.clear()
        self.at = answer.request.url.path
        to = answer.headers.get("location")
        assert answer.status_code < 400, (self.at, answer.status_code, answer.text)
        return answer.text if to is None else self.get(to)
