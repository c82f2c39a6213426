"""A sheet's value as the sheet shows it: a number or a moment and its number format enter, text leaves.

The part of Excel's format codes that manuals use: decimals, thousands, percent, exponents, fractions, units and
currencies around the number, dates and times. `General` and what is not understood show the plain value.
"""

import datetime as dt
import re
from fractions import Fraction

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|_.|\*.|\[[^\]]*\]')
_DIGITS = re.compile(r"[#0?][#0?,.]*(?:[eE][+-]?0+)?|[#0?]")
_DATE_PART = re.compile(r"\[(h+|m+|s+)\]|yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss(?:\.0+)?|s|am/pm|a/p", re.I)
_CJK_DATE = re.compile(r'"?([年月日时時分秒])"?')
_LOCAL_FORMATS = frozenset({"general", "mm-dd-yy", "m/d/yy h:mm"})
"""What files say where Excel shows a date as the reader's country writes it."""
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def shown_number(value: float, form: str) -> str:
    """`1234.5` in `#,##0.00 "€"` is `1,234.50 €`."""
    sections = _sections(form)
    section = sections[0]
    if value < 0 and len(sections) > 1:
        section, value = sections[1], -value
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    bare = _LITERAL.sub(lambda match: "\x00" * len(match.group(0)), section)
    digits = _DIGITS.search(bare)
    if "general" in bare.lower() or not bare.strip() or "@" in bare or (digits is None and "\x00" not in bare):
        return _plain(value)
    if digits is None:
        return _literals(section).strip()
    body = _digits_text(value, digits.group(0), bare, digits.end())
    return f"{_literals(section[: digits.start()])}{body}{_literals(_after(section, bare, digits.end()))}".strip()


def _after(section: str, bare: str, end: int) -> str:
    """What stands behind the digits, without the lower part of a fraction."""
    fraction = re.match(r"\s*[#0?]*\s*/\s*[#0?\d]+", bare[end:])
    return section[end + fraction.end() :] if fraction else section[end:]


def _sections(form: str) -> list[str]:
    """Formats of positive numbers, negative ones and zero; a semicolon inside quotes parts nothing."""
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', form)
    return parts or ["General"]


def _plain(value: float) -> str:
    return f"{value:.11g}" if abs(value) < 1e11 else f"{value:.15g}"


