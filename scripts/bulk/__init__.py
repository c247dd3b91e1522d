"""Aligning documents in bulk: what `scripts/align_corpus.py` is made of."""
