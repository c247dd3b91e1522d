"""Sentence alignment of two or more versions of an article.

Sees sentences and an encoder it is handed; knows nothing of checkpoints, articles or HTTP.
"""

from alignment.aligner import Encoder, align
from alignment.audit import audit, unrelated_findings
from alignment.beads import Bead, Row
from alignment.errors import (
    AlignmentError,
    EncoderOutputError,
    LanguageNameError,
    SentencesError,
    TooFewVersionsError,
)
from alignment.findings import Code, Finding, Severity
from alignment.lexical import LexicalEncoder
from alignment.order import order_findings
from alignment.rows import align_versions

__all__ = [
    "AlignmentError",
    "Bead",
    "Code",
    "Encoder",
    "EncoderOutputError",
    "Finding",
    "LanguageNameError",
    "LexicalEncoder",
    "Row",
    "SentencesError",
    "Severity",
    "TooFewVersionsError",
    "align",
    "align_versions",
    "audit",
    "order_findings",
    "unrelated_findings",
]
