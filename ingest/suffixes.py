"""File name endings: which manuals can be read, and what lies beside manuals without being one."""

HTML = (".html", ".htm", ".xhtml")
MARKDOWN = (".md", ".markdown")
TEXT = (".txt", ".text")

SUFFIXES = frozenset((*HTML, *MARKDOWN, *TEXT, ".csv", ".docx", ".epub", ".odt", ".pdf", ".pptx", ".rst", ".xlsx"))
"""Every ending, in lower case, that `ingest.readers.read` takes."""

PICTURES = frozenset(".bmp .gif .ico .jpeg .jpg .png .svg .tif .tiff .webp .css .js .woff .woff2 .ttf".split())
"""What web pages and manuals bring along; no reader is told about these."""
