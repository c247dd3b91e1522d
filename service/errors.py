"""What can go wrong in the service.

Messages are one line: what was found, the limit, and what to do.
"""

from __future__ import annotations


class ServiceError(Exception):
    """Base of every error this package raises."""


class ArticleError(ServiceError):
    """A document that cannot be read as an article."""
