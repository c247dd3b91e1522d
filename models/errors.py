"""What can go wrong with checkpoints, engines and encoders."""

from __future__ import annotations


class ModelError(Exception):
    """Base of every error this package raises."""
