#!/usr/bin/env python3
"""Drift statistics by numpy and scipy, to check the Swift code against.

    golden_drift.py pvalues > pvalues.json
    golden_drift.py tail > tail.json
    golden_drift.py samples > samples.json

`pvalues` are those of `ks_2samp(method="auto")` on samples that are not written down: the Swift
test makes the same two from their sizes and `shift`.

`tail` is what `ks_2samp` takes for large samples, `kstwo.sf`: at both sides of every limit between
its formulas. The script ends with an error if one of them is not met.

`samples` are small samples, most with ties: statistic, p-value, bins, counts and index, each
formula written as the contract words it.
"""

import json
import math
import sys
import warnings

import numpy
import scipy
import scipy.stats

SOURCE = f"numpy {numpy.__version__}, scipy {scipy.__version__}"


def pair(m, n, shift):
    """The quantiles (i + ½)/m, and (j + ½)/n moved up by `shift`, as whole numbers."""
    first = (2 * numpy.arange(m) + 1) * n
    second = (2 * numpy.arange(n) + 1) * m + shift
    return first.astype(numpy.float64), second.astype(numpy.float64)


def shift_for(m, n, distance):
    return int(round(2 * m * n * distance))


def test(m, n, shift):
    first, second = pair(m, n, shift)
    with warnings.catch_warnings():
        # "Exact calculation unsuccessful": equal sizes and one step.
        warnings.simplefilter("ignore", RuntimeWarning)
        result = scipy.stats.ks_2samp(first, second)
    return float(result.statistic), float(result.pvalue)


def sizes():
    """Sizes, and the distances that are aimed at."""
    for m in range(1, 21):
        for n in sorted({1, 2, m, 7, 12, 20}):
            yield m, n, (0.0, 0.15, 0.5, 0.9, 1.0)
    exact = [(5, 5), (7, 7), (13, 13), (100, 100), (101, 100), (150, 100), (999, 1_000),
             (1_000, 1_000), (1_000, 250), (2_048, 1_536), (3, 10_000), (10_000, 1), (77, 9_998),
             (9_999, 4_444), (10_000, 10_000), (10_000, 9_999), (10_000, 2_500)]
    for m, n in exact:
        yield m, n, (0, 1e-9, 0.5 / m, 2 / m, 0.004, 0.02, 0.06, 0.2, 0.45, 0.9, 0.999, 1)
    large = [(10_001, 1), (10_001, 2), (2, 10_001), (10_001, 9), (10_001, 300), (10_001, 10_001),
             (10_079, 43_199), (43_199, 1_440)]
    for m, n in large:
        yield m, n, (0, 0.003, 0.02, 0.08, 0.7, 1)


def pvalues():
    rows = {}
    for m, n, distances in sizes():
        for distance in distances:
            # Long paths in a wide band take long without optimization.
            if max(m, n) > 10_000 or m == n or m * n * distance < 5e6:
                shift = shift_for(m, n, distance)
                rows[m, n, shift] = [m, n, shift, *test(m, n, shift)]
    columns = ["m", "n", "shift", "statistic", "pvalue"]
    return {"source": SOURCE, "columns": columns, "rows": list(rows.values())}


def branch(size, d):
    """The formula that scipy takes, named as in its source."""
    steps = size * d
    square = steps * d
    if d >= 1:
        return "one"
    if steps <= 0.5:
        return "least"
    if steps <= 1:
        return "gambino"
    if steps >= size - 1:
        return "gambino-top"
    if d >= 0.5:
        return "half"
    if size <= 140:
        if square <= 0.754693:
            return "small-matrix"
        return "small-pomeranz" if square <= 4 else "small-smirnov"
    if square >= 370:
        return "zero"
    if square >= 2.2:
        return "smirnov-approximated" if size > 1_000_000 else "smirnov"
    return "matrix" if size <= 100_000 and size * d**1.5 <= 1.4 else "pelz-good"


