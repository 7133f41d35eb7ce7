internal import CanonicalJSON
internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections

/// The blame for an alert, as people and scripts see it.
struct AlertBlameTree {
    private let blame: AlertBlame

    init(_ blame: AlertBlame) { self.blame = blame }

    private var alert: AlertRaised { blame.alert.value }

    /// The alert's own members.
    var members: [JSONValue.Member] {
        [
            .init("alert", .integer(alert.alert)),
            .init("alert_position", .integer(blame.alert.position.number)),
            .init("recorded_at_us", .integer(blame.alert.recordedAt)),
            .init("level", .string(alert.level.rawValue)),
            .init("first_seen_ms", .integer(alert.firstSeen)),
            .init("check", .integer(alert.check)),
            .init("cause", .string(alert.cause)),
            .init("replaces", alert.replaces.map { .integer($0) } ?? .null),
        ]
    }

    /// The tree.
    var tree: Tree {
        var tree = Tree(
            "alert \(alert.alert) of \(UTCTime.text(milliseconds: alert.firstSeen)), "
                + "\(blame.market), as of position \(blame.position): \(alert.level.rawValue), "
                + alert.cause)
        tree.children = blame.lines(.result, "recorded by ")
        tree.children += blame.lines(.numbered, "the number before: ")
        tree.children += blame.lines(.resolved, "that one was resolved: ")
        tree.children += blame.lines(.replaced, "takes the place of: ")
        tree.add(
            "raised by the decision of \(UTCTime.text(milliseconds: alert.firstSeen))",
            DecisionBlameTree(blame.decision).parts)
        return tree
    }
}
