"""Dateline: the world's news feeds as a stream of events."""

__version__ = "0.1.0"
