"""Every text of the editors' pages is there in Chinese, and no name of a gap is misspelt in it."""

import re
from pathlib import Path

import pytest

from ui.editing.document_routes import COLUMNS
from ui.web.rendering import FOLDER
from ui.web.texts import chinese

TEMPLATES = sorted((FOLDER / "templates" / "editing").glob("*.html"))
_TEXT = re.compile(r"""_\(\s*(?:"([^"]+)"|'([^']+)')""")
_COUNT = re.compile(r'count\([^"]+"([^"]+)", "([^"]+)"\)')


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_text_is_translated(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    said = {part for found in (*_TEXT.findall(text), *_COUNT.findall(text)) for part in found if part}
    assert not [each for each in sorted(said) if each not in chinese()]


def test_columns_are_translated_and_gaps_agree() -> None:
    assert not [text for _key, text in COLUMNS if text not in chinese()]
    gap = re.compile(r"{(\w+)}")
    wrong = [english for english, other in chinese().items() if set(gap.findall(english)) != set(gap.findall(other))]
    assert not [each for each in wrong if not each.startswith("One ")]
