"""Optimisers and the learning rate.

The rate rises linearly over the warm-up and then falls with the inverse square root of the update (Vaswani et
al. 2017, section 5.3). A cool-down multiplies it by a factor that falls linearly to 0 (Zhai et al. 2022,
"Scaling Vision Transformers", section 3.5).

Muon (Jordan et al. 2024) orthogonalises the momentum of the hidden matrices; embedding, biases and norms stay
with AdamW. Its rate is scaled to AdamW's (Liu et al. 2025, "Muon is scalable for LLM training", section 2.2),
so one schedule serves both.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from training.errors import OptimiserMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import MarianMTModel

    from training.config import Optimiser as Settings


def rate(settings: Settings, step: int) -> float:
    """Give the learning rate of update `step`, counted from 0."""
    done = step + 1
    return settings.peak * min(done / settings.warmup, math.sqrt(settings.warmup / done))


class Optimiser:
    """One or two torch optimisers that step together; their state is kept by the parameters' names."""

    def __init__(self, model: MarianMTModel, settings: Settings) -> None:
        self._settings = settings
        named = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
        matrices: set[str] = set()
        if settings.name == "muon":
            if not hasattr(torch.optim, "Muon"):
                raise OptimiserMissingError("muon", "2.9", torch.__version__)
            matrices = {
                name for name, parameter in named.items() if parameter.ndim == 2 and ".layers." in name
            }
        self._named = named
        adamw = torch.optim.AdamW(
            [parameter for name, parameter in named.items() if name not in matrices],
            lr=settings.peak,
            betas=(0.9, 0.98),
            eps=1e-9,
            weight_decay=0.0,
            fused=True,
        )
        # Each with the name of what it keeps of the gradients, by which a saved state is told to be its own.
        self._parts: list[tuple[torch.optim.Optimizer, str]] = [(adamw, "exp_avg")]
        if matrices:
            muon = torch.optim.Muon(
                [named[name] for name in sorted(matrices)],
                lr=settings.peak,
                weight_decay=0.0,
                adjust_lr_fn="match_rms_adamw",
            )
            self._parts.append((muon, "momentum_buffer"))

    def step(self, step: int, factor: float = 1.0) -> float:
        """Clip the gradients, make update `step` at `factor` times its rate, forget them; give the rate."""
        current = rate(self._settings, step) * factor
        torch.nn.utils.clip_grad_norm_(self._named.values(), self._settings.clip)
        for part, _ in self._parts:
            for group in part.param_groups:
                group["lr"] = current
            part.step()
            part.zero_grad(set_to_none=True)
        return current

    def state(self) -> dict[str, dict[str, Any]]:
        """Give what a resumed optimiser needs, by parameter: moments and, with AdamW, the count of steps."""
        return {
            name: dict(part.state[parameter])
            for name, parameter in self._named.items()
            for part, _ in self._parts
            if parameter in part.state
        }

    def restore(self, state: Mapping[str, Mapping[str, Any]]) -> None:
        """Take up a saved state; parameters that another optimiser has moved so far begin anew."""
        for part, moments in self._parts:
            members = {parameter for group in part.param_groups for parameter in group["params"]}
            for name, parameter in self._named.items():
                if parameter in members and moments in state.get(name, {}):
                    part.state[parameter] = dict(state[name])
