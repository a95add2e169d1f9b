"""Writes the page and the chart: python3 benches/peers/page RESULTS FOLDER"""

import sys
from pathlib import Path

from chart import chart
from results import Results
from text import page


def main(arguments):
    """Reads the results, writes benchmarks.md and benchmarks.svg."""
    if len(arguments) != 2:
        sys.exit(__doc__)
    results = Results(Path(arguments[0]).read_text(encoding="utf-8").splitlines())
    lock = (Path(__file__).resolve().parent.parent / "Cargo.lock").read_text(encoding="utf-8")
    folder = Path(arguments[1])
    (folder / "benchmarks.md").write_text(page(results, lock), encoding="utf-8")
    (folder / "benchmarks.svg").write_text(chart(results), encoding="utf-8")


main(sys.argv[1:])
