"""What there is to compute with: `nvidia-smi` and the operating system are asked, a Card or a Processor comes out."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GIB: Final = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A graphics card. `capability` is NVIDIA's compute capability (8.9: Ada)."""

    name: str
    memory_gib: float
    capability: float
    used_gib: float = 0.0
    """Taken by other programs already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """The processor, where there is no card."""

    cores: int
    free_gib: float
    """Of the machine's memory, without what is only kept as a cache of files."""

    @property
    def name(self) -> str:
        return f"the processor ({self.cores} cores)"


def installed_card() -> Card | None:
    """The card that a new process would get: the first one, or the first of CUDA_VISIBLE_DEVICES. None without one."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    fields = "name,memory.total,memory.used,compute_cap"
    query = [program, f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        chosen = visible.split(",")[0].strip()
        if not chosen or chosen == "-1":
            return None
        query.append(f"--id={chosen}")
    try:
        done = subprocess.run(query, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    except subprocess.TimeoutExpired:  # a driver that hangs is no card to plan for
        return None
    if done.returncode or not done.stdout.strip():
        return None
    return read_card(done.stdout.splitlines()[0])


def read_card(line: str) -> Card:
    """A card from a line `name, MiB, MiB used, capability`."""
    name, memory, used, capability = (part.strip() for part in line.rsplit(",", 3))
    return Card(name=name, memory_gib=float(memory) / 1024, used_gib=float(used) / 1024, capability=float(capability))


def this_processor() -> Processor:
    """Cores that this process may use, and memory that it may take."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Processor(cores=cores, free_gib=_free_gib())


def _free_gib() -> float:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        kibibytes = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        # Not Linux: the whole memory, of which half is taken to be free.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2 / _GIB
    return kibibytes * 1024 / _GIB
