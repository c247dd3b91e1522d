"""What can go wrong before or while training; each message is one line that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class TrainingError(Exception):
    """Base of every error this package raises."""


class ConfigError(TrainingError):
    """The configuration has a wrong key or value; `key` is dotted, empty when the file itself is bad."""

    def __init__(self, path: Path, key: str, problem: str) -> None:
        self.path, self.key, self.problem = path, key, problem
        where = f"{path}: {key}" if key else str(path)
        super().__init__(f"{where}: {problem}")


class MissingFileError(TrainingError):
    """A file that the configuration or the command line names is not there."""

    def __init__(self, path: Path, role: str) -> None:
        self.path, self.role = path, role
        super().__init__(f"{role} {path} does not exist: correct the path")


class CorpusFormatError(TrainingError):
    """A corpus file is neither TSV with an English and a translation column nor readable TMX."""

    def __init__(self, path: Path, problem: str, line: int | None = None) -> None:
        self.path, self.problem, self.line = path, problem, line
        where = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{where}: {problem}")


class EmptyCorpusError(TrainingError):
    """Nothing is left to train on."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)
        names = ", ".join(path.name for path in paths)
        super().__init__(
            f"no usable pair in {names}: check the columns, the languages and the domain weights"
        )


class UnequalLinesError(TrainingError):
    """Two files that should be line-aligned are not."""

    def __init__(self, first: Path, first_lines: int, second: Path, second_lines: int) -> None:
        self.first, self.first_lines, self.second, self.second_lines = (
            first,
            first_lines,
            second,
            second_lines,
        )
        super().__init__(
            f"{first} has {first_lines} lines but {second} has {second_lines}: give line-aligned files"
        )


class VocabularyError(TrainingError):
    """SentencePiece could not make a vocabulary of the size asked for."""

    def __init__(self, size: int, problem: str) -> None:
        self.size, self.problem = size, problem
        super().__init__(f"no vocabulary of {size} pieces: {problem}")


class CheckpointError(TrainingError):
    """A folder to start from lacks a file or holds something else."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path}: {problem}")


class RunBusyError(TrainingError):
    """Another process trains in this run folder."""

    def __init__(self, run: Path) -> None:
        self.run = run
        super().__init__(f"another process trains in {run}: stop it first, or choose another --run")


class RunExistsError(TrainingError):
    """A new run would overwrite a state."""

    def __init__(self, run: Path) -> None:
        self.run = run
        super().__init__(f"{run} already holds a state: give --resume to go on, or another --run")


class DivergedError(TrainingError):
    """The loss is no number any more."""

    def __init__(self, step: int) -> None:
        self.step = step
        super().__init__(f"the loss is not finite at update {step}: resume with a lower optimiser.peak")


class OptimiserMissingError(TrainingError):
    """The installed torch is too old for an optimiser."""

    def __init__(self, name: str, wanted: str, found: str) -> None:
        self.name, self.wanted, self.found = name, wanted, found
        super().__init__(
            f'optimiser.name "{name}" needs torch {wanted} or newer, here is {found}: upgrade torch, or take '
            '"adamw"'
        )


class LexiconSizeError(TrainingError):
    """The vocabulary is too large for the guide's table of which piece translates which."""

    def __init__(self, pieces: int, limit: int) -> None:
        self.pieces, self.limit = pieces, limit
        super().__init__(
            f"[guide] needs a vocabulary of at most {limit:,} pieces, here are {pieces:,}: leave it out"
        )
