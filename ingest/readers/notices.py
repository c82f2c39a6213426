"""Which texts warn or note: by their first word, in the languages manuals come in."""

import re

_WORDS = {
    "en": "note notes notice warning warnings caution danger important attention tip hint remark",
    "de": "hinweis hinweise achtung warnung vorsicht gefahr wichtig anmerkung tipp",
    "fr": "remarque remarques note avertissement attention danger important astuce mise\u00a0en\u00a0garde",
    "es": "nota notas advertencia aviso atención precaución peligro importante consejo",
    "it": "nota avviso avvertenza attenzione pericolo importante suggerimento",
    "pt": "nota aviso advertência atenção cuidado perigo importante dica",
    "zh": "注意 注意事项 警告 小心 危险 危險 提示 说明 說明 注 备注 備註 重要 重要提示 小贴士",
    "ja": "注意 注 注記 警告 危険 重要 ヒント 備考 メモ 参考",
}
_WORD = "|".join(
    re.escape(word).replace("\u00a0", r"\s") for word in sorted({w for ws in _WORDS.values() for w in ws.split(" ")})
)
_OPENING = re.compile(
    rf"^\W{{0,3}}(?:(?:{_WORD})(?:\s*[!！]|\s?[:：]|\s*[】\]]|\s+[-–—]\s)|[【\[](?:{_WORD})[】\]])", re.IGNORECASE
)

_LABEL = re.compile(rf"^[\[【]?(?:{_WORD})[\]】]?\s?[:：!！]?$", re.IGNORECASE)


def is_notice_label(text: str) -> bool:
    """True for a label that stands alone: `Note`, `注意`, `IMPORTANT :`."""
    return _LABEL.match(text.strip()) is not None


def opens_notice(text: str) -> bool:
    """True where a paragraph begins with `Warning:`, `注意：`, `Achtung!`, `[Hinweis]` and the like."""
    return _OPENING.match(text) is not None
