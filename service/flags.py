"""The flags that the service adds to those of engines (docs/models.md)."""

from __future__ import annotations

from typing import Final

APPROVED: Final = "approved"  # a person's translation, from the memory
APPLIED: Final = "glossary"  # the terms of a glossary are in it
MISSED: Final = "glossary-missed"  # one of them could not be put in
FAULTLESS: Final = frozenset({APPROVED, APPLIED})  # these say how it came about, not what is wrong with it
