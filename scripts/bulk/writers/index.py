"""Index pages of the HTML form: of a shard its documents, of the whole its shards.

A page of a shard is as long as the shard, and the page of the whole is written line by line: neither needs
more memory for a larger corpus.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bulk import storage
from service.render.html import inline_source
from service.render.text import xml_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bulk.manifest import ShardManifest

_TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
NAME: Final = "index.html"


@dataclass(frozen=True, slots=True)
class IndexLine:
    """A line of an index: what it is called, the file it leads to (not yet quoted), and its facts."""

    name: str
    file: str
    cells: tuple[str, ...]

    @property
    def href(self) -> str:
        """The file as a relative reference; "./" keeps a colon in it from being read as a scheme."""
        return "./" + quote(self.file)


def index_page(
    title: str, heads: Sequence[str], lines: Iterable[IndexLine], *, up: str = ""
) -> Iterator[str]:
    """Yield an index page in pieces."""
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_TEMPLATES / "index.css").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src {inline_source(style)}; base-uri 'none'; form-action 'none'"
    stream = templates.get_template("index.html").stream(
        # Our own file, not to be escaped; its hash is in the policy.
        style=Markup(style),
        policy=policy,
        title=title,
        heads=heads,
        lines=lines,
        up=up,
    )
    stream.enable_buffering(100)
    yield from map(xml_text, stream)


def write_index(folder: str, languages: Sequence[str], shards: Iterable[ShardManifest]) -> list[str]:
    """Write the index page of the whole corpus, which leads to the shards' own; return its name."""
    heads = ("Shard", "Documents", "Rows", *(f"Sentences, {language}" for language in languages))
    lines = (
        IndexLine(
            shard.stem,
            f"{shard.stem}/{NAME}",
            (
                f"{shard.documents:,}",
                f"{shard.beads:,}",
                *(f"{shard.sentences.get(language, 0):,}" for language in languages),
            ),
        )
        for shard in shards
    )
    with storage.writing(storage.joined(folder, NAME)) as file:
        for piece in index_page("Aligned documents", heads, lines):
            file.write(piece.encode())
    return [NAME]
