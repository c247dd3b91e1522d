"""Where in its source each piece of a translation looks: the decoder's attention, in character offsets.

Method: a sentence and its translation, whoever made it, are put through the network once with the output
given (no search), and the cross-attention of one decoder layer is averaged over its heads. Which layer and
heads follow the source's words is a matter of training (Garg et al. 2019, "Jointly learning to align and
translate with transformers", section 4): those that were guided where some were, else all heads of the last
layer but one. The tag before a source and the end of a sentence stand for no text and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Heads:
    """Which cross-attention follows the words: a decoder layer, and how many of its heads (0: all).

    A layer counts from the first (0) or from the last (-1); beyond either end stands the one at that end.
    """

    layer: int = -2
    heads: int = 0

    def within(self, layers: int, heads: int) -> tuple[int, int]:
        """Return layer (from 0) and number of heads in a decoder of so many layers of so many heads."""
        layer = self.layer if self.layer >= 0 else layers + self.layer
        return min(max(layer, 0), layers - 1), min(self.heads or heads, heads)


@dataclass(frozen=True, slots=True)
class Attention:
    """How a translation's pieces look at its source's.

    `source` and `target` are the pieces' character offsets, (start, end), without white space at their edges;
    `weights[t][s]`, 0 to 1, is how much piece t of the translation looks at piece s of the source.
    """

    source: tuple[Span, ...]
    target: tuple[Span, ...]
    weights: tuple[tuple[float, ...], ...]


@runtime_checkable
class Attentive(Protocol):
    """A translator that tells where in their sources translations look; not every one can."""

    def attention(self, pairs: Sequence[tuple[str, str]], *, target: str) -> list[Attention | None]:
        """Return the attention of (sentence, translation) pairs; None for one that does not fit the network.

        Raises UnsupportedTargetError.
        """


def attention_of(
    translator: object, pairs: Sequence[tuple[str, str]], *, target: str
) -> list[Attention | None]:
    """Return a translator's attention, None throughout where it cannot tell; raise as `Attentive` does."""
    if pairs and isinstance(translator, Attentive):
        return translator.attention(pairs, target=target)
    return [None] * len(pairs)
