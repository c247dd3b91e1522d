"""The training session: updates, saves, validations, and the cool-down for an export."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import torch

from training import curve, log
from training.errors import DivergedError
from training.export import export_marian
from training.model import attentive_loss
from training.state import State, average_snapshots, own_weights, save_snapshot, save_state
from training.validation import DevelopmentSet, validate

if TYPE_CHECKING:
    from pathlib import Path

    from training.config import Config
    from training.start import Training

Clock = Callable[[], float]
_SEED_STRIDE = 1_000_003  # keeps the dropout of neighbouring seeds apart


@dataclass(frozen=True, slots=True)
class Limits:
    """When a session ends, whichever comes first; its last `cooldown_minutes` are the cool-down."""

    minutes: float = math.inf
    steps: float = math.inf  # updates of the whole run, earlier sessions counted in
    cooldown_minutes: float = 0.0


class Session:
    """Runs a training until a limit or until `stopped` says so, and keeps its state on disk."""

    def __init__(
        self,
        training: Training,
        config: Config,
        development: DevelopmentSet | None,
        *,
        stopped: Callable[[], bool],
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        self._training, self._config, self._development = training, config, development
        self._stopped, self._clock, self._tell = stopped, clock, tell
        self._window = _Window(clock())

    def run(self, limits: Limits) -> bool:
        """Train, save, validate and cool down; says whether the model was cooled down to the end."""
        began = self._clock()
        main_end = began + 60 * (limits.minutes - limits.cooldown_minutes)
        saved = validated = began
        while not self._over(main_end, limits):
            self.update()
            now = self._clock()
            if now - saved >= 60 * self._config.session.save_minutes:
                self.save()
                saved = now
            if now - validated >= 60 * self._config.session.validate_minutes:
                self.validate("validate")
                validated = self._clock()
        self.save()
        if self._stopped():
            return False
        self.validate("validate")
        return bool(limits.cooldown_minutes) and self.cool_down(60 * limits.cooldown_minutes)

    def cool_down(self, seconds: float) -> bool:
        """Train on while the rate falls to 0; says whether it got there.

        The state on disk stays as it was before: the next session resumes with the full rate.
        """
        began = self._clock()
        while (gone := self._clock() - began) < seconds:
            if self._stopped():
                self._tell("the cool-down was cut short: nothing is exported")
                return False
            self.update(1 - gone / seconds, event="cooldown")
        self.validate("validate-cooled")
        return True

    def export(self, folder: Path, *, cooled: bool) -> None:
        """Write a Marian folder: the cooled weights, or else the mean of the newest snapshots."""
        training, run = self._training, self._config.run
        model = training.model
        count = self._config.session.average
        weights = own_weights(model.state_dict()) if cooled else average_snapshots(run, count)
        export_marian(folder, weights, model.config, training.vocabulary, self._config.targets)
        facts = {"folder": folder.name, "weights": "cooled" if cooled else f"mean of {count} snapshots"}
        self._tell(log.append(run, "export", training.progress, facts))

    def update(self, factor: float = 1.0, event: str = "train") -> None:
        """One update at `factor` times the scheduled rate; reports every so many."""
        training, settings = self._training, self._config.optimiser
        progress = training.progress
        begun = self._clock()
        torch.manual_seed(self._config.session.seed * _SEED_STRIDE + progress.step)
        batch, cursor = training.stream.draw(progress.cursor, progress.step)
        bfloat16 = settings.precision == "bfloat16"
        guide = training.guide
        weight = guide.weight(progress.step) if guide else 0.0
        loss, attention = attentive_loss(
            training.model,
            batch,
            smoothing=settings.label_smoothing,
            bfloat16=bfloat16,
            attend=weight > 0,
        )
        value = float(loss.detach())
        if guide is not None and attention is not None:
            loss = loss + weight * guide.loss(attention, batch)
        if not math.isfinite(value):
            raise DivergedError(progress.step)
        torch.autograd.backward(loss)
        rate = training.optimiser.step(progress.step, factor)
        training.progress = replace(
            progress,
            step=progress.step + 1,
            tokens=progress.tokens + batch.tokens,
            seconds=progress.seconds + self._clock() - begun,
            cursor=cursor,
        )
        self._window.add(value, batch.tokens)
        if training.progress.step % self._config.session.log_steps == 0:
            facts = {**self._window.close(self._clock()), "rate": round(rate, 8)}
            self._tell(log.append(self._config.run, event, training.progress, facts))

    def save(self) -> None:
        """Write the state, a snapshot of the weights, and the learning curve."""
        training, run = self._training, self._config.run
        weights = training.model.state_dict()
        save_snapshot(run, training.progress.step, weights, self._config.session.average)
        save_state(run, State(own_weights(weights), training.optimiser.state(), training.progress))
        curve.draw(run, log.read(run))

    def validate(self, event: str) -> None:
        """Score the development set, if there is one, and log it."""
        if self._development is None:
            return
        training = self._training
        scores = validate(training.model, training.vocabulary, self._development)
        rounded = {
            target: {name: round(value, 3) for name, value in asdict(score).items()}
            for target, score in scores.items()
        }
        self._tell(log.append(self._config.run, event, training.progress, {"scores": rounded}))
        curve.draw(self._config.run, log.read(self._config.run))
        self._window = _Window(self._clock())

    def _over(self, end: float, limits: Limits) -> bool:
        return self._stopped() or self._clock() >= end or self._training.progress.step >= limits.steps


class _Window:
    """Loss and speed since the last report."""

    def __init__(self, began: float) -> None:
        self._began, self._loss, self._tokens = began, 0.0, 0

    def add(self, loss: float, tokens: int) -> None:
        self._loss += loss * tokens
        self._tokens += tokens

    def close(self, now: float) -> dict[str, float]:
        facts = {
            "loss": round(self._loss / self._tokens, 4),
            "speed": round(self._tokens / max(now - self._began, 1e-9)),
        }
        self._began, self._loss, self._tokens = now, 0.0, 0
        return facts
