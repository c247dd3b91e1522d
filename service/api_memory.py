"""The HTTP interface to the translation memory: approved units, one at a time."""

# No postponed annotations here: FastAPI reads them.
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from service.errors import MemoryUnknownError
from service.memory.database import Memory
from service.memory.units import Approved, checked, normal_source
from service.requests import Language

router = APIRouter(prefix="/v1/memory", tags=["memory"])

_LONGEST = 20_000  # characters
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: {"description": "No such unit, or no memory", "content": {"application/problem+json": {}}},
    422: {"description": "The unit cannot be used", "content": {"application/problem+json": {}}},
    503: {"description": "The memory cannot be used", "content": {"application/problem+json": {}}},
}
Source = Annotated[str, Query(min_length=1, max_length=_LONGEST, description="The English sentence")]
Target = Annotated[Language, Query(description="The language of the translation")]


class UnitIn(BaseModel):
    """A translation that a person approves."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(min_length=1, max_length=_LONGEST, examples=["Rain fell all night."])
    target: Language
    text: str = Field(min_length=1, max_length=_LONGEST, examples=["Llovió toda la noche."])
    author: str = Field(default="", max_length=200, description="Who approves it")


class UnitOut(BaseModel):
    """An approved unit."""

    source: str = Field(description="The sentence, runs of white space made one space")
    target: str
    text: str
    origin: str = Field(description='"api", or the name of the file it came from')
    author: str
    approved: str = Field(description="When, in ISO 8601 and UTC")


@router.put("", responses=_PROBLEMS)
def approve(request: Request, unit: UnitIn) -> UnitOut:
    """Approve a translation of a sentence; it wins over every checkpoint's from then on."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    kept = checked(Approved(unit.source, unit.target, unit.text, "api", unit.author, now))
    _memory(request).approve([kept])
    return _out(kept)


@router.get("", responses=_PROBLEMS)
def find(request: Request, source: Source, target: Target) -> UnitOut:
    """Return the approved translation of a sentence."""
    unit = _memory(request).find(normal_source(source), target)
    if unit is None:
        raise _unknown(target)
    return _out(unit)


@router.delete("", status_code=204, responses=_PROBLEMS)
def withdraw(request: Request, source: Source, target: Target) -> Response:
    """Withdraw an approval; the sentence is translated by machine again."""
    if not _memory(request).withdraw(normal_source(source), target):
        raise _unknown(target)
    return Response(status_code=204)


def _memory(request: Request) -> Memory:
    memory: Memory | None = request.state.memory
    if memory is None:
        raise MemoryUnknownError("The server keeps no translation memory.")
    return memory


def _unknown(target: str) -> MemoryUnknownError:
    return MemoryUnknownError(f'No translation of that sentence into "{target}" has been approved.')


def _out(unit: Approved) -> UnitOut:
    return UnitOut(
        source=unit.source,
        target=unit.target,
        text=unit.text,
        origin=unit.origin,
        author=unit.author,
        approved=unit.approved,
    )
