"""Numbers as people write them, made comparable across languages.

A figure is kept as every value it may stand for: "1.500" is one and a half or fifteen hundred, depending on
the language, "1,5 million" is 1500000. Two figures agree when they share a value.

Left out: Roman numerals, fractions in words beyond halves, digits other than European ones, and words for
numbers in languages other than English, Spanish and Russian.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

_DIGITS = re.compile(
    r"(?<!\d)(?:\d{1,3}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)", re.ASCII
)
_DIGIT = re.compile(r"\d", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_ONE_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?")

# The beginnings of words for powers of ten; a figure before one of them is multiplied by it. "Billion" and
# its relatives are ten to the 9 or to the 12, depending on the language.
_SCALES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("millard", (9,)),
    ("milliard", (9,)),
    ("miliard", (9,)),
    ("миллиард", (9,)),
    ("млрд", (9,)),
    ("mrd", (9,)),
    ("milli", (6,)),
    ("millón", (6,)),
    ("millones", (6,)),
    ("milion", (6,)),
    ("milhõ", (6,)),
    ("миллион", (6,)),
    ("млн", (6,)),
    ("mio", (6,)),
    ("billi", (9, 12)),
    ("billon", (9, 12)),
    ("billón", (9, 12)),
    ("bn", (9,)),
    ("триллион", (12,)),
    ("трлн", (12,)),
    ("trilli", (12, 18)),
    ("trillon", (12, 18)),
    ("trillón", (12, 18)),
    ("thousand", (3,)),
    ("tausend", (3,)),
    ("тысяч", (3,)),
    ("тыс", (3,)),
    ("hundred", (2,)),
)
_EXACT_SCALES = {"mil": (3,), "mille": (3,), "mila": (3,), "m": (6,), "k": (3,)}

_SCALE_STARTS = frozenset(beginning[:2] for beginning, _ in _SCALES)  # which few words have

# Numbers that running text writes out, by the beginning of the word where its ending changes.
_SPELLED = {
    "0": "zero cero ноль",
    "0.5": "half medio media половин* пол",
    "1": "one first once un una uno primer* один одн* перв*",
    "1.5": "полтор*",
    "2": "two second twice double couple dos segund* doble два две дву* двой* втор* вдвое",
    "3": "three third triple tres tercer* triple три тре* трё* трой*",
    "4": "four fourth quarter cuatro cuart* четыр* четвер*",
    "5": "five fifth cinco quint* пять пят*",
    "6": "six sixth seis sext* шест*",
    "7": "seven seventh siete séptim* семь сем* седьм*",
    "8": "eight eighth ocho octav* восемь восьм*",
    "9": "nine ninth nueve noven* девять девят*",
    "10": "ten tenth decade diez décim* década* десять десят*",
    "11": "eleven eleventh once undécim* одиннадцат*",
    "12": "twelve twelfth dozen doce docena* двенадцат* дюжин*",
    "13": "thirteen* trece тринадцат*",
    "14": "fourteen* catorce четырнадцат*",
    "15": "fifteen* quince пятнадцат*",
    "16": "sixteen* dieciséis шестнадцат*",
    "17": "seventeen* diecisiete семнадцат*",
    "18": "eighteen* dieciocho восемнадцат*",
    "19": "nineteen* diecinueve девятнадцат*",
    "20": "twent* veint* двадцат*",
    "30": "thirt* treinta тридцат*",
    "40": "fort* cuarenta сорок*",
    "50": "fift* cincuenta пятьдесят* пятидесят*",
    "60": "sixt* sesenta шестьдесят* шестидесят*",
    "70": "sevent* setenta семьдесят* семидесят*",
    "80": "eight* ochenta восемьдесят* восьмидесят*",
    "90": "ninet* noventa девяност*",
    "100": "hundred* cien ciento* cien* сто сотн* ста",
    "1000": "thousand* mil miles тысяч*",
    "1000000": "million* millón millones миллион*",
}

_SHORTEST = 3  # letters of the beginnings above

# Words that count three to twenty and mean nothing else, in the forms that running text has.
_COUNTING = {
    3: "three tres три трёх трех трём трем тремя",
    4: "four cuatro четыре четырёх четырех четырём четырем четырьмя",
    5: "five cinco пять пяти пятью",
    6: "six seis шесть шести шестью",
    7: "seven siete семь семи семью",
    8: "eight ocho восемь восьми восемью",
    9: "nine nueve девять девяти девятью",
    10: "ten diez десять десяти десятью",
    11: "eleven одиннадцать одиннадцати",
    12: "twelve doce двенадцать двенадцати",
    13: "thirteen trece тринадцать тринадцати",
    14: "fourteen catorce четырнадцать четырнадцати",
    15: "fifteen quince пятнадцать пятнадцати",
    16: "sixteen dieciséis шестнадцать шестнадцати",
    17: "seventeen diecisiete семнадцать семнадцати",
    18: "eighteen dieciocho восемнадцать восемнадцати",
    19: "nineteen diecinueve девятнадцать девятнадцати",
    20: "twenty veinte двадцать двадцати",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text: as written there, and the values it may stand for."""

    text: str
    values: frozenset[Decimal]

    def agrees(self, other: Figure) -> bool:
        """Tell whether both may stand for the same number."""
        return not self.values.isdisjoint(other.values)


