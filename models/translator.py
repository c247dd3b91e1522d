"""A Marian checkpoint as a Translator: tokenizer and engine, whichever engine it is.

No text is ever cut: a sentence beyond the checkpoint's limit is translated in parts, and so is, once, a
sentence whose output did not come to an end; if a part's output still does not, the translation is flagged
"cut". Pictographs, which no such checkpoint knows and which derail it, are left where they are and what
stands between them is translated. Each of several parts is looked at by itself (`models.guards`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from models.attention import Attention
from models.decoding import DecodingSettings
from models.errors import UnsupportedTargetError
from models.guards import flags_of, has_words
from models.nbest import distinct
from models.splitting import halve, split_sentence
from models.translation import Translation
from models.writing import cut_at_symbols

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from models.engine import Engine, Hypothesis
    from models.tokenizer import Encoded, Located, Tokenizer

    Encode = Callable[[str], Encoded]
    TokenCount = Callable[[int, int], None]  # source tokens, target tokens


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a translator must know of its checkpoint; `targets` maps languages to tags.

    `sentence_limit` is in source tokens without tag and `</s>`.
    """

    id: str
    revision: str
    targets: Mapping[str, str]
    sentence_limit: int


@dataclass(frozen=True, slots=True)
class _Output:
    """A part's translation with the white space around it; `tokens` weighs its score."""

    text: str
    score: float
    tokens: int
    flags: frozenset[str] = frozenset()


class MarianTranslator:
    """Translates with one checkpoint, on whichever engine runs it; `count` is told of tokens in and out."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        tokenizer: Tokenizer,
        engine: Engine,
        settings: DecodingSettings | None = None,
        count: TokenCount | None = None,
    ) -> None:
        self._checkpoint = checkpoint
        self._tokenizer = tokenizer
        self._engine = engine
        self._settings = settings or DecodingSettings()
        self._count = count

    @property
    def checkpoint_id(self) -> str:
        """The checkpoint's id in the catalog."""
        return self._checkpoint.id

    @property
    def targets(self) -> tuple[str, ...]:
        """Language codes it translates into."""
        return tuple(self._checkpoint.targets)

    @property
    def settings(self) -> DecodingSettings:
        """How its engine searches."""
        return self._settings

    @property
    def signature(self) -> str:
        """Checkpoint, revision, engine and settings: "starter|rev:0f3a|engine:torch-float32|beams:4|..."."""
        checkpoint = self._checkpoint
        return (
            f"{checkpoint.id}|rev:{checkpoint.revision}|engine:{self._engine.name}|{self._settings.signature}"
            f"|limit:{checkpoint.sentence_limit}"
        )

    def with_settings(self, settings: DecodingSettings) -> MarianTranslator:
        """Return a translator on the same loaded checkpoint that searches differently."""
        return MarianTranslator(self._checkpoint, self._tokenizer, self._engine, settings, self._count)

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        """Translate sentences, one result for each in order; raise UnsupportedTargetError for another target.

        White space around a sentence stays; a sentence without a letter comes back as it is. Flags: "cut" (an
        output that did not end, a word too long), "length" and "repetition" of a part, "unknown" (characters
        the checkpoint does not know), "copy" (a part no engine can take, left as it is).
        """
        encode = self._encoding(target)
        parts = self._split(sentences, encode)
        outputs = iter(self._translate_parts([part for split in parts for part in split], encode))
        return [_as_translation(_join(list(islice(outputs, len(split))), split)) for split in parts]

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        """Return for each sentence up to `most` translations of different texts, best first.

        Nothing is translated a second time: what was cut is flagged so. Flags and errors are those of
        `translate`.
        """
        encode = self._encoding(target)
        parts = self._split(sentences, encode)
        outputs = iter(self._decode([part for split in parts for part in split], encode, most))
        return [_ranks(list(islice(outputs, len(split))), split)[:most] for split in parts]

    def attention(self, pairs: Sequence[tuple[str, str]], *, target: str) -> list[Attention | None]:
        """Return where translations look in their sentences; None for a pair without words or too long.

        Raises UnsupportedTargetError.
        """
        begin = self._tokenizer.begin(self._tag(target))
        found: list[Attention | None] = [None] * len(pairs)
        asked: dict[int, tuple[Located, Located]] = {}
        for index, (sentence, translation) in enumerate(pairs):
            source = self._tokenizer.locate_source(sentence)
            output = self._tokenizer.locate_target(translation)
            longest = max(len(begin) + len(source.ids) + 1, len(output.ids) + 1)
            if source.ids and output.ids and longest < self._engine.positions:
                asked[index] = source, output
        weights = self._engine.attend(
            [(*begin, *source.ids, self._tokenizer.end) for source, _ in asked.values()],
            [output.ids for _, output in asked.values()],
        )
        for (index, (source, output)), rows in zip(asked.items(), weights, strict=True):
            words = slice(len(begin), len(begin) + len(source.ids))
            found[index] = Attention(source.spans, output.spans, tuple(tuple(row[words]) for row in rows))
        return found

    def _tag(self, target: str) -> str:
        try:
            return self._checkpoint.targets[target]
        except KeyError:
            raise UnsupportedTargetError(self.checkpoint_id, target, self.targets) from None

    def _encoding(self, target: str) -> Encode:
        """Return what encodes for a target, the same text once; raise UnsupportedTargetError."""
        return cache(partial(self._tokenizer.encode, tag=self._tag(target)))

    def _split(self, sentences: Sequence[str], encode: Encode) -> list[list[str]]:
        """Return each sentence's parts, which concatenate to it and fit."""
        frame = len(encode("").ids)  # the tag and `</s>`
        longest = frame + self._checkpoint.sentence_limit
        return [
            [
                part
                for piece in cut_at_symbols(sentence)
                for part in split_sentence(piece, lambda text: len(encode(text).ids) <= longest)
            ]
            for sentence in sentences
        ]

    def _translate_parts(self, parts: Sequence[str], encode: Encode) -> list[_Output]:
        """Translate parts, those whose output was cut once more in halves."""
        outputs = [best for best, *_ in self._decode(parts, encode)]
        halves = {
            i: both for i, part in enumerate(parts) if "cut" in outputs[i].flags and (both := halve(part))
        }
        parts_again = [half for both in halves.values() for half in both]
        again = (best for best, *_ in self._decode(parts_again, encode))
        for index in halves:
            outputs[index] = _join([next(again), next(again)], halves[index])
        return outputs

    def _decode(self, parts: Sequence[str], encode: Encode, most: int = 1) -> list[list[_Output]]:
        """Translate parts as they are; up to `most` outputs for each, best first, one at the least."""
        outputs = [[_Output(part, 0.0, 0)] for part in parts]
        encoded: dict[int, Encoded] = {}
        for index, part in enumerate(parts):
            if not has_words(part):
                continue
            sequence = encode(part)
            if len(sequence.ids) <= self._engine.positions:
                encoded[index] = sequence
            else:
                outputs[index] = [_Output(part, 0.0, 0, frozenset({"copy"}))]
        if not encoded:
            return outputs
        settings = replace(self._settings, beams=max(self._settings.beams, most))
        found = self._engine.n_best([sequence.ids for sequence in encoded.values()], settings, most)
        if self._count is not None:
            read = sum(len(sequence.ids) for sequence in encoded.values())
            self._count(read, sum(len(hypothesis.ids) + 1 for each in found for hypothesis in each))
        for (index, sequence), hypotheses in zip(encoded.items(), found, strict=True):
            outputs[index] = [self._output(parts[index], sequence, each) for each in hypotheses]
        return outputs

    def _output(self, part: str, sequence: Encoded, hypothesis: Hypothesis) -> _Output:
        flags = set() if hypothesis.finished else {"cut"}
        if sequence.unknown or self._tokenizer.unknown in hypothesis.ids:
            flags.add("unknown")
        text = _with_space_of(part, self._tokenizer.decode(hypothesis.ids))
        return _Output(text, hypothesis.score, len(hypothesis.ids) + 1, frozenset(flags))


