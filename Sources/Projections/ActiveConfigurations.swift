internal import CanonicalJSON
internal import Digest
public import EventFormat
public import Market

/// The configurations under which a market is labelled, in the order of their activation.
public struct ActiveConfigurations: Sendable {
    /// The projection's name.
    public static let name = "configuration"
    /// Raised when the same events give other state bytes.
    public static let version: UInt32 = 1

    /// The active configurations, the newest last.
    public private(set) var active: [IdentifiedConfiguration] = []

    /// None.
    public init() {}

    /// The newest activated configuration.
    public var newest: IdentifiedConfiguration? { active.last }

    /// Whether a configuration is active.
    public func contains(_ configuration: IdentifiedConfiguration) -> Bool {
        active.contains(configuration)
    }

    /// The configurations that must be activated so that some wanted ones decide: those that are not
    /// active, and those behind which another one of the same labelling was activated.
    ///
    /// Of wanted ones that share a labelling the last decides; the others need only be active.
    public func activations(
        of wanted: [IdentifiedConfiguration]
    ) -> [IdentifiedConfiguration] {
        var after = active
        var activations: [IdentifiedConfiguration] = []
        for (index, configuration) in wanted.enumerated() {
            let labels = configuration.labelsHash
            let isLast = !wanted[(index + 1)...].contains { $0.labelsHash == labels }
            let decides = after.last { $0.labelsHash == labels } == configuration
            guard !after.contains(configuration) || (isLast && !decides) else { continue }
            after.removeAll { $0 == configuration }
            after.append(configuration)
            activations.append(configuration)
        }
        return activations
    }

    mutating func apply(_ change: ConfigurationChange) {
        let configuration = IdentifiedConfiguration(change.configuration)
        active.removeAll { $0 == configuration }
        if change.isActive { active.append(configuration) }
    }

    /// SHA-256 over header and the two hashes of every active configuration, in order.
    func digest(hasher: SHA256) -> Hash256 {
        var bytes = Array("mechanic.configuration".utf8)
        bytes.padToEight()
        bytes.append(littleEndian: Self.version)
        bytes.append(littleEndian: UInt32(active.count))
        for configuration in active {
            configuration.hash.append(to: &bytes)
            configuration.labelsHash.append(to: &bytes)
        }
        return hasher.hash(bytes)
    }
}

/// The payload of `configuration.activated`: a configuration joins the active ones or leaves them.
public struct ConfigurationChange: Sendable {
    /// The whole configuration.
    public let configuration: LabelingConfiguration
    /// Whether it is active from now on.
    public let isActive: Bool

    /// A change.
    public init(_ configuration: LabelingConfiguration, isActive: Bool) {
        self.configuration = configuration
        self.isActive = isActive
    }

    /// The event.
    public var event: EventData {
        let json: JSONValue = [
            "active": .bool(isActive),
            "configuration": configuration.json,
            "configuration_hash": .string(configuration.hash.hex),
            "labels_hash": .string(configuration.labelsHash.hex),
        ]
        return EventData(type: .configurationActivated, json: json)
    }

    package init(_ payload: RawSpan) throws {
        let json = try JSONValue(parsing: payload.copy())
        guard case .bool(let isActive)? = json["active"] else {
            throw FormatError("configuration.activated: active is missing")
        }
        configuration = try recordedConfiguration(json, in: .configurationActivated)
        self.isActive = isActive
    }
}

/// The payload of `labelling.opened`: the first event of a labels stream.
public struct LabellingOpening: Sendable {
    /// The whole configuration.
    public let configuration: LabelingConfiguration
    /// The first stamp that may be an entry, milliseconds UTC, or ``LabelState/fromTheBeginning``.
    public let startsAt: Int64

    /// An opening.
    public init(_ configuration: LabelingConfiguration, startsAt: Int64) {
        self.configuration = configuration
        self.startsAt = startsAt
    }

    /// The event.
    public var event: EventData {
        let json: JSONValue = [
            "configuration": configuration.json,
            "configuration_hash": .string(configuration.hash.hex),
            "labels_hash": .string(configuration.labelsHash.hex),
            "starts_at_ms": startsAt == LabelState.fromTheBeginning ? .null : .integer(startsAt),
        ]
        return EventData(type: .labellingOpened, json: json)
    }

    package init(_ payload: RawSpan) throws {
        let json = try JSONValue(parsing: payload.copy())
        let startsAt: Int64
        switch json["starts_at_ms"] {
        case .null?: startsAt = LabelState.fromTheBeginning
        case let value:
            guard let time = value?.int64 else {
                throw FormatError("labelling.opened: starts_at_ms is missing")
            }
            startsAt = time
        }
        configuration = try recordedConfiguration(json, in: .labellingOpened)
        self.startsAt = startsAt
    }
}

/// The configuration of a payload, which must have the hashes recorded beside it.
private func recordedConfiguration(
    _ json: JSONValue, in type: EventType
) throws -> LabelingConfiguration {
    guard let recorded = json["configuration"] else {
        throw FormatError("\(type.name): configuration is missing")
    }
    let configuration = try LabelingConfiguration(json: recorded)
    // A user's file may leave leaves out; what an event leaves out would follow the program's presets.
    guard configuration.json.canonicalBytes == recorded.canonicalBytes else {
        throw FormatError("\(type.name): the configuration is not whole")
    }
    guard json["configuration_hash"]?.text == configuration.hash.hex,
        json["labels_hash"]?.text == configuration.labelsHash.hex
    else {
        throw FormatError(
            "\(type.name): the configuration does not have the hashes recorded with it; it was "
                + "written by a program with other leaves")
    }
    return configuration
}
