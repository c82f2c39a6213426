"""Which product a question is about, and what follows for the candidates.

A question with its conversation enters, then the candidates of a search; the candidates of the product that is meant
leave, or, where siblings answer differently and nothing says which one is meant, the options to ask back with.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.index.contract import Index
from retrieval.codes import codes_in, defines
from retrieval.models import Catalogue, Kind, Name
from retrieval.query import Turn
from retrieval.search import Candidate
from retrieval.siblings import Siblings
from retrieval.stated import telling
from retrieval.versions import version_fit

OTHER_MODEL_SHARE = 0.35
"""What is left of the score of a chunk from a manual of other models; it still shows where nothing else is found."""
OTHER_PRODUCT_SHARE = 0.85
"""The same for manuals of other products than the one a question names: a folder's name may be an everyday word."""
_RIVAL_SHARE = 0.8
"""A family asks back only where its best chunk is this close to the best of all."""
_READ_SHARE = 0.6
"""Chunks of a document this close to its best one are compared with its sibling's."""
MOST_OPTIONS = 8
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The product a question is about, as far as words tell."""

    names: tuple[Name, ...] = ()
    source: str = ""
    """What told: `question`, `conversation`, `facts` (what the user has) or `page`; empty where nothing did."""

    @property
    def documents(self) -> frozenset[str]:
        return frozenset(document for name in self.names for document in name.documents)

    @property
    def is_model(self) -> bool:
        return any(name.kind is Kind.MODEL for name in self.names)

    @property
    def shown(self) -> str:
        return ", ".join(dict.fromkeys(name.shown for name in self.names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoped:
    """Candidates after the scope has been decided."""

    candidates: tuple[Candidate, ...]
    options: tuple[str, ...] = ()
    """Not empty: the product to be asked for; the candidates then hold those of all options."""
    fates: Mapping[str, str] = field(default_factory=dict)
    """Why a chunk (by id) was left out or moved down."""
    reason: str = ""


class ProductScope:
    """Decides over the published index; safe to share between threads."""

    def __init__(self, index: Index, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.siblings = Siblings(index, catalogue)

    def meaning(self, question: str, asked: str, turns: Sequence[Turn], product: str = "") -> Meaning:
        """What the question names wins over what it leans on, that over what was said before, that over the page.

        Of what was said before, the last few questions come first, then what the user stated of what they have.

        `asked`: the question completed from the conversation; `product`: the page's product, model or alias.
        """
        sources = [("question", question), ("conversation", asked), *telling(turns), ("page", product)]
        named = [(source, self.catalogue.meant(text)) for source, text in sources if text]
        for kind in (Kind.MODEL, Kind.PRODUCT):
            for source, names in named:
                if names and names[0].kind is kind:
                    return Meaning(names=tuple(names), source=source)
        return Meaning()

    def decide(
        self, asked: str, meaning: Meaning, found: Sequence[Candidate], rarity: Mapping[str, float], said: str = ""
    ) -> Scoped:
        """The candidates in scope, best first. `said`: all that the user has said, the question first."""
        fates: dict[str, str] = {}
        kept = self._meant_first(meaning, found, fates)
        # Who has several products still asks about one of them; who names several asks about all.
        several = len(meaning.names) > 1 and meaning.is_model and meaning.source != "facts"
        reason = f"{meaning.shown}, from the {meaning.source}" if meaning.names else "no product named"
        if several:
            return Scoped(candidates=tuple(kept), fates=fates, reason=reason)
        owners = {} if meaning.is_model else self._code_owners(asked, kept)
        if owners and len(self._told_apart(list(owners.values()), (asked, said))) == 1:
            owners = {}
        options = list(owners)
        for family in self.siblings.families(kept):
            if set(family) & set(owners.values()):
                continue
            chosen = self._told_apart(family, (asked, said))
            if len(chosen) > 1:
                best = next(candidate.score for candidate in kept if candidate.chunk.document in chosen)
                rivals = self._rivals(chosen, kept, rarity) if best >= _RIVAL_SHARE * kept[0].score else []
                options += self._options([chosen[0], *rivals]) if rivals else []
                chosen = [chosen[0], *rivals]
            kept = _without(kept, set(family) - set(chosen), f"sibling of {chosen[0]}, which fits better", fates)
        options = list(dict.fromkeys(options))[:MOST_OPTIONS]
        reason = f"{reason}; siblings answer differently: {', '.join(options)}" if options else reason
        return Scoped(candidates=tuple(kept), options=tuple(options), fates=fates, reason=reason)

    def others(self, names: Sequence[Name]) -> list[Name]:
        """The sibling models of those named: what `the other one` can be; those of the same product where any are."""
        meant = frozenset(document for name in names for document in name.documents)
        found = [
            name
            for name in self.catalogue.all()
            if name.kind is Kind.MODEL
            and not name.documents & meant
            and any(self.siblings.are(own, other) for own in meant for other in name.documents)
        ]
        near = [name for name in found if self._products(name.documents) & self._products(meant)]
        return near or found

    def _products(self, documents: Iterable[str]) -> set[str]:
        return {known.product for known in map(self.catalogue.document, documents) if known}

    def _meant_first(self, meaning: Meaning, found: Sequence[Candidate], fates: dict[str, str]) -> list[Candidate]:
        """Siblings of what is meant are left out, other models and products moved down."""
        meant = meaning.documents
        if not meant:
            return list(found)
        kept = []
        for candidate in found:
            document = candidate.chunk.document
            if document in meant:
                kept.append(candidate)
            elif meaning.is_model and self._is_sibling(document, meant):
                fates[candidate.chunk.id] = f"left out: sibling of {meaning.shown}"
            elif meaning.is_model and self.catalogue.models_of(document):
                fates[candidate.chunk.id] = f"moved down: about another model than {meaning.shown}"
                kept.append(replace(candidate, score=candidate.score * OTHER_MODEL_SHARE))
            elif not meaning.is_model:
                fates[candidate.chunk.id] = f"moved down: not of the product {meaning.shown}"
                kept.append(replace(candidate, score=candidate.score * OTHER_PRODUCT_SHARE))
            else:
                kept.append(candidate)
        return sorted(kept, key=lambda candidate: -candidate.score)

    def _is_sibling(self, document: str, meant: frozenset[str]) -> bool:
        return any(self.siblings.are(document, own) for own in meant)

    def _told_apart(self, family: Sequence[str], texts: Sequence[str]) -> list[str]:
        """The members that fit what was said best; all of them where nothing tells them apart."""
        members = list(family)
        for text in texts:
            members = self._by_words(members, text)
            if len({self.siblings.label(document) for document in members}) == 1:
                members = self._by_version(members, text)
            if len(members) == 1:
                break
        return members

    def _by_words(self, members: Sequence[str], text: str) -> list[str]:
        """Those with a word in their titles that the others lack and the text holds: the Pro, the hub."""
        words = {document: self._title_words(document) for document in members}
        common = frozenset.intersection(*words.values())
        said = _folded(text)
        tokens = set(_WORD.findall(said))
        counts = {
            document: sum(word in tokens or (not word.isascii() and word in said) for word in own - common)
            for document, own in words.items()
        }
        most = max(counts.values())
        if most:
            return [document for document in members if counts[document] == most]
        plain = [document for document in members if not words[document] - common]
        leads = {self._lead(document) for document in members}
        # The family's own name (Aurora, where there is an Aurora Plus as well) means the member that adds nothing.
        return plain if len(leads) == 1 and leads <= tokens and plain else list(members)

    def _title_words(self, document: str) -> frozenset[str]:
        known = self.catalogue.document(document)
        title = known.title if known else ""
        return frozenset(word for word in _WORD.findall(_folded(title)) if len(word) > 1 and not word[0].isdigit())

    def _lead(self, document: str) -> str:
        known = self.catalogue.document(document)
        words = _WORD.findall(_folded(known.title)) if known else []
        return words[0] if words else ""

    def _by_version(self, members: Sequence[str], text: str) -> list[str]:
        known = {document: self.catalogue.document(document) for document in members}
        fits = {name: version_fit(text, f"{own.title} version {own.version}") for name, own in known.items() if own}
        best = max(fits.values(), default=0)
        return [document for document in members if fits.get(document) == best] if best else list(members)

    def _rivals(self, members: Sequence[str], kept: Sequence[Candidate], rarity: Mapping[str, float]) -> list[str]:
        """The members that answer differently from the first one."""
        chunks = {}
        for document in members:
            own = [candidate for candidate in kept if candidate.chunk.document == document]
            chunks[document] = [item.chunk for item in own if item.score >= _READ_SHARE * own[0].score]
        first, *rest = members
        return [document for document in rest if self.siblings.differ(chunks[first], chunks[document], rarity)]

    def _options(self, documents: Sequence[str]) -> list[str]:
        """What to call each: its models, its title where those are the same, then its version."""
        known = [own for own in map(self.catalogue.document, documents) if own]
        ways = (
            [", ".join(name.shown for name in self.catalogue.models_of(own.document)) for own in known],
            [own.title for own in known],
            [f"{own.title} ({own.version})" for own in known],
        )
        fitting = (way for way in ways if all(way) and len(set(way)) == len(way))
        return next(fitting, [f"{own.title}, {own.document}" for own in known])

    def _code_owners(self, asked: str, kept: Sequence[Candidate]) -> dict[str, str]:
        """Models of one product whose manuals give a code of the question different meanings, with their documents."""
        for code in codes_in(asked):
            rows: dict[str, dict[str, str]] = {}
            documents: dict[str, str] = {}
            for candidate in kept:
                names = self.catalogue.models_of(candidate.chunk.document)
                line = defines(candidate.chunk.text, code)
                if names and line:
                    shown = ", ".join(name.shown for name in names)
                    rows.setdefault(candidate.chunk.product, {}).setdefault(shown, _folded(line))
                    documents.setdefault(shown, candidate.chunk.document)
            for owners in rows.values():
                if len(set(owners.values())) > 1:
                    return {shown: documents[shown] for shown in owners}
        return {}


def _without(kept: Sequence[Candidate], documents: set[str], reason: str, fates: dict[str, str]) -> list[Candidate]:
    for candidate in kept:
        if candidate.chunk.document in documents:
            fates[candidate.chunk.id] = f"left out: {reason}"
    return [candidate for candidate in kept if candidate.chunk.document not in documents]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
