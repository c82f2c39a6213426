"""Versions as people write them, compared with those of a manual."""

import re

_VERSION = re.compile(
    r"(?:\b(?:versions?|versión|ver|firmware|fw|software|edition|release|rev|v)\b[ .:]*|版本|固件|バージョン)\s*v?"
    r"(\d+(?:\.(?:\d+|x\b))*)|\bv(\d+(?:\.(?:\d+|x\b))*)|\b(\d+\.x)\b",
    re.IGNORECASE,
)


def versions_in(text: str) -> list[tuple[str, ...]]:
    """The versions a text names, by component; `x` stands for any."""
    return [tuple("".join(match.groups("")).lower().split(".")) for match in _VERSION.finditer(text)]


def version_fit(question: str, manual: str) -> int:
    """How many leading components a version of the question shares with one of the manual; 0: none fits."""
    return max((_shared(own, other) for own in versions_in(question) for other in versions_in(manual)), default=0)


def _shared(asked: tuple[str, ...], known: tuple[str, ...]) -> int:
    count = 0
    for one, other in zip(asked, known, strict=False):
        if "x" in (one, other):
            return count
        if one != other:
            return count
        count += 1
    return count
