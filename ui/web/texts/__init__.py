"""Texts of pages: English in the templates themselves, Chinese in `zh*.json` beside this, by the English text.

Enters: a request. Leaves: its language, and a function that translates. What several areas say is in `zh.json`. Where
one English text has two meanings, the rarer one has a context: `_("Name", context="person")` is `person|Name` there.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from starlette.requests import Request

COOKIE: Final = "manualdesk_language"
LANGUAGES: Final = {"en": "English", "zh": "中文"}


class Translate(Protocol):
    """From an English text to a language's; what has no translation stays English."""

    def __call__(self, text: str, /, context: str = "") -> str: ...


def language_of(request: Request) -> str:
    """`en` or `zh`: as chosen on a page, else as the browser prefers."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        preferred = part.split(";")[0].strip().lower()[:2]
        if preferred in LANGUAGES:
            return preferred
    return "en"


def translator(language: str) -> Translate:
    """Into that language."""
    known = chinese() if language == "zh" else {}

    def translated(text: str, /, context: str = "") -> str:
        return known.get(f"{context}|{text}" if context else text, text)

    return translated


@cache
def chinese() -> dict[str, str]:
    """All Chinese texts, by the English ones."""
    texts: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("zh*.json")):
        texts |= json.loads(path.read_text(encoding="utf-8"))
    return texts
