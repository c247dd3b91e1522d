"""Forms in which aligned versions are given out."""
