"""What can go wrong with checkpoints, engines and encoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class ModelError(Exception):
    """Base of every error this package raises."""


class CatalogError(ModelError):
    """The catalog cannot be read."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"The catalog {path} cannot be read: {problem}.")


class UnknownCheckpointError(ModelError):
    """The catalog has no such id (or none of that kind)."""

    def __init__(self, checkpoint_id: str, known: Sequence[str]) -> None:
        self.checkpoint_id = checkpoint_id
        self.known = tuple(known)
        super().__init__(f'There is no "{checkpoint_id}" in the catalog; it knows {", ".join(self.known)}.')


class CheckpointMissingError(ModelError):
    """The catalog knows the checkpoint, but it is not on this machine."""

    def __init__(self, checkpoint_id: str, command: str) -> None:
        self.checkpoint_id = checkpoint_id
        self.command = command
        super().__init__(f'"{checkpoint_id}" is not on this machine; get it with: {command}')


class CheckpointDamagedError(ModelError):
    """A checkpoint on this machine is not what it was when it came; it is not loaded."""

    def __init__(self, checkpoint_id: str, folder: Path, problem: str, command: str) -> None:
        self.checkpoint_id = checkpoint_id
        self.folder = folder
        self.problem = problem
        self.command = command
        super().__init__(f'"{checkpoint_id}" in {folder} is damaged: {problem}; get it again with: {command}')


class CheckpointInvalidError(ModelError):
    """A folder or archive is no checkpoint that can be loaded, Marian or an encoder in LaBSE's layout."""

    def __init__(self, place: Path, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place} is not a checkpoint that can be loaded: {problem}.")


class CheckpointShippedError(ModelError):
    """A checkpoint that comes with the package can be neither removed nor replaced."""

    def __init__(self, checkpoint_id: str) -> None:
        self.checkpoint_id = checkpoint_id
        super().__init__(f'"{checkpoint_id}" comes with Triptych and can be neither removed nor replaced.')


class EncoderMissingError(ModelError):
    """An encoder's package is not installed."""

    def __init__(self, encoder_id: str, command: str) -> None:
        self.encoder_id = encoder_id
        self.command = command
        super().__init__(f'The encoder "{encoder_id}" is not installed; get it with: {command}')


class UnsupportedTargetError(ModelError):
    """A checkpoint does not translate into that language."""

    def __init__(self, checkpoint_id: str, target: str, known: Sequence[str]) -> None:
        self.checkpoint_id = checkpoint_id
        self.target = target
        self.known = tuple(known)
        super().__init__(
            f'"{checkpoint_id}" does not translate into "{target}", only into {", ".join(self.known)}.'
        )


class DeviceError(ModelError):
    """The device asked for cannot be used."""

    def __init__(self, device: str, problem: str) -> None:
        self.device = device
        self.problem = problem
        super().__init__(f'The device "{device}" cannot be used: {problem}.')


class EngineError(ModelError):
    """The engine asked for cannot be used."""

    def __init__(self, engine: str, problem: str) -> None:
        self.engine = engine
        self.problem = problem
        super().__init__(f'The engine "{engine}" cannot be used: {problem}.')


class HubUnreachableError(ModelError):
    """The hub does not answer, or may not be asked."""

    def __init__(self, repository: str, problem: str) -> None:
        self.repository = repository
        self.problem = problem
        super().__init__(
            f"The hub cannot be reached for {repository} ({problem}); "
            "where it never can, use: triptych models import DIR --as ID"
        )


class HubRefusedError(ModelError):
    """The hub answered with an error; `status` is HTTP's, `retry_after` its header, "" without one."""

    def __init__(self, repository: str, status: int, retry_after: str = "") -> None:
        self.repository = repository
        self.status = status
        self.retry_after = retry_after
        closed = "it is private or gated; where you may have it, set HF_TOKEN"
        said = {
            401: closed,
            403: closed,
            404: "it has no such repository or revision",
            429: "too many requests",
        }.get(status, "it refuses")
        later = f", to be asked again in {retry_after} s" if retry_after else ""
        super().__init__(f"The hub answered {status} for {repository}: {said}{later}.")


class HubMismatchError(ModelError):
    """A file from the hub is not the one that was expected; nothing was installed."""

    def __init__(self, repository: str, name: str, problem: str) -> None:
        self.repository = repository
        self.name = name
        self.problem = problem
        super().__init__(f"{name} of {repository} is not taken: {problem}.")


class ArchiveError(ModelError):
    """An archive cannot be imported."""

    def __init__(self, archive: Path, problem: str) -> None:
        self.archive = archive
        self.problem = problem
        super().__init__(f"{archive} cannot be imported: {problem}.")
