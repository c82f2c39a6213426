"""A real cross-encoder, small and of random weights: it loads, reads in batches, and what is no reranker is refused."""

from pathlib import Path

import pytest

from ingest.errors import ModelUnavailable
from ingest.types import Chunk
from retrieval.cross_encoder import CrossEncoderModel
from retrieval.rerank import Reranker
from retrieval.search import Candidate
from serving.checks import Check, checks
from serving.settings import Settings
from tests.tiny_cross_encoder import WORDS, write_cross_encoder

QUESTION = "reset the lock"
TEXTS = [" ".join(WORDS[first : first + 3 + first % 4]) for first in range(11)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-reranker")


@pytest.fixture(scope="module")
def model(folder: Path) -> CrossEncoderModel:
    return CrossEncoderModel(str(folder))


def found(folder: str) -> Check:
    """What `doctor` says of it."""
    (check,) = [check for check in checks(Settings(reranker=folder, llm_url="")) if check.name == "Reranker"]
    return check


def test_the_scores_are_those_of_the_model_itself(folder: Path, model: CrossEncoderModel) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    plain = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    pairs = AutoTokenizer.from_pretrained(folder)([QUESTION] * len(TEXTS), TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        expected = torch.sigmoid(plain(**pairs).logits[:, 0]).tolist()
    scores = model.scores(QUESTION, TEXTS)
    assert max(expected) - min(expected) > 0.1
    # bfloat16, where the processor multiplies it, keeps two digits.
    assert scores == pytest.approx(expected, abs=0.02)


def test_a_score_does_not_depend_on_its_batch(model: CrossEncoderModel) -> None:
    together = model.scores(QUESTION, TEXTS)
    alone = [model.scores(QUESTION, [text])[0] for text in TEXTS]
    assert together == pytest.approx(alone, abs=0.02)
    assert model.scores(QUESTION, []) == []


def test_a_long_text_is_cut_and_an_empty_one_read(model: CrossEncoderModel) -> None:
    long, empty = model.scores(QUESTION, ["water lamp " * 2000, ""])
    assert 0 < long < 1
    assert 0 < empty < 1


def test_it_orders_candidates(model: CrossEncoderModel) -> None:
    def clock() -> float:
        return 0.0  # however long this machine takes

    made = [
        Candidate(
            Chunk(id=str(place), document="m.md", revision="0", ordinal=place, title="", section=(), text=text),
            score=1 - place / 100,
            dense=0.0,
            sparse=0.0,
        )
        for place, text in enumerate(TEXTS)
    ]
    done = Reranker(model, clock).rerank(QUESTION, made, {})
    given = [done.scores[candidate.chunk.id] for candidate in done.candidates]
    assert len(given) == len(TEXTS)
    assert given == sorted(given, reverse=True)
    assert "tiny-reranker: 11 of 11" in done.note


def test_doctor_reads_with_a_folder_and_takes_a_hub_name_as_it_is(folder: Path) -> None:
    assert found(str(folder)).ok
    assert "candidates in" in found(str(folder)).state
    assert found("BAAI/bge-reranker-v2-m3").ok
    assert not found("").needed


def test_what_is_no_reranker_is_named_with_the_way_out(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_cross_encoder(tmp_path / "two-numbers", labels=2)
    write_cross_encoder(tmp_path / "encoder", bare=True)
    for name in ("cut-weights", "no-weights", "no-words"):
        write_cross_encoder(tmp_path / name)
    weights = (folder / "model.safetensors").read_bytes()
    (tmp_path / "cut-weights" / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    (tmp_path / "no-weights" / "model.safetensors").unlink()
    for file in (tmp_path / "no-words").glob("tokenizer*"):
        file.unlink()
    for name in ("empty", "absent", "two-numbers", "encoder", "cut-weights", "no-weights", "no-words"):
        with pytest.raises(ModelUnavailable, match=name) as raised:
            CrossEncoderModel(str(tmp_path / name))
        assert "MANUALDESK_RERANKER" in raised.value.hint
        check = found(str(tmp_path / name))
        assert check.needed
        assert not check.ok
