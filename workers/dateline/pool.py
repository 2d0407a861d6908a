"""Reading on all cores: a pool of processes, each with its own model, and every article given so long and no longer.

    with ReaderPool(options, geography, processes=2) as pool:
        mentions = pool.submit(article).result()

Pebble rather than concurrent.futures: it ends the one process whose article ran too long or crashed it and starts another, where
the standard pool breaks as a whole and takes the neighbours' articles with it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from pebble import ProcessPool

from dateline.geography import GeographyOptions, Resolution, Toponym
from dateline.reading_options import ReadingOptions
from dateline.records import Article, Mention, Place

if TYPE_CHECKING:
    from dateline.pipeline import Explained, Reader

    OpenReader = Callable[[ReadingOptions, GeographyOptions], Reader]

Result = TypeVar("Result")

_reader: Reader | None = None  # one per pool process, set by its initialiser


class ModelMissingError(RuntimeError):
    """The language model that the settings name is not installed; the message says how to install one."""


def _open(open_reader: OpenReader, options: ReadingOptions, geography: GeographyOptions) -> None:
    global _reader
    _reader = open_reader(options, geography)


def _open_pipeline(options: ReadingOptions, geography: GeographyOptions) -> Reader:
    from dateline.pipeline import open_reader  # spaCy takes two seconds to load: only the pool's processes need it

    return open_reader(options, geography)


def _nothing() -> None:
    """The first task."""


def _loaded() -> Reader:
    assert _reader is not None, "called outside a pool process"
    return _reader


def _read(article: Article) -> list[Mention]:
    return _loaded().read(article)


def _read_explained(article: Article) -> list[Explained]:
    return _loaded().read_explained(article)


def _geoparse(article: Article) -> list[tuple[Toponym, Place]]:
    return _loaded().geoparse(article)


def _explain(article: Article) -> list[tuple[Toponym, Resolution]]:
    return _loaded().explain(article)


def _check_model(name: str) -> None:
    """Say it here and once: a pool process that fails to load its model only ends, and another is started in its place."""
    if find_spec(name.replace("-", "_")) is None and not Path(name).exists():
        raise ModelMissingError(f"the spaCy model {name!r} is not installed: `pip install` it, or name another in [reading] model")


def default_processes() -> int:
    """As many as this process may use cores."""
    return len(os.sched_getaffinity(0))


class ReaderPool:
    """Processes that read articles. A future raises TimeoutError or pebble.ProcessExpired for the one article that is to blame.

    Each process calls `open_reader` once, a function that can be pickled by its name; without one, the whole pipeline is opened.
    """

    def __init__(
        self,
        options: ReadingOptions,
        geography: GeographyOptions,
        processes: int | None = None,
        open_reader: OpenReader = _open_pipeline,
    ) -> None:
        _check_model(options.model)
        self.processes = processes or default_processes()
        self._timeout_s = options.timeout_s
        # Spawned, not forked: the parent runs threads and an event loop, whose locks a fork would copy as they stand.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPool(
            max_workers=self.processes,
            max_tasks=options.max_articles_per_process,
            initializer=_open,
            initargs=(open_reader, options, geography),
            context=context,
        )
        self._pool.schedule(_nothing)  # starts the processes now: they load while the caller does the rest

    def submit(self, article: Article) -> Future[list[Mention]]:
        """Read one article; the time it may take runs from when a process takes it up."""
        return self._pool.schedule(_read, args=(article,), timeout=self._timeout_s)

    def submit_read_explained(self, article: Article) -> Future[list[Explained]]:
        """Read one article, with the reasons for what was found."""
        return self._pool.schedule(_read_explained, args=(article,), timeout=self._timeout_s)

    def submit_geoparse(self, article: Article) -> Future[list[tuple[Toponym, Place]]]:
        return self._pool.schedule(_geoparse, args=(article,), timeout=self._timeout_s)

    def submit_explain(self, article: Article) -> Future[list[tuple[Toponym, Resolution]]]:
        return self._pool.schedule(_explain, args=(article,), timeout=self._timeout_s)

    def close(self) -> None:
        """Stop at once: what was not finished is not waited for."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def in_order(
    articles: Iterable[Article], submit: Callable[[Article], Future[Result]], window: int
) -> Iterator[tuple[Article, Future[Result]]]:
    """Each article with its finished future, in the order given, never more than `window` in hand."""
    waiting: deque[tuple[Article, Future[Result]]] = deque()
    for article in articles:
        waiting.append((article, submit(article)))
        if len(waiting) >= window:
            yield _finished(waiting.popleft())
    while waiting:
        yield _finished(waiting.popleft())


def _finished(pair: tuple[Article, Future[Result]]) -> tuple[Article, Future[Result]]:
    pair[1].exception()
    return pair
