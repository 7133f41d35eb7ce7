internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections

extension DeltaReport {
    /// Adds a delta's members; rows have the names that import and update use.
    ///
    /// - Parameter now: the clock, microseconds UTC.
    static func add(_ delta: Delta, at now: Int64, to printer: inout ReportPrinter) {
        printer.add("market", .text(delta.market.description))
        printer.add("required", .text(delta.required.rawValue))
        for (name, count) in DeltaPrinter.counts(delta.rows) {
            printer.add(name, .integer(Int64(count)))
        }
        printer.add("from_ms", delta.recorded.map { .time($0.lowerBound) } ?? .none)
        printer.add("to_ms", delta.recorded.map { .time($0.upperBound) } ?? .none)
        printer.member("gaps", .array(delta.gaps.map(DeltaPrinter.json)))
        printer.add("missing_candles", .integer(delta.missingCandles))
        printer.add("open", .integer(Int64(delta.open)))
        printer.member("config_changed", .bool(delta.isConfigurationChanged))
        printer.member("labellings", .array(delta.labellings.map(json)))
        printer.add("last_update_us", delta.lastUpdate.map { .recorded($0) } ?? .none)
        printer.add(
            "time_since_last_update_ms", delta.sinceLastUpdate.map { .integer($0) } ?? .none)
        printer.add("now_us", .recorded(now))
        let work = delta.work
        printer.member(
            "work",
            [
                "candles": .integer(work.candles), "entries": .integer(work.entries),
                "labels": .integer(work.labels),
                "full_relabel_entries": .integer(work.fullRelabelEntries),
            ])
        printer.add("position", .integer(Int64(delta.position.number)))
    }

    private static func json(_ labelling: Delta.Labelling) -> JSONValue {
        [
            "labels_hash": .string(labelling.labelsHash.hex),
            "config_hash": .string(labelling.configurationHash.hex),
            "activated": .bool(labelling.isActivated), "opened": .bool(labelling.isOpened),
            "open": .integer(labelling.open), "behind": .integer(labelling.behind),
            "new_entries": .integer(labelling.newEntries),
            "touched_entries": .integer(labelling.touchedEntries),
            "window_entries": .integer(labelling.windowEntries),
        ]
    }
}
