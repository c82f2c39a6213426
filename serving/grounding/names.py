"""Proper names of a text: products, apps, menu entries, abbreviations. What a translation leaves as it is.

Text as written goes in, its names in lower case come out. German capitalises every noun, so only what is no ordinary
German word by its form counts there; in Chinese and Japanese each Latin word is a name.
"""

import re
from collections.abc import Iterator
from typing import Final

from ingest.sparse import CJK
from serving.grounding.units import UNITS, with_digits

_WORD: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:[-.][A-Za-zÀ-ÖØ-öø-ÿ]+)*")
_CJK: Final = re.compile(f"[{CJK}]")
_BEGINNING: Final = re.compile(r"(?:^|[.!?:;•*>|(\n“\"„«「]|\d[.)])\s*[\"'“‘«(\[¿¡*_]*$")
_ORDINARY: Final = frozenset({"i", "no", "ok", "am", "pm", "you", "sie", "ihr", "ihre", "ihnen"})
ALIASES: Final = {"wlan": "wi-fi", "wifi": "wi-fi"}


def is_formed(word: str) -> bool:
    """Is it an abbreviation or a name by its form: USB, mDNS, Wi-Fi, iOS?"""
    parts = re.split(r"[-.]", word)
    return any(any(map(str.isupper, part[1:])) for part in parts) or (len(parts) > 1 and max(map(len, parts)) < 4)


def names(text: str, language: str) -> Iterator[tuple[str, int, bool]]:
    """Each name in lower case, where it begins, and whether a translation leaves it as it is."""
    eastern = language[:2] in ("zh", "ja") or (not language and bool(_CJK.search(text)))
    for match in _WORD.finditer(text):
        word = match.group()
        folded = word.lower()
        if (
            folded in _ORDINARY
            or len(word) < 2
            or re.fullmatch(r"\w(?:\.\w)+", word)
            or (folded in UNITS and not word.isupper())
            or with_digits(folded, language) != folded
        ):
            continue
        formed = is_formed(word)
        inside = word[0].isupper() and not _BEGINNING.search(text[max(0, match.start() - 12) : match.start()])
        unit = folded in UNITS and re.search(r"\d\s*$", text[: match.start()])
        if not unit and (formed or eastern or (inside and language[:2] != "de")):
            name = _own_part(word) if language[:2] == "de" else folded
            yield ALIASES.get(name, name), match.start(), formed or eastern


def _own_part(word: str) -> str:
    """Of a German compound what is a name by its form: USB of USB-Kabel."""
    parts = word.split("-")
    formed = [part for part in parts if is_formed(part)]
    return "-".join(formed if len(parts) > 1 and formed else parts).lower()
