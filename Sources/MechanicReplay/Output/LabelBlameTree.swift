internal import CanonicalJSON
internal import EventFormat
internal import Labeling
internal import Market
internal import Mechanic

/// The blame for a label, as people and scripts see it.
struct LabelBlameTree {
    private let blame: LabelBlame

    init(_ blame: LabelBlame) { self.blame = blame }

    private var timeframe: Timeframe { blame.market.timeframe }

    private func text(_ stamp: Int64) -> String { UTCTime.text(milliseconds: stamp) }

    /// The label's own members.
    var members: [JSONValue.Member] {
        [
            .init("entry_time_ms", .integer(blame.entry)),
            .init("state", .string(blame.label == nil ? "open" : "closed")),
            .init("retracted", .bool(blame.isRetracted)),
            .init("outdated", .bool(blame.isOutdated)),
            .init("label", blame.label.map(json) ?? .null),
            .init(
                "barriers",
                [
                    "take_profit_price": Cell.number(blame.target).forJSON,
                    "stop_loss_price": Cell.number(blame.stop).forJSON,
                    "deadline_ms": .integer(blame.deadline),
                ]),
            .init("deciding_candle", blame.deciding.map(Self.json) ?? .null),
            .init(
                "costs",
                blame.costs.map { costs in
                    [
                        "fees_bps": Cell.number(costs.fees).forJSON,
                        "spread_bps": Cell.number(costs.spread).forJSON,
                        "slippage_bps": Cell.number(costs.slippage).forJSON,
                        "buffer": Cell.number(costs.buffer).forJSON,
                    ]
                } ?? .null),
            .init(
                "earlier",
                .array(
                    blame.earlier.map { old in
                        [
                            "position": .integer(old.position.number),
                            "label": old.label.map(json) ?? .null,
                        ]
                    })),
            .init("through_ms", .integer(blame.through)),
            .init("candles", .integer(blame.candles)),
            .init("missing", StampRuns(blame.missing, timeframe).json),
        ]
    }

    private static func json(_ candle: Candle) -> JSONValue {
        [
            "timestamp_ms": .integer(candle.time), "open": .number(candle.open),
            "high": .number(candle.high), "low": .number(candle.low),
            "close": .number(candle.close), "volume": .number(candle.volume),
        ]
    }

    private func json(_ label: Label) -> JSONValue {
        .object(
            LabelField.allCases.map { field in
                switch field.value(of: label, interval: timeframe.milliseconds) {
                case .time(let time): .init("\(field.rawValue)_ms", .integer(time))
                case .number(let number): .init(field.rawValue, Cell.number(number).forJSON)
                case .text(let text): .init(field.rawValue, .string(text))
                case .flag(let flag): .init(field.rawValue, .integer(flag ? 1 : 0))
                }
            })
    }

    /// The tree.
    var tree: Tree {
        var tree = Tree(title)
        let outdated = Tree(
            "OUTDATED: the candles known at this point "
                + (blame.label == nil ? "decide this trade" : "do not give this label")
                + ", and nothing labelled it anew")
        tree.children =
            [Tree(reason)] + costs + (blame.isOutdated ? [outdated] : [])
            + [result, rules, candles]
        return tree
    }

    /// What the costs are made of: they decide as much as the exit does.
    private var costs: [Tree] {
        guard let costs = blame.costs else { return [] }
        func text(_ value: Double) -> String { Number.fixed(value, 4) }
        return [
            Tree(
                "costs: (fees \(text(costs.fees)) + spread \(text(costs.spread)) + slippage in the entry "
                    + "candle's range \(text(costs.slippage))), times the buffer \(costs.buffer)")
        ]
    }

