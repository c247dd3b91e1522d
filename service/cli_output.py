"""What the commands give out: documents to files or standard output, notices to standard error.

The forms are imported when one is made, so that --help answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from service.errors import FormatError, VersionsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from service.result import Aligned


def announce(aligned: Aligned) -> None:
    """Say on standard error what holds for whole versions, and that a starter's translation is one."""
    from models.catalog import read_catalog
    from service.notice import starter_notice

    for finding in aligned.findings:
        if finding.kind in ("unrelated", "order", "language"):
            click.echo(f"triptych: {finding.reason}", err=True)
    given = [version.language for version in aligned.versions if version.checkpoint is None]
    source = "en" if "en" in given else given[0]
    made = [
        (version.checkpoint, source, version.language) for version in aligned.versions if version.checkpoint
    ]
    if notice := starter_notice(made, read_catalog()):
        click.echo(f"triptych: {notice}", err=True)


def deliver(aligned: Aligned, output: Path | None, forms: Sequence[str], *, default: str) -> None:
    """Give one form out: to a file, or to standard output; raise FormatError, VersionsError or FileError."""
    from service.documents import write_files
    from service.render.forms import FORMS

    if output is None:
        print_forms(aligned, forms or (default,))
        return
    if output.is_dir():
        write_forms(aligned, forms or (default,), output)
        return
    by_extension = {form.extension: name for name, form in FORMS.items()} | {
        ".htm": "html",
        ".xliff": "xliff",
    }
    if not forms and output.suffix and output.suffix not in by_extension:
        raise FormatError(f"extension of {output},", output.suffix, by_extension)
    name = forms[0] if forms else by_extension.get(output.suffix, default)
    documents = _documents(aligned, name, output.stem)
    if len(documents) > 1 or len(forms) > 1:
        raise VersionsError(
            f"{name} gives {len(documents)} files ({', '.join(documents)}); let -o name a folder."
        )
    [content] = documents.values()
    for path in write_files(output.parent, {output.name: content}):
        click.echo(path)


def print_forms(aligned: Aligned, forms: Sequence[str]) -> None:
    """Give one document out on standard output; raise VersionsError where the forms make several."""
    documents = [content for name in forms for content in _documents(aligned, name, "aligned").values()]
    if len(documents) != 1:
        raise VersionsError(
            f"{len(documents)} documents do not fit on standard output; name a folder with -o."
        )
    click.echo(documents[0], nl=False)


def write_forms(aligned: Aligned, forms: Sequence[str], folder: Path) -> None:
    """Write each form's documents to a folder and name the files; raise FileError."""
    from service.documents import write_files

    contents: dict[str, bytes] = {}
    for name in forms:
        contents |= _documents(aligned, name, "index" if name == "html" else "aligned")
    for path in write_files(folder, contents):
        click.echo(path)


def _documents(aligned: Aligned, name: str, stem: str) -> dict[str, bytes]:
    """Render one form; "md" is the machine-made versions themselves, in the article's own format."""
    from service.formats import EXTENSIONS
    from service.render.document import render_document
    from service.render.forms import FORMS
    from service.result import Origin

    if name == "md":
        extensions = {format: extension for extension, format in reversed(list(EXTENSIONS.items()))}
        return {
            f"article.{version.language}{extensions[version.article.format]}": render_document(version)
            for version in aligned.versions
            if version.origin is Origin.MACHINE
        }
    form = FORMS[name]
    return {form.file_name(stem, document): document.content for document in form.render(aligned)}
