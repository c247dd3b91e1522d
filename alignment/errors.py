"""What can go wrong in alignment."""

from __future__ import annotations


class AlignmentError(Exception):
    """Base of every error this package raises."""
