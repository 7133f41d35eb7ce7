internal import CanonicalJSON
internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections

/// The blame for a drift check, as people and scripts see it.
struct DriftBlameTree {
    private let blame: DriftBlame

    init(_ blame: DriftBlame) { self.blame = blame }

    private var check: DriftCheck { blame.check.value }

    /// The check's own members.
    var members: [JSONValue.Member] {
        [
            .init("check", .integer(blame.check.version)),
            .init("check_position", .integer(blame.check.position.number)),
            .init("recorded_at_us", .integer(blame.check.recordedAt)),
            .init("end_ms", .integer(check.end)),
            .init("severity", .string(check.severity.rawValue)),
            .init("cause", .string(check.cause.rawValue)),
            .init("summary", .string(check.summary)),
            .init("baseline", .integer(check.baseline)),
            .init("tests", .array(check.tests.map(\.json))),
        ]
    }

    /// The tree: rows by stream and day, all the rest event by event.
    var tree: Tree {
        var tree = Tree(
            "drift check of \(UTCTime.text(milliseconds: check.end)), \(blame.market), as of position "
                + "\(blame.position): \(check.severity.rawValue), \(check.summary)")
        tree.children = blame.lines(.result, "recorded by program \(blame.program): ")
        tree.add("due: \(cause)", dueTo)
        tree.children.append(blame.configurationTree)
        tree.add("current window \(MarketRange.text(check.current.range))", rows(.current))
        tree.children.append(reference)
        return tree
    }

    private var cause: String {
        switch check.cause {
        case .first: "the labelling's first check"
        case .schedule: "market time passed a multiple of the interval"
        case .data: "enough minutes were revised"
        case .configuration: "another configuration decides"
        case .baseline: "the baseline was set or released"
        case .asked: "somebody asked"
        }
    }

    private var dueTo: [Tree] {
        let revised = blame.events(.revisions)
        let count = revised.reduce(0) { $0 + $1.stamps(.revisions).count }
        return blame.lines(.previous, "the check before: ") + blame.lines(.pin, "baseline: ")
            + (revised.isEmpty
                ? [] : [Tree("revisions: \(counted(revised)), \(Number.grouped(count)) minutes")])
    }

    private var reference: Tree {
        let minutes =
            (check.reference.upperBound - check.reference.lowerBound)
            / blame.market.timeframe.milliseconds
        let count = check[.psi]?.reference.count ?? 0
        let part =
            count < minutes
            ? " (\(Number.grouped(count)) of \(Number.grouped(minutes)) candles)" : ""
        let period = MarketRange.text(check.reference) + part
        guard let baseline = blame.baseline else {
            return Tree("reference \(period): no baseline, it holds no candle")
        }
        var tree = Tree(
            "reference \(period): baseline of version \(baseline.version), position "
                + "\(baseline.position), as it was then", rows(.reference))
        let stale = blame.events(.stale)
        if !stale.isEmpty {
            tree.add("\(check.staleMinutes) of its minutes revised since: \(counted(stale))")
        }
        if tree.children.isEmpty { tree.text += "; not compared, the periods overlap" }
        return tree
    }

    /// Candles and labels of a period, day by day.
    private func rows(_ role: BlamedEvent.Role) -> [Tree] {
        let events = blame.events(role)
        let streams = [
            ("candles", events.filter { $0.typeName.hasPrefix("candles.") }),
            ("labels", events.filter { $0.typeName.hasPrefix("labels.") }),
        ]
        return streams.map { name, events in
            var days: [Int32: (events: Int, rows: Int)] = [:]
            for event in events {
                let stamps = event.stamps(role)
                guard let first = stamps.first else { continue }
                days[UTCDay(of: first).number, default: (0, 0)].events += 1
                days[UTCDay(of: first).number]!.rows += stamps.count
            }
            let all = days.values.reduce(0) { $0 + $1.rows }
            return Tree(
                "\(name): \(counted(events)), \(Number.grouped(all)) rows",
                days.sorted { $0.key < $1.key }.map { day, counts in
                    let words = counts.events == 1 ? "event" : "events"
                    return Tree(
                        "\(UTCDay(number: day)): \(counts.events) \(words), "
                            + "\(Number.grouped(counts.rows)) rows")
                })
        }
    }

    /// `24 events, positions 12 to 90`.
    private func counted(_ events: [BlamedEvent]) -> String {
        guard let first = events.first, let last = events.last else { return "no events" }
        guard events.count > 1 else { return first.place }
        return "\(Number.grouped(events.count)) events, positions \(first.position) to "
            + "\(last.position)"
    }
}
