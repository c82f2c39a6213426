"""What a sentence says of a thing, with its sign: keeps or loses, needs or needs not, is covered or hidden.

A claim and the units it is about go in; the first saying comes out that the sources make only the other way round.
A word of the list has a sign of its own (lost is not kept), each negation of its part of the sentence turns it, and so
six languages can be compared without understanding them. What is denied in a way of its own (only, unless, too) has
no sign.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from serving.facts import facts_of
from serving.grounding.polarity import denials, is_roundabout, may_deny
from serving.grounding.source import Unit
from serving.grounding.vocabulary import things

# A saying and its sign a line: English; German; French; Spanish; Chinese; Japanese. A * stands for any ending.
_LINES: Final = """
keep+: kept keeps retained preserved remain remains unaffected survive survives; behalten behält erhalten bleiben bewahrt; conservé* préservé*; conserva* mantien* permanec*; 保留 不受影响 不会丢; 保持され 保存され 残り 残る
keep-: lost lose loses discard* erase erases erased deleted; verloren verlier* verworfen gelöscht löscht; perdu* perd effacé* efface supprimé*; pierd* perd* borra* descart*; 丢失 丢弃 放弃 删除 清除; 失われ 破棄 削除 消去 消え
run+: continue* run runs running goes_on go_on; weiterlauf* läuft laufen fortgesetzt; continue* poursui* fonctionne*; continú* continu* sigue siguen funciona*; 继续 照常 运行; 続け 継続 動作
run-: stop stops stopped interrupt* cuts; stoppt hält_an halten_an unterbrochen bricht endet; arrêt* interromp* cess*; detien* para paran interrump*; 停止 中断 断电 断开; 停止 止ま 中断
need+: need needs needed require requires required necessary; braucht brauchen benötigt benötigen erforderlich nötig; besoin nécessaire* nécessite* requis* faut; necesita* necesari* requier* precis* hace_falta hacen_falta hay_que; 需要 必须 须; 必要
need-: optional unnecessary superfluous; unnötig überflüssig; inutile* superflu*; innecesari*; 无需 无须 不必 不用 不需要; 不要
cover+: covered included includes; abgedeckt gedeckt; couvert*; cubiert* cubre; 在保修范围内 保修范围; 対象
cover-: excluded; ausgeschlossen; exclu exclus exclue*; excluid*; 不在保修范围 不保修; 対象外
hide+: hide hides hidden cover covers obscure* obstruct*; verdeck* versperr*; cache cachent masque* gêne*; tapa tape oculta* obstruy*; 遮挡 挡住; 遮 隠
fit+: suitable suited fit_for; geeignet; adapté* convien*; adecuad* apt* sirve*; 适用 适合; 適し
fit-: unsuitable; ungeeignet; inadapté*; inadecuad*; 不适用 不适合; 適さ 不向き
read+: read readable; lesen lesbar gelesen; lire lu lisible; leer leído legible; 读取 可读 读出; 読
agree+: agree agreed consent* approve*; zustimm* zugestimmt einverstanden; accepté* consent* accord; acept* consient* acuerdo; 同意; 同意
mix+: mix mixed mixing; mischen gemischt; mélang*; mezcl*; 混用 混合; 混ぜ 混合 併用
change+: adjustable changeable adjusted changed change altered; verstellen verändern ändern einstellbar veränderbar geändert; modifié* modifier réglable* changer; cambia* modifica* ajusta*; 可调 更改 调整 修改; 変更 調整
change-: fixed; fest; fixe fixée; fijo fija; 固定; 固定
pair+: pairing paired repairing joining; anlern* gekoppelt koppeln; appaira* jumel*; empareja* vincula*; 配对 对码; ペアリング 登録
support+: support supports supported compatible; unterstützt* unterstützung kompatibel; compatible* gère gèrent; compatible* admit*; 支持 兼容; 対応
connect+: connect connected connecting connection; verbinden verbunden anschließen angeschlossen; connecte* connecté* raccord* branch*; conecta* conect*; 连接 接在 接到; 接続
block+: locked blocked; gesperrt blockiert verriegelt; verrouillé* bloqué*; bloquead* bloquea*; 锁定 被锁; ロックされ 施錠され
"""  # noqa: E501
_LANGUAGES: Final = ("en", "de", "fr", "es", "zh", "ja")
_CJK: Final = ("zh", "ja")
_PART: Final = re.compile(
    r"[;:|，；：。！？!?]|、(?!$)|(?<!\d),|,(?!\d)|\.(?=\W|$)|\s[-–—]\s"
    r"|\b(?:and|but|so|because|since|while|if|when|und|aber|weil|wenn|et|mais|car|si|y|pero|porque)\b|而|但|并且|的话|ので|ため(?!に)"
)
_NO_THING: Final = {
    "en": re.compile(r"\b(?:no|without(?: (?:the|a|an|any))?|lacks? an?)\s+(?:\w+\s)?$"),
    "de": re.compile(r"\b(?:kein\w*|ohne(?: (?:das|den|die|dem|eine?n?))?)\s+(?:\w+\s)?$"),
    "fr": re.compile(r"\b(?:pas d[e’']|sans(?: l[ae’'])?|aucune?)\s*(?:\w+\s)?$"),
    "es": re.compile(r"\b(?:sin(?: (?:el|la|los|las))?|ning[uú]n\w*)\s+(?:\w+\s)?$"),
    "zh": re.compile(r"(?:没有|无|不带|不含|不连)\s*$"),
}
_NO_THING_JA: Final = re.compile(r"^(?:なし|がな[いく]|のない|はあ?りません|を使わず|を外して)")
_WITHOUT: Final = re.compile(r"\b(?:without|ohne|sans|sin)\b|没有(?=.*(?:就|不|无法))|なしで|ずに")
_LACKING: Final = re.compile(r"\b(?:without|ohne|sans|sin)\b(?!\W*(?:zu )?$)|没有(?=.*就)|なしで|ずに")
"""Without anything but what is said right after it (without using)."""
_SHARED: Final = 4
"""How much a part of a source shares with what is claimed if it is about that: the saying itself, which counts two, and
a point of the same part, which counts three with the sentence's, or several of the sentence."""

