"""Checkpoints on disk, and the engines and encoders that run them.

Sees lists of sentences; knows nothing of articles, alignment or HTTP.
"""
