"""A corpus of five sentences and a tiny model, for the tests of scripts/: some seconds teach it by heart."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from training.config import Config, load_config
from training.session import Limits, Session
from training.start import begin, resume

if TYPE_CHECKING:
    from training.start import Training

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"

TMX = """<?xml version="1.0"?>
<tmx version="1.4"><header srclang="en"/><body>
<tu><prop type="domain">news</prop>
  <tuv xml:lang="en-GB"><seg>The <ph>x</ph>sea is calm.</seg></tuv>
  <tuv xml:lang="es"><seg>El mar está tranquilo.</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>My brother sells bread.</seg></tuv><tuv xml:lang="es-ES"><seg>Mi hermano
  vende pan.</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>No Spanish here.</seg></tuv></tu>
</body></tmx>
"""

PAIRS = (
    ("The sea is calm.", "El mar está tranquilo."),
    ("My brother sells bread.", "Mi hermano vende pan."),
    ("It rained all night.", "Llovió toda la noche."),
    ("We lost the key.", "Perdimos la llave."),
    ("The train leaves at nine.", "El tren sale a las nueve."),
)

CONFIG = """
run = "run"
[corpus]
files = [{ path = "toy.tsv", target = "es", domain = "story" }]
longest = 60
[vocabulary]
size = 330
character_coverage = 1.0
tags = { es = ">>spa<<" }
[model]
d_model = 32
ffn = 64
encoder_layers = 1
decoder_layers = 1
heads = 2
dropout = 0.05
[batches]
growth = [[0, 80], [20, 120]]
shard = 4
[optimiser]
peak = 4e-3
warmup = 40
label_smoothing = 0.05
[session]
log_steps = 10
average = 1
"""


def write_toy(folder: Path, config: str = CONFIG) -> Path:
    """Write the corpus and a configuration into a folder; gives the configuration's path."""
    lines = "".join(f"{source}\t{translation}\n" for source, translation in PAIRS)
    (folder / "toy.tsv").write_text(lines, encoding="utf-8")
    path = folder / "toy.toml"
    path.write_text(config, encoding="utf-8")
    return path


def toy_config(folder: Path, run: str = "run", config: str = CONFIG) -> Config:
    """The toy's configuration, with a run folder of this name."""
    loaded = load_config(write_toy(folder, config)).model_copy(update={"run": folder / run})
    loaded.run.mkdir(exist_ok=True)
    return loaded


def session(training: Training, config: Config, *, stopped: bool = False) -> Session:
    """A session on a clock that ticks a second a look, silent, without a development set."""
    ticks = count()
    return Session(
        training,
        config,
        None,
        stopped=lambda: stopped,
        clock=lambda: float(next(ticks)),
        tell=lambda line: None,
    )


def train_to(config: Config, steps: int, *, go_on: bool = False) -> Training:
    """Train the toy until the run has made so many updates, beginning or resuming."""
    training = resume(config) if go_on else begin(config, None)
    session(training, config).run(Limits(steps=steps))
    return training
