"""What every reader of input can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk.document import Document


class Reader(Protocol):
    """Gives the documents of an input, always in the same order.

    Documents come one by one and none is kept; what cannot be read becomes a document with a problem, so
    that no other is lost. Ids are unique: a second document of an id is a problem under a name of its own.
    """

    def documents(self) -> Iterator[Document]:
        """Yield the documents; raise a BulkError only where a folder cannot be listed.

        May be called again, from the beginning, except of standard input.
        """

    def count(self) -> int | None:
        """Return how many documents there are, None where it can be told by reading them only."""
