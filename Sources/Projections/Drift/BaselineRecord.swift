public import CanonicalJSON
public import Digest
public import DriftStatistics
public import EventFormat

/// The payload of `baseline.recorded`: a reference period, what it was read from, and what it held.
///
/// The sample itself is not copied: ``basis`` names its rows by stream versions and digest.
public struct BaselineRecord: Equatable, Sendable {
    /// Why it was recorded.
    public enum Cause: String, Sendable {
        /// It slides: the period before the current window of a check.
        case rolling
        /// The first one of a policy that keeps it.
        case fixed
        /// Somebody chose it; it holds until it is released or replaced.
        case set
    }

    /// What it held.
    public struct Summary: Equatable, Sendable {
        /// Returns between adjacent minutes.
        public var returns: Int
        /// About how many independent ones they are worth.
        public var effectiveReturns: Double
        /// The root of the mean squared return, in basis points; nil without returns.
        public var volatilityBps: Double?
        /// Closes.
        public var closes: Int
        /// The eleven edges of the ten bins; empty without closes.
        public var deciles: [Double]
        /// The closes in each bin; empty without closes.
        public var counts: [Int]
        /// Closed labels.
        public var labels: Int
        /// Those that earned more than they cost.
        public var profitable: Int
        /// Their mean costs in basis points; nil without labels.
        public var meanCostBps: Double?

        /// The summary of a reference.
        public init(_ reference: DriftReference) {
            returns = reference.returns?.count ?? 0
            effectiveReturns = reference.effectiveReturns
            volatilityBps = reference.returns.flatMap(Self.volatility)
            closes = reference.bins?.count ?? 0
            deciles = reference.bins?.edges ?? []
            counts = reference.bins?.counts ?? []
            labels = reference.labels.count
            profitable = reference.labels.profitable
            meanCostBps = reference.labels.meanCostBps
        }

        /// Summed from the least value on, so that it depends on the sample alone.
        private static func volatility(_ returns: SortedSample) -> Double? {
            guard returns.count > 0 else { return nil }
            var sum = 0.0
            for value in returns.values { sum += value * value }
            return (sum / Double(returns.count)).squareRoot() * 10_000
        }
    }

    /// Why it was recorded.
    public var cause: Cause
    /// The configuration whose policy it follows.
    public var configurationHash: Hash256
    /// The labelling whose checks it serves.
    public var labelsHash: Hash256
    /// The rows that it stands for.
    public var basis: InputBasis
    /// What it held.
    public var summary: Summary
    /// The version of the program.
    public var program: String

    /// A baseline.
    public init(
        cause: Cause, configurationHash: Hash256, labelsHash: Hash256, basis: InputBasis,
        summary: Summary, program: String
    ) {
        self.cause = cause
        self.configurationHash = configurationHash
        self.labelsHash = labelsHash
        self.basis = basis
        self.summary = summary
        self.program = program
    }
}

extension BaselineRecord {
    /// The event.
    public func event(causation: EventID) -> EventData {
        EventData(type: .baselineRecorded, json: json, causation: causation)
    }

    /// The payload.
    public var json: JSONValue {
        [
            "basis": basis.json,
            "cause": .string(cause.rawValue),
            "closes": [
                "count": .integer(summary.closes),
                "counts": .array(summary.counts.map { .integer($0) }),
                "deciles": .array(summary.deciles.map { .number($0) }),
            ],
            "configuration_hash": .string(configurationHash.hex),
            "labels": [
                "count": .integer(summary.labels), "mean_cost_bps": JSONValue(summary.meanCostBps),
                "profitable": .integer(summary.profitable),
            ],
            "labels_hash": .string(labelsHash.hex),
            "program": .string(program),
            "returns": [
                "count": .integer(summary.returns), "effective": .number(summary.effectiveReturns),
                "volatility_bps": JSONValue(summary.volatilityBps),
            ],
            "schema": .integer(Int(EventType.baselineRecorded.schemaVersion)),
        ]
    }

    /// Reads an event.
    public init(_ event: borrowing EventView) throws(FormatError) { try self.init(event.payload) }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .baselineRecorded)
        cause = try reader.choice("cause")
        configurationHash = try reader.hash("configuration_hash")
        labelsHash = try reader.hash("labels_hash")
        basis = try InputBasis(reader.object("basis"))
        if let labels = basis.labels, labels.hash != labelsHash {
            throw reader.contradicted("basis", "is of another labelling")
        }
        summary = try Summary(reader)
        program = try reader.text("program")
    }
}

extension BaselineRecord.Summary {
    fileprivate init(_ reader: PayloadReader) throws(FormatError) {
        let returns = try reader.object("returns")
        self.returns = try returns.count("count")
        effectiveReturns = try returns.number("effective")
        volatilityBps = try returns.optional("volatility_bps", returns.number)
        let closes = try reader.object("closes")
        self.closes = try closes.count("count")
        deciles = try closes.numbers("deciles")
        counts = try closes.counts("counts")
        guard deciles.count == (self.closes == 0 ? 0 : StabilityBins.binCount + 1) else {
            throw closes.contradicted("deciles", "are not the edges of ten bins")
        }
        guard counts.count == max(0, deciles.count - 1), counts.reduce(0, +) == self.closes else {
            throw closes.contradicted("counts", "do not add up")
        }
        let labels = try reader.object("labels")
        self.labels = try labels.count("count")
        profitable = try labels.count("profitable")
        guard profitable <= self.labels else {
            throw labels.contradicted("profitable", "is more than all")
        }
        meanCostBps = try labels.optional("mean_cost_bps", labels.number)
    }
}

/// The payload of `baseline.released`: the baseline that was set holds no longer.
public struct BaselineRelease: Equatable, Sendable {
    /// The labelling.
    public var labelsHash: Hash256
    /// Who released it; nil if that was not said.
    public var by: String?

    /// A release.
    public init(labelsHash: Hash256, by: String?) {
        self.labelsHash = labelsHash
        self.by = by
    }

    /// The event.
    public var event: EventData {
        EventData(
            type: .baselineReleased,
            json: [
                "by": JSONValue(by), "labels_hash": .string(labelsHash.hex),
                "schema": .integer(Int(EventType.baselineReleased.schemaVersion)),
            ])
    }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .baselineReleased)
        labelsHash = try reader.hash("labels_hash")
        by = try reader.optional("by", reader.text)
    }
}
