"""How an engine searches for a translation: every setting a result depends on."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class DecodingSettings:
    """Settings of a beam search, the same for every engine.

    `length_penalty` is the exponent of the length a hypothesis's log-probability is divided by;
    `repetition_penalty` (1: none) and `no_repeat_ngram` (0: off, else n) hold against loops, as in Keskar et
    al. 2019 and Paulus et al. 2018.
    """

    beams: int = 4
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0

    @property
    def signature(self) -> str:
        """The settings in one line, e.g. "beams:4|lp:1|rp:1|nr:0"."""
        beams = f"beams:{self.beams}|lp:{self.length_penalty:g}"
        return f"{beams}|rp:{self.repetition_penalty:g}|nr:{self.no_repeat_ngram}"

    def against_loops(self) -> DecodingSettings:
        """Return the same search, but one that puts out no three tokens in a row twice, for a second try."""
        return replace(self, no_repeat_ngram=3)


def output_limit(source_tokens: int, positions: int) -> int:
    """Return how many tokens (with `</s>`) an output may have for a source of that many, at most `positions`.

    Twice the source and 16 more, rounded up to a power of two: generous (a translation rarely has 1.5 times
    the tokens), yet a loop ends soon. Sentences are only batched with others of the same limit, so that the
    limit, and with it the translation, does not depend on the batch.
    """
    wanted = 2 * source_tokens + 16
    return min(positions, 1 << (wanted - 1).bit_length())
