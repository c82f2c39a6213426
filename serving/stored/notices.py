"""What is said of a curated answer, in the reader's language."""

from typing import Final

_CURATED: Final = {
    "en": "This answer was written or approved by an editor.",
    "zh": "此回答由编辑人员撰写或审定。",
    "ja": "この回答は編集担当者が作成または承認したものです。",
    "fr": "Cette réponse a été rédigée ou approuvée par la rédaction.",
    "de": "Diese Antwort wurde von der Redaktion geschrieben oder freigegeben.",
    "es": "Esta respuesta fue escrita o aprobada por la redacción.",
}


def curated_notice(language: str) -> str:
    """English where there is none in that language."""
    return _CURATED.get(language.lower().split("-")[0], _CURATED["en"])
