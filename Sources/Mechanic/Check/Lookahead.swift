public import Digest
public import EventFormat
public import EventStorage
public import Labeling
internal import Market
internal import Projections

/// Proves that nothing recorded looks ahead: labels as of a position are those of the events up to it.
///
/// Goes through the log commit by commit, as it was written. At each completed update every label
/// that it closed or revised, and every trade that it should have closed, is computed anew by the
/// rules as they are written, from the candles known at that position and no further than the candle
/// that decides; and every exported field must come out of what was known at its moment
/// (``Labeling/LabelField``). Hashes cannot tell: a log in which a program recorded wrong labels is
/// sound. Shares the price rules with the labellers, and nothing else.
public struct Lookahead: Sendable {
    /// Something recorded before it could be known, or not recorded though it was known.
    public struct Finding: Sendable {
        /// The event concerned.
        public let position: GlobalPosition
        /// The labelling; nil where a candle is concerned.
        public let labelling: Hash256?
        /// Open stamp of the label's entry, or of the candle, milliseconds UTC.
        public let stamp: Int64
        /// The field; nil where a trade is left open or closed as a whole.
        public let field: LabelField?
        /// What is wrong, and what it used too early.
        public internal(set) var message: String
    }

    /// Most findings that are kept.
    public static let maximumFindings = 100

    /// How many recorded candles were held against the clock.
    public private(set) var checkedCandles = 0
    /// How many labels and open trades were computed anew from a history cut at their position.
    public private(set) var checkedTruncations = 0
    /// How many values of fields were compared.
    public private(set) var checkedFields = 0
    /// The first findings, by position.
    public private(set) var findings: [Finding] = []
    private var markets: [MarketLookahead] = []
    private var streams: [StreamID: Int?] = [:]

    /// Checks a whole log.
    ///
    /// - Complexity: O(candles × trades open at once / candles of an update + candles of all trades)
    ///   for each labelling; all candles and labels are in memory.
    public static func run(
        _ store: EventStore, progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Lookahead {
        var check = Lookahead()
        let (head, reader) = try store.read { (try $0.head().position, try LogReader($0)) }
        try store.forEachEvent(through: head) { position, event in
            do {
                try reader.read(event, at: position) { try check.apply($0, at: position) }
            } catch let error as EventStoreError where error.code == .corrupted {
                check.findings.append(
                    Finding(
                        position: position, labelling: nil, stamp: 0, field: nil,
                        message: error.message))
                return false
            }
            if position.number.isMultiple(of: 128) { progress(position.number, head.number) }
            return check.markets.reduce(0) { $0 + $1.findings.count } < maximumFindings
        }
        check.finish()
        return check
    }

    private mutating func apply(_ event: borrowing EventView, at position: GlobalPosition) throws {
        let envelope = try event.envelope()
        guard let stream = MarketStream(envelope.stream) else { return }
        if streams[envelope.stream] == nil {
            let known = markets.firstIndex { $0.market == stream.market }
            if known == nil { markets.append(MarketLookahead(stream.market)) }
            streams[envelope.stream] = known ?? markets.count - 1
        }
        guard let known = streams[envelope.stream], let index = known else { return }
        try markets[index].apply(event, of: stream, at: position)
    }

    private mutating func finish() {
        for index in markets.indices {
            markets[index].endCommit()
            checkedCandles += markets[index].checkedCandles
            checkedTruncations += markets[index].checkedTruncations
            checkedFields += markets[index].checkedFields
            findings += markets[index].findings
        }
        findings.sort { $0.position < $1.position }
        findings = Array(findings.prefix(Self.maximumFindings))
    }
}
