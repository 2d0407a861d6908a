"""What can be set about geography. Defaults and their reasons are in config/dateline.toml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GeographyOptions:
    """Where the compiled gazetteer lies, and how much of it one name may ask for."""

    cache_dir: str  # empty: the user's own cache folder
    max_candidates: int  # per name: bounds the work that one ambiguous name can make
