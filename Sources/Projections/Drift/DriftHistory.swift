internal import CanonicalJSON
public import Digest
public import DriftStatistics
internal import EventFormat
internal import Market

/// What the next drift check of every labelling must know of those before it.
public struct DriftHistory: Sendable {
    /// The projection's name.
    public static let name = "drift"
    /// Raised when the same events give other state bytes.
    public static let version: UInt32 = 1

    /// One labelling's checks.
    public struct Entry: Equatable, Sendable {
        /// The labelling.
        public let labelsHash: Hash256
        /// The version of the newest check in the labelling's stream of drift.
        public var version: UInt64
        /// Where its current window ended, milliseconds UTC.
        public var end: Int64
        /// The first stamp that it looked at, milliseconds UTC.
        public var from: Int64
        /// The configuration that it followed.
        public var configurationHash: Hash256
        /// The version of the baseline that it was compared with; 0 for one that is not recorded.
        public var baseline: UInt64
        /// Whether somebody had set that baseline.
        public var wasPinned: Bool
        /// The newest check's severity.
        public var severity: DriftSeverity
        /// The severities of the newest checks that had enough to go by, the newest last.
        public var severities: [DriftSeverity]
        /// Minutes at or after ``from`` that were revised or came late since.
        public var revisedMinutes = 0

        /// The highest severity among the newest checks that had enough to go by.
        ///
        /// - Parameter count: how many of them count.
        public func level(hold count: Int) -> DriftSeverity {
            severities.suffix(count).max() ?? .none
        }
    }

    /// By labelling, in the order of their first checks.
    public private(set) var entries: [Entry] = []
    private var cache: [UInt8]?

    /// None.
    public init() {}

    /// The checks of a labelling; nil if it never had one.
    public subscript(labelsHash: Hash256) -> Entry? {
        entries.first { $0.labelsHash == labelsHash }
    }

    package mutating func apply(_ check: DriftCheck, version: UInt64, isPinned: Bool) {
        cache = nil
        let known = entries.firstIndex { $0.labelsHash == check.labelsHash }
        var severities = known.map { entries[$0].severities } ?? []
        // What had too little to go by neither raises nor calms, however often it comes.
        if check.severity != .insufficientData { severities.append(check.severity) }
        let entry = Entry(
            labelsHash: check.labelsHash, version: version, end: check.end,
            from: min(check.reference.lowerBound, check.current.range.lowerBound),
            configurationHash: check.configurationHash, baseline: check.baseline,
            wasPinned: isPinned, severity: check.severity,
            severities: Array(severities.suffix(DriftPolicy.maximumHoldChecks)))
        if let known { entries[known] = entry } else { entries.append(entry) }
    }

    /// Notes a minute that was revised or came late.
    mutating func noteRevised(_ stamp: Int64) {
        for index in entries.indices where stamp >= entries[index].from {
            cache = nil
            entries[index].revisedMinutes += 1
        }
    }
}

extension DriftHistory {
    /// The state: canonical JSON.
    ///
    /// - Complexity: O(1) where nothing changed since the last call.
    package mutating func bytes() -> [UInt8] {
        if let cache { return cache }
        let json = JSONValue.array(
            entries.map { entry in
                [
                    "baseline": .integer(entry.baseline),
                    "configuration_hash": .string(entry.configurationHash.hex),
                    "end_ms": .integer(entry.end), "from_ms": .integer(entry.from),
                    "labels_hash": .string(entry.labelsHash.hex),
                    "pinned": .bool(entry.wasPinned), "revised": .integer(entry.revisedMinutes),
                    "severity": .string(entry.severity.rawValue),
                    "severities": .string(String(entry.severities.map(\.letter))),
                    "version": .integer(entry.version),
                ]
            })
        let bytes = json.canonicalBytes
        cache = bytes
        return bytes
    }

    /// Reads the state back.
    package init(_ bytes: [UInt8]) throws {
        for reader in try PayloadReader.state(bytes, Self.name) {
            var severities: [DriftSeverity] = []
            for letter in try reader.text("severities") {
                guard let severity = DriftSeverity.allCases.first(where: { $0.letter == letter })
                else { throw reader.missing("severities") }
                severities.append(severity)
            }
            entries.append(
                Entry(
                    labelsHash: try reader.hash("labels_hash"),
                    version: UInt64(try reader.count("version")),
                    end: try reader.integer("end_ms"), from: try reader.integer("from_ms"),
                    configurationHash: try reader.hash("configuration_hash"),
                    baseline: UInt64(try reader.count("baseline")),
                    wasPinned: try reader.bool("pinned"),
                    severity: try reader.choice("severity"), severities: severities,
                    revisedMinutes: try reader.count("revised")))
        }
    }
}

extension DriftSeverity {
    /// One letter in state bytes.
    fileprivate var letter: Character {
        switch self {
        case .insufficientData: "i"
        case .none: "n"
        case .warning: "w"
        case .critical: "c"
        case .severe: "s"
        }
    }
}
