"""Sentences that were made far from any page, in the reader's language: an English text comes in, a page's text leaves.

Errors go through pipes and are kept in records as plain English. So a page finds the form that a sentence was made
from, and fills its values into that form's translation. Forms of errors are the texts with numbered gaps (`{0}`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from ui.web.texts import Translate, chinese

_GAP: Final = re.compile(r"\{(\w+)\}")
_MOST: Final = 2000
"""Characters of a text that is looked at: what is longer is no sentence of ours."""
_DEPTH: Final = 2
"""Reasons within reasons."""


@dataclass(frozen=True, slots=True)
class _Form:
    text: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    reason: str
    """The gap that ends it and holds another sentence: `{0} is damaged: {1}`."""


class Forms:
    """Texts with gaps, and which of them a text was made from."""

    def __init__(self, texts: Iterable[str]) -> None:
        # Of two that begin alike, the one that says more comes first.
        self._forms = sorted(map(_form, texts), key=lambda form: -sum(map(len, form.literals)))

    def told(self, text: str, _: Translate, depth: int = _DEPTH) -> str:
        """Its translation; what was made from none of the forms stays as it is."""
        whole = _(text)
        if whole != text or len(text) > _MOST:
            return whole
        for form in self._forms:
            if all(literal in text for literal in form.literals) and (found := form.pattern.fullmatch(text)):
                if (filled := _(form.text)) == form.text:
                    continue
                values = {
                    name: self.told(value, _, depth - 1) if name == form.reason and depth else _sentence(value, _)
                    for name, value in found.groupdict().items()
                }
                return _filled(filled, values)
        return text


def _form(text: str) -> _Form:
    pattern = _GAP.sub(lambda gap: f"(?P<g{gap[1]}>.*?)", re.escape(text).replace(r"\{", "{").replace(r"\}", "}"))
    literals = tuple(part for part in _GAP.split(text)[::2] if part)
    ends = re.search(r"(?:: |\()\{(\w+)\}[).]*$", text)
    return _Form(text, literals, re.compile(pattern, re.DOTALL), f"g{ends[1]}" if ends else "")


def _sentence(value: str, _: Translate) -> str:
    """A value may be words of ours (`To edit manuals`); one word alone is a name or a key of the reader's."""
    return _(value) if " " in value else value


def _filled(form: str, values: dict[str, str]) -> str:
    return _GAP.sub(lambda gap: values.get(f"g{gap[1]}", gap[0]), form)


def error_text(text: str, _: Translate) -> str:
    """A message or a hint of an error."""
    told = _errors().told(text, _)
    if told != text:
        return told
    # Lists of documents leave out the name that it began with.
    return _errors().told(f": {text}", _).removeprefix("：").removeprefix(": ")


@cache
def _errors() -> Forms:
    return Forms(text for text in chinese() if _GAP.search(text) and all(gap.isdigit() for gap in _GAP.findall(text)))
