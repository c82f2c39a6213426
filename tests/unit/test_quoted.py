"""What a question quotes is found word for word, and nothing moves where it quotes nothing, or what all manuals say."""

from collections.abc import Iterator, Sequence

import pytest

from ingest.index.contract import EVERYTHING, Index, Scope
from ingest.types import Audience
from retrieval.quoted import quoted_first, quotes_in
from retrieval.retriever import SAID_SHARE, Retriever
from retrieval.search import Candidate
from tests.manual_index import AllAlike, Manual, publish

MESSAGE = "Access to that host is not authorized"
GERMAN = "Bitte sehen Sie die Datei an, tragen Sie den Rechner dort ein und starten Sie den Dienst danach neu."
MANUALS = (
    Manual("ups/en/web.md", title="Web", product="ups", sections=(("Errors", f"{MESSAGE}: look into hosts.conf."),)),
    Manual("ups/de/web.md", title="Netz", product="ups", sections=(("Fehler", f"{MESSAGE}: {GERMAN}"),)),
    Manual(
        "ups/en/access.md", title="Access", product="ups", sections=(("Hosts", "That host has authorized access."),)
    ),
    Manual("door/zh/door.md", title="门锁", product="door", sections=(("提示", "屏幕显示门未关好时请检查。"),)),
    *(
        Manual(f"many/en/m{number}.md", title=f"M{number}", product="many", sections=(("Save", "Press save as now."),))
        for number in range(20)
    ),
)


@pytest.fixture(name="index", scope="module")
def _index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    opened = publish(tmp_path_factory.mktemp("quoted") / "index", *MANUALS)
    yield opened
    opened.close()


def found(index: Index, *documents: str) -> list[Candidate]:
    chunks = [index.span(document, 0, 0, EVERYTHING)[0] for document in documents]
    return [Candidate(chunk, score=1 - place / 10, dense=0.0, sparse=1.0) for place, chunk in enumerate(chunks)]


def order(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.chunk.document for candidate in candidates]


@pytest.mark.parametrize(
    ("question", "language", "first"),
    [
        (f'what does "{MESSAGE}" mean?', "en", {"ups/en/web.md"}),
        (f"网页提示“{MESSAGE.lower()}”，怎么办？", "zh", {"ups/en/web.md", "ups/de/web.md"}),
        ("屏幕上的「门未关好」是什么意思", "zh", {"door/zh/door.md"}),
    ],
)
def test_who_says_what_is_quoted_stands_first_also_where_it_was_not_found(
    index: Index, question: str, language: str, first: set[str]
) -> None:
    ranked = quoted_first(index, question, found(index, "ups/en/access.md"), EVERYTHING, language=language)
    assert set(order(ranked)[:-1]) == first
    assert order(ranked)[-1] == "ups/en/access.md"
    assert [candidate.score for candidate in ranked] == sorted((c.score for c in ranked), reverse=True)


@pytest.mark.parametrize(
    "question", [MESSAGE, '"authorized"', 'where is "save as"', 'what is "a message of no manual"?']
)
def test_nothing_moves_without_quoted_words_that_tell(index: Index, question: str) -> None:
    ranked = found(index, "ups/en/access.md", "ups/en/web.md")
    assert quoted_first(index, question, ranked, EVERYTHING, language="en") == ranked


def test_what_is_quoted_is_not_found_outside_the_scope(index: Index) -> None:
    scope = Scope(audience=Audience.INTERNAL, products=("door",))
    assert quoted_first(index, f'"{MESSAGE}"', [], scope, language="en") == []


def test_a_quotation_that_a_passage_holds_leaves_less_doubt(index: Index) -> None:
    retriever = Retriever(index, AllAlike())  # type: ignore[arg-type]
    plain, quoted = (
        retriever.retrieve(question, scope=EVERYTHING).confidence for question in (f"{MESSAGE}?", f'"{MESSAGE}"?')
    )
    assert 1 - quoted == pytest.approx((1 - plain) * SAID_SHARE)


def test_quotation_marks_of_all_sorts_hold_words() -> None:
    said = "the “lamp is red”, «porte ouverte», „Tür ist auf“, 「門が開いている」 and it's the user's"
    assert quotes_in(said) == ["lamp is red", "porte ouverte", "tür ist auf", "門が開いている"]
