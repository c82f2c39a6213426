"""One manual as data, written before any file of it is: the truth that every format must be read back to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Items:
    """Items with their depth from 0; numbered ones are a procedure."""

    entries: tuple[tuple[int, str], ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows, the first is the header. `^` is the cell above gone on, `<` the cell to the left."""

    rows: tuple[tuple[str, ...], ...]

    def filled(self) -> tuple[tuple[str, ...], ...]:
        """Every merged cell in each place that it covers."""
        grid: list[list[str]] = []
        for row in self.rows:
            line: list[str] = []
            for x, cell in enumerate(row):
                line.append(grid[-1][x] if cell == "^" else line[-1] if cell == "<" else cell)
            grid.append(line)
        return tuple(tuple(line) for line in grid)

    def merged(self) -> list[tuple[int, int, int, int]]:
        """Row, column, height and width of each merged cell."""
        found = []
        for y, row in enumerate(self.rows):
            for x, cell in enumerate(row):
                if cell in {"^", "<"}:
                    continue
                below = [line[x] for line in self.rows[y + 1 :]]
                high = 1 + next((n for n, mark in enumerate(below) if mark != "^"), len(below))
                right = row[x + 1 :]
                wide = 1 + next((n for n, mark in enumerate(right) if mark != "<"), len(right))
                if high * wide > 1:
                    found.append((y, x, high, wide))
        return found


@dataclass(frozen=True)
class Notice:
    label: str
    text: str


@dataclass(frozen=True)
class Code:
    text: str


Block = Heading | Paragraph | Items | Table | Notice | Code

MANUAL: tuple[Block, ...] = (
    Heading(1, "Safety"),
    Paragraph("Read this chapter before the pump is connected for the first time."),
    Notice("Warning", "The housing reaches 85 °C. Let it cool down for 20 minutes before it is opened."),
    Heading(2, "Approved liquids"),
    Paragraph("Water and glycol up to 40 % are approved; 不得用于食品。"),
    Items(
        ((0, "Drinking water"), (0, "Heating water"), (1, "with inhibitor"), (1, "without inhibitor"), (0, "Glycol"))
    ),
    Heading(2, "Liquids that harm the seals"),
    Paragraph("Acids below pH 6 and any oil harm the seals within hours."),
    Heading(1, "Operation"),
    Heading(2, "Starting"),
    Items(
        ((0, "Open both valves."), (0, "Press Start for 3 seconds."), (0, "Wait until the lamp is green.")),
        numbered=True,
    ),
    Paragraph("The pump then runs at the speed that was set last."),
    Heading(3, "Starting from a computer"),
    Code("pump --start --speed 2900\npump --status"),
    Heading(2, "Speeds"),
    Table(
        (("Level", "Speed", "Flow"), ("I", "1,450 rpm", "1.2 m³/h"), ("II", "2,900 rpm", "^"), ("III", "not used", "<"))
    ),
    Notice("Note", "Level III is blocked by the software of the series S."),
    Heading(1, "故障"),
    Heading(2, "Error codes"),
    Paragraph("The display shows a code while the lamp blinks red."),
    Table(
        (
            ("Code", "Cause", "Remedy"),
            ("E01", "No water", "Open the valve"),
            ("E02", "电压过低", "Check the supply: 230 V"),
            ("E07", "Sensor", "Replace part 4711-A"),
        )
    ),
    Paragraph("Any other code: call the service."),
)
