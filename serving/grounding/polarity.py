"""Does a text deny something? In six languages, by the words that do it.

A folded text (lower case) goes in. `denies` is certain; `may_deny` counts also words that deny without saying so
(avoid, excluded, only, empty): they let a plain negation of the other side pass, in either direction.
"""

import re
from typing import Final

_NO_NEGATION: Final = re.compile(
    r"\bnot only\b|\bno (?:more|longer|later|less) than\b|\bnot (?:more|longer|later|less) than\b|\bwhether or not\b"
    r"|\b(?:can ?not|can['’]t|not) do without\b|\bno matter\b"
    r"|\bno(?:ne)? other\b|\bnothing (?:but|(?:more|else|other) than)\b|\bnichts (?:weiter|anderes) als\b"
    r"|\brien d['’]autre que\b|\bnada más que\b|\bkein\w* ander\w*|\baucune? autre|\bning[uú]n\w* otr\w*"
    r"|\bno\.\s*\d|\bnot? exceed\w*|\bnot? to exceed\b"
    r"|\bnicht nur\b|\bnicht (?:mehr|länger|später) als\b|\bnicht überschreit\w*"
    r"|\bpas (?:plus|moins) (?:de|que)\b|\bne [\w’']+ (?:plus )?que\b|\bnon seulement\b|\bn['’](?=une?\b)"
    r"|\bno (?:más|menos) (?:de|que)\b|\bno (?:solo|sólo)\b"
    r"|不仅|不但|不断|不同|不锈|不超过|不能超过|不得超过|不足|不用的|无线|无论|无需的|是不是|能不能|超えない|超えないよう|以内"
)
_DENIES: Final = re.compile(
    r"\b(?:not|no|never|without|cannot|nor|neither|nobody|nothing|none|nowhere|\w+n['’]t|prohibit\w*|forbid\w*|excluded"
    r"|unsuitable|unless"
    r"|nicht|nichts|kein\w*|nie|niemals|niemand|ohne|weder|verb[oi]et\w*|verboten|ausgeschlossen"
    r"|ne|n['’]\w+|(?<!un )(?<!par )(?<!au )pas|jamais|sans|aucune?|ni|rien|personne|interdi\w*|exclue?s?"
    r"|nunca|sin|jamás|ningun[oa]?|ningún|nadie|nada|tampoco|prohibid\w*|excluid\w*)\b"
    r"|(?<![\w])no\b"
    r"|不|没有|没(?=有|法|能|提)|未|勿|禁止|无法|无需|无须|除外|失效"
    r"|ません|ないで|ない|なく|ず(?=に|、)|禁止|不要|不可"
)
_MAY: Final = re.compile(
    r"\b(?:down|leaves?|lassen|laiss\w*|dej[ae]\w*|avoid\w*|refrain\w*|refus\w*|empty|instead|rather|except\w*|off|away|stop\w*|lost|loses?|fail\w*"
    r"|discard\w*|disable\w*|prevent\w*|dispense\w*|un(?!it|til|der|ion|i[qv]|less)\w{3,}|im?possible|in(?:accurate|correct|sufficient)\w*"
    r"|invalid|too|rid|free of|out of|wrong|broken|missing|lack\w*|destroy\w*|damage\w*|block\w*|dead"
    r"|vermeid\w*|statt|außer|verlier\w*|verloren\w*|aus|un(?:möglich|nötig|gültig|bekannt)\w*|frei"
    r"|évite\w*|perdu\w*|impossible|hors|inutile|détruit\w*|fixe?s?"
    r"|evit\w*|pierd\w*|perdid\w*|imposible|inútil|fij[oa]s?|fest|fixed)\b"
    r"|避免|丢失|切勿|拒绝|停止|防止|以外|而不是|阻|断|空|错|关闭|禁用|独|避け|失わ|防|破棄|不"
)
_ONLY: Final = re.compile(
    r"\b(?:only|nur|ausschließlich|seule?(?:ment)?|uniquement|sol[oa](?:mente)?|sólo|únicamente)\b|只|仅|才|だけ|のみ|しか"
)
"""Only this works, so that does not: a source that says so supports a denial, but a claim of it denies nothing."""
_WITHOUT: Final = re.compile(r"\b(?:without|ohne|sans|sin)\b|没有|なしで|ずに")

