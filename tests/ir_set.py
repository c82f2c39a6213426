"""A small public set in the shared form: two languages, one question that nothing answers."""

import json
from pathlib import Path

CORPUS = [
    {"id": "en-1", "title": "Pump", "text": "Hold the reset key of the pump for ten seconds.", "lang": "en"},
    {"id": "en-2", "title": "Lamp", "text": "The lamp takes a bulb of 40 W with the socket E14.", "lang": "en"},
    {"id": "de-1", "title": "Pumpe", "text": "Die Taste der Pumpe zehn Sekunden lang halten.", "lang": "de"},
    {
        "id": "de-2",
        "title": "Leuchte",
        "text": "In die Leuchte passt eine Birne von 40 W.",
        "lang": "de",
    },
]
QUERIES = [
    {"id": "q1", "text": "How long do I hold the reset key of the pump?", "lang": "en", "kind": "normal"},
    {"id": "q2", "text": "Welche Birne passt in die Leuchte?", "lang": "de", "kind": "normal"},
    {"id": "q3", "text": "How loud is the vacuum cleaner?", "lang": "en", "answerable": False},
]
QRELS = "q1\ten-1\t1\nq2\tde-2\t2\nq2\ten-2\t1\n"
CROSS = "q2\ten-2\t1\n"


def write_ir_set(folder: Path) -> Path:
    """The folder, made and filled."""
    folder.mkdir()
    for name, rows in (("corpus.jsonl", CORPUS), ("queries.jsonl", QUERIES)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    (folder / "qrels_cross_en.tsv").write_text(CROSS, encoding="utf-8")
    return folder