_HAS: Final = "has "
Saying = tuple[str, bool]
"""What is said, and whether it is affirmed."""


def _read() -> dict[str, list[tuple[str, bool, re.Pattern[str]]]]:
    found: dict[str, list[tuple[str, bool, re.Pattern[str]]]] = {language: [] for language in _LANGUAGES}
    for line in _LINES.strip().splitlines():
        head, _, listed = line.partition(":")
        for language, part in zip(_LANGUAGES, listed.split(";"), strict=True):
            if part.split():
                found[language].append((head[:-1], head[-1] == "+", _pattern(part.split(), language)))
    return found


def _pattern(words: Sequence[str], language: str) -> re.Pattern[str]:
    spelled = [re.escape(word.replace("_", " ")).replace(r"\*", r"\w*") for word in sorted(words, key=len)[::-1]]
    joined = "|".join(spelled)
    return re.compile(joined if language in _CJK else rf"\b(?:{joined})\b")


_SAYINGS: Final = _read()


def parts_of(plain: str) -> Iterator[str]:
    yield from (part for part in _PART.split(plain) if part.strip())


@lru_cache(maxsize=8192)
def sayings(part: str, language: str) -> frozenset[Saying]:
    """Of one part of a sentence, folded. None where something denies in a roundabout way."""
    base = language[:2] if language[:2] in _SAYINGS else "en"
    if is_roundabout(part):
        return frozenset()
    found: dict[str, bool] = {}
    for name, sign, pattern in _SAYINGS[base]:
        if (match := pattern.search(part)) is None:
            continue
        # A negation inside the word (无需, 不受影响) is its own, and sent without a strap is sent all the same.
        around = _LACKING.sub(" ", part[: match.start()]) + " _ " + _WITHOUT.sub(" ", part[match.end() :])
        turned = denials(" ".join(around.split())) % 2 == 1
        if name not in found or not sign:
            found[name] = sign is not turned
    return frozenset((*found.items(), *_had(part, base)))


def _had(part: str, base: str) -> Iterator[Saying]:
    """Things of which it is said plainly that there are none, or that are named where nothing is denied."""
    count = denials(part)
    if count > 1:
        return
    named = [*((thing, place) for thing, place, needed in things(part, base) if needed), *facts_of(part, base).codes]
    for thing, place in named:
        before, pattern = part[max(0, place - 24) : place], _NO_THING.get(base)
        after = re.sub(r"^[\u30a0-\u30ff\u4e00-\u9fff]+", "", part[place:])
        lacks = bool(pattern and pattern.search(before)) or (base == "ja" and bool(_NO_THING_JA.search(after)))
        if (lacks and count) or not (lacks or may_deny(part)):
            yield f"{_HAS}{thing}", not lacks


Points = Callable[[str, str], frozenset[object]]


def turned_round(claim: str, language: str, units: Sequence[Unit], points: Points) -> str:
    """What a part of a claim says while the parts of sources that share most with it only say the opposite.

    `points`: what a text of a language can be recognised by.
    """
    read = [(unit, *pair) for unit in units for pair in _said(unit.facts.plain, unit.language, of_source=True)]
    whole = points(claim, language)
    for part, claimed in _said(claim, language):
        own = points(part, language)
        shared: dict[int, int] = {}
        for place, (unit, text, said) in enumerate(read):
            if alike := {name for name, _ in claimed} & {name for name, _ in said}:
                near = len(own & points(text, unit.language))
                shared[place] = 2 * (near + len(alike)) + len(whole & points(unit.facts.plain, unit.language))
        for name, sign in sorted(claimed):
            speaking = {place: count for place, count in shared.items() if _speaks(read[place][2], name)}
            most = max(speaking.values(), default=0)
            closest = [read[place][2] for place, count in speaking.items() if count == most]
            if most >= _SHARED and all((name, sign) not in said for said in closest):
                return f"{name} {'is' if sign else 'is not'}"
    return ""


def _said(sentence: str, language: str, *, of_source: bool = False) -> Iterator[tuple[str, frozenset[Saying]]]:
    """What its parts say. That without a thing something else is not so tells nothing of the thing in a claim, and in a
    source both."""
    twice = denials(sentence) > 1
    for part in parts_of(sentence):
        said = sayings(part, language)
        if twice:
            had = frozenset(saying for saying in said if saying[0].startswith(_HAS))
            said = said - had if not of_source else said | {(name, not sign) for name, sign in had}
        if said:
            yield part, said


def _speaks(said: frozenset[Saying], name: str) -> bool:
    return (name, True) in said or (name, False) in said
