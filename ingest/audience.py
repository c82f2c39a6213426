"""Who may read a document. In a file of its own so that the command line can offer it without loading numpy."""

from enum import StrEnum


class Audience(StrEnum):
    """Internal is the default, so that forgetting to say leaks nothing."""

    PUBLIC = "public"
    INTERNAL = "internal"
