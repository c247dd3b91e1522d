"""A Marian checkpoint's tokenizer: sentences to ids and back, with sentencepiece alone.

The same ids as MarianTokenizer of transformers, for every engine, so that translating needs neither
transformers nor torch. Differences, on purpose: the target's tag is an argument, so that a sentence that
itself begins with ">>rus<<" is text; and the same holds for checkpoints whose SentencePiece model knows the
tags as symbols of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from models.layout import END, SOURCE_SPM, TARGET_SPM, UNKNOWN, read_spm, read_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_TAG = re.compile(r">>[^<>\s]+<<")
_PAD = "<pad>"


class Pieces(Protocol):
    """What is used of sentencepiece's SentencePieceProcessor."""

    def encode_as_pieces(self, text: str, /) -> list[str]:
        """Cut text into pieces."""

    def decode_pieces(self, pieces: list[str], /) -> str:
        """Join pieces into text."""

    def encode_as_offset_mapping(self, text: str, /) -> Mapping[str, Any]:
        """Cut text into "pieces", with the "offsets" at which each stands in it, in characters."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence's ids, tag and `</s>` included, and the pieces the vocabulary does not know."""

    ids: tuple[int, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """A text's ids, without tag and `</s>`, and where each piece stands in it, without space at its edges."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class Tokenizer:
    """Encodes sources and decodes outputs of one checkpoint.

    `normalise` is applied to a sentence first (Moses' punctuation normalisation, for checkpoints trained on
    such text).
    """

    def __init__(
        self,
        source: Pieces,
        target: Pieces,
        vocab: Mapping[str, int],
        normalise: Callable[[str], str] = lambda text: text,
    ) -> None:
        self._source = source
        self._target = target
        self._ids = vocab
        self._pieces = {id_: piece for piece, id_ in vocab.items()}
        self._tags = frozenset(piece for piece in vocab if _TAG.fullmatch(piece))
        self._normalise = normalise
        self.end = vocab[END]
        self.unknown = vocab[UNKNOWN]

    @property
    def tags(self) -> frozenset[str]:
        """The target tags the vocabulary knows."""
        return self._tags

    def encode(self, sentence: str, tag: str = "") -> Encoded:
        """Encode a sentence, after the target's tag ("" for none)."""
        pieces = list(self._without_tags(self._source.encode_as_pieces(self._normalise(sentence))))
        unknown = tuple(piece for piece in pieces if piece not in self._ids)
        ids = [self._ids.get(piece, self.unknown) for piece in pieces]
        return Encoded((*self.begin(tag), *ids, self.end), unknown)

    def decode(self, ids: Sequence[int]) -> str:
        """Decode an output; end, padding, tags and unknown pieces leave no trace in the text."""
        silent = {END, UNKNOWN, _PAD, *self._tags}
        pieces = [piece for id_ in ids if (piece := self._pieces[id_]) not in silent]
        text = self._target.decode_pieces(pieces)
        # Pieces of the vocabulary that the SentencePiece model does not have come out as they are written.
        return text.replace("\u2581", " ").strip()

    def begin(self, tag: str) -> tuple[int, ...]:
        """Return the ids that stand before a sentence: the target's tag, or nothing."""
        return (self._ids[tag],) if tag else ()

    def locate_source(self, text: str) -> Located:
        """Cut a source into pieces with their places; its punctuation is not normalised, so offsets hold."""
        return self._located(self._source, text)

    def locate_target(self, text: str) -> Located:
        """Cut a translation into pieces with their places."""
        return self._located(self._target, text)

    def _located(self, pieces: Pieces, text: str) -> Located:
        mapping = pieces.encode_as_offset_mapping(text)
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        for piece, (start, end) in zip(mapping["pieces"], mapping["offsets"], strict=True):
            inner = text[start:end]
            start += len(inner) - len(inner.lstrip())
            end = max(end - len(inner) + len(inner.rstrip()), start)
            spelt = list(self._without_tags([piece]))
            ids += [self._ids.get(part, self.unknown) for part in spelt]
            spans += [(start, end)] * len(spelt)
        return Located(tuple(ids), tuple(spans))

    def _without_tags(self, pieces: Iterable[str]) -> Iterable[str]:
        """Spell out the tags that a user's text itself contains, character by character."""
        for piece in pieces:
            if piece not in self._tags:
                yield piece
                continue
            for character in piece:
                if character in self._ids:
                    yield character
                else:
                    yield from (f"<0x{byte:02X}>" for byte in character.encode())


def load_tokenizer(folder: Path, *, normalise: bool) -> Tokenizer:
    """Load the tokenizer of a checkpoint folder; raise CheckpointInvalidError."""
    vocab = read_vocabulary(folder)
    source, target = (read_spm(folder, name) for name in (SOURCE_SPM, TARGET_SPM))
    if not normalise:
        return Tokenizer(source, target, vocab)
    return Tokenizer(source, target, vocab, _moses_normaliser())


def _moses_normaliser() -> Callable[[str], str]:
    from sacremoses import MosesPunctNormalizer

    normaliser = MosesPunctNormalizer(lang="en")
    return lambda text: str(normaliser.normalize(text))
