"""A total or a difference of two table values: a retrieval goes in; inputs, operation and result come out, or nothing.

Only what is certain: the question names two things, each of them one row (or one column) of a quoted table, or the same
row of two manuals; each cell holds one number, and both have the same unit. Everything else is quoted, not computed.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ingest.chunk import CELL_BORDER
from ingest.sparse import terms
from retrieval.passages import Passage
from retrieval.query import Retrieval
from serving.quotes.choosing import Place
from serving.quotes.units import Span, header_of, units_of

_LEFT: Final = r"(?P<left>.+?)"
_RIGHT: Final = r"(?P<right>.+?)"
_END: Final = (
    r"(?: (?:at|with|in|on|when|using|bei|mit|avec|con) .+)?(?: together| combined| altogether| in total)?[\s?.]*$"
)
_TOTAL: Final = (
    rf"\b(?:total|sum|combined)\b.*?\bof {_LEFT} (?:and|plus) {_RIGHT}{_END}",
    rf"\b(?:do|are|is|will|of|for) {_LEFT} (?:and|plus) {_RIGHT} (?:together|combined|altogether|in total)[?.]*$",
    rf"\b(?:summe|gesamt\w*)\b.*?\b(?:von|aus) {_LEFT} und {_RIGHT}{_END}",
    rf"\b(?:total|somme)\b.*?\b(?:de|du) {_LEFT} et (?:de |du )?{_RIGHT}{_END}",
    rf"\b(?:total|suma)\b.*?\bde {_LEFT} y (?:de )?{_RIGHT}{_END}",
    rf"^{_LEFT}(?:和|与|跟|加上?){_RIGHT}(?:一共|总共|合计|加起来|加在一起|的?总)",
    rf"^{_LEFT}と{_RIGHT}(?:の合計|を合わせ)",
)
_DIFFERENCE: Final = (
    rf"\bdifference\b.*?\bbetween {_LEFT} and {_RIGHT}{_END}",
    rf"\bhow much (?:more|less|\w+er)(?: \w+)? (?:is|are|does|do|has|have) {_LEFT}(?: \w+)? than {_RIGHT}{_END}",
    rf"\bunterschied\b.*?\bzwischen {_LEFT} und {_RIGHT}{_END}",
    rf"\bdifférence\b.*?\bentre {_LEFT} et {_RIGHT}{_END}",
    rf"\bdiferencia\b.*?\bentre {_LEFT} y {_RIGHT}{_END}",
    rf"^{_LEFT}比{_RIGHT}(?:[多少长短重轻大小高低快慢宽窄厚薄远近久贵][出了]?(?:多少|多久|几))",
    rf"^{_LEFT}(?:和|与|跟){_RIGHT}(?:相差|差多少|差几|的差)",
    rf"^{_LEFT}と{_RIGHT}の差",
)
_OPERATIONS: Final = tuple(
    (sign, re.compile(pattern, re.IGNORECASE))
    for sign, group in (("+", _TOTAL), ("−", _DIFFERENCE))
    for pattern in group
)
_ARTICLE: Final = re.compile(
    r"\b(?:the|an?|der|die|das|den|dem|des|le|la|les|du|el|los|las|une?|una)\s+", re.IGNORECASE
)
_VALUE: Final = re.compile(
    r"(?P<about>约|大约|about|approx\.?|ca\.?|etwa|environ|aprox\.?|約)?\s*"
    r"(?P<number>[-−]?\d+(?:[.,]\d+)?)\s*(?P<unit>[^\d.,;:()/]{0,16})",
    re.IGNORECASE,
)
_COMMA_DECIMALS: Final = frozenset({"de", "fr", "es", "it", "pt"})


@dataclass(frozen=True, slots=True)
class Input:
    """A cell that was computed with."""

    place: Place
    """Its row."""
    cell: str
    value: Decimal
    unit: str
    about: str
    """The word that makes the value a rough one, as the manual has it, or nothing."""


@dataclass(frozen=True, slots=True)
class Computed:
    """`left sign right = result`."""

    sign: str
    left: Input
    right: Input

    @property
    def is_total(self) -> bool:
        return self.sign == "+"

    @property
    def result(self) -> str:
        """With the unit of the inputs, and as rough as they are."""
        value = self.left.value + self.right.value if self.is_total else self.left.value - self.right.value
        about = self.left.about or self.right.about
        number = f"{value:f}".replace("-", "−")
        parts = (about, number, self.left.unit)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table in a passage."""

    place: Place
    cells: tuple[str, ...]
    header: tuple[str, ...]

    @property
    def document(self) -> str:
        return self.place.passage.document

    @property
    def label(self) -> frozenset[str]:
        """The terms of its first cell."""
        return frozenset(terms(self.cells[0], "en"))

    @property
    def kind(self) -> frozenset[str]:
        """The terms of the header above that: what its rows are."""
        return frozenset(terms(self.header[0], "en"))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The two things named, and all that is said about what is to be compared."""

    left: frozenset[str]
    right: frozenset[str]
    matter: frozenset[str]


def computed(retrieval: Retrieval) -> Computed | None:
    """The total or difference that is asked for; None where none is, or where anything about it is in doubt."""
    text = " ".join(unicodedata.normalize("NFKC", retrieval.question).split())
    for sign, pattern in _OPERATIONS:
        found = pattern.search(text)
        if found is None:
            continue
        left, right, all_said = (_words(part) for part in (found["left"], found["right"], text))
        asked = _Asked(left, right, all_said - left - right)
        rows = [row for passage in retrieval.passages for row in _rows(passage)]
        pairs = [way(rows, asked) for way in (_two_rows, _two_columns, _two_manuals)]
        pair = next((pair for pair in pairs if pair), None)
        if left and right and left != right and pair and pair[0].unit == pair[1].unit:
            return Computed(sign, *pair)
    return None


def _words(text: str) -> frozenset[str]:
    # Before a number an article would be read as the letters of a code (A 47).
    return frozenset(terms(_ARTICLE.sub("", text), "en"))


def _rows(passage: Passage) -> Iterator[_Row]:
    """The rows of a passage's tables below their header rows."""
    units = units_of(passage)
    for number, unit in enumerate(units):
        header = header_of(units, number)
        if header is not None:
            place = Place(passage, units, Span(number, number), 0.0)
            yield _Row(place, tuple(unit.text.split(CELL_BORDER)), tuple(units[header].text.split(CELL_BORDER)))


