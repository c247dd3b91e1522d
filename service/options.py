"""What a caller may choose for a translation, beyond the article and its targets."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypedDict

from service.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.glossary import Glossary
    from service.work import Work

    # language -> number of a sentence -> a person's translation of it
    Edits = Mapping[str, Mapping[int, str]]


class Options(TypedDict, total=False):
    """Every one may be left out.

    `model` names a checkpoint; `quality` ("fast", "best") chooses among those there are. `edits` are
    translations by people that stand in place of the machine's: by language, by the number of the sentence.
    `glossary` holds the terms to keep to (for articles in English). `work` is the caller's claim on the
    engines: until when, and whether it still wants them. `similarity` (True) measures each translation
    against its sentence, which takes time; without it rows are scored by how sure the engines were.
    """

    model: str | None
    quality: str | None
    edits: Edits | None
    glossary: Glossary
    work: Work | None
    similarity: bool


def check_edits(options: Options, targets: Sequence[str]) -> None:
    """Raise EditError for edits of a language that is not translated into."""
    for language in options.get("edits") or {}:
        if language not in targets:
            raise EditError(f'There are edits for "{language}", which is not translated into here.')


def digest_of_edits(options: Options) -> str:
    """Return what a signature says of the edits: "edits:" and a digest, "" where there are none."""
    edits = options.get("edits") or {}
    ordered = sorted((language, sorted(texts.items())) for language, texts in edits.items() if texts)
    return f"edits:{sha256(repr(ordered).encode()).hexdigest()[:8]}" if ordered else ""
