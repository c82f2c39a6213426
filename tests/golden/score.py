"""What a reader made of a golden PDF goes in beside the truth, counts of what is right come out.

The same for every reader: it sees pieces of text with as much structure as the reader tells. What a reader does not
tell (no tables, no headings) counts as missing.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from itertools import combinations

from tests.golden.truth import Block, Rows, Truth

RUN = 6
"""Characters of the runs that recall is counted in where a block is not found whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a reader's output, in its order."""

    text: str
    heading_level: int = 0
    """0: no heading."""
    rows: Rows = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts over one or several documents; `a / b` pairs by name."""

    cells_right: int = 0
    cells: int = 0
    headings_right: int = 0
    """Text, depth and parent as in the source."""
    headings: int = 0
    headings_invented: int = 0
    pairs_in_order: int = 0
    pairs_out_of_order: int = 0
    characters_right: int = 0
    characters: int = 0
    blocks_exact: int = 0
    """Prose found word for word, spaces included."""
    blocks: int = 0
    furniture_out: int = 0
    furniture: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(**{item.name: getattr(self, item.name) + getattr(other, item.name) for item in fields(self)})

    @property
    def table_cells(self) -> float:
        return self.cells_right / self.cells

    @property
    def heading_tree(self) -> float:
        """Headings that are right, of those of the source and those that were invented."""
        return self.headings_right / (self.headings + self.headings_invented)

    @property
    def order(self) -> float:
        """Kendall's tau over pairs of blocks of a document."""
        return (self.pairs_in_order - self.pairs_out_of_order) / (self.pairs_in_order + self.pairs_out_of_order or 1)

    @property
    def recall(self) -> float:
        return self.characters_right / self.characters

    @property
    def exact(self) -> float:
        return self.blocks_exact / self.blocks

    @property
    def furniture_left_out(self) -> float:
        return self.furniture_out / self.furniture


def score(truth: Truth, pieces: Sequence[Piece]) -> Score:
    """Counts for one document."""
    whole = "\n".join(piece.text for piece in pieces)
    folded = fold(whole)
    return (
        _tables(truth.blocks, [piece.rows for piece in pieces if piece.rows])
        + _headings(truth, pieces)
        + _order(truth.blocks, folded)
        + _words(truth.blocks, folded, spaced(whole))
        + Score(
            furniture=len(truth.furniture),
            furniture_out=sum(fold(line) not in folded for line in truth.furniture),
        )
    )


def fold(text: str) -> str:
    """Letters and digits alone, for finding."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def spaced(text: str) -> str:
    """The text with single spaces; full-width letters and digits and typographic apostrophes as plain ones."""
    plain = "".join(
        unicodedata.normalize("NFKC", letter) if "\uff10" <= letter <= "\uff5a" and letter.isalnum() else letter
        for letter in text
    )
    return " ".join(plain.replace("\u2019", "'").replace("\u2010", "-").replace("\u00ad", "").split())


def _tables(blocks: Sequence[Block], found: Sequence[Rows]) -> Score:
    total = Score()
    for block in blocks:
        if block.kind != "table":
            continue
        rights = [
            _cells_right(truth, _without_empty_columns(rows))
            for rows in found
            for truth in (block.rows, joined_header(block))
        ]
        # A header of two rows read as one counts like the two.
        cells = len(block.rows) * len(block.rows[0])
        best = max(rights, default=0)
        joined = joined_header(block)
        lost = cells - len(joined) * len(joined[0])
        total += Score(cells=cells, cells_right=min(cells, best + lost) if best else 0)
    return total


def joined_header(block: Block) -> Rows:
    """The table with the rows of its header as one: `Interval normal (h)`."""
    if block.header_rows < 2:
        return block.rows
    columns = zip(*block.rows[: block.header_rows], strict=True)
    return (tuple(" ".join(dict.fromkeys(column)) for column in columns), *block.rows[block.header_rows :])


def _without_empty_columns(rows: Rows) -> Rows:
    width = max(len(row) for row in rows)
    full = [(*row, *[""] * (width - len(row))) for row in rows]
    used = [column for column in range(width) if any(row[column].strip() for row in full)]
    return tuple(tuple(row[column] for column in used) for row in full)


def _cells_right(truth: Rows, rows: Rows) -> int:
    """Equal cells at the best alignment of rows; the columns have to be the same."""
    wanted = [[spaced(cell) for cell in row] for row in truth]
    given = [[spaced(cell) for cell in row] for row in rows]
    best = [0] * (len(given) + 1)
    for row in wanted:
        before = best[:]
        for place, other in enumerate(given, 1):
            equal = sum(one == two for one, two in zip(row, other, strict=False)) if len(row) == len(other) else 0
            best[place] = max(before[place], best[place - 1], before[place - 1] + equal)
    return best[-1]


def _tree(headings: Sequence[tuple[str, int]]) -> list[tuple[str, int, str]]:
    """Text, depth without gaps and text of the parent of each heading."""
    path: list[tuple[int, str]] = []
    tree = []
    for text, level in headings:
        while path and path[-1][0] >= level:
            path.pop()
        tree.append((text, len(path) + 1, path[-1][1] if path else ""))
        path.append((level, text))
    return tree


def _headings(truth: Truth, pieces: Sequence[Piece]) -> Score:
    wanted = _tree([(fold(block.text), block.level) for block in truth.blocks if block.kind == "heading"])
    known = {text for text, _, _ in wanted}
    given = [(fold(piece.text), piece.heading_level) for piece in pieces if piece.heading_level]
    # The title on a cover may be a heading or not.
    given = [(text, level) for text, level in given if text in known or text != fold(truth.title)]
    tree = _tree(given)
    matcher = SequenceMatcher(None, [text for text, _, _ in wanted], [text for text, _, _ in tree], autojunk=False)
    right = sum(
        wanted[block.a + step] == tree[block.b + step]
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    )
    invented = sum(text not in known for text, _, _ in tree)
    return Score(headings=len(wanted), headings_right=right, headings_invented=invented)


def _order(blocks: Sequence[Block], folded: str) -> Score:
    probes = [fold(max((cell for row in block.rows for cell in row), key=len, default=block.text)) for block in blocks]
    source = "".join(fold(block.text) for block in blocks)
    # What stands twice, a title in the contents too, has no place of its own.
    places = [
        folded.find(probe)
        for probe in probes
        if len(probe) > RUN and source.count(probe) == 1 and folded.count(probe) == 1
    ]
    steps = [one < other for one, other in combinations(places, 2)]
    return Score(pairs_in_order=sum(steps), pairs_out_of_order=len(steps) - sum(steps))


def _words(blocks: Sequence[Block], folded: str, text: str) -> Score:
    total = Score()
    runs = {folded[place : place + RUN] for place in range(len(folded) - RUN + 1)}
    for block in blocks:
        for part in {cell for row in block.rows for cell in row} or {block.text}:
            plain = fold(part)
            mine = [plain[place : place + RUN] for place in range(len(plain) - RUN + 1)]
            share = 1.0 if plain in folded else sum(run in runs for run in mine) / max(len(mine), 1)
            total += Score(characters=len(plain), characters_right=round(share * len(plain)))
        if block.kind not in {"table", "code"}:
            total += Score(blocks=1, blocks_exact=spaced(block.text) in text)
    return total
