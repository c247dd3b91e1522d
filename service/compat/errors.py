"""What only the APIs of other services can find wrong."""

from __future__ import annotations

from service.errors import ServiceError


class BodyError(ServiceError):
    """A request whose fields are missing or cannot be used."""

    kind = "invalid-request"


class UnknownGlossaryError(ServiceError):
    """No glossary of this caller has that id."""

    kind = "unknown-glossary"

    def __init__(self, glossary_id: str) -> None:
        self.glossary_id = glossary_id
        super().__init__(f'There is no glossary "{glossary_id[:80]}"; list them with GET /v2/glossaries.')


class UnknownDocumentError(ServiceError):
    """No document has that id and key: it was never here, or was fetched, or is too old."""

    kind = "unknown-document"

    def __init__(self) -> None:
        super().__init__("There is no such document; it may have been fetched already, or have expired.")


class DocumentNotReadyError(ServiceError):
    """A document that is not translated yet."""

    kind = "document-not-ready"

    def __init__(self) -> None:
        super().__init__("The document is still being translated; ask again soon.")
