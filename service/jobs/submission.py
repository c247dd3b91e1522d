"""What callers send as a job, made into tasks: JSON, a JSON line an article, or files."""

# No postponed annotations here: pydantic reads them.
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.article import Format
from service.documents import format_of
from service.errors import LimitError
from service.jobs.errors import SubmissionError
from service.jobs.task import Document, Kind, Task
from service.requests import Language, TextFormat

_NOT_NAME = re.compile(r"[^\w .()+-]")
ArticleId = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,200}$", examples=["rain"])]
Targets = Annotated[list[Language], Field(max_length=20, examples=[["es", "ru"]])]


class ArticleIn(BaseModel):
    """An article to translate (`text`), or versions of one to align or compare (`versions`)."""

    model_config = ConfigDict(extra="forbid")

    id: ArticleId | None = Field(default=None, description="Names it in the results; else its number")
    task: Kind | None = Field(default=None, description="Left out: translate a text, compare versions")
    format: TextFormat = Field(default=Format.TEXT, description="How the texts are written")
    extract: bool = Field(default=False, description="Find the article in a whole web page (HTML only)")
    text: str | None = Field(default=None, examples=["Rain fell all night. The boats stayed in."])
    source: Language = "en"
    targets: Targets = Field(default_factory=list, description="Into what; left out: the job's targets")
    versions: Annotated[dict[Language, str], Field(min_length=1, max_length=20)] | None = None
    translate_missing: Targets = Field(default_factory=list)
    model: str | None = Field(default=None, max_length=200)


class JobIn(BaseModel):
    """Many articles; `targets` and `model` hold for those that name none."""

    model_config = ConfigDict(extra="forbid")

    articles: list[ArticleIn] = Field(min_length=1)
    targets: Targets = Field(default_factory=list)
    model: str | None = Field(default=None, max_length=200)


class FileIn(BaseModel):
    """A file that was sent."""

    name: str
    content: bytes


def tasks_of_lines(body: bytes, targets: Sequence[str]) -> list[Task]:
    """Read a JSON line an article; raise SubmissionError that names the line."""
    articles = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            try:
                articles.append(ArticleIn.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"])
                raise SubmissionError(f"Line {number}: {place or 'it'}: {first['msg']}.") from error
    return tasks_of(articles, targets)


def tasks_of(articles: Iterable[ArticleIn], targets: Sequence[str], model: str | None = None) -> list[Task]:
    """Make tasks of articles; raise SubmissionError."""
    return [_task(article, number, targets, model) for number, article in enumerate(articles, 1)]


def tasks_of_files(
    files: Iterable[FileIn],
    *,
    kind: Kind,
    source: str,
    targets: Sequence[str],
    model: str | None,
    extract: bool,
) -> list[Task]:
    """Make tasks of files: each an article to translate, or else versions by their names, ID.LANG.EXT.

    Raises SubmissionError, FileFormatError.
    """
    groups: dict[str, dict[str, Document]] = {}
    for file in files:
        name = PurePosixPath(file.name.replace("\\", "/")).name
        language, group = source, name
        if kind is not Kind.TRANSLATE:
            parts = name.rsplit(".", 2)
            if len(parts) != 3 or not re.fullmatch(r"[a-z]{2,3}", parts[1]):
                raise SubmissionError(
                    f'The file "{name}" is no version; name it ID.LANG.EXT, as rain.es.docx.'
                )
            group, language = parts[0], parts[1]
        versions = groups.setdefault(group, {})
        if language in versions:
            raise SubmissionError(f'There are two files "{name}", or two versions in one language.')
        versions[language] = Document(language, format_of(name), file.content)
    return [
        Task(
            _NOT_NAME.sub("_", group)[:200] or "_",
            kind,
            tuple(versions.values()),
            tuple(targets),
            model,
            extract,
        )
        for group, versions in groups.items()
    ]


def checked(tasks: Sequence[Task], *, max_articles: int, max_bytes: int) -> Sequence[Task]:
    """Return the tasks if they can be a job; raise SubmissionError or LimitError."""
    if not tasks:
        raise SubmissionError("There are no articles in the job; send at least one.")
    if len(tasks) > max_articles:
        raise LimitError("The job", "articles", len(tasks), max_articles, "MAX_JOB_ARTICLES")
    seen: set[str] = set()
    for task in tasks:
        if task.id in seen:
            raise SubmissionError(f'The id "{task.id}" stands for two articles; give each its own.')
        seen.add(task.id)
        if task.kind is Kind.TRANSLATE and not task.targets:
            raise SubmissionError(f'The article "{task.id}" has no targets; name at least one language.')
        for document in task.documents:
            if len(document.content) > max_bytes:
                what = f'The {document.language} version of "{task.id}"'
                raise LimitError(what, "bytes", len(document.content), max_bytes)
    return tasks


def _task(article: ArticleIn, number: int, targets: Sequence[str], model: str | None) -> Task:
    name = article.id or str(number)
    if (article.text is None) == (article.versions is None):
        raise SubmissionError(f'The article "{name}" needs either a text or versions.')
    versions = article.versions if article.text is None else {article.source: article.text}
    kind = article.task or (Kind.COMPARE if article.text is None else Kind.TRANSLATE)
    if (kind is Kind.TRANSLATE) != (article.text is not None):
        raise SubmissionError(
            f'The article "{name}" cannot be done: translate takes a text, {kind} versions.'
        )
    wanted = (article.targets or targets) if kind is Kind.TRANSLATE else article.translate_missing
    return Task(
        name,
        kind,
        tuple(
            Document(language, article.format, text.encode(errors="replace"))
            for language, text in (versions or {}).items()
        ),
        tuple(wanted),
        article.model or model,
        article.extract,
    )
