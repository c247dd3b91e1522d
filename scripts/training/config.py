"""The configuration of a training run: a TOML file, checked key by key."""

from __future__ import annotations

import tomllib
from pathlib import Path  # noqa: TC003  (pydantic reads the types)
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.errors import ConfigError, MissingFileError

Positive = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Since = tuple[tuple[Annotated[int, Field(ge=0)], Positive], ...]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CorpusFile(_Section):
    """One file of aligned pairs, English to `target` (ISO 639-1); `domain` is for files that name none."""

    path: Path
    target: str
    domain: str = "memory"


class Corpus(_Section):
    """What to train on; an epoch shows a pair `weights[domain]` times on average, 1 where there is none."""

    files: tuple[CorpusFile, ...] = Field(min_length=1)
    weights: dict[str, Annotated[float, Field(ge=0)]] = {}
    longest: Positive = 100  # tokens a side; longer pairs are left out
    translations: Positive = 2  # of one English sentence, near duplicates counted together


class Vocabulary(_Section):
    """The joint SentencePiece model, and each target language's tag."""

    size: Positive = 12000
    character_coverage: Annotated[float, Field(gt=0.9, le=1)] = 0.9998
    sample: Positive = 600_000  # sentences to learn it from
    tags: dict[str, str]


class Model(_Section):
    """The shape of a new model; a model to fine-tune brings its own."""

    d_model: Positive = 256
    ffn: Positive = 1024
    encoder_layers: Positive = 6
    decoder_layers: Positive = 2
    heads: Positive = 4
    dropout: Share = 0.0
    embedding: Literal["random", "sentences"] = "random"  # how the embedding begins (see training.embedding)


class Batches(_Section):
    """How pairs are grouped; `growth` and `longest` list [update, tokens a side from there on]."""

    growth: Since = ((0, 2500),)  # padded, of a batch
    longest: Since = ()  # of a pair
    shard: Positive = 50_000  # pairs that are sorted by length together

    def budget(self, step: int) -> int:
        """Give the padded tokens a side of the batch at update `step`, counted from 0."""
        return _at(self.growth, step)

    def limit(self, step: int) -> int:
        """Give the tokens a side of the longest pair to learn from at update `step`; 0 when all are."""
        return _at(self.longest, step)


class Guide(_Section):
    """A second loss that shows the cross-attention where to look (see training.guide)."""

    weight: Annotated[float, Field(gt=0)] = 0.5  # at update 0
    until: Positive = 20_000  # the update at which the weight has fallen to 0
    longest: Positive = 40  # tokens a side of the pairs that the lexicon is learnt from
    iterations: Positive = 4


class Optimiser(_Section):
    """AdamW, or Muon for the hidden matrices with AdamW for the rest (see training.optimiser)."""

    name: Literal["adamw", "muon"] = "adamw"
    peak: Annotated[float, Field(gt=0)] = 1e-3
    warmup: Positive = 4000
    label_smoothing: Share = 0.1
    clip: Annotated[float, Field(gt=0)] = 1.0
    precision: Literal["float32", "bfloat16"] = "float32"  # of the matrix products


class Validation(_Section):
    """A line-aligned development set; every `every`-th line, at most `lines` of them."""

    source: Path
    references: dict[str, Path] = Field(min_length=1)
    every: Positive = 1
    lines: Positive = 100


class Session(_Section):
    """What happens how often, and what is kept."""

    seed: Annotated[int, Field(ge=0)] = 1
    save_minutes: Annotated[float, Field(gt=0)] = 5.0
    validate_minutes: Annotated[float, Field(gt=0)] = 30.0
    log_steps: Positive = 50
    average: Positive = 4  # the newest snapshots that an export averages


class Config(_Section):
    """Everything a run depends on; relative paths are relative to the file."""

    run: Path
    corpus: Corpus
    vocabulary: Vocabulary
    model: Model = Model()
    batches: Batches = Batches()
    guide: Guide | None = None
    optimiser: Optimiser = Optimiser()
    validation: Validation | None = None
    session: Session = Session()

    @property
    def targets(self) -> tuple[str, ...]:
        """The target languages of the corpus, ISO 639-1."""
        return tuple(sorted({file.target for file in self.corpus.files}))


def _at(table: Since, step: int) -> int:
    """Give what a table has for update `step`, 0 before its first."""
    return max(((since, value) for since, value in table if since <= step), default=(0, 0))[1]


def load_config(path: Path) -> Config:
    """Read and check a configuration; raises ConfigError naming the first wrong key."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MissingFileError(path, "configuration") from error
    try:
        config = Config.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, "", f"not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        problem = "no such key" if first["type"] == "extra_forbidden" else first["msg"]
        raise ConfigError(path, key, problem) from error
    _check(path, config)
    return _anchored(config, path.resolve().parent)


def _check(path: Path, config: Config) -> None:
    """Rules that span keys."""
    if config.model.d_model % (2 * config.model.heads):
        raise ConfigError(path, "model.d_model", "must be a multiple of twice model.heads")
    if not any(since == 0 for since, _ in config.batches.growth):
        raise ConfigError(path, "batches.growth", "must begin at update 0")
    if min(tokens for _, tokens in config.batches.growth) < config.corpus.longest:
        raise ConfigError(path, "batches.growth", "a batch must hold a pair of corpus.longest tokens")
    for file in config.corpus.files:
        if file.target not in config.vocabulary.tags:
            raise ConfigError(
                path, f"vocabulary.tags.{file.target}", "missing, but a corpus file has it as target"
            )


def _anchored(config: Config, folder: Path) -> Config:
    """Give the same configuration with every path absolute."""

    def absolute(path: Path) -> Path:
        return (folder / path.expanduser()).resolve()

    files = tuple(file.model_copy(update={"path": absolute(file.path)}) for file in config.corpus.files)
    validation = config.validation
    if validation is not None:
        references = {language: absolute(path) for language, path in validation.references.items()}
        validation = validation.model_copy(
            update={"source": absolute(validation.source), "references": references}
        )
    return config.model_copy(
        update={
            "run": absolute(config.run),
            "corpus": config.corpus.model_copy(update={"files": files}),
            "validation": validation,
        }
    )
