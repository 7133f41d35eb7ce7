public import CanonicalJSON
public import Digest
public import EventFormat

/// The payload of `update.completed`: what came in, what it did, and which versions did it.
public struct UpdateCompletion: Sendable, Equatable {
    /// What became of the rows of an update.
    public struct Rows: Sendable, Equatable {
        /// New minutes.
        public var recorded = 0
        /// Rows equal to what is recorded.
        public var duplicates = 0
        /// Minutes whose values changed.
        public var revised = 0
        /// Minutes that were missing before newer ones.
        public var late = 0
        /// Rows that were not closed yet.
        public var partial = 0
        /// Rows that are no candles.
        public var rejected = 0

        /// No rows.
        public init() {}

        /// All rows.
        public var total: Int { recorded + duplicates + revised + late + partial + rejected }
        /// Rows that changed something.
        public var changes: Int { recorded + revised + late }
    }

    /// What an update did to one labelling.
    public struct Labelling: Sendable, Equatable {
        /// The whole configuration's hash.
        public var configurationHash: Hash256
        /// The labelling's identity.
        public var labelsHash: Hash256
        /// The newest candle labelled, milliseconds UTC.
        public var through: Int64
        /// How many events of the candle stream are labelled.
        public var candlesVersion: UInt64
        /// Labels closed.
        public var closed: Int
        /// Labels revised.
        public var revised: Int
        /// Labels retracted.
        public var retracted: Int
        /// Trades open afterwards.
        public var open: Int

        /// A labelling's part of an update.
        public init(
            configurationHash: Hash256, labelsHash: Hash256, through: Int64, candlesVersion: UInt64,
            closed: Int, revised: Int, retracted: Int, open: Int
        ) {
            self.configurationHash = configurationHash
            self.labelsHash = labelsHash
            self.through = through
            self.candlesVersion = candlesVersion
            self.closed = closed
            self.revised = revised
            self.retracted = retracted
            self.open = open
        }
    }

    /// Candles missing between two that are there.
    public struct Gap: Sendable, Equatable {
        /// The first missing stamp, milliseconds UTC.
        public var from: Int64
        /// The last missing stamp, milliseconds UTC.
        public var through: Int64
        /// How many candles are missing.
        public var missing: Int64

        /// A gap.
        public init(from: Int64, through: Int64, missing: Int64) {
            self.from = from
            self.through = through
            self.missing = missing
        }
    }

    /// The rows of the update itself.
    public var rows: Rows
    /// The first and last stamp of the new minutes, milliseconds UTC; nil if there is none.
    public var recorded: ClosedRange<Int64>?
    /// Gaps between the candles newly labelled and those before them; 100 at most are listed.
    public var gaps: [Gap]
    /// How many gaps there are, listed or not.
    public var gapCount: Int
    /// How many candles are missing in all of them.
    public var missingCandles: Int64
    /// Whether everything recorded is labelled now; the steps of a catch-up but the last say no.
    public var isComplete: Bool
    /// What became of each labelling, in the order of activation.
    public var labellings: [Labelling]
    /// The version of the program.
    public var program: String

    /// Most gaps that are listed.
    public static let maximumGaps = 100

    /// A completion.
    public init(
        rows: Rows, recorded: ClosedRange<Int64>? = nil, gaps: [Gap], labellings: [Labelling],
        isComplete: Bool = true, program: String
    ) {
        self.rows = rows
        self.recorded = recorded
        self.gaps = Array(gaps.prefix(Self.maximumGaps))
        gapCount = gaps.count
        missingCandles = gaps.reduce(0) { $0 + $1.missing }
        self.isComplete = isComplete
        self.labellings = labellings
        self.program = program
    }
}

extension UpdateCompletion {
    /// The event.
    public func event(causation: EventID) -> EventData {
        EventData(type: .updateCompleted, json: json, causation: causation)
    }

    /// The payload.
    public var json: JSONValue {
        [
            "candles": [
                "duplicates": .integer(rows.duplicates),
                "first_ms": recorded.map { .integer($0.lowerBound) } ?? .null,
                "last_ms": recorded.map { .integer($0.upperBound) } ?? .null,
                "late": .integer(rows.late),
                "partial": .integer(rows.partial), "recorded": .integer(rows.recorded),
                "rejected": .integer(rows.rejected), "revised": .integer(rows.revised),
            ],
            "complete": .bool(isComplete),
            "gap_count": .integer(gapCount),
            "gaps": .array(gaps.map(Self.json)),
            "labellings": .array(labellings.map(Self.json)),
            "missing_candles": .integer(missingCandles),
            "program": .string(program),
            "schema": .integer(Int(EventType.updateCompleted.schemaVersion)),
        ]
    }

