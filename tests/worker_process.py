"""A worker with the plain reading pool as a process, so that a test can kill it. Settings come from the environment."""

from __future__ import annotations

import logging

from plain_reading import PlainPool

from dateline.app.worker import run_worker
from dateline.settings import load

if __name__ == "__main__":
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    run_worker(load(), PlainPool())
