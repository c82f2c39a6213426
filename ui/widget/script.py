"""The widget's script and style: small files here, one answer over HTTP. No build step and no library.

The script's parts share one function's scope, so that a page gets a single global name.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("static")
PARTS: Final = ("start", "nodes", "server", "answer", "pages", "forms", "dialog", "run")
"""In this order; each is `static/NAME.js`."""


@cache
def widget_script() -> str:
    """All of it."""
    parts = [(FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in PARTS]
    return "(() => {\n'use strict';\n" + "\n".join(parts) + "})();\n"


@cache
def widget_style() -> str:
    return (FOLDER / "widget.css").read_text(encoding="utf-8")


@cache
def tag_of(text: str) -> str:
    """An ETag."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
