"""A version as the forms read it: its sentences by index, with what belongs to each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from service.render.text import one_line, squeezed
from service.result import Origin, Version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.translation import Translation
    from service.article import Block, Sentence


@dataclass(frozen=True, slots=True)
class Column:
    """One version, with its sentences and the block of each looked up once."""

    version: Version
    sentences: tuple[Sentence, ...]
    block_of: tuple[int, ...]

    @classmethod
    def of(cls, version: Version) -> Column:
        """Read a version."""
        blocks = version.article.blocks
        return cls(
            version,
            version.article.sentences,
            tuple(index for index, block in enumerate(blocks) for _ in block.sentences),
        )

    @property
    def language(self) -> str:
        """ISO 639-1 code."""
        return self.version.language

    @property
    def origin(self) -> str:
        """Return "given", or "machine:" and the checkpoint that made this version."""
        if self.version.origin is Origin.GIVEN:
            return Origin.GIVEN.value
        return f"{Origin.MACHINE.value}:{self.version.checkpoint or 'unknown'}"

    def block(self, index: int) -> Block:
        """Return the block that holds sentence `index`."""
        return self.version.article.blocks[self.block_of[index]]

    def translation(self, index: int) -> Translation | None:
        """Return what the engine gave for sentence `index`, None in a given version."""
        return self.version.translations[index] if self.version.translations else None

    def gap(self, before: int, after: int) -> str:
        """Return what stands between two neighbouring sentences, squeezed; a space between blocks."""
        if self.block_of[before] != self.block_of[after]:
            return " "
        return squeezed(self.version.article.text[self.sentences[before].end : self.sentences[after].start])

    def text(self, indices: Sequence[int]) -> str:
        """Return the sentences at `indices` as one line of running text, "" for none."""
        parts = [self.sentences[index].text for index in indices[:1]]
        for before, after in pairwise(indices):
            parts += [self.gap(before, after), self.sentences[after].text]
        return one_line("".join(parts))

    def flags(self, indices: Sequence[int]) -> tuple[str, ...]:
        """Return the flags of the translations at `indices`, each once, in order of appearance."""
        flags = (flag for index in indices if (made := self.translation(index)) for flag in made.flags)
        return tuple(dict.fromkeys(flags))

    def score(self, indices: Sequence[int]) -> float | None:
        """Return the lowest score among the translations at `indices`, None in a given version."""
        return min((made.score for index in indices if (made := self.translation(index))), default=None)

    def similarity(self, indices: Sequence[int]) -> float | None:
        """Return the lowest similarity of the translations at `indices` to their sentences, None for none."""
        made = (self.translation(index) for index in indices)
        return min((each.similarity for each in made if each and each.similarity is not None), default=None)


def columns(versions: Sequence[Version]) -> tuple[Column, ...]:
    """Read every version, in order."""
    return tuple(Column.of(version) for version in versions)
