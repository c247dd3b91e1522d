"""Very long sentences for encoders, stretch by stretch.

Encoders take memory by the length of the longest text, or cut texts off. A text beyond `LONGEST` characters
is encoded in stretches, cut between words, and is the mean of these, each weighed by its length; beyond
`MOST` stretches it is represented by that many, evenly spread, so that no sentence takes seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

LONGEST = 2000  # characters of a stretch
MOST = 8  # stretches


def stretches(text: str) -> list[str]:
    """Return a text's stretches; a text that is short enough is its only one."""
    if len(text) <= LONGEST:
        return [text]
    found = []
    begin = 0
    while begin < len(text):
        end = begin + LONGEST
        if end < len(text):
            space = text.rfind(" ", begin + LONGEST // 2, end)
            end = space if space > 0 else end
        found.append(text[begin:end].strip())
        begin = end
    found = [stretch for stretch in found if stretch] or [text[:LONGEST]]
    if len(found) > MOST:
        found = [found[index * (len(found) - 1) // (MOST - 1)] for index in range(MOST)]
    return found


def by_stretches(
    sentences: Sequence[str], encode: Callable[[list[str]], npt.NDArray[np.float32]]
) -> npt.NDArray[np.float32]:
    """Encode distinct sentences of any length: unit vectors, shape (len(sentences), dim).

    `encode` takes texts that are short enough and returns their vectors, of any length.
    """
    import numpy as np

    cut = [stretches(sentence) for sentence in sentences]
    vectors = _unit(encode([stretch for each in cut for stretch in each]))
    if len(vectors) == len(sentences):
        return vectors
    whole = np.zeros((len(sentences), vectors.shape[1]), np.float32)
    row = 0
    for index, each in enumerate(cut):
        weights = np.array([max(len(stretch), 1) for stretch in each], np.float32)
        whole[index] = weights @ vectors[row : row + len(each)]
        row += len(each)
    return _unit(whole)


def _unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    import numpy as np

    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: npt.NDArray[np.float32] = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit
