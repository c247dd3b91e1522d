"""A checkpoint out of a zip or tar archive, as far as it is one.

Only the files of a Marian checkpoint are taken, from the folder of the archive that holds config.json, and
each is written under its bare name: no entry can say where. Links and devices are never followed. The bytes
are counted while they are written, whatever the archive says of itself.
"""

from __future__ import annotations

import tarfile
import zipfile
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from models.errors import ArchiveError
from models.layout import CONFIG, OPTIONAL, PICKLED, REQUIRED, SAFETENSORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

TAKEN = frozenset((*REQUIRED, *OPTIONAL, SAFETENSORS, PICKLED))
LARGEST = 4 * 1024**3
_CHUNK = 1 << 20


def unpack(archive: Path, place: Path, *, largest: int = LARGEST) -> None:
    """Write a checkpoint's files from an archive into an empty folder; raise ArchiveError.

    `largest` is how many bytes they may have together.
    """
    left = largest
    try:
        with _opened(archive) as (names, read):
            for name, target in _choose(archive, names).items():
                with read(name) as source, (place / target).open("wb") as written:
                    while chunk := source.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise ArchiveError(archive, f"it expands to more than {largest:,} bytes")
                        written.write(chunk)
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise ArchiveError(archive, f"it cannot be read ({error})") from error


def _choose(archive: Path, names: list[str]) -> Mapping[str, str]:
    """Map the entries to take to the bare names they get."""
    for name in names:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name:
            raise ArchiveError(archive, f"its entry {name!r} points outside")
    configs = [PurePosixPath(name) for name in names if PurePosixPath(name).name == CONFIG]
    if not configs:
        raise ArchiveError(archive, f"it has no {CONFIG}")
    folder = min(configs, key=lambda path: len(path.parts)).parent
    chosen = [
        name for name in names if PurePosixPath(name).parent == folder and PurePosixPath(name).name in TAKEN
    ]
    targets = {name: PurePosixPath(name).name for name in chosen}
    if len(set(targets.values())) < len(chosen):
        raise ArchiveError(archive, "it has a file twice")
    return targets


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[list[str], Callable[[str], IO[bytes]]]]:
    """Open a zip or a tar, packed or not: its regular files' names, each as often as it has it; an opener."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            names = [info.filename for info in opened.infolist() if not info.is_dir() and not _is_link(info)]
            yield names, lambda name: opened.open(name)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            members = [member for member in tar.getmembers() if member.isreg()]
            by_name = {member.name: member for member in members}
            yield [member.name for member in members], lambda name: _member(tar, by_name[name])
    else:
        raise ArchiveError(archive, "it is neither a zip nor a tar archive")


def _is_link(info: zipfile.ZipInfo) -> bool:
    """Whether a zip entry made on Unix is a symbolic link."""
    return (info.external_attr >> 16) & 0o170000 == 0o120000


def _member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    found = tar.extractfile(member)
    if found is None:
        raise tarfile.TarError(f"{member.name} is no file")
    return found
