"""Product names read from the published manuals, and found in a question however they are spelt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import SettingError
from ingest.index.contract import EVERYTHING, Index, Scope
from ingest.types import Audience
from retrieval.aliases import Aliases
from retrieval.models import Catalogue
from tests.manual_index import Manual, publish

MANUALS = (
    Manual("plain.pdf", title="T200 room thermostat: user guide", product="heating"),
    Manual("pro.pdf", title="T200 Pro room thermostat: user guide", product="heating"),
    Manual("watch.pdf", title="W5 健康手表：用户手册", product="wearables"),
    Manual("x9-service.pdf", title="Service notes", product="wearables", audience=Audience.INTERNAL),
    Manual("codes.xlsx", title="Error codes and spare parts", product="heating"),
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = publish(tmp_path / "index", *MANUALS)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I reset the T200?", ["T200"]),
        ("reset t200-pro", ["T200 Pro"]),
        ("T 200 pro or t_200?", ["T200 Pro", "T200"]),
        ("Ｔ２００ Ｐｒｏ怎么复位", ["T200 Pro"]),
        ("W5手表怎么复位", ["W5"]),
        ("T200 max temperature", ["T200"]),
        ("T200 Plus reset", []),
        ("XT200 or T200x", []),
        ("service notes for the X9", ["x9"]),
        ("How do I reset it? What does E-20 mean?", []),
    ],
)
def test_a_model_is_found_in_any_spelling_and_only_whole(index: Index, text: str, expected: list[str]) -> None:
    assert [mention.name.shown for mention in Catalogue(index, EVERYTHING).mentions(text)] == expected


def test_a_product_counts_only_where_no_model_is_named(index: Index) -> None:
    catalogue = Catalogue(index, EVERYTHING)
    assert [name.shown for name in catalogue.meant("heating schedule")] == ["heating"]
    assert [name.shown for name in catalogue.meant("heating schedule of the T200")] == ["T200"]


def test_names_of_what_a_reader_may_not_read_are_unknown(index: Index) -> None:
    assert Catalogue(index, Scope(audience=Audience.PUBLIC)).mentions("the X9") == []


def test_an_alias_stands_for_its_product_from_the_next_question_on(index: Index, tmp_path: Path) -> None:
    aliases = Aliases(tmp_path / "home" / "aliases.toml")
    catalogue = Catalogue(index, EVERYTHING, aliases)
    assert catalogue.meant("reset the Ring-Thermostat") == []
    aliases.add("T200 Pro", "ring thermostat")
    aliases.add("W5", "健康表")
    assert [name.shown for name in catalogue.meant("reset the Ring-Thermostat")] == ["T200 Pro"]
    assert [name.shown for name in catalogue.meant("我的健康表怎么复位")] == ["W5"]
    with pytest.raises(SettingError):
        aliases.add("T200", "ring thermostat")
    aliases.remove("T200 Pro", "ring thermostat")
    assert catalogue.meant("reset the Ring-Thermostat") == []


@pytest.mark.parametrize("text", ["T200 = 1", "T200 = [1]", 'T200 = "a', "[T200]\nx = 1"])
def test_an_aliases_file_that_cannot_be_understood_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "aliases.toml").write_text(text)
    with pytest.raises(SettingError) as caught:
        Aliases(tmp_path / "aliases.toml").all()
    assert "aliases.toml" in caught.value.message
    assert caught.value.hint


def test_a_name_or_a_title_by_itself_is_told_from_a_question(index: Index) -> None:
    catalogue = Catalogue(index, EVERYTHING)
    assert catalogue.is_name("T200 Pro")
    assert catalogue.is_name("the error codes and spare parts") is False
    assert catalogue.is_name("Error codes and spare parts")
