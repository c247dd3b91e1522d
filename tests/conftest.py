"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# No test asserts a time, on a slow machine either.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")
