"""The page for labs on what fabgate says and how to say it in their own way: docs/texts.md."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from fabgate.model import Code, Notice
from fabgate.texts.catalogue import LANGUAGES, shipped
from fabgate.texts.forms import FACTS

_MEANING = {
    "plain": "as it is",
    "first": "as it is, its first letter large: at the beginning of a sentence",
    "names": "names with *or*: Zoé, Bob or Ada",
    "list": "all of them: laser, mill, saw",
    "date": "a day in the lab's zone: 24 Oct 2026, 24/10/2026",
    "time": "a time of day in the lab's zone: 21:05",
    "duration": "a length: 45 s, 1 h 20 min",
    "titled": "what the lab calls it in the member's language: a skill, a paper, an opening; else its id",
}

_HEAD = """\
# What fabgate says

<!-- Made by docs/make.py from fabgate/texts: change it there. -->

Each refusal and each notice says what happened and what to do next, in the member's language where
the lab has it, else in the lab's first language. The next step follows from what is known: who may
sponsor and agreed to be named, since when a right is gone, how long the machine has been taken, whom
to call. Of several lines, the first whose placeholders are all known is said.

## In your own words

Write a file with only the sentences that you want to change, and name it in the configuration:

```toml
[lab]
texts = "texts.toml"
```

```toml
[en.unknown_badge]
text = "We have not met yet!"
next = ["Come and say hello: {contact}", "Come and say hello at the bar."]

[fr.words.level]
sponsor = "mentor"
```

`text` and `next` are one line or a list of lines. The last line has no placeholder, so that there is
always something to say. A code, a placeholder or a form that does not exist is refused at the start,
with its place in the file. Under `words` stand the terms that are said beside the sentences and inside
them, [all of them below](#words): a lab that says *aspirant* for its trainees writes it there, in one
language or in each. A sentence that writes such a term out keeps it until you write the sentence anew.

## Placeholders

`{name}` or `{name:form}`; the first form is the one that a placeholder has where none is written.
A placeholder that a code does not know leads to the next line.

| placeholder | forms |
|---|---|
"""


def reference() -> str:
    """The page as Markdown."""
    return _HEAD + "\n".join([*_placeholders(), "", *_forms(), "", *_sentences(), *_words()]).rstrip() + "\n"


def _placeholders() -> Iterator[str]:
    for fact, forms in FACTS.items():
        yield f"| `{fact}` | {', '.join(forms)} |"


def _forms() -> Iterator[str]:
    yield "| form | shows |"
    yield "|---|---|"
    for form, meaning in _MEANING.items():
        yield f"| {form} | {meaning} |"
    groups = {form for forms in FACTS.values() for form in forms if form not in _MEANING}
    yield f"| {', '.join(sorted(groups))} | the word in `[words]` of that name |"


def _sentences() -> Iterator[str]:
    files = {language: tomllib.loads(shipped(language)) for language in LANGUAGES}
    for title, whole in (("Refusals", Code), ("Notices", Notice)):
        yield f"## {title}\n"
        for what in whole:
            yield f"### `{what.value}`\n"
            for language in LANGUAGES:
                table = files[language][what.value]
                yield f"- **{language}**: {_lines(table['text'])}"
                yield f"  - {_lines(table['next'])}"
            yield ""


def _words() -> Iterator[str]:
    groups = {language: tomllib.loads(shipped(language))["words"] for language in LANGUAGES}
    yield "## Words\n"
    yield f"| word | {' | '.join(LANGUAGES)} |"
    yield "|---|" + "---|" * len(LANGUAGES)
    for group, keys in groups[LANGUAGES[0]].items():
        for key in keys:
            said = (groups[language][group][key] for language in LANGUAGES)
            yield f"| `{group}.{key}` | {' | '.join(said)} |"


def _lines(lines: str | list[str]) -> str:
    written = [lines] if isinstance(lines, str) else lines
    return " <br> ".join(line.replace("|", "\\|").replace("<", "&lt;") for line in written)
