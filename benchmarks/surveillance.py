"""The statistics of surveillance beside R's, on the same numbers in one run: one process, warm, best of 5.

`python benchmarks/surveillance.py`. Prints one JSON object. `share.…` is our time over R's (0.005: 200 times
as fast); `apart.…` the largest difference of the results, relative above 1. Without Rscript and Debian's
r-cran-surveillance and r-cran-spdep only our seconds are shown. R's flexible bounds carry a known fault, so
its expected counts are compared; its original bounds follow fits that stop at a change of the deviance by
1e-8, so they agree no closer than 1e-4. No Debian package has the circular scan: its goals are a tenth and a
fifteenth of what R's scan packages took on a machine of this kind (1.7 s and 21.4 s).

Where esda is installed, `share of esda.…` is our time over that of its permutations.

`weekly.…`: seconds of processor time in which the weekly look judges 100,000 series of so many weeks, unit by
unit as it does it, 30 series each.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from safecommunity.analysis import clusters, ears, farrington, kernels, scan
from safecommunity.analysis.watch import judge

GOALS = {
    "share.C1": 0.005,
    "share.C2": 0.005,
    "share.C3": 0.005,
    "share.original": 0.01,
    "share.flexible": 0.025,
    "share.moran": 0.1,
    "share.local moran": 0.1,
    "share.gi": 0.1,
    "share.knox": 0.01,
    "scan.281": 0.17,
    "scan.1000": 1.43,
    "page of a sub-district": 1.0,
    "weekly.261": 60.0,
    "weekly.100": 60.0,
    "weekly.30": 60.0,
    "share of esda.moran": 1.0,
    "share of esda.local moran": 1.0,
    "share of esda.gi": 1.0,
    "apart.C1": 1e-6,
    "apart.C2": 1e-6,
    "apart.C3": 1e-6,
    "apart.original": 1e-4,
    "apart.flexible": 1e-6,
    "apart.moran": 1e-9,
    "apart.local moran": 1e-9,
    "apart.gi": 1e-9,
    "apart.knox": 1e-9,
}
SERIES, WEEKS, YEARS = 1000, 260, 7 * 52
AREAS, NEIGHBOURS, CASES = 1000, 6, 600
WATCHED, OF_A_UNIT = 100_000, 30
REPLICATES, RUNS, SEED = 999, 5, 20260101
EARS = {"C1", "C2", "C3"}


def main() -> None:
    dice = np.random.default_rng(SEED)
    given = {
        "weeks": dice.poisson(5, (SERIES, WEEKS)),
        "years": dice.poisson(5 + 2 * np.sin(np.arange(YEARS) * 2 * np.pi / 52), (SERIES, YEARS)),
        "areas": dice.gamma(2, 1, (AREAS, 1)),
        "cases": np.column_stack([dice.random((CASES, 2)), dice.integers(0, 365, CASES)]),
    }
    apart = scan.distances(dice.random((AREAS, 2)))
    given["neighbours"] = np.argsort(apart, axis=1)[:, 1 : NEIGHBOURS + 1] + 1
    began = perf_counter()
    kernels.prepare()
    prepared = perf_counter() - began
    seconds, found = ours(given)
    shown: dict[str, Any] = {"seconds": seconds, "scan": scans(), "page of a sub-district": page()}
    shown["weekly"] = {str(weeks): weekly(weeks) for weeks in (261, 100, 30)}
    shown["seconds to load or compile the kernels"] = round(prepared, 2)
    if shutil.which("Rscript"):
        theirs, numbers = by_r(given)
        shown["seconds of R"] = theirs
        shown["share"] = share(seconds, theirs)
        shown["apart"] = {name: difference(found[name], number) for name, number in numbers.items()}
    if find_spec("esda"):
        shown["seconds of esda"] = by_esda(given)
        shown["share of esda"] = share(seconds, shown["seconds of esda"])
    print(json.dumps(shown, indent=1))


def share(ours: dict[str, float], theirs: dict[str, float]) -> dict[str, float]:
    return {name: round(ours[name] / took, 5) for name, took in theirs.items()}


def ours(given: dict[str, Any]) -> tuple[dict[str, float], dict[str, Any]]:
    """Seconds and results by name."""
    x, cases = given["areas"][:, 0], given["cases"]
    pairs = [(i, int(j) - 1) for i, row in enumerate(given["neighbours"]) for j in row]
    plain, itself = clusters.binary(AREAS, pairs), clusters.binary(AREAS, pairs, itself=True)
    rows = clusters.row_standardised(plain)
    last, five = [YEARS - 1], farrington.Baseline(years=5)
    work: dict[str, Callable[[], Any]] = {
        "C1": lambda: ears.c1(given["weeks"]).upper,
        "C2": lambda: ears.c2(given["weeks"]).upper,
        "C3": lambda: ears.c3(given["weeks"]).upper,
        "original": lambda: farrington.original(given["years"], last).upper[:, 0],
        "flexible": lambda: farrington.flexible(given["years"], last, five).expected[:, 0],
        "moran": lambda: clusters.moran_p(x, rows, replicates=REPLICATES),
        "local moran": lambda: clusters.local_moran_p(x, rows, replicates=REPLICATES),
        "gi": lambda: clusters.hot_spots_p(x, itself, replicates=REPLICATES),
        "knox": lambda: scan.knox(cases[:, :2], cases[:, 2], 0.1, 14, replicates=REPLICATES).close,
    }
    seconds, found = {}, {}
    for name, do in work.items():
        seconds[name], found[name] = best(do)
    found["moran"] = clusters.moran(x, rows).value
    found["local moran"] = clusters.local_moran(x, rows).value
    found["gi"] = clusters.hot_spots(x, itself)
    return seconds, found


def scans() -> dict[str, float]:
    """Seconds of a whole scan by the number of areas: circles, replicates, clusters."""
    return {str(size): best(whole_scan(size, cases))[0] for size, cases in ((281, 3_000), (1000, 10_310))}


def whole_scan(size: int, cases: int) -> Callable[[], Any]:
    dice = np.random.default_rng(SEED)
    xy, people = dice.random((size, 2)), dice.integers(500, 5000, size)
    seen = dice.poisson(people / people.sum() * cases)
    return lambda: scan.Scan(scan.distances(xy), people).clusters(
        seen, people, replicates=REPLICATES, seed=1, most_p=0.05
    )


def page() -> float:
    """Seconds for all that a sub-district's page shows: 30 series of 5 years, 300 places, 600 cases."""
    dice = np.random.default_rng(SEED)
    counts, xy, rates = dice.poisson(3, (30, 261)), dice.random((300, 2)), dice.gamma(2, 1, 300)
    pairs = [(i, int(j)) for i, row in enumerate(np.argsort(scan.distances(xy), axis=1)[:, :7]) for j in row]
    weights = clusters.binary(300, pairs, itself=True)
    every_week = range(209, 261)
    circles = whole_scan(300, 1000)

    def whole() -> None:
        ears.c2(counts)
        farrington.flexible(counts, every_week, farrington.Baseline(years=3))
        circles()
        clusters.moran_p(rates, clusters.row_standardised(weights))
        clusters.hot_spots_p(rates, weights)
        scan.knox(dice.random((600, 2)), dice.integers(0, 365, 600), 0.1, 14)

    return best(whole)[0]


