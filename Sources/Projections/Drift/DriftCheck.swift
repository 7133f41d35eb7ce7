public import CanonicalJSON
public import Digest
public import DriftStatistics
public import EventFormat
public import Market

/// The payload of `drift.checked`: what was compared with what, every test, the severity.
public struct DriftCheck: Equatable, Sendable {
    /// Why a check was due.
    public enum Cause: String, Sendable {
        /// It is the labelling's first.
        case first
        /// Market time passed a multiple of the interval.
        case schedule
        /// Enough minutes were revised or came late.
        case data
        /// Another configuration decides now.
        case configuration
        /// Another baseline was set, or one was released.
        case baseline
        /// Somebody asked; such a check is never recorded.
        case asked
    }

    /// Why it was due.
    public var cause: Cause
    /// The configuration whose thresholds it used.
    public var configurationHash: Hash256
    /// The labelling whose labels it used.
    public var labelsHash: Hash256
    /// The set of tests.
    public var profile: DriftPolicy.Profile
    /// Which labels were compared.
    public var labels: DriftPolicy.Labels
    /// The rows of the current window.
    public var current: InputBasis
    /// The reference period: stamps, milliseconds UTC.
    public var reference: Range<Int64>
    /// The version of the baseline's event in the stream of the check; 0 where none is recorded.
    public var baseline: UInt64
    /// How many minutes of the baseline were revised since it was recorded.
    public var staleMinutes: Int
    /// The tests in the order of ``DriftStatistics/DriftTest/Kind``.
    public var tests: [DriftTest]
    /// The closes of the current window in each bin of the reference; empty without bins.
    public var psiCounts: [Int]
    /// The closes of the current window outside the reference's range.
    public var outside: Int
    /// The severity.
    public var severity: DriftSeverity
    /// The version of the program.
    public var program: String

    /// Where the current window ends: the newest close, milliseconds UTC.
    public var end: Int64 { current.range.upperBound }
    /// How many tests had enough to go by.
    public var evaluated: Int { tests.count { $0.insufficiency == nil } }
    /// The tests that drifted.
    public var drifted: [DriftTest] { tests.filter(\.isDrifted) }
    /// A test.
    public subscript(kind: DriftTest.Kind) -> DriftTest? { tests.first { $0.kind == kind } }

    /// A check of a verdict.
    public init(
        cause: Cause, configurationHash: Hash256, labelsHash: Hash256, policy: DriftPolicy,
        current: InputBasis, reference: Range<Int64>, baseline: UInt64, staleMinutes: Int,
        verdict: DriftVerdict, program: String
    ) {
        self.cause = cause
        self.configurationHash = configurationHash
        self.labelsHash = labelsHash
        profile = policy.profile
        labels = policy.labels
        self.current = current
        self.reference = reference
        self.baseline = baseline
        self.staleMinutes = staleMinutes
        tests = verdict.tests
        psiCounts = verdict.stability?.counts ?? []
        outside = verdict.stability?.outside ?? 0
        severity = verdict.severity
        self.program = program
    }
}

extension DriftCheck {
    /// The event.
    public func event(causation: EventID) -> EventData {
        EventData(type: .driftChecked, json: json, causation: causation)
    }

    /// The payload.
    public var json: JSONValue {
        [
            "baseline": [
                "from_ms": .integer(reference.lowerBound), "stale_minutes": .integer(staleMinutes),
                "until_ms": .integer(reference.upperBound), "version": .integer(baseline),
            ],
            "cause": .string(cause.rawValue),
            "configuration_hash": .string(configurationHash.hex),
            "current": current.json,
            "drifted": .integer(drifted.count),
            "evaluated": .integer(evaluated),
            "labels": .string(labels.rawValue),
            "labels_hash": .string(labelsHash.hex),
            "outside": .integer(outside),
            "profile": .string(profile.rawValue),
            "program": .string(program),
            "psi_counts": .array(psiCounts.map { .integer($0) }),
            "schema": .integer(Int(EventType.driftChecked.schemaVersion)),
            "severity": .string(severity.rawValue),
            "tests": .array(tests.map(\.json)),
        ]
    }

    /// Reads an event.
    public init(_ event: borrowing EventView) throws(FormatError) { try self.init(event.payload) }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .driftChecked)
        cause = try reader.choice("cause")
        configurationHash = try reader.hash("configuration_hash")
        labelsHash = try reader.hash("labels_hash")
        profile = try reader.choice("profile")
        labels = try reader.choice("labels")
        current = try InputBasis(reader.object("current"))
        if let labels = current.labels, labels.hash != labelsHash {
            throw reader.contradicted("current", "is of another labelling")
        }
        let baseline = try reader.object("baseline")
        reference = try baseline.range()
        self.baseline = UInt64(try baseline.count("version"))
        staleMinutes = try baseline.count("stale_minutes")
        var tests: [DriftTest] = []
        for test in try reader.objects("tests") { tests.append(try DriftTest(test)) }
        self.tests = tests
        psiCounts = try reader.counts("psi_counts")
        outside = try reader.count("outside")
        severity = try reader.choice("severity")
        program = try reader.text("program")
        guard evaluated == (try reader.count("evaluated")) else {
            throw reader.contradicted("evaluated", "is not how many tests were")
        }
        guard drifted.count == (try reader.count("drifted")) else {
            throw reader.contradicted("drifted", "is not how many tests have")
        }
        guard severity == DriftSeverity(drifted: drifted.count, evaluated: evaluated) else {
            throw reader.contradicted("severity", "does not follow from the tests")
        }
    }
}

extension DriftTest {
    /// The test as a payload has it.
    public var json: JSONValue {
        [
            "current": current.json, "drifted": .bool(isDrifted),
            "insufficient": JSONValue(insufficiency?.rawValue),
            "kind": .string(kind.rawValue), "p_value": JSONValue(pValue),
            "reference": reference.json, "statistic": JSONValue(statistic),
            "threshold": .number(threshold),
        ]
    }

    fileprivate init(_ reader: PayloadReader) throws(FormatError) {
        self.init(
            kind: try reader.choice("kind"), isDrifted: try reader.bool("drifted"),
            insufficiency: try reader.optional("insufficient", reader.choice),
            statistic: try reader.optional("statistic", reader.number),
            pValue: try reader.optional("p_value", reader.number),
            threshold: try reader.number("threshold"),
            current: try Side(reader.object("current")),
            reference: try Side(reader.object("reference")))
        guard !isDrifted || insufficiency == nil else {
            throw reader.contradicted("drifted", "although the test was not evaluated")
        }
    }
}

extension DriftTest.Side {
    fileprivate var json: JSONValue {
        [
            "effective": JSONValue(effectiveCount), "n": .integer(count), "value": JSONValue(value),
        ]
    }

    fileprivate init(_ reader: PayloadReader) throws(FormatError) {
        self.init(
            count: try reader.count("n"),
            effectiveCount: try reader.optional("effective", reader.number),
            value: try reader.optional("value", reader.number))
    }
}
