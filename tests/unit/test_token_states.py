"""What the embedder makes of each token, kept in four bits a number: found by its text, forgotten with its manual."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ingest.token_states import FILE, TokenStates, find_states, packed, unpacked

NAME = "words"
RANDOM = np.random.default_rng(5)


def states_of(tokens: int, dimensions: int = 384) -> np.ndarray:
    made = RANDOM.normal(size=(tokens, dimensions)).astype(np.float32)
    unit: np.ndarray = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


@pytest.fixture
def states(tmp_path: Path) -> Iterator[TokenStates]:
    with closing(TokenStates(tmp_path, NAME)) as opened:
        yield opened


def found(home: Path, *texts: str) -> set[str]:
    return set(find_states(home, NAME, texts))


def test_four_bits_a_number_point_where_the_states_did() -> None:
    before = states_of(160)
    kept = packed(before)
    after = unpacked(kept)
    assert after.shape == before.shape
    assert len(kept) < 160 * 384 / 2 + 2_000
    cosines = (before * after).sum(1) / np.linalg.norm(after, axis=1)
    # The least error of four bits leaves 0.9905 of the variance of a normal distribution: a cosine of its root.
    assert abs(float(cosines.mean()) - 0.995) < 0.002


@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 9)), elements=st.floats(-1, 1, width=16)))
def test_any_shape_comes_back(states: np.ndarray) -> None:
    after = unpacked(packed(states))
    assert after.shape == states.shape
    assert np.isfinite(after).all()


def test_one_token_comes_back_as_it_was() -> None:
    only = states_of(1)
    assert np.allclose(unpacked(packed(only)), only, atol=1e-3)


def test_they_are_found_by_text_and_model(tmp_path: Path, states: TokenStates) -> None:
    states.add({"reset": states_of(3), "charge": states_of(5)})
    assert {text: len(each) for text, each in find_states(tmp_path, NAME, ["reset", "charge", "lamp"]).items()} == {
        "reset": 3,
        "charge": 5,
    }
    assert find_states(tmp_path, "another model", ["reset"]) == {}


def test_what_no_indexed_revision_holds_is_forgotten(tmp_path: Path, states: TokenStates) -> None:
    states.add({text: states_of(2) for text in ("old", "both", "new", "in no manual")})
    states.use("first", ["old", "both"])
    states.use("second", ["both", "new"])
    states.keep({"second"})
    assert found(tmp_path, "old", "both", "new", "in no manual") == {"both", "new"}


def test_where_nothing_was_kept_nothing_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, "reset") == set()


def test_a_row_that_is_torn_is_as_none(tmp_path: Path, states: TokenStates) -> None:
    states.add({"reset": states_of(2), "charge": states_of(2)})
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE states SET packed = substr(packed, 1, ?)", (1000,))
    states.add({"charge": states_of(2)})
    assert found(tmp_path, "reset", "charge") == {"charge"}


def test_a_file_that_another_process_writes_to_stays_and_nobody_waits_long(tmp_path: Path, states: TokenStates) -> None:
    states.add({"reset": states_of(2)})
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert found(tmp_path, "reset") == set()
        with closing(TokenStates(tmp_path, NAME)) as second:
            second.add({"charge": states_of(2)})
        other.execute("ROLLBACK")
    assert found(tmp_path, "reset", "charge") == {"reset"}


def test_a_damaged_file_is_started_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all" * 1000)
    assert found(tmp_path, "reset") == set()
    with closing(TokenStates(tmp_path, NAME)) as states:
        states.add({"reset": states_of(2)})
    assert found(tmp_path, "reset") == {"reset"}


def test_a_home_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with closing(TokenStates(tmp_path, NAME)) as states:
        states.add({"reset": states_of(2)})
        states.use("first", ["reset"])
        states.keep({"first"})
    assert found(tmp_path, "reset") == set()
