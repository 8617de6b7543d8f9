"""What people read: a sentence and a next step for every code and notice, in English, French, Dutch, German.

The rules say codes and facts, never text (law 4); this room makes the text. It decides nothing.
"""

from fabgate.texts.catalogue import LANGUAGES, Catalogue, Said
from fabgate.texts.titles import Titles, titles_of

__all__ = ["LANGUAGES", "Catalogue", "Said", "Titles", "titles_of"]
