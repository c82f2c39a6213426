"""The parts a sentence is checked by: numbers with units, names, negations, order, and where facts stand."""

from dataclasses import replace

import pytest

from serving.facts import facts_of
from serving.grounding.contrasts import concepts, opposed
from serving.grounding.meaning import Meaning
from serving.grounding.polarity import conflict, denies
from serving.grounding.source import source_of
from serving.grounding.units import quantities, with_digits
from serving.support import support
from tests.passages import RESET, passage
from tests.topic_embedder import TopicEmbedder


def said(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [(min(quantity.readings), quantity.unit) for quantity, _ in quantities(with_digits(text.lower(), language))]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("20 to 40 °C and 2.4 and 5 GHz", "en", [("20", "c"), ("40", "c"), ("2.4", "ghz"), ("5", "ghz")]),
        ("−20 bis 60 °C", "de", [("-20", "c"), ("60", "c")]),
        ("zwei Stunden, 12,2 V", "de", [("2", "h"), ("12.2", "v")]),
        ("电池，420 mAh，每三个月一次", "zh", [("420", "mah"), ("3", "month")]),
        ("5 から 40 ℃、30秒", "ja", [("5", "c"), ("40", "c"), ("30", "s")]),
        ("twice an hour, 1.5 A", "en", [("2", ""), ("1", "h"), ("1.5", "a")]),
        ("six mois", "fr", [("6", "month")]),
    ],
)
def test_numbers_are_read_with_their_units(text: str, language: str, expected: list[tuple[str, str]]) -> None:
    assert said(text, language) == expected


@pytest.mark.parametrize(
    ("claim", "source", "same"),
    [
        ("30 minutes", "0.5 h", True),
        ("24 months", "2 years", True),
        ("30 minutes", "30 seconds", False),
        ("1,000 mm", "1 m", True),
        ("5 V", "5", False),
        ("5 times", "5", True),
    ],
)
def test_the_same_quantity_in_another_unit_is_the_same(claim: str, source: str, same: bool) -> None:
    wanted = facts_of(claim, "en").quantities[0][0]
    assert facts_of(source, "en").counts(wanted) is same


def test_a_bare_number_takes_its_unit_from_the_header() -> None:
    table = passage("Part | Warranty (months)\nPS-515 | 12\nOR-2315 | 24")
    assert support("PS-515 has a warranty of 12 months.", [table], "en").keeps
    assert not support("PS-515 has a warranty of 12 years.", [table], "en").keeps
    assert not support("PS-515 has a warranty of 24 months.", [table], "en").keeps


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("do not use it", True), ("it isn't lit", True), ("without oil", True), ("no more than 5 m", False),
        ("not only here", False), ("nicht öffnen", True), ("kein kabel", True), ("n’ouvrez jamais", True),
        ("no lo abra", True), ("不要打开", True), ("不超过 5 米", False), ("不仅如此", False),
        ("開けないでください", True), ("press the key", False),
    ],
)  # fmt: skip
def test_negations_are_seen_in_each_language(text: str, denied: bool) -> None:
    assert denies(text) is denied


def test_a_roundabout_negation_is_no_contradiction() -> None:
    assert conflict("use oil", "do not use oil")
    assert conflict("it is covered", "it is not covered")
    assert not conflict("the guarantee does not cover batteries", "batteries are excluded")
    assert not conflict("do not mix them", "avoid mixing them")


def test_contrasts_are_the_same_across_languages() -> None:
    red = frozenset(concept for concept, _ in concepts("the red wire", "en"))
    assert red == frozenset(concept for concept, _ in concepts("红线", "zh"))
    assert opposed(red, frozenset(concept for concept, _ in concepts("gelbe ader", "de")))
    assert not opposed(red, frozenset(concept for concept, _ in concepts("rote und gelbe ader", "de")))


STEPS = passage(
    "1. Pull the cover off the old unit.\n2. Take a photo of its wires.\n3. Label every wire with its letter.\n"
    "4. Loosen the screws and lift the base off the wall."
)


@pytest.mark.parametrize(
    ("sentence", "stands"),
    [
        ("Take a photo of the wires, then label every wire.", True),
        ("Label every wire first, then take a photo of the wires.", False),
        ("Before you lift the base off the wall, label every wire.", True),
        ("Label every wire after you lift the base off the wall.", False),
    ],
)
def test_steps_are_told_in_the_manual_s_order(sentence: str, stands: bool) -> None:
    assert support(sentence, [STEPS], "en").keeps is stands


def test_facts_of_two_steps_are_not_mixed_up() -> None:
    wires = passage("Connect the red wire to a fuse that is always live.\nConnect the yellow wire to the ignition.")
    assert support("The yellow wire goes to the ignition.", [wires], "en").keeps
    assert not support("The red wire goes to the ignition.", [wires], "en").keeps


def test_a_sentence_made_of_two_passages_is_judged_with_both() -> None:
    weight, life = passage("The unit weighs 142 g."), passage("With alkaline cells it runs for 18 months.")
    sentence = "It weighs 142 g and runs for 18 months with alkaline cells."
    assert not support(sentence, [weight], "en").keeps
    assert support(sentence, [weight, life], "en").keeps


def test_the_number_of_a_chapter_is_no_fact() -> None:
    chapter = passage("4.3 Care\nWipe the case.")
    heading = source_of(replace(chapter, section=("4.3 Care",)))
    assert heading.units[0].facts.quantities == ()


def test_a_translation_without_a_fact_is_judged_by_its_meaning() -> None:
    embedder = TopicEmbedder()
    meaning = Meaning(embedder)
    assert support("请勿把中枢放进水里。", [RESET], "zh", meaning).keeps
    assert not support("香蕉在阳光下成熟得更快。", [RESET], "zh", meaning).keeps
    assert support("香蕉在阳光下成熟得更快。", [RESET], "zh").keeps, "without an embedder it cannot be told"


def test_a_sentence_in_quite_other_words_is_judged_by_its_meaning() -> None:
    hub, bananas = (
        "Keep each hub dry, well away from underwater adventures.",
        "Bananas ripen faster under bright sunshine.",
    )
    assert not support(hub, [RESET], "en").keeps, "too few of its words stand there"
    assert support(hub, [RESET], "en", Meaning(TopicEmbedder())).keeps
    assert not support(bananas, [RESET], "en", Meaning(TopicEmbedder())).keeps


def test_a_passage_is_embedded_once_and_only_where_nothing_else_can_be_compared() -> None:
    embedder = TopicEmbedder()
    meaning = Meaning(embedder)
    support("Do not use the hub in water.", [RESET], "en", meaning)
    support("按住按钮10秒。", [RESET], "zh", meaning)
    assert embedder.read == 0
    for sentence in ("香蕉在阳光下成熟。", "香蕉在阳光下成熟得更快。"):
        support(sentence, [RESET], "zh", meaning)
    assert embedder.read == len(source_of(RESET).units) + 2
