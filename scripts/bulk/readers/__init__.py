"""Readers of what a bulk run takes in."""
