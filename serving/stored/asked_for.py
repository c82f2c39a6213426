"""What sort of thing a question asks for (how long, where, whether), and the words that say about what.

A question's normal form enters, in lower case.
"""

import re
from typing import Final

from ingest.sparse import terms
from serving.grounding.units import UNITS

_CJK: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_SORTS: Final = {
    "how long": r"how long|how many (?:seconds|minutes|hours|days|weeks|months|years)|wie lange|combien de temps"
    r"|cuánto tiempo|(?<!多久)多久(?!一次)|多长时间|几[年天分秒]|どのくらいの時間|何[年日分秒]|何時間",
    "how many": r"how many|wie viele|combien|cuántos|cuántas|多少[个条张台]|几[个条张台节颗]|いくつ",
    "how much": r"how (?:much|big|large|high|far|fast|hot|warm|cold|heavy|deep|wide|strong|loud|old)"
    r"|wie (?:viel|hoch|weit|schnell|heiß|warm|schwer)|多[大高远快热重少]|どれくらい|いくら",
    "how often": r"how often|wie oft|à quelle fréquence|con qué frecuencia|多久.{0,6}一次|どのくらいの頻度",
    "why": r"\bwhy\b|\bwarum\b|\bwieso\b|\bweshalb\b|\bpourquoi\b|\bpor qué\b|为什么|为何|なぜ|どうして",
    "where": r"\bwhere\b|\bwo(?:hin|her)?\b|\boù\b|\bdónde\b|哪里|哪儿|在哪|どこ",
    "when": r"\bwhen (?:do|does|did|should|can|is|are|will|must|to|would|may)\b|\bwann\b|^quand\b|\bcuándo\b|什么时候"
    r"|何时|いつ",
    "who": r"\bwho(?:m|se)?\b|\bwer\b|\bwem\b|\bwen\b|^qui\b|\bquién\b|谁|誰",
    "which": r"\bwhich\b|\bwelche[rsnm]?\b|\bquel(?:le)?s?\b|\bqué\b (?!hago|hacer)|\bcuál(?:es)?\b|\bwhat\b|\bwas\b"
    r"|\bwo(?:mit|zu|für|durch|ran|rauf|gegen)\b|哪[个种款]|什么|どの|何(?:ですか|を|が|の)",
    "how": r"\bhow\b|\bwie\b|\bcomment\b|\bcómo\b|怎么|如何|怎样|どうやって|どうすれば|方法",
    "whether": r"\b(?:can|could|may|is|are|does|do|did|will|would|should|has|have|must|was|were) (?:i|you|we|one|it|the"
    r"|my|this|there|an?|[a-z]+\d\w*|rechargeable|\w+s)\b|^(?:kann|darf|ist|sind|hat|muss|soll|wird|peut-on|est-ce|puedo"
    r"|puede|es|se puede)\b|[吗嘛]|能不能|可不可以|行不行|是否|有没有|ですか$|ますか$",
}
_SORT: Final = {name: re.compile(pattern) for name, pattern in _SORTS.items()}
_MEASURES: Final = "long|many|much|often|big|large|high|far|fast|hot|warm|cold|heavy|deep|wide|strong|loud|old"
_WAY: Final = re.compile(
    r"\bwhat (?:is|are) the (?:\w+ )?(?:way|ways|steps|procedure|method)\b"
    r"|\bwhat (?:do|should|must|can) i (?:have to )?do to\b"
    rf"|\bhow\b(?! (?:{_MEASURES})\b)|怎么(?!样)|如何|怎样|方法|どうやって|どうすれば"
)
_MODAL: Final = {
    "must": re.compile(
        r"\b(?:must|have to|has to|need|needs|needed|should|required|necessary|muss|müssen|soll|sollte|nötig|doit|dois"
        r"|faut|nécessaire|debe|debo|hay que|necesario)\b|必须|需要|应该|要不要|なければ|必要"
    ),
    "may": re.compile(
        r"\b(?:can|could|may|might|possible|allowed|ok|okay|kann|kannst|darf|können|dürfen|möglich|erlaubt|peut|peux"
        r"|possible|puede|puedo|posible)\b|能|可以|可不可以|できます|れますか|てもいい"
    ),
}
_OPEN: Final = frozenset({"how", "which"})
"""What a question in telegram style may ask for too."""
# Words of a question that say nothing about what it is about.
_EMPTY: Final = frozenset(
    """
    how what which where when why who whom whose i me my mine we our us you your it its this that these those there one
    do does did can could may might shall should will would must need needs needed have has had is are am be been being
    was were want like know tell help mean means meaning way ok okay possible allowed exactly just right proper correct
    a an the of for on in at by to and or if so then as with from into about please
    wie was welche welcher welches welchen wo wann warum wer ich mich mir mein meine meinen meiner wir uns man sie es
    kann kannst können darf dürfen muss müssen soll sollte will möchte ist sind wird werden wurde hat haben bedeutet
    geht der die das den dem des ein eine einen einem einer und oder auf für von mit zu zum zur im in am an bei aus
    comment que quoi quel quelle quels quelles où quand pourquoi qui je me mon ma mes on vous votre nous peut peux puis
    puis-je dois doit faire fait faut est sont le la les l un une des du de d et ou pour dans sur avec au aux par en
    t-on
    cómo qué cuál cuáles dónde cuándo por quién yo me mi mis se usted su sus puedo puede debo debe hay hago hacer hace
    es son el los las una unos unas del y o para con al lo
    """.split()
)
_CJK_EMPTY: Final = re.compile(
    r"请问|怎么样|怎么|如何|怎样|什么时候|是什么意思|什么意思|意思|什么|为什么|多久|多长时间|多少|哪[个种款里儿]|能不能|可不可以|可以"
    r"|需要|应该|必须|才能|方法|一下|我的|我|你|您|想|要|能|会|是|的|了|呢|吗|嘛|啊|吧|把|才|请|这|那|它|有|个"
    r"|どうやって|どうすれば|どのように|ですか|ますか|ください|教えて|方法|とは|は|が|を|に|の|で|と|も|か|ます|です|する|した|して"
)
_CJK_LETTER: Final = re.compile(f"[{_CJK}]")
_WORD: Final = re.compile(rf"[{_CJK}]+|[^\W{_CJK}_]+(?:[-_./:'+][^\W{_CJK}_]+)*")
_UNIT: Final = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_MEASURE: Final = re.compile(rf"(?<![a-z\d_-])(\d+(?:[.,]\d+)*)\s?(?:{_UNIT})(?![a-z])")
_SAME_WORD: Final = {"max": "maximum", "min": "minimum", "wifi": "wi-fi", "wlan": "wi-fi", "pw": "password"}