def _two_rows(rows: Sequence[_Row], asked: _Asked) -> tuple[Input, Input] | None:
    """Two rows of one table, each named by its first cell."""
    one = _named(rows, asked.left, asked.right, asked.matter)
    two = _named(rows, asked.right, asked.left, asked.matter)
    if one is None or two is None or one is two or (one.document, one.header) != (two.document, two.header):
        return None
    return _pair(one, two, asked)


def _named(rows: Sequence[_Row], wanted: frozenset[str], other: frozenset[str], matter: frozenset[str]) -> _Row | None:
    """The one row whose first cell holds all that is wanted."""
    fitting = [
        row for row in rows if wanted & row.label and wanted <= row.label | frozenset(terms(row.header[0], "en"))
    ]
    # `hub` and `hub cover`: the row without what only the other thing has; then the one of the matter that is asked.
    for narrower in (
        [row for row in fitting if not (other - wanted) & row.label],
        [row for row in fitting if matter & row.label and not (other - wanted) & row.label],
    ):
        if len({(row.document, row.cells) for row in narrower}) == 1:
            return narrower[0]
    return None


def _two_columns(rows: Sequence[_Row], asked: _Asked) -> tuple[Input, Input] | None:
    """Two columns of the one row whose first cell the question names."""
    said = asked.matter | asked.left | asked.right
    found: dict[tuple[str, tuple[str, ...], int, int], _Row] = {}
    for row in rows:
        columns = [frozenset(terms(cell, "en")) for cell in row.header]
        one = [place for place, held in enumerate(columns) if place and asked.left & held and not asked.right & held]
        two = [place for place, held in enumerate(columns) if place and asked.right & held and not asked.left & held]
        if len(one) == len(two) == 1 and row.label and row.label <= said:
            found[row.document, row.cells, one[0], two[0]] = row
    if len(found) != 1:
        return None
    (_document, _cells, one_place, two_place), row = found.popitem()
    first, second = _input(row, one_place), _input(row, two_place)
    return (first, second) if first and second else None


def _two_manuals(rows: Sequence[_Row], asked: _Asked) -> tuple[Input, Input] | None:
    """The same row in the manuals of two products."""
    ones = [row for row in rows if _is_of(row, asked.left, asked.right) and row.label & asked.matter]
    twos = [row for row in rows if _is_of(row, asked.right, asked.left) and row.label & asked.matter]
    pairs = {
        (one.cells, two.cells): (one, two)
        for one in ones
        for two in twos
        if (one.cells[0], one.header) == (two.cells[0], two.header) and one.document != two.document
    }
    return _pair(*next(iter(pairs.values())), asked) if len(pairs) == 1 else None


def _is_of(row: _Row, name: frozenset[str], other: frozenset[str]) -> bool:
    """Is the row in the manual of what is named so, and not in that of the other?"""
    title = frozenset(terms(row.place.passage.title, "en"))
    return name <= title and not (other - name) & title


def _pair(one: _Row, two: _Row, asked: _Asked) -> tuple[Input, Input] | None:
    """The cells of the only column that can be meant."""
    columns = range(1, len(one.header))
    named = [place for place in columns if frozenset(terms(one.header[place], "en")) & asked.matter]
    pairs = [(_input(one, place), _input(two, place)) for place in named or columns]
    whole = [(first, second) for first, second in pairs if first and second]
    return whole[0] if len(whole) == 1 else None


def _input(row: _Row, column: int) -> Input | None:
    """The cell as a value; None where it holds anything but one number with its unit."""
    if len(row.cells) != len(row.header):
        return None
    cell = row.cells[column].strip()
    found = _VALUE.fullmatch(unicodedata.normalize("NFKC", cell))
    number = _number(found["number"], row.place.passage.language) if found else None
    if found is None or number is None:
        return None
    return Input(row.place, cell, number, found["unit"].strip(), found["about"] or "")


def _number(written: str, language: str) -> Decimal | None:
    """None where a comma or point may stand for thousands or for decimals."""
    plain = written.replace("−", "-")
    if re.search(r"[.,]\d{3}$", plain):
        return None
    if "," in plain and language not in _COMMA_DECIMALS:
        return None
    return Decimal(plain.replace(",", "."))
