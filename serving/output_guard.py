"""What a model may say at all, whatever it was told to say: applied to each sentence before it is checked and shown.

Segments of a model's text go in; the same segments come out without links that no passage gives for what is asked,
without pictures and markup, and empty where they give away the rules, repeat planted text, play another role or change
the language. Nothing here depends on having recognised an instruction but the words that only planted text holds.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from ingest.chunk import CELL_BORDER
from ingest.language import detect_language
from ingest.sentences import split_sentences
from ingest.sparse import terms
from retrieval.passages import Passage
from serving.planted import folded, screened, tainted
from serving.prompt import INSTRUCTIONS, NO_ANSWER
from serving.segments import MARK, Segment

_TOLD: Final = 6
"""Words in a row that nobody but the rules themselves says that way."""
_BEGINNING: Final = 30
"""Words in which a model has said that there is no answer; later it only repeats what it was told to say."""
_LANGUAGE_WORDS: Final = 8
"""Shorter sentences may be names of menus and keys, which stay as they are in the manual."""
_BARE: Final = 2
"""Words of a sentence that only names something."""
_BARE_ASIAN: Final = 5
"""The same in Chinese and Japanese characters."""
_LEFT: Final = 3
"""Words that must be left of a sentence that lost a link, else the link was all it had to say."""
_END: Final = r"[^\s<>\"'“”‘’()\[\]（）【】「」『』，。；、！？]"
_URL: Final = re.compile(
    rf"(?:https?|ftp|wss?|file):/+{_END}+|(?:javascript|vbscript|mailto|tel|sms):{_END}+|data:[\w/+.-]*[;,]{_END}*"
    rf"|\bwww\.{_END}+|(?<![\w:/])//[\w-]+(?:\.[\w-]+)+{_END}*",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"!?\[([^\]\n]*)\]\(\s*<?([^)\s>]*)>?[^)\n]*\)?")
_HALF_LINK: Final = re.compile(r"\]\(\s*<?[^)\s>]*>?[^)\n]*\)?")
_REFERENCE: Final = re.compile(r"!?\[([^\]\n]*[^\]\d\s^,-][^\]\n]*)\]\s?\[[^\]\n]*\]")
_DEFINITION: Final = re.compile(r"^\s*\[[^\]\n]+\]:\s*\S+")
_TAG: Final = re.compile(r"<!--.*?(?:-->|$)|<[a-z/!?][^<>]*>", re.IGNORECASE | re.DOTALL)
_HALF_TAG: Final = re.compile(
    r"<(?:img|script|iframe|svg|a|object|embed|link|style|form|meta|video|audio|base|input|button|body)\b[^>]*>?",
    re.IGNORECASE,
)
_ROLE: Final = re.compile(
    r"<\s*[|｜]|[|｜]\s*>|\[/?INST\]|<<\s*/?SYS|<\s*/?\s*(?:tool_call|tool_response|function_calls?|invoke|think)\b"
    r"|^\W*(?:assistant|system|user|human|developer)\s*:|\"(?:tool|function|name|arguments|tool_calls)\"\s*:"
    r"|\b(?:tool|function)_calls?\b",
    re.IGNORECASE,
)
_FENCE: Final = re.compile(r"^\s*(?:```|~~~)")
_LABEL: Final = re.compile(r"[:：]\s*[*_]*\s*$|^\s*#")
_ODD: Final = 0.6
"""Share of a heading's words that the manuals do not use where they are about the question."""
_LEADS: Final = frozenset(
    terms(
        "steps step procedure note notes warning caution important tip answer summary overview requirements before"
        " first then next finally follow following proceed do here how to result example"
        " 步骤 请按以下步骤操作 操作步骤 如下 注意 注意事项 警告 提示 重要 说明 手順 次の手順で 以下の étapes"
        " remarque avertissement attention suivantes procédez comme suit Schritte Hinweis Warnung Achtung Wichtig"
        " folgende so gehen Sie vor pasos nota advertencia precaución importante siguientes siga estos",
        "en",
    )
)
"""What answers are commonly headed by."""
_ASIAN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LIST_ITEM: Final = re.compile(r"^\s*(?:[-*•]\s|\d+[.)、])")
_WORD: Final = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")


