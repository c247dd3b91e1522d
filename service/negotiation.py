"""Which form and language an answer takes, by its Accept headers (RFC 9110, sections 12.5.1 and 12.5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.errors import FormatError, VersionsError
from service.render.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.render.forms import Form
    from service.result import Aligned

_DEFAULT = "application/json"


def chosen_form(accept: str | None) -> Form:
    """Return the acceptable form of the highest quality, JSON where it is all the same; raise FormatError."""
    by_type = {form.media_type: form for form in FORMS.values()}
    return by_type[chosen_type(accept, [_DEFAULT, *(name for name in by_type if name != _DEFAULT)])]


def chosen_type(accept: str | None, offered: Sequence[str]) -> str:
    """Return the acceptable media type of the highest quality, the first of equals; raise FormatError."""
    ranges = [_range(part) for part in (accept or "*/*").split(",") if part.strip()]
    qualities = {name: _quality(name, ranges) for name in offered}
    best = max(offered, key=lambda name: qualities[name])
    if qualities[best] <= 0:
        raise FormatError("media type", accept or "", offered)
    return best


def preferred(accept_language: str | None, languages: Sequence[str]) -> str:
    """Return the language with the highest quality, the first of equals; the first where none is wanted.

    A range names its sub-languages too, and "es-MX" is content with "es".
    """
    ranges = [_range(part) for part in (accept_language or "").split(",") if part.strip()]
    qualities = {
        language: max((q for name, q in ranges if name.split("-")[0] == language), default=0.0)
        for language in languages
    }
    return max(languages, key=lambda language: qualities[language])


def rendered(aligned: Aligned, form: Form) -> bytes:
    """Return a result in a form that is one document; raise VersionsError where it would be several."""
    documents = form.render(aligned)
    if len(documents) != 1:
        languages = ", ".join(document.language or "" for document in documents)
        raise VersionsError(f"{form.name} holds one target language ({languages} are here); ask for one.")
    return documents[0].content


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return name, 0.0
    return name, 1.0


def _quality(name: str, ranges: list[tuple[str, float]]) -> float:
    """Return the quality of the most specific range that covers a media type."""
    for pattern in (name, f"{name.split('/')[0]}/*", "*/*"):
        for candidate, quality in ranges:
            if candidate == pattern:
                return quality
    return 0.0