BRANCHES = {
    "one", "least", "gambino", "gambino-top", "half", "small-matrix", "small-pomeranz",
    "small-smirnov", "zero", "smirnov", "smirnov-approximated", "matrix", "pelz-good",
}


def tail():
    rows = {}
    tried = [1, 2, 3, 7, 20, 55, 139, 140, 141, 142, 500, 1_023, 1_024, 2_047, 2_048, 3_000,
             7_999, 8_000, 8_172, 30_000, 99_999, 100_000, 100_001, 400_000, 1_000_000, 1_000_001,
             5_000_000]
    for size in tried:
        limits = [math.sqrt(w / size) for w in (0.754693, 2.2, 4, 370)]
        limits += [0.5 / size, 1 / size, 1 - 1 / size, 0.5, 1]
        # On this one itself the last bit of a power decides.
        curve = (1.4 / size) ** (2 / 3)
        factors = (1 - 1e-12, 1 - 1e-4, 1 + 1e-12, 1 + 1e-4)
        distances = limits + [x * f for x in [*limits, curve] for f in factors]
        squares = [0.01, 0.05, 0.2, 0.6, 1.2, 1.9, 2.6, 3.3, 6, 12, 30, 75, 150, 300, 345]
        distances += [math.sqrt(w / size) for w in squares]
        distances += [0.0] + [k / size for k in (0.3, 0.7, 0.9, 1.5, 3, 7.25)]
        for distance in distances:
            if 0 <= distance <= 1:
                pvalue = float(scipy.stats.kstwo.sf(distance, size))
                rows[size, distance] = [size, distance, pvalue, branch(size, distance)]
    missing = BRANCHES - {row[-1] for row in rows.values()}
    if missing:
        sys.exit(f"no case of {sorted(missing)}")
    columns = ["size", "distance", "pvalue", "branch"]
    return {"source": SOURCE, "columns": columns, "rows": list(rows.values())}


def sequential_sum(values):
    return float(numpy.cumsum(values)[-1])


def stability(current, reference):
    edges = numpy.quantile(reference, [k / 10 for k in range(11)])
    counts = [numpy.histogram(side, edges)[0] for side in (current, reference)]
    shares = [(c + 1e-10) / (c.sum() + 11e-10) for c in counts]
    terms = (shares[0] - shares[1]) * numpy.log(shares[0] / shares[1])
    return {
        "edges": edges.tolist(),
        "current_counts": counts[0].tolist(),
        "reference_counts": counts[1].tolist(),
        "score": sequential_sum(terms),
    }


def samples():
    random = numpy.random.default_rng(31)
    rows = []
    for case in range(40):
        m, n = (int(x) for x in random.integers(1, 80, 2))
        move = float(random.choice([0, 0, 0.3, 5]))
        first = random.normal(move, 1, m)
        second = random.normal(0, 1, n)
        # Few different numbers make many ties, and some bins without a width.
        grid = float(random.choice([0, 2, 0.5, 0.1, 0.013]))
        if grid:
            first, second = (numpy.round(side / grid) * grid for side in (first, second))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            result = scipy.stats.ks_2samp(first, second)
        row = {
            "first": first.tolist(), "second": second.tolist(),
            "statistic": float(result.statistic), "pvalue": float(result.pvalue),
        }
        if second.min() < second.max():
            row["psi"] = stability(first, second)
        rows.append(row)
    return {"source": f"{SOURCE}, seed 31", "rows": rows}


def text(result):
    """One line a row: differences stay readable."""
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in result.pop("rows"))
    return json.dumps(result)[:-1] + ', "rows": [\n' + rows + "\n]}"


WRITERS = {"pvalues": pvalues, "tail": tail, "samples": samples}
if len(sys.argv) != 2 or sys.argv[1] not in WRITERS:
    sys.exit(__doc__)
print(text(WRITERS[sys.argv[1]]()))