class FigureReader:
    """Finds the numbers in sentences of any language."""

    def __init__(self) -> None:
        self._whole: dict[str, set[Decimal]] = {}
        self._beginnings: dict[str, set[Decimal]] = {}
        self._read: dict[str, set[Decimal]] = {}  # words seen so far
        self._scales: dict[str, tuple[int, ...]] = {}  # the same
        self._counting = {
            word: Decimal(value) for value, words in _COUNTING.items() for word in words.split()
        }
        for value, words in _SPELLED.items():
            for word in words.split():
                table = self._beginnings if word.endswith("*") else self._whole
                table.setdefault(word.rstrip("*"), set()).add(Decimal(value))
        self._starts = frozenset(word[:_SHORTEST] for word in self._beginnings)

    def figures(self, text: str) -> list[Figure]:
        """Return the numbers written in digits, in order, those of a date or a time each for itself."""
        found: list[Figure] = []
        if not _DIGIT.search(text):  # as most texts have none, and this is found out soonest
            return found
        for match in _DIGITS.finditer(text):
            token = match.group()
            parts = re.split("[.,]", token)
            # 25.12.2011 and 1,2,3 are several numbers; 1.500.000 and 1,500.75 are one.
            if len(parts) > 2 and not _ONE_NUMBER.fullmatch(token):
                found += [Figure(part, frozenset({Decimal(part)})) for part in parts]
                continue
            word = _WORD.match(text[match.end() :].lstrip(" \u00a0\u202f-"))
            powers = self._powers(word.group().lower()) if word else (0,)
            values = {value.scaleb(power) for value in _readings(token) for power in powers}
            found.append(Figure(token, frozenset(values)))
        return found

    def spelled(self, text: str) -> frozenset[Decimal]:
        """Return every value that the words of a text may stand for.

        "Thirty-nine" is also 39, and "полтора миллиона" also 1500000.
        """
        values: set[Decimal] = set()
        tens: set[Decimal] = set()
        before: set[Decimal] = set()  # what a power of ten may multiply
        for word in _WORD.findall(text.lower()):
            if word in ("y", "and", "a", "de"):
                continue
            here = self._of(word)
            powers = [power for power in self._powers(word) if power >= 2]
            if not here and not (before and powers):  # a word like most
                tens, before = set(), set()
                continue
            together = {ten + unit for ten in tens for unit in here if 0 < unit < 10}
            multiplied = {value.scaleb(power) for value in before for power in powers}
            before = here | together | multiplied
            values |= before
            tens = {value for value in here if 20 <= value < 100}
        return frozenset(values)

    def counted(self, text: str) -> dict[str, Decimal]:
        """Return the words of a text that count three to twenty by themselves, with their values."""
        words = _WORD.findall(text.lower())
        found: dict[str, Decimal] = {}
        if self._counting.keys().isdisjoint(words):
            return found
        for index, word in enumerate(words):
            beside = words[max(index - 1, 0) : index] + words[index + 1 : index + 2]
            # Not a part of a larger number, as in "three hundred" or "twenty-three".
            if word in self._counting and not any(
                self._of(other) or self._powers(other) != (0,) for other in beside
            ):
                found[word] = self._counting[word]
        return found

    def amounts(self, text: str) -> dict[str, frozenset[Decimal]]:
        """Return the millions and more that a text writes in words, such as "three million"."""
        words = _WORD.findall(text)
        found = {}
        for before, word in pairwise(words):
            values = self._of(before.lower())
            powers = [power for power in self._powers(word.lower()) if power >= 6]
            if values and powers:
                found[f"{before} {word}"] = frozenset(v.scaleb(power) for v in values for power in powers)
        return found

    def scaled(self, text: str) -> bool:
        """Tell whether the text has a word for a power of a thousand."""
        return any(self._powers(word) != (0,) for word in _WORD.findall(text.lower()))

    def _of(self, word: str) -> set[Decimal]:
        values = self._read.get(word)
        if values is None:
            values = set(self._whole.get(word, ()))
            if word[:_SHORTEST] in self._starts:
                for size in range(_SHORTEST, len(word) + 1):
                    values |= self._beginnings.get(word[:size], set())
            self._read[word] = values
        return values

    def _powers(self, word: str) -> tuple[int, ...]:
        powers = self._scales.get(word)
        if powers is None:
            powers = self._scales[word] = _powers(word)
        return powers


def _powers(word: str) -> tuple[int, ...]:
    """Return the powers of ten that a word after a figure may multiply it by."""
    if word in _EXACT_SCALES:
        return _EXACT_SCALES[word]
    if word[:2] not in _SCALE_STARTS:
        return (0,)
    return next((powers for beginning, powers in _SCALES if word.startswith(beginning)), (0,))


def _readings(token: str) -> set[Decimal]:
    """Return what a number may mean, its separators taken as of thousands or of decimals."""
    bare = re.sub(r"[ \u00a0\u2009\u202f'’]", "", token)
    readings = set()
    separators = re.findall("[.,]", bare)
    if not separators or _THOUSANDS.fullmatch(bare):
        readings.add(Decimal(re.sub("[.,]", "", bare)))
    if separators and separators.count(separators[-1]) == 1:
        whole, _, fraction = bare.rpartition(separators[-1])
        readings.add(Decimal(re.sub("[.,]", "", whole) + "." + fraction))
    return readings
