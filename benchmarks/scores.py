"""Run every scorer of an evaluation folder over what the installed `dateline` prints.

    python benchmarks/scores.py ../shared/eval [--only places events types merge seed] [--keep FOLDER]

The folder holds the data and the scorers (its README says what each figure means); none of it is part of this project.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = (
    # name, command, input, scorer, gold
    ("places lgl", "geoparse", "places/lgl.jsonl", "score_places.py", "places/lgl.jsonl"),
    ("places tr-news", "geoparse", "places/tr-news.jsonl", "score_places.py", "places/tr-news.jsonl"),
    ("places geovirus", "geoparse", "places/geovirus.jsonl", "score_places.py", "places/geovirus.jsonl"),
    ("events", "extract", "events/articles.jsonl", "score_events.py", "events/gold.jsonl"),
    ("seed", "extract", "../seed/articles.jsonl", "score_events.py", "../seed/gold.jsonl"),
    ("types plover-gsr", "extract", "types/plover-gsr.jsonl", "score_types.py", "types/plover-gsr.jsonl"),
    ("types plv-train", "extract", "types/plv-train.jsonl", "score_types.py", "types/plv-train.jsonl"),
    ("merge", "extract --merge", "merge/articles.jsonl", "score_merge.py", "merge/gold.jsonl"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="first words of the runs to make")
    parser.add_argument("--keep", type=Path, help="where to keep the predictions")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        keep = arguments.keep or Path(temporary)
        keep.mkdir(parents=True, exist_ok=True)
        for name, command, source, scorer, gold in RUNS:
            if arguments.only and name.split()[0] not in arguments.only:
                continue
            predictions = keep / f"{name.replace(' ', '-')}.jsonl"
            with predictions.open("wb") as out:
                subprocess.run([sys.executable, "-m", "dateline", *command.split(), str(arguments.folder / source)], stdout=out, check=True)
            print(f"== {name}", flush=True)
            subprocess.run([sys.executable, str(arguments.folder / scorer), str(arguments.folder / gold), str(predictions)], check=True)


if __name__ == "__main__":
    main()
