"""Tests of manifests that are looked at again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.manifest import ManifestError, ManifestFile, write_manifest

if TYPE_CHECKING:
    from pathlib import Path


def test_a_manifest_is_read_again_only_when_another_has_taken_its_place(tmp_path: Path) -> None:
    file = ManifestFile(tmp_path)
    (tmp_path / "weights").write_text("one")
    first = write_manifest(tmp_path, "toy")
    assert file.read() == first
    assert file.read() is file.read()
    (tmp_path / "weights").write_text("two")  # as long as before
    second = write_manifest(tmp_path, "toy")
    assert file.read() == second != first


def test_a_manifest_that_comes_goes_or_breaks_is_seen_at_once(tmp_path: Path) -> None:
    file = ManifestFile(tmp_path)
    with pytest.raises(ManifestError, match=r"manifest\.json"):
        file.read()
    written = write_manifest(tmp_path, "toy")
    assert file.read() == written
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ManifestError, match="cannot be read"):
        file.read()
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(ManifestError, match=r"manifest\.json"):
        file.read()
