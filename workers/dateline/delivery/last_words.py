"""The hard stop: for a process that can neither go on nor acknowledge what it holds. The broker still has every input."""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn

EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h

log = logging.getLogger(__name__)


def stop_hard(reason: str) -> NoReturn:
    """Say why and end at once, without committing, flushing or waiting for anything; the supervisor starts us again."""
    log.critical("stopping hard: %s", reason)
    sys.stderr.write(f"dateline: stopping hard: {reason}\n")
    sys.stderr.flush()
    os._exit(EXIT_CODE)
