"""Characters as a PDF holds them in, characters as people type them out: ligatures, presentation forms, accents."""

import re
import unicodedata

# Ligatures, radicals and compatibility ideographs, Arabic forms, full-width letters and digits, half-width kana.
# Full-width punctuation stays: it is what Chinese and Japanese are written with.
_MENDED_RANGES = (
    (0xFB00, 0xFDFB),
    (0xFE70, 0xFEFC),
    (0x2E80, 0x2FD5),
    (0xF900, 0xFAFF),
    (0xFF10, 0xFF19),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0xFF66, 0xFF9D),
)
_MENDED = {
    code: folded
    for first, last in _MENDED_RANGES
    for code in range(first, last + 1)
    if (folded := unicodedata.normalize("NFKC", chr(code))) != chr(code)
}
_MENDED |= {0x00AD: "", 0x200B: "", 0x200E: "", 0x200F: "", 0x2060: "", 0xFEFF: "", 0xFFFD: ""}

_COMBINING = {
    "´": "\u0301", "ˊ": "\u0301", "`": "\u0300", "ˋ": "\u0300", "¨": "\u0308", "^": "\u0302", "ˆ": "\u0302",
    "~": "\u0303", "˜": "\u0303", "¸": "\u0327", "¯": "\u0304", "ˉ": "\u0304", "˘": "\u0306", "˙": "\u0307",
    "˚": "\u030a", "°": "\u030a", "ˇ": "\u030c", "˝": "\u030b", "˛": "\u0328",
}  # fmt: skip
_DOTLESS = {"ı": "i", "ȷ": "j"}

CJK = (
    r"\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
_CJK_CHARACTER = re.compile(f"[{CJK}]")
_AIR = re.compile(r"(?<=[\u2e80-\u9fffA-Za-z0-9]) +(?=[、，。；：！？）】」』》])|(?<=[（【「『《]) +")
"""Space that only makes a line fill its width, before closing and after opening punctuation."""
_PRIVATE = re.compile("[\x01-\x08\x0e-\x1f\x80-\x9f\ue000-\uf8ff]")
_PRIVATE_BULLET = re.compile(f"^{_PRIVATE.pattern} *")
_NEEDS_MENDING = re.compile("[^\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]")


def is_cjk(character: str) -> bool:
    """Whether a character is written without spaces around it (Chinese, Japanese and their punctuation)."""
    return character >= "\u2e80" and bool(_CJK_CHARACTER.match(character))


def is_accent(character: str) -> bool:
    """Whether a character may be an accent drawn over its letter as a glyph of its own."""
    return character in _COMBINING or (character >= "\u0300" and unicodedata.combining(character) != 0)


def compose(letter: str, accent: str) -> str:
    """The letter with its accent, or an empty string where Unicode has no such letter."""
    mark = _COMBINING.get(accent, accent)
    composed = unicodedata.normalize("NFC", _DOTLESS.get(letter, letter) + mark)
    return composed if len(composed) == 1 else ""


def mend(text: str) -> str:
    """Text without ligatures, presentation forms, soft hyphens and invisible characters."""
    if not _NEEDS_MENDING.search(text):
        return text
    mended = _AIR.sub("", text.translate(_MENDED))
    private = _PRIVATE.findall(mended)
    if private and 2 * len(private) < len(mended):
        # Signs of a symbol font: before text they are bullets, elsewhere nobody can tell.
        mended = _PRIVATE.sub("", _PRIVATE_BULLET.sub("• ", mended))
    elif private and len(mended) == 1:
        mended = "•"
    # Half-width kana leave their voice marks as combining characters.
    return unicodedata.normalize("NFC", mended)
