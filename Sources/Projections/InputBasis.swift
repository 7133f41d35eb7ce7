public import CanonicalJSON
public import Digest
public import EventFormat
public import Market

/// What a result was computed from: a market's candles and labels in a range of market time, as they
/// were recorded at the time.
///
/// A baseline or a verdict keeps it, so that anybody can tell later whether a minute that it rests on
/// was revised since (``revisions(_:)``), and that the same inputs are there when it is computed again
/// (``digest``).
public struct InputBasis: Equatable, Sendable {
    /// The labels that were used.
    public struct Labels: Equatable, Sendable {
        /// Their labelling.
        public var hash: Hash256
        /// The version of the stream of labels.
        public var version: UInt64

        /// The labels of a labelling, as of a version of their stream.
        public init(hash: Hash256, version: UInt64) {
            self.hash = hash
            self.version = version
        }
    }

    /// The market.
    public let market: MarketID
    /// Stamps of candles and entries, milliseconds UTC; the end is not in it.
    public let range: Range<Int64>
    /// When the last of the labels used became known, milliseconds UTC; the range's end at least. Labels
    /// known later were not used.
    public let knownBy: Int64
    /// The version of the stream of candles.
    public let candlesVersion: UInt64
    /// The labels used: those of entries in the range that were known by then. Nil if none were.
    public let labels: Labels?
    /// SHA-256 of the rows used, see ``MarketState/inputBasis(of:knownBy:labels:hasher:)``.
    public let digest: Hash256

    package init(
        market: MarketID, range: Range<Int64>, knownBy: Int64, candlesVersion: UInt64,
        labels: Labels?, digest: Hash256
    ) {
        self.market = market
        self.range = range
        self.knownBy = knownBy
        self.candlesVersion = candlesVersion
        self.labels = labels
        self.digest = digest
    }
}

extension InputBasis {
    /// The basis as a payload has it.
    public var json: JSONValue {
        [
            "candles_version": .integer(Int64(candlesVersion)),
            "digest": .string(digest.hex),
            "from_ms": .integer(range.lowerBound),
            "known_by_ms": .integer(knownBy),
            "labels": labels.map {
                ["labels_hash": .string($0.hash.hex), "version": .integer(Int64($0.version))]
            } ?? .null,
            "market": .string(market.description),
            "until_ms": .integer(range.upperBound),
        ]
    }

    /// Reads what ``json`` writes.
    ///
    /// - Throws: `FormatError` naming the member that is missing or is none.
    public init(json: JSONValue) throws(FormatError) {
        try self.init(PayloadReader(json, in: "a basis of inputs"))
    }

    init(_ reader: PayloadReader) throws(FormatError) {
        guard let market = MarketID(try reader.text("market")) else {
            throw reader.missing("market")
        }
        let range = try reader.range()
        let knownBy = try reader.integer("known_by_ms")
        guard knownBy >= range.upperBound else {
            throw reader.contradicted("known_by_ms", "lies before the range's end")
        }
        var labels: Labels?
        if !reader.isNull("labels") {
            let used = try reader.object("labels")
            labels = Labels(
                hash: try used.hash("labels_hash"), version: UInt64(try used.count("version")))
        }
        self.init(
            market: market, range: range, knownBy: knownBy,
            candlesVersion: UInt64(try reader.count("candles_version")), labels: labels,
            digest: try reader.hash("digest"))
    }
}
