"""Sentence alignment of two or more versions of an article.

Sees sentences and an encoder it is handed; knows nothing of checkpoints, articles or HTTP.
"""
