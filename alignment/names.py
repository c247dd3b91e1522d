"""Names that one version has and another has not, whatever letters they are written in.

Method: a capitalised word inside a sentence may be a name. Two are the same when, romanised, most of their
letters agree in order (Ratcliff and Obershelp's measure), which passes over endings and spellings: Путина is
Putin, Колдер is Calder. Most capitalised words are no names, or are translated; so a name counts only where
the rest of the article or its neighbour vouches for it: wherever else it stands, in two rows at least, the
other version has it too; or the word before it is the same on both sides and there another, quite different
capitalised word follows (Ines Calder, Ines Moreno).

Left out: names at the beginning of a sentence, and names in scripts without capital letters.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

from alignment.spelling import all_folded, folded

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]+")
_BREAK = re.compile(r"[.!?:…]|[\"“”«»„]")
_ALIKE = 0.7  # share of letters that agree in two spellings of a name
_UNLIKE = 0.45  # below this they are surely two names
_VOUCHING = 2  # other rows that have a name on both sides
_LETTERS = 4  # that a name has at least; shorter words are alike by chance
_MOST = 100  # names of a row that are looked at


class Text:
    """A row's text in one version, and what in it may be a name."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _folded(self) -> dict[str, str]:
        """All words as written, and each romanised."""
        words = dict.fromkeys(_WORD.findall(self.text)[: 20 * _MOST])
        return dict(zip(words, all_folded(list(words)), strict=True))

    @cached_property
    def words(self) -> frozenset[str]:
        """All words, romanised."""
        return frozenset(self._folded.values())

    @cached_property
    def capitalised(self) -> frozenset[str]:
        """The words with a capital letter, at the beginning of a sentence too, romanised."""
        return frozenset(
            folded for word, folded in self._folded.items() if len(word) >= _LETTERS and word[0].isupper()
        )

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """Capitalised words inside sentences, each with a capitalised word right before it, else ""."""
        found = []
        before, end = "", 0
        for match in _WORD.finditer(self.text):
            word = match[0]
            start, begin = end, match.start()
            end = match.end()
            if not word[0].isupper():
                before = ""
                continue
            between = self.text[start:begin]
            if (
                not word.isupper()
                and len(word) >= _LETTERS
                and start > 0
                and (between == " " or not _BREAK.search(between))
            ):
                found.append((word, before if between == " " else ""))
                if len(found) == _MOST:
                    break
            before = word
        return found


class NameFinder:
    """Compares the names of aligned texts, row by row."""

    def __init__(self, rows: Sequence[tuple[str, str]], known: dict[str, Text] | None = None) -> None:
        """`known` texts are not read again; those that are new are added to it."""
        texts = {} if known is None else known
        for text in {text for row in rows for text in row}:
            texts.setdefault(text, Text(text))
        self._rows = [(texts[one], texts[other]) for one, other in rows]
        self._alike: dict[tuple[str, str], bool] = {}
        # For each side, the rows in which a name stands, and whether the other side has it there as well.
        self._shared: tuple[dict[str, dict[int, bool]], dict[str, dict[int, bool]]] = ({}, {})
        for side in (0, 1):
            called = {folded(name) for row in self._rows for name, _ in row[side].names}
            for index, row in enumerate(self._rows):
                for name in row[side].capitalised & called:
                    self._shared[side].setdefault(name, {})[index] = self._has(row[1 - side], name)

    def differences(self, index: int) -> tuple[list[str], list[str]]:
        """Return the names of a row that only the first text has, and those that only the second has."""
        row = self._rows[index]
        if not row[0].text or not row[1].text:
            return [], []
        ours, theirs = (self._absent(index, side) for side in (0, 1))
        exchanged = self._exchanged(row)
        ours |= {one: None for one, _ in exchanged}
        theirs |= {other: None for _, other in exchanged}
        return list(ours), list(theirs)

    def _absent(self, index: int, side: int) -> dict[str, None]:
        """Return names that other rows have on both sides, and this one and those around it on one."""
        around = [self._rows[i][1 - side] for i in range(max(index - 1, 0), min(index + 2, len(self._rows)))]
        return {
            name: None
            for name, _ in self._rows[index][side].names
            if self._vouched(side, folded(name), index) and not any(self._has(text, name) for text in around)
        }

    def _vouched(self, side: int, name: str, index: int) -> bool:
        elsewhere = [shared for row, shared in self._shared[side][name].items() if row != index]
        return len(elsewhere) >= _VOUCHING and all(elsewhere)

    def _exchanged(self, row: tuple[Text, Text]) -> list[tuple[str, str]]:
        """Return pairs of different names that follow the same name."""
        return [
            (name, other)
            for name, before in row[0].names
            for other, before_other in row[1].names
            if before
            and before_other
            and self._same(folded(before), folded(before_other))
            and not any(_agreement(folded(name), word) >= _UNLIKE for word in row[1].capitalised)
            and not any(_agreement(folded(other), word) >= _UNLIKE for word in row[0].capitalised)
        ]

    def _has(self, text: Text, name: str) -> bool:
        """Tell whether a text has a name."""
        wanted = folded(name)
        return wanted in text.words or any(self._same(wanted, word) for word in text.words)

    def _same(self, one: str, other: str) -> bool:
        """Tell whether two romanised words are one name."""
        if one == other:
            return True
        if not one or not other or (one[0] != other[0] and one[-1:] != other[-1:]):
            return False
        key = (one, other)
        if key not in self._alike:
            self._alike[key] = (
                2 * min(len(one), len(other)) >= _ALIKE * (len(one) + len(other))
                and _agreement(one, other) >= _ALIKE
            )
        return self._alike[key]


def _agreement(one: str, other: str) -> float:
    """Return the share of letters that agree in order."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
