"""Very long sentences for encoders, in pieces.

Encoders take memory by the length of the longest text, or cut texts off. A text beyond `PIECE` characters is
encoded piece by piece, cut between words, and is the mean of its pieces, each weighed by its length; beyond
`MOST` pieces it is represented by that many, evenly spread, so that no sentence takes seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

PIECE = 2000  # characters
MOST = 8  # pieces


def pieces(text: str) -> list[str]:
    """Return a text's pieces; a text that is short enough is its only one."""
    if len(text) <= PIECE:
        return [text]
    found = []
    begin = 0
    while begin < len(text):
        end = begin + PIECE
        if end < len(text):
            space = text.rfind(" ", begin + PIECE // 2, end)
            end = space if space > 0 else end
        found.append(text[begin:end].strip())
        begin = end
    found = [piece for piece in found if piece] or [text[:PIECE]]
    if len(found) > MOST:
        found = [found[index * (len(found) - 1) // (MOST - 1)] for index in range(MOST)]
    return found


def by_pieces(
    sentences: Sequence[str], encode: Callable[[list[str]], npt.NDArray[np.float32]]
) -> npt.NDArray[np.float32]:
    """Encode distinct sentences of any length: unit vectors, shape (len(sentences), dim).

    `encode` takes texts that are short enough and returns their vectors, of any length.
    """
    import numpy as np

    cut = [pieces(sentence) for sentence in sentences]
    vectors = _unit(encode([piece for each in cut for piece in each]))
    if len(vectors) == len(sentences):
        return vectors
    whole = np.zeros((len(sentences), vectors.shape[1]), np.float32)
    row = 0
    for index, each in enumerate(cut):
        weights = np.array([max(len(piece), 1) for piece in each], np.float32)
        whole[index] = weights @ vectors[row : row + len(each)]
        row += len(each)
    return _unit(whole)


def _unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    import numpy as np

    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: npt.NDArray[np.float32] = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit
