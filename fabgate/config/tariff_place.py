"""Where in a price list something is said: in the version itself, or in an older one that it is based on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fabgate.config import tariff_keys as its
from fabgate.config import tariff_priced as priced
from fabgate.config.key import Key
from fabgate.config.places import Where
from fabgate.config.reading import Document, spot
from fabgate.config.tariff_priced import Own
from fabgate.config.values import Unfit
from fabgate.tariff import Basis

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Book:
    """A price list that was read: what each version says in the end, and on whose table."""

    document: Document

    @property
    def versions(self) -> tuple[str, ...]:
        return self.document.names("version")

    def chain(self, version: str) -> tuple[str, ...]:
        """A version, the one that it is based on, and so on; as far as they are known."""
        found: list[str] = []
        while version in self.versions and version not in found:
            found.append(version)
            version = self.document.get(its.BASED_ON, version) or ""
        return tuple(found)

    def said(self, key: Key[T], version: str) -> T | None:
        """What a version says of itself, else what those say that it is based on, else the default."""
        writer = next((one for one in self.chain(version) if self.document.written(key, one)), version)
        return self.document.get(key, writer)

    def things(self, version: str, section: str) -> Mapping[str, str]:
        """Everything of a section that a version has, by id, with the version whose table says it."""
        found: dict[str, str] = {}
        for one in reversed(self.chain(version)):
            for left_out in self.document.get(its.WITHOUT, one) or ():
                table, _, name = left_out.partition(".")
                if table == section:
                    found.pop(name, None)
            found |= dict.fromkeys(self.document.names("version", one, section), one)
        return found

    def places(self, version: str, section: str) -> Iterator[Place]:
        return (
            Place(self, version, owner, section, name)
            for name, owner in self.things(version, section).items()
        )


@dataclass(frozen=True, slots=True)
class Place:
    """One thing of a version, read for everybody or for a category; `owner` is the version that wrote it."""

    book: Book
    version: str
    owner: str
    section: str
    name: str
    category: str = ""

    @property
    def where(self) -> Where:
        """The path of its table."""
        around = ("version", self.owner, self.section, self.name)
        return (*around, "for", self.category) if self.category else around

    @property
    def categories(self) -> tuple[str, ...]:
        """Those that have prices of their own here."""
        return self.book.document.names("version", self.owner, self.section, self.name, "for")

    def of(self, category: str) -> Place:
        return Place(self.book, self.version, self.owner, self.section, self.name, category)

    def plain(self, key: Key[T | None] | Key[T]) -> T | None:
        """The value of a key that no category says for itself."""
        return self.book.document.get(key, self.owner, self.name)

    def sure(self, key: Key[T]) -> T:
        """The same, of a key that has a default or must be written. Raises Unfit."""
        return self.book.document.need(key, self.owner, self.name)

    def mine(self, own: Own[T]) -> bool:
        """Whether the table itself says it, not the one around it."""
        key, names = self._key(own)
        return self.book.document.written(key, *names)

    def get(self, own: Own[T]) -> T | None:
        """What holds: the category's own word, else everybody's, else the default."""
        try:
            return self.need(own)
        except Unfit:
            return None

    def need(self, own: Own[T]) -> T:
        """The same. Raises Unfit where there is none."""
        key, names = self._key(own) if self.mine(own) else (own.usual, (self.owner, self.name))
        return self.book.document.need(key, *names)

    def spot(self, own: Own[T]) -> Where:
        """The path of a key in this table."""
        key, names = self._key(own)
        return spot(key, *names)

    @property
    def basis(self) -> Basis:
        said = self.get(priced.TERMS[self.section].basis) or self.book.said(its.BASIS, self.version)
        return said or Basis.WITH_VAT

    @property
    def vat(self) -> str:
        return self.get(priced.TERMS[self.section].vat) or self.book.said(its.VAT, self.version) or ""

    def _key(self, own: Own[T]) -> tuple[Key[T], tuple[str, ...]]:
        if self.category:
            return own.of, (self.owner, self.name, self.category)
        return own.usual, (self.owner, self.name)
