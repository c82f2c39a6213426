"""Bytes to text: the encoding comes from a byte order mark, from what the file declares, or from its bytes."""

import codecs
import re

from ingest.errors import ReadError
from ingest.readers.east_asian import east_asian_encoding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HTML_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,400}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_EMACS_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")

_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\x1b"]
_SAMPLE = 20_000


def decode_html(content: bytes) -> str:
    """Text of a web page, which may declare its charset in its first lines."""
    declared = _HTML_CHARSET.search(content[:4096])
    return decode(content, declared=declared.group(1).decode("ascii") if declared else "")


def decode_text(content: bytes) -> str:
    """Text of a plain file, which may declare its coding in the first lines (`-*- coding: latin-1 -*-`)."""
    declared = _EMACS_CODING.search(b"\n".join(content[:1000].split(b"\n")[:2]))
    return decode(content, declared=declared.group(1).decode("ascii") if declared else "")


def decode(content: bytes, *, declared: str = "") -> str:
    """Text of the bytes; what does not decode becomes replacement characters. Raises ReadError for no text at all."""
    text = _decoded(content, declared)
    # Control characters: text has hardly any; a picture or a program has one in ten bytes or more.
    if sum(map(text[:_SAMPLE].count, _CONTROLS)) > 0.05 * len(text[:_SAMPLE]):
        raise ReadError("it is not text but some binary format", hint="Give it its right file name, or leave it out.")
    return text


def _decoded(content: bytes, declared: str) -> str:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, errors="replace")
    wide = _wide(content[:_SAMPLE])
    if wide:
        return content.decode(wide, errors="replace")
    # UTF-8 first: other encodings hardly ever decode as it, and files that declare Latin-1 and are UTF-8 are common.
    for name in ("utf-8", _known(declared)):
        if name:
            try:
                return content.decode(name)
            except UnicodeDecodeError:
                continue
    return _detected(content)


def _wide(sample: bytes) -> str:
    """UTF-16 without its mark: every other byte of Latin text is zero. Empty for anything else."""
    half = len(sample) // 2
    if half < 4 or not 0.3 * half < sample.count(0) <= half:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.3 * half and even < 0.02 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 * half and odd < 0.02 * half else ""


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name if declared else ""
    except LookupError:
        return ""
    # Browsers read these names as Windows-1252: its quotes and dashes are where Latin-1 has control characters.
    return "cp1252" if name in {"iso8859-1", "ascii"} else {"gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)


_CANDIDATES = ["utf_8", "cp1252", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1251", "cp1250", "utf_16"]


def _detected(content: bytes) -> str:
    eastern = east_asian_encoding(content)
    if eastern:
        return content.decode(eastern, errors="replace")
    if _is_western(content):
        return content.decode("cp1252", errors="replace")
    from charset_normalizer import from_bytes

    best = from_bytes(content[:200_000], cp_isolation=_CANDIDATES).best()
    name = best.encoding if best else "cp1252"
    return content.decode("cp1252" if name == "latin_1" else name, errors="replace")


def _is_western(content: bytes) -> bool:
    """Accents stand alone among ASCII letters; in Chinese, Japanese or Cyrillic bytes above 127 come in rows.

    A detector that counts byte frequencies takes a lone sign such as the plus-minus of Latin-1 for Shift-JIS.
    """
    rows = re.findall(rb"[\x80-\xff]+", content[:1_000_000])
    return bool(rows) and sum(len(row) == 1 for row in rows) > 0.6 * len(rows)
