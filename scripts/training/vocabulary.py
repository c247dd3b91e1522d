"""Text to token ids and back, for any Marian folder: two SentencePiece models and one vocab.json.

Marian numbers its tokens apart from SentencePiece: pieces in their own order, `<pad>` last. CTranslate2's
converter relies on that (it cuts the last row off), so a vocabulary made here follows it too.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import sentencepiece

from models.errors import CheckpointInvalidError
from models.layout import END, SOURCE_SPM, TARGET_SPM, UNKNOWN, VOCAB, read_spm, read_vocabulary
from training.errors import CheckpointError, VocabularyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

FILES = (SOURCE_SPM, TARGET_SPM, VOCAB)
_PAD = "<pad>"


@dataclass(frozen=True, slots=True)
class VocabularyFiles:
    """The three files' contents, as they lie in a Marian folder."""

    source: bytes
    target: bytes
    pieces: Mapping[str, int]

    def write(self, folder: Path) -> None:
        """Write source.spm, target.spm and vocab.json into a folder that exists."""
        (folder / SOURCE_SPM).write_bytes(self.source)
        (folder / TARGET_SPM).write_bytes(self.target)
        text = json.dumps(self.pieces, ensure_ascii=False, indent=0)
        (folder / VOCAB).write_text(text + "\n", encoding="utf-8")


def read_files(folder: Path) -> VocabularyFiles:
    """Read a Marian folder's three files; raises CheckpointError when one is missing or unusable."""
    for name in FILES:
        if not (folder / name).is_file():
            raise CheckpointError(folder / name, "missing: give a Marian folder")
    try:
        pieces = read_vocabulary(folder)
        for name in (SOURCE_SPM, TARGET_SPM):
            read_spm(folder, name)
    except CheckpointInvalidError as error:
        raise CheckpointError(folder, error.problem) from error
    if _PAD not in pieces:
        raise CheckpointError(folder, f"its {VOCAB} has no {_PAD}")
    return VocabularyFiles((folder / SOURCE_SPM).read_bytes(), (folder / TARGET_SPM).read_bytes(), pieces)


def learn(
    sentences: Iterable[str], *, size: int, coverage: float, sample: int, tags: Sequence[str]
) -> VocabularyFiles:
    """Learn one joint unigram model (Kudo 2018) with byte fallback and the tags as symbols."""
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sentences),
            model_writer=model,
            model_type="unigram",
            vocab_size=size,
            character_coverage=coverage,
            byte_fallback=True,
            hard_vocab_limit=False,
            input_sentence_size=sample,
            shuffle_input_sentence=True,
            user_defined_symbols=list(tags),
            pad_id=0,
            eos_id=1,
            unk_id=2,
            bos_id=-1,
            num_threads=1,  # the same pieces every time
            minloglevel=2,
        )
    except RuntimeError as error:
        raise VocabularyError(size, " ".join(str(error).split())) from error
    return from_joint_model(model.getvalue())


def from_joint_model(model: bytes) -> VocabularyFiles:
    """Marian's files for one SentencePiece model that serves both sides."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pieces = [processor.id_to_piece(index) for index in range(processor.vocab_size())]
    ordered = [piece for piece in pieces if piece != _PAD] + [_PAD]
    return VocabularyFiles(model, model, {piece: index for index, piece in enumerate(ordered)})


class Vocabulary:
    """Encodes the source with its target's tag, and the translation, each ending in `</s>`.

    `tags` maps a target (ISO 639-1) to its tag; one that the vocabulary does not know (a model for one
    target) is left out.
    """

    def __init__(self, files: VocabularyFiles, tags: Mapping[str, str]) -> None:
        self.files = files
        self.size = max(files.pieces.values()) + 1
        self.eos, self.unk, self.pad = (files.pieces[piece] for piece in (END, UNKNOWN, _PAD))
        self.tags = {target: files.pieces[tag] for target, tag in tags.items() if tag in files.pieces}
        self._source = sentencepiece.SentencePieceProcessor(model_proto=files.source)
        self._target = sentencepiece.SentencePieceProcessor(model_proto=files.target)
        self._source_ids = _table(self._source, files.pieces, self.unk)
        self._target_ids = _table(self._target, files.pieces, self.unk)
        self._names = {index: piece for piece, index in files.pieces.items()}

    def encode_source(self, sentences: Sequence[str], target: str) -> list[npt.NDArray[np.int32]]:
        """Ids of English sentences: the tag, if there is one, the pieces and the end."""
        front = [self.tags[target]] if target in self.tags else []
        return [
            self._framed(front, self._source_ids[pieces]) for pieces in self._source.encode(list(sentences))
        ]

    def encode_target(self, sentences: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        """Ids of translations: the pieces and the end."""
        return [self._framed([], self._target_ids[pieces]) for pieces in self._target.encode(list(sentences))]

    def decode(self, ids: Sequence[int]) -> str:
        """Text of a translation's ids; special tokens and tags are left out."""
        hidden = {self.eos, self.unk, self.pad, *self.tags.values()}
        text: str = self._target.decode_pieces([self._names[index] for index in ids if index not in hidden])
        return text

    def _framed(self, front: list[int], ids: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        return np.concatenate([front, ids, [self.eos]]).astype(np.int32)


def _table(
    processor: sentencepiece.SentencePieceProcessor, pieces: Mapping[str, int], unk: int
) -> npt.NDArray[np.int32]:
    """Marian's id for each of SentencePiece's."""
    names = (processor.id_to_piece(index) for index in range(processor.vocab_size()))
    return np.array([pieces.get(name, unk) for name in names], dtype=np.int32)
