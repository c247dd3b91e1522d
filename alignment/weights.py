"""The learnt weights of a bead's score, from the TOML files beside this one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Weights:
    """What each piece of evidence adds to a bead's log odds; see `cost` for what the names stand for."""

    bead: float
    two_one: float
    two_two: float
    three_one: float
    larger: float
    larger_by: float
    similarity: float
    similarity_by: float
    length: float
    extension: float
    part: float
    anchor: float
    block: float
    null: float

    @classmethod
    def learnt(cls, *, lexical: bool = False) -> Weights:
        """Return the weights that `scripts/learn_weights.py` learnt; `lexical` are those without a model."""
        return _read("weights_lexical.toml" if lexical else "weights.toml")


@cache
def _read(name: str) -> Weights:
    """Read a file once: two versions of a short article are aligned in less time than it takes."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return Weights(**tomllib.loads(text)["weights"])
