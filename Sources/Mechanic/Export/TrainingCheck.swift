internal import CanonicalJSON
public import Digest
internal import EventFormat
public import EventStorage
internal import Labeling
internal import Market
internal import Projections

/// A training set held against the store that it says it is of: every byte must be what the store
/// gives at the basis in its first line.
public struct TrainingCheck: Sendable {
    /// The first line that is not what it should be.
    public struct Finding: Equatable, Sendable {
        /// What is wrong with it.
        public enum Kind: String, Sendable {
            /// The first line is no basis, or none of this store.
            case basis
            /// The names of the columns are others.
            case header
            /// The line is no row of these columns.
            case malformed
            /// The entry's candle had not closed at the basis.
            case futureRow = "future_row"
            /// The label was not known at the basis.
            case notYetKnown = "not_yet_known"
            /// A value is another.
            case changed
            /// A row is not there.
            case missing
            /// A row is there that the basis does not have, or twice.
            case additional
            /// Rows stand in another order.
            case reordered
        }

        /// What is wrong.
        public let kind: Kind
        /// The line, from 1 on.
        public let line: Int
        /// The column of a value that is another; nil elsewhere.
        public let column: String?
        /// What is there, and what should be.
        public let message: String
    }

    /// The basis; nil where the first line is none.
    public private(set) var basis: TrainingBasis?
    /// How many rows were found right, before the first that is not.
    public private(set) var rows = 0
    /// How many of its rows an export of now has otherwise, or leaves out. The file is what was known at
    /// its basis all the same.
    public struct Revised: Equatable, Sendable {
        /// Rows whose label is another one, or is not exported any more.
        public internal(set) var labels = 0
        /// Rows whose entry candle, where that is in the file, has other values.
        public internal(set) var candles = 0
        /// Rows of which either is so.
        public internal(set) var rows = 0
    }

    /// What was revised since; nil where a line is wrong.
    public private(set) var revised: Revised?
    /// SHA-256 of the file.
    public let digest: Hash256
    /// The first line that is wrong; nil if none is.
    public private(set) var finding: Finding?

    /// Checks a file.
    ///
    /// - Throws: ``TrainingError`` of kind `.leak`, which is a defect of the store and not of the file;
    ///   `EventStoreError`.
    /// - Complexity: as ``TrainingSet``, and O(bytes).
    public init(_ store: EventStore, file: [UInt8]) throws {
        digest = SHA256().hash(file)
        let text = TrainingText(file)
        guard let first = text.lines.first, let line = text.text(first) else {
            finding = Finding(
                kind: .basis, line: 1, column: nil, message: "the file is empty or no text")
            return
        }
        if let message = Self.editing(line) {
            finding = Finding(kind: .basis, line: 1, column: nil, message: message)
            return
        }
        do {
            let basis = try TrainingBasis(line)
            self.basis = basis
            let set = try store.read { try TrainingSet($0, basis, of: store.identity) }
            let format: TrainingFormat = line.hasPrefix("{") ? .jsonl : .csv
            let comparison = TrainingComparison(training: set, format: format, text: text)
            (rows, finding) = comparison.run()
            if finding == nil { revised = try store.read { try Self.revised(set, $0) } }
        } catch let error as TrainingError where error.kind != .leak {
            finding = Finding(
                kind: .basis, line: 1, column: nil, message: error.description)
        }
    }
}

extension TrainingCheck {
    /// What editors and spreadsheets leave in a first line; nil where there is nothing of the kind.
    private static func editing(_ line: String) -> String? {
        if line.unicodeScalars.first == "\u{FEFF}" {
            return "the file begins with a byte order mark, which no export writes: some program "
                + "saved it anew"
        }
        if line.unicodeScalars.last == "\r" {
            return "lines end with CR LF, those of an export with LF: some program saved it anew"
        }
        return nil
    }

    /// How many rows of a training set come out otherwise by now.
    ///
    /// - Complexity: O(events of the days).
    private static func revised(
        _ set: TrainingSet, _ view: borrowing StoreView
    ) throws -> Revised {
        var revised = Revised()
        guard let first = set.rows.first, let last = set.rows.last else { return revised }
        let (market, head) = (set.basis.market, try view.head().position)
        let state = try MarketState.outline(view, market: market, through: head)
        let labelling = try set.basis.labelling(in: state)
        // Tested rows come after those trained on, so that both ends are known.
        let known = try KnownLabels(
            view, state, labelling, entries: first.label.entryTime..<last.label.entryTime + 1,
            at: head)
        var labels: [Int64: Label] = [:]
        for label in known.labels { labels[label.entryTime] = label }
        let days =
            UTCDay(of: first.label.entryTime).number...UTCDay(of: last.label.entryTime).number
        let candles = try History.candles(view, market: market, days: days, through: head)
        for row in set.rows {
            let isLabel = labels[row.label.entryTime] != row.label
            let isCandle =
                set.basis.features == .candle && candles[row.candle.time] != row.candle
            revised.labels += isLabel ? 1 : 0
            revised.candles += isCandle ? 1 : 0
            revised.rows += isLabel || isCandle ? 1 : 0
        }
        return revised
    }
}

/// The lines of a file.
struct TrainingText {
    let bytes: [UInt8]
    /// The lines, without what ends them.
    private(set) var lines: [Range<Int>] = []
    /// Whether the last line ends as the others do.
    private(set) var isEnded = true

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            lines.append(start..<index)
            start = index + 1
        }
        if start < bytes.count {
            lines.append(start..<bytes.count)
            isEnded = false
        }
    }

    /// A line as text; nil if it is not UTF-8.
    func text(_ line: Range<Int>) -> String? { String(validating: bytes[line], as: UTF8.self) }
}
