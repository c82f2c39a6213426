"""Text to sentences, in the languages of the manuals, without a model.

Used to cut paragraphs that are too long for a chunk, to find the sentence a citation quotes, and to check an answer.
"""

import re

_MARK = re.compile(r"[.!?…。！？；]")
"""One of these is in every end of a sentence; most rows and headings hold none."""
_LATIN_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+(?=[\"'“‘«(\[¿¡]*[A-ZÀ-ÖØ-ÞŒ0-9¿¡\u4e00-\u9fff\u3040-\u30ff-])")
_CJK_END = re.compile(r"[。！？；][”’」』）]*(?!\s*$)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|max|min|no|nos|fig|figs|tab|sec|chap|pp?|vol|ver|dr|mr|mrs|ms|st"
    r"|z\.\s?b|d\.\s?h|u\.\s?a|usw|bzw|ca|evtl|ggf|abb|nr|art|ex|p\.\s?ej|aprox|núm|pág|env)\.|(?<![\w-])[A-Z]\.)$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 8
_NUMBERED = re.compile(r"\s*\d+\.$")


def split_sentences(text: str) -> list[str]:
    """Verbatim sentences in order, without the white space around them; a line break always ends one."""
    sentences: list[str] = []
    for line in text.splitlines():
        rest = line.strip()
        if rest:
            sentences.extend(_split_line(rest))
    return sentences


def _split_line(line: str) -> list[str]:
    if not _MARK.search(line):
        return [line]
    ends = sorted({match.end() for match in _LATIN_END.finditer(line)} | {m.end() for m in _CJK_END.finditer(line)})
    sentences: list[str] = []
    start = 0
    for end in ends:
        if _goes_on(line[start:end].rstrip()):
            continue
        sentence = line[start:end].strip()
        if sentence:
            sentences.append(sentence)
            start = end
    if last := line[start:].strip():
        sentences.append(last)
    return sentences


def _goes_on(piece: str) -> bool:
    """Does it end in an abbreviation, or is it the number of a step?"""
    if not piece.endswith("."):
        return False
    # Searched from its beginning, a long sentence would be tried at every letter.
    return bool(_ABBREVIATION.search(piece, max(0, len(piece) - _LONGEST_ABBREVIATION)) or _NUMBERED.match(piece))