    /// What ended the trade, or would.
    private var reason: String {
        // Every digit: what was reached must be seen to be reached.
        let (target, stop) = (blame.target, blame.stop)
        guard let label = blame.label, let candle = blame.deciding else {
            return
                "no candle as labelled, through \(text(blame.through)), reached the target \(target) or the stop "
                + "\(stop); timeout at \(text(blame.deadline))"
        }
        let time = text(candle.time)
        switch label.reason {
        case .takeProfit:
            let both =
                ", and its low \(candle.low) the stop \(stop): the target counts (ambiguity "
                + "target_first)"
            return "because the high of \(time), \(candle.high), reached the target \(target)"
                + (label.flags.contains(.ambiguous) ? both : "; the stop was \(stop)")
        case .stopLoss:
            return
                "because the low of \(time), \(candle.low), reached the stop \(stop); the target was "
                + "\(target)"
        case .timeout:
            return "because no candle reached the target \(target) or the stop \(stop) before "
                + "\(text(blame.deadline)): it ends at the close of \(time), \(candle.close)"
        }
    }

    private var title: String {
        let trade = "\(text(blame.entry)) of \(blame.market), as of position \(blame.position)"
        guard let label = blame.label else {
            return "open trade \(trade)"
        }
        return "label \(trade): \(text(label))"
    }

    private func text(_ label: Label) -> String {
        "\(label.reason.name) at \(label.exitPrice), gross \(Number.fixed(label.grossBps, 4)), costs "
            + "\(Number.fixed(label.costsBps, 4)), net \(Number.fixed(label.netBps, 4)) bps, meta "
            + "\(label.isMeta ? 1 : 0)" + (label.flags.contains(.ambiguous) ? ", ambiguous" : "")
            + (label.flags.contains(.crossesGap) ? ", over a gap" : "")
    }

    private var result: Tree {
        let update = blame.lines(
            .program,
            "in the update of program \(blame.program), labelled through "
                + "\(text(blame.through)): ")
        let before = blame.history.filter { $0.roles.contains(.before) }.map { event in
            let old = blame.earlier.first { $0.position == event.position }
            return Tree(
                "before: \(event.place): \((old?.label).map(text) ?? "withdrawn, the trade was open")"
            )
        }
        guard let event = blame.events(.result).first else {
            return Tree("not decided", update + before)
        }
        let words = blame.isRetracted ? "withdrawn by" : "recorded by"
        let never = blame.earlier.isEmpty ? ", never revised" : ""
        return Tree("\(words) \(event.place)\(never)", update + before)
    }

    private var rules: Tree {
        let rules = blame.configuration
        let leaves =
            ": take profit \(rules.takeProfitBps) bps, stop loss \(rules.stopLossBps) bps, timeout "
            + "\(rules.timeoutMinutes) minutes"
        var tree = blame.configurationTree
        tree.children[tree.children.count - 1].text += leaves
        return tree
    }

    private var candles: Tree {
        let end = blame.label == nil ? "through" : "to the deciding"
        let missing =
            blame.missing.isEmpty
            ? "none missing" : "missing \(StampRuns(blame.missing, timeframe).text)"
        var tree = Tree("candles: entry, and \(blame.candles) \(end), \(missing)")
        for event in blame.events where event.holdsCandles {
            let old = blame.history.filter { old in
                old.roles.contains(.superseded) && old.position < event.position
                    && !Set(old.stamps).isDisjoint(with: event.stamps)
            }
            tree.add(
                "\(event.place): \(parts(event))",
                old.map { old in
                    let shared = old.stamps.filter(event.stamps.contains)
                    return Tree(
                        "instead of \(old.place): \(StampRuns(shared, timeframe).text)")
                })
        }
        for event in blame.history where event.roles.contains(.after) {
            tree.add(
                "since: \(event.place): \(StampRuns(event.stamps, timeframe).text), not labelled anew"
            )
        }
        return tree
    }

    /// What an event of candles holds.
    private func parts(_ event: BlamedEvent) -> String {
        let decided = blame.label?.decidedAt
        var parts: [String] = []
        if event.stamps.contains(blame.entry) { parts.append("entry \(text(blame.entry))") }
        let path = event.stamps.filter { $0 != blame.entry && $0 != decided }
        if !path.isEmpty { parts.append("no barrier reached \(StampRuns(path, timeframe).text)") }
        if let decided, event.stamps.contains(decided) {
            parts.append("deciding \(text(decided))")
        }
        return parts.joined(separator: "; ")
    }
}
