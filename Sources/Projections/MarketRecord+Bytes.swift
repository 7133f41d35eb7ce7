internal import Digest
internal import EventFormat
public import EventStorage
public import Market

extension MarketRecord {
    /// The layout of records, in the place where layout 2 had zeros.
    private static let layout: UInt16 = 3

    /// What every record begins with: versions of window, labels and configuration (3 × 4), how many
    /// versions of event types the program knew (2), layout (2), versions of baselines, drift and
    /// operations (3 × 4), zero (4).
    static var preamble: [UInt8] {
        var buffer: [UInt8] = []
        for version in versions { buffer.append(littleEndian: version) }
        buffer.append(littleEndian: UInt16(EventCatalog.product.count))
        buffer.append(littleEndian: layout)
        for version in watchVersions { buffer.append(littleEndian: version) }
        buffer.append(littleEndian: UInt32(0))
        return buffer
    }

    /// Whether this program's projections are those of a record. Types are only ever added: a record
    /// of a program that knew fewer will do.
    static func isCurrent(_ preamble: RawSpan) -> Bool {
        for (index, version) in versions.enumerated()
        where preamble.load(UInt32.self, at: index * 4) != version {
            return false
        }
        guard preamble.byteCount >= preambleBytes, preamble.load(UInt16.self, at: 14) == layout
        else {
            return false
        }
        for (index, version) in watchVersions.enumerated()
        where preamble.load(UInt32.self, at: 16 + index * 4) != version {
            return false
        }
        return preamble.load(UInt16.self, at: 12) <= UInt16(EventCatalog.product.count)
    }

    /// Preamble (32), labellings (4), skips (4), position (8), candles version (8), newest (8),
    /// window (32), configuration (32), lengths of the states of baselines, drift and operations
    /// (3 × 4), zero (4), then for each labelling hash (32), digest (32), through (8), candles version
    /// (8), labels version (8), then the three states. A time that is not there is the least integer.
    package var bytes: [UInt8] {
        var buffer = Self.preamble
        buffer.append(littleEndian: UInt32(labellings.count))
        buffer.append(littleEndian: skips)
        buffer.append(littleEndian: position.number)
        buffer.append(littleEndian: candlesVersion)
        buffer.append(littleEndian: newest ?? .min)
        window.append(to: &buffer)
        configuration.append(to: &buffer)
        for state in watch { buffer.append(littleEndian: UInt32(state.count)) }
        buffer.append(littleEndian: UInt32(0))
        for labelling in labellings {
            labelling.hash.append(to: &buffer)
            labelling.digest.append(to: &buffer)
            buffer.append(littleEndian: labelling.through ?? .min)
            buffer.append(littleEndian: labelling.candlesVersion)
            buffer.append(littleEndian: labelling.labelsVersion)
        }
        for state in watch { buffer.append(contentsOf: state) }
        return buffer
    }

    static let preambleBytes = 32
    /// The shortest preamble of any layout.
    private static let leastBytes = 16
    private static let headerBytes = 144
    private static let labellingBytes = 88

    /// Reads what was stored under a key.
    ///
    /// - Parameter skips: how many events the log passes over now.
    package init?(_ stored: StoredRecord, skips: Int) {
        guard case .record(let record) = Self.read(stored, skips: skips) else { return nil }
        self = record
    }

    /// What is stored under a key.
    package static func read(_ stored: StoredRecord, skips: Int) -> Stored {
        let bytes: [UInt8]
        switch stored {
        case .missing: return .missing
        case .damaged: return .damaged
        case .value(let value): bytes = value
        }
        let span = bytes.rawSpan
        guard span.byteCount >= leastBytes else { return .damaged }
        // What is cut short of this layout is no record of an earlier one.
        if span.load(UInt16.self, at: 14) == layout, span.byteCount < headerBytes {
            return .damaged
        }
        guard isCurrent(span) else { return .outdated }
        let count = Int(span.load(UInt32.self, at: 32))
        var states = 0
        for index in 0..<3 { states += Int(span.load(UInt32.self, at: 128 + index * 4)) }
        guard span.byteCount == headerBytes + count * labellingBytes + states else {
            return .damaged
        }
        let record = MarketRecord(checked: span, labellings: count)
        return Int(record.skips) == skips ? .record(record) : .outdated
    }

    /// What a view holds of a market.
    ///
    /// - Parameter skips: how many events the log passes over.
    public static func stored(
        _ view: borrowing StoreView, _ market: MarketID, skips: Int
    ) throws -> Stored {
        let stored = read(try view.projection(key(market)), skips: skips)
        guard stored == .missing, try view.hasEarlierProjection(key(market)) else { return stored }
        return .outdated
    }

    private init(checked span: RawSpan, labellings count: Int) {
        func time(_ offset: Int) -> Int64? {
            let time = span.load(Int64.self, at: offset)
            return time == .min ? nil : time
        }
        skips = span.load(UInt32.self, at: 36)
        position = GlobalPosition(span.load(UInt64.self, at: 40))
        candlesVersion = span.load(UInt64.self, at: 48)
        newest = time(56)
        window = Hash256(span.extracting(64..<96))
        configuration = Hash256(span.extracting(96..<128))
        labellings = []
        for index in 0..<count {
            let start = Self.headerBytes + index * Self.labellingBytes
            labellings.append(
                Labelling(
                    hash: Hash256(span.extracting(start..<start + 32)),
                    digest: Hash256(span.extracting(start + 32..<start + 64)),
                    through: time(start + 64),
                    candlesVersion: span.load(UInt64.self, at: start + 72),
                    labelsVersion: span.load(UInt64.self, at: start + 80)))
        }
        watch = []
        var start = Self.headerBytes + count * Self.labellingBytes
        for index in 0..<3 {
            let end = start + Int(span.load(UInt32.self, at: 128 + index * 4))
            watch.append(span.extracting(start..<end).copy())
            start = end
        }
    }
}
