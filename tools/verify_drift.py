"""Baselines, drift checks, monitors, decisions and alerts of a log, computed anew from its rows.

Used by verify_store.py. Written from the pages of events of drift in schemas/events (the first is
baseline.recorded.v1.md), schemas/configuration.v2.md and projections.v1.md. Of the numbers only the
p-value of `ks` is not computed: it needs scipy.
"""
import bisect
import hashlib
import itertools
import math
import struct

from decode_event import Wrong, need

DAY, HOUR = 86_400_000, 3_600_000
SEVERITIES = ["insufficient_data", "none", "warning", "critical", "severe"]
TESTS = ["ks", "psi", "labels", "costs"]
REASONS = {1: "tp", 2: "sl", 3: "timeout"}
DEFAULTS = {
    "drift_alpha": 0.05, "drift_baseline": "rolling", "drift_baseline_days": 30,
    "drift_check_hours": 6, "drift_check_rows": 1000, "drift_cost_ratio": 0.2,
    "drift_current_days": 7, "drift_hold_checks": 4, "drift_label_share": 0.1,
    "drift_labels": "all", "drift_minimum_labels": 0, "drift_minimum_rows": 1000,
    "drift_outside_share": 0.01, "drift_profile": "classic", "drift_psi": 0.1,
}
ACTIONS = {
    "insufficient_data": ["monitor"], "none": ["monitor"], "warning": ["monitor"],
    "critical": ["monitor", "retrain", "reduce_positions"],
    "severe": ["monitor", "retrain", "pause_trading"],
}


def same(found, expected, what):
    need(found == expected, f"{what} is {found}, the rows give {expected}")


def near(found, expected, what):
    need(found is not None and math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12),
         f"{what} is {found}, the rows give {expected}")


def severity(drifted, evaluated):
    return SEVERITIES[min(drifted + 1, 4)] if evaluated else SEVERITIES[0]


class Rows:
    """Rows by stamp."""

    def __init__(self):
        self.rows, self.stamps = {}, []

    def set(self, stamp, row):
        if stamp not in self.rows:
            bisect.insort(self.stamps, stamp)
        self.rows[stamp] = row

    def remove(self, stamp):
        if self.rows.pop(stamp, None) is not None:
            del self.stamps[bisect.bisect_left(self.stamps, stamp)]

    def of(self, start, end):
        places = (bisect.bisect_left(self.stamps, stamp) for stamp in (start, end))
        return [self.rows[stamp] for stamp in self.stamps[slice(*places)]]


