"""Marian checkpoints through transformers and torch: the reference engine, for new checkpoints and GPUs.

torch and transformers are imported when an engine is loaded, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.decoding import output_limit
from models.engine import Hypothesis
from models.errors import CheckpointInvalidError, DeviceError
from models.layout import CONFIG, SAFETENSORS, read_json, weights_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor
    from transformers import MarianMTModel

    from models.decoding import DecodingSettings


class TorchEngine:
    """Runs a loaded MarianMTModel, on the device and with the number format it was loaded with."""

    def __init__(self, network: MarianMTModel) -> None:
        self._network: Any = network
        self._config: Any = network.config

    @property
    def name(self) -> str:
        """Engine and number format, e.g. "torch-float32"."""
        return f"torch-{str(self._network.dtype).removeprefix('torch.')}"

    @property
    def positions(self) -> int:
        """How many positions the network has."""
        return int(self._config.max_position_embeddings)

    def generate(self, sources: Sequence[Sequence[int]], settings: DecodingSettings) -> list[Hypothesis]:
        """Search for the best output of each source, all in one batch, in order.

        The padding piece, which only starts an output, is never put out. Beams are compared by
        log-probability over length; the score given back is the mean, whatever the length penalty.
        """
        import torch
        from transformers import GenerationConfig

        pad, end = int(self._config.pad_token_id), int(self._config.eos_token_id)
        longest = max(len(source) for source in sources)
        rows = [[*source, *[pad] * (longest - len(source))] for source in sources]
        lengths = torch.tensor([[len(source)] for source in sources])
        mask = (torch.arange(longest)[None, :] < lengths).long()
        searched = GenerationConfig(  # type: ignore[no-untyped-call]
            num_beams=settings.beams,
            length_penalty=settings.length_penalty,
            repetition_penalty=settings.repetition_penalty,
            no_repeat_ngram_size=settings.no_repeat_ngram,
            max_new_tokens=output_limit(longest, self.positions) - 1,
            early_stopping=False,
            do_sample=False,
            use_cache=True,
            bad_words_ids=[[pad]],
            decoder_start_token_id=self._config.decoder_start_token_id,
            pad_token_id=pad,
            eos_token_id=end,
            return_dict_in_generate=True,
            output_scores=True,
        )
        device = self._network.device
        with torch.inference_mode():
            found = self._network.generate(
                input_ids=torch.tensor(rows, device=device),
                attention_mask=mask.to(device),
                generation_config=searched,
            )
            scores = self._scores(found, settings)
        outputs = [row[1:] for row in found.sequences.tolist()]  # without the piece that starts the output
        return [_hypothesis(ids, score, end) for ids, score in zip(outputs, scores, strict=True)]

    def _scores(self, found: Any, settings: DecodingSettings) -> list[tuple[float, ...]]:
        """Give the log-probability of each output's tokens."""
        beams: Tensor | None = getattr(found, "beam_indices", None)
        table = self._network.compute_transition_scores(
            found.sequences, found.scores, beams, normalize_logits=settings.beams == 1
        )
        return [tuple(row) for row in table.float().tolist()]


def _hypothesis(ids: list[int], scores: tuple[float, ...], end: int) -> Hypothesis:
    finished = end in ids
    length = ids.index(end) if finished else len(ids)
    counted = scores[: length + 1]
    return Hypothesis(tuple(ids[:length]), sum(counted) / max(len(counted), 1), finished)


def load_torch_engine(folder: Path, *, device: str = "auto", threads: int | None = None) -> TorchEngine:
    """Load a checkpoint folder: float32 on a CPU, float16 on a GPU.

    `device` is "auto" (a GPU where there is one), "cpu" or "cuda". `threads`, where given, is torch's number
    of threads for the whole process: torch has no other. Raises DeviceError, CheckpointInvalidError.
    """
    import torch
    from transformers import GenerationConfig, MarianConfig, MarianMTModel
    from transformers.utils import logging

    chosen = _device(device)
    if threads is not None:
        torch.set_num_threads(threads)
    config = MarianConfig.from_dict(read_json(folder, CONFIG))
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        network = MarianMTModel.from_pretrained(
            folder,
            config=config,
            dtype=torch.float16 if chosen == "cuda" else torch.float32,
            local_files_only=True,
            use_safetensors=weights_name(folder) == SAFETENSORS,
            weights_only=True,
        )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise CheckpointInvalidError(folder, f"transformers cannot load it ({error})") from error
    finally:
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    network.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    # what the checkpoint would set aside from ours
    placed: Any = network
    return TorchEngine(placed.to(chosen).eval())


def _device(wanted: str) -> str:
    import torch

    available = torch.cuda.is_available()
    match wanted:
        case "auto":
            return "cuda" if available else "cpu"
        case "cpu":
            return "cpu"
        case "cuda" if available:
            return "cuda"
        case "cuda":
            raise DeviceError(wanted, "torch sees no GPU; use cpu or auto")
        case _:
            raise DeviceError(wanted, "there are auto, cpu and cuda")
