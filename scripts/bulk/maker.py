"""Synthetic documents in English, Spanish and Russian with the rows that a perfect aligner would find.

Method: a document is a sequence of events, each said in all languages by a small grammar over the phrases of
phrases.toml. Every version tells the events in order; now and then it tells two in one sentence (a merge;
seen from the other side, a split), leaves one out or adds one of its own. Rows are the finest that no
version's sentence crosses. Every document is made from the seed and its own number alone, so any part of a
corpus can be made without the rest, and the same on every machine.

Leaves out: events in another order, and all that makes real text hard (idiom, anaphora, long sentences).
Good for tests and for measuring speed; not for measuring quality.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LANGUAGES: Final = ("en", "es", "ru")
_AND: Final = MappingProxyType({"en": ", and ", "es": ", y ", "ru": ", и "})
_TITLE: Final = MappingProxyType(
    {"en": "What happened {place}", "es": "Lo que pasó {place}", "ru": "Что случилось {place}"}
)
_GENDERS: Final = "mfp"
_LARGEST: Final = 900


@dataclass(frozen=True, slots=True)
class Rates:
    """How often, of 1, a version tells two events in one sentence, leaves one out, adds one of its own."""

    merge: float = 0.08
    omit: float = 0.03
    add: float = 0.02


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A document: its plain texts by language, and the rows of its sentences, which are counted from 0."""

    id: str
    texts: Mapping[str, str]
    rows: tuple[Mapping[str, tuple[int, ...]], ...]


class Maker:
    """Makes the documents of one seed; `events` is about how many of them each tells.

    Sentences have some 65 characters in English, and with `long` about as many as those of news, 126.
    """

    def __init__(
        self,
        seed: int = 1,
        *,
        languages: Sequence[str] = LANGUAGES,
        events: int = 20,
        rates: Rates | None = None,
        long: bool = False,
    ) -> None:
        self._seed = seed
        self._languages = tuple(languages)
        self._events = events
        self._rates = rates or Rates()
        self._long = long
        self._phrases = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))

    def document(self, number: int) -> MadeDocument:
        """Return the document of this number, from 0."""
        chance = Random(f"{self._seed}/{number}")
        place = chance.choice(self._phrases["places"])
        title = {language: _TITLE[language].format(place=place[language]) for language in self._languages}
        count = max(2, chance.randint(self._events // 2, self._events * 3 // 2))
        events = [_Event(self._said(chance), frozenset(self._languages)) for _ in range(count)]
        events = self._edited(events, chance)
        joined = {language: self._merged(events, language, chance) for language in self._languages}
        breaks = self._breaks(events, joined)
        return self._written(f"doc-{number:07d}", title, events, joined, breaks, chance)

    def _said(self, chance: Random) -> dict[str, str]:
        """Return an event in every language, without a capital or a full stop."""
        phrases = self._phrases
        time = chance.choice(phrases["times"]) if chance.random() < 0.4 else None
        place = chance.choice(phrases["places"])
        reason = chance.choice(phrases["reasons"]) if chance.random() < 0.25 else None
        core = chance.choice(phrases["weather"]) if chance.random() < 0.12 else self._action(chance)
        said = {}
        for language in self._languages:
            comma = "," if language == "en" else ""
            before = f"{time[language]}{comma} " if time else ""
            after = f"{',' if language == 'ru' else ''} {reason[language]}" if reason else ""
            said[language] = f"{before}{core[language]} {place[language]}{after}"
        return self._lengthened(said, chance) if self._long else said

    def _lengthened(self, said: Mapping[str, str], chance: Random) -> dict[str, str]:
        """Say mostly how it happened, and now and then who says so."""
        added = [
            chance.choice(self._phrases[kind])
            for kind, rate in (("manners", 0.65), ("sources", 0.4))
            if chance.random() < rate
        ]
        return {
            language: ", ".join([sentence, *(phrase[language] for phrase in added)])
            for language, sentence in said.items()
        }

    def _action(self, chance: Random) -> dict[str, str]:
        subject = chance.choice(self._phrases["subjects"])
        action = chance.choice(self._phrases["actions"])
        verb, thing = chance.choice(action["verbs"]), chance.choice(action["objects"])
        number = chance.randint(1, _LARGEST) * 10 + chance.choice((0, 5, 6, 7, 8, 9))
        gender = subject["gender"]
        forms = {"en": verb["en"], "es": verb["es"][gender == "p"], "ru": verb["ru"][_GENDERS.index(gender)]}
        return {
            language: f"{subject[language]} {forms[language]} {thing[language].format(n=number)}"
            for language in self._languages
        }

    def _edited(self, events: list[_Event], chance: Random) -> list[_Event]:
        """Leave events out of versions and give versions events of their own."""
        edited: list[_Event] = []
        for event in events:
            kept = [name for name in self._languages if chance.random() >= self._rates.omit]
            edited.append(_Event(event.said, frozenset(kept or self._languages)))
            edited += [
                _Event(self._said(chance), frozenset((name,)))
                for name in self._languages
                if chance.random() < self._rates.add
            ]
        return edited

    def _merged(self, events: Sequence[_Event], language: str, chance: Random) -> set[int]:
        """Return the events that a version tells in one sentence with the one before."""
        merged: set[int] = set()
        for number in range(1, len(events)):
            both = language in events[number - 1].languages and language in events[number].languages
            if both and number - 1 not in merged and chance.random() < self._rates.merge:
                merged.add(number)
        return merged

    def _breaks(self, events: Sequence[_Event], joined: Mapping[str, set[int]]) -> list[int]:
        """Return the events before which no version's sentence goes on: where rows begin."""
        inside = set().union(*joined.values())
        return [number for number in range(len(events)) if number not in inside]

    def _written(
        self,
        name: str,
        title: Mapping[str, str],
        events: Sequence[_Event],
        joined: Mapping[str, set[int]],
        breaks: Sequence[int],
        chance: Random,
    ) -> MadeDocument:
        # Paragraphs end where rows do, so that no version has a row in two of them.
        ends = {number for number in breaks if number and chance.random() < 0.25}
        texts: dict[str, str] = {}
        places: dict[str, dict[int, int]] = {}
        for language in self._languages:
            paragraphs: list[list[str]] = [[]]
            places[language] = {}
            count = 1  # after the title
            for number, event in enumerate(events):
                if number in ends and paragraphs[-1]:
                    paragraphs.append([])
                if language not in event.languages:
                    continue
                said = event.said[language]
                if number in joined[language]:
                    paragraphs[-1][-1] = f"{paragraphs[-1][-1][:-1]}{_AND[language]}{said}."
                    places[language][number] = count - 1
                else:
                    paragraphs[-1].append(f"{said[0].upper()}{said[1:]}.")
                    places[language][number] = count
                    count += 1
            body = "\n\n".join(" ".join(sentences) for sentences in paragraphs if sentences)
            texts[language] = f"{title[language]}\n\n{body}\n"
        rows: list[dict[str, tuple[int, ...]]] = [dict.fromkeys(self._languages, (0,))]
        for first, last in zip(breaks, [*breaks[1:], len(events)], strict=True):
            rows.append(
                {
                    language: tuple(
                        sorted({places[language][n] for n in range(first, last) if n in places[language]})
                    )
                    for language in self._languages
                }
            )
        return MadeDocument(name, texts, tuple(rows))


@dataclass(frozen=True, slots=True)
class _Event:
    """What happened, as each language says it, and the versions that tell it."""

    said: Mapping[str, Any]
    languages: frozenset[str]
