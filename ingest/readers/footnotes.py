"""Footnotes go behind the block that they belong to: at a page's end they would stand in another section.

The tree of a page is changed in place. Known are the lists of notes that pandoc and EPUB programs write.
"""

from lxml import html

from ingest.readers.furniture import classes

_BLOCKS = frozenset("p li dd dt td th h1 h2 h3 h4 h5 h6 blockquote div figcaption caption".split())
_ROLES = frozenset({"doc-endnotes", "doc-footnotes"})
_BACK_LINKS = frozenset({"footnote-back", "reversefootnote", "fn-backref"})


def place_footnotes(tree: html.HtmlElement) -> None:
    """Move every note that is referred to behind its first reference."""
    notes = {
        note.get("id"): note
        for section in list(tree.iter("section", "aside", "div"))
        if section.get("role") in _ROLES or not classes(section).isdisjoint({"footnotes", "endnotes"})
        for note in section.iter("li")
        if note.get("id")
    }
    if not notes:
        return
    for link in list(tree.iter("a")):
        target = (link.get("href") or "").rpartition("#")[2]
        note = notes.get(target)
        if note is None or any(parent is note for parent in link.iterancestors()):
            continue
        place = next((parent for parent in link.iterancestors() if parent.tag in _BLOCKS), None)
        if place is not None:
            del notes[target]
            link.drop_tree()
            _move(note, place)


def _move(note: html.HtmlElement, place: html.HtmlElement) -> None:
    for back in [link for link in note.iter("a") if not classes(link).isdisjoint(_BACK_LINKS)]:
        back.drop_tree()
    table = next((parent for parent in reversed(list(place.iterancestors("table")))), None)
    place = place if table is None else table
    note.tail = None
    note.getparent().remove(note)
    note.tag = "div"
    for named in note.iter():
        named.attrib.pop("id", None)  # what follows the note must not be cited as standing in it
    if place.tag in {"li", "dd"}:
        place.append(note)
        return
    note.tail, place.tail = place.tail, None
    place.addnext(note)
