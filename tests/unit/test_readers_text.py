"""Plain text, Markdown and reStructuredText to elements; encodings."""

from pathlib import Path

import pytest

from ingest.readers import read
from ingest.readers.encoding import decode_html, decode_text
from ingest.readers.plain import text_elements
from ingest.types import Document, Kind, SourceFile


def reading(tmp_path: Path, name: str, content: bytes) -> Document:
    path = tmp_path / name
    path.write_bytes(content)
    return read(SourceFile(path=path, document=name, revision="0" * 16, size=len(content)))


def outline(text: str) -> list[tuple[Kind, str]]:
    return [(element.kind, element.text) for element in text_elements(text)]


def test_headings_of_plain_text() -> None:
    text = """My Manual

    Preface
    text here that goes on.

2. System Requirements

Some words of text.

2.1. Memory

More words of text.

Part Two
========
SAFETY NOTES

Words.
"""
    headings = [(e.text, e.level) for e in text_elements(text) if e.kind is Kind.HEADING]
    assert [text for text, _ in headings] == ["My Manual", "2. System Requirements", "2.1. Memory", "Part Two"]
    assert dict(headings)["2.1. Memory"] == dict(headings)["2. System Requirements"] + 1


def test_paragraphs_are_joined_and_lists_and_columns_keep_their_lines() -> None:
    text = """Intro.

This driver is supposed to work with all the terminals there are, and is able
to detect the one that is connected.

- first thing
- second thing that runs
  over a line

TOP - go to the top line
BOT - go to the bottom line

Pin   Signal   Colour
1     GND      black
2     +5V      red

安装之前请先检查门的厚度以及锁芯的露出长度是否符合下表中的各项要求，否则门锁无法
正常工作。
"""
    assert outline(text)[1:] == [
        (
            Kind.PARAGRAPH,
            (
                "This driver is supposed to work with all the terminals there are, and is able to detect the one "
                "that is connected."
            ),
        ),
        (Kind.LIST_ITEM, "- first thing"),
        (Kind.LIST_ITEM, "- second thing that runs\nover a line"),
        (Kind.PARAGRAPH, "TOP - go to the top line\nBOT - go to the bottom line"),
        (Kind.CODE, "Pin   Signal   Colour\n1     GND      black\n2     +5V      red"),
        (
            Kind.PARAGRAPH,
            "安装之前请先检查门的厚度以及锁芯的露出长度是否符合下表中的各项要求，否则门锁无法正常工作。",
        ),
    ]


@pytest.mark.parametrize(("wall", "rule"), [("│", "├────┼──────┤"), ("|", "+----+------+")])
def test_drawn_tables_become_rows(wall: str, rule: str) -> None:
    rows = [f"{wall}Code{wall}Cause {wall}", rule, f"{wall}E1  {wall}No    {wall}", f"{wall}    {wall}power {wall}"]
    (table,) = text_elements("\n".join([rule, *rows, rule]))
    assert table.kind is Kind.TABLE
    assert table.rows == (("Code", "Cause"), ("E1", "No power"))


def test_a_table_of_contents_is_left_out() -> None:
    contents = "Contents\n\n1. First Part\n2. Second Part\n3. Third Part\n\n"
    body = "".join(f"{n}. {name} Part\n\nWords here.\n\n" for n, name in enumerate(("First", "Second", "Third"), 1))
    assert [text for _, text in outline(contents + body)].count("1. First Part") == 1


def test_a_lone_label_goes_with_its_text() -> None:
    assert (Kind.WARNING, "注意\n用户名区分大小写。") in outline("手册\n\n注意\n\n用户名区分大小写。\n")


def test_markdown(tmp_path: Path) -> None:
    text = """---
title: Hub guide
---
# Hub

It's *on*.

> **Warning:** hot.

1. Plug in.
   - wait

| Code | Part |
|------|------|
| 007  | A-1  |

## Heading<a href="#x"
class="headerlink">¶</a>

```
a
  b
```
"""
    document = reading(tmp_path, "a.md", text.encode())
    assert document.title == "Hub"
    assert [(e.kind, e.text) for e in document.elements] == [
        (Kind.HEADING, "Hub"),
        (Kind.PARAGRAPH, "It's on."),
        (Kind.WARNING, "Warning: hot."),
        (Kind.STEP, "1. Plug in."),
        (Kind.LIST_ITEM, "- wait"),
        (Kind.TABLE, "Code | Part\n007 | A-1"),
        (Kind.HEADING, "Heading"),
        (Kind.CODE, "a\n  b"),
    ]


