"""What a run was asked for; it travels to every worker, and what shapes the output is kept in the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bulk.filters import Filters
from bulk.record import shape_name
from service.config import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options that the output depends on, and nothing else.

    `forms` are names such as "jsonl" or "tmx.gz"; `input` is what the reader was told (a pattern, ...), by
    the option's name. How many workers there are and where they run is no option here: the output does not
    depend on it.
    """

    languages: tuple[str, ...]
    forms: tuple[str, ...] = ("jsonl", "tmx")
    shard_documents: int = 1_000
    translate_missing: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    dedupe: bool = False
    check_language: bool = False
    input: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    release: str = ""

    def identity(self) -> dict[str, Any]:
        """Return the options as JSON has them, by the names that people know."""
        facts: dict[str, Any] = {
            "languages": list(self.languages),
            "to": list(self.forms),
            "shard-documents": self.shard_documents,
            "translate-missing": list(self.translate_missing),
            "min-score": self.filters.min_score,
            "types": [shape_name(shape) for shape in self.filters.types],
            "dedupe": self.dedupe,
            "check-language": self.check_language,
            **self.input,
            "encoder": self.settings.encoder,
            "max_bytes": self.settings.max_bytes,
            "max_characters": self.settings.max_characters,
            "max_sentences": self.settings.max_sentences,
            "release": self.release,
        }
        if self.translate_missing:
            facts |= {
                "models": list(self.settings.models),
                "engine": self.settings.engine,
                "beams": self.settings.beams,
            }
        return facts


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return how two identities differ, a phrase each: "min-score was 0.5 and is 0.0"."""
    return [
        f"{name} was {_shown(before.get(name))} and is {_shown(now.get(name))}"
        for name in dict.fromkeys((*before, *now))
        if before.get(name) != now.get(name)
    ]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def with_missing(languages: Sequence[str], missing: Sequence[str]) -> tuple[str, ...]:
    """Return the languages of a run: those named, and those to be translated into that are not among them."""
    return tuple(dict.fromkeys((*languages, *missing)))
