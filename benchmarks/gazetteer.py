"""What the compiled gazetteer costs: seconds to open it, memory of two workers that share it, microseconds to look a name up.

    python benchmarks/gazetteer.py [--names 20000]

Memory is the proportional share (PSS, Linux) that opening and looking up add to each of two processes, summed: pages that both map
count once. The names looked up are main names of places spread over the whole index, and as many that are no places.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from multiprocessing.connection import Connection
from pathlib import Path

from dateline.geography import Gazetteer, open_gazetteer
from dateline.settings import load

# How much is promised, by the names printed
PROMISED = {"seconds to ready": 0.5, "MB in two workers": 150.0, "microseconds a name": 20.0}


def pss_mb() -> float:
    line = next(line for line in Path("/proc/self/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def names_of(gazetteer: Gazetteer, count: int) -> list[str]:
    step = max(1, len(gazetteer.population) // count)
    known = [gazetteer.entry(position).name for position in range(0, len(gazetteer.population), step)]
    return [*known, *(f"Not {name}" for name in known)]


def worker(pipe: Connection, count: int) -> None:
    """Open, look up, and stay until both have been measured."""
    before, start = pss_mb(), time.perf_counter()
    gazetteer = open_gazetteer(load().geography)
    ready = time.perf_counter() - start
    names = names_of(gazetteer, count)
    start = time.process_time()
    for name in names:
        gazetteer.find(name)
    each = (time.process_time() - start) / len(names)
    pipe.send((ready, each))
    pipe.recv()
    pipe.send(pss_mb() - before)
    pipe.recv()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=20_000)
    arguments = parser.parse_args()
    open_gazetteer(load().geography)  # compiled, if it was not
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for _ in range(2):
        ours, theirs = context.Pipe()
        processes.append(context.Process(target=worker, args=(theirs, arguments.names)))
        processes[-1].start()
        pipes.append(ours)
    timed = [pipe.recv() for pipe in pipes]
    for pipe in pipes:
        pipe.send("measure")
    megabytes = sum(pipe.recv() for pipe in pipes)
    for pipe in pipes:
        pipe.send("stop")
    for process in processes:
        process.join()
    figures = (max(ready for ready, _ in timed), megabytes, max(each for _, each in timed) * 1e6)
    for (name, promised), figure in zip(PROMISED.items(), figures, strict=True):
        print(f"{name:20} {figure:8.2f}   promised: under {promised:g}")


if __name__ == "__main__":
    main()
