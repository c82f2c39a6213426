"""Near-copies of a manual for tests of siblings: the same text under another name, ten of its values different.

A family's manuals leave as Markdown with what is different in each; which values differ follows from the seed alone.
"""

import random
from dataclasses import dataclass
from pathlib import Path

VALUES = 10
"""Values that differ from sibling to sibling."""


@dataclass(frozen=True, slots=True)
class Family:
    """A product line: what its manuals call it, and the names of its models."""

    folder: str
    noun: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a manual, by the question that asks for it."""

    key: str
    question: str
    """With `{name}` for the product."""
    texts: tuple[str, ...]
    """What it can be; siblings differ in it."""


FAMILIES = (
    Family("kettles", "kettle", ("K1", "K1 Plus", "K2", "K2 Mini")),
    Family("pumps", "circulation pump", ("P-400", "P-410", "P-400 Pro", "P-420")),
    Family("routers", "router", ("NX5", "NX5 Lite", "NX7", "NX7 Ultra")),
    Family("drills", "cordless drill", ("BD18", "BD18 Pro", "BD12", "BD24")),
    Family("ovens", "oven", ("Aurora", "Aurora Plus", "Borealis", "Borealis Neo")),
)

ASKED = (
    Value("hold", "How long do I hold the key of the {name} for a factory reset?", ("5 s", "8 s", "10 s", "12 s")),
    Value("weight", "What is the weight of the {name}?", ("1.2 kg", "1.5 kg", "1.9 kg", "2.4 kg")),
    Value("power", "power consumption of the {name}", ("300 W", "450 W", "600 W", "900 W")),
    Value("temperature", "storage temperature of the {name}", ("-10 °C", "-15 °C", "-20 °C", "-25 °C")),
    Value("warranty", "How many months of warranty does the {name} have?", ("12", "18", "24", "36")),
    Value("torque", "torque of the cover screws on the {name}", ("0.4 N·m", "0.6 N·m", "0.8 N·m", "1.1 N·m")),
    Value("e12", "What should I do when the {name} shows E-12?", ("clean it", "change the fuse", "restart", "dry it")),
    Value("service", "After how many hours of use does the {name} ask for service?", ("200", "350", "500", "800")),
    Value("lamp", "What does a blinking blue lamp mean on the {name}?", ("standby", "pairing", "too hot", "update")),
    Value("part", "part number of the filter for the {name}", ("FI-1010", "FI-1020", "FI-1030", "FI-1040")),
)  # fmt: skip


def write_families(root: Path, families: tuple[Family, ...] = FAMILIES, *, seed: int = 7) -> dict[str, dict[str, str]]:
    """Write each model's manual; returns the values of each by its document."""
    shuffled = random.Random(seed)
    written: dict[str, dict[str, str]] = {}
    for family in families:
        orders = {value.key: shuffled.sample(value.texts, len(value.texts)) for value in ASKED}
        for place, model in enumerate(family.models):
            values = {key: order[place] for key, order in orders.items()}
            document = f"{family.folder}/en/{model.lower().replace(' ', '-')}-user-guide.md"
            path = root / document
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_manual(model, family.noun, values), encoding="utf-8")
            written[document] = values
    return written


def _manual(name: str, noun: str, values: dict[str, str]) -> str:
    return f"""\
# {name} {noun}: user guide

This guide is about the {name}. Keep it with the device: the next owner will need it.

## 1 Safety

Read this chapter before you switch the {noun} on. Children may use the {name} only under supervision.
Never open the case while the plug is in the socket, and never put the {noun} into water.

## 2 Mounting

Place the {name} on a level, dry surface. Leave 20 cm of air at the back and at the sides.
Close the cover with its four screws. Their tightening torque is {values["torque"]}; more breaks the thread.

## 3 Technical data

| Property | Value |
|---|---|
| Mains voltage | 230 V, 50 Hz |
| Power consumption | {values["power"]} |
| Weight | {values["weight"]} |
| Storage temperature | from {values["temperature"]} to 60 °C |
| Degree of protection | IP20 |
| Cable length | 1.8 m |

## 4 Daily use

Press the key briefly to switch the {noun} on. The lamp beside the key says what it does.

| Lamp | Meaning |
|---|---|
| Green, steady | ready |
| Blue, blinking | {values["lamp"]} |
| Red, steady | error, see chapter 6 |

## 5 Care

Wipe the case with a soft, damp cloth once a month. Do not use solvents.
After {values["service"]} hours of use the {name} asks for service.
Order the filter under the part number {values["part"]}.

### 5.1 Factory reset

Hold the key for {values["hold"]} until the lamp goes out, then let go. The {noun} forgets all its settings.

## 6 Error codes

| Code | Meaning | Remedy |
|---|---|---|
| E-10 | Sensor does not answer | Pull the plug for one minute |
| E-11 | Mains voltage too low | Use another socket |
| E-12 | Flow too low | {values["e12"].capitalize()} |
| E-13 | Internal fault | Contact support |

## 7 Warranty

The warranty of the {name} lasts {values["warranty"]} months from the date of purchase. Keep the receipt.
"""
