"""Files to broken files: good bytes and a seed enter, bytes and a name that no program wrote leave.

Every mutation is repeatable: the same seed breaks the same file in the same way.
"""

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        return "." + self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Mutant:
    name: str
    content: bytes


Mutation = Callable[[random.Random, Sample, Sequence[Sample]], Mutant]


def truncated(chance: random.Random, sample: Sample, others: Sequence[Sample]) -> Mutant:
    return Mutant(sample.name, sample.content[: chance.randrange(len(sample.content))])


def flipped(chance: random.Random, sample: Sample, others: Sequence[Sample]) -> Mutant:
    """A few bits, or a few in a thousand."""
    content = bytearray(sample.content)
    for _ in range(chance.choice([1, 5, 50, max(1, len(content) // 300)])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return Mutant(sample.name, bytes(content))


def renamed(chance: random.Random, sample: Sample, others: Sequence[Sample]) -> Mutant:
    return Mutant(sample.name + chance.choice(others).suffix, sample.content)


def zeroed(chance: random.Random, sample: Sample, others: Sequence[Sample]) -> Mutant:
    """A stretch of zeros, as a full disk or a lost block leaves it."""
    start = chance.randrange(len(sample.content))
    end = min(len(sample.content), start + chance.choice([16, 512, 4096, len(sample.content)]))
    return Mutant(sample.name, sample.content[:start] + bytes(end - start) + sample.content[end:])


def concatenated(chance: random.Random, sample: Sample, others: Sequence[Sample]) -> Mutant:
    return Mutant(sample.name, sample.content + chance.choice(others).content)


def shuffled(chance: random.Random, sample: Sample, others: Sequence[Sample]) -> Mutant:
    """Pieces in another order, some twice."""
    size = max(1, len(sample.content) // chance.choice([3, 10, 40]))
    pieces = [sample.content[place : place + size] for place in range(0, len(sample.content), size)]
    return Mutant(sample.name, b"".join(chance.choices(pieces, k=len(pieces))))


def nested(chance: random.Random, sample: Sample, others: Sequence[Sample]) -> Mutant:
    """An archive in an archive in an archive, called a manual."""
    content = sample.content
    for depth in range(chance.choice([1, 3, 20])):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{depth}/{sample.name}", content)
        content = stream.getvalue()
    return Mutant(sample.name + chance.choice([".docx", ".epub", ".xlsx", ".odt", ".pptx", sample.suffix]), content)


def rezipped(chance: random.Random, sample: Sample, others: Sequence[Sample]) -> Mutant:
    """A whole archive with one broken part: what a bit flip hardly ever makes, its checksums being right."""
    if not zipfile.is_zipfile(io.BytesIO(sample.content)):
        return flipped(chance, sample, others)
    with zipfile.ZipFile(io.BytesIO(sample.content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([name for name in parts if parts[name]])
    broken = chance.choice([truncated, flipped, zeroed, shuffled])(chance, Sample(name, parts[name]), others)
    kept = {**parts, name: broken.content}
    if chance.random() < 0.2:
        del kept[name]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in kept.items():
            archive.writestr(part, content)
    return Mutant(sample.name, stream.getvalue())


MUTATIONS: tuple[Mutation, ...] = (truncated, flipped, renamed, zeroed, concatenated, shuffled, nested, rezipped)


def mutants(samples: Sequence[Sample], count: int, seed: int) -> list[Mutant]:
    """So many broken files, each mutation and each sample in turn; names say what was done and are all different."""
    made = []
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        mutation = MUTATIONS[number % len(MUTATIONS)]
        sample = samples[(number * 7 + number // len(MUTATIONS)) % len(samples)]
        mutant = mutation(chance, sample, samples)
        made.append(Mutant(f"{number:03d}-{mutation.__name__}-{mutant.name}", mutant.content))
    return made
