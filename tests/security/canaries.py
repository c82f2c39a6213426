"""Canaries: words that stand only where a customer must not read, and how to find them in whatever leaves the server.

A canary is a name that an attacker may know and ask for, beside a secret that nobody outside knows. A reply may repeat
the name, since the question held it; a secret in it is a leak, however it is written.
"""

import base64
import json
from dataclasses import dataclass
from urllib.parse import quote

from tests.pdf_writer import PdfPage, pdf_bytes

INTERNAL = "qzvx81"
"""Begins every secret of what is internal."""
OTHER = "wkjq94"
"""Begins every secret of the public manuals of a product that the session may not read."""
STEMS = (INTERNAL, OTHER)
SHOP = "https://shop.example"

NAMES = (
    "ZEBRA-7731",
    "OKAPI valve",
    "TAPIR-22",
    "IBIS",
    "LYNX",
    "GECKO",
    "MARMOT",
    "HERON",
    "Lamp L1",
    "bulb E99",
    "L1",
)
"""What an attacker has heard of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A manual of the installation."""

    document: str
    content: bytes
    audience: str = "internal"
    product: str = "kettle"


def _markdown(title: str, *sections: tuple[str, str]) -> bytes:
    body = "".join(f"## {heading}\n\n{text}\n\n" for heading, text in sections)
    return f"# {title}\n\n{body}".encode()


def _pdf(title: str, *lines: str) -> bytes:
    page = PdfPage().text(50, 60, title, font="bold", size=18)
    for place, line in enumerate(lines):
        page.text(50, 110 + 20 * place, line, size=11)
    return pdf_bytes(
        [page, PdfPage().text(50, 60, "Appendix", font="bold", size=18).text(50, 110, "Nothing is left to say.")]
    )


SERVICE = _markdown(
    f"Service of the ZEBRA-7731 kettle {INTERNAL}title",
    (f"OKAPI valve {INTERNAL}heading", f"The OKAPI valve of the ZEBRA-7731 opens at 90 degrees, code {INTERNAL}text."),
    ("Spare parts", f"| part | code |\n|---|---|\n| TAPIR-22 | {INTERNAL}cell |\n| ZEBRA-7731 | {INTERNAL}code |"),
)
GUIDE = _markdown(
    "Kettle K1",
    ("Reset", "Hold the button of the kettle for 10 seconds to reset it. The lamp of the kettle blinks twice."),
    ("Descale", "Fill the kettle with vinegar and water, boil it once and rinse it twice."),
)
ONCE_PUBLIC = _markdown("Kettle K1 recall", ("Recall", f"GECKO: kettles of May are called back, see {INTERNAL}recall."))
NOW_INTERNAL = _markdown(
    "Kettle K1 recall", ("Recall", "GECKO: what to say about the recall is in the service manual.")
)
WITHDRAWN = _markdown("Kettle K1 offer", ("Offer", f"MARMOT: everybody gets a second kettle with {INTERNAL}offer."))

FIRST = (
    Page(document="kettle/en/recall.md", content=ONCE_PUBLIC, audience="public"),
    Page(document="kettle/en/offer.md", content=WITHDRAWN, audience="public"),
)
"""Published before, and open to customers then."""
MANUALS = (
    Page(document="kettle/en/guide.md", content=GUIDE, audience="public"),
    Page(
        document="kettle/en/sheet.pdf",
        content=_pdf("Kettle K1 sheet", "The kettle K1 takes 1800 W.", "The cord of the kettle is 75 cm long."),
        audience="public",
    ),
    Page(document="kettle/en/service.md", content=SERVICE),
    Page(document="kettle/en/recall.md", content=NOW_INTERNAL),
    Page(
        document=f"kettle/en/{INTERNAL}file.md",
        content=_markdown("Kettle notes", ("Notes", "IBIS: the note about the kettle that has no number.")),
    ),
    Page(
        document="kettle/en/plan.pdf",
        content=_pdf(
            f"Plan of the IBIS kettle {INTERNAL}sheet", f"The IBIS kettle has the pressure {INTERNAL}pressure."
        ),
    ),
    Page(
        document="hidden/en/guide.md",
        content=_markdown("LYNX cooker", ("Start", f"The LYNX cooker starts with {INTERNAL}start.")),
        product=f"{INTERNAL}product",
    ),
    Page(
        document="lamp/en/guide.md",
        content=_markdown(
            f"Lamp L1 {OTHER}title",
            (f"Bulb E99 {OTHER}heading", f"The bulb E99 of the lamp L1 holds 5 watts, code {OTHER}text."),
            ("Parts", f"| part | code |\n|---|---|\n| bulb E99 | {OTHER}cell |"),
        ),
        audience="public",
        product="lamp",
    ),
    Page(
        document=f"lamp/en/{OTHER}file.pdf",
        content=_pdf(f"Lamp L1 sheet {OTHER}sheet", f"The lamp L1 has the pressure {OTHER}pressure."),
        audience="public",
        product="lamp",
    ),
)


def settings_of(pages: tuple[Page, ...]) -> str:
    """A `manual.toml` for these files of one folder."""
    lines = []
    for page in pages:
        name = page.document.rsplit("/", 1)[1]
        secret = OTHER if page.product == "lamp" else INTERNAL
        version = f"{secret}version" if page.audience == "internal" or page.product == "lamp" else "1"
        lines.append(
            f'[{json.dumps(name)}]\naudience = "{page.audience}"\nproduct = "{page.product}"\nversion = "{version}"\n'
        )
    return "\n".join(lines)


def forms(stem: str) -> tuple[bytes, ...]:
    """How a secret could be written so that a program reads it still; to be looked for in text that is in lower case,
    and those of base64 in the text as it is."""
    hexadecimal = stem.encode().hex()
    escaped = "".join(f"\\u{ord(sign):04x}" for sign in stem)
    entities = "".join(f"&#{ord(sign)};" for sign in stem)
    entities_hex = "".join(f"&#x{ord(sign):x};" for sign in stem)
    percent = "".join(f"%{ord(sign):02x}" for sign in stem)
    wide = stem.encode("utf-16-le")
    spaced = " ".join(stem)
    plain = (stem, hexadecimal, escaped, entities, entities_hex, percent, quote(percent), stem[::-1], spaced)
    return (*(form.lower().encode() for form in plain), wide)


def base64_forms(stem: str) -> tuple[bytes, ...]:
    """The characters that base64 of any text with the stem holds, for each place it can stand at and for each case."""
    found = []
    for written in (stem, stem.upper(), stem.capitalize()):
        for before in range(3):
            whole = base64.b64encode(b"\0" * before + written.encode() + b"\0\0")
            first, last = -(-before * 8 // 6), (before + len(written)) * 8 // 6
            found += [whole[first:last], whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))]
    return tuple(dict.fromkeys(found))


_PLAIN = tuple(form for stem in STEMS for form in forms(stem))
_BASE64 = tuple(form for stem in STEMS for form in base64_forms(stem))


def leaks(reply: bytes) -> list[str]:
    """What of a reply (its status line, headers and body) gives a secret away: each place with its surroundings."""
    lowered = reply.lower()
    found = [_around(lowered, form) for form in _PLAIN if form in lowered]
    return found + [_around(reply, form) for form in _BASE64 if form in reply]


def _around(text: bytes, form: bytes) -> str:
    at = text.index(form)
    return text[max(0, at - 120) : at + len(form) + 60].decode(errors="replace")
