"""The generated near-copies are what the measurement says they are."""

from itertools import combinations
from pathlib import Path

from tests.near_copies import ASKED, FAMILIES, VALUES, write_families


def test_siblings_differ_in_ten_values_and_in_nothing_else(tmp_path: Path) -> None:
    values = write_families(tmp_path, FAMILIES[:1])
    assert len(ASKED) == VALUES
    for first, second in combinations(values, 2):
        assert all(values[first][asked.key] != values[second][asked.key] for asked in ASKED)
    texts = []
    for document, own in values.items():
        text = (tmp_path / document).read_text(encoding="utf-8")
        name = text.partition("\n")[0].removeprefix("# ").partition(" kettle")[0]
        texts.append(_blanked(text.replace(name, "NAME"), own))
    assert len(set(texts)) == 1


def _blanked(text: str, values: dict[str, str]) -> str:
    for value in sorted(values.values(), key=len, reverse=True):
        text = text.replace(f"{value.capitalize()} |", "VALUE |").replace(f" {value} ", " VALUE ")
        text = text.replace(f"| {value}", "| VALUE").replace(f" {value};", " VALUE;").replace(f" {value}.", " VALUE.")
    return text
