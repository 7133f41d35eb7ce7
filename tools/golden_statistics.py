#!/usr/bin/env python3
"""Statistics of labels and recency weights by numpy, to check the Swift code against.

Every formula is written as the contract words it and shares nothing with the Swift code. Means are
summed one after the other, as the contract wants, not by numpy's pairwise sum.

    golden_statistics.py labels LABELS.csv > statistics.json
    golden_statistics.py weights > weights.json

`labels` reads the nine columns of label files. `weights` makes its own entries: 500 minutes of 130
days, drawn by numpy's default generator with seed 31, so that the floor of 0.01 is reached.
"""

import csv
import json
import sys

import numpy

PERCENTS = [0, 1, 5, 25, 50, 75, 95, 99, 100]
HALF_LIVES = {"scalp": 10.0, "confirm": 20.0, "regime": 60.0, "risk": 120.0, "runner": 20.0}
START = 1_760_000_040_000


def sequential_sum(values):
    return float(numpy.cumsum(values)[-1])


def distribution(values):
    values = numpy.array(values, dtype=numpy.float64)
    return {
        "mean": sequential_sum(values) / len(values),
        "quantiles": [float(q) for q in numpy.percentile(values, PERCENTS, method="linear")],
    }


def statistics(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    minutes = [(int(r["exit_time_ms"]) - int(r["entry_time_ms"])) / 60_000 for r in rows]
    return {
        "source": f"numpy {numpy.__version__}, {path}",
        "closed": len(rows),
        "meta": sum(r["meta_label"] == "1" for r in rows),
        "exits": {e: sum(r["exit_reason"] == e for r in rows) for e in ("tp", "sl", "timeout")},
        "net": distribution([float(r["pnl_net_bps"]) for r in rows]),
        "gross": distribution([float(r["pnl_gross_bps"]) for r in rows]),
        "costs_mean": sequential_sum([float(r["costs_bps"]) for r in rows]) / len(rows),
        "minutes": distribution(minutes),
    }


def weights():
    drawn = numpy.random.default_rng(31).choice(130 * 1_440, size=500, replace=False)
    entries = START + 60_000 * numpy.sort(drawn).astype(numpy.int64)
    days = (entries[-1] - entries) / 1_000 / 86_400
    modes = {}
    for mode, half_life in HALF_LIVES.items():
        raw = numpy.maximum(numpy.exp(-numpy.log(2) / half_life * days), 0.01)
        scaled = (raw * len(raw)) / sequential_sum(raw)
        ess = sequential_sum(scaled) ** 2 / sequential_sum(scaled**2)
        modes[mode] = {"ess": ess, "weights": scaled.tolist()}
    return {
        "source": f"numpy {numpy.__version__}, seed 31",
        "entries": entries.tolist(),
        "modes": modes,
    }


if sys.argv[1:] == ["weights"]:
    result = weights()
elif len(sys.argv) == 3 and sys.argv[1] == "labels":
    result = statistics(sys.argv[2])
else:
    sys.exit(__doc__)
print(json.dumps(result, separators=(",", ":")))
