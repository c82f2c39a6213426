"""Which device and which model: the words of `--profile`, what this machine has and a folder of models go in."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.errors import ModelUnavailable, SettingError
from serving.vllm.architecture import GIB, LONG, QUANTISED, read_shape
from serving.vllm.cards import Card, installed_card
from serving.vllm.memory_plan import sized_card

SMALL_MODEL: Final = "SmolLM2-135M-Instruct"
OWN_AWQ: Final = f"{LONG.split('/')[1]}-AWQ"
"""The folder that `llm quantize` writes and `llm serve` prefers."""
_LIGHT: Final = 1 / 5
"""A card that full weights take less of than this gains nothing from quantised ones but a loss of precision."""
_NAMES: Final = "profiles: cpu, gpu, or a card by its GB such as gpu-8, gpu-16, gpu-24; gpu-24-long for a long context"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`card` None: the processor. `long`: one long context rather than many readers."""

    card: Card | None
    long: bool = False


def read_profile(words: str | None) -> Profile:
    """`cpu`, `gpu`, `gpu-24`, `24`, each but the first also with `-long`; None: what this machine has.

    Raises SettingError for a profile that does not exist, ModelUnavailable for a card that is not there.
    """
    if words == "cpu":
        return Profile(card=None)
    card = installed_card()
    if words is None:
        return Profile(card=card)
    named = re.fullmatch(r"(?:gpu|(?:gpu-)?([1-9][0-9]*))(-long)?", words)
    if not named:
        raise SettingError(f"there is no profile {words!r}", hint=_NAMES)
    if named[1]:
        card = sized_card(float(named[1]), card)
    if card is None:
        raise ModelUnavailable("no NVIDIA card answers nvidia-smi", hint="manualdesk llm serve --profile cpu")
    return Profile(card=card, long=bool(named[2]))


def card_model(profile: Profile, card: Card, models: Path, context_tokens: int | None = None) -> str:
    """The model for a card: the checkpoint of `llm quantize` where there is one, else the one of the hub that fits.

    Full weights where they are a small part of the card, or where only they reach a long context. `context_tokens`:
    what was asked for.
    """
    if (models / OWN_AWQ / "config.json").is_file():
        return str(models / OWN_AWQ)
    quantised, full = read_shape(QUANTISED), read_shape(LONG)
    if quantised and context_tokens and context_tokens > quantised.native_context:
        return LONG
    weights = full.weights_bytes / GIB if full else card.memory_gib
    part = 1 / 2 if profile.long else _LIGHT
    return LONG if weights < card.memory_gib * part else QUANTISED
