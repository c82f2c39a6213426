"""Random edits of manuals: every kept answer that stands on a changed chunk is gone, and no other one."""

import random
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.types import Audience, Chunk
from retrieval.reading import passage_of
from serving.answer import Answer, AnswerSource
from serving.citations import cite
from serving.prompt import PROMPT_VERSION
from serving.stored.lookup import Looked
from serving.stored.standing import kept_citations
from serving.stored.sweep import sweep_cached, sweep_curated
from serving.stored.types import CuratedAnswer, State
from tests.kept_answers import PUBLIC, Kept
from tests.manual_index import Manual

TOPICS = "reset clean oil battery display warranty pairing firmware".split()
CHANGES = (
    "text",
    "heading",
    "insert",
    "delete",
    "swap",
    "title",
    "product",
    "audience",
    "version",
    "remove",
    "nothing",
)


ABOUT: dict[str, dict[str, object]] = {
    "title": {"title": "Another title"},
    "product": {"product": "another"},
    "audience": {"audience": Audience.INTERNAL},
    "version": {"version": "2.0"},
}
"""Changes of what is said about a manual."""


@dataclass(frozen=True)
class Edit:
    """A change of one manual at one place."""

    manual: int
    change: str
    place: int


def manuals() -> list[Manual]:
    return [
        Manual(
            f"manual-{number}.pdf",
            f"Device K{number} manual",
            sections=tuple(
                (topic, f"To {topic} it, press key {number} {place} times.") for place, topic in enumerate(TOPICS)
            ),
        )
        for number in range(3)
    ]


def edited(before: list[Manual], edit: Edit) -> list[Manual]:
    manual = before[edit.manual]
    sections = list(manual.sections)
    place = edit.place % len(sections)
    heading, text = sections[place]
    other = (place + 1) % len(sections)
    match edit.change:
        case "text":
            sections[place] = (heading, text.replace("press", "hold"))
        case "heading":
            sections[place] = (f"{heading} again", text)
        case "insert":
            sections.insert(place, ("new", f"Something new stands here, number {edit.place}."))
        case "delete" if len(sections) > 1:
            del sections[place]
        case "swap":
            sections[place], sections[other] = sections[other], sections[place]
    about = ABOUT.get(edit.change, {})
    changed = [] if edit.change == "remove" else [replace(manual, sections=tuple(sections), **about)]  # type: ignore[arg-type]
    return [*before[: edit.manual], *changed, *before[edit.manual + 1 :]]


def said(chunk: Chunk) -> tuple[object, ...]:
    """What a chunk says and is about, for the test to compare by itself."""
    return (
        chunk.document,
        chunk.title,
        chunk.section,
        chunk.text,
        chunk.product,
        chunk.version,
        chunk.audience,
        chunk.language,
    )


def keep(kept: Kept, chunks: list[Chunk], seed: int) -> list[tuple[Looked, CuratedAnswer, list[Chunk]]]:
    """A cached and a curated answer on each of some random runs of one to three chunks, two runs at times."""
    chance = random.Random(seed)
    stored = []
    for number in range(12):
        used: list[Chunk] = []
        citations = []
        for _ in range(chance.choice([1, 1, 2])):
            start = chance.randrange(len(chunks))
            run = [
                near
                for near in chunks[start : start + chance.choice([1, 2, 3])]
                if near.document == chunks[start].document
            ]
            used += run
            citations.append(cite(len(citations) + 1, passage_of(run, 1.0), run[0].text))
        question = f"What about matter number {number} of the devices?"
        answer = Answer(
            question=question,
            answer=f"This [1] {number}.",
            refused=False,
            source=AnswerSource.MODEL,
            citations=tuple(citations),
        )
        looked = kept.lookup.looked(question, scope=PUBLIC, turns=(), product="", policy=None)
        assert looked is not None
        looked.asked = replace(looked.asked, model="m", prompt=PROMPT_VERSION)
        kept.lookup.keep(looked, answer)
        curated = CuratedAnswer(
            questions=(question,), answer=answer.answer, language="en", citations=kept_citations(answer.citations)
        )
        stored.append((looked, kept.book.add(curated), used))
    return stored


def check(edits: list[Edit], seed: int, *, lazily: bool) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        kept = Kept(Path(folder))
        before = manuals()
        kept.publish(*before)
        stored = keep(kept, [chunk for manual in before for chunk in manual.chunks()], seed)
        after = before
        for edit in edits:
            after = edited(after, replace(edit, manual=edit.manual % len(after))) if after else after
        kept.publish(*after)
        now = {said(chunk) for manual in after for chunk in manual.chunks()}
        stands = [all(said(chunk) in now for chunk in used) for _looked, _curated, used in stored]
        assert kept.shelf is not None
        if lazily:
            assert [kept.lookup.cached_same(looked) is not None for looked, _, _ in stored] == stands
        else:
            sweep_cached(kept.shelf, kept.published)
            sweep_curated(kept.book, kept.published)
            assert [kept.book.get(curated.number).state is State.APPROVED for _, curated, _ in stored] == stands
        left = {answer.key for answer in kept.shelf.answers()}
        assert left == {looked.asked.key for (looked, _, _), stood in zip(stored, stands, strict=True) if stood}


EDITS = st.lists(
    st.builds(Edit, manual=st.integers(0, 2), change=st.sampled_from(CHANGES), place=st.integers(0, 9)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(EDITS, st.integers(0, 1000), st.booleans())
def test_exactly_the_answers_on_changed_chunks_are_gone(edits: list[Edit], seed: int, lazily: bool) -> None:
    check(edits, seed, lazily=lazily)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS, st.integers(0, 100_000), st.booleans())
def test_so_over_hundreds_of_edits(edits: list[Edit], seed: int, lazily: bool) -> None:
    check(edits, seed, lazily=lazily)