class OutputGuard:
    """Of one answer; call `admitted` with its segments in order."""

    def __init__(
        self,
        passages: Sequence[Passage],
        *,
        language: str,
        planted: Sequence[str] = (),
        question: str = "",
        said: str = "",
    ) -> None:
        """`passages`, `question` and what was `said` before it without what was `planted` in them."""
        self._passages = passages
        self._language = language
        self._planted = planted
        self._question = question
        self._said = said
        self._last: list[str] = []
        self._heard = 0
        """Words so far."""
        self._has_told = False
        self._ready = False

    def prepare(self) -> None:
        """Take the passages apart, which takes some milliseconds; else that is done when the first segment comes."""
        if self._ready:
            return
        passages = self._passages
        texts = [" ".join((_heading(passage), passage.text)) for passage in passages]
        clean = " ".join((*texts, self._question, self._said))
        self._known = folded(" ".join(texts))
        self._bodies = folded(" ".join(_body(passage) for passage in passages))
        self._links, self._about, self._aside = _beside_the_point(self._question, self._language, passages)
        self._words, self._phrases = tainted(self._planted, clean) if self._planted else (frozenset(), ())
        self._rules = _told() - _runs(_WORD.findall(self._known)) if passages else _told()
        self._ready = True

    def admitted(self, segment: Segment) -> Segment:
        """The segment as it may be said; its text is empty where nothing of it may."""
        self.prepare()
        self._heard += len(segment.text.split())
        if segment.text.lstrip(" \n*`").startswith(NO_ANSWER) and self._heard < _BEGINNING:
            return segment
        if segment.code:
            line = folded(segment.text)
            barred = line not in self._bodies or self._is_planted(segment.text) or self._is_aside(segment.text)
            return replace(segment, text="") if barred and not _FENCE.match(segment.text) else segment
        if self._is_barred(segment.text):
            return replace(segment, text="")
        text = self._without_links(segment.text)
        lost = len(text) < len(segment.text)
        if lost and len(_WORD.findall(MARK.sub("", text))) < _LEFT and not re.search(r"[\u3040-\u9fff]{4}", text):
            text = ""
        return replace(segment, text=text)

    def _is_barred(self, text: str) -> bool:
        return bool(
            _ROLE.search(text)
            or _DEFINITION.match(text)
            or self._tells_rules(text)
            or self._is_planted(text)
            or self._is_foreign(text)
            or self._is_aside(text)
            or self._is_odd_label(text)
        )

    def _without_links(self, text: str) -> str:
        def link(match: re.Match[str]) -> str:
            label, target = match[1].strip(), _trimmed(match[2])
            if match.group().startswith("!"):
                return ""
            shown = target if target in self._links and target not in label else ""
            return f"{label} ({shown})" if label and shown else label or shown

        def known(match: re.Match[str]) -> str:
            url = match.group()
            return url if _trimmed(url) in self._links else url[len(_trimmed(url)) :]

        def tag(match: re.Match[str]) -> str:
            return match.group() if folded(match.group()) in self._known else ""

        text = _REFERENCE.sub(r"\1", _LINK.sub(link, text))
        text = _HALF_TAG.sub(tag, _TAG.sub(tag, _HALF_LINK.sub("]", text)))
        return _URL.sub(known, text.replace("![", "["))

    def _tells_rules(self, text: str) -> bool:
        """Also where the rules are told with a line for each word."""
        own = _WORD.findall(folded(MARK.sub("", text)))
        words = [*self._last, *own]
        self._last = words[-_TOLD + 1 :]
        tells = bool(_runs(words) & self._rules) or NO_ANSWER in text
        self._has_told |= tells
        # Who tells the rules whole may go on in pieces; what is left of an answer has sentences.
        return tells or (self._has_told and len(own) < _TOLD // 2 and "|" not in text)

    def _is_planted(self, text: str) -> bool:
        plain = folded(text)
        words = set(_WORD.findall(plain))
        hit = words & self._words or any(word in plain for word in self._words if "." in word or "-" in word)
        return bool(hit) or any(phrase in plain for phrase in self._phrases) or bool(screened(text).planted)

    def _is_aside(self, text: str) -> bool:
        """A bare word or two that stand nowhere in what the manuals say about the question."""
        plain = MARK.sub("", text)
        words = [own for word in _WORD.findall(plain) if (own := terms(word, self._language))]
        is_long = len(words) > _BARE or len(_ASIAN.findall(plain)) > _BARE_ASIAN
        if is_long or _LIST_ITEM.match(text) or CELL_BORDER in plain.strip(" |"):
            return False
        return any(set(own) & self._aside for own in words)

    def _is_odd_label(self, text: str) -> bool:
        """A heading or lead-in, which claims nothing and so is not checked, in words of another matter."""
        if not _LABEL.search(MARK.sub("", text).rstrip()):
            return False
        own = set(terms(text, self._language))
        return len(own - self._about - _LEADS) > _ODD * len(own)

    def _is_foreign(self, text: str) -> bool:
        """A sentence in a language that was not asked for, unless it is the manual's own."""
        plain = MARK.sub("", text).strip(" \n#*-")
        size = len(_WORD.findall(plain)) + len(_ASIAN.findall(plain)) // 2
        if not self._language or size < _LANGUAGE_WORDS or folded(plain).rstrip(".") in self._known:
            return False
        found = detect_language(plain)
        return bool(found) and found != self._language


def without_pictures(text: str) -> str:
    """A manual's own words, in which no reader's page may see a picture to be fetched."""
    return text.replace("![", "[")


def _trimmed(url: str) -> str:
    return url.rstrip(".,;:!?*_`'\"…")


def _beside_the_point(
    question: str, language: str, passages: Sequence[Passage]
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Of sentences about what is asked the links and the terms; and the terms that only others and titles hold.

    Where question and manuals share no words (another language), every sentence counts as about it.
    """
    links: dict[str, bool] = {}
    about, aside = set(terms(question, language)), set()
    shares = False
    for passage in passages:
        asked = set(terms(question, passage.language))
        aside |= set(terms(_heading(passage), passage.language))
        for sentence in split_sentences(_body(passage)):
            own = set(terms(_URL.sub(" ", sentence), passage.language))
            shares |= bool(asked & own)
            (about if asked & own else aside).update(own)
            links |= {link: links.get(link, False) or bool(asked & own) for link in _links(sentence)}
    if not shares:
        headings = {term for passage in passages for term in terms(_heading(passage), passage.language)}
        bodies = {term for passage in passages for term in terms(_body(passage), passage.language)}
        return frozenset(links), frozenset(bodies | about), frozenset(headings - bodies - about)
    given = frozenset(link for link, is_about in links.items() if is_about)
    return given, frozenset(about), frozenset(aside - about)


def _links(text: str) -> list[str]:
    return [_trimmed(match.group()) for match in _URL.finditer(text)]


def _heading(passage: Passage) -> str:
    return " ".join((passage.title, *passage.section))


def _body(passage: Passage) -> str:
    """The text without the headings that stand in it as well."""
    headings = {folded(heading) for heading in (passage.title, *passage.section)}
    return "\n".join(line for line in passage.text.splitlines() if folded(line) not in headings)


@cache
def _told() -> frozenset[tuple[str, ...]]:
    return frozenset(run for line in INSTRUCTIONS for run in _runs(_WORD.findall(folded(line))))


def _runs(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[place : place + _TOLD]) for place in range(len(words) - _TOLD + 1))
