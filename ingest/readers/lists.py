"""List items: what kind an `<li>` is and the marker that stands before its text."""

from dataclasses import dataclass

from lxml import html

from ingest.types import Kind

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_SMALL = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(slots=True)
class Item:
    """The list item being read."""

    kind: Kind
    opening: str
    """Marker or defined term that goes before the first paragraph."""
    level: int = 0
    term: bool = False
    place: int | None = None
    """Where its element stands once it was made."""


def item_marker(parent: html.HtmlElement, item: html.HtmlElement, ordinal: int) -> tuple[Kind, str]:
    """Kind and marker (`- `, `3. `, `b. `) of the n-th item (from 1) of a list."""
    if parent.tag != "ol":
        return Kind.LIST_ITEM, "- "
    number = _number(item.get("value")) or (_number(parent.get("start")) or 1) + ordinal - 1
    style = parent.get("type") or _style(parent)
    return Kind.STEP, f"{_written(number, style)}. "


def _number(value: str | None) -> int | None:
    text = (value or "").strip()
    return int(text) if text.isdecimal() and len(text) < 6 else None


def _style(parent: html.HtmlElement) -> str:
    name = f"{parent.get('class') or ''} {parent.get('style') or ''}".lower()
    styles = {"loweralpha": "a", "lower-alpha": "a", "upperalpha": "A", "upper-alpha": "A", "lowerroman": "i"}
    return next((style for word, style in styles.items() if word in name), "1")


def _written(number: int, style: str) -> str:
    if style in {"a", "A"} and 1 <= number <= 26:
        return chr(ord(style) + number - 1)
    if style in {"i", "I"} and 1 <= number < 4000:
        digits = ""
        for value, letters in (*_ROMAN, *_ROMAN_SMALL):
            digits += letters * (number // value)
            number %= value
        return digits.upper() if style == "I" else digits
    return str(number)


def definition(terms: list[str], *, level: int) -> Item:
    """The item of a definition: its terms go before it, as in `term: definition`."""
    term = ", ".join(filter(None, terms))
    opening = f"{term}{'' if term.endswith((':', '：', '?', '？')) else ':'} " if term else ""
    return Item(Kind.LIST_ITEM, opening, level=level, term=bool(term))


def definition_parts(node: html.HtmlElement) -> list[html.HtmlElement]:
    """Terms, definitions and whatever else is in a `<dl>`, also where they are grouped in divisions."""
    parts = []
    for child in node:
        if child.tag == "div" and any(inner.tag in {"dt", "dd"} for inner in child):
            parts.extend(child)
        elif isinstance(child.tag, str):
            parts.append(child)
    return parts
