#!/usr/bin/env python3
"""Align a corpus: every document's language versions, sentence by sentence.

    python scripts/align_corpus.py INPUT OUTPUT --languages en es ru

INPUT is a folder of ID.LANG.EXT files (.txt, .md, .html), or a JSONL manifest with a document a line:
{"id": "a1", "versions": {"en": "text ...", "es": {"path": "a1.es.md"}}, "format": "text"}; paths are
relative to the manifest. OUTPUT, a folder, gets aligned.jsonl (a document a line), aligned.tmx (all
documents) and, where there was something wrong, failed.jsonl (id and reason a line). The three are renamed
into place when the run is over.

Exit code: 0 all documents aligned, 1 some failed, 2 bad usage.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from alignment.errors import AlignmentError
from models.errors import ModelError
from service.app import build_pipeline
from service.article import Article, Format
from service.config import read_settings
from service.documents import article_of, read_article
from service.errors import ArticleError, FileError, FormatError, ServiceError, VersionsError
from service.formats import EXTENSIONS
from service.render.json_form import aligned_out
from service.render.tmx import tmx_header, tmx_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.pipeline import Pipeline
    from service.result import Aligned


@dataclass(frozen=True)
class Document:
    """A document before it is read: the file or the text of each language, or the problem with it."""

    id: str
    files: dict[str, Path] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    format: Format | None = None
    problem: str = ""

    def articles(self, languages: Sequence[str], max_bytes: int) -> list[Article]:
        """Read the versions in the languages asked for; raise a ServiceError."""
        if self.problem:
            raise ArticleError(self.problem)
        found = [language for language in languages if language in self.files or language in self.texts]
        if len(found) < 2:
            raise VersionsError(f"It has only {' and '.join(found) or 'none'} of {', '.join(languages)}.")
        return [
            read_article(self.files[language], language, max_bytes=max_bytes, format=self.format)
            if language in self.files
            else article_of(self.texts[language], self.format or Format.TEXT, language)
            for language in found
        ]


def documents_in(folder: Path, languages: Sequence[str]) -> list[Document]:
    """Find ID.LANG.EXT files in the languages; one of unknown extension makes its document a failure."""
    found: dict[str, Document] = {}
    for path in sorted(folder.iterdir()):
        parts = path.name.rsplit(".", 2)
        if len(parts) != 3 or parts[1] not in languages or path.name.startswith("."):
            continue
        document = found.setdefault(parts[0], Document(parts[0]))
        if path.suffix.lower() not in EXTENSIONS:
            problem = str(FormatError(f"extension of {path.name},", path.suffix, EXTENSIONS))
            found[parts[0]] = Document(parts[0], document.files, problem=problem)
        elif parts[1] in document.files:
            problem = f"It has two {parts[1]} versions, {document.files[parts[1]].name} and {path.name}."
            found[parts[0]] = Document(parts[0], document.files, problem=problem)
        else:
            document.files[parts[1]] = path
    return list(found.values())


def documents_of(manifest: Path) -> list[Document]:
    """Read a JSONL manifest; a wrong line gives a document with a problem, so that no other is lost."""
    try:
        lines = manifest.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ArticleError(f"{manifest} is not UTF-8 at byte {error.start}; save it as UTF-8.") from error
    documents: list[Document] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        document = _document(line, number, manifest.parent)
        if document.id in seen:
            document = Document(
                f"line {number}", problem=f"The id {document.id!r} stands on an earlier line too."
            )
        seen.add(document.id)
        documents.append(document)
    return documents


def _document(line: str, number: int, folder: Path) -> Document:
    try:
        row = json.loads(line)
        document = Document(str(row["id"]), format=Format(row["format"]) if "format" in row else None)
        for language, version in row["versions"].items():
            if isinstance(version, str):
                document.texts[language] = version
            else:
                document.files[language] = folder / version["path"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Document(f"line {number}", problem=f"Line {number} of the manifest is wrong: {error!r}.")
    return document


class Writer:
    """Writes results as they come, beside their names; `close` puts them into place.

    Nothing is held in memory, and an interrupted run leaves an earlier run's files as they were.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._names = ("aligned.jsonl", "aligned.tmx", "failed.jsonl")
        folder.mkdir(parents=True, exist_ok=True)
        self._beside = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix=".run-", dir=folder))
        )
        self._files = {
            name: self._stack.enter_context((self._beside / name).open("wb")) for name in self._names
        }
        self._tmx = self._stack.enter_context(ExitStack())
        self._body: etree._IncrementalFileWriter | None = None
        self.failed = 0

    def aligned(self, document: Document, aligned: Aligned) -> None:
        """Write one aligned document."""
        row = {"id": document.id} | aligned_out(aligned).model_dump(mode="json", exclude_none=True)
        self._line("aligned.jsonl", row)
        if self._body is None:
            writer = self._tmx.enter_context(etree.xmlfile(self._files["aligned.tmx"], encoding="UTF-8"))
            writer.write_declaration()
            self._tmx.enter_context(writer.element("tmx", version="1.4"))
            writer.write("\n", tmx_header(None, aligned.signature), "\n")
            self._tmx.enter_context(writer.element("body"))
            self._body = writer
        for unit in tmx_units(aligned, prefix=f"{document.id}/"):
            self._body.write("\n", unit)

    def failure(self, document: Document, reason: str) -> None:
        """Write down a document that could not be aligned."""
        self.failed += 1
        self._line("failed.jsonl", {"id": document.id, "reason": reason})

    def close(self) -> None:
        """Put the files into place; ones with nothing in them are not made."""
        self._tmx.close()
        for name, file in self._files.items():
            file.close()
            path = self._beside / name
            if path.stat().st_size:
                path.replace(self._folder / name)
            else:
                (self._folder / name).unlink(missing_ok=True)
        self._stack.close()

    def _line(self, name: str, row: dict[str, object]) -> None:
        self._files[name].write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def align_all(
    documents: Sequence[Document],
    languages: Sequence[str],
    pipeline: Pipeline,
    max_bytes: int,
    writer: Writer,
) -> Iterator[tuple[Document, str]]:
    """Align documents one after the other; yield each with the reason it failed, "" when it did not."""
    for document in documents:
        reason = ""
        try:
            writer.aligned(document, pipeline.compare(document.articles(languages, max_bytes)))
        except (ServiceError, ModelError, AlignmentError) as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001  # one bad document must not lose the run
            reason = f"unforeseen {type(error).__name__}: {error}"
        if reason:
            writer.failure(document, reason)
        yield document, reason


