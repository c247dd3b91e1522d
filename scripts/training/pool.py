"""The tokenised corpus, packed into flat arrays and kept on disk between sessions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from training.corpus import Pair, clean, read_corpus
from training.errors import EmptyCorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from training.config import Corpus
    from training.vocabulary import Vocabulary

Ids = npt.NDArray[np.int32]
_CHUNK = 20_000  # pairs tokenised in one call


@dataclass(frozen=True, slots=True)
class Ragged:
    """Sequences of different lengths: `values` (all tokens,) and `offsets` (sequences + 1,)."""

    values: Ids
    offsets: npt.NDArray[np.int64]

    @classmethod
    def pack(cls, sequences: list[Ids]) -> Ragged:
        """Pack a list of sequences."""
        offsets = np.zeros(len(sequences) + 1, np.int64)
        np.cumsum([len(sequence) for sequence in sequences], out=offsets[1:])
        return cls(np.concatenate(sequences) if sequences else np.zeros(0, np.int32), offsets)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Tokens in each sequence, (sequences,)."""
        return np.diff(self.offsets)

    def __getitem__(self, index: int) -> Ids:
        return self.values[self.offsets[index] : self.offsets[index + 1]]


@dataclass(frozen=True, slots=True)
class Pool:
    """Every usable pair: its tokens on both sides and the number of its domain in `domains`."""

    source: Ragged
    target: Ragged
    domain: npt.NDArray[np.int16]
    domains: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.domain)

    def weights(self, corpus: Corpus) -> npt.NDArray[np.float64]:
        """How often an epoch shows each pair, on average, (pairs,)."""
        table = np.array([corpus.weights.get(name, 1.0) for name in self.domains])
        return table[self.domain]


def read_pairs(corpus: Corpus) -> Iterator[Pair]:
    """Yield the clean pairs of all files whose domain has a weight above 0."""
    pairs = (pair for file in corpus.files for pair in read_corpus(file))
    wanted = (pair for pair in pairs if corpus.weights.get(pair.domain, 1.0) > 0)
    return clean(wanted, translations=corpus.translations)


def build_pool(corpus: Corpus, vocabulary: Vocabulary) -> Pool:
    """Tokenise the corpus; raises EmptyCorpusError when nothing is left."""
    source: list[Ids] = []
    target: list[Ids] = []
    domain: list[int] = []
    domains: dict[str, int] = {}
    for chunk in _chunks(read_pairs(corpus), _CHUNK):
        for language in sorted({pair.target for pair in chunk}):
            part = [pair for pair in chunk if pair.target == language]
            sources = vocabulary.encode_source([pair.source for pair in part], language)
            targets = vocabulary.encode_target([pair.translation for pair in part])
            for pair, source_ids, target_ids in zip(part, sources, targets, strict=True):
                if max(len(source_ids), len(target_ids)) <= corpus.longest:
                    source.append(source_ids)
                    target.append(target_ids)
                    domain.append(domains.setdefault(pair.domain, len(domains)))
    if not domain:
        raise EmptyCorpusError([file.path for file in corpus.files])
    return Pool(Ragged.pack(source), Ragged.pack(target), np.array(domain, np.int16), tuple(domains))


def load_pool(folder: Path, corpus: Corpus, vocabulary: Vocabulary) -> Pool:
    """Give the corpus as tokenised before into `folder`, or tokenised now and kept there.

    The file's name holds a digest of all that it depends on, so that an edited corpus is read again.
    """
    path = folder / f"corpus-{_digest(corpus, vocabulary)}.npz"
    if path.is_file():
        with np.load(path) as stored:
            arrays = [
                stored[name] for name in ("source", "source_at", "target", "target_at", "domain", "domains")
            ]
        source, source_at, target, target_at, domain, names = arrays
        return Pool(Ragged(source, source_at), Ragged(target, target_at), domain, tuple(map(str, names)))
    pool = build_pool(corpus, vocabulary)
    beside = path.with_name(f"{path.name}.tmp.npz")
    np.savez(
        beside,
        source=pool.source.values,
        source_at=pool.source.offsets,
        target=pool.target.values,
        target_at=pool.target.offsets,
        domain=pool.domain,
        domains=np.array(pool.domains),
    )
    beside.replace(path)
    return pool


def _digest(corpus: Corpus, vocabulary: Vocabulary) -> str:
    facts_of = [file.path.stat() for file in corpus.files if file.path.is_file()]
    files = [(facts.st_size, facts.st_mtime_ns) for facts in facts_of]
    left_out = sorted(name for name, weight in corpus.weights.items() if weight == 0)
    facts = repr(
        (files, corpus.files, left_out, corpus.longest, corpus.translations, sorted(vocabulary.tags))
    )
    return hashlib.sha256(facts.encode() + vocabulary.files.source + vocabulary.files.target).hexdigest()[:12]


def _chunks(pairs: Iterable[Pair], size: int) -> Iterator[list[Pair]]:
    pairs = iter(pairs)
    while chunk := list(islice(pairs, size)):
        yield chunk
