internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections

/// What `drift` found out, as both its reports print it.
struct DriftAnswer {
    let market: MarketID
    let decider: Decider
    let inquiry: DriftInquiry
    let position: GlobalPosition
    /// The newest recorded check; nil if there is none.
    let newest: DriftHistory.Entry?
    /// The labels that somebody asked for instead of the policy's.
    let labels: DriftPolicy.Labels?

    var check: DriftCheck { inquiry.check }
    var policy: DriftPolicy { decider.configuration.configuration.drift }

    /// The command that gives the same answer, in parts that may stand on lines of their own. The
    /// store is not in it: it may lie elsewhere.
    var command: [String] {
        var parts = words("drift") + ["--as-of \(position)"]
        if !decider.name.isEmpty { parts.append("--config \(Self.quoted(decider.name))") }
        if let labels { parts.append("--labels \(labels.rawValue)") }
        parts.append("--current \(MarketRange.text(check.current.range))")
        parts.append("--reference \(MarketRange.text(check.reference))")
        return parts
    }

    /// A verb for this market, in parts.
    func words(_ verb: String) -> [String] {
        var parts = ["mechanic-replay \(verb) --symbol \(market.symbol)"]
        if market.venue != VenueOptions.defaultVenue { parts.append("--venue \(market.venue)") }
        if market.timeframe != .oneMinute { parts.append("--timeframe \(market.timeframe)") }
        return parts
    }

    /// A word as a shell reads it.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & ~0x20)
                || "-_./".utf8.contains($0)
        }
        return isPlain
            ? word
            : "'"
                + word.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: "'\\''") + "'"
    }
}

extension DriftAnswer {
    /// Adds the members of the twin for scripts.
    func add(to printer: inout ReportPrinter) {
        addTests(to: &printer)
        printer.member("severity", .string(check.severity.rawValue))
        printer.member("evaluated", .integer(check.evaluated))
        printer.member("drifted", .integer(check.drifted.count))
        printer.member("summary", .string(check.summary))
        printer.member("position", .integer(position.number))
        printer.member("market", .string(market.description))
        printer.member("config_hash", .string(check.configurationHash.hex))
        printer.member("labels_hash", .string(check.labelsHash.hex))
        printer.member("profile", .string(check.profile.rawValue))
        printer.member("labels", .string(check.labels.rawValue))
        printer.member("end_ms", .integer(check.end))
        printer.member("current", side(check.current.range) { $0.current })
        printer.member("reference", side(check.reference) { $0.reference })
        printer.member(
            "psi_bins", .array((inquiry.bins?.edges ?? []).map { Cell.number($0).forJSON }))
        printer.member("psi_counts_current", .array(check.psiCounts.map { .integer($0) }))
        printer.member(
            "psi_counts_reference", .array((inquiry.bins?.counts ?? []).map { .integer($0) }))
        printer.member("current_outside_reference_range", .integer(check.outside))
        printer.member("outside_share", outsideShare.map { .number($0) } ?? .null)
        printer.member("tests", .array(check.tests.map(\.json)))
        printer.member("monitor", inquiry.monitor.json.without(["schema", "labels_hash"]))
        printer.member("baseline_version", check.baseline > 0 ? .integer(check.baseline) : .null)
        printer.member("stale_minutes", .integer(check.staleMinutes))
        printer.member("recorded", .bool(inquiry.isRecorded))
        printer.member(
            "newest_recorded",
            newest.map {
                ["end_ms": .integer($0.end), "severity": .string($0.severity.rawValue)]
            } ?? .null)
        printer.member(
            "level", inquiry.watch.map { .string($0.level.rawValue) } ?? .null)
        printer.member("paused", .bool(inquiry.watch?.pausedSince != nil))
        printer.member(
            "paused_since_ms", inquiry.watch?.pausedSince.map { .integer($0) } ?? .null)
        printer.member("command", .string(command.joined(separator: " ")))
    }

    /// The statistics, and whether they drifted: null where a test was not evaluated.
    private func addTests(to printer: inout ReportPrinter) {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        printer.member("ks_statistic", number(check[.ks]?.statistic))
        printer.member("ks_pvalue", number(check[.ks]?.pValue))
        printer.member("psi", number(check[.psi]?.statistic))
        printer.member("label_drift", number(check[.labels]?.statistic))
        printer.member("cost_drift", number(check[.costs]?.statistic))
        for (name, kind) in [
            ("ks", DriftTest.Kind.ks), ("psi", .psi), ("label", .labels), ("cost", .costs),
        ] {
            let test = check[kind].flatMap { $0.insufficiency == nil ? $0 : nil }
            printer.member("\(name)_drifted", test.map { .bool($0.isDrifted) } ?? .null)
        }
    }

    /// The share of current closes outside the reference's range; nil without closes.
    var outsideShare: Double? {
        guard let count = check[.psi]?.current.count, count > 0 else { return nil }
        return Double(check.outside) / Double(count)
    }

    private func side(
        _ range: Range<Int64>, _ side: (DriftTest) -> DriftTest.Side
    ) -> JSONValue {
        func count(_ kind: DriftTest.Kind) -> JSONValue {
            check[kind].map { .integer(side($0).count) } ?? .null
        }
        func effective(_ kind: DriftTest.Kind) -> JSONValue {
            check[kind].flatMap { side($0).effectiveCount }.map { .number($0) } ?? .null
        }
        func value(_ kind: DriftTest.Kind) -> JSONValue {
            check[kind].flatMap { side($0).value }.map { .number($0) } ?? .null
        }
        return [
            "from_ms": .integer(range.lowerBound), "to_ms": .integer(range.upperBound),
            "candles": count(.psi), "returns": count(.ks), "effective_returns": effective(.ks),
            "labels": count(.labels), "effective_labels": effective(.labels),
            "profitable_share": value(.labels), "mean_cost_bps": value(.costs),
        ]
    }
}

extension JSONValue {
    /// An object without some of its members.
    func without(_ names: Set<String>) -> JSONValue {
        guard let members else { return self }
        return .object(members.filter { !names.contains($0.name) })
    }
}
