public import Digest
public import DriftStatistics
package import EventFormat

/// Whether a market is traded, and who must look at it.
public struct Operations: Sendable {
    /// The projection's name.
    public static let name = "operations"
    /// Raised when the same events give other state bytes.
    public static let version: UInt32 = 1

    /// What is in force for one labelling.
    public struct Watch: Equatable, Sendable {
        /// The labelling.
        public let labelsHash: Hash256
        /// The level in force.
        public var level = DriftSeverity.none
        /// Since when trading is paused: the end of the check's window, milliseconds UTC; nil if it is
        /// not.
        public var pausedSince: Int64?
        /// Why.
        public var pauseCause: String?
        /// Whether somebody resumed trading although the level is still severe: then the same episode
        /// does not pause it again.
        public var isResumed = false
    }

    /// An alert that is not resolved.
    public struct Alert: Equatable, Sendable {
        /// Its number among the market's alerts.
        public let number: UInt64
        /// The labelling.
        public let labelsHash: Hash256
        /// The level at which it was raised.
        public let level: DriftSeverity
        /// Why it was raised.
        public let cause: String
        /// The end of the first check's window, milliseconds UTC.
        public let firstSeen: Int64
        /// The end of the newest window whose check was as severe.
        public var lastSeen: Int64
        /// Who has seen it; nil if nobody.
        public var acknowledgedBy: String?
        /// What they say.
        public var note: String?
        /// The sinks that took it.
        public var sinks: [String] = []
    }

    /// By labelling, in the order of their first decisions.
    public internal(set) var watches: [Watch] = []
    /// Open alerts, the oldest first.
    public internal(set) var alerts: [Alert] = []
    /// How many alerts there ever were.
    public internal(set) var alertCount: UInt64 = 0
    var cache: [UInt8]?

    /// Nothing in force.
    public init() {}

    /// Whether trading is paused under any labelling.
    public var isPaused: Bool { watches.contains { $0.pausedSince != nil } }

    /// What is in force for a labelling; nil before its first decision.
    public subscript(labelsHash: Hash256) -> Watch? {
        watches.first { $0.labelsHash == labelsHash }
    }

    /// The open alert of a labelling; nil if there is none.
    public func alert(of labelsHash: Hash256) -> Alert? {
        alerts.last { $0.labelsHash == labelsHash }
    }
}

extension Operations {
    package mutating func apply(_ decision: Decision) {
        cache = nil
        var watch = self[decision.labelsHash] ?? Watch(labelsHash: decision.labelsHash)
        watch.level = decision.level
        if decision.level < .severe { watch.isResumed = false }
        if let pause = decision[.pauseTrading], watch.pausedSince == nil {
            watch.pausedSince = decision.end
            watch.pauseCause = pause.cause
        }
        set(watch)
        for index in alerts.indices where alerts[index].labelsHash == decision.labelsHash {
            // An alert lasts while checks are as severe as the one that raised it.
            if decision.severity >= alerts[index].level { alerts[index].lastSeen = decision.end }
        }
    }

    package mutating func apply(_ raised: AlertRaised) throws(FormatError) {
        guard raised.alert == alertCount + 1 else {
            throw FormatError("alert.raised: number \(raised.alert) is not the next one")
        }
        cache = nil
        alertCount = raised.alert
        alerts.removeAll { $0.number == raised.replaces }
        alerts.append(
            Alert(
                number: raised.alert, labelsHash: raised.labelsHash, level: raised.level,
                cause: raised.cause, firstSeen: raised.firstSeen, lastSeen: raised.firstSeen))
    }

    mutating func apply(_ acknowledged: AlertAcknowledged) throws(FormatError) {
        let index = try index(of: acknowledged.alert, "alert.acknowledged")
        cache = nil
        alerts[index].acknowledgedBy = acknowledged.by
        alerts[index].note = acknowledged.note
    }

    package mutating func apply(_ resolved: AlertResolved) throws(FormatError) {
        let index = try index(of: resolved.alert, "alert.resolved")
        cache = nil
        alerts.remove(at: index)
    }

    /// An alert may be resolved before a sink's answer is recorded.
    mutating func apply(_ delivered: AlertDelivered) {
        guard delivered.isDelivered,
            let index = alerts.firstIndex(where: { $0.number == delivered.alert }),
            !alerts[index].sinks.contains(delivered.sink)
        else { return }
        cache = nil
        alerts[index].sinks.append(delivered.sink)
    }

    package mutating func apply(_ resumed: TradingResumed) throws(FormatError) {
        for hash in resumed.labelsHashes {
            guard var watch = self[hash], watch.pausedSince != nil else {
                throw FormatError("trading.resumed: \(hash.hex.prefix(16)) was not paused")
            }
            cache = nil
            watch.pausedSince = nil
            watch.pauseCause = nil
            watch.isResumed = watch.level == .severe
            set(watch)
        }
    }

    private mutating func set(_ watch: Watch) {
        if let index = watches.firstIndex(where: { $0.labelsHash == watch.labelsHash }) {
            watches[index] = watch
        } else {
            watches.append(watch)
        }
    }

    private func index(of alert: UInt64, _ name: String) throws(FormatError) -> Int {
        guard let index = alerts.firstIndex(where: { $0.number == alert }) else {
            throw FormatError("\(name): alert \(alert) is not open")
        }
        return index
    }
}
