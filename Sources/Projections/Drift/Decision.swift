public import CanonicalJSON
public import Digest
public import DriftStatistics
public import EventFormat

/// The payload of `decision.made`: what shall be done about a drift check, and why.
///
/// Intents are recorded, not carried out: whoever trades and trains reads them.
public struct Decision: Equatable, Sendable {
    /// What shall be done.
    public enum Action: String, Sendable, CaseIterable {
        /// Go on looking.
        case monitor
        /// Tell somebody.
        case notify
        /// Train the model anew.
        case retrain
        /// Trade smaller.
        case reducePositions = "reduce_positions"
        /// Do not trade.
        case pauseTrading = "pause_trading"
    }

    /// One thing to do.
    public struct Intent: Equatable, Sendable {
        /// What.
        public var action: Action
        /// Why, as people read it.
        public var cause: String

        /// An intent.
        public init(_ action: Action, cause: String) {
            self.action = action
            self.cause = cause
        }
    }

    /// The labelling.
    public var labelsHash: Hash256
    /// The configuration that decides.
    public var configurationHash: Hash256
    /// The version of the check in the stream of drift.
    public var check: UInt64
    /// Where the check's current window ended, milliseconds UTC.
    public var end: Int64
    /// The check's severity.
    public var severity: DriftSeverity
    /// The level in force from now on.
    public var level: DriftSeverity
    /// The level in force before.
    public var previousLevel: DriftSeverity
    /// What shall be done, the mildest first.
    public var intents: [Intent]
    /// The version of the program.
    public var program: String

    /// A decision of all its parts.
    public init(
        labelsHash: Hash256, configurationHash: Hash256, check: UInt64, end: Int64,
        severity: DriftSeverity, level: DriftSeverity, previousLevel: DriftSeverity,
        intents: [Intent], program: String
    ) {
        self.labelsHash = labelsHash
        self.configurationHash = configurationHash
        self.check = check
        self.end = end
        self.severity = severity
        self.level = level
        self.previousLevel = previousLevel
        self.intents = intents
        self.program = program
    }

    /// The intent to do something; nil if that shall not be done.
    public subscript(action: Action) -> Intent? { intents.first { $0.action == action } }
}

extension Decision {
    /// The event.
    public func event(causation: EventID) -> EventData {
        EventData(type: .decisionMade, json: json, causation: causation)
    }

    /// The payload.
    public var json: JSONValue {
        [
            "check": .integer(check), "configuration_hash": .string(configurationHash.hex),
            "end_ms": .integer(end), "intents": .array(intents.map(\.json)),
            "labels_hash": .string(labelsHash.hex), "level": .string(level.rawValue),
            "previous_level": .string(previousLevel.rawValue), "program": .string(program),
            "schema": .integer(Int(EventType.decisionMade.schemaVersion)),
            "severity": .string(severity.rawValue),
        ]
    }

    /// Reads an event.
    public init(_ event: borrowing EventView) throws(FormatError) { try self.init(event.payload) }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .decisionMade)
        labelsHash = try reader.hash("labels_hash")
        configurationHash = try reader.hash("configuration_hash")
        check = UInt64(try reader.count("check"))
        end = try reader.integer("end_ms")
        severity = try reader.choice("severity")
        level = try reader.choice("level")
        previousLevel = try reader.choice("previous_level")
        var intents: [Intent] = []
        for intent in try reader.objects("intents") {
            intents.append(
                Intent(try intent.choice("action"), cause: try intent.text("cause")))
        }
        self.intents = intents
        program = try reader.text("program")
    }
}

extension Decision.Intent {
    /// The intent as a payload has it.
    public var json: JSONValue {
        ["action": .string(action.rawValue), "cause": .string(cause)]
    }
}