def run(options: argparse.Namespace) -> int:
    """Align the corpus that the options name; return the exit code."""
    settings = read_settings()
    if options.encoder:
        settings = settings.model_copy(update={"encoder": options.encoder})
    if options.input.is_dir():
        documents = documents_in(options.input, options.languages)
    elif options.input.is_file():
        documents = documents_of(options.input)
    else:
        raise FileError(f"{options.input} is not there; name a folder or a JSONL manifest.")
    if not documents:
        raise FileError(f"{options.input} has no ID.LANG.EXT files in {', '.join(options.languages)}.")
    pipeline = build_pipeline(settings)
    console = Console(stderr=True)
    columns = (TextColumn("aligning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    writer = Writer(options.output)
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(documents))
        for document, reason in align_all(documents, options.languages, pipeline, settings.max_bytes, writer):
            progress.advance(task)
            if reason:
                progress.console.print(f"{document.id}: {reason}", style="red", markup=False, highlight=False)
    writer.close()
    done = len(documents) - writer.failed
    console.print(f"{done} documents aligned, {writer.failed} failed, in {options.output}", highlight=False)
    return 1 if writer.failed else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; bad usage is one line on standard error and exit code 2."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="align_corpus.py"
    )
    parser.add_argument("input", type=Path, metavar="INPUT")
    parser.add_argument("output", type=Path, metavar="OUTPUT")
    parser.add_argument("--languages", nargs="+", required=True, metavar="LANG")
    parser.add_argument(
        "--encoder", metavar="ID", help='sentence encoder; "none": by lengths, numbers and names alone'
    )
    options = parser.parse_args(arguments)
    try:
        if len(options.languages) < 2 or len(set(options.languages)) < len(options.languages):
            raise VersionsError("Name two or more different languages, e.g. --languages en es ru.")
        if options.output.exists() and not options.output.is_dir():
            raise FileError(f"{options.output} is a file; name a folder to write to.")
        return run(options)
    except (ServiceError, ModelError, AlignmentError, OSError) as error:
        print(f"align_corpus.py: {' '.join(str(error).split())}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
