"""File name endings: which manuals can be read, and what lies beside manuals without being one."""

HTML = (".html", ".htm", ".xhtml")
MARKDOWN = (".md", ".markdown")
TEXT = (".txt", ".text")
SCANS = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
"""Pictures that may be a scanned or photographed page."""

WITH_MACROS = (".docm", ".pptm", ".xlsm")
"""Office files that bring programs along; only their text is taken."""

_OTHERS = (".csv", ".docx", ".epub", ".odt", ".pdf", ".pptx", ".rst", ".xlsx")

SUFFIXES = frozenset((*HTML, *MARKDOWN, *TEXT, *SCANS, *WITH_MACROS, *_OTHERS))
"""Every ending, in lower case, that `ingest.readers.read` takes."""

PICTURES = frozenset(".gif .ico .svg .css .js .woff .woff2 .ttf".split())
"""What web pages and manuals bring along; no reader is told about these."""
