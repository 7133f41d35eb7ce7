internal import CanonicalJSON
internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections

/// The blame for a decision, as people and scripts see it.
struct DecisionBlameTree {
    private let blame: DecisionBlame
    /// What was asked about; nil for all of it.
    private let action: Decision.Action?
    /// The pause that the decision began, where that was asked about.
    private let pause: OperationsLog.Pause?

    init(
        _ blame: DecisionBlame, action: Decision.Action? = nil, pause: OperationsLog.Pause? = nil
    ) {
        self.blame = blame
        self.action = action
        self.pause = pause
    }

    private var decision: Decision { blame.decision.value }

    /// The decision's own members.
    var members: [JSONValue.Member] {
        [
            .init("action", action.map { .string($0.rawValue) } ?? .null),
            .init("decision_position", .integer(blame.decision.position.number)),
            .init("recorded_at_us", .integer(blame.decision.recordedAt)),
            .init("end_ms", .integer(decision.end)),
            .init("check", .integer(decision.check)),
            .init("severity", .string(decision.severity.rawValue)),
            .init("level", .string(decision.level.rawValue)),
            .init("previous_level", .string(decision.previousLevel.rawValue)),
            .init("intents", .array(decision.intents.map(\.json))),
            .init(
                "pause",
                pause.map { pause in
                    [
                        "in_force": .bool(pause.end == nil),
                        "ended_position": pause.end.map { .integer($0.position.number) } ?? .null,
                        "ended_at_us": pause.end.map { .integer($0.recordedAt) } ?? .null,
                        "ended_by": pause.end.map { .string($0.value.by) } ?? .null,
                    ]
                } ?? .null),
        ]
    }

    /// The tree.
    var tree: Tree {
        let actions = decision.intents.map(\.action.rawValue).joined(separator: ", ")
        let what = action.map { "\($0.rawValue), of the decision" } ?? "decision"
        var tree = Tree(
            "\(what) of \(UTCTime.text(milliseconds: decision.end)), \(blame.market), as of position "
                + "\(blame.position): level \(decision.level.rawValue), \(actions)")
        tree.children = parts
        guard let pause else { return tree }
        let end = pause.end.map {
            "ended by \($0.value.by): trading.resumed, position \($0.position) "
                + "(\(UTCTime.text(milliseconds: UTCTime.floor($0.recordedAt / 1_000, 1_000))))"
        }
        tree.children.insert(Tree("the pause \(end ?? "is in force")"), at: 0)
        return tree
    }

    /// What hangs on the decision.
    var parts: [Tree] {
        var parts = [
            Tree(
                "recorded by program \(blame.program): decision.made, position "
                    + "\(blame.decision.position)")
        ]
        let intents = decision.intents.filter { action == nil || $0.action == action }
        for cause in intents.map(\.cause).uniqued { parts.append(Tree("because \(cause)")) }
        parts.append(level)
        var before = Tree("level before: \(decision.previousLevel.rawValue)")
        before.children =
            blame.lines(.previous, "decided by ") + blame.lines(.paused, "paused by ")
            + blame.lines(.resumed, "resumed by ") + blame.lines(.alerted, "already told by ")
        parts.append(before)
        parts.append(blame.configurationTree)
        return parts
    }

    private var level: Tree {
        let count = blame.checks.count
        return Tree(
            "level \(decision.level.rawValue): the worst of \(count) "
                + (count == 1 ? "check" : "checks"),
            blame.checks.map { entry in
                let check = entry.value
                let isSubject = entry.version == decision.check
                return Tree(
                    "\(isSubject ? "now: " : "")\(check.severity.rawValue) at "
                        + "\(UTCTime.text(milliseconds: check.end)): \(check.summary); "
                        + "drift.checked, position \(entry.position), version \(entry.version)")
            })
    }
}

extension [String] {
    /// Each once, in order.
    fileprivate var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
