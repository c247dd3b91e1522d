"""What tells that a document of the input is not the one that it was.

A text in a manifest counts as it is; a local file by its path, size and time of change, so that a run that is
taken up again does not read the whole corpus to find that nothing has changed; a file at an address by its
address alone.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from bulk import storage

if TYPE_CHECKING:
    from bulk.document import Document, Text


def fingerprint(document: Document) -> bytes:
    """Return 16 bytes that change with the document; looks at local files but does not read them."""
    digest = blake2b(digest_size=16)
    parts = [document.id, document.problem]
    for language, text in document.versions.items():
        parts += [language, str(text.format), str(text.lines), str(text.chapter), *_content(text)]
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "little") + content)
    return digest.digest()


def _content(text: Text) -> list[str]:
    if text.path is None:
        return [text.text or ""]
    if not storage.is_local(text.path):
        return [text.path]
    try:
        facts = Path(text.path).stat()
    except (OSError, ValueError):
        return [text.path, "not there"]
    return [text.path, str(facts.st_size), str(facts.st_mtime_ns)]
