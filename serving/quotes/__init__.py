"""The answer in the manual's own sentences, for when no language model is there.

Passages go in; one or a few places come out as lines that read as an answer, verbatim, each cited. `units.py` takes a
passage apart, `choosing.py` finds the places, `shown.py` makes them whole and readable, `written.py` puts the answer
together.
"""

from serving.quotes.written import MAX_LINES, QuotedAnswer, quote_answer, tells_all

__all__ = ["MAX_LINES", "QuotedAnswer", "quote_answer", "tells_all"]
