"""Which East Asian encoding bytes are in: bytes enter, the name of a codec leaves, empty where none is plain to see.

A detector by frequencies needs a page of text; a parts list has a dozen words. What tells them apart at once: Japanese
has kana, Korean next to no Chinese characters, simplified Chinese pairs of bytes from 161 on, traditional smaller ones.
"""

import re

_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9f]")
_WIDE = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3\u3041-\u30ff\uff66-\uff9f]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_ENOUGH_HANGUL = 8
"""Short words of simplified Chinese can read as Korean syllables; so many in a row cannot."""
_SAMPLE = 200_000


def east_asian_encoding(content: bytes) -> str:
    """Codec name of text in Japanese, Korean or Chinese."""
    if not re.search(rb"[\x80-\xff]", content):
        return ""
    sample = content[:_SAMPLE]
    for name in ("shift_jis", "euc_jp"):
        text = _decoded(sample, name, whole=len(sample) == len(content))
        if (
            text
            and len(_KANA.findall(text)) >= 0.2 * max(1, len(_WIDE.findall(text)))
            and _is_plain(text)
            and _in_rows(text)
        ):
            return name
    text = _decoded(sample, "euc_kr", whole=len(sample) == len(content))
    wide = _WIDE.findall(text)
    if len(wide) >= _ENOUGH_HANGUL and len(_HANGUL.findall(text)) >= 0.97 * len(wide) and _in_rows(text):
        return "euc_kr"
    for name, codec, first, last in (("gb18030", "gb2312", 0xB0, 0xD7), ("big5", "big5", 0xA4, 0xC6)):
        text = _decoded(sample, codec, whole=len(sample) == len(content))
        if text and _common_share(text, codec, first, last) >= 0.6 and _in_rows(text):
            return name
    return ""


def _in_rows(text: str) -> bool:
    """Wide characters stand beside each other; what accented letters turn into stands alone among letters."""
    rows = re.findall(f"{_WIDE.pattern}+", text)
    return sum(len(row) for row in rows if len(row) > 1) >= 0.6 * sum(map(len, rows))


def _decoded(sample: bytes, name: str, *, whole: bool) -> str:
    """Empty where the bytes are not in this encoding; a sample may end within a character."""
    for cut in range(1 if whole else 4):
        try:
            return sample[: len(sample) - cut].decode(name)
        except UnicodeDecodeError:
            continue
    return ""


def _is_plain(text: str) -> bool:
    """Half-width kana in a text come from bytes of another encoding."""
    half = sum("\uff61" <= character <= "\uff9f" for character in text)
    return half <= 0.3 * max(1, len(_WIDE.findall(text)))


def _common_share(text: str, codec: str, first: int, last: int) -> float:
    """Share of the Chinese characters that stand in the first plane of the standard, which has the common ones."""
    leads = [character.encode(codec)[0] for character in text if "\u3400" <= character <= "\u9fff"]
    return sum(first <= lead <= last for lead in leads) / len(leads) if leads else 0.0
