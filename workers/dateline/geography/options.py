"""What can be set about geography. Defaults and their reasons are in config/dateline.toml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GeographyOptions:
    """Where the compiled gazetteer lies, and how much of it one name may ask for."""

    cache_dir: str  # empty: the user's own cache folder
    index: str  # a compiled index to open instead; empty: the one made from the packages, compiled when needed
    feature_classes: list[str]  # GeoNames' classes that are compiled from a dump: P towns, A areas, T mountains, H water, L parks, S sites
    max_candidates: int  # per name: bounds the work that one ambiguous name can make
