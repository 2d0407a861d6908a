"""Where configuration and data files are: the user's own first, then the ones shipped with the program."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent
# A wheel carries config/ inside the package; in a checkout it lies at the root, two folders up.
SHIPPED = _PACKAGE / "config" if (_PACKAGE / "config").is_dir() else _PACKAGE.parents[1] / "config"


def config_file(name: str) -> Path:
    """The path of a file of config/: `DATELINE_CONFIG_DIR` first, so that one file can be replaced without copying the rest.

    Raises FileNotFoundError, naming the places looked at.
    """
    own = os.environ.get("DATELINE_CONFIG_DIR")
    places = [Path(own) / name] if own else []
    places.append(SHIPPED / name)
    for path in places:
        if path.exists():
            return path
    raise FileNotFoundError(f"no configuration file {name!r}; looked at {', '.join(map(str, places))}")
