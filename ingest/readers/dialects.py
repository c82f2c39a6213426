"""What manuals in Markdown and reStructuredText use beyond what pandoc knows, put into what it knows.

Text enters and leaves. Admonitions and tabs of MkDocs, Docusaurus and GitBook, short codes of site generators;
directives and roles of Sphinx.
"""

import re

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_BANG = re.compile(r"""^(\s*)(?:!!!|\?\?\?\+?|===\+?)\s+(?:([\w-]+)[\w -]*?)?\s*(?:"([^"]*)")?\s*$""")
_COLONS = re.compile(r"^(\s*)(:{3,})\s*([A-Za-z]+)(?:\[([^\]]+)\]|[ \t]+([^{}]+?))?\s*$")
_GITBOOK = re.compile(r"""^\s*\{%\s*hint\s+style\s*=\s*"(\w+)"\s*%\}\s*$""")
_SHORT_CODE = re.compile(r"^\s*(?:\{\{[<%].*?[>%]\}\}|\{%.*?%\})\s*$")
_NOTICES = frozenset(
    "note info tip hint important warning caution danger attention error success failure bug example abstract seealso "
    "question quote notice alert".split()
)
_INDENT = 4

_ROLE = re.compile(r":[\w:+.-]+:`([^`<>]*[^`<>\s])\s*<[^`<>]+>`")
_CHOICE = re.compile(r"^(\s*)\.\. (?:only|ifconfig)::.*$", re.MULTILINE)
_FILES = re.compile(r"^( *)\.\. (?:toctree|include|literalinclude)::[^\n]*\n(?:(?:\1 +[^\n]*|[ \t]*)\n)*", re.MULTILINE)


def known_markdown(text: str) -> str:
    """Markdown with the admonitions of other tools as pandoc's fenced blocks."""
    result: list[str] = []
    fence = ""
    open_blocks: list[int] = []
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        margin = len(line) - len(line.lstrip())
        while open_blocks and line.strip() and not fence and margin < open_blocks[-1]:
            result.extend(["", " " * (open_blocks.pop() - _INDENT) + ":::", ""])
        inner = line[_INDENT * len(open_blocks) :] if open_blocks else line
        if mark:
            fence = "" if fence and mark.group(1).startswith(fence) else fence or mark.group(1)
            result.append(inner)
        elif fence:
            result.append(inner)
        else:
            result.extend(_markdown_line(line, inner, open_blocks))
    result.extend("\n:::" for _ in open_blocks)
    return "\n".join(result)


def _markdown_line(line: str, inner: str, open_blocks: list[int]) -> list[str]:
    bang = _BANG.match(line)
    if bang and (bang.group(2) or bang.group(3)):
        open_blocks.append(len(bang.group(1)) + _INDENT)
        return _opening(bang.group(2) or "tab", bang.group(3))
    colons = _COLONS.match(inner)
    if colons and colons.group(3).lower() in _NOTICES:
        return _opening(colons.group(3), colons.group(4) or colons.group(5), colons.group(2))
    hint = _GITBOOK.match(inner)
    if hint:
        return _opening(hint.group(1), None)
    if _SHORT_CODE.match(inner):
        return [":::"] if "endhint" in inner else []
    return [inner]


def _opening(name: str, title: str | None, colons: str = ":::") -> list[str]:
    kind = name.lower()
    label = title if title is not None else (name.capitalize() if kind in _NOTICES else "")
    return ["", f"{colons} {{.{kind}}}", *([label, ""] if label else [])]


_FILE_OPTION = re.compile(r"^[ \t]+:(?:file|url):[^\n]*\n", re.MULTILINE)
"""pandoc gives up the whole document where it may not read such a file, and it may not read any."""


def known_rst(text: str) -> str:
    """reStructuredText without other files and lists of them, conditions as plain blocks, links by their words."""
    return _ROLE.sub(r"\1", _CHOICE.sub(r"\1.. container::", _FILES.sub("", _FILE_OPTION.sub("", text))))
