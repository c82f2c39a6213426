"""Which products the published manuals are about, and which of them a text names.

Names are read from the index: model names out of titles (a word of letters and digits with the variant word behind it:
T200, T200 Pro, W5), else out of the product's or the file's name; products as their folder is called; and the aliases
that editors gave. No list of products is kept.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from ingest.index.contract import Index, IndexedDocument, Scope
from retrieval.aliases import Aliases

Runs = tuple[str, ...]
"""A name as its runs of letters and of digits, in lower case: T200 Pro is (t, 200, pro), however it is spelt."""

_VARIANT = "pro|plus|max|mini|lite|ultra|air|neo|se|ii|iii"
_MODEL = re.compile(
    r"(?<![a-z0-9.])(?=[a-z0-9-]*[a-z])(?=[a-z0-9-]*\d)[a-z0-9]+(?:-[a-z0-9]+)*"
    rf"(?:[ -]?(?:{_VARIANT})(?![a-z0-9]))?",
)
# Versions, ordinals and the like look like models in a title.
_NO_MODEL = re.compile(r"v\d.*|\d+(?:st|nd|rd|th|d|bit)|x\d{2}|utf-?\d+")
# Only these after a known name make it another one: "T200 max temperature" is about the T200.
_OTHER_VARIANT = frozenset({"pro", "plus", "mini", "lite", "ultra", "neo"})
_RUN = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|\d+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_JOINT = re.compile(r"[ \-_./‐‑–]{0,2}")
_LONGEST = 12


class Kind(IntEnum):
    """How sure a name says which manual is meant; more is surer."""

    PRODUCT = 1
    """A folder's name: many are everyday words."""
    MODEL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A product as people name it."""

    shown: str
    kind: Kind
    documents: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name found in a text, with where it stands."""

    name: Name
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """All names of one published generation and one state of the aliases."""

    by_runs: Mapping[Runs, Name]
    models: Mapping[str, frozenset[Runs]]
    documents: Mapping[str, IndexedDocument]
    starts: frozenset[str]
    """The first runs of all names: at any other run of a text no name begins."""
    may_name: Mapping[Kind, Callable[[str], bool]]
    """Can a name of at least this kind begin in a word? Known words are remembered: texts repeat them."""


class Catalogue:
    """The names of what a reader may read; follows new generations and edited aliases."""

    def __init__(self, index: Index, scope: Scope, aliases: Aliases | None = None) -> None:
        """Only what `scope` may read has a name here: else a reader could be asked back with an internal title."""
        self._index = index
        self._scope = scope
        self._aliases = aliases
        self._built = lru_cache(maxsize=1)(self._build)
        self._held = threading.local()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Inside it all calls of this thread use the same names: whether there are newer ones is looked up once."""
        before = getattr(self._held, "names", None)
        self._held.names = self._names()
        try:
            yield
        finally:
            self._held.names = before

    def mentions(self, text: str) -> list[Mention]:
        """The names in a text in order, each as long as it goes: T200 Pro is no mention of T200."""
        return list(_mentions(unicodedata.normalize("NFKC", text), self._names()))

    def meant(self, text: str) -> list[Name]:
        """The names in a text that say most: models where there are any, else products."""
        names = list(dict.fromkeys(mention.name for mention in self.mentions(text)))
        surest = max((name.kind for name in names), default=Kind.PRODUCT)
        return [name for name in names if name.kind is surest]

    def models_of(self, document: str) -> list[Name]:
        """The model names that a document's own title gives it."""
        names = self._names()
        return [names.by_runs[runs] for runs in sorted(names.models.get(document, ()))]

    def knows(self, name: str) -> bool:
        """Can aliases stand for this: a name, or the first words of a title?"""
        names = self._names()
        return _runs(name) in names.by_runs or _titled(name, list(names.documents.values())) is not None

    def is_name(self, text: str) -> bool:
        """Is this text a product's name or a manual's title and nothing else?"""
        left = "".join(_RUN.findall(self._without(text, Kind.PRODUCT)))
        titles = (document.title for document in self._names().documents.values())
        return not left or _runs(text) in map(_runs, titles)

    def document(self, document: str) -> IndexedDocument | None:
        return self._names().documents.get(document)

    def all(self) -> list[Name]:
        """Every name of the published manuals; an alias is listed with what it stands for, not by itself."""
        return list(dict.fromkeys(self._names().by_runs.values()))

    def mask(self, text: str) -> str:
        """A text without the model names in it, so that sibling manuals can be compared."""
        return self._without(text, Kind.MODEL)

    def _without(self, text: str, least: Kind) -> str:
        folded = unicodedata.normalize("NFKC", text)
        names = self._names()
        if not any(map(names.may_name[least], folded.lower().split())):
            return folded  # as most lines
        kept, begin = [], 0
        for mention in _mentions(folded, names):
            if mention.name.kind >= least:
                kept.append(folded[begin : mention.start])
                begin = mention.end
        return "".join([*kept, folded[begin:]])

    def _names(self) -> _Names:
        held: _Names | None = getattr(self._held, "names", None)
        if held is not None:
            return held
        aliases = self._aliases.all() if self._aliases else {}
        pairs = tuple((alias, name) for name, own in aliases.items() for alias in own)
        return self._built(self._index.info().generation, pairs)

    def _build(self, _generation: str, aliases: tuple[tuple[str, str], ...]) -> _Names:
        documents = self._index.documents(self._scope)
        shown: dict[Runs, str] = {}
        models: dict[str, frozenset[Runs]] = {}
        members: dict[tuple[Runs, Kind], set[str]] = {}
        for document in documents:
            own = {_runs(name): name for name in _model_names(document)}
            models[document.document] = frozenset(own)
            for runs, name in own.items():
                shown.setdefault(runs, name)
                members.setdefault((runs, Kind.MODEL), set()).add(document.document)
            product = _runs(document.product)
            if product and product not in own:
                shown.setdefault(product, document.product)
                members.setdefault((product, Kind.PRODUCT), set()).add(document.document)
        by_runs: dict[Runs, Name] = {}
        for (runs, kind), of in sorted(members.items(), key=lambda item: item[0][1]):
            by_runs[runs] = Name(shown=shown[runs], kind=kind, documents=frozenset(of))
        for alias, target in aliases:
            found = by_runs.get(_runs(target)) or _titled(target, documents)
            if found:
                by_runs.setdefault(_runs(alias), Name(shown=found.shown, kind=Kind.MODEL, documents=found.documents))
        starts = {
            least: frozenset(runs[0] for runs, name in by_runs.items() if runs and name.kind >= least) for least in Kind
        }
        return _Names(
            by_runs=by_runs,
            models=models,
            documents={document.document: document for document in documents},
            starts=starts[Kind.PRODUCT],
            may_name={least: _holds_one(starts[least]) for least in Kind},
        )


