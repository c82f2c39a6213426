"""Terms: a code is found however it is written, words by their stems, Chinese by pairs of characters."""

import pytest

from ingest.sparse import passage_terms, query_terms, terms


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("E47", "Error E-47: no water"),
        ("e 47", "E47"),
        ("E-47", "the code E47 shows"),
        ("T200 Pro", "T-200 Pro user guide"),
        ("resetting", "How to reset"),
        ("batteries", "Change the battery."),
        ("manual.toml", "Write a manual.toml beside it"),
        ("--force", "use the --force option"),
        ("force", "use the --force option"),
        ("恢复出厂设置", "如何恢复出厂设置"),
        ("ＷＰＡ３", "WPA3"),
        ("2.4 GHz", "on 2.4 GHz only"),
        ("UPS", "the UPS unit"),
    ],
)
def test_a_question_finds_its_passage(asked: str, written: str) -> None:
    assert set(query_terms(asked, "en").indices) & set(passage_terms(written, "en").indices)


@pytest.mark.parametrize(
    ("asked", "written"),
    [("E47", "E48"), ("T200", "T300"), ("UPS", "turn it up"), ("阀门", "电池"), ("the and of", "the")],
)
def test_what_is_another_thing_does_not_match(asked: str, written: str) -> None:
    assert not set(query_terms(asked, "en").indices) & set(passage_terms(written, "en").indices)


def test_inflected_words_of_other_languages_match_in_their_language() -> None:
    assert set(terms("Batterien", "de")) & set(terms("Batterie", "de"))
    assert set(terms("réinitialiser", "fr")) & set(terms("réinitialisation", "fr"))


def test_product_names_match_across_languages() -> None:
    assert set(query_terms("Wie setze ich den Thermostat zurück?", "de").indices) & set(
        passage_terms("The thermostat", "en").indices
    )


def test_weights_ascend_saturate_and_shrink_with_length() -> None:
    once, often = passage_terms("valve", "en"), passage_terms("valve " * 50, "en")
    assert once.values[0] < often.values[0] < 2.2 + 1e-9
    long = passage_terms("valve " + " ".join(f"word{n}" for n in range(300)), "en")
    assert list(long.indices) == sorted(set(long.indices))
    assert len(long.indices) == len(long.values)
    place = long.indices.index(once.indices[0])
    assert long.values[place] < once.values[0]


@pytest.mark.parametrize("text", ["", " \n\t", "。、！", "!?…", "\x00", "的了吗"])
def test_text_without_terms_has_none(text: str) -> None:
    assert terms(text, "en") == []
