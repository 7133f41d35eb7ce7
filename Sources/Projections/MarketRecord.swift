public import Digest
public import EventFormat
public import Market

/// What the store keeps of a market's projections: where they stand and the digests of their state.
///
/// The rows themselves are not kept twice: the window is an index over events.
public struct MarketRecord: Equatable, Sendable {
    /// One labelling's part.
    public struct Labelling: Equatable, Sendable {
        /// The labelling.
        public var hash: Hash256
        /// The digest of its state bytes.
        public var digest: Hash256
        /// The newest candle labelled, milliseconds UTC; nil before the first update.
        public var through: Int64?
        /// How many events of the candle stream are labelled.
        public var candlesVersion: UInt64
    }

    /// The position of the last event folded.
    public var position: GlobalPosition
    /// How many events of the candle stream are folded.
    public var candlesVersion: UInt64
    /// The newest candle's stamp, milliseconds UTC; nil before the first.
    public var newest: Int64?
    /// The digest of the window.
    public var window: Hash256
    /// The digest of the active configurations.
    public var configuration: Hash256
    /// The labellings, in the order of their opening.
    public var labellings: [Labelling]

    /// All versions of this program's projections: another set of them makes a record stale.
    static let versions: [UInt32] = [
        RollingWindow.version, LabelState.version, ActiveConfigurations.version,
    ]

    /// `M`, market → this record.
    public static func key(_ market: MarketID) -> [UInt8] {
        [UInt8(ascii: "M")] + Array(market.description.utf8)
    }

    /// `W`, market, 0, day (4) → rows (4), zero (4), digest (32).
    static func windowDays(_ market: MarketID) -> [UInt8] {
        [UInt8(ascii: "W")] + Array(market.description.utf8) + [0]
    }

    /// `L`, market, 0, first 8 bytes of the labels hash, day (4) → rows (4), zero (4), digest (32).
    static func labelDays(_ market: MarketID, _ hash: Hash256) -> [UInt8] {
        [UInt8(ascii: "L")] + Array(market.description.utf8) + [0] + hash.bytes.prefix(8)
    }

    init(_ state: inout MarketState, hasher: SHA256) {
        position = state.position
        candlesVersion = state.candlesVersion
        newest = state.window.newest
        window = .zero
        configuration = .zero
        labellings = []
        for digest in state.digests(hasher: hasher) {
            switch digest.name {
            case RollingWindow.name: window = digest.digest
            case ActiveConfigurations.name: configuration = digest.digest
            default:
                let labelling = state.labellings[labellings.count]
                labellings.append(
                    Labelling(
                        hash: labelling.hash, digest: digest.digest, through: labelling.through,
                        candlesVersion: labelling.candlesVersion))
            }
        }
    }

    /// Versions (3 × 4), labellings (4), position (8), candles version (8), newest (8), window (32),
    /// configuration (32), then for each labelling hash (32), digest (32), through (8), candles
    /// version (8); at the end SHA-256 of all before it (32). A time that is not there is the least
    /// integer.
    var bytes: [UInt8] {
        var buffer: [UInt8] = []
        for version in Self.versions { buffer.append(littleEndian: version) }
        buffer.append(littleEndian: UInt32(labellings.count))
        buffer.append(littleEndian: position.number)
        buffer.append(littleEndian: candlesVersion)
        buffer.append(littleEndian: newest ?? .min)
        window.append(to: &buffer)
        configuration.append(to: &buffer)
        for labelling in labellings {
            labelling.hash.append(to: &buffer)
            labelling.digest.append(to: &buffer)
            buffer.append(littleEndian: labelling.through ?? .min)
            buffer.append(littleEndian: labelling.candlesVersion)
        }
        SHA256().hash(buffer).append(to: &buffer)
        return buffer
    }

    private static let headerBytes = 104
    private static let labellingBytes = 80

    /// Reads a record; nil if it is of other versions or damaged: then the log is folded instead.
    public init?(_ bytes: [UInt8]) {
        // LMDB has no checksums, and nothing else would show that a count of versions is wrong.
        guard bytes.count >= Self.headerBytes + Hash256.byteCount else { return nil }
        let end = bytes.count - Hash256.byteCount
        let span = bytes.rawSpan.extracting(0..<end)
        guard SHA256().hash(span) == Hash256(bytes.rawSpan.extracting(end..<bytes.count)) else {
            return nil
        }
        for (index, version) in Self.versions.enumerated()
        where span.load(UInt32.self, at: index * 4) != version {
            return nil
        }
        let count = Int(span.load(UInt32.self, at: 12))
        guard span.byteCount == Self.headerBytes + count * Self.labellingBytes else { return nil }
        func time(_ offset: Int) -> Int64? {
            let time = span.load(Int64.self, at: offset)
            return time == .min ? nil : time
        }
        position = GlobalPosition(span.load(UInt64.self, at: 16))
        candlesVersion = span.load(UInt64.self, at: 24)
        newest = time(32)
        window = Hash256(span.extracting(40..<72))
        configuration = Hash256(span.extracting(72..<104))
        labellings = []
        for index in 0..<count {
            let start = Self.headerBytes + index * Self.labellingBytes
            labellings.append(
                Labelling(
                    hash: Hash256(span.extracting(start..<start + 32)),
                    digest: Hash256(span.extracting(start + 32..<start + 64)),
                    through: time(start + 64),
                    candlesVersion: span.load(UInt64.self, at: start + 72)))
        }
    }
}
