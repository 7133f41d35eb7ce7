internal import Digest
public import EventFormat
public import EventStorage
internal import Labeling
internal import Market
internal import Projections

/// Labels the recorded candles again under the recorded configurations and compares.
///
/// Goes through the log commit by commit: at each completed update, what it recorded must be what
/// the candles known by then give, no more and no less. At the end the batch labeller, the other
/// implementation, must agree on every label of the window.
public struct Recomputation: Sendable {
    /// A recorded label that does not come out of the candles, or one that is missing.
    public struct Difference: Sendable {
        /// The event concerned.
        public let position: GlobalPosition
        /// What differs: label, field, both values.
        public let message: String
    }

    /// Most differences that are kept.
    public static let maximumDifferences = 100

    /// How many recorded labels were checked.
    public private(set) var checkedLabels = 0
    /// How many recorded baselines, drift checks, monitors, decisions and alerts were checked.
    public private(set) var checkedVerdicts = 0
    /// The first differences.
    public private(set) var differences: [Difference] = []
    private var markets: [MarketRecomputation] = []
    private var streams: [StreamID: Int?] = [:]

    /// Checks a whole log.
    ///
    /// - Complexity: O(candles × log open trades) for each labelling; all candles are in memory.
    public static func run(
        _ store: EventStore, progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Recomputation {
        var check = Recomputation()
        let (head, reader) = try store.read { (try $0.head().position, try LogReader($0)) }
        try store.forEachEvent(through: head) { position, event in
            do {
                try reader.read(event, at: position) { try check.apply($0, at: position) }
            } catch let error as EventStoreError where error.code == .corrupted {
                check.note(position, error.message)
                return false
            }
            if position.number.isMultiple(of: 128) { progress(position.number, head.number) }
            return check.differences.count < maximumDifferences
        }
        if check.differences.isEmpty { check.checkEnd(head) }
        return check
    }

    private mutating func apply(_ event: borrowing EventView, at position: GlobalPosition) throws {
        let envelope = try event.envelope()
        guard let stream = MarketStream(envelope.stream) else { return }
        if streams[envelope.stream] == nil {
            let known = markets.firstIndex { $0.state.market == stream.market }
            if known == nil { markets.append(MarketRecomputation(market: stream.market)) }
            streams[envelope.stream] = known ?? markets.count - 1
        }
        guard let known = streams[envelope.stream], let index = known else { return }
        let differences = try markets[index].apply(event, of: stream, at: position)
        for difference in differences { note(difference.position, difference.message) }
        checkedLabels = markets.reduce(0) { $0 + $1.checkedLabels }
        checkedVerdicts = markets.reduce(0) { $0 + $1.checkedVerdicts }
    }

    private mutating func checkEnd(_ head: GlobalPosition) {
        for index in markets.indices {
            for message in markets[index].compareWithBatch() { note(head, message) }
        }
    }

    private mutating func note(_ position: GlobalPosition, _ message: String) {
        guard differences.count < Self.maximumDifferences else { return }
        differences.append(Difference(position: position, message: message))
    }
}
