"""What can go wrong in the service."""

from __future__ import annotations


class ServiceError(Exception):
    """Base of every error this package raises."""
