"""What can go wrong in a bulk run; each message is one line that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class BulkError(Exception):
    """Base of every error this package raises."""


class InputError(BulkError):
    """An input that is not there, or whose kind cannot be told."""


class FolderError(BulkError):
    """A folder that cannot be listed: what it holds cannot even be told as failed."""

    def __init__(self, folder: str, reason: str) -> None:
        self.folder = folder
        super().__init__(f"{folder} cannot be listed: {reason}; make it readable, or leave it out.")


class OptionError(BulkError):
    """An option that has no meaning here."""


class UnknownFormError(BulkError):
    """An output form that there is not."""

    def __init__(self, found: str, known: Iterable[str]) -> None:
        self.found, self.known = found, tuple(known)
        super().__init__(f'The form "{found}" is unknown; there are {", ".join(self.known)}.')


class PackageMissingError(BulkError):
    """A package that only bulk runs need is not installed."""

    def __init__(self, package: str, purpose: str) -> None:
        self.package = package
        super().__init__(f"{purpose} needs {package}; get it with: pip install 'triptych[bulk]'")


class ManifestError(BulkError):
    """A shard's manifest cannot be read, or the shard is not what its manifest says."""


class LedgerError(BulkError):
    """A run's ledger is damaged, in use, or not that of the run that was asked for."""


class RunStoppedError(BulkError):
    """A run that could not go on; what it has settled is kept and it can be resumed."""


class EngineError(BulkError):
    """Workers cannot be had."""