def test_rst_in_latin_1(tmp_path: Path) -> None:
    text = "Care\n====\n\nKeep within ± 5 %.\n\n.. note:: Dry.\n\nMode\n  Slow.\n\n.. include:: /etc/hostname\n"
    document = reading(tmp_path, "a.rst", text.encode("latin-1"))
    assert [(e.kind, e.text) for e in document.elements] == [
        (Kind.HEADING, "Care"),
        (Kind.PARAGRAPH, "Keep within ± 5 %."),
        (Kind.WARNING, "Note\nDry."),
        (Kind.LIST_ITEM, "Mode: Slow."),
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Größe: 5 µm, “good”", "cp1252"),
        ("Größe", "utf-8-sig"),
        ("重启设备后请等待三十秒，然后再次检查指示灯的颜色。如果仍为红色，请联系客服。", "gb18030"),
        ("電源を切ってから、もう一度ボタンを押してください。ランプが赤いときは販売店に連絡してください。", "shift_jis"),
        ("Größe", "utf-16"),
    ],
)
def test_encodings_are_found_out(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_a_declared_charset_is_believed_unless_the_bytes_are_utf_8() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1"><p>Durée – 5 µs</p>'
    assert decode_html(page.encode("cp1252")) == page
    assert decode_html(page.encode()) == page


def test_admonitions_of_other_markdown_tools(tmp_path: Path) -> None:
    text = """# Care

!!! warning "Keep dry"
    Not under water.

    Not in rain.

::: tip Clean it
Once a year.
:::

{% hint style="danger" %}
Live parts.
{% endhint %}

{{< badge new >}}

```
!!! note
::: tip
```
"""
    elements = reading(tmp_path, "a.md", text.encode()).elements
    assert [(e.kind, e.text) for e in elements[1:]] == [
        (Kind.WARNING, "Keep dry\nNot under water.\nNot in rain."),
        (Kind.WARNING, "Clean it\nOnce a year."),
        (Kind.WARNING, "Danger\nLive parts."),
        (Kind.CODE, "!!! note\n::: tip"),
    ]


def test_a_footnote_stands_behind_its_paragraph(tmp_path: Path) -> None:
    text = "# A\n\nWait.[^1]\n\n# B\n\nGo.\n\n[^1]: Ten minutes.\n"
    elements = reading(tmp_path, "a.md", text.encode()).elements
    assert [(e.text, e.anchor) for e in elements] == [
        ("A", "a"), ("Wait.", "a"), ("Ten minutes.", "a"), ("B", "b"), ("Go.", "b")
    ]  # fmt: skip


def test_sphinx_lists_of_files_go_and_files_that_may_not_be_read_cost_nothing_else(tmp_path: Path) -> None:
    text = "A\n=\n\n.. toctree::\n   :maxdepth: 2\n\n   intro\n   more\n\n.. csv-table:: T\n   :file: x.csv\n\n"
    text += ".. only:: html\n\n   See :ref:`the lamp <lamp-1>`.\n\n.. literalinclude:: x.c\n   :lines: 1\n\nGo.\n"
    elements = reading(tmp_path, "a.rst", text.encode()).elements
    assert [e.text for e in elements] == ["A", "T", "See the lamp.", "Go."]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("E02;电压过低", "gb18030"),
        ("E02;電壓過低", "big5"),
        ("E02;電源オフ", "shift_jis"),
        ("E02;電源がオフ", "euc_jp"),
        ("E02;전원이 꺼져 있습니다", "euc_kr"),
        ("E02;Нет питания", "cp1251"),
        ("Code;Cause", "utf-16-be"),
        ("Änderung der Größe: ±5 µm, 20 °C", "cp1252"),
        ("Déjà réglé à 5 °C près", "cp1252"),
    ],
)
def test_a_few_words_are_enough_to_tell_an_encoding(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text
