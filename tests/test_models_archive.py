from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from models import Store, read_catalog
from models.archive import unpack
from models.errors import ArchiveError, CheckpointInvalidError

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ("marian_fixture",)

ID = "opus-mt-en-es"


def packed(kind: str, place: Path, files: dict[str, bytes]) -> Path:
    """An archive with these entries, in this order."""
    if kind == "zip":
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(place, "w:" + kind.removeprefix("tar").lstrip(".")) as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return place


def files_of(folder: Path, prefix: str = "") -> dict[str, bytes]:
    return {prefix + path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz"])
@pytest.mark.parametrize("prefix", ["", "opus-mt-en-es/", "./a/b/"])
def test_an_archive_is_imported_as_its_folder_is(
    kind: str, prefix: str, tiny_opus: Path, tmp_path: Path
) -> None:
    archive = packed(
        kind, tmp_path / "given", files_of(tiny_opus, prefix) | {"notes.txt": b"?", f"{prefix}run.py": b"?"}
    )
    store = Store(tmp_path / "store", read_catalog(), tmp_path)
    place = store.import_archive(archive, ID)
    assert store.open(ID) == place
    assert files_of(tiny_opus).items() <= files_of(place).items()
    assert not (place / "run.py").exists()


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("name", ["../vocab.json", "/vocab.json", "a/../../vocab.json", "..\\vocab.json"])
def test_an_entry_that_points_outside_bars_the_archive(
    kind: str, name: str, tiny_opus: Path, tmp_path: Path
) -> None:
    archive = packed(kind, tmp_path / "given", files_of(tiny_opus) | {name: b"{}"})
    place = tmp_path / "deep" / "place"
    place.mkdir(parents=True)
    with pytest.raises(ArchiveError, match="points outside"):
        unpack(archive, place)
    assert list(place.iterdir()) == []
    assert not (tmp_path / "deep" / "vocab.json").exists()


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_that_expands_too_far_is_stopped(kind: str, tiny_opus: Path, tmp_path: Path) -> None:
    bomb = files_of(tiny_opus) | {"model.safetensors": bytes(20_000_000)}
    archive = packed(kind, tmp_path / "given", bomb)
    assert archive.stat().st_size < 1_000_000
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(ArchiveError, match="expands to more than 5,000,000 bytes"):
        unpack(archive, place, largest=5_000_000)
    assert sum(path.stat().st_size for path in place.iterdir()) <= 5_000_000


def test_links_in_a_tar_are_not_followed(tiny_opus: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("{}")
    archive = packed("tar", tmp_path / "given", files_of(tiny_opus))
    with tarfile.open(archive, "a") as opened:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            member = tarfile.TarInfo("README.md")
            member.type, member.linkname = kind, str(secret)
            opened.addfile(member)
    place = tmp_path / "place"
    place.mkdir()
    unpack(archive, place)
    assert not (place / "README.md").exists()


def test_links_in_a_zip_are_not_followed(tiny_opus: Path, tmp_path: Path) -> None:
    archive = packed("zip", tmp_path / "given", files_of(tiny_opus))
    link = zipfile.ZipInfo("README.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(link, "/etc/hostname")
    place = tmp_path / "place"
    place.mkdir()
    unpack(archive, place)
    assert not (place / "README.md").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "neither a zip nor a tar"),
        (b"PK\x03\x04 but then no more", "neither a zip nor a tar"),
        (b"?" * 600, "neither"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "given").write_bytes(content)
    with pytest.raises(ArchiveError, match=problem):
        unpack(tmp_path / "given", tmp_path)


def test_a_damaged_archive_is_refused(tiny_opus: Path, tmp_path: Path) -> None:
    archive = packed("zip", tmp_path / "given", files_of(tiny_opus))
    data = bytearray(archive.read_bytes())
    data[300] ^= 255
    archive.write_bytes(data)
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(ArchiveError, match="cannot be read"):
        unpack(archive, place)


def test_an_archive_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    archive = packed("zip", tmp_path / "given", {"a/notes.txt": b"?"})
    with pytest.raises(ArchiveError, match=r"no config\.json"):
        unpack(archive, tmp_path)


def test_an_archive_with_half_a_checkpoint_is_refused(tiny_opus: Path, tmp_path: Path) -> None:
    files = files_of(tiny_opus)
    del files["source.spm"]
    store = Store(tmp_path / "store", read_catalog(), tmp_path)
    with pytest.raises(CheckpointInvalidError, match=r"no source\.spm"):
        store.import_archive(packed("tar", tmp_path / "given", files), ID)
    assert store.installed() == ()
