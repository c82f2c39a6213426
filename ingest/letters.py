"""A text to its letters alone: what is said twice is found again whatever spaces, signs and cases stand around it."""

import re


def letters_of(text: str) -> str:
    """Letters and digits, without case."""
    return re.sub(r"\W+", "", text).casefold()
