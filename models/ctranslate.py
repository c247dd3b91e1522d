"""Marian checkpoints through CTranslate2: the fast engine, int8 on a processor and float16 on a GPU.

It runs checkpoints that were converted once (see `models.conversion`); loading one imports neither torch nor
transformers. Its beam search is that of the torch engine, step by step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.batching import batches, shared_batches
from models.cores import physical_cores
from models.device import resolve_device
from models.engine import Hypothesis
from models.errors import CheckpointInvalidError
from models.layout import CHECKPOINT_CONFIG, VOCAB, read_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from models.decoding import DecodingSettings

_END = "</s>"
_MOST_WORKERS = 8
# Beyond these a batch's logits outgrow a core's cache, and more sentences cost more each; a GPU has room.
_BATCH_TOKENS = {"cpu": 2048, "cuda": 4096}


class CTranslateEngine:
    """Runs a loaded ctranslate2.Translator; `pieces[id]` are its vocabulary.

    `batch_tokens` bounds the padded source tokens of a batch times the beams that each is searched with, and
    `workers` is how many batches run side by side; they change speed and memory, never a translation.
    """

    def __init__(
        self,
        network: Any,
        pieces: Sequence[str],
        positions: int,
        *,
        quantization: str,
        batch_tokens: int = _BATCH_TOKENS["cpu"],
        workers: int = 1,
    ) -> None:
        self._network = network
        self._pieces = pieces
        self._ids = {piece: id_ for id_, piece in enumerate(pieces)}
        self._positions = positions
        self._quantization = quantization
        self._batch_tokens = batch_tokens
        self._workers = workers

    @property
    def name(self) -> str:
        """Engine and number format, e.g. "ctranslate2-int8"."""
        return f"ctranslate2-{self._quantization}"

    @property
    def positions(self) -> int:
        """How many positions the network has."""
        return self._positions

    def generate(self, sources: Sequence[Sequence[int]], settings: DecodingSettings) -> list[Hypothesis]:
        """Search for the best output of each source, in order; batches run side by side on its workers."""
        return [best for best, *_ in self.n_best(sources, settings, 1)]

    def n_best(
        self, sources: Sequence[Sequence[int]], settings: DecodingSettings, count: int
    ) -> list[list[Hypothesis]]:
        """Search as `generate` does, and return the `count` best outputs of each source, best first."""
        lengths = [len(source) for source in sources]
        limits = [settings.limit(length, self._positions) for length in lengths]
        plan = shared_batches(
            lengths,
            budget=max(self._batch_tokens // settings.beams, 1),
            workers=self._workers,
            busy=self._network.num_active_batches > 0,  # of another call
            groups=limits,
        )
        running = [
            self._network.translate_batch(
                [[self._pieces[id_] for id_ in sources[index]] for index in batch],
                asynchronous=True,
                beam_size=settings.beams,
                num_hypotheses=count,
                length_penalty=settings.length_penalty,
                repetition_penalty=settings.repetition_penalty,
                no_repeat_ngram_size=settings.no_repeat_ngram,
                max_input_length=0,
                max_decoding_length=limits[batch[0]],
                return_end_token=True,
                return_scores=True,
            )
            for batch in plan
        ]
        found: list[list[Hypothesis]] = [[] for _ in sources]
        for batch, results in zip(plan, running, strict=True):
            for index, result in zip(batch, results, strict=True):
                found[index] = self._hypotheses(result.result(), settings)
        return found

    def attend(
        self, sources: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]]
    ) -> list[Sequence[Sequence[float]]]:
        """Return how outputs look at their sources (see `Engine.attend`): they are given as prefixes."""
        lengths = [max(len(source), len(output)) for source, output in zip(sources, outputs, strict=True)]
        found: list[Sequence[Sequence[float]]] = [()] * len(sources)
        for batch in batches(lengths, budget=self._batch_tokens):
            results = self._network.translate_batch(
                [[self._pieces[id_] for id_ in sources[index]] for index in batch],
                target_prefix=[[self._pieces[id_] for id_ in outputs[index]] for index in batch],
                beam_size=1,
                max_input_length=0,
                max_decoding_length=max(len(outputs[index]) for index in batch) + 1,
                return_attention=True,
            )
            for index, result in zip(batch, results, strict=True):
                found[index] = result.attention[0][: len(outputs[index])]
        return found

    def _hypotheses(self, result: Any, settings: DecodingSettings) -> list[Hypothesis]:
        found = []
        for pieces, searched in zip(result.hypotheses, result.scores, strict=True):
            # CTranslate2 divides by length ** penalty, with `</s>` counted; the mean divides by the length.
            score = searched * len(pieces) ** (settings.length_penalty - 1.0)
            finished = pieces[-1:] == [_END]
            ids = tuple(self._ids[piece] for piece in (pieces[:-1] if finished else pieces))
            found.append(Hypothesis(ids, score, finished))
        return found


def find_device(wanted: str) -> str:
    """Return "cpu" or "cuda"; "auto" is a GPU where CTranslate2 finds one. Raises DeviceError."""
    import ctranslate2  # type: ignore[import-untyped]

    return resolve_device(wanted, gpu=ctranslate2.get_cuda_device_count() > 0, runtime="CTranslate2")


def share_cores(cores: int, threads: int | None, workers: int | None = None) -> tuple[int, int]:
    """Return how many workers with how many threads each share so many threads, never more than cores.

    Batches side by side, a thread each, use cores better than threads that wait for each other within a
    batch: for 64 sentences, two workers took .6 to .8 of the time of one with two threads, and for a single
    sentence .6. Only beyond eight does a worker get more threads.
    """
    total = min(threads or cores, cores)
    workers = min(workers or _MOST_WORKERS, total)
    return workers, total // workers


def load_ctranslate_engine(
    folder: Path,
    *,
    quantization: str,
    device: str = "cpu",
    threads: int | None = None,
    workers: int | None = None,
    batch_tokens: int | None = None,
) -> CTranslateEngine:
    """Load a converted folder (with its vocab.json) on "cpu" or "cuda".

    `threads` in all (None: one for each physical core, and never more) are shared by `workers`, each of which
    runs a batch at a time (None: as `share_cores` finds). `batch_tokens` is as CTranslateEngine has it (None:
    2,048 on a processor, 4,096 on a GPU). Raises CheckpointInvalidError.
    """
    import ctranslate2

    workers, threads = share_cores(physical_cores(), threads, 1 if device == "cuda" else workers)
    try:
        network = ctranslate2.Translator(
            str(folder),
            device,
            compute_type=quantization,
            inter_threads=workers,
            intra_threads=threads,
        )
        positions = int(read_json(folder, CHECKPOINT_CONFIG)["max_position_embeddings"])
        vocab = read_json(folder, VOCAB)
    except (RuntimeError, ValueError) as error:
        raise CheckpointInvalidError(folder, f"CTranslate2 cannot load it ({error})") from error
    pieces = [""] * (max(vocab.values()) + 1)
    for piece, id_ in vocab.items():
        pieces[id_] = piece
    return CTranslateEngine(
        network,
        pieces,
        positions,
        quantization=quantization,
        batch_tokens=_BATCH_TOKENS[device] if batch_tokens is None else batch_tokens,
        workers=workers,
    )
