"""Pieces of pictures in, what three small networks say of them out. The only file that speaks to onnxruntime.

The networks (PP-OCRv4, Chinese and English) lie in the wheel of rapidocr-onnxruntime; only these files are read: its
own code needs OpenCV, and that a display's libraries, which a bare machine lacks. They are loaded once a process and
run on one thread, since as many workers read at once as there are processors to spare.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.errors import ReadError

Picture = NDArray[np.uint8]
"""Rows by columns by 3: red, green, blue."""

_PACKAGE = "rapidocr_onnxruntime"
_FINDER, _READER, _TURNER = (
    "ch_PP-OCRv4_det_infer.onnx",
    "ch_PP-OCRv4_rec_infer.onnx",
    "ch_ppocr_mobile_v2.0_cls_infer.onnx",
)
_HEIGHT = 48
"""Pixels: what the reader and the turner were trained on."""
_TURNER_WIDTH = 192
_NARROWEST = 96
"""Pixels of width that shorter pieces are filled up to."""
_MOST_PIXELS = 12 * _HEIGHT * 480
"""Of the pieces read at once: more only takes memory."""
_BLANK = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a piece: its characters, where their middles are (0 left, 1 right) and how sure each is."""

    text: str
    middles: tuple[float, ...]
    confidences: tuple[float, ...]


def text_probability(picture: Picture) -> NDArray[np.float32]:
    """How likely each pixel lies within a line of text. Rows and columns must be multiples of 32."""
    return np.asarray(_run(_FINDER, _normal(picture)[None])[0, 0], np.float32)


def upside_down(pieces: Sequence[Picture]) -> list[bool]:
    """Which lines stand on their heads."""
    found = []
    for piece in pieces:
        batch = _batch([piece], _TURNER_WIDTH, squeezed=True)
        found.append(float(_run(_TURNER, batch)[0, 1]) > 0.5)
    return found


def read_pieces(pieces: Sequence[Picture]) -> list[Reading]:
    """What stands in pictures of one line each."""
    out: list[Reading] = [Reading("", (), ())] * len(pieces)
    for group in _groups(pieces):
        widths = [_scaled_width(pieces[place]) for place in group]
        width = max(*widths, _NARROWEST)
        probabilities = _run(_READER, _batch([pieces[place] for place in group], width))
        for place, own_width, row in zip(group, widths, probabilities, strict=True):
            out[place] = _decoded(row, own_width / width)
    return out


def _groups(pieces: Sequence[Picture]) -> Iterator[list[int]]:
    """Places of pieces of about the same width, so that little is filled up in vain."""
    group: list[int] = []
    for place in sorted(range(len(pieces)), key=lambda place: _scaled_width(pieces[place])):
        width = max(_scaled_width(pieces[place]), _NARROWEST)
        first = max(_scaled_width(pieces[group[0]]), _NARROWEST) if group else width
        if group and ((len(group) + 1) * width * _HEIGHT > _MOST_PIXELS or width > 1.4 * first):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _scaled_width(piece: Picture) -> int:
    return max(8, ceil(int(piece.shape[1]) * _HEIGHT / int(piece.shape[0])))


def _batch(pieces: Sequence[Picture], width: int, *, squeezed: bool = False) -> NDArray[np.float32]:
    batch = np.zeros((len(pieces), 3, _HEIGHT, width), np.float32)
    for row, piece in enumerate(pieces):
        own = min(_scaled_width(piece), width) if squeezed else _scaled_width(piece)
        scaled = Image.fromarray(piece).resize((own, _HEIGHT), Image.Resampling.BICUBIC)
        batch[row, :, :, :own] = _normal(np.asarray(scaled, np.uint8))
    return batch


def _normal(picture: Picture) -> NDArray[np.float32]:
    """Channels (blue first) by rows by columns, -1 to 1."""
    return np.ascontiguousarray(picture[..., ::-1].transpose(2, 0, 1), np.float32) / 127.5 - 1


def _decoded(probabilities: NDArray[np.float32], share: float) -> Reading:
    """Connectionist temporal classification: of equal neighbours the first counts, blanks do not."""
    best = probabilities.argmax(axis=1)
    places = np.flatnonzero((best != _BLANK) & np.concatenate(([True], best[1:] != best[:-1])))
    letters = _letters()
    text = "".join(letters[best[place]] for place in places)
    middles = tuple(min((float(place) + 0.5) / (len(best) * share), 1.0) for place in places)
    return Reading(text, middles, tuple(float(probabilities[place, best[place]]) for place in places))


def _run(name: str, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    session = _session(name)
    return np.asarray(session.run(None, {session.get_inputs()[0].name: batch})[0])


@lru_cache(maxsize=1)
def _letters() -> tuple[str, ...]:
    known = _session(_READER).get_modelmeta().custom_metadata_map["character"].splitlines()
    return ("", *known, " ")


@lru_cache(maxsize=3)
def _session(name: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # An arena keeps the most that any page ever took.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(_model_file(name), options, providers=["CPUExecutionProvider"])


def _model_file(name: str) -> Path:
    package = find_spec(_PACKAGE)
    file = Path(package.origin).parent / "models" / name if package and package.origin else None
    if file is None or not file.is_file():
        raise ReadError("The models of text recognition are not there.", hint="Run `make install` again.")
    return file
