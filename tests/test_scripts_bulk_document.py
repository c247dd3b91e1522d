from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from bulk import storage
from bulk.document import Document, Text
from bulk.lines import article_of_lines
from hypothesis import given
from hypothesis import strategies as st

from service.article import Format
from service.errors import ArticleError, FileError, FormatError, LimitError, VersionsError

if TYPE_CHECKING:
    from pathlib import Path


@given(st.text(st.sampled_from("ab .\n\t\r\u2028"), max_size=30))
def test_every_line_with_text_is_a_sentence_and_nothing_is_lost(source: str) -> None:
    article = article_of_lines(source, "en")
    assert [sentence.text for sentence in article.sentences] == [
        line.strip() for line in source.split("\n") if line.strip()
    ]
    blocks = [source[block.start : block.end] for block in article.blocks]
    assert "".join(frame + block for frame, block in zip(article.frame, [*blocks, ""], strict=True)) == source
    assert all(source[each.start : each.end] == each.text for each in article.sentences)


def test_versions_come_in_the_order_of_the_languages(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A title", encoding="utf-8")
    document = Document("a", {"ru": Text(text="Да, это так."), "en": Text(path=str(tmp_path / "a.md"))})
    articles = document.articles(("en", "es", "ru"), 1_000)
    assert [(each.language, each.format, each.text) for each in articles] == [
        ("en", Format.MARKDOWN, "A title"),
        ("ru", Format.TEXT, "Да, это так."),
    ]
    assert pickle.loads(pickle.dumps(document)) == document


def test_a_document_is_refused_for_its_problem_or_for_too_few_versions() -> None:
    one = Document("a", {"en": Text(text="x y")})
    with pytest.raises(VersionsError, match="only en of en, es"):
        one.articles(("en", "es"), 100)
    assert len(one.articles(("en", "es"), 100, least=1)) == 1
    with pytest.raises(ArticleError, match="line 5 is bad"):
        Document("a", problem="line 5 is bad").articles(("en", "es"), 100)


@pytest.mark.parametrize(
    ("name", "error"),
    [("none.txt", FileError), ("a.docx", FormatError), ("big.txt", LimitError), ("bad.txt.gz", FileError)],
)
def test_a_version_that_cannot_be_read_says_why(name: str, error: type[Exception], tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"x")
    (tmp_path / "big.txt").write_bytes(b"x" * 200)
    (tmp_path / "bad.txt.gz").write_bytes(b"x")
    with pytest.raises(error, match=name):
        Text(path=str(tmp_path / name)).article("en", 100)


def test_half_a_surrogate_pair_is_refused() -> None:
    for lines in (False, True):
        with pytest.raises(ArticleError, match="surrogate"):
            Text(text="a\ud800b", lines=lines).article("en", 100)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.en.txt", ".txt"),
        ("a.en.TXT.GZ", ".txt"),
        ("s3://b/k/a.md.zst", ".md"),
        ("noext", ""),
        (".txt", ""),
        ("a.gz", ""),
    ],
)
def test_the_extension_is_what_stands_before_the_compression(name: str, expected: str) -> None:
    assert storage.extension(name) == expected


def test_paths_are_joined_as_their_kind_has_it() -> None:
    assert storage.joined("/a", "b/c.txt") == "/a/b/c.txt"
    assert storage.joined("/a", "/b.txt") == "/b.txt"
    assert storage.joined("s3://bucket/a/", "b.txt") == "s3://bucket/a/b.txt"
    assert storage.joined("/a", "s3://bucket/b.txt") == "s3://bucket/b.txt"
    assert storage.parent("s3://bucket/a/b.txt") == "s3://bucket/a"


def test_a_file_system_that_is_not_there_is_one_line() -> None:
    with pytest.raises(FileError, match="cannot be re"):
        storage.content("nosuchsystem://a/b.txt", 100)


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_what_is_written_is_read(ending: str, tmp_path: Path) -> None:
    path = str(tmp_path / "new" / f"a.txt{ending}")
    with storage.writing(path) as file:
        file.write(b"one\n" * 1_000)
    assert storage.content(path, 10_000) == b"one\n" * 1_000
    with storage.reading(path) as file:
        assert list(storage.lines(file, 4))[:2] == [b"one\n", b"one\n"]


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"ok\n" + b"x" * 3_000_000 + b"\n" + b"end")
    with storage.reading(str(path)) as file:
        assert list(storage.lines(file, 10)) == [b"ok\n", None, b"end"]