    private static func json(_ gap: Gap) -> JSONValue {
        [
            "from_ms": .integer(gap.from), "missing": .integer(gap.missing),
            "through_ms": .integer(gap.through),
        ]
    }

    private static func json(_ labelling: Labelling) -> JSONValue {
        [
            "candles_version": .integer(labelling.candlesVersion),
            "closed": .integer(labelling.closed),
            "configuration_hash": .string(labelling.configurationHash.hex),
            "labels_hash": .string(labelling.labelsHash.hex),
            "open": .integer(labelling.open),
            "retracted": .integer(labelling.retracted),
            "revised": .integer(labelling.revised),
            "through_ms": .integer(labelling.through),
        ]
    }

    package init(_ payload: RawSpan) throws {
        try self.init(json: JSONValue(parsing: payload.copy()))
    }

    /// Reads an event.
    public init(_ event: borrowing EventView) throws { try self.init(event.payload) }

    /// Reads a payload.
    public init(json: JSONValue) throws {
        rows = Rows()
        let candles = json["candles"]
        rows.duplicates = try Self.count(candles, "duplicates")
        rows.late = try Self.count(candles, "late")
        rows.partial = try Self.count(candles, "partial")
        rows.recorded = try Self.count(candles, "recorded")
        rows.rejected = try Self.count(candles, "rejected")
        rows.revised = try Self.count(candles, "revised")
        recorded = try Self.range(candles, "first_ms", "last_ms")
        gaps = try Self.elements(json, "gaps").map { gap in
            Gap(
                from: try Self.integer(gap, "from_ms"),
                through: try Self.integer(gap, "through_ms"),
                missing: try Self.integer(gap, "missing"))
        }
        gapCount = try Self.count(json, "gap_count")
        missingCandles = try Self.integer(json, "missing_candles")
        guard case .bool(let isComplete)? = json["complete"] else {
            throw FormatError("update.completed: complete is missing")
        }
        self.isComplete = isComplete
        labellings = try Self.elements(json, "labellings").map(Self.labelling)
        guard let program = json["program"]?.text else {
            throw FormatError("update.completed: program is missing")
        }
        guard try Self.count(json, "schema") == Int(EventType.updateCompleted.schemaVersion) else {
            throw FormatError("update.completed: the payload is of another schema")
        }
        self.program = program
    }

    private static func elements(_ json: JSONValue, _ name: String) throws -> [JSONValue] {
        guard let elements = json[name]?.elements else {
            throw FormatError("update.completed: \(name) is missing")
        }
        return elements
    }

    private static func labelling(_ json: JSONValue) throws -> Labelling {
        Labelling(
            configurationHash: try hash(json, "configuration_hash"),
            labelsHash: try hash(json, "labels_hash"),
            through: try integer(json, "through_ms"),
            candlesVersion: UInt64(try count(json, "candles_version")),
            closed: try count(json, "closed"), revised: try count(json, "revised"),
            retracted: try count(json, "retracted"), open: try count(json, "open"))
    }

    private static func integer(_ json: JSONValue?, _ name: String) throws -> Int64 {
        guard let value = json?[name]?.int64 else {
            throw FormatError("update.completed: \(name) is missing")
        }
        return value
    }

    private static func count(_ json: JSONValue?, _ name: String) throws -> Int {
        let value = try integer(json, name)
        guard value >= 0 else { throw FormatError("update.completed: \(name) is negative") }
        return Int(value)
    }

    /// Two stamps in order, or two nulls.
    private static func range(
        _ json: JSONValue?, _ first: String, _ last: String
    ) throws -> ClosedRange<Int64>? {
        if json?[first] == .null, json?[last] == .null { return nil }
        let (lower, upper) = (try integer(json, first), try integer(json, last))
        guard lower <= upper else { throw FormatError("update.completed: \(first) is behind") }
        return lower...upper
    }

    private static func hash(_ json: JSONValue, _ name: String) throws -> Hash256 {
        guard let hash = json[name]?.text.flatMap({ Hash256(hex: $0) }) else {
            throw FormatError("update.completed: \(name) is missing")
        }
        return hash
    }
}
