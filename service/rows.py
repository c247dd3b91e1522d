"""Versions as the aligner sees them, and the rows that machine-made ones stand in."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from alignment.beads import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.result import Version


def with_translations(row: Row, translated: str, parallel: Sequence[Row]) -> Row:
    """Put the machine's translations into a row of given versions, where their source (`translated`) is.

    `parallel` has a row for each of its sentences. The score stays that of the given versions; where the
    source is the only one of them, it is that of its translations.
    """
    source = row.sentences[translated]
    sentences = dict.fromkeys(parallel[0].sentences, source) | dict(row.sentences)
    alone = source and not any(
        indices for language, indices in row.sentences.items() if language != translated
    )
    score = sum(parallel[index].score for index in source) / len(source) if alone else row.score
    return Row(sentences, score)


def texts_of(versions: Sequence[Version]) -> dict[str, list[str]]:
    """Return each version's sentences, with runs of white space made one space."""
    return {
        version.language: [" ".join(sentence.text.split()) for sentence in version.article.sentences]
        for version in versions
    }


def blocks_of(versions: Sequence[Version]) -> dict[str, list[int]]:
    """Return for each version the number of the block that each of its sentences stands in."""
    return {
        version.language: [
            number for number, block in enumerate(version.article.blocks) for _ in block.sentences
        ]
        for version in versions
    }


def unmeasured_rows(versions: Sequence[Version]) -> list[Row]:
    """Return a row for each sentence of versions made from the first one, without looking at their content.

    Its score is the mean probability of a token of its translations: how sure the engines were.
    """
    languages = [version.language for version in versions]
    made = [version.translations for version in versions if version.translations]
    return [
        Row(
            dict.fromkeys(languages, (index,)),
            sum(exp(min(translations[index].score, 0.0)) for translations in made) / len(made),
        )
        for index in range(len(versions[0].article.sentences))
    ]