def weekly(weeks: int) -> float:
    """Seconds of processor time to judge the last week of all series; the method follows from the weeks."""
    dice = np.random.default_rng(SEED)
    units = [dice.poisson(3, (OF_A_UNIT, weeks)) for _unit in range(-(-WATCHED // OF_A_UNIT))]
    began = process_time()
    for counts in units:
        judge(counts)
    return round(process_time() - began, 2)


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    took, found = [], None
    for _run in range(RUNS):
        began = perf_counter()
        found = work()
        took.append(perf_counter() - began)
    return round(min(took), 5), found


def by_r(given: dict[str, Any]) -> tuple[dict[str, float], dict[str, Any]]:
    """Seconds and results of R by name; nothing where its packages are not there."""
    with tempfile.TemporaryDirectory() as folder:
        for name, table in given.items():
            np.savetxt(Path(folder, f"{name}.csv"), table, delimiter=",", fmt="%.17g")
        script = Path(__file__).with_suffix(".R")
        done = subprocess.run(["Rscript", str(script), folder], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        with Path(folder, "seconds.csv").open(encoding="utf-8", newline="") as text:
            seconds = {name: float(took) for name, took in csv.reader(text)}
        files = {"local moran": "local", **{name: name for name in seconds if name != "local moran"}}
        numbers = {
            name: np.loadtxt(Path(folder, f"{file}.csv"), delimiter=",") for name, file in files.items()
        }
    return seconds, {name: number.T if name in EARS else number for name, number in numbers.items()}


def by_esda(given: dict[str, Any]) -> dict[str, float]:
    """Seconds of esda for the same permutations, compiled as ours are."""
    esda, weights = import_module("esda"), import_module("libpysal.weights")
    x = given["areas"][:, 0]
    near = {area: (row - 1).tolist() for area, row in enumerate(given["neighbours"])}
    plain, rows = weights.W(near), weights.W(near)
    rows.transform = "r"
    work = {
        "moran": lambda: esda.Moran(x, rows, permutations=REPLICATES),
        "local moran": lambda: esda.Moran_Local(x, rows, permutations=REPLICATES),
        "gi": lambda: esda.G_Local(x, plain, "B", permutations=REPLICATES, star=True),
    }
    return {name: best(do)[0] for name, do in work.items()}


def difference(found: Any, wanted: Any) -> float:
    """The largest |a − b| / max(1, |b|) where both are numbers."""
    a, b = np.asarray(found, dtype=float).ravel(), np.asarray(wanted, dtype=float).ravel()
    both = np.isfinite(a) & np.isfinite(b)
    return float((np.abs(a - b)[both] / np.maximum(1, np.abs(b[both]))).max())


if __name__ == "__main__":
    main()
