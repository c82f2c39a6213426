"""How long the parts of one answer took."""

import time
from dataclasses import dataclass, field

from serving.answer import Timings


@dataclass(slots=True)
class Clock:
    """Milliseconds since the question arrived."""

    start: float = field(default_factory=time.perf_counter)
    retrieve: float = 0.0
    first_token: float = 0.0

    def shown(self) -> None:
        self.first_token = self.first_token or self._now()

    def timings(self) -> Timings:
        return Timings(retrieve=self.retrieve, first_token=self.first_token, total=self._now())

    def _now(self) -> float:
        return (time.perf_counter() - self.start) * 1000
