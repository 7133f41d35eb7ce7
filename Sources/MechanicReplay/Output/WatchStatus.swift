internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// How a market stands with drift, as `status` prints it.
struct WatchStatus {
    private let market: MarketID
    /// The severity of the newest check; nil before the first.
    let severity: DriftSeverity?
    /// Where the newest check's window ends, milliseconds UTC.
    private let checkedAt: Int64?
    /// The level in force; nil before the first decision.
    let level: DriftSeverity?
    /// How many alerts are open.
    let alerts: Int
    private let pauses: [Operations.Watch]
    /// Who let trading go on although the level is still severe.
    private let resumed: TradingResumed?

    /// Whether trading is paused.
    var isPaused: Bool { !pauses.isEmpty }

    init(
        _ state: MarketState, _ view: borrowing StoreView, _ position: GlobalPosition
    ) throws {
        market = state.market
        let newest = state.configuration.newest?.labelsHash
        severity = newest.flatMap { state.drift[$0]?.severity }
        checkedAt = newest.flatMap { state.drift[$0]?.end }
        level = newest.flatMap { state.operations[$0]?.level }
        alerts = state.operations.alerts.count
        pauses = state.operations.watches.filter { $0.pausedSince != nil }
        guard state.operations.watches.contains(where: \.isResumed) else {
            resumed = nil
            return
        }
        // Rare enough to look it up: states keep that it was said, not by whom.
        let changes = try OperationsLog.changes(view, market: market, through: position)
        var last: TradingResumed?
        for entry in changes {
            if case .resumed(let said) = entry.value { last = said }
        }
        resumed = last
    }

    /// The pauses, as scripts read them.
    var pausesJSON: JSONValue {
        .array(
            pauses.map { pause in
                [
                    "labels_hash": .string(pause.labelsHash.hex),
                    "since_ms": pause.pausedSince.map { .integer($0) } ?? .null,
                    "cause": pause.pauseCause.map { .string($0) } ?? .null,
                ]
            })
    }

    func add(to printer: inout ReportPrinter) {
        if let severity {
            // Not "drift": the projection of that name has a line of its own.
            let level = level.map { ", level in force \($0.title)" } ?? ""
            let end = checkedAt.map { " at \(UTCTime.text(milliseconds: $0))" } ?? ""
            printer.line("\(market) severity", "\(severity.title)\(end)\(level)")
        }
        if alerts > 0 { printer.line("\(market) alerts", "\(alerts) open") }
        for pause in pauses {
            guard let since = pause.pausedSince else { continue }
            printer.line(
                "\(market) PAUSED",
                "since \(UTCTime.text(milliseconds: since)), when \(pause.pauseCause ?? "") (labels "
                    + "\(pause.labelsHash.hex.prefix(8))); until `mechanic-replay resume`")
        }
        if let resumed {
            printer.line(
                "\(market) resumed",
                "by \(resumed.by)" + (resumed.reason.map { ": \($0)" } ?? "")
                    + ", the level is still severe")
        }
    }
}
