"""How an engine searches for a translation: every setting a result depends on."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class DecodingSettings:
    """Settings of a beam search, the same for every engine.

    `length_penalty` is the exponent of the length a hypothesis's log-probability is divided by;
    `repetition_penalty` (1: none) and `no_repeat_ngram` (0: off, else n) hold against loops, as in Keskar et
    al. 2019 and Paulus et al. 2018. `max_new_tokens` bounds every output, with `</s>` (0: as `limit` finds).
    """

    beams: int = 4
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0
    max_new_tokens: int = 0

    @property
    def signature(self) -> str:
        """The settings in one line, e.g. "beams:4|lp:1|rp:1|nr:0"."""
        beams = f"beams:{self.beams}|lp:{self.length_penalty:g}"
        longest = f"|max:{self.max_new_tokens}" if self.max_new_tokens else ""
        return f"{beams}|rp:{self.repetition_penalty:g}|nr:{self.no_repeat_ngram}{longest}"

    def against_loops(self) -> DecodingSettings:
        """Return the same search, but one that puts out no three tokens in a row twice, for a second try."""
        return replace(self, no_repeat_ngram=3)

    def limit(self, source_tokens: int, positions: int) -> int:
        """Return how many tokens (with `</s>`) an output may have for a source of that many.

        Twice the source and 16 more, rounded up to a power of two: generous (a translation rarely has 1.5
        times the tokens), yet a loop ends soon; never all positions. Sentences are only batched with others
        of the same limit, so that the limit, and with it the translation, does not depend on the batch.
        """
        wanted = self.max_new_tokens or (1 << (2 * source_tokens + 15).bit_length()) - 1
        return min(positions - 1, wanted)