def _holds_one(starts: frozenset[str]) -> Callable[[str], bool]:
    return lru_cache(maxsize=20_000)(lambda word: not starts.isdisjoint(_RUN.findall(word)))


def _model_names(document: IndexedDocument) -> list[str]:
    """As written in the title; where that names none, in the product's name, then in the file's."""
    stem = re.sub(r"[-_.]+", " ", document.document.rpartition("/")[2].rpartition(".")[0])
    for text in (document.title, re.sub(r"[-_]+", " ", document.product), stem):
        folded = unicodedata.normalize("NFKC", text)
        found = [folded[match.start() : match.end()] for match in _MODEL.finditer(folded.lower())]
        names = [name for name in found if not _NO_MODEL.fullmatch(name.lower())]
        if names:
            return names
    return []


def lead(title: str) -> str:
    """The name that a title begins with where it has no model number: Aurora, Aurora Plus."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", title))
    return " ".join(words[:2] if len(words) > 1 and words[1].lower() in _VARIANT.split("|") else words[:1])


def _titled(name: str, documents: Sequence[IndexedDocument]) -> Name | None:
    """A product by the words that its manuals' titles begin with: Aurora, and not the Aurora Plus."""
    runs = _runs(name)
    titles = {document.document: _runs(document.title) for document in documents}
    variants = frozenset(_VARIANT.split("|"))
    fitting = [
        document
        for document, title in titles.items()
        if title[: len(runs)] == runs and not variants & set(title[len(runs) : len(runs) + 1])
    ]
    return Name(shown=name, kind=Kind.MODEL, documents=frozenset(fitting)) if runs and fitting else None


def _runs(name: str) -> Runs:
    return tuple(_RUN.findall(unicodedata.normalize("NFKC", name).lower()))


def _mentions(text: str, names: _Names) -> Iterator[Mention]:
    runs = list(_RUN.finditer(text.lower()))
    words = [match.group() for match in runs]
    place = 0
    while place < len(runs):
        end = _longest(text, runs, place, names.by_runs) if words[place] in names.starts else None
        if end is None:
            place += 1
            continue
        yield Mention(name=names.by_runs[tuple(words[place:end])], start=runs[place].start(), end=runs[end - 1].end())
        place = end


def _longest(text: str, runs: list[re.Match[str]], place: int, names: Mapping[Runs, Name]) -> int | None:
    """Where the longest name that begins at this run ends."""
    if place and _attached(runs[place - 1], runs[place]):
        return None
    reach = place + 1
    while reach < min(len(runs), place + _LONGEST) and _JOINT.fullmatch(
        text, runs[reach - 1].end(), runs[reach].start()
    ):
        reach += 1
    for end in range(reach, place, -1):
        whole = end == len(runs) or not _attached(runs[end - 1], runs[end])
        if whole and tuple(run.group() for run in runs[place:end]) in names:
            following = runs[end].group() if end < reach else ""
            return None if following in _OTHER_VARIANT and _is_model(runs[place:end]) else end
    return None


def _is_model(runs: list[re.Match[str]]) -> bool:
    """Do these runs look like a model's name: letters and digits?"""
    return any(run.group().isdigit() for run in runs) and not all(run.group().isdigit() for run in runs)


def _attached(first: re.Match[str], second: re.Match[str]) -> bool:
    """Do two runs stand in one word? Chinese and Japanese characters are words of their own here."""
    return first.end() == second.start() and not (_CJK.match(first.group()) or _CJK.match(second.group()))
