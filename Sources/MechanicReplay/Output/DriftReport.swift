internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// A drift check as people read it: a report of 70 columns.
struct DriftReport {
    private let answer: DriftAnswer
    private let isPlain: Bool
    private(set) var text = ""

    private static let width = 70

    /// - Parameter isPlain: `[ok]` and `[!]` instead of symbols.
    init(_ answer: DriftAnswer, isPlain: Bool) {
        self.answer = answer
        self.isPlain = isPlain
        rule("=")
        line("DRIFT DETECTION REPORT")
        rule("=")
        addHeader()
        rule("-")
        addReturns()
        addCloses()
        addLabels()
        addCosts()
        rule("-")
        line("RECOMMENDED ACTIONS")
        for action in DriftAdvice.actions(answer) { wrap("- \(action)", indent: 2) }
        rule("-")
        line("Reproduce:")
        addCommand()
        rule("=")
    }

    func print() { StandardStream.output.write(text) }

    private var check: DriftCheck { answer.check }

    private mutating func line(_ line: String) { text += line + "\n" }

    private mutating func rule(_ character: Character) {
        line(String(repeating: character, count: Self.width))
    }

    /// Lines of words, none longer than a rule unless one word is.
    private mutating func wrap(_ words: String, indent: Int) {
        var current = ""
        for word in words.split(separator: " ") {
            if !current.isEmpty, current.count + 1 + word.count > Self.width {
                line(current)
                current = String(repeating: " ", count: indent) + word
            } else {
                current += current.isEmpty ? word : " " + word
            }
        }
        line(current)
    }

    /// A line of the header: a name and words that may need more than one line.
    private mutating func field(_ name: String, _ words: String) {
        let start = text.endIndex
        let title = name + ":" + String(repeating: "~", count: max(0, 14 - name.count))
        wrap(title + words, indent: 15)
        // The blanks behind a name are no place to break a line.
        text.replaceSubrange(start..., with: String(text[start...].map { $0 == "~" ? " " : $0 }))
    }
}

extension DriftReport {
    private mutating func addHeader() {
        line("Timestamp: \(UTCTime.text(milliseconds: check.end))")
        line("Overall severity: \(check.severity.mark(isPlain: isPlain)) \(check.severity.title)")
        wrap("Finding: \(check.summary)", indent: 9)
        line("")
        field("Market", answer.market.description)
        for (name, range, side) in [
            ("Current", check.current.range, check[.psi]?.current),
            ("Reference", check.reference, check[.psi]?.reference),
        ] {
            let count = side?.count ?? 0
            let minutes =
                (range.upperBound - range.lowerBound) / answer.market.timeframe.milliseconds
            // A period may begin before the data do.
            let all = count < minutes ? "~of~\(Number.grouped(minutes))" : ""
            field(name, "\(MarketRange.text(range)), n~=~\(Number.grouped(count))\(all)")
        }
        let preset = LabelingConfiguration.presets.first {
            $0.configuration.hash == check.configurationHash
        }
        field(
            "Configuration",
            check.configurationHash.hex.prefix(16) + (preset.map { " (\($0.name))" } ?? ""))
        field(
            "Labels",
            "\(check.labelsHash.hex.prefix(16)), "
                + (check.labels == .all ? "all" : "the 1,000 newest") + " of a window")
        field("Position", "\(answer.position)")
        field("Check", recorded)
        field("Baseline", baseline)
        field("Monitor", monitor)
        field("Level", level)
    }

    /// What is recorded, beside what is asked: people take one for the other.
    private var recorded: String {
        guard !answer.inquiry.isRecorded else { return "as recorded" }
        return "computed for this report; "
            + (answer.newest.map {
                "the newest recorded one ends at \(UTCTime.text(milliseconds: $0.end)): "
                    + $0.severity.title
            } ?? "none is recorded")
    }

    private var baseline: String {
        guard check.baseline > 0 else { return "not recorded, computed for this report" }
        let stale = check.staleMinutes
        return "recorded, version \(check.baseline)"
            + (stale > 0 ? "; minutes revised since: \(Number.grouped(stale))" : "")
    }

