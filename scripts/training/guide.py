"""Guided cross-attention: a second loss that shows the decoder where in the source to look.

Method: word alignments of the training pairs are estimated by IBM model 1 over pieces (Brown et al. 1993,
section 4.1) with a pull to the diagonal (Dyer et al. 2013, "fast_align", section 2); the mean of the heads
of the last decoder layer's cross-attention is drawn to them by cross-entropy (Chen et al. 2016, "Guided
alignment training for topic-aware NMT", section 3; Garg et al. 2019, "Jointly learning to align and
translate with transformers").

A small model that sees few tokens spends most of them learning where to look; this tells it. Left out:
fertility, the empty word, and alignments in the other direction. The end of a target looks at the end of
its source.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import torch

from training.batches import group_by_length, make_batch
from training.errors import LexiconSizeError

if TYPE_CHECKING:
    from pathlib import Path

    from training.batches import Batch
    from training.config import Guide as Settings
    from training.pool import Pool

_DIAGONAL = 4.0  # how fast a link's prior falls with its distance from the diagonal
_SMOOTH = 5.0  # counts added to a piece's total, so that rare pieces are sure of nothing
_LARGEST = 20_000  # pieces; the table is dense
_BATCH_TOKENS = 12_000


class Guide:
    """Knows which pieces translate which: `lexicon[x, y]` is p(target piece y | source piece x)."""

    def __init__(self, lexicon: torch.Tensor, settings: Settings, pad: int) -> None:
        self._lexicon, self._settings, self._pad = lexicon, settings, pad

    def weight(self, step: int) -> float:
        """Give the loss's weight at update `step`: it falls linearly to 0 at `until`."""
        return self._settings.weight * max(0.0, 1 - step / self._settings.until)

    def loss(self, attention: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Compute the mean cross-entropy, in nats a target token, of `attention` (pairs, target, source)."""
        links, known = posteriors(self._lexicon, batch, self._pad)
        surprise = -(links * torch.log(attention.float() + 1e-6)).sum(dim=2)
        return surprise[known].mean()


def posteriors(lexicon: torch.Tensor, batch: Batch, pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Give p(source position | target position), (pairs, target, source), and which rows are known.

    The tag before a source and its end translate nothing; the end of the target links to the end of the
    source.
    """
    source, labels = batch.source, batch.labels
    lengths = (source != pad).sum(dim=1)[:, None, None]
    target_lengths = (labels != pad).sum(dim=1)[:, None, None]
    i = torch.arange(source.shape[1])[None, None, :]
    j = torch.arange(labels.shape[1])[None, :, None]
    place = (i - 1) / (lengths - 2).clamp(min=1)
    distance = (place - j / (target_lengths - 1).clamp(min=1)).abs()
    links = lexicon[source[:, None, :], labels[:, :, None]].float() * torch.exp(-_DIAGONAL * distance)
    links = links * ((i >= 1) & (i < lengths - 1))
    end = (j == target_lengths - 1) & (i == lengths - 1)
    links = torch.where(j == target_lengths - 1, end.float(), links)
    total = links.sum(dim=2, keepdim=True)
    known = (total[:, :, 0] > 1e-6) & (labels != pad)
    return links / total.clamp(min=1e-9), known


def learn_lexicon(pool: Pool, pieces: int, settings: Settings, pad: int, start: int) -> torch.Tensor:
    """Estimate the lexicon, float16 (pieces, pieces), from the pairs of at most `longest` tokens a side."""
    if pieces > _LARGEST:
        raise LexiconSizeError(pieces, _LARGEST)
    source, target = pool.source.lengths, pool.target.lengths
    members = np.flatnonzero(np.maximum(source, target) <= settings.longest)
    groups = group_by_length(members, source, target, _BATCH_TOKENS)
    lexicon = torch.ones(pieces, pieces)
    for _ in range(settings.iterations):
        counts = torch.zeros(pieces * pieces)
        for group in groups:
            batch = make_batch(pool, group, pad, start)
            links, known = posteriors(lexicon, batch, pad)
            keys = batch.source[:, None, :] * pieces + batch.labels[:, :, None]
            counts.index_add_(0, keys.expand_as(links)[known].flatten(), links[known].flatten())
        lexicon = counts.view(pieces, pieces)
        lexicon /= lexicon.sum(dim=1, keepdim=True) + _SMOOTH
    return lexicon.half()


def load_guide(folder: Path, pool: Pool, pieces: int, settings: Settings, pad: int, start: int) -> Guide:
    """Give the guide with the lexicon learnt before into `folder`, or learnt now and kept there."""
    facts = repr((pieces, settings.longest, settings.iterations)).encode()
    tokens = pool.source.values.tobytes() + pool.target.values.tobytes()
    path = folder / f"lexicon-{hashlib.sha256(facts + tokens).hexdigest()[:12]}.npy"
    if not path.is_file():
        beside = path.with_name(f"{path.stem}.tmp.npy")
        np.save(beside, learn_lexicon(pool, pieces, settings, pad, start).numpy())
        beside.replace(path)
    return Guide(torch.from_numpy(np.load(path)), settings, pad)