def _ranks(outputs: Sequence[Sequence[_Output]], parts: Sequence[str]) -> list[Translation]:
    """Put the parts' first outputs together, their second ones, and so on."""
    depth = max(map(len, outputs), default=1)
    ranks = ([each[min(rank, len(each) - 1)] for each in outputs] for rank in range(depth))
    return distinct([_as_translation(_join(rank, parts)) for rank in ranks])


def _join(outputs: Sequence[_Output], parts: Sequence[str]) -> _Output:
    """Put the parts' translations together; the score is the mean over all their tokens.

    A part that is too short or repeats itself may not show in the whole; where a word was broken to fit, no
    sense is to be expected.
    """
    if len(outputs) == 1:
        return outputs[0]
    tokens = sum(output.tokens for output in outputs)
    score = sum(output.score * output.tokens for output in outputs) / max(tokens, 1)
    flags = frozenset[str]().union(*(output.flags for output in outputs))
    if any(before[-1:].isalnum() and after[:1].isalnum() for before, after in pairwise(parts)):
        flags |= {"cut"}
    for part, output in zip(parts, outputs, strict=True):
        if output.tokens:
            flags |= {"length", "repetition"}.intersection(flags_of(part, output.text))
    return _Output("".join(output.text for output in outputs), score, tokens, flags)


def _as_translation(output: _Output) -> Translation:
    return Translation(output.text, output.score, tuple(sorted(output.flags)))


def _with_space_of(part: str, text: str) -> str:
    lead = part[: len(part) - len(part.lstrip())]
    trail = part[len(part.rstrip()) :]
    return lead + text + trail
