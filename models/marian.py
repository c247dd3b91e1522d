"""Marian checkpoints through transformers and torch: the reference engine, for new checkpoints and GPUs.

torch and transformers are imported when an engine is loaded, not before.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from models.attention import Heads
from models.batching import batches
from models.cores import physical_cores
from models.device import resolve_device
from models.engine import Hypothesis
from models.errors import CheckpointInvalidError
from models.layout import CONFIG, SAFETENSORS, read_json, weights_name
from models.quiet import without_progress_bars

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor
    from transformers import MarianMTModel

    from models.decoding import DecodingSettings


class TorchEngine:
    """Runs a loaded MarianMTModel, on the device and with the number format it was loaded with.

    `batch_tokens` bounds the padded source tokens of a batch times the beams that each is searched with; it
    changes speed and memory, never a result. `heads` says which attention `attend` gives.
    """

    def __init__(
        self, network: MarianMTModel, *, batch_tokens: int = 4096, heads: Heads | None = None
    ) -> None:
        self._network: Any = network
        self._heads = heads or Heads()
        self._batch_tokens = batch_tokens
        self._config: Any = network.config
        self._lock = Lock()  # two searches at once would each take all of torch's threads

    @property
    def name(self) -> str:
        """Engine and number format, e.g. "torch-float32"."""
        return f"torch-{str(self._network.dtype).removeprefix('torch.')}"

    @property
    def positions(self) -> int:
        """How many positions the network has."""
        return int(self._config.max_position_embeddings)

    def generate(self, sources: Sequence[Sequence[int]], settings: DecodingSettings) -> list[Hypothesis]:
        """Search for the best output of each source, in order, one batch of like length at a time.

        The padding piece, which only starts an output, is never put out, nor is an empty output. The search
        of a sentence ends when as many hypotheses have come to an end as there are beams, as CTranslate2's
        does; they are compared by log-probability over length. The score given back is the mean, whatever the
        length penalty.
        """
        return [best for best, *_ in self.n_best(sources, settings, 1)]

    def n_best(
        self, sources: Sequence[Sequence[int]], settings: DecodingSettings, count: int
    ) -> list[list[Hypothesis]]:
        """Search as `generate` does, and return the `count` best outputs of each source, best first."""
        found: list[list[Hypothesis]] = [[] for _ in sources]
        lengths = [len(source) for source in sources]
        limits = [settings.limit(length, self.positions) for length in lengths]
        budget = max(self._batch_tokens // settings.beams, 1)
        for batch in batches(lengths, budget=budget, groups=limits):
            with self._lock:
                results = self._search([sources[index] for index in batch], limits[batch[0]], settings, count)
            for place, index in enumerate(batch):
                found[index] = results[place * count : (place + 1) * count]
        return found

    def attend(
        self, sources: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]]
    ) -> list[Sequence[Sequence[float]]]:
        """Return how outputs look at their sources (see `Engine.attend`)."""
        import torch

        pad, start = int(self._config.pad_token_id), int(self._config.decoder_start_token_id)
        layer, heads = self._heads.within(self._config.decoder_layers, self._config.decoder_attention_heads)
        device = self._network.device
        lengths = [max(len(source), len(output)) for source, output in zip(sources, outputs, strict=True)]
        found: list[Sequence[Sequence[float]]] = [()] * len(sources)
        for batch in batches(lengths, budget=self._batch_tokens):
            ids, mask = _padded([sources[index] for index in batch], pad)
            shifted, _ = _padded([[start, *outputs[index][:-1]] for index in batch], pad)
            with self._lock, torch.inference_mode():
                states = self._network.model(
                    input_ids=ids.to(device),
                    attention_mask=mask.to(device),
                    decoder_input_ids=shifted.to(device),
                    output_attentions=True,
                )
            mean = states.cross_attentions[layer][:, :heads].float().mean(dim=1).cpu()
            for index, rows in zip(batch, mean, strict=True):
                found[index] = rows[: len(outputs[index]), : len(sources[index])].tolist()
        return found

    def _search(
        self, sources: Sequence[Sequence[int]], limit: int, settings: DecodingSettings, count: int
    ) -> list[Hypothesis]:
        """Return `count` outputs for each source, one source's after the other's."""
        import torch
        from transformers import GenerationConfig

        pad, end = int(self._config.pad_token_id), int(self._config.eos_token_id)
        ids, mask = _padded(sources, pad)
        searched = GenerationConfig(  # type: ignore[no-untyped-call]
            num_beams=settings.beams,
            num_return_sequences=count,
            length_penalty=settings.length_penalty if settings.beams > 1 else None,
            repetition_penalty=settings.repetition_penalty,
            no_repeat_ngram_size=settings.no_repeat_ngram,
            max_new_tokens=limit,
            min_new_tokens=1,
            early_stopping=settings.beams > 1,
            do_sample=False,
            use_cache=True,
            bad_words_ids=[[pad]],
            renormalize_logits=True,
            decoder_start_token_id=self._config.decoder_start_token_id,
            pad_token_id=pad,
            eos_token_id=end,
        )
        device = self._network.device
        inputs = {"input_ids": ids.to(device), "attention_mask": mask.to(device)}
        with torch.inference_mode():
            found = self._network.generate(**inputs, generation_config=searched)[:, 1:].tolist()
            outputs = [row[: row.index(end) + 1] if end in row else row for row in found]
            scores = self._scores(
                {name: rows.repeat_interleave(count, dim=0) for name, rows in inputs.items()}, outputs
            )
        return [
            Hypothesis(tuple(output[:-1] if output[-1] == end else output), score, output[-1] == end)
            for output, score in zip(outputs, scores, strict=True)
        ]

    def _scores(self, inputs: dict[str, Tensor], outputs: Sequence[Sequence[int]]) -> list[float]:
        """Give each output's mean token log-probability, by one pass over it.

        What generate() can give back of the search itself would be every step's scores of the whole
        vocabulary.
        """
        import torch

        pad, start = int(self._config.pad_token_id), int(self._config.decoder_start_token_id)
        shifted, _ = _padded([[start, *output[:-1]] for output in outputs], pad)
        device = self._network.device
        states = self._network.model(**inputs, decoder_input_ids=shifted.to(device)).last_hidden_state
        scores = []
        for row, output in zip(states, outputs, strict=True):
            logits = self._network.lm_head(row[: len(output)]) + self._network.final_logits_bias
            logits[:, pad] = -torch.inf
            logits[0, int(self._config.eos_token_id)] = -torch.inf
            logits = logits.float()
            chosen = logits.gather(1, torch.tensor(output, device=device)[:, None])[:, 0]
            scores.append(float((chosen - logits.logsumexp(1)).mean()))
        return scores


def _padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[Tensor, Tensor]:
    """Give ids, (rows, longest), padded at the end, and the mask of what is no padding."""
    import torch

    longest = max(len(row) for row in rows)
    ids = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask


def load_torch_engine(
    folder: Path,
    *,
    device: str = "auto",
    threads: int | None = None,
    batch_tokens: int = 4096,
    heads: Heads | None = None,
) -> TorchEngine:
    """Load a checkpoint folder: float32 on a CPU, float16 on a GPU.

    `device` is "auto" (a GPU where there is one), "cpu" or "cuda". `threads` (None: as torch has it; never
    more than the physical cores) is torch's number of threads for the whole process: torch has no other.
    `heads` is the attention it tells. Raises DeviceError, CheckpointInvalidError.
    """
    import torch
    from transformers import GenerationConfig, MarianConfig, MarianMTModel

    chosen = resolve_device(device, gpu=torch.cuda.is_available(), runtime="torch")
    torch.set_num_threads(min(threads or torch.get_num_threads(), physical_cores()))
    config = MarianConfig.from_dict(read_json(folder, CONFIG))
    try:
        with without_progress_bars():
            network = MarianMTModel.from_pretrained(
                folder,
                config=config,
                dtype=torch.float16 if chosen == "cuda" else torch.float32,
                local_files_only=True,
                attn_implementation="eager",  # the others do not give their attention
                use_safetensors=weights_name(folder) == SAFETENSORS,
                weights_only=True,
            )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise CheckpointInvalidError(folder, f"transformers cannot load it ({error})") from error
    # The checkpoint's own would fill in what ours leaves open.
    network.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    placed: Any = network
    return TorchEngine(placed.to(chosen).eval(), batch_tokens=batch_tokens, heads=heads)
