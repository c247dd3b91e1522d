"""Line-aligned files: sentences in one, their translations in others, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.errors import CorpusFormatError, MissingFileError, UnequalLinesError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_aligned(
    source: Path, references: Mapping[str, Path], role: str
) -> tuple[list[str], dict[str, list[str]]]:
    """Read a source's lines and, by target, its references'; `role` is what errors call the files.

    Raises MissingFileError, CorpusFormatError or UnequalLinesError.
    """
    lines = _lines(source, role)
    found = {target: _lines(path, role) for target, path in references.items()}
    for target, path in references.items():
        if len(found[target]) != len(lines):
            raise UnequalLinesError(source, len(lines), path, len(found[target]))
    return lines, found


def _lines(path: Path, role: str) -> list[str]:
    """Read a file's lines, which end at line feeds alone: U+2028 may stand in a sentence."""
    if not path.is_file():
        raise MissingFileError(path, role)
    try:
        return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusFormatError(path, f"cannot be read: {' '.join(str(error).split())}") from error
