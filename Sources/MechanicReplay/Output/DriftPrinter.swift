internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections

/// What an update found out about drift, and how things stand after it.
struct UpdateDrift {
    /// The checks that were due.
    let checks: [DriftCheck]
    /// That of the labelling which reading verbs choose; nil if none was due.
    let check: DriftCheck?
    /// What was decided, labelling by labelling.
    let decisions: [Decision]
    /// Alerts raised.
    let raised: [AlertRaised]
    /// Alerts resolved.
    let resolved: [AlertResolved]
    /// The severity of the newest check of that labelling; nil before its first.
    let severity: DriftSeverity?
    /// The level in force for it; nil before the first decision.
    let level: DriftSeverity?
    /// What paused trading, and since when; nil if it is not paused.
    let pause: Operations.Watch?

    /// - Parameter state: the market after the update.
    init(_ report: UpdateReport, _ state: MarketState) {
        checks = report.drift.compactMap(\.check)
        let newest = state.configuration.newest?.labelsHash
        check = checks.first { $0.labelsHash == newest } ?? checks.last
        decisions = report.drift.compactMap(\.decision)
        raised = report.drift.compactMap(\.raised)
        resolved = report.drift.compactMap(\.resolved)
        let hash = check?.labelsHash ?? newest
        severity = hash.flatMap { state.drift[$0]?.severity }
        level = hash.flatMap { state.operations[$0]?.level }
        pause = state.operations.watches.first { $0.pausedSince != nil }
    }

    /// The names of what shall be done, each once.
    var actions: [String] {
        var names: [String] = []
        for intent in decisions.flatMap(\.intents) where !names.contains(intent.action.rawValue) {
            names.append(intent.action.rawValue)
        }
        return names
    }

    /// The worst check, if people must hear of it.
    var alarm: DriftCheck? {
        checks.filter { $0.severity >= .critical }.max { $0.severity < $1.severity }
    }

    /// Adds it to a report.
    func add(to printer: inout ReportPrinter, isPlain: Bool) {
        addLines(to: &printer, isPlain: isPlain)
        printer.member("drift", check.map(Self.json) ?? .null)
        printer.member("drifts", .array(checks.map(Self.json)))
        printer.member("severity", severity.map { .string($0.rawValue) } ?? .null)
        printer.member("level", level.map { .string($0.rawValue) } ?? .null)
        printer.member("actions", .array(actions.map { .string($0) }))
        printer.member("alerts", .array(raised.map { $0.json.without(["schema"]) }))
        printer.member("alerts_resolved", .array(resolved.map { .integer($0.alert) }))
        printer.member("paused", .bool(pause != nil))
    }

    private func addLines(to printer: inout ReportPrinter, isPlain: Bool) {
        for check in checks {
            let mark = check.severity.mark(isPlain: isPlain)
            printer.line(
                "drift \(check.labelsHash.hex.prefix(8))",
                "\(mark) \(check.severity.title): \(check.summary)")
        }
        if alarm != nil {
            let words = actions.map { $0.uppercased().split(separator: "_").joined(separator: " ") }
            printer.line("DRIFT, ACT NOW", words.joined(separator: ", "))
        }
        for alert in raised {
            printer.line("alert \(alert.alert)", "\(alert.level.title) raised: \(alert.cause)")
        }
        for alert in resolved { printer.line("alert \(alert.alert)", "resolved") }
        if let since = pause?.pausedSince {
            printer.line("trading", "PAUSED since \(UTCTime.text(milliseconds: since))")
        }
    }

    private static func json(_ check: DriftCheck) -> JSONValue { check.json.without(["schema"]) }

    /// Adds what sinks said.
    static func add(_ deliveries: [AlertDelivered], to printer: inout ReportPrinter) {
        for delivery in deliveries where delivery.isDelivered {
            printer.line("alert \(delivery.alert)", "delivered to \(delivery.sink)")
        }
        printer.member(
            "deliveries",
            .array(
                deliveries.map {
                    [
                        "alert": .integer($0.alert), "sink": .string($0.sink),
                        "delivered": .bool($0.isDelivered), "attempts": .integer($0.attempts),
                        "detail": .string($0.detail),
                    ]
                }))
    }
}
