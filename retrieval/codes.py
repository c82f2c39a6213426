"""Codes and names of a question: error codes, part numbers, options, file names, in whatever spelling.

A text enters; codes leave in their plain form: letters and digits only, in lower case.
"""

import re
import unicodedata
from collections.abc import Iterator

from ingest.chunk import CELL_BORDER
from ingest.sparse import CJK

_LETTER = rf"[^\W{CJK}]"
# Letters and digits in one word (E-47, FS-10-3, M404dn), or one or two letters before a number (e 47).
_CODE = re.compile(
    rf"(?<!{_LETTER})(?<![-_.])(?:[a-z]{{1,6}}[-_]?\d{{1,6}}|[a-z]{{1,6}}(?:[-_][a-z]{{1,6}}){{1,2}}[-_]\d{{1,6}})"
    rf"(?:[-_]?[a-z0-9]+)*(?!{_LETTER})|(?<!{_LETTER})[a-z]{{1,2}} \d{{1,6}}(?![.,:]?\d|{_LETTER})"
)
# Words that make no code of the number behind them.
_BEFORE_NUMBERS = frozenset(
    "a an as at be by do if in is it me my no of on or so to up us we le la de du en et un es der die am im zu ab "
    "se el y o v x mm cm km kg mb gb ms db hz".split()
)
# Standards and systems that manuals spell in many other ways.
_COMMON = re.compile(r"v\d+|usb\d|ipv\d|win\d+|windows\d+|ios\d+|mp\d|h26\d|x\d+|utf\d+|rs\d{3}|wpa\d|ps\d")


_DASH = re.compile(r"[‐‑‒–—−]")
_OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
# Its further words may be written apart: --dry run.
_OPTION_APART = re.compile(r"(?<![\w-])(--[a-z][\w-]*) ([a-z]{2,})(?: ([a-z]{2,}))?(?![\w-])")
_MODIFIER = r"(?:ctrl|control|alt|shift|strg|umschalt|cmd|maj|mayús)"
_NAMED_KEY = (
    r"(?:[a-z0-9]|f\d{1,2}|tab|enter|return|esc|space|home|end|del|delete|ins|insert|up|down|left|right|page ?up"
    r"|page ?down|backspace)"
)
_KEYS = re.compile(
    rf"(?<!{_LETTER}){_MODIFIER}(?: ?[+-] ?{_MODIFIER})*(?: ?\+ ?[^\W_]+|-[^\W_]+)(?!{_LETTER})"
    rf"|(?<!{_LETTER}){_MODIFIER}(?: {_MODIFIER})* {_NAMED_KEY}(?!{_LETTER})"
)
_FILE = re.compile(r"(?<![\w.-])(?:([a-z][\w-]*) )?([a-z][\w-]*(?:\.[a-z][a-z_]{1,8})+)(?![\w-])")
_OPTION_WORD = re.compile(
    r"\b(?:options?|flags?|switch(?:es)?|parameters?|arguments?|schalter|paramètres?|opción|opciones|parámetros?)\b"
    r"|选项|参数|开关|オプション|引数"
)
_ASKS_MEANING = re.compile(
    r"\bmeans?\b|\bmeaning\b|\bstands? for\b|\bwhat(?: does|['’]s| is| are)\b|\bbedeute[nt]\b"
    r"|\bsignifi(?:e|ca)\b|意思|含义|什么是|是什么|意味|とは"
)
_ASKING = re.compile(
    rf"{_ASKS_MEANING.pattern}|{_OPTION_WORD.pattern}|\b(?:what|does|do|did|is|are|the|an?|of|for|in|it|was|ist|der|die|das"
    r"|que|qué|quoi|le|la|les|el|los)\b|什么|的|は|何|ですか"
)
_MOST_BARE = 3
"""Words among which one may be an option without its dashes: the option, and whose it is."""
_WORD_NUMBER = re.compile(rf"(?<!{_LETTER})[a-z]{{1,8}} \d{{1,6}}(?: \d{{1,3}})?(?![.,:]?\d|{_LETTER})")
_ENTRY_END = re.compile(r":\s| [-–—] ")
_BETWEEN = re.compile(r",\s*|\s*/\s*(?=-)")


