"""Passwords: a chosen one comes in and is judged and hashed, a typed one is compared with a hash.

The rules are those of OWASP ASVS 4.0.3 V2.1: long, not one of those that are tried first, no rules of composition.
"""

import re
import secrets
from collections.abc import Set
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.errors import SettingError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST: Final = 12
LONGEST: Final = 128
_COMMON_FILE: Final = Path(__file__).with_name("common_passwords.txt")
_FEWEST_DIFFERENT: Final = 5
_RUNS: Final = ("1234", "4321", "7890", "0987", "1212", "1111", "0000")
_ONE_TIME_WORDS: Final = 4
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is read wrongly: 0 o, 1 l i."""


class PasswordUnfit(SettingError):
    """A chosen password is too short, too long, or one that is tried first."""


def checked(password: str, *about: str) -> str:
    """The password itself, where it may be chosen. `about`: names of the person and the like, which it must not be.

    Raises PasswordUnfit.
    """
    if len(password) < SHORTEST:
        raise PasswordUnfit("This password has fewer than 12 characters.", hint="Several words make a good one.")
    if len(password) > LONGEST:
        raise PasswordUnfit("This password has more than 128 characters.", hint="Choose a shorter one.")
    core = _core(password)
    own = {_core(part) for name in about for part in (name, *re.split(r"[@\s._-]+", name)) if len(part) > 2}
    if len(set(password.casefold())) < _FEWEST_DIFFERENT or _is_common(password.casefold(), core, own | _common()):
        raise PasswordUnfit(
            "This password is one of those that are tried first.", hint="Choose another one; several words are good."
        )
    return password


def hashed(password: str) -> str:
    """What is kept of it: argon2id with a salt of its own."""
    return _hasher().hash(password)


def fits(password: str, kept: str) -> bool:
    """Whether this is the password of that hash. With no hash, after the time that it takes with one: False."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = _hasher().verify(kept or _nobodys(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and bool(kept)


def is_dated(kept: str) -> bool:
    """Was it hashed with other parameters than today's?"""
    return _hasher().check_needs_rehash(kept)


def one_time_password() -> str:
    """A password to be handed over and changed at once: 79 random bits, easy to read out."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(_ONE_TIME_WORDS))
    return "-".join(groups)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    # OWASP's password storage cheat sheet: argon2id with 19 MiB, two passes, one lane.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def _core(password: str) -> str:
    """What is left without digits and signs at both ends: what people add to a word they always use."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.casefold())


def _is_common(folded: str, core: str, known: Set[str]) -> bool:
    """Is it, or its core, known; or one that is known again and again; or a run of digits?"""
    if folded in known or core in known or (not core and any(run in folded for run in _RUNS)):
        return True
    halves = range(1, len(core) // 2 + 1)
    return any(core[:size] in known and core == core[:size] * (len(core) // size) for size in halves)


@cache
def _common() -> frozenset[str]:
    lines = _COMMON_FILE.read_text(encoding="utf-8").split("\n")
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
