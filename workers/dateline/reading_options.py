"""The settings of reading, in a module of their own: whoever only names them need not load a language model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """How articles are read."""

    model: str
    max_text_chars: int
    max_title_chars: int
    timeout_s: float
    max_articles_per_process: int
