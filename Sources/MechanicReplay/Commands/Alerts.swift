internal import ArgumentParser
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// `alerts`: what somebody must look at.
struct Alerts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List open alerts, or all that became of alerts.",
        discussion: """
            EXAMPLES
              mechanic-replay alerts --symbol BTC/USDT:USDT
              mechanic-replay alerts --symbol BTC/USDT:USDT --all --format csv
              mechanic-replay alerts --symbol BTC/USDT:USDT --as-of -24h

            An alert is raised when the level of drift in force rises, takes the place of
            a milder one, and is resolved when the level falls to none. --all lists every
            event: raised, delivered, failed (a sink did not take it), acknowledged,
            resolved, and resumed where somebody let trading go on.
            """)

    @Flag(help: "Every event of every alert, the oldest first.")
    var all = false

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    static let columns = [
        "alert", "level", "first_seen_ms", "last_seen_ms", "labels_hash", "acknowledged_by",
        "note", "sinks", "cause",
    ]

    func run() throws {
        let market = try market.market()
        let store = try store.open()
        let isTable = Format.resolve(output.format, inPipe: .csv) == .table
        var printer = output.rows(all ? AlertEventTable.columns : Self.columns)
        var count = 0
        let position = try store.read { view in
            try market.mustExist(in: view)
            if all {
                let position = try view.resolve(asOf.point)
                let rows = try AlertEventTable.rows(view, market, position, isTable: isTable)
                for row in rows { printer.add(row) }
                count = rows.count
                return position
            }
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            for alert in state.operations.alerts {
                printer.add(Self.cells(alert, isTable: isTable))
            }
            count = state.operations.alerts.count
            return position
        }
        output.console.say(asOf: position, asOf.point, store)
        if count == 0 { output.console.say(all ? "there never was an alert" : "no open alerts") }
        printer.finish()
    }

    private static func cells(_ alert: Operations.Alert, isTable: Bool) -> [Cell] {
        let hash = alert.labelsHash.hex
        return [
            .integer(Int64(alert.number)), .text(alert.level.rawValue), .time(alert.firstSeen),
            .time(alert.lastSeen), .text(isTable ? String(hash.prefix(8)) : hash),
            .text(alert.acknowledgedBy), .text(alert.note),
            .text(alert.sinks.joined(separator: "; ")), .text(alert.cause),
        ]
    }
}

/// Every event of a market's alerts.
enum AlertEventTable {
    static let columns = [
        "position", "recorded_at_us", "event", "alert", "level", "replaces", "labels_hash", "by",
        "sink", "attempts", "text",
    ]

    /// The rows up to a position, in the order of the log.
    static func rows(
        _ view: borrowing StoreView, _ market: MarketID, _ position: GlobalPosition, isTable: Bool
    ) throws -> [[Cell]] {
        var raised: [UInt64: AlertRaised] = [:]
        return try OperationsLog.changes(view, market: market, through: position).compactMap {
            entry -> [Cell]? in
            if case .raised(let alert) = entry.value { raised[alert.alert] = alert }
            guard let row = Row(entry.value) else { return nil }
            let alert = row.alert.flatMap { raised[$0] }
            let hash = alert?.labelsHash.hex
            let isRaised = row.event == "raised"
            return [
                .integer(Int64(entry.position.number)), .recorded(entry.recordedAt),
                .text(row.event), row.alert.map { .integer(Int64($0)) } ?? .none,
                .text(alert?.level.rawValue),
                isRaised ? alert?.replaces.map { .integer(Int64($0)) } ?? .none : .none,
                .text(isTable ? hash.map { String($0.prefix(8)) } : hash), .text(row.by),
                .text(row.sink), row.attempts.map { .integer(Int64($0)) } ?? .none,
                .text(row.text),
            ]
        }
    }

    /// What one event says.
    private struct Row {
        let event: String
        var alert: UInt64?
        var by: String?
        var sink: String?
        var attempts: Int?
        var text: String?

        init?(_ change: OperationsLog.Change) {
            switch change {
            case .decided: return nil
            case .raised(let alert):
                event = "raised"
                self.alert = alert.alert
                text = alert.cause
            case .acknowledged(let said):
                event = "acknowledged"
                (alert, by, text) = (said.alert, said.by, said.note)
            case .delivered(let delivery):
                event = delivery.isDelivered ? "delivered" : "failed"
                (alert, sink, attempts) = (delivery.alert, delivery.sink, delivery.attempts)
                text = delivery.detail.isEmpty ? nil : delivery.detail
            case .resolved(let alert):
                event = "resolved"
                self.alert = alert.alert
            case .resumed(let said):
                event = "resumed"
                (by, text) = (said.by, said.reason)
            }
        }
    }
}
