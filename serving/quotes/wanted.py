"""What sort of answer a question asks for: a question goes in, what an answer must hold to be one comes out."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from retrieval.codes import codes_in

_COUNTS: Final = re.compile(
    r"\bhow (?:many|much|long|often|far|high|low|hot|warm|cold|big|large|small|heavy|wide|deep|thick|fast|old|strong|"
    r"loud|tight)\b|\b(?:max(?:imum)?|min(?:imum)?|at most|at least|highest|lowest|longest|largest|weight|size|range|"
    r"limit|threshold|port|default value|factory setting|battery life|capacity|voltage|temperature|distance|height|"
    r"depth|width|duration|speed|frequency)\b"
    r"|\bwie (?:viele?|lange|oft|hoch|niedrig|groß|schwer|weit|breit|tief|warm|kalt|schnell|stark)\b|\b(?:maximal|"
    r"minimal|mindestens|höchstens|gewicht)\w*"
    r"|\bcombien\b|\b(?:maximum|minimum|poids|durée)\b|\bquelle (?:taille|température|tension|distance)\b"
    r"|\bcuánt[oa]s?\b|\b(?:máxim|mínim)[oa]\b|\b(?:peso|duración)\b"
    r"|多少|多久|多长|多大|多高|多重|多远|几(?!乎)|最[多少大小高低长短]|上限|下限"
    r"|どのくらい|どれくらい|いくつ|いくら|何(?:時間|分|秒|日|年|個|台|回|度|枚|桁)|最[大小高低長短]",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(
    r"\b(?:part|order|spare part|model|article) ?(?:no\b|nos\b|number)|\bwhich (?:part|code|kit|model)\b"
    r"|\b(?:teile|bestell|artikel)-?(?:nummer|nr)|\bréférence\b|\b(?:número|referencia) de (?:pieza|parte|pedido)\b"
    r"|部件号|零件号|料号|订货号|备件号|部品番号|品番|型番",
    re.IGNORECASE,
)
_WAYS: Final = re.compile(
    r"\bhow (?:do|can|should|would|could|to|does one|must|am i)\b|\b(?:steps|procedure|instructions) (?:to|for)\b"
    r"|\bwie (?!viele?\b|lange|oft|hoch|niedrig|groß|schwer|weit|breit|tief|warm|kalt|schnell|stark)\w+"
    r"|\bcomment\b|\bcómo\b|怎么(?!办|回事|样)|如何|怎样|步骤|流程|どうやって|どうすれば|どのように|方法|手順",
    re.IGNORECASE,
)


_MARKER: Final = re.compile(r"^\s*(?:\(?\d{1,2}(?:[.)](?!\d)|、)|[-*•])\s*")
_FIGURE: Final = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|once|twice|half|no limit|unlimited)\b"
    r"|[一二两三四五六七八九十半][个天次年种块节度分秒小位台组张枚月周]",
    re.IGNORECASE,
)


class Wanted(StrEnum):
    NUMBER = "number"
    CODE = "code"
    WAY = "way"
    """A procedure."""
    ANYTHING = "anything"


def wanted_by(question: str) -> Wanted:
    """The first that fits; most questions ask for nothing in particular."""
    folded = unicodedata.normalize("NFKC", question).lower()
    for pattern, wanted in ((_PARTS, Wanted.CODE), (_COUNTS, Wanted.NUMBER), (_WAYS, Wanted.WAY)):
        if pattern.search(folded):
            return wanted
    return Wanted.ANYTHING


def holds_wanted(text: str, wanted: Wanted) -> bool:
    """Could this be the answer by what stands in it? A procedure shows by its form, not by its words: always true."""
    if wanted is Wanted.NUMBER:
        return _FIGURE.search(_MARKER.sub("", text)) is not None
    if wanted is Wanted.CODE:
        return bool(codes_in(text))
    return True