def codes_in(text: str) -> list[str]:
    """The codes a text names, in order, without repetition."""
    return list(dict.fromkeys(_codes(unicodedata.normalize("NFKC", text).lower())))


def plain(code: str) -> str:
    """Letters and digits only, in lower case."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", code).lower())


def with_plain_dashes(text: str) -> str:
    """In lower case, full width and the many dashes as they are typed."""
    return _DASH.sub("-", unicodedata.normalize("NFKC", text)).lower()


def as_written(text: str, code: str) -> str:
    """A code as it is spelt in a text."""
    spelling = r"[\W_]*".join(map(re.escape, code))
    found = re.search(spelling, unicodedata.normalize("NFKC", text), re.IGNORECASE)
    return found.group() if found else code


def names_in(text: str) -> list[str]:
    """What may be looked up: codes, options (`-q`, `--dry-run`), words before a number, keys pressed together
    (`ctrl+s`), and what a question asks the meaning of, if it is a file name or may be an option."""
    folded = with_plain_dashes(text)
    doubtful = [plain(match.group()) for match in _WORD_NUMBER.finditer(folded)]
    keys = (re.sub(r"\W+", "+", match.group()) for match in _KEYS.finditer(folded))
    codes = _codes(folded, common=True)
    return list(dict.fromkeys([*codes, *_options(folded), *doubtful, *keys, *_meant(folded)]))


def _options(folded: str) -> Iterator[str]:
    """Options as typed, and as a manual may write them: an editor's single dash, words apart, other joints."""
    found = _OPTION.findall(folded)
    for lead, *words in _OPTION_APART.findall(folded):
        found += ["-".join([lead, *words[:count]]) for count in (1, 2) if all(words[:count])]
    for option in found:
        yield option
        long = option if option.startswith("--") or len(option) == 2 else f"-{option}"
        name = long.lstrip("-")
        yield from (f"{long[: -len(name)]}{spelt}" for spelt in (name.replace("_", "-"), name.replace("-", "_")))


def _meant(folded: str) -> Iterator[str]:
    """File names, and options without their dashes, where the question asks for nothing but what they are."""
    if not (_ASKS_MEANING.search(folded) or _OPTION_WORD.search(folded)):
        return
    for before, name in _FILE.findall(folded):
        yield from (plain(name), *([plain(before + name)] if before else []))
    bare = re.findall(r"[\w-]+", _ASKING.sub(" ", folded))
    if len(bare) <= (_MOST_BARE if _OPTION_WORD.search(folded) else 1):
        yield from (f"{'--' if len(word) > 1 else '-'}{word}" for word in bare if re.fullmatch(r"[a-z][\w-]*", word))


def defines(text: str, code: str) -> str:
    """The row or entry of a text that says what a code is: it stands in one of the first two cells, or before a dash
    or colon, with nothing else but its like."""
    for line in text.splitlines():
        if CELL_BORDER in line:
            heads = line.split(CELL_BORDER)[:2]
        else:
            heads = _ENTRY_END.split(line, maxsplit=1)[:1] if _ENTRY_END.search(line) else []
        if any(_same(part, code) for head in heads for part in _BETWEEN.split(head)):
            return line
    return ""


def _same(written: str, code: str) -> bool:
    part = with_plain_dashes(written).removeprefix("- ").strip(" *•`")
    # --level=N and --level <n> are --level
    return re.split(r"=| <", part)[0].rstrip() == code if code.startswith("-") else plain(part) == plain(code)


def _codes(folded: str, *, common: bool = False) -> Iterator[str]:
    """`common`: standards and systems too."""
    for match in _CODE.finditer(folded):
        code = plain(match.group())
        word, space, _number = match.group().partition(" ")
        if not (space and word in _BEFORE_NUMBERS) and (common or not _COMMON.fullmatch(code)):
            yield code
