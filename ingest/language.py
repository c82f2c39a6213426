"""Which language a text or a question is in: by script, then by the small words of each language.

A question may be four words long, so function words, typical letters and word endings are weighed together;
statistics over letter runs need more text than that.
"""

import re
from collections import Counter

_WORDS = {
    "en": "the a an is are was were of to in on at for with from by and or not what which how why where when who does "
    "do did can could should will would my your it its this that these i you we they be been has have if there any "
    "much many long set up use after before no only all more than need",
    "de": "der die das den dem des ein eine einen einem einer ist sind war und oder nicht was welche welcher welches "
    "wie warum wo wann wer kann kannst könnte muss soll mein meine ich du sie wir es im am zum zur auf mit von für bei "
    "aus nach an in zu welchem welchen wen wem worauf wozu womit wogegen wodurch wieso weshalb woran machen macht "
    "bedeutet manche einige oft sein sich als seit verwendet heißt wird werden "
    "wurde hat haben wenn gibt man viel viele lange kein keine auch nur über unter",
    "fr": "le la les un une des du de est sont était et ou ne pas que quel quelle quels quelles comment pourquoi où "
    "quand qui peut peux puis dois doit mon ma mes votre vos je tu il elle nous vous en au aux dans sur avec pour par "
    "ce cette ces se si combien faire fait y a plus sans sous d'un qu'est-ce est-ce",
    "es": "el la los las un una unos unas del de es son está están era y o no qué que cuál cuáles cómo por porqué "
    "dónde cuándo quién cuánto cuánta cuántos cuántas puede puedo debo debe mi mis su sus yo en al con para sin sobre "
    "se si hay hacer tiene este esta estos estas lo más como cuando donde",
    "it": "il lo la gli le un una uno di del della dei delle è sono era e o non che quale quali come perché dove "
    "quando chi quanto quanta quanti può posso devo deve mio mia io tu nel nella al alla con per su da dal si se ci "
    "cosa questo questa fare più senza",
    "pt": "o a os as um uma uns umas do da dos das de é são está estão era e ou não que qual quais como por porque "
    "onde quando quem quanto quanta quantos pode posso devo deve meu minha eu em no na nos nas ao com para sem sobre "
    "faço faz aparelho se há fazer tem este esta isso mais você",
    "nl": "de het een is zijn was en of niet wat welke hoe waarom waar wanneer wie kan kunnen moet mijn ik je jij wij "
    "van op met voor bij uit naar aan in te wordt worden heeft hebben als er geen ook maar over onder deze dit",
    "pl": "jest są nie i lub co jak jaki jaka jakie dlaczego gdzie kiedy kto czy mój moja do na z w ze od po się to",
}
_LETTERS = {
    "de": "äöüß",
    "fr": "èêëîïôûùœ",
    "es": "ñ¿¡",
    "pt": "ãõç",
    "pl": "ąćęłńśźż",
}
_WORD_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_ALL_WORDS = frozenset().union(*_WORD_SETS.values())
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc\uff66-\uff9d]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_SCRIPTS = (
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_LATIN_WORD = re.compile(r"[a-zà-öø-ÿąćęłńśźžœ]+(?:['’-][a-zà-öø-ÿ]+)*")
_UKRAINIAN = re.compile(r"[іїєґ]", re.IGNORECASE)
_SAMPLE = 20_000
_LEAST_SCORE = 0.25
_CLEAR_WORDS = 30
_CLEAR_CHARACTERS = 50
_CLEAR_SHARE = 0.2
"""Prose of a language has at least every fifth word among its small ones; lists of names and commands have not."""
_LETTER_WEIGHT = 0.4  # a lone letter is as often a key, a unit or a label as it is a word


def detect_language(text: str) -> str:
    """`zh`, `ja`, `ko`, `en`, `de`, `fr`, `es`, `it`, `pt`, ...; empty where the text has no words at all.

    A few Latin names or key names among Chinese or Japanese words do not count: a Latin word carries about as much
    as two characters of the others.
    """
    sample = _sampled(text)
    words = _LATIN_WORD.findall(sample.lower())
    asian = _asian(sample, words)
    if asian:
        return asian
    for language, letters in _SCRIPTS:
        count = len(letters.findall(sample))
        if count and count >= 2 * len(words):
            return "uk" if language == "ru" and _UKRAINIAN.search(sample) else language
    return _european(words, sample.lower()) if words else ""


def clear_language(text: str) -> str:
    """The language a whole section is surely written in, empty where it is short, mixed, or mostly names and code."""
    sample = _sampled(text)
    words = _LATIN_WORD.findall(sample.lower())
    kana, hangul, han = (len(pattern.findall(sample)) for pattern in (_KANA, _HANGUL, _HAN))
    if kana + hangul + han >= max(_CLEAR_CHARACTERS, 3 * len(words)):
        if hangul > han + kana:
            return "ko"
        # A few kana among Chinese characters are a name or a sign; a few percent are neither language for sure.
        return "ja" if kana * 4 >= han else "zh" if kana * 50 <= han else ""
    if len(words) < _CLEAR_WORDS or kana + hangul + han > len(words) / 4:
        return ""
    best, second = sorted(_european_scores(words, sample.lower()).items(), key=lambda item: -item[1])[:2]
    return best[0] if best[1] >= _CLEAR_SHARE * len(words) and best[1] >= 2 * second[1] else ""


def _sampled(text: str) -> str:
    """The text, or pieces from all over it: a manual's first pages are often a licence in English."""
    if len(text) <= _SAMPLE:
        return text
    piece = _SAMPLE // 10
    step = (len(text) - piece) // 9
    return " ".join(text[start : start + piece] for start in range(0, len(text), step)[:10])


def _asian(text: str, words: list[str]) -> str:
    kana, hangul, han = (len(pattern.findall(text)) for pattern in (_KANA, _HANGUL, _HAN))
    characters = kana + hangul + han
    # In a question, names and keys in Latin letters are no sign of a European language; its small words are.
    names_only = len(words) <= 12 and not any(len(word) > 1 and word in _ALL_WORDS for word in words)
    needed = 1 if names_only else 2 * len(words) * (0.3 if len(words) <= 12 else 1)
    if characters < max(needed, 1):
        return ""
    if hangul > han + kana:
        return "ko"
    # Japanese prose has more kana than Chinese prose has quoted Japanese names.
    if kana and kana * 8 >= han:
        return "ja"
    return "zh" if han else ""


def _european(words: list[str], text: str) -> str:
    scores = _european_scores(words, text)
    best = max(scores, key=lambda language: (scores[language], language == "en"))
    return best if scores[best] >= _LEAST_SCORE else "en"


def _european_scores(words: list[str], text: str) -> dict[str, float]:
    """Weight of what is typical of each language, in words."""
    counts = Counter(words)
    scores = dict.fromkeys(_WORD_SETS, 0.0)
    for word, count in counts.items():
        # A word that several languages share says less about each.
        owners = [language for language, known in _WORD_SETS.items() if word in known]
        for language in owners:
            scores[language] += count / len(owners) * (_LETTER_WEIGHT if len(word) == 1 else 1)
    for language, letters in _LETTERS.items():
        scores[language] += 0.5 * sum(text.count(letter) for letter in letters)
    return scores
