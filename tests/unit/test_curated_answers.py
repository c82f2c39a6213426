"""Curated answers: who gets them, until when, and what happens when a manual changes under them."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING, Scope
from ingest.types import Audience
from retrieval.aliases import Aliases
from retrieval.query import Turn
from serving.answer import AnswerSource
from serving.assistant import QuestionUnusable
from serving.stored.counts import Outcome
from serving.stored.curation import Curation, export_rows
from serving.stored.editing import Quoted, Wanted
from serving.stored.types import CuratedAnswer, CuratedUnusable, State
from tests.kept_answers import PUBLIC, Kept
from tests.manual_index import Manual

LAMP = Manual(
    "lamp.pdf", "Lamp L1 manual", sections=(("Reset", "Hold the key for 10 seconds."), ("Clean", "Wipe it dry."))
)
PLUS = Manual("plus.pdf", "Lamp L1 Plus manual", sections=(("Reset", "Say the word three times."),))
SECRET = Manual(
    "secret.pdf", "Lamp L1 service", audience=Audience.INTERNAL, sections=(("Reset", "Short pins 4 and 5."),)
)
RESET = "How do I reset the L1?"
HOLD = Quoted("lamp.pdf", "Hold the key for 10 seconds.")
BOTH = (Audience.PUBLIC, Audience.INTERNAL)


@pytest.fixture
def kept(quick_folder: Path) -> Kept:
    made = Kept(quick_folder)
    made.publish(LAMP, PLUS, SECRET)
    return made


def desk(kept: Kept) -> Curation:
    return Curation(kept.book, kept.store, Aliases(kept.folder / "aliases.toml"))


def add(kept: Kept, *questions: str, **fields: object) -> CuratedAnswer:
    given = {"answer": "Hold it. [1]", "quotes": (HOLD,), "audiences": BOTH, **fields}
    return desk(kept).add(Wanted(questions=questions or (RESET,), **given))  # type: ignore[arg-type]


def test_an_editors_answer_comes_first_marked_and_with_its_citation(kept: Kept) -> None:
    kept.answers.ask(RESET, scope=PUBLIC)
    add(kept, RESET, "How can the L1 be reset to defaults?")
    embedded = len(kept.words.embedded)
    for asked in ("how do I RESET the L1", "Hello, how can the L1 be reset to defaults?"):
        answer = kept.answers.ask(asked, scope=PUBLIC)
        assert answer.source is AnswerSource.CURATED
        assert "editor" in answer.notice
        assert [(c.number, c.document, c.quote) for c in answer.citations] == [(1, HOLD.document, HOLD.quote)]
    assert len(kept.words.embedded) == embedded
    assert kept.source("The L1 - how do I reset?") is AnswerSource.CURATED, "asked in other words"
    assert kept.counts.all()[Outcome.CURATED_SAME] == 2
    assert kept.counts.all()[Outcome.CURATED_LIKE] == 1


def test_only_its_readers_get_it(kept: Kept) -> None:
    add(kept, audiences=(Audience.INTERNAL,))
    assert kept.source(RESET, PUBLIC) is not AnswerSource.CURATED
    assert kept.source(RESET, EVERYTHING) is AnswerSource.CURATED
    add(kept, "How do I clean the L1?", audiences=(Audience.PUBLIC,), quotes=(), answer="Wipe.")
    assert kept.source("How do I clean the L1?", EVERYTHING) is not AnswerSource.CURATED
    elsewhere = Scope(audience=Audience.INTERNAL, products=("pumps",))
    assert kept.source(RESET, elsewhere) is not AnswerSource.CURATED, "it stands on a manual they may not read"


def test_an_answer_of_a_product_is_for_that_product(kept: Kept) -> None:
    question = "How do I reset it to defaults again?"
    add(kept, question, product="L1")
    assert kept.source(question) is AnswerSource.MODEL
    assert kept.source(question, product="L1") is AnswerSource.CURATED
    assert kept.source(question, product="L1 Plus") is AnswerSource.MODEL
    add(kept, RESET, product="L1", quotes=(), answer="Hold it.")
    assert kept.source(RESET) is AnswerSource.CURATED, "the question names it"
    add(kept, "What is in the box of this device?", product="product", quotes=(), answer="A lamp.")
    asked = "What is in the box of this device?"
    assert kept.source(asked, Scope(audience=Audience.PUBLIC, products=("product",))) is AnswerSource.CURATED
    assert kept.source(asked) is AnswerSource.MODEL


def test_it_is_given_on_its_days_only_and_a_draft_never(kept: Kept) -> None:
    for place, (first, last, served) in enumerate(
        [("", "", True), ("2999-01-01", "", False), ("", "2001-12-31", False), ("2001-01-01", "2999-12-31", True)]
    ):
        question = f"How do I reset the L1 for the {place + 2}th time?"
        add(kept, question, valid_from=first, valid_until=last)
        assert (kept.source(question) is AnswerSource.CURATED) is served
    add(kept, "How do I clean the L1?", state=State.DRAFT)
    assert kept.source("How do I clean the L1?") is not AnswerSource.CURATED


def test_within_a_conversation_a_question_that_stands_alone_gets_it(kept: Kept) -> None:
    add(kept, "How do I reset the lamp L1 after a power cut?")
    turns = (Turn("user", "How do I clean the lamp?"), Turn("assistant", "Wipe it."))
    assert kept.source("How do I reset the lamp L1 after a power cut?", turns=turns) is AnswerSource.CURATED
    add(kept, "And that?")
    assert kept.source("And that?", turns=turns) is not AnswerSource.CURATED


def test_a_changed_passage_takes_it_out_of_service_until_an_editor_has_looked(kept: Kept) -> None:
    other = add(kept, "How do I clean the L1?", quotes=(Quoted("lamp.pdf", "Wipe it dry."),))
    gone = add(kept)
    changed = replace(LAMP, sections=(("Reset", "Hold the key for 12 seconds."), LAMP.sections[1]))
    kept.publish(changed, PLUS, SECRET)
    assert kept.source(RESET) is AnswerSource.MODEL
    assert kept.source("How do I clean the L1?") is AnswerSource.CURATED
    states = {answer.number: (answer.state, answer.reason) for answer in desk(kept).swept()}
    assert states[other.number] == (State.APPROVED, "")
    assert states[gone.number][0] is State.NEEDS_REVIEW
    assert "lamp.pdf" in states[gone.number][1]
    with pytest.raises(CuratedUnusable, match="does not say"):
        desk(kept).approve(gone.number)
    desk(kept).edit(gone.number, quotes=(Quoted("lamp.pdf", "Hold the key for 12 seconds."),))
    assert kept.source(RESET) is not AnswerSource.CURATED
    assert desk(kept).approve(gone.number).reason == ""
    assert kept.source(RESET) is AnswerSource.CURATED


@pytest.mark.parametrize("now", [(), (replace(LAMP, audience=Audience.INTERNAL),), (replace(LAMP, product="other"),)])
def test_a_removed_or_reassigned_manual_does_so_too_as_the_list_finds(kept: Kept, now: tuple[Manual, ...]) -> None:
    add(kept)
    kept.publish(PLUS, *now)
    (answer,) = desk(kept).swept()
    assert answer.state is State.NEEDS_REVIEW
    assert kept.source(RESET, EVERYTHING) is not AnswerSource.CURATED


def test_a_rollback_does_not_blame_an_answer_that_an_editor_just_approved(kept: Kept) -> None:
    kept.publish(replace(LAMP, sections=(("Reset", "Hold the key for 12 seconds."),)))
    add(kept, quotes=(Quoted("lamp.pdf", "Hold the key for 12 seconds."),))
    kept.store.rollback()
    kept.open()
    assert kept.source(RESET) is AnswerSource.MODEL
    assert [answer.state for answer in desk(kept).swept()] == [State.APPROVED]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"questions": ()}, "No question"),
        ({"answer": "  "}, "empty"),
        ({"answer": "x" * 9000}, "9000 characters"),
        ({"answer": "Hold it. [2]"}, r"mark \[2\]"),
        ({"quotes": (Quoted("none.pdf", "Hold"),)}, "none.pdf is not indexed"),
        ({"quotes": (Quoted("lamp.pdf", "Hold the key for 9 seconds."),)}, "does not say"),
        ({"quotes": (Quoted("secret.pdf", "Short pins 4 and 5."),)}, "cannot be public"),
        ({"product": "X99"}, "No product is called"),
        ({"language": "de"}, "taken for a question in 'en'"),
        ({"valid_from": "tomorrow"}, "is no day"),
        ({"audiences": ()}, "No audience"),
    ],
)
def test_what_could_not_be_served_is_refused_with_the_reason(kept: Kept, fields: dict[str, object], said: str) -> None:
    wanted = Wanted(questions=(RESET,), answer="Hold it. [1]", quotes=(HOLD,), audiences=BOTH)
    with pytest.raises(CuratedUnusable, match=said):
        desk(kept).add(replace(wanted, **fields))  # type: ignore[arg-type]
    assert not kept.book.all()


def test_an_empty_question_and_a_second_answer_to_the_same_are_refused(kept: Kept) -> None:
    with pytest.raises(QuestionUnusable):
        add(kept, " ")
    first = add(kept, "What now?", RESET)
    with pytest.raises(CuratedUnusable, match=f"Curated answer {first.number} answers"):
        add(kept, "how do i reset the L1")
    add(kept, valid_from="2999-01-01", audiences=(Audience.PUBLIC,), product="L1 Plus")


def test_marks_are_numbered_by_first_use_and_unused_quotes_get_one(kept: Kept) -> None:
    quotes = (HOLD, Quoted("lamp.pdf", "Wipe   it\ndry."), Quoted("plus.pdf", "Say the word three times."))
    answer = add(kept, answer="Wipe [2], then hold [1].", quotes=quotes)
    assert answer.answer == "Wipe [1], then hold [2]. [3]"
    assert [c.quote for c in answer.citations] == ["Wipe it dry.", HOLD.quote, "Say the word three times."]


def test_what_is_exported_comes_in_again_once(kept: Kept, tmp_path: Path) -> None:
    add(kept, RESET, "How can the L1 be reset?", product="L1", valid_until="2999-01-01")
    add(kept, "When is support open?", quotes=(), answer="From nine to five.", state=State.DRAFT)
    rows = export_rows(kept.book.all())
    assert desk(kept).import_rows(rows) == ([], 2)
    other = Kept(tmp_path)
    other.publish(LAMP)
    added, skipped = desk(other).import_rows(rows)
    assert (len(added), skipped) == (2, 0)
    assert export_rows(other.book.all()) == rows


@pytest.mark.parametrize("row", [[], "x", {"questions": "How?", "answer": "x"}, {"questions": ["How?"]}, {"answer": 3}])
def test_a_bad_row_is_named_and_none_is_added(kept: Kept, row: object) -> None:
    good = {"questions": ["When is support open?"], "answer": "From nine to five."}
    with pytest.raises(CuratedUnusable, match="Answer 2"):
        desk(kept).import_rows([good, row])
    assert not kept.book.all()


def test_a_models_answer_becomes_a_draft_with_its_citations(kept: Kept) -> None:
    given = kept.answers.ask(RESET, scope=PUBLIC)
    assert kept.shelf is not None
    (cached,) = kept.shelf.answers()
    draft = desk(kept).add_cached(kept.shelf, cached.key[:8])
    assert (draft.state, draft.answer, draft.audiences) == (State.DRAFT, given.answer, (Audience.PUBLIC,))
    desk(kept).approve(draft.number)
    assert kept.source(RESET) is AnswerSource.CURATED
    with pytest.raises(CuratedUnusable, match="No cached answer"):
        desk(kept).add_cached(kept.shelf, "zzzz")
