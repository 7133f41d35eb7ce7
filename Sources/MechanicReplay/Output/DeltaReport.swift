internal import Digest
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// A delta as people read it: a summary of 60 columns.
struct DeltaReport {
    private let delta: Delta
    private let good: String
    private let warning: String
    private(set) var text = ""

    /// - Parameter isPlain: `[ok]` and `[!]` instead of symbols.
    init(_ delta: Delta, isPlain: Bool) {
        self.delta = delta
        good = isPlain ? "[ok]" : "✅"
        warning = isPlain ? "[!]" : "⚠️"
        rule("=")
        line("DELTA DETECTION SUMMARY")
        rule("=")
        line("Market: \(delta.market)")
        line("")
        addCandles()
        line("")
        addLabels()
        line("")
        addConfigurations()
        rule("-")
        line("ACTION: \(Self.action(delta.required))")
        addTime()
        addWork()
        rule("=")
    }

    func print() { StandardStream.output.write(text) }

    private mutating func line(_ line: String) { text += line + "\n" }

    private mutating func rule(_ character: Character) {
        line(String(repeating: character, count: 60))
    }

    /// A line that is good news where there is nothing to see.
    private mutating func count(
        _ name: String, _ count: Int, isNews: Bool = true, _ more: String = ""
    ) {
        line("\(count > 0 && isNews ? warning : good) \(name): \(Number.grouped(count))\(more)")
    }

    private mutating func addCandles() {
        if let recorded = delta.recorded {
            line("\(good) New candles: \(Number.grouped(delta.rows.recorded))")
            line("   Start: \(UTCTime.text(milliseconds: recorded.lowerBound))")
            line("   End:   \(UTCTime.text(milliseconds: recorded.upperBound))")
        } else {
            line("\(good) No new candles")
        }
        count("Revised candles", delta.rows.revised)
        count("Late candles", delta.rows.late)
        count("Duplicates", delta.rows.duplicates, isNews: false)
        if delta.rows.partial > 0 {
            line("\(good) Not closed yet, left out: \(Number.grouped(delta.rows.partial))")
        }
        count("Rejected rows", delta.rows.rejected)
        let missing = delta.missingCandles
        let candles = missing == 1 ? "1 candle" : "\(Number.grouped(missing)) candles"
        count("Gaps", delta.gaps.count, delta.gaps.isEmpty ? "" : " (\(candles) missing)")
        for gap in delta.gaps.prefix(5) {
            line(
                "   \(UTCTime.text(milliseconds: gap.from)): \(Number.grouped(gap.missing)) missing"
            )
        }
        if delta.gaps.count > 5 { line("   and \(Number.grouped(delta.gaps.count - 5)) more") }
    }

    private mutating func addLabels() {
        count("Incomplete labels", delta.open)
        for labelling in delta.labellings where delta.labellings.count > 1 {
            line("   \(name(labelling)): \(Number.grouped(labelling.open))")
        }
        for labelling in delta.labellings where labelling.behind > 0 {
            line(
                "\(warning) Recorded, not labelled yet (\(name(labelling))): "
                    + Number.grouped(labelling.behind))
        }
    }

    private mutating func addConfigurations() {
        guard delta.isConfigurationChanged else { return line("\(good) Config unchanged") }
        line("\(warning) Config changed")
        for labelling in delta.labellings where labelling.isActivated || labelling.isOpened {
            let what =
                switch (labelling.isActivated, labelling.isOpened) {
                case (true, true): "becomes active, has no labels yet"
                case (true, false): "becomes active, its labels are there"
                default: "is active, has no labels yet"
                }
            line("   \(name(labelling)) \(what)")
        }
    }

    private mutating func addTime() {
        guard let milliseconds = delta.sinceLastUpdate else {
            return line("Time since last run: never")
        }
        line("Time since last run: \(Number.fixed(Double(milliseconds) / 3_600_000, 1)) hours")
    }

    private mutating func addWork() {
        let work = delta.work
        guard delta.required != .nothing else { return }
        line(
            "Estimated work: \(Number.grouped(work.candles)) candles, "
                + "\(Number.grouped(work.entries)) entries, "
                + "about \(Number.grouped(work.labels)) labels")
        guard work.entries > 0, work.fullRelabelEntries > work.entries else { return }
        let times = Double(work.fullRelabelEntries) / Double(work.entries)
        line(
            "Full relabel: \(Number.grouped(work.fullRelabelEntries)) entries, "
                + "\(Number.fixed(times, 1)) times as many")
    }

    /// A labelling's preset, or the beginning of its hash.
    private func name(_ labelling: Delta.Labelling) -> String {
        LabelingConfiguration.presets.first {
            $0.configuration.hash == labelling.configurationHash
        }?.name ?? String(labelling.configurationHash.hex.prefix(8))
    }

    private static func action(_ required: Delta.Requirement) -> String {
        switch required {
        case .fullRelabel: "Full retrain required"
        case .incremental: "Incremental update"
        case .nothing: "No update needed"
        }
    }
}
