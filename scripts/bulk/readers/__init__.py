"""Readers of what a bulk run takes in."""

from bulk.readers.opening import open_input
from bulk.readers.reader import Reader

__all__ = ["Reader", "open_input"]