def days(rows, pack):
    """The number of days, and of each day, rows and digest: projections.v1.md."""
    result = []
    for day, of_day in itertools.groupby(rows, lambda row: row[0] // DAY):
        summary, count = b"", 0
        for hour, of_hour in itertools.groupby(of_day, lambda row: row[0] % DAY // HOUR):
            packed = [pack(row) for row in of_hour]
            summary += struct.pack("<II", hour, len(packed))
            summary += hashlib.sha256(b"".join(packed)).digest()
            count += len(packed)
        result.append(struct.pack("<iI", day, count) + hashlib.sha256(summary).digest())
    return struct.pack("<Q", len(result)) + b"".join(result)


def returns_of(candles, interval):
    return [(b[4] - a[4]) / a[4] for a, b in zip(candles, candles[1:]) if b[0] - a[0] == interval]


def total(values):
    """A sum in the order of the values; Python's own compensates for rounding."""
    result = 0.0
    for value in values:
        result += value
    return result


def effective(returns):
    def variance(values):
        mean = total(values) / len(values)
        return total((value - mean) * (value - mean) for value in values) / (len(values) - 1)

    sizes = [abs(value) for value in returns]
    blocks = len(sizes) // 60
    if blocks < 2:
        return float(len(sizes))
    means = [total(sizes[60 * block:60 * block + 60]) / 60 for block in range(blocks)]
    spread = 60 * variance(means)
    return min(len(sizes), len(sizes) * variance(sizes) / spread) if spread else float(len(sizes))


class Period:
    """The rows of a range, and what follows from them."""

    def __init__(self, candles, labels, interval, choice):
        self.interval = interval
        self.closes = [row[4] for row in candles]
        self.returns = returns_of(candles, interval)
        self.effective = effective(self.returns)
        self.labels = labels[-1000:] if choice == "last1000" else labels
        self.edges = self.counts = []
        if self.closes:
            self.edges = self.deciles(sorted(self.closes))
            self.counts = self.histogram(self.closes)

    @staticmethod
    def deciles(closes):
        edges = []
        for tenth in range(11):
            place = tenth / 10 * (len(closes) - 1)
            below = min(int(place), len(closes) - 1)
            above = min(below + 1, len(closes) - 1)
            share, step = place - below, closes[above] - closes[below]
            edges.append(closes[above] - step * (1 - share) if share >= 0.5
                         else closes[below] + step * share)
        return edges

    def histogram(self, closes):
        closes = sorted(closes)
        below = [bisect.bisect_left(closes, edge) for edge in self.edges[:10]]
        below.append(bisect.bisect_right(closes, self.edges[10]))
        return [b - a for a, b in zip(below, below[1:])]

    def volatility(self):
        if not self.returns:
            return None
        return math.sqrt(total(value * value for value in sorted(self.returns))
                         / len(self.returns)) * 10_000

    def profitable(self):
        return sum(row[7] > 0 for row in self.labels)

    def mean_cost(self):
        return total(row[6] for row in self.labels) / len(self.labels) if self.labels else None

    def effective_labels(self):
        if not self.labels:
            return None
        held = sum((row[2] - row[0]) // self.interval for row in self.labels)
        return len(self.labels) / max(1, held / len(self.labels))


def distance(first, second):
    """The greatest distance of two empirical distribution functions."""
    first, second = sorted(first), sorted(second)
    return max(abs(bisect.bisect_right(first, value) / len(first)
                   - bisect.bisect_right(second, value) / len(second))
               for value in set(first + second))


def stability(own, other):
    def share(count, counts):
        return (count + 1e-10) / (sum(counts) + 11 * 1e-10)

    pairs = [(share(a, own), share(b, other)) for a, b in zip(own, other)]
    return total((a - b) * math.log(a / b) for a, b in pairs)


class Market:
    """What a market's streams say so far, and what must follow."""

    def __init__(self, name):
        unit = {"m": 60_000, "h": HOUR, "d": DAY, "w": 7 * DAY}
        timeframe = name.rsplit("/", 1)[1]
        self.name, self.interval = name, int(timeframe[:-1]) * unit[timeframe[-1]]
        self.candles, self.labels, self.versions = Rows(), {}, {}
        self.configurations, self.active = {}, []
        self.baselines, self.checks, self.levels, self.alerts = {}, {}, {}, {}
        self.alert_count, self.paused, self.resumed = 0, set(), set()
        self.due = []

    def leaf(self, configuration, name):
        return self.configurations[configuration].get(name, DEFAULTS[name])

    def least(self, configuration):
        """The rows and labels that a test needs."""
        every = self.leaf(configuration, "drift_labels") == "all"
        return (self.leaf(configuration, "drift_minimum_rows"),
                self.leaf(configuration, "drift_minimum_labels") or (1000 if every else 100))

    def end(self):
        return self.candles.stamps[-1] + self.interval

    def stream(self, labels):
        return f"{self.name}/labels/{labels[:16]}"

    # Rows and configurations.

    def add_columns(self, event):
        kind, columns = event["type"], list(event["columns"].values())
        rows = list(zip(*columns))
        if kind.startswith("candles."):
            for row in rows:
                self.candles.set(row[0], row[:6])
                if kind == "candles.revised":
                    self.revise(row[0])
            return
        labels = self.labels.setdefault(event["configuration"], Rows())
        names = list(event["columns"])
        flags = (names.index("reason"), names.index("flags"))
        for row in rows:
            if kind == "labels.retracted":
                labels.remove(row[0])
            else:
                labels.set(row[0], row[:8] + tuple(row[place] for place in flags))

    def revise(self, stamp):
        for baseline in self.baselines.values():
            baseline["stale"] += baseline["range"][0] <= stamp < baseline["known_by"]
        for check in self.checks.values():
            check["revised"] += stamp >= check["from"]

    def activate(self, value):
        name = value["configuration_hash"]
        self.configurations[name] = value["configuration"]
        self.active = [known for known in self.active if known[0] != name]
        if value["active"]:
            self.active.append((name, value["labels_hash"]))

    # Rows of a range, and their basis.

    def known(self, labels, start, end):
        rows = self.labels.get(labels, Rows()).of(start, end)
        return [row for row in rows if row[4] <= self.end() - self.interval]

    def check_basis(self, basis, labels):
        start, end = basis["from_ms"], basis["until_ms"]
        same(basis["market"], self.name, "the basis' market")
        same(basis["candles_version"], self.versions.get(f"{self.name}/candles", 0),
             "candles_version")
        same(basis["labels"], {"labels_hash": labels,
                               "version": self.versions.get(self.stream(labels), 0)},
             "the basis' labels")
        candles = self.candles.of(start, end)
        known = self.known(labels, start, end)
        same(basis["known_by_ms"], max([end] + [row[4] + self.interval for row in known]),
             "known_by_ms")
        data = b"mechanic.inputs\0" + days(candles, lambda row: struct.pack("<q5d", *row))
        data += days(known, lambda row: struct.pack("<qdqdq3dBB6x", *row))
        same(basis["digest"], hashlib.sha256(data).hexdigest(), "the digest")
        return candles, known

    # The events of drift.

    def record_baseline(self, value, version):
        labels, basis = value["labels_hash"], value["basis"]
        choice = self.leaf(value["configuration_hash"], "drift_labels")
        rows = self.check_basis(basis, labels)
        period = Period(*rows, self.interval, choice)
        current = DAY * self.leaf(value["configuration_hash"], "drift_current_days")
        length = DAY * self.leaf(value["configuration_hash"], "drift_baseline_days")
        start, end = basis["from_ms"], basis["until_ms"]
        if value["cause"] == "set":
            need(end <= self.end() - current, "the baseline overlaps the current window")
        else:
            same((start, end), (self.end() - current - length, self.end() - current), "the range")
            keeps = self.leaf(value["configuration_hash"], "drift_baseline") == "fixed"
            before = self.baselines.get(labels)
            need(not before or not (before["pinned"] or keeps and before["kept"]),
                 "another baseline is kept")
            rows_needed, labels_needed = self.least(value["configuration_hash"])
            fills = (keeps and self.candles.of(start, start + HOUR)
                     and len(period.closes) >= max(rows_needed, length // self.interval // 2)
                     and len(period.labels) >= labels_needed)
            same(value["cause"], "fixed" if fills else "rolling", "the cause")
        same(value["returns"], {
            "count": len(period.returns), "effective": period.effective,
            "volatility_bps": period.volatility()}, "returns")
        same(value["closes"], {
            "count": len(period.closes), "counts": period.counts,
            "deciles": period.edges}, "closes")
        same(value["labels"], {
            "count": len(period.labels), "mean_cost_bps": period.mean_cost(),
            "profitable": period.profitable()}, "labels")
        self.baselines[labels] = {
            "version": version, "range": (start, end), "stale": 0, "rows": rows,
            "pinned": value["cause"] == "set", "volatility": period.volatility(),
            "kept": value["cause"] == "fixed", "known_by": basis["known_by_ms"]}

    def release_baseline(self, value):
        need(self.baselines.get(value["labels_hash"], {"pinned": False})["pinned"],
             "no baseline is set")
        self.baselines[value["labels_hash"]]["pinned"] = False

    def cause(self, labels, configuration):
        last, baseline = self.checks.get(labels), self.baselines.get(labels)
        if not last:
            return "first"
        if last["configuration"] != configuration:
            return "configuration"
        pinned = bool(baseline and baseline["pinned"])
        if pinned != last["pinned"] or pinned and baseline["version"] != last["baseline"]:
            return "baseline"
        step = HOUR * self.leaf(configuration, "drift_check_hours")
        if self.end() // step > last["end"] // step:
            return "schedule"
        rows = self.leaf(configuration, "drift_check_rows")
        return "data" if last["revised"] >= rows else None

    def check_drift(self, value, version):
        labels, configuration = value["labels_hash"], value["configuration_hash"]
        deciding = [name for name, of in self.active if of == labels]
        same(configuration, deciding[-1] if deciding else None, "the configuration")
        # A baseline that came with the check was not there when it became due.
        same(value["cause"], self.cause(labels, configuration), "the cause")
        current, choice = value["current"], self.leaf(configuration, "drift_labels")
        same((value["profile"], value["labels"]), ("classic", choice), "profile and labels")
        length = DAY * self.leaf(configuration, "drift_current_days")
        same((current["from_ms"], current["until_ms"]), (self.end() - length, self.end()),
             "the current window")
        own = Period(*self.check_basis(current, labels), self.interval, choice)
        baseline = self.baselines.get(labels)
        said = value["baseline"]
        rows = ([], [])
        if said["version"]:
            need(baseline and baseline["version"] == said["version"], "no such baseline")
            same((said["from_ms"], said["until_ms"], said["stale_minutes"]),
                 (*baseline["range"], baseline["stale"]), "the baseline")
            if said["until_ms"] <= current["from_ms"]:
                rows = baseline["rows"]
        keeps = self.leaf(configuration, "drift_baseline") == "fixed"
        if not baseline or not (baseline["pinned"] or keeps and baseline["kept"]):
            reference = DAY * self.leaf(configuration, "drift_baseline_days")
            same((said["from_ms"], said["until_ms"]),
                 (current["from_ms"] - reference, current["from_ms"]), "the reference")
        if not said["version"]:
            need(not self.candles.of(said["from_ms"], said["until_ms"]), "no baseline is recorded")
        self.check_tests(value, own, Period(*rows, self.interval, choice))
        severities = self.checks.get(labels, {"severities": []})["severities"]
        if value["severity"] != "insufficient_data":
            severities = severities + [value["severity"]]
        self.checks[labels] = {
            "version": version, "end": self.end(), "configuration": configuration,
            "baseline": said["version"], "pinned": bool(baseline and baseline["pinned"]),
            "from": min(said["from_ms"], current["from_ms"]), "revised": 0,
            "severity": value["severity"], "severities": severities[-32:]}
        self.due.append(("decision.made", labels))

    def check_tests(self, value, own, other):
        configuration, tests = value["configuration_hash"], value["tests"]
        same([test["kind"] for test in tests], TESTS, "the tests")
        counts = own.closes and other.edges and other.histogram(own.closes)
        same(value["psi_counts"], (counts or [0] * 10) if other.edges else [], "psi_counts")
        outside = len(own.closes) - sum(counts) if counts else 0
        same(value["outside"], outside, "outside")
        rows, least = self.least(configuration)
        shares = [period.profitable() / len(period.labels) if period.labels else None
                  for period in (own, other)]
        for test in tests:
            kind = test["kind"]
            sizes = {"ks": "returns", "psi": "closes"}.get(kind, "labels")
            counted = [len(getattr(period, sizes)) for period in (own, other)]
            sides = [test["current"], test["reference"]]
            same([side["n"] for side in sides], counted, f"the rows of {kind}")
            few = rows if kind in ("ks", "psi") else least
            reason = "empty" if 0 in counted else "short" if min(counted) < few else None
            if kind == "ks":
                values = [None, None]
                same([side["effective"] for side in sides], [own.effective, other.effective],
                     "the effective returns")
                limit, reason = self.check_returns(test, own, other, reason, configuration)
            elif kind == "psi":
                values = [None, None]
                limit, reason = self.check_closes(
                    test, own, other, counts, outside, reason, configuration)
            else:
                values = shares if kind == "labels" else [own.mean_cost(), other.mean_cost()]
                same([side["effective"] for side in sides],
                     [own.effective_labels(), other.effective_labels()], "the effective labels")
                limit, reason = self.check_labels(test, values, reason, configuration)
            same([side["value"] for side in sides], values, f"the values of {kind}")
            same(test["threshold"], limit, f"the threshold of {kind}")
            same(test["insufficient"], reason, f"what keeps {kind} from being evaluated")
            if reason:
                same((test["drifted"], test["statistic"]), (False, None), f"{kind}, not evaluated")
            need(kind == "ks" and not reason or test["p_value"] is None, f"{kind} has a p-value")
        evaluated = [test for test in tests if test["insufficient"] is None]
        drifted = sum(test["drifted"] for test in evaluated)
        same((value["evaluated"], value["drifted"]), (len(evaluated), drifted), "the counts")
        same(value["severity"], severity(drifted, len(evaluated)), "the severity")

    def check_returns(self, test, own, other, reason, configuration):
        limit = self.leaf(configuration, "drift_alpha")
        if not reason and 1 in (len(set(own.returns)), len(set(other.returns))):
            reason = "constant"
        if not reason:
            near(test["statistic"], distance(own.returns, other.returns), "the distance")
            same(test["drifted"], test["p_value"] < limit, "ks drifted")
        return limit, reason

    def check_closes(self, test, own, other, counts, outside, reason, configuration):
        limit = self.leaf(configuration, "drift_psi")
        if not reason:
            left = outside / len(own.closes) > self.leaf(configuration, "drift_outside_share")
            constant = other.edges[0] == other.edges[10]
            if (constant or len(set(own.closes)) == 1) and not left:
                return limit, "constant"
            if constant:
                same(test["statistic"], None, "the stability index")
            else:
                near(test["statistic"], stability(counts, other.counts), "the stability index")
            same(test["drifted"], left or not constant and test["statistic"] > limit,
                 "psi drifted")
        return limit, reason

    def check_labels(self, test, values, reason, configuration):
        kind = test["kind"]
        limit = self.leaf(configuration,
                          "drift_label_share" if kind == "labels" else "drift_cost_ratio")
        if not reason and kind == "costs" and values[1] <= 0:
            reason = "reference_cost_not_positive"
        if not reason:
            difference = abs(values[0] - values[1])
            same(test["statistic"], difference if kind == "labels" else difference / values[1],
                 f"the statistic of {kind}")
            same(test["drifted"], test["statistic"] > limit, f"{kind} drifted")
        return limit, reason

    def monitor(self, value):
        end, labels = self.end(), value["labels_hash"]
        start = end - DAY
        same((value["from_ms"], value["until_ms"]), (start, end), "the day")
        candles = self.candles.of(start, end)
        stamps = [row[0] for row in candles] + [end]
        if self.candles.stamps[0] < start and self.candles.of(end - 90 * DAY, start):
            stamps.insert(0, start - self.interval)
        holes = [(b - a) // self.interval - 1 for a, b in zip(stamps, stamps[1:])]
        holes = [hole for hole in holes if hole]
        same((value["candles"], value["missing"], value["gaps"]),
             (len(candles), sum(holes), len(holes)), "candles, missing and gaps")
        same(value["outliers"], sum(row[2] > row[3] * 1.1 for row in candles), "outliers")
        returns = returns_of(candles, self.interval)
        squares = total(step * step for step in returns)
        volatility = math.sqrt(squares / len(returns)) * 10_000 if returns else None
        base = (self.baselines.get(labels) or {}).get("volatility")
        ratio = volatility / base if base and volatility is not None else None
        score = total(returns) / math.sqrt(squares) if squares > 0 else None
        same((value["volatility_bps"], value["volatility_ratio"], value["trend_score"]),
             (volatility, ratio, score), "volatility, its ratio and the trend's score")
        same(value["volatility"], "unknown" if ratio is None else "low" if ratio < 0.5
             else "high" if ratio > 2 else "normal", "volatility")
        same(value["trend"], "unknown" if score is None else "ranging" if abs(score) <= 2
             else "up" if score > 0 else "down", "trend")
        closed = Period([], self.labels.get(labels, Rows()).of(start, end), self.interval, "all")
        exits = {name: sum(row[8] == reason for row in closed.labels)
                 for reason, name in REASONS.items()}
        same(value["labels"], {"exits": exits, "mean_cost_bps": closed.mean_cost(),
                               "profitable": closed.profitable()}, "labels")

    # What follows from a check.

    def decide(self, value):
        labels = value["labels_hash"]
        need(self.due and self.due.pop(0) == ("decision.made", labels), "it follows no check")
        check = self.checks[labels]
        same((value["check"], value["end_ms"], value["severity"], value["configuration_hash"]),
             (check["version"], check["end"], check["severity"], check["configuration"]),
             "the check")
        hold = self.leaf(check["configuration"], "drift_hold_checks")
        level = max(check["severities"][-hold:], key=SEVERITIES.index, default="none")
        before = self.levels.get(labels, "none")
        same((value["level"], value["previous_level"]), (level, before), "the level")
        actions = list(ACTIONS[level])
        if level == "severe" and labels in self.resumed:
            actions[-1] = "reduce_positions"
        open = [number for number, (of, _) in self.alerts.items() if of == labels]
        paused_anew = "pause_trading" in actions and labels not in self.paused
        rank = SEVERITIES.index
        rises = rank(level) > max(rank(before), rank("none")) and (
            not open or rank(level) > rank(self.alerts[open[-1]][1]) or paused_anew)
        same([intent["action"] for intent in value["intents"]],
             actions + ["notify"] * rises, "the intents")
        if level != "severe":
            self.resumed.discard(labels)
        if "pause_trading" in actions:
            self.paused.add(labels)
        self.levels[labels] = level
        if rises:
            self.due.insert(0, ("alert.raised", labels, value, open[-1] if open else None))
        elif open and SEVERITIES.index(level) < 2:
            self.due.insert(0, ("alert.resolved", labels, value, open[-1]))

    def follow(self, kind, value):
        due = self.due.pop(0) if self.due else ()
        need(due[:2] == (kind, value["labels_hash"]), "it follows no decision")
        _, labels, decision, known = due
        same(value["check"], decision["check"], "the check")
        if kind == "alert.resolved":
            same((value["alert"], value["end_ms"]), (known, decision["end_ms"]), "the alert")
            del self.alerts[known]
            return
        self.alert_count += 1
        same(value, {
            "alert": self.alert_count, "cause": decision["intents"][-1]["cause"],
            "check": decision["check"], "configuration_hash": decision["configuration_hash"],
            "first_seen_ms": decision["end_ms"], "labels_hash": labels,
            "level": decision["level"], "replaces": known, "schema": 1}, "the alert")
        self.alerts.pop(known, None)
        self.alerts[self.alert_count] = (labels, value["level"])

    def resume(self, value):
        hashes = value["labels_hashes"]
        need(hashes and set(hashes) <= self.paused, "trading was not paused")
        for labels in hashes:
            self.paused.discard(labels)
            if self.levels[labels] == "severe":
                self.resumed.add(labels)

    def operate(self, kind, value):
        if kind == "decision.made":
            self.decide(value)
        elif kind in ("alert.raised", "alert.resolved"):
            self.follow(kind, value)
        elif kind == "alert.acknowledged":
            need(value["alert"] in self.alerts, "no such alert is open")
        elif kind == "alert.delivered":
            need(1 <= value["alert"] <= self.alert_count, "no such alert was raised")
        elif kind == "trading.resumed":
            self.resume(value)
        elif kind == "update.completed":
            need(not self.due, f"{self.due[0][0] if self.due else None} is missing")


class Drift:
    """The markets of a log."""

    STREAMS = {
        "baseline.recorded": "drift", "baseline.released": "drift", "drift.checked": "drift",
        "market.monitored": "drift", "decision.made": "operations", "alert.raised": "operations",
        "alert.acknowledged": "operations", "alert.resolved": "operations",
        "alert.delivered": "operations", "trading.resumed": "operations",
    }

    def __init__(self):
        self.markets = {}
        # Where an event was passed over, what folds made of the others is not known here.
        self.unknown = set()
        self.checked = 0

    def pass_over(self, stream):
        self.unknown.add("/".join(stream.split("/")[:3]))

    def add(self, event):
        parts = event["stream"].split("/")
        kind, name = event["type"], "/".join(parts[:3])
        place = self.STREAMS.get(kind)
        need(place is None or parts[3:4] == [place] and len(parts) == 4 + (place == "drift"),
             f"{kind} lives in no stream {event['stream']}")
        if len(parts) < 4 or name in self.unknown:
            return
        if place == "drift":
            same(parts[4], event["json"]["labels_hash"][:16], "the stream's labels hash")
        market = self.markets.get(name) or self.markets.setdefault(name, Market(name))
        market.versions[event["stream"]] = event["streamVersion"]
        if "columns" in event:
            market.add_columns(event)
        elif kind == "configuration.activated":
            market.activate(event["json"])
        elif place == "drift":
            self.watch(market, kind, event["json"], event["streamVersion"])
        elif parts[3] == "operations":
            market.operate(kind, event["json"])
        self.checked += place is not None

    @staticmethod
    def watch(market, kind, value, version):
        try:
            if kind == "baseline.recorded":
                market.record_baseline(value, version)
            elif kind == "baseline.released":
                market.release_baseline(value)
            elif kind == "drift.checked":
                market.check_drift(value, version)
            else:
                market.monitor(value)
        except (KeyError, IndexError, TypeError) as error:
            raise Wrong(f"{kind}: {error!r}") from error