_ROUNDABOUT: Final = re.compile(
    r"\b(?:unless|until|except\w*|instead|rather|avoid\w*|refrain\w*|prevent\w*|too|otherwise|hardly|whether|fails?|failed|refuse\w*"
    r"|außer|statt|vermeid\w*|sonst|sauf|évite\w*|trop|sinon|salvo|excepto|evit\w*|demasiado)\b"
    r"|否则|避免|防止|以外|而不是|是否|太|除外|過ぎ|避け|防|ないと|場合以外"
)
_CONDITION: Final = re.compile(
    r"\b(?:if|when|whenever|unless|wenn|falls|sofern|si|quand|lorsque|cuando|until|bis|jusqu)\b|如果|若|时(?:[，。]|$)|的话"
    r"|場合|たら|とき|れば|と、"
)
_OFF: Final = re.compile(r"\b(?:off|unplug\w*|aus|ab|coupe\w*|débranche\w*|éteind\w*|apag\w*|desconect\w*)\b|关|断|切")
_BELOW: Final = re.compile(
    r"\b(?:below|under|colder|less than|unter|dessous|moins de|debajo|menos de)\b|低于|以下|未満|より低"
)
_ABOVE: Final = re.compile(
    r"\b(?:above|over|hotter|warmer|more than|über|dessus|plus de|encima|más de)\b|高于|以上|超え"
)
_TWO_WORDS: Final = re.compile(
    r"\b(?:ne |n['’])(?:[\w’'-]+ ){0,3}?(?:pas|jamais|plus|rien|aucune?|personne|ni)\b"
    r"|\bno (?:[\w]+ ){1,3}?(?:nunca|nada|nadie|ningun[oa]?|ningún|ni)\b"
)
"""One negation made of two."""


def denials(folded: str) -> int:
    """How many negations there are."""
    return len(_DENIES.findall(_TWO_WORDS.sub(" jamais ", _NO_NEGATION.sub(" ", folded))))


def is_conditional(folded: str) -> bool:
    """Does it tell what happens if something is so or not?"""
    return _CONDITION.search(folded) is not None


def is_turned_off(folded: str) -> bool:
    """Do not switch it off: let it be on."""
    return _OFF.search(folded) is not None


def is_outside(folded: str) -> bool:
    """Is it of what lies below or above a range? It denies what the range allows."""
    return _BELOW.search(folded) is not None and _ABOVE.search(folded) is not None


def is_exclusive(folded: str) -> bool:
    """Does it say that only this is so, and deny nothing?"""
    return _ONLY.search(folded) is not None and not denies(folded)


def is_roundabout(folded: str) -> bool:
    """May something be denied without a word that says so?"""
    return _ONLY.search(folded) is not None or _ROUNDABOUT.search(folded) is not None


def denies(folded: str) -> bool:
    """Is there a word that negates?"""
    return _DENIES.search(_NO_NEGATION.sub(" ", folded)) is not None


def may_deny(folded: str, beside: str = "") -> bool:
    """Is there a word that negates or could, and that the text beside does not say as well?"""
    return denies(folded) or any(match.group() not in beside for match in _MAY.finditer(folded))


def is_denied(claim: str, source: str) -> bool:
    """Does the claim deny what the source does not deny in any way?"""
    return denies(claim) and not may_deny(source, claim) and not _ONLY.search(source)


def without(folded: str) -> str:
    """The text without what it does without: that is said in many ways (stay still, without moving)."""
    return _WITHOUT.sub(" ", folded)


def is_twice(folded: str) -> bool:
    """Denied twice is said: without it there is none."""
    return _WITHOUT.search(folded) is not None and denies(_WITHOUT.sub(" ", folded))


def conflict(claim: str, source: str, beside: str = "") -> bool:
    """Does one of two folded texts about the same thing deny it and the other not even in a roundabout way?

    `beside`: what stands around the source.
    """
    if _WITHOUT.search(claim):
        if _WITHOUT.search(source):
            claim, source = _WITHOUT.sub(" ", claim), _WITHOUT.sub(" ", source)
        elif is_twice(claim):
            return False
    return is_denied(claim, source) or (denies(source) and not may_deny(claim, source + beside))
