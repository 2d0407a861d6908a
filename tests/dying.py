"""What a process of its own does in a test: in a module that such a process can import however the tests were started."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from dateline.app.replay.spool import Spool


def claim_and_die(folder: Path) -> None:
    assert Spool(folder).claim("read") is not None
    os._exit(9)


def begin_and_hang(sign: Path) -> None:
    """Say by a file that it has begun, and never end."""
    sign.touch()
    signal.pause()