def _literals(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        return match.group(1) or match.group(2) or match.group(3) or (" " if match.group(0).startswith("_") else "")

    return _LITERAL.sub(said, text)


def _digits_text(value: float, digits: str, bare: str, end: int) -> str:
    fraction = re.match(r"(\s*[#0?]*)\s*/\s*([#0?]+|\d+)", bare[end:])
    if fraction:
        return _fraction(value, fraction.group(2), whole=bool(fraction.group(1).strip()))
    number = value * 100 if "%" in bare else value
    mantissa, exponent, power = re.match(r"([^eE]*)([eE][+-]?)?(0*)", digits).groups()  # type: ignore[union-attr]
    scaled = mantissa.rstrip(",")
    number /= 1000 ** (len(mantissa) - len(scaled))
    whole, _, decimals = scaled.partition(".")
    most, least = len(decimals), decimals.count("0")
    if exponent:
        text = f"{number:.{most}e}"
        base, _, raised = text.partition("e")
        sign = "-" if raised.startswith("-") else ("+" if "+" in exponent else "")
        return f"{base}E{sign}{raised.lstrip('+-').lstrip('0').zfill(len(power))}"
    text = f"{number:{',' if ',' in whole else ''}.{most}f}"
    if most > least:
        text = text[: len(text) - (most - least)] + text[len(text) - (most - least) :].rstrip("0")
        text = text.rstrip(".")
    head, point, tail = text.partition(".")
    sign, head = ("-", head[1:]) if head.startswith("-") else ("", head)
    return sign + head.zfill(whole.replace(",", "").count("0")) + point + tail


def _fraction(value: float, below: str, *, whole: bool) -> str:
    most = int(below) if below.isdecimal() and below.strip("0") else 10 ** len(below) - 1
    part = Fraction(value).limit_denominator(most)
    above, rest = divmod(abs(part), 1)
    sign = "-" if part < 0 else ""
    if rest == 0 or not whole:
        return f"{sign}{above}" if rest == 0 else f"{sign}{abs(part).numerator}/{part.denominator}"
    return f"{sign}{f'{above} ' if above else ''}{rest.numerator}/{rest.denominator}"


def shown_moment(value: dt.datetime | dt.date | dt.time | dt.timedelta, form: str) -> str:
    """A date or time in its format; in ISO form where the format is one of the reader's own country."""
    if isinstance(value, dt.timedelta):
        return _duration(value, form)
    section = _CJK_DATE.sub(r'"\1"', _sections(re.sub(r"\[\$-[^\]]*\]", "", form))[0])
    if form.lower() in _LOCAL_FORMATS or not _DATE_PART.search(_LITERAL.sub("", section)):
        return _iso(value)
    moment = value if isinstance(value, dt.datetime) else _as_moment(value)
    return _LiteralDate(moment, section).text()


def _as_moment(value: dt.date | dt.time) -> dt.datetime:
    if isinstance(value, dt.time):
        return dt.datetime.combine(dt.date(1900, 1, 1), value)
    return dt.datetime.combine(value, dt.time())


def _iso(value: dt.datetime | dt.date | dt.time) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    return value.isoformat()


def _duration(value: dt.timedelta, form: str) -> str:
    seconds = int(value.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    hours, minute = divmod(minutes, 60)
    ending = f":{second:02d}" if "s" in form.lower() or form.lower() == "general" else ""
    return f"{'-' if seconds < 0 else ''}{hours}:{minute:02d}{ending}"


class _LiteralDate:
    """A date format read from left to right; `m` is a minute beside hours and seconds, else a month."""

    def __init__(self, moment: dt.datetime, section: str) -> None:
        self._moment = moment
        self._section = section
        self._half_day = re.search(r"am/pm|a/p", section, re.I) is not None

    def text(self) -> str:
        result: list[str] = []
        place, last = 0, ""
        while place < len(self._section):
            literal = _LITERAL.match(self._section, place)
            part = _DATE_PART.match(self._section, place)
            if part and not (literal and self._section[place] != "["):
                name = (part.group(1) or part.group(0)).lower()
                minute = name in {"m", "mm"} and (last.startswith("h") or self._seconds_follow(part.end()))
                result.append(self._said("minute" + name if minute else name))
                place, last = part.end(), name
            elif literal:
                result.append(_literals(literal.group(0)))
                place = literal.end()
            else:
                result.append(self._section[place])
                place += 1
        return "".join(result).strip().rstrip(";@")

    def _seconds_follow(self, place: int) -> bool:
        return re.match(r"[^a-z]*s", self._section[place:], re.I) is not None

    def _said(self, name: str) -> str:
        at = self._moment
        hour = (at.hour % 12 or 12) if self._half_day else at.hour
        texts = {
            "yyyy": f"{at.year:04d}", "yy": f"{at.year % 100:02d}", "mmmm": _MONTHS[at.month - 1],
            "mmm": _MONTHS[at.month - 1][:3], "mm": f"{at.month:02d}", "m": str(at.month),
            "dddd": _DAYS[at.weekday()], "ddd": _DAYS[at.weekday()][:3], "dd": f"{at.day:02d}", "d": str(at.day),
            "hh": f"{hour:02d}", "h": str(hour), "minutemm": f"{at.minute:02d}", "minutem": str(at.minute),
            "s": str(at.second), "am/pm": "AM" if at.hour < 12 else "PM", "a/p": "A" if at.hour < 12 else "P",
        }  # fmt: skip
        return texts.get(name, f"{at.second:02d}")
