"""The words behind a picture on a page: formulas drawn as pictures belong to the text, other pictures are captions."""

import re
from posixpath import basename

from lxml import html

from ingest.readers.furniture import classes

_FILE_NAME = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp)\b", re.IGNORECASE)
_LATEX = (
    (re.compile(r"\\(?:text|mathrm|mathbf|mathit|overline|left|right|displaystyle|,|;|!|quad)\b\s*|\\[,;!]"), " "),
    (re.compile(r"\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"\1/\2"),
    (re.compile(r"\\sqrt\s*\{([^{}]*)\}"), r"√\1"),
    (re.compile(r"[{}]"), ""),
    (re.compile(r"~"), " "),
)
_SYMBOLS = {
    "pm": "±", "Omega": "Ω", "omega": "ω", "mu": "µ", "times": "×", "cdot": "·", "circ": "°", "degree": "°",
    "approx": "≈", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "pi": "π", "Delta": "Δ", "delta": "δ",
    "alpha": "α", "beta": "β", "gamma": "γ", "theta": "θ", "lambda": "λ", "phi": "φ", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "infty": "∞", "rightarrow": "→", "to": "→", "sim": "~", "div": "÷", "ldots": "…", "dots": "…",
    "sin": "sin", "cos": "cos", "tan": "tan", "log": "log", "ln": "ln", "exp": "exp", "%": "%",
}  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]+|%)\s*")


def is_formula(image: html.HtmlElement) -> bool:
    return "math" in classes(image) or "tex" in classes(image)


def formula_text(image: html.HtmlElement) -> str:
    """A formula's LaTeX as one would type it: `\\pm16~V` is `±16 V`."""
    text = image.get("alt") or ""
    for pattern, plain in _LATEX:
        text = pattern.sub(plain, text)
    return " ".join(_COMMAND.sub(lambda match: _SYMBOLS.get(match.group(1), match.group(1) + " "), text).split())


def caption_text(image: html.HtmlElement) -> str:
    """Alternative text that tells something; empty for icons, badges and names of files."""
    alt = " ".join((image.get("alt") or "").split())
    stem = re.sub(r"[-_\s]+", " ", basename(image.get("src") or "").rsplit(".", maxsplit=1)[0]).lower()
    one_word = " " not in alt and alt.isascii()
    # Asciidoctor writes the file's name where an author gave no text; one word names an icon.
    if len(alt) < 4 or one_word or _FILE_NAME.search(alt) or re.sub(r"[-_\s]+", " ", alt).lower() == stem:
        return ""
    return "" if any(parent.tag == "a" for parent in image.iterancestors()) else alt
