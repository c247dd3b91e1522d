"""A machine-made version as a document of its own, in the article's format, labelled with what made it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from service.article import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.result import Version

# Markdown and HTML have a place for what readers need not see; a plain text has none.
_LABELS: Final[Mapping[Format, str]] = MappingProxyType(
    {
        Format.TEXT: "[Machine translation, not checked: {}]\n",
        Format.MARKDOWN: "<!-- Machine translation, not checked: {} -->\n",
        Format.HTML: "<!-- Machine translation, not checked: {} -->\n",
    }
)


def render_document(version: Version) -> bytes:
    """Return a version's document as UTF-8; a machine-made one ends in a line that names its checkpoint."""
    document = version.article.source
    if version.checkpoint is not None:
        label = _LABELS[version.article.format].format(version.checkpoint)
        document = f"{document.rstrip(chr(10))}\n\n{label}"
    return document.encode()
