from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.article import Format
from service.documents import article_of, read_article, write_files
from service.errors import ArticleError, FileError, FormatError, LimitError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_extension_tells_the_format(tmp_path: Path) -> None:
    for name, format in (("a.txt", Format.TEXT), ("a.MD", Format.MARKDOWN), ("a.htm", Format.HTML)):
        (tmp_path / name).write_text("\ufeffSome words here.", encoding="utf-8")
        article = read_article(tmp_path / name, "en", max_bytes=100)
        assert article.format is format
        assert article.text == "Some words here."


def test_files_that_cannot_be_read_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"fine\nb\xffd")
    (tmp_path / "big.txt").write_bytes(b"x" * 101)
    (tmp_path / "a.rtf").write_bytes(b"x")
    (tmp_path / "folder.md").mkdir()
    for name, error, message in (
        ("bad.txt", ArticleError, "not UTF-8: byte 0xff in line 2"),
        ("big.txt", LimitError, "has 101 bytes, the limit is 100"),
        ("a.rtf", FormatError, r'"\.rtf" is unknown; there are \.txt'),
        ("folder.md", FileError, "is a directory"),
        ("none.txt", FileError, "No such file"),
    ):
        with pytest.raises(error, match=message) as caught:
            read_article(tmp_path / name, "en", max_bytes=100)
        assert "\n" not in str(caught.value)
    with pytest.raises(FileError, match="is a directory"):
        read_article(tmp_path, "en", max_bytes=100)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ArticleError, match="character 2"):
        article_of("ab\ud800", Format.TEXT, "en")


def test_an_article_is_extracted_from_a_page() -> None:
    story = "".join(
        f"<p>The night ferry number {n} left the quay with a hundred people on board that evening.</p>"
        for n in range(8)
    )
    menu = "<nav><ul><li><a href='/a'>Sport</a></li><li><a href='/b'>Weather</a></li></ul></nav>"
    page = (
        f"<html><head><title>Ferries</title></head><body>{menu}"
        f"<article><h1>Ferries return</h1>{story}</article><footer>By nobody</footer></body></html>"
    )
    text = article_of(page, Format.HTML, "en", extract=True).text
    assert "ferry number 7" in text
    assert "Sport" not in text
    with pytest.raises(ArticleError, match="No article"):
        article_of("<html><body></body></html>", Format.HTML, "en", extract=True)
    with pytest.raises(ArticleError, match="Only from HTML"):
        article_of("text here", Format.TEXT, "en", extract=True)


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()  # in the way of the second file
    with pytest.raises(FileError, match="cannot be written"):
        write_files(tmp_path, {"a.json": b"{}", "b": b"x", "c": b"y"})
    left = sorted(path.name for path in tmp_path.iterdir())
    assert not any(name.endswith(".part") for name in left)
    assert "c" not in left
    paths = write_files(tmp_path / "new" / "folder", {"a.json": b"{}"})
    assert [path.read_bytes() for path in paths] == [b"{}"]
