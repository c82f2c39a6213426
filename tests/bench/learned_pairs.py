"""Sentences with what supports them or does not, made from manuals that stand in several languages.

Parallel manuals and paragraphs go in; examples come out: a claim, the sentences it is held against, and whether they
support it. Translations are true claims; false ones are made by rule, on either side, so that no sentence is false by
its looks alone: a negation more or less, another word of the same manual, two words that changed places, or a
translation of the sentence that is nearest in words. Nothing of data/eval/falsehoods is read.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.sentences import split_sentences

Row = Mapping[str, str]
"""A sentence by language."""
Edit = Callable[[str, str], str | None]

_PARALLEL: Final = ("brltty", "gimp", "installation-guide", "kicad", "libreoffice")
_BLOCKS: Final = ("p", "li", "dt", "dd", "td", "th", "h1", "h2", "h3", "h4")
_CJK: Final = ("zh", "ja")
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_CJK_WORD: Final = re.compile(r"[\u30a0-\u30ff]{3,}|[\u4e00-\u9fff]{2,4}(?=[的了在和与及或是时中上下、，。のをにはが])")
_NUMBERS: Final = re.compile(r"\d+")
_ALIKE: Final = 0.9
"""Share of blocks at the same places from which two files are taken for translations of each other."""
_TURNS: Final = {
    "en": (
        (r"\b(is|are|can|will|must|should|may|was|has|have) not\b", r"\1"), (r"\bwithout\b", "with"),
        (r"\bcannot\b", "can"), (r"\bnever\b", "always"),
        (r"\b(is|are|can|will|must|should|may|was|has|have)\b", r"\1 not"), (r"\bwith\b", "without"),
        (r"^([A-Z])(?=[a-z]+ (?:the|a|an|on|in|your)\b)", r"Do not \1"),
    ),
    "de": (
        (r" nicht\b", ""), (r"\bkein", "ein"), (r"\bohne\b", "mit"), (r"\bmit\b", "ohne"),
        (r"\bein(?=e|en|er|em)", "kein"),
        (r"\b(ist|sind|kann|können|wird|werden|muss|müssen|darf|hat|haben)\b", r"\1 nicht"),
    ),
    "fr": (
        (r"\b(?:ne |n['’])(\w+) pas\b", r"\1"), (r"\bsans\b", "avec"), (r"\bjamais\b", "toujours"),
        (r"\b(sont|peut|peuvent|doit|doivent|permet|sera|devez|pouvez)\b", r"ne \1 pas"), (r"\bavec\b", "sans"),
        (r"^(\w+ez) ", r"Ne \1 pas "),
    ),
    "es": (
        (r"\bno (?=\w)", ""), (r"\bsin\b", "con"), (r"\bcon\b", "sin"),
        (r"\b(es|son|puede|pueden|debe|deben|está|están|se|tiene)\b", r"no \1"),
    ),
    "zh": (
        ("不能", "可以"), ("无法", "可以"), ("没有", "有"), ("请勿", "请"), ("不(?![同仅但断])", ""),
        ("可以", "不可以"), ("必须", "不必"), ("需要", "不需要"), ("会", "不会"), ("是", "不是"), ("请", "请不要"),
    ),
    "ja": (
        ("ません", "ます"), ("ないでください", "てください"), ("できます", "できません"), ("します", "しません"),
        ("れます", "れません"), ("あります", "ありません"), ("てください", "ないでください"),
    ),
}  # fmt: skip
"""What denies and what does so no more: the first that is there is turned, in one direction or the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file in all its languages: rows in order, each with English."""

    manual: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    claim: str
    held_against: tuple[str, ...]
    false: bool


def documents(manuals: Path, xquad: Path) -> list[Document]:
    """Parallel HTML manuals of the full set, block by block, and XQuAD's paragraphs, sentence by sentence."""
    found = [_aligned(name, paths) for name in _PARALLEL for paths in _files(manuals / name)]
    paragraphs: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    for line in (xquad / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        value = json.loads(line)
        language, _, paragraph = value["id"].partition("-")
        paragraphs[paragraph][language] = split_sentences(value["text"])
    found += [Document(manual="xquad", rows=tuple(_rows(texts))) for texts in paragraphs.values()]
    return [document for document in found if document.rows]


def _files(manual: Path) -> Iterator[dict[str, Path]]:
    """Each English file with its translations by language."""
    for path in sorted((manual / "en").rglob("*.html")):
        name = path.relative_to(manual / "en")
        folders = sorted(folder for folder in manual.iterdir() if (folder / name).exists())
        yield {folder.name[:2]: folder / name for folder in folders}


def _aligned(manual: str, paths: Mapping[str, Path]) -> Document:
    blocks = {language: _blocks(path) for language, path in paths.items()}
    english = blocks["en"]
    kept = {language: texts for language, texts in blocks.items() if _is_like(english, texts)}
    rows: list[Row] = []
    for place in range(len(english)):
        at = {language: split_sentences(texts[place][1]) for language, texts in kept.items()}
        rows += _rows(at)
    return Document(manual=manual, rows=tuple(rows))


def _is_like(english: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> bool:
    same = sum(one[0] == two[0] for one, two in zip(english, other, strict=False))
    return len(english) == len(other) and same >= _ALIKE * len(english)


def _blocks(path: Path) -> list[tuple[str, str]]:
    """Tag and text of each block that holds no other."""
    from lxml.html import HtmlElement, document_fromstring

    root = document_fromstring(path.read_bytes())
    shown = next((element for element in root.iter("div") if element.get("id") == "DisplayArea"), root)
    leaves = [element for element in shown.iter(*_BLOCKS) if next(element.iterdescendants(*_BLOCKS), None) is None]
    texts = [(leaf.tag, " ".join(leaf.text_content().split())) for leaf in leaves if isinstance(leaf, HtmlElement)]
    return [(tag, text) for tag, text in texts if text]


def _rows(texts: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """Sentence by sentence, of languages with as many sentences as English and the same numbers in each."""
    english = texts["en"]
    like = {language: said for language, said in texts.items() if len(said) == len(english)}
    for place, sentence in enumerate(english):
        numbers = sorted(_NUMBERS.findall(sentence))
        row = {language: said[place] for language, said in like.items()}
        yield {
            language: text for language, text in row.items()
            if language == "en" or (text != sentence and sorted(_NUMBERS.findall(text)) == numbers)
        }  # fmt: skip


class Maker:
    """Makes one example after the other; the same seed makes the same ones."""

    def __init__(self, found: Sequence[Document], seed: int) -> None:
        self._random = random.Random(seed)
        self._documents = found
        self._words: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, document in enumerate(found):
            for place, row in enumerate(document.rows):
                for language, text in row.items():
                    self._words[document.manual, language] += [match.group() for match in _words(text, language)]
                    if _is_sentence(text, language) and (language != "en" or len(row) > 1):
                        self._places[language].append((number, place))

    def example(self) -> Example:
        while True:
            if made := self._made():
                return made

    def _made(self) -> Example | None:
        pick = self._random
        language = pick.choice(("en", "en", "de", "fr", "es", "zh", "ja"))
        number, place = pick.choice(self._places[language])
        document = self._documents[number]
        row = document.rows[place]
        other = language if pick.random() < 0.35 else pick.choice([name for name in row if name != language])
        claim, target = row[language], row[other]
        around = document.rows[max(0, place - 2) : place] + document.rows[place + 1 : place + 3]
        beside = [text[other] for text in around if other in text and text[other] != target]
        false = pick.random() < 0.5
        if false and pick.random() < 0.2:
            if not beside:
                return None
            target = max(beside, key=lambda text: _shared(text, row[other]))
        elif false:
            edit = pick.choice((self._turned, self._replaced(document), self._exchanged))
            edited = edit(claim, language) if pick.random() < 0.5 else None
            changed = None if edited else edit(target, other)
            if not (edited or changed):
                return None
            claim, target = edited or claim, changed or target
        elif language == other and pick.random() < 0.4:
            # The same edit on both sides: true, however odd.
            claim = target = (
                pick.choice((self._turned, self._replaced(document), self._exchanged))(claim, language) or claim
            )
        held = [target, *pick.sample(beside, min(pick.randint(0, 2), len(beside)))]
        pick.shuffle(held)
        return Example(claim=claim, held_against=tuple(held), false=false)

    def _turned(self, text: str, language: str) -> str | None:
        for pattern, by in _TURNS[language]:
            if re.search(pattern, text):
                return re.sub(pattern, by, text, count=1)
        return None

    def _replaced(self, document: Document) -> Edit:
        def replaced(text: str, language: str) -> str | None:
            words = _words(text, language)
            others = self._words[document.manual, language]
            if not words:
                return None
            match = self._random.choice(words)
            by = self._random.choice(others)
            alike = by[:4].lower() == match.group()[:4].lower() or by.istitle() is not match.group().istitle()
            return None if alike or by in text else text[: match.start()] + by + text[match.end() :]

        return replaced

    def _exchanged(self, text: str, language: str) -> str | None:
        words = _words(text, language)
        if len(words) < 3:
            return None
        one, two = sorted(self._random.sample(words, 2), key=lambda match: match.start())
        between = text[one.end() : two.start()]
        if one.group() == two.group() or len(between) < 6:  # side by side they may stand either way
            return None
        return text[: one.start()] + two.group() + between + one.group() + text[two.end() :]


def _words(text: str, language: str) -> list[re.Match[str]]:
    return list((_CJK_WORD if language in _CJK else _WORD).finditer(text))


def _is_sentence(text: str, language: str) -> bool:
    return 8 <= len(text) <= 120 if language in _CJK else 5 <= len(text.split()) <= 45


def _shared(one: str, other: str) -> int:
    return len(set(one.lower().split()) & set(other.lower().split()))
