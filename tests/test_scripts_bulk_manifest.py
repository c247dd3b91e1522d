from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from bulk.errors import ManifestError
from bulk.manifest import Counts, ShardManifest, shard_file, verify
from bulk.writers import make_writer
from bulk_fixture import LANGUAGES, record, tiny, written

if TYPE_CHECKING:
    from pathlib import Path


def made(folder: Path) -> ShardManifest:
    held = [record("one"), tiny("two")]
    counts = Counts()
    for each in held:
        counts.add(each)
    names = [
        path.relative_to(folder).as_posix() for path in written(make_writer("xliff", LANGUAGES), folder, held)
    ]
    return ShardManifest.of(
        "part",
        counts,
        [shard_file(str(folder), name) for name in names],
        {"form": "xliff"},
        [each.signature for each in held],
    )


def test_a_manifest_tells_counts_sizes_checksums_options_and_signatures(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    assert (manifest.documents, manifest.beads) == (2, 29)
    assert manifest.sentences == {"en": 29, "es": 28, "ru": 25}
    assert manifest.signatures == (record().signature, tiny().signature)
    assert manifest.options == {"form": "xliff"}
    first = manifest.files[0]
    content = (tmp_path / first.name).read_bytes()
    assert (first.bytes, first.sha256) == (len(content), sha256(content).hexdigest())


def test_a_manifest_is_read_from_its_bytes_exactly(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    again = ShardManifest.from_bytes(manifest.to_bytes())
    assert again == manifest
    assert again.to_bytes() == manifest.to_bytes()
    assert made(tmp_path).to_bytes() == manifest.to_bytes()


def test_files_that_are_not_what_was_written_are_told(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    assert verify(str(tmp_path), manifest) == []
    one, two, three = (tmp_path / file.name for file in manifest.files[:3])
    one.unlink()
    two.write_bytes(two.read_bytes()[:-1])
    changed = bytearray(three.read_bytes())
    changed[10] ^= 1
    three.write_bytes(changed)
    found = verify(str(tmp_path), manifest)
    assert len(found) == 3
    assert "cannot be read" in found[0]
    assert "its manifest says" in found[1]
    assert "SHA-256" in found[2]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"stem": 1, "documents": "x"}', b"\xff"])
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(ManifestError, match="no manifest"):
        ShardManifest.from_bytes(content)
