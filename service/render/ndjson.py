"""NDJSON: a row a line, each of which stands on its own; what a streaming reader or `jq -c` takes."""

# No postponed annotations here: pydantic reads them.
from pydantic import Field

from service.render.column import columns
from service.render.json_form import FindingOut, Language, Out, SentenceOut, findings_out, sentence_out
from service.render.text import encodable, rounded
from service.result import Aligned


class RowLineOut(Out):
    """One line of the NDJSON form: a row that stands on its own."""

    index: int = Field(description="Its number, from 0")
    sentences: dict[Language, tuple[SentenceOut, ...]] = Field(
        description="For each version its sentences, none where it has no counterpart"
    )
    score: float = Field(description="How sure the alignment is, 0 to 1")
    findings: tuple[FindingOut, ...]
    signature: str = Field(description="What this result depends on")


def render_ndjson(aligned: Aligned) -> bytes:
    """Return the rows as UTF-8 JSON, one a line, each with its sentences, findings and the signature."""
    read = columns(aligned.versions)
    by_row: dict[int, list[FindingOut]] = {}
    for finding in findings_out(aligned):
        by_row.setdefault(finding.row, []).append(finding)
    lines = (
        RowLineOut(
            index=index,
            sentences={
                column.language: tuple(
                    sentence_out(column, number) for number in row.sentences.get(column.language, ())
                )
                for column in read
            },
            score=rounded(row.score),
            findings=tuple(by_row.get(index, ())),
            signature=encodable(aligned.signature),
        )
        for index, row in enumerate(aligned.rows)
    )
    return b"".join(line.model_dump_json(exclude_none=True).encode() + b"\n" for line in lines)