    private var monitor: String {
        let monitor = answer.inquiry.monitor
        let ratio = monitor.volatilityRatio.map { " (\(Number.fixed($0, 2)) of the baseline's)" }
        let score = monitor.trendScore.map { " (score \(Number.fixed($0, 2)))" }
        return "last day: volatility \(monitor.volatility.rawValue)\(ratio ?? ""), trend "
            + "\(monitor.trend.rawValue)\(score ?? ""), gaps \(Number.grouped(monitor.gaps)), "
            + "outliers \(Number.grouped(monitor.outliers))"
    }

    private var level: String {
        guard let watch = answer.inquiry.watch else { return "none: no check is recorded yet" }
        let pause = watch.pausedSince.map {
            "; trading PAUSED since \(UTCTime.text(milliseconds: $0))"
        }
        return "\(watch.level.title) in force\(pause ?? "")"
            + (watch.isResumed ? "; trading was resumed" : "")
    }

    private mutating func addCommand() {
        var current = " "
        for part in answer.command {
            if current.count + 3 + part.count > Self.width {
                line(current + " \\")
                current = "   "
            }
            current += " " + part
        }
        line(current)
    }
}

extension DriftReport {
    private mutating func addReturns() {
        let test = check[.ks]
        line("1. KS ON RETURNS")
        value("Statistic", test?.statistic.map { "D = \(Number.short($0))" })
        value(
            "p-value",
            test?.pValue.map { "\(Number.short($0)) (drifts below \(answer.policy.alpha))" })
        sides(test) { _ in nil }
        drifted(test, minimum: answer.policy.minimumRows)
    }

    private mutating func addCloses() {
        let test = check[.psi]
        line("2. PSI ON CLOSES")
        value(
            "Score",
            test?.statistic.map { "\(Number.short($0)) (drifts above \(answer.policy.psi))" })
        value(
            "Outside",
            answer.outsideShare.map {
                "\(Number.grouped(check.outside)) closes, \(Number.percent($0)) (drifts above "
                    + "\(Number.percent(answer.policy.outsideShare)))"
            })
        sides(test) { _ in nil }
        drifted(test, minimum: answer.policy.minimumRows)
    }

    private mutating func addLabels() {
        let test = check[.labels]
        line("3. LABEL DRIFT")
        value(
            "Difference",
            test?.statistic.map {
                "\(Number.percent($0)) of labels (drifts above "
                    + "\(Number.percent(answer.policy.labelShare)))"
            })
        sides(test) { "\(Number.percent($0)) profitable" }
        drifted(test, minimum: answer.policy.leastLabels)
    }

    private mutating func addCosts() {
        let test = check[.costs]
        line("4. COST DRIFT")
        value(
            "Change",
            test?.statistic.map {
                "\(Number.percent($0)) of the mean (drifts above "
                    + "\(Number.percent(answer.policy.costRatio)))"
            })
        sides(test) { "mean \(Number.fixed($0, 4)) bps" }
        drifted(test, minimum: answer.policy.leastLabels, isLast: true)
    }

    private mutating func value(_ name: String, _ words: String?) {
        let padding = String(repeating: " ", count: max(0, 10 - name.count))
        line("   \(name):\(padding) \(words ?? "not evaluated")")
    }

    private mutating func sides(_ test: DriftTest?, _ words: (Double) -> String?) {
        guard let test else { return }
        for (name, side) in [("Current", test.current), ("Reference", test.reference)] {
            let count = "n = \(Number.grouped(side.count))"
            let effective = side.effectiveCount.map { "effective n = \(Self.count($0))" }
            let parts = [side.value.flatMap(words), count, effective]
            value(name, parts.compactMap(\.self).joined(separator: ", "))
        }
    }

    /// A rough count: nobody can tell its fraction.
    private static func count(_ value: Double) -> String {
        value < 1e15 ? Number.grouped(Int64(value.rounded())) : "\(value)"
    }

    private mutating func drifted(_ test: DriftTest?, minimum: Int, isLast: Bool = false) {
        if let reason = test?.insufficiency {
            line(
                "   Drifted: INSUFFICIENT_DATA (\(reason.rawValue): "
                    + "\(DriftAdvice.words(reason, minimum)))")
        } else {
            line("   Drifted: \(test?.isDrifted == true ? "True" : "False")")
        }
        if !isLast { line("") }
    }
}