def asked_for(lowered: str) -> str:
    """The sort of thing; empty for a question in telegram style. `whether` comes with may or must, where it says so."""
    if _WAY.search(lowered):
        return "how"
    found = next((name for name, pattern in _SORT.items() if pattern.search(lowered)), "")
    if found != "whether":
        return found
    return f"whether {next((name for name, pattern in _MODAL.items() if pattern.search(lowered)), '')}"


def same_sort(one: str, other: str) -> bool:
    """May two questions ask for the same sort of thing? Telegram style may mean how as well as what."""
    return one == other or ("" in (one, other) and bool({one, other} & _OPEN))


def content_of(lowered: str, language: str) -> tuple[frozenset[str], ...]:
    """The words that say about what, in order, each as the stems it may have. A CJK character is a word.

    Without numbers, their units, and codes, which are compared to the letter.
    """
    found: list[frozenset[str]] = []
    text = _MEASURE.sub(r"\1", lowered)
    for match in _WORD.finditer(_CJK_EMPTY.sub(" ", text) if _CJK_LETTER.search(text) else text):
        word = match.group()
        if any(map(str.isdigit, word)):
            continue
        if _CJK_LETTER.match(word):
            found += [frozenset(letter) for letter in word]
        elif word not in _EMPTY:
            plain = word.removesuffix("'s")
            found.append(frozenset(terms(_SAME_WORD.get(plain, plain), language)) or frozenset({plain}))
    return tuple(found)
