"""What users say of themselves and what they have: sentences that hold for the rest of a conversation.

Turns enter; the sentences that set something ("we use the X200", "our product lines are A, B and C") leave, word for
word, oldest first. Found by the forms of six languages, without a model: who speaks (I, we, our), a verb of having or
using, or a noun such as model or product line, and something that is named.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.sentences import split_sentences
from retrieval.query import Turn

MOST: Final = 12
"""Statements that are kept; of more, the latest."""
LONGEST: Final = 240
"""Characters of a sentence that can be a statement; longer ones are logs and letters."""
RECENT: Final = 3
"""Questions whose products count more than what was stated once: they are what is being talked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One statement of the user."""

    text: str
    """The sentence, or of a question the part before what it asks; word for word."""
    holds: str
    """The same without the parts that say what is not so, or no more: what the names of products are looked up in."""


_NOUN: Final = (
    r"products?|product lines?|models?|devices?|machines?|units?|equipment|version|firmware|hardware|software|serial"
    r"|name|company|team|department|site|plant|country|region|language|customers?|role|job|line|range|catalogue"
    # fr, de, es
    r"|produits?|gammes?|modèles?|appareils?|versions?|entreprise|société|équipe|clients?|nom|pays"
    r"|produkt\w*|modelle?|geräte?n?|maschinen?|anlagen?|firma|kunden|standort|sprache|seriennummer"
    r"|productos?|líneas?|modelos?|aparatos?|equipos?|empresa|clientes?|versión|nombre|país"
)
_VERB: Final = (
    r"(?:I|we)(?:['’]ve| have)?(?:\s+(?:only|just|also|now|still|currently|mostly|mainly|all|both|no longer|never"
    r"|don['’]t|do not|stopped|switched to|moved to|use to))*\s+"
    r"(?:use|uses|using|used|have|own|run|got|sell|support|service|maintain|bought|operate|rent|work with|switched to"
    r"|moved to|replaced)\b"
    r"|(?:I|we)(?:['’]m|['’]re| am| are)\s+(?:now |still |only )?(?:using|running|on the|on an?|with the|with an?"
    r"|selling|working with)\b"
    r"|(?:j['’]utilise|j['’]ai|je possède|nous (?:utilisons|avons|vendons|possédons)|on (?:utilise|a)"
    r"|je n['’](?:utilise|ai))\b"
    r"|(?:ich|wir)\s+(?:benutzen?|nutzen?|verwenden?|haben?|besitzen?|verkaufen?|betreiben?)\b"
    r"|\b(?:uso|usamos|utilizo|utilizamos|tengo|tenemos|vendemos|manejamos)\b"
)
_OWN: Final = (
    rf"(?:my|our)\s+(?:[\w-]+\s+){{0,2}}?(?:{_NOUN})\b[^.?!]{{0,24}}?\b(?:is|are|was|were|has|have|runs?|includes?)\b"
    rf"|(?:mon|ma|mes|notre|nos)\s+(?:[\w-]+\s+){{0,3}}?(?:{_NOUN})\b[^.?!]{{0,24}}?\b(?:est|sont|s['’]appelle)\b"
    rf"|(?:mein|unser)e?[rsnm]?\s+(?:[\w-]+\s+){{0,2}}?(?:{_NOUN})\b[^.?!]{{0,24}}?\b(?:ist|sind|heißt|heißen|lautet)\b"
    rf"|(?:mi|mis|nuestr[oa]s?)\s+(?:[\w-]+\s+){{0,3}}?(?:{_NOUN})\b[^.?!]{{0,24}}?\b(?:es|son|se llaman?)\b"
)
_WHO: Final = (
    r"(?:my name is|call me|(?:I|we)(?:['’]m|['’]re| am| are) (?:an?|the|from|based in|in|responsible for)\b"
    r"|(?:I|we) work (?:for|at|in|as)\b|(?:I|we) prefer\b"
    r"|(?:please )?(?:remember|keep in mind|note) that\b"
    r"|je (?:m['’]appelle|suis|préfère)\b|ich (?:bin|heiße|arbeite)\b|(?:soy|me llamo|trabajo|prefiero)\b)"
)
_SELF_CJK: Final = r"(?:我们|我們|我|咱们|本公司|公司|我司|我家|贵司)"
_HAVE_CJK: Final = re.compile(
    rf"{_SELF_CJK}[^，。？！,?!]{{0,10}}?(?:用|使用|采用|有|买|購|购|卖|销售|维护|负责|安装|装|换成|改用|经营)"
    r"|(?:私|弊社|当社|うち|我々|こちら|自分)(?:たち)?(?:で|は|の|が|では|も)[^。？！]{0,30}?"
    r"(?:使って|使用|利用|持って|所有|購入|販売|導入)"
    r"|(?:使って|使用して|利用して|持って)いるのは"
)
_OWN_CJK: Final = re.compile(
    rf"{_SELF_CJK}(?:这边|公司|家|团队)?的[^，。？！,?!]{{0,12}}?(?:产品|型号|机型|设备|机器|版本|固件|系统|公司|团队|客户|名字|语言|部门)"
    r"[^，。？！,?!]{0,8}?(?:是|为|有|包括|叫)"
    rf"|{_SELF_CJK}(?:叫|来自)|请?记住|{_SELF_CJK}是(?!不是|否|想|说|要|在|问)[^，。？！,?!]{{1,20}}"
    r"|(?:私|弊社|当社|うち|我々)の[^。？！]{0,16}?(?:製品|型番|機種|モデル|バージョン|会社|部署|名前)[^。？！]{0,8}?(?:は|が)"
    r"|覚えて(?:おいて)?ください"
)
_HAVE: Final = re.compile(rf"(?<![\w'’])(?:{_VERB})", re.IGNORECASE)
_IS: Final = re.compile(rf"(?<![\w'’])(?:{_OWN}|{_WHO})", re.IGNORECASE)
# What has a name: letters with digits, capitals, a version, something in quotes, a list of Chinese or Japanese names.
_NAMED: Final = re.compile(
    r"[A-Za-z]+-?\d[\w.-]*|[A-Z][A-Za-z-]* \d[\w.-]*|\d+[A-Za-z][\w-]*|\b[A-Z]{2,}[\w-]*|\d+\.\d+"
    r"|(?<=[a-zé,] )[A-Z][a-z]+"
    r"|[「『“\"《][^」』”\"》]+[」』”\"》]|[\u3400-\u9fff\u30a0-\u30ff]、[\u3400-\u9fff\u30a0-\u30ff]"
)
_QUESTION: Final = re.compile(r"[?？]\s*$|(?:吗|呢|么|ですか|ますか|でしょうか)[。？?]?\s*$")
_ASKS: Final = re.compile(
    r"[,，;；:：]\s*|\s+(?=(?:and|but|so|et|und|y|pero)\s+(?:how|what|where|which|when|why|who|can|does|do|is|comment|wie|was|cómo|qué)\b)",
    re.IGNORECASE,
)
_ASKING: Final = re.compile(
    r"^\s*(?:and|so|but)?\s*(?:how|what|where|which|when|why|who|can|could|does|do|did|is|are|should|will|would|may"
    r"|comment|quel\w*|pourquoi|où|wie|was|wo|warum|welche\w*|kann|cómo|qué|cuál|dónde|puedo)\b"
    r"|怎么|如何|什么|哪|多少|为什么|能否|可以.*吗|何|どう|なぜ|いくつ",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(
    r"[;；]|[,，、]?\s*\b(?:but|now|instead|mais|sondern|jetzt|sino|ahora|et maintenant)\b"
    r"|而是|但是?|，(?:现在|改)|今は"
)
_DENIED: Final = re.compile(
    r"\b(?:not|no longer|never|used to|stopped|don['’]t|do not|doesn['’]t|replaced|sold|returned"
    r"|nicht mehr|nicht|keine?n?|ne .{1,24}(?:pas|plus)|n['’].{1,24}(?:pas|plus)|ya no|no)\b"
    r"|不用.{0,12}了|不再|没有|不是|换掉|以前用|ではな|ではあり|ていません|なくなり",
    re.IGNORECASE,
)


def stated(turns: Sequence[Turn]) -> tuple[Stated, ...]:
    """What the user has set so far, at most MOST, oldest first. Said again it counts as said last; denied, no more."""
    found: dict[str, Stated] = {}
    for turn in turns:
        for statement in _statements(turn.text) if turn.role == "user" else ():
            gone = _names(statement.text) - _names(statement.holds)
            for key, earlier in list(found.items()):
                if gone and _names(earlier.holds) and _names(earlier.holds) <= gone:
                    del found[key]
            key = " ".join(statement.text.lower().split())
            found.pop(key, None)
            found[key] = statement
    return tuple(found.values())[-MOST:]


def telling(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """Texts of the conversation that may name the product meant, surest first, each with what it is.

    The last few questions, then what the user stated at any time, then everything said before.
    """
    said = [_labelled(turn.text) for turn in reversed(turns) if turn.role == "user"]
    facts = [("facts", statement.holds) for statement in reversed(stated(turns)) if statement.holds]
    return [*said[:RECENT], *facts, *said[RECENT:]]


def _labelled(text: str) -> tuple[str, str]:
    """A message with what it is; of a statement only what holds counts."""
    statements = _statements(text)
    for statement in statements:
        text = text.replace(statement.text, statement.holds)
    return "facts" if statements else "conversation", text


def _statements(text: str) -> list[Stated]:
    return [made for sentence in split_sentences(text) if (made := _statement(sentence)) is not None]


def _statement(sentence: str) -> Stated | None:
    said = sentence if not _QUESTION.search(sentence) else _before_the_question(sentence)
    said = said.strip().rstrip(",，;；:：")
    if not said or len(said) > LONGEST or not _sets_something(said):
        return None
    holds = "; ".join(part.strip() for part in _CLAUSE.split(said) if part and not _DENIED.search(part))
    return Stated(text=said, holds=holds if _DENIED.search(said) else said)


def _sets_something(text: str) -> bool:
    if _IS.search(text) or _OWN_CJK.search(text):
        return True
    return bool((_HAVE.search(text) or _HAVE_CJK.search(text)) and _NAMED.search(text))


def _before_the_question(sentence: str) -> str:
    """`I use the X200, how do I reset it?` without what it asks; empty where it only asks."""
    cuts = [match.start() for match in _ASKS.finditer(sentence)]
    for cut in cuts:
        if _ASKING.search(sentence[cut:].lstrip(" ,，;；:：")) and not _ASKING.search(sentence[:cut]):
            return sentence[:cut]
    return ""


def _names(text: str) -> frozenset[str]:
    return frozenset(re.sub(r"[\s-]|\.$", "", match.group().lower()) for match in _NAMED.finditer(text))
