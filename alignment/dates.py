"""Dates as people write them, made comparable across languages.

Method: a day or a year beside a month's name (names from CLDR, by way of Babel), or digits alone in the usual
orders. "03.05.2024" may be of May or of March; a date is kept as all it may mean. Two dates differ when no
reading of one agrees with one of the other in all the fields that both have.

Left out: months without a day or a year, weekdays, and dates in words ("yesterday").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError

if TYPE_CHECKING:
    from collections.abc import Iterator

Reading = tuple[int, int, int]  # day, month, year; 0 where it is not said
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?![\d/-]|[.,]\d)")
_DIGIT = re.compile(r"\d")
_LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Date:
    """A date in a text: where it stands, as written, and what it may mean."""

    start: int
    end: int
    text: str
    readings: frozenset[Reading]

    def agrees(self, other: Date) -> bool:
        """Tell whether both may be the same day, month or year, as far as both say it."""
        return any(
            all(not a or not b or a == b for a, b in zip(one, two, strict=True))
            for one in self.readings
            for two in other.readings
        )

    def is_in(self, text: str, dates: list[Date]) -> bool:
        """Tell whether a text has this day, and a date of this month."""
        days = set(re.findall(r"\d+", text))
        return any(
            str(day) in days and any(day and month == other[1] for date in dates for other in date.readings)
            for day, month, _ in self.readings
        )


def date_differences(
    one: str, other: str, readers: tuple[DateReader, DateReader]
) -> tuple[list[str], list[str], str, str]:
    """Compare the dates of two aligned texts.

    Returns the dates that only the first has and those that only the second has, where both have some left
    over, and the texts without the dates that were compared.
    """
    ours, theirs = readers[0].dates(one), readers[1].dates(other)
    paired: tuple[list[Date], list[Date]] = ([], [])
    for date in list(ours):
        match = next((candidate for candidate in theirs if date.agrees(candidate)), None)
        if match is not None:
            for taken, side, pair in ((date, ours, paired[0]), (match, theirs, paired[1])):
                side.remove(taken)
                pair.append(taken)
    # "From 16 to 20 May" and "May 16 to 20": one date, and the other a number in its place.
    ours_left = [date for date in ours if not date.is_in(other, theirs)]
    theirs_left = [date for date in theirs if not date.is_in(one, ours)]
    if not ours_left or not theirs_left:
        return [], [], _without(one, paired[0]), _without(other, paired[1])
    return (
        [date.text for date in ours_left],
        [date.text for date in theirs_left],
        _without(one, paired[0] + ours),
        _without(other, paired[1] + theirs),
    )


def _without(text: str, dates: list[Date]) -> str:
    for date in dates:
        text = f"{text[: date.start]}{' ' * (date.end - date.start)}{text[date.end :]}"
    return text


class DateReader:
    """Finds the dates in sentences of one language."""

    def __init__(self, language: str) -> None:
        self._months = dict(_month_names(language))
        names = "|".join(sorted(map(re.escape, self._months), key=len, reverse=True))
        day = r"(?<![\d.,:])(?P<{0}>\d{{1,2}})(?:st|nd|rd|th|º|\.)?"
        self._patterns = []
        self._month = re.compile(rf"(?<!\w)(?:{names})\b", re.IGNORECASE)
        if names:
            year = r"(?:\s*,?\s*(?:de\s+|of\s+|del\s+)?(?P<year>[12]\d{3})(?![\d.,]\d))?"
            before = day.format("day") + rf"\s+(?:de\s+|of\s+)?(?P<month>{names})\b\.?" + year
            after = rf"\b(?P<month>{names})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]|[.,]\d)" + year
            alone = rf"\b(?P<month>{names})\b\.?\s+(?:de\s+|of\s+|del\s+)?(?P<year>[12]\d{{3}})(?![\d.,]\d)"
            self._patterns = [re.compile(each, re.IGNORECASE) for each in (before, after, alone)]

    def dates(self, text: str) -> list[Date]:
        """Return the dates of a text, in order."""
        found: list[Date] = []
        if not _DIGIT.search(text):  # as most texts have none
            return found
        for date in (*self._named(text), *_numeric(text)):
            if not any(date.start < other.end and other.start < date.end for other in found):
                found.append(date)
        return sorted(found, key=lambda date: date.start)

    def _named(self, text: str) -> Iterator[Date]:
        if not self._month.search(text):  # once, before three patterns with all months in each
            return
        for pattern in self._patterns:
            for match in pattern.finditer(text):
                parts = match.groupdict()
                day, year = int(parts.get("day") or 0), int(parts.get("year") or 0)
                month = self._months[parts["month"].lower()]
                if day <= 31:
                    yield Date(*match.span(), match.group(), frozenset({(day, month, year)}))


@lru_cache(maxsize=64)
def date_reader(language: str) -> DateReader:
    """Return the reader of a language; its patterns are put together once."""
    return DateReader(language)


def _numeric(text: str) -> Iterator[Date]:
    for match in _NUMERIC.finditer(text):
        first, second, third = (int(match.group(place)) for place in (1, 3, 4))
        orders = [(third, second, first)] if first > 31 else [(first, second, third), (second, first, third)]
        readings = {
            (day, month, year if year > 99 else 0)
            for day, month, year in orders
            if 1 <= day <= 31 and 1 <= month <= 12
        }
        if readings:
            yield Date(*match.span(), match.group(), frozenset(readings))


def _month_names(language: str) -> Iterator[tuple[str, int]]:
    try:
        months = Locale.parse(language.replace("-", "_")).months
    except (UnknownLocaleError, ValueError):
        return
    for context in ("stand-alone", "format"):
        for width in ("abbreviated", "wide"):
            for number, name in months[context][width].items():
                plain = name.lower().rstrip(".")
                if len(plain) >= _LEAST_LETTERS and not plain[0].isdigit():
                    yield plain, number
