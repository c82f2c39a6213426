"""The generated near-copies are what the measurement says they are."""

from itertools import combinations
from pathlib import Path

from tests.near_copies import ASKED, FAMILIES, VALUES, write_families


def test_siblings_differ_in_ten_values_and_in_nothing_else(tmp_path: Path) -> None:
    values = write_families(tmp_path, FAMILIES[:1])
    assert len(ASKED) == VALUES
    for first, second in combinations(values, 2):
        assert all(values[first][asked.key] != values[second][asked.key] for asked in ASKED)
    lines = [(tmp_path / document).read_text(encoding="utf-8").splitlines() for document in values]
    assert len({len(text) for text in lines}) == 1
    names = [document.rpartition("/")[2].removesuffix("-user-guide.md").replace("-", " ") for document in values]
    unnamed = [[line.lower().replace(name, "NAME") for line in text] for text, name in zip(lines, names, strict=True)]
    assert sum(len(set(line)) > 1 for line in zip(*unnamed, strict=True)) == VALUES
