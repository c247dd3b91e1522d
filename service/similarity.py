"""How alike a translation is to its sentence, by the sentence encoder, and a flag where it is not.

The similarity is the cosine of both vectors in the encoder's space. Below LEAST the translation is flagged
"unlike": of 1,200 translations by people (newstest2012, Spanish and Russian, encoder "use") 2 and 1 in a
hundred are below it, and next to all of unrelated sentences (99 in a hundred of them are below .26). The
starter's below it have a third (Spanish) and two thirds (Russian) of the others' chrF. Left out: sentences
without words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from models.guards import has_words
from service.flags import APPROVED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.encoder import Encoder
    from models.translation import Translation

LEAST: Final = 0.45
UNLIKE: Final = "unlike"


def with_similarity(
    sentences: Sequence[str], translations: Sequence[Translation], encoder: Encoder
) -> list[Translation]:
    """Return the translations with their similarity, and the flag "unlike" where it is low."""
    said = [index for index, sentence in enumerate(sentences) if has_words(sentence)]
    if not said:
        return list(translations)
    texts = [" ".join(sentences[index].split()) for index in said]
    others = [" ".join(translations[index].text.split()) for index in said]
    vectors = encoder.encode(texts + others)
    results = list(translations)
    alike = np.einsum("nd,nd->n", vectors[: len(said)], vectors[len(said) :])
    for index, similarity in zip(said, alike.tolist(), strict=True):
        flags = results[index].flags
        if similarity < LEAST and APPROVED not in flags:  # a person stands for it
            flags = (*flags, UNLIKE)
        results[index] = replace(results[index], similarity=similarity, flags=tuple(sorted(flags)))
    return results
