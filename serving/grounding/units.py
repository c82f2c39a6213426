"""Numbers with their units, in the languages of the manuals: "thirty minutes", "30 min", "30 分钟" and "0,5 h" are one.

Folded text (NFKC, lower case) goes in, quantities come out.
"""

import re
from dataclasses import dataclass
from typing import Final

_NAMES: Final = {
    "ms": "ms millisecond milliseconds 毫秒 ミリ秒",
    "s": "s sec secs second seconds 秒 秒钟 秒間 sekunde sekunden seconde secondes segundo segundos",
    "min": "min mins minute minutes 分 分钟 分間 minuten minuto minutos",
    "h": "h hr hrs hour hours 小时 小時 时 時間 stunde stunden heure heures hora horas std uhr",
    "d": "day days 天 日間 tag tage tagen jour jours día días",
    "night": "night nights 夜 晚 夜晚 nacht nächte nächten nuit nuits noche noches",
    "week": "week weeks 周 星期 週 週間 woche wochen semaine semaines semana semanas",
    "month": "month months 个月 か月 ヶ月 ヵ月 カ月 monat monate monaten mois mes meses",
    "year": "year years 年 年间 年間 jahr jahre jahren an ans année années año años",
    "mm": "mm 毫米 ミリ ミリメートル millimetre millimetres millimeter millimeters",
    "cm": "cm 厘米 センチ センチメートル centimetre centimetres centimeter centimeters zentimeter",
    "m": "m meter meters metre metres 米 メートル metern mètre mètres metro metros",
    "km": "km 公里 kilometre kilometres kilometer kilometers キロメートル",
    "in": "inch inches 英寸 インチ zoll pouces pulgadas",
    "mm²": "mm² mm2", "cm²": "cm² cm2", "m²": "m² m2",
    "mg": "mg 毫克", "g": "g gram grams 克 グラム gramm gramme grammes gramo gramos",
    "kg": "kg 公斤 千克 kilogram kilograms キログラム",
    "ml": "ml 毫升", "l": "l liter liters litre litres 升 リットル litros",
    "mv": "mv 毫伏", "v": "v volt volts 伏 伏特 ボルト", "kv": "kv",
    "ma": "ma 毫安", "a": "a amp amps ampere amperes 安 安培 アンペア",
    "mah": "mah 毫安时", "ah": "ah 安时",
    "mw": "mw", "w": "w watt watts 瓦 ワット", "kw": "kw 千瓦", "wh": "wh", "kwh": "kwh",
    "ω": "ω ohm ohms 欧 欧姆 オーム", "kω": "kω kohm 千欧", "mω": "mω",
    "hz": "hz 赫兹", "khz": "khz", "mhz": "mhz", "ghz": "ghz",
    "c": "°c ℃ 摄氏度", "f": "°f ℉ 华氏度", "deg": "° degree degrees grad degrés grados 度",
    "%": "% percent prozent 百分之 パーセント", "db": "db 分贝", "dbm": "dbm",
    "kb": "kb", "mb": "mb", "gb": "gb", "tb": "tb", "bit": "bit bits", "mbit": "mbit mbit/s mbps",
    "pa": "pa", "kpa": "kpa", "mpa": "mpa", "bar": "bar", "psi": "psi",
    "nm": "n·m n⋅m nm", "knm": "kn·m kn⋅m", "n": "newton newtons", "rpm": "rpm",
    "pixel": "pixel pixels px 像素 ピクセル", "nit": "nit nits 尼特",
    "eur": "eur euro euros € 欧元 ユーロ", "usd": "usd dollar dollars us$ $ 美元 ドル",
    "times": "times 次 回 mal fois veces 倍",
}  # fmt: skip
UNITS: Final = {name: unit for unit, names in _NAMES.items() for name in names.split()}
LOOSE: Final = frozenset({"", "times"})
"""Said or left out as one likes: press it 5 times, 5 presses."""
_DEGREES: Final = frozenset({"deg", "c", "f"})
_FACTORS: Final[dict[str, dict[str, float]]] = {
    "time": {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86_400, "week": 604_800},
    "calendar": {"month": 1, "year": 12},
    "length": {"mm": 0.001, "cm": 0.01, "m": 1, "km": 1000},
    "weight": {"mg": 0.001, "g": 1, "kg": 1000},
    "voltage": {"mv": 0.001, "v": 1, "kv": 1000},
    "current": {"ma": 0.001, "a": 1},
    "charge": {"mah": 0.001, "ah": 1},
    "power": {"mw": 0.001, "w": 1, "kw": 1000},
    "resistance": {"ω": 1, "kω": 1000},
    "frequency": {"hz": 1, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "pressure": {"pa": 0.001, "kpa": 1, "mpa": 1000, "bar": 100},
}
_SCALE: Final = {unit: (kind, factor) for kind, units in _FACTORS.items() for unit, factor in units.items()}
_LONG: Final = "|".join(sorted((re.escape(name) for name in UNITS if len(name) > 2 and name.isalpha()), key=len)[::-1])
_UNIT: Final = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
QUANTITY: Final = re.compile(
    rf"((?:(?<![a-z\d_.,)])[-−])?(?<![a-z\d_])(?<!\d[.,])\d+(?:[.,]\d+)*)(?:\s*-?\s*({_UNIT})(?![a-zà-öø-ÿ·])(?!(?<=a)\s*\d))?(?![a-z\d_])"
)
_NAMED: Final = re.compile(rf"[(\[]\s*({_UNIT})\s*[)\]]|(?<![a-z])({_LONG})(?![a-z])")
_THOUGH: Final = re.compile(
    r"\s*(?:to|and|or|by|bis|auf|mal|par|por|und|oder|à|et|ou|a|y|o|至|到|和|或|から|～|~|–|—|-|×|x|/|,|±)\s*"
    r"(?:(?:above|over|below|under|über|unter|superior|inferior|高于|低于)\s*)?"
)
"""What stands between the numbers of a range or list, whose unit is written once at its end."""

_WORDS: Final = {
    "en": "two three four five six seven eight nine ten eleven twelve",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "deux trois quatre cinq six sept huit _ dix onze douze",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez _ doce",
}
"""From 2 on; what also means something else (neuf, once) is left out."""
_TENS: Final = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
_ONCE: Final = {
    "en": {"twice": "2", "half": "0.5"},
    "de": {"zweimal": "2", "dreimal": "3", "halb": "0.5", "halbe": "0.5", "halben": "0.5", "hälfte": "0.5"},
    "fr": {"moitié": "0.5", "demi": "0.5", "demie": "0.5"},
    "es": {"mitad": "0.5"},
}
_VALUES: Final = {
    language: {word: str(value) for value, word in enumerate(words.split(), start=2) if word != "_"}
    | {word: str(10 * value) for value, word in enumerate(_TENS[language].split(), start=2)}
    | _ONCE[language]
    for language, words in _WORDS.items()
}
_LATIN_WORD: Final = {
    language: re.compile(rf"\b(?:{'|'.join(sorted(values, key=len, reverse=True))})\b")
    for language, values in _VALUES.items()
}
_ONE_WORDS: Final = {
    "en": "one|an?|every|each|per", "de": "eine[rmns]?|ein|jede[rmns]?|pro", "fr": "une?|chaque|par",
    "es": "una?|uno|cada|por",
}  # fmt: skip
_ONE: Final = {language: re.compile(rf"\b(?:{words})(?=\s+(?:{_LONG})\b)") for language, words in _ONE_WORDS.items()}
_OFTEN: Final = {
    "daily": "1 day", "weekly": "1 week", "monthly": "1 month", "täglich": "1 tag", "wöchentlich": "1 woche",
    "monatlich": "1 monat", "yearly": "1 year", "annually": "1 year", "jährlich": "1 jahr", "hebdomadaire": "1 semaine",
    "mensuel": "1 mois", "annuel": "1 an", "diariamente": "1 día", "semanalmente": "1 semana",
    "mensualmente": "1 mes", "both": "2", "beide": "2", "beiden": "2", "ambos": "2", "ambas": "2", }  # fmt: skip
_OFTEN_WORD: Final = re.compile(rf"\b(?:{'|'.join(_OFTEN)})\b")
_EACH: Final = re.compile(r"[每毎](?=天|日|周|週|年|小时|分钟|秒|晚)")
_CJK_DIGITS: Final = {digit: value for value, digit in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_CJK_NUMBER: Final = re.compile(
    r"(?<![第一二三四五六七八九十])(?:[二两三四五六七八九十](?=\s*(?:个|颗|节|位|枚|根|组|张|台|次|下|声|倍|人|名|块|段|条|步|层|支|种|款|项|件|处|只|部|面|侧|端|行|列|页|份|组|类|对|"
    r"格|つ|回|本|個|度(?!计)|秒|分钟|小时|天|年|周|月|米|週間|時間|か月|日間))|一(?=\s*(?:秒|分钟|小时|天|年(?!级)|周(?!围)|個月|个月|時間|週間)))"
)
_NUMERAL: Final = re.compile(
    r"(?<![第一-龥])[二三四五六七八九]?十[一二三四五六七八九]?(?!分に|分な)"
    r"(?=[\s个颗节位枚根组张台次下声秒分小天年周月倍人名米%])"
)
_GROUPS: Final = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_SPACED: Final = re.compile(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?![\d.])")
"""How French and Spanish write 12 500."""
_FRACTIONS: Final = {"½": "5", "¼": "25", "¾": "75"}
_FRACTION: Final = re.compile(r"(\d*)\s?([½¼¾])")
_DEGREE_SIGN: Final = re.compile(r"º(?=\s?[CF]\b)")
_ORDINAL_SIGN: Final = re.compile(r"(?<=\d)\.?[ªº]")
_YEAR: Final = re.compile(r"(?<!\d)([12]\d{3})\s*年[间間]?")
_DATED: Final = re.compile(r"\d{1,2}\s*(?:月(?!间|間)|世纪|世紀)")
"""Months and centuries, which others write as words."""
_MANY: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(万|亿|万人)")
_DECADE: Final = re.compile(r"(?<!\d)([12]\d{3})['’]?s\b")
_CLOCK: Final = re.compile(r"(?<![\d:.])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])(?:\s*(?:h|uhr)\b)?")
"""18:30, which others write 18 h 30 or 18 Uhr 30."""
_HALF: Final = re.compile(r"一半|半分")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A stand-alone number."""

    readings: frozenset[str]
    """Its plain form; 1.000 in both that it can mean."""
    unit: str
    """A key of the units, or empty."""

    def agrees(self, other: "Quantity") -> bool:
        """Is the same said? 30 min is 0.5 h too."""
        units = {self.unit, other.unit}
        fitting = len(units) == 1 or units <= LOOSE or "deg" in units <= _DEGREES
        return (fitting and bool(self.readings & other.readings)) or bool(self.measures() & other.measures())

    def is_like(self, other: "Quantity") -> bool:
        """Is it of the same kind: two lengths, two bare numbers?"""
        own, its = (_SCALE.get(unit, (unit, 0.0))[0] for unit in (self.unit, other.unit))
        return own == its

    def measures(self) -> frozenset[tuple[str, float]]:
        kind, factor = _SCALE.get(self.unit, ("", 0.0))
        if not kind:
            return frozenset()
        return frozenset((kind, round(float(reading) * factor, 6)) for reading in self.readings if _is_plain(reading))


def quantities(text: str) -> list[tuple[Quantity, int]]:
    """All numbers of a folded text (words made digits) with their units and where they begin.

    A unit at the end of a range is that of its beginning too.
    """
    matches = list(QUANTITY.finditer(text))
    found: list[tuple[Quantity, int]] = []
    following = ""
    end = len(text)
    for match in reversed(matches):
        unit = UNITS.get(match[2] or "", "")
        if not unit and following and _THOUGH.fullmatch(text[match.end() : end]):
            unit = following
        following, end = unit, match.start()
        read = readings(match[1])
        # By how much: −20 % is 20 % below.
        read |= {reading.lstrip("-") for reading in read} if unit == "%" else set()
        found.append((Quantity(read, unit), match.start()))
    return found[::-1]


def units_in(folded: str) -> frozenset[str]:
    """Units that are written out or stand in brackets, as in a table's header."""
    return frozenset(UNITS[match[1] or match[2]] for match in _NAMED.finditer(folded))


def as_written(text: str) -> str:
    """Signs that their plain form would make another number of: 6½ is no 61/2."""
    halved = _FRACTION.sub(lambda match: f"{match[1] or 0}.{_FRACTIONS[match[2]]}", text)
    return _ORDINAL_SIGN.sub("", _DEGREE_SIGN.sub("°", halved))


_HALVES: Final = (
    (re.compile(r"\b(?:an?|one|1) (hour|minute|day|week|month|year)s? and a half\b"), r"1.5 \1"),
    (re.compile(r"\bhalf an? (hour|minute|second|day|year|metre|meter|litre|liter)\b"), r"0.5 \1"),
    (re.compile(r"\b(?:eineinhalb|anderthalb)\b"), "1.5"),
    (re.compile(r"\b(?:une|1) (heure|minute|année) et demie\b"), r"1.5 \1"),
    (re.compile(r"\bdemi-(heure|journée)\b"), r"0.5 \1"),
    (re.compile(r"\b(?:una?|1) (hora|minuto|día|año) y medi[ao]\b"), r"1.5 \1"),
    (re.compile(r"\bmedi[ao] (hora|minuto|día|año)\b"), r"0.5 \1"),
    (re.compile(r"[一1]\s*个半(?=小时|月)"), "1.5"),
    (re.compile(r"半个?(?=小时|分钟|天|年)"), "0.5"),
    (re.compile(r"1?時間半"), "1.5時間"),
)
"""An hour and a half, half a minute."""
_PER: Final = re.compile(r"(?<=[^\W\d])/\s*(?=(?:min|h|s|分|秒|小时|時間|日|天|年)(?![\w/]))")


def _hour(match: re.Match[str]) -> str:
    return f"{int(match[1])} h" if match[2] == "00" else f"{int(match[1])} h {match[2]}"


def _many(match: re.Match[str]) -> str:
    return f"{float(match[1]) * (10**8 if match[2] == '亿' else 10**4):.0f} "


def _numeral(match: re.Match[str]) -> str:
    tens, _, ones = match.group().partition("十")
    return str(10 * _CJK_DIGITS.get(tens, 1) + _CJK_DIGITS.get(ones, 0))


def with_digits(folded: str, language: str) -> str:
    """Number words as digits: thirty is read only where it is written so, but two to twelve are everyday words."""
    base = language.split("-", maxsplit=1)[0]
    for halved, value in _HALVES:
        folded = halved.sub(value, folded)
    folded = _PER.sub(" 1 ", folded)
    folded = _CLOCK.sub(_hour, _GROUPS.sub("", _DECADE.sub(r"\1", folded)))
    if base in ("fr", "es"):
        folded = _SPACED.sub(lambda match: match[1] + match[2].replace(" ", ""), folded)
    if base in _VALUES:
        values = _VALUES[base]
        folded = _LATIN_WORD[base].sub(lambda match: values[match.group()], folded)
        return _OFTEN_WORD.sub(lambda match: _OFTEN[match.group()], _ONE[base].sub("1", folded))
    folded = _DATED.sub(" ", _YEAR.sub(r"\1 ", re.sub("[每毎]月", "1个月", folded)))
    folded = _NUMERAL.sub(_numeral, _EACH.sub("1", _HALF.sub("0.5", _MANY.sub(_many, folded))))
    return _CJK_NUMBER.sub(lambda match: str(_CJK_DIGITS[match.group()]), folded)


def readings(number: str) -> frozenset[str]:
    """1.000 may be a thousand or one."""
    number = number.replace("−", "-")
    found = set()
    if re.fullmatch(r"-?\d{1,3}(?:[.,]\d{3})+", number):
        found.add(re.sub(r"[.,]", "", number))
    if re.fullmatch(r"-?\d+[.,]\d+", number):
        found.add(number.replace(",", ".").rstrip("0").rstrip("."))
    return frozenset(found or {number})


def _is_plain(number: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", number) is not None
