"""A version as a document of its own, in the article's format; a machine-made one says what made it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from service.article import Format
from service.formats.docx import pack_docx
from service.formats.odt import pack_odt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from service.article import Article
    from service.result import Version

_LABEL: Final = "Machine translation, not checked: {}"
# Markdown and HTML have a place for what readers need not see; a plain text has none, and subtitles have no
# place that is not shown on the screen.
_LABELS: Final[Mapping[Format, str]] = MappingProxyType(
    {
        Format.TEXT: f"[{_LABEL}]\n",
        Format.MARKDOWN: f"<!-- {_LABEL} -->\n",
        Format.HTML: f"<!-- {_LABEL} -->\n",
    }
)
_PACK: Final[Mapping[Format, Callable[[Article, str], bytes]]] = MappingProxyType(
    {Format.DOCX: pack_docx, Format.ODT: pack_odt}
)


def render_document(version: Version) -> bytes:
    """Return a version's document, a text as UTF-8.

    A machine-made one ends in a line that names its checkpoint; subtitles have no such line.
    """
    article, checkpoint = version.article, version.checkpoint
    if article.format in _PACK:
        if checkpoint is None:
            return article.package
        return _PACK[article.format](article, f"[{_LABEL.format(checkpoint)}]")
    document = article.source
    if checkpoint is not None and article.format in _LABELS:
        document = f"{document.rstrip(chr(10))}\n\n{_LABELS[article.format].format(checkpoint)}"
    return document.encode()
