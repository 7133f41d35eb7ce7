#!/usr/bin/env python3
"""Labels candles by the literal rules, to check the Swift labellers against.

Plain Python 3 and deliberately naive: one loop per entry, every formula as the contract words it,
nothing shared with the Swift code. Python's floats are binary64 and `repr` writes the shortest
text that reads back, so the output can be compared byte by byte.

    golden_labels.py KLINES[.gz] --preset scalp > labels.csv
    golden_labels.py KLINES[.gz] --preset runner --days 90 --open open.json > labels.csv

KLINES has the columns of Binance's klines without a header: stamp (ms), open, high, low, close,
volume; what follows is ignored. The rows must be closed candles in ascending order.
"""

import argparse
import datetime
import gzip
import json
import math
import sys

MINUTE = 60_000
DAY = 86_400_000
PRESETS = {"scalp": (15.0, 10.0, 30), "runner": (80.0, 40.0, 10_080)}
HEADER = (
    "entry_time_ms,entry_price,exit_time_ms,exit_price,exit_reason,"
    "pnl_gross_bps,costs_bps,pnl_net_bps,meta_label"
)

SPREAD_BPS = 3.0
SLIPPAGE_MULTIPLIER = 0.5
BUFFER = 1.1
POSITION_SIZE = 1000.0
MAKER_AFTER_MINUTES = 5.0
DEFAULT_FEE_BPS = 8.0
# First UTC day, maker, taker.
FEES = {
    "binance": [("2020-01-01", 10.0, 10.0), ("2023-01-01", 2.0, 8.0), ("2024-07-01", 2.0, 6.0)],
    "coinbase": [("2020-01-01", 5.0, 5.0)],
    "kraken": [("2020-01-01", 4.0, 10.0)],
}


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt") as file:
        for line in file:
            fields = line.split(",")
            yield (int(fields[0]), *map(float, fields[1:6]))


def fee(exchange, time, maker):
    moment = datetime.datetime.fromtimestamp(time // 1000, datetime.timezone.utc)
    date = moment.date().isoformat()
    found = DEFAULT_FEE_BPS
    for start, maker_fee, taker_fee in FEES.get(exchange, []):
        if date >= start:
            found = maker_fee if maker else taker_fee
    return found


def costs(entry, exit_time, exchange):
    time, _, high, low, _, volume = entry
    duration = (exit_time - time) / 60000
    maker = duration > MAKER_AFTER_MINUTES
    spread_paid = SPREAD_BPS / 2 if maker else SPREAD_BPS
    volatility = ((high / low) - 1) * 10000
    if POSITION_SIZE < 10000:
        impact = 0.5
    elif volume == 0:
        impact = 2.0
    else:
        impact = min(10 * math.sqrt(POSITION_SIZE / (volume * 100)), 5)
    slippage = volatility * SLIPPAGE_MULTIPLIER + impact
    fees = fee(exchange, time, maker) + fee(exchange, exit_time, maker)
    return (fees + spread_paid + slippage) * BUFFER


def decide(candles, i, take_profit_bps, stop_loss_bps, timeout_minutes):
    """Exit time, price and reason of the trade entered at candle `i`, or None while it is open."""
    price = candles[i][4]
    take_profit = price * (1 + take_profit_bps / 10000)
    stop_loss = price * (1 - stop_loss_bps / 10000)
    deadline = candles[i][0] + timeout_minutes * MINUTE
    for j in range(i + 1, len(candles)):
        time, _, high, low, close, _ = candles[j]
        if time >= deadline:
            return deadline, close, "timeout"
        if high >= take_profit:
            return time, take_profit, "tp"
        if low <= stop_loss:
            return time, stop_loss, "sl"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("klines")
    parser.add_argument("--preset", choices=PRESETS, default="scalp")
    parser.add_argument("--take-profit", type=float, help="basis points")
    parser.add_argument("--stop-loss", type=float, help="basis points")
    parser.add_argument("--timeout", type=int, help="minutes")
    parser.add_argument("--exchange", default="binance")
    parser.add_argument("--days", type=int, help="only the candles later than the last minus days")
    parser.add_argument("--open", help="write the entry stamps of the open trades to this file")
    options = parser.parse_args()

    preset = PRESETS[options.preset]
    chosen = (options.take_profit, options.stop_loss, options.timeout)
    barriers = [mine if mine is not None else its for mine, its in zip(chosen, preset)]
    candles = list(read(options.klines))
    if options.days is not None:
        first = candles[-1][0] - options.days * DAY
        candles = [candle for candle in candles if candle[0] > first]

    still_open = []
    print(HEADER)
    for i, entry in enumerate(candles):
        outcome = decide(candles, i, *barriers)
        if outcome is None:
            still_open.append(entry[0])
            continue
        exit_time, exit_price, reason = outcome
        gross = ((exit_price / entry[4]) - 1) * 10000
        cost = costs(entry, exit_time, options.exchange)
        net = gross - cost
        meta = 1 if net > 0 else 0
        print(
            f"{entry[0]},{entry[4]!r},{exit_time},{exit_price!r},{reason},"
            f"{gross!r},{cost!r},{net!r},{meta}"
        )
    if options.open:
        with open(options.open, "w") as file:
            json.dump(still_open, file)
    else:
        print(f"{len(still_open)} open", file=sys.stderr)


if __name__ == "__main__":
    main()
