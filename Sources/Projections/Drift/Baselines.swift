internal import CanonicalJSON
public import Digest
internal import EventFormat

/// The newest baseline of every labelling: what its next check is compared with, or slides on from.
public struct Baselines: Sendable {
    /// The projection's name.
    public static let name = "baselines"
    /// Raised when the same events give other state bytes.
    public static let version: UInt32 = 1

    /// The newest baseline of one labelling.
    public struct Entry: Equatable, Sendable {
        /// The labelling.
        public let labelsHash: Hash256
        /// The version of its event in the labelling's stream of drift.
        public var version: UInt64
        /// Why it was recorded.
        public var cause: BaselineRecord.Cause
        /// Its period: stamps, milliseconds UTC.
        public var range: Range<Int64>
        /// When the last of its labels became known, milliseconds UTC.
        public var knownBy: Int64
        /// The digest of its rows.
        public var digest: Hash256
        /// Its volatility in basis points; nil without returns.
        public var volatilityBps: Double?
        /// Minutes of it, or that decided its labels, that were revised or came late since, each as
        /// often as it happened: it still holds the old values.
        public var staleMinutes = 0
        /// Whether somebody set it, so that no policy moves it.
        public var isPinned: Bool
    }

    /// By labelling, in the order of their first baselines.
    public private(set) var entries: [Entry] = []
    private var cache: [UInt8]?

    /// None.
    public init() {}

    /// The newest baseline of a labelling; nil if it has none.
    public subscript(labelsHash: Hash256) -> Entry? {
        entries.first { $0.labelsHash == labelsHash }
    }

    mutating func apply(_ record: BaselineRecord, version: UInt64) {
        let entry = Entry(
            labelsHash: record.labelsHash, version: version, cause: record.cause,
            range: record.basis.range, knownBy: record.basis.knownBy, digest: record.basis.digest,
            volatilityBps: record.summary.volatilityBps, isPinned: record.cause == .set)
        cache = nil
        if let index = entries.firstIndex(where: { $0.labelsHash == record.labelsHash }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
    }

    mutating func apply(_ release: BaselineRelease) throws(FormatError) {
        guard
            let index = entries.firstIndex(where: {
                $0.labelsHash == release.labelsHash && $0.isPinned
            })
        else { throw FormatError("baseline.released: no baseline is set") }
        cache = nil
        entries[index].isPinned = false
    }

    /// Notes a minute that was revised or came late.
    mutating func noteRevised(_ stamp: Int64) {
        for index in entries.indices
        where (entries[index].range.lowerBound..<entries[index].knownBy).contains(stamp) {
            cache = nil
            entries[index].staleMinutes += 1
        }
    }
}

extension Baselines {
    /// The state: canonical JSON.
    ///
    /// - Complexity: O(1) where nothing changed since the last call.
    package mutating func bytes() -> [UInt8] {
        if let cache { return cache }
        let json = JSONValue.array(
            entries.map { entry in
                [
                    "cause": .string(entry.cause.rawValue), "digest": .string(entry.digest.hex),
                    "from_ms": .integer(entry.range.lowerBound),
                    "known_by_ms": .integer(entry.knownBy),
                    "labels_hash": .string(entry.labelsHash.hex),
                    "pinned": .bool(entry.isPinned), "stale": .integer(entry.staleMinutes),
                    "until_ms": .integer(entry.range.upperBound),
                    "version": .integer(entry.version),
                    "volatility_bps": JSONValue(entry.volatilityBps),
                ]
            })
        let bytes = json.canonicalBytes
        cache = bytes
        return bytes
    }

    /// Reads the state back.
    package init(_ bytes: [UInt8]) throws {
        for reader in try PayloadReader.state(bytes, Self.name) {
            entries.append(
                Entry(
                    labelsHash: try reader.hash("labels_hash"),
                    version: UInt64(try reader.count("version")),
                    cause: try reader.choice("cause"), range: try reader.range(),
                    knownBy: try reader.integer("known_by_ms"), digest: try reader.hash("digest"),
                    volatilityBps: try reader.optional("volatility_bps", reader.number),
                    staleMinutes: try reader.count("stale"),
                    isPinned: try reader.bool("pinned")))
        }
    }
}

extension PayloadReader {
    /// The elements of a projection's state.
    static func state(_ bytes: [UInt8], _ name: String) throws -> [PayloadReader] {
        guard let elements = try JSONValue(parsing: bytes).elements else {
            throw FormatError("the state of \(name) is no array")
        }
        return elements.map { PayloadReader($0, in: name) }
    }
}
