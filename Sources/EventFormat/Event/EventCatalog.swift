/// Every version of every payload ever written, and the steps from one version to the next.
///
/// Mirrors `schemas/registry.tsv`, which only ever grows; a test compares the two. A value, so that
/// tests give folds a catalog with a history of its own.
public struct EventCatalog: Sendable {
    /// A step from the payloads of one version of a type to those of the next: pure, and total for
    /// payloads that are sound in the old version.
    public struct Upcaster: Sendable {
        let number: UInt16
        let version: UInt16
        let upcast: @Sendable ([UInt8]) throws(FormatError) -> [UInt8]

        /// A step.
        ///
        /// - Parameters:
        ///   - type: the type in the version that the step begins with.
        ///   - upcast: gives the payload in the version after it.
        public init(
            from type: EventType,
            _ upcast: @escaping @Sendable ([UInt8]) throws(FormatError) -> [UInt8]
        ) {
            number = type.number
            version = type.schemaVersion
            self.upcast = upcast
        }
    }

    /// One type: its versions from 1 on, and the step behind each but the last.
    private struct Entry: Sendable {
        var versions: [EventType] = []
        var steps: [Upcaster] = []
    }

    /// By number; there is none with number 0.
    private let entries: [Entry]
    /// How many versions of types there are.
    public let count: Int

    /// A catalog.
    ///
    /// - Parameters:
    ///   - types: every version of every type; of each type the highest is the current one.
    ///   - upcasters: a step behind every version that is not current.
    /// - Precondition: versions run from 1 without a gap, none stands twice, no step is missing.
    public init(_ types: [EventType], upcasters: [Upcaster] = []) {
        var entries: [Entry] = []
        for type in types.sorted(by: { $0.schemaVersion < $1.schemaVersion }) {
            precondition(type.number > 0, "0 is no type")
            while entries.count <= type.number { entries.append(Entry()) }
            entries[Int(type.number)].versions.append(type)
            let count = entries[Int(type.number)].versions.count
            precondition(Int(type.schemaVersion) == count, "\(type.name) has a gap of versions")
        }
        for step in upcasters.sorted(by: { $0.version < $1.version }) {
            entries[Int(step.number)].steps.append(step)
            let count = entries[Int(step.number)].steps.count
            precondition(Int(step.version) == count, "a step of type \(step.number) is missing")
        }
        for entry in entries where !entry.versions.isEmpty {
            precondition(
                entry.steps.count == entry.versions.count - 1,
                "\(entry.versions[0].name) has another number of steps than of old versions")
        }
        self.entries = entries
        count = types.count
    }

    /// The types of this program. No payload has a second version yet.
    public static let product = EventCatalog(EventType.all)

    /// The type with a number and a version; nil if this program does not know it.
    ///
    /// - Complexity: O(1).
    public func find(number: UInt16, schemaVersion: UInt16) -> EventType? {
        guard number < entries.count, schemaVersion > 0,
            schemaVersion <= entries[Int(number)].versions.count
        else { return nil }
        return entries[Int(number)].versions[Int(schemaVersion) - 1]
    }

    /// The type with a number in the version that is written; nil if this program does not know it.
    ///
    /// - Complexity: O(1).
    public func current(number: UInt16) -> EventType? {
        number < entries.count ? entries[Int(number)].versions.last : nil
    }

    /// Whether a version of a type is the one that is written.
    ///
    /// - Complexity: O(1).
    public func isCurrent(number: UInt16, schemaVersion: UInt16) -> Bool {
        number < entries.count && schemaVersion > 0
            && entries[Int(number)].versions.count == schemaVersion
    }

    /// Whether there is a step from a version of a type to the next.
    public func hasUpcaster(from type: EventType) -> Bool {
        type.number < entries.count
            && entries[Int(type.number)].steps.contains { $0.version == type.schemaVersion }
    }

    /// An event of an old version as the current one has it: frame and event, to be read in place.
    ///
    /// Number, stream, id, times and hashes stay as they were recorded: only version and payload are
    /// other ones, and neither id nor hash follows from them.
    ///
    /// - Throws: `FormatError` where the payload is not one of its version, or a step gives one that
    ///   is not of the next.
    /// - Complexity: O(payload) for each step.
    public func upcast(_ event: borrowing EventView) throws(FormatError) -> [UInt8] {
        let (number, version) = (event.typeNumber, event.schemaVersion)
        guard let old = find(number: number, schemaVersion: version) else {
            throw FormatError("type \(number) version \(version) is unknown")
        }
        if let defect = old.defect(in: event.payload) { throw defect }
        var envelope = try event.envelope()
        var payload = event.payload.copy()
        for step in entries[Int(number)].steps[(Int(version) - 1)...] {
            payload = try step.upcast(payload)
            let next = entries[Int(number)].versions[Int(step.version)]
            if let defect = next.defect(in: payload.rawSpan) {
                throw FormatError(
                    "\(next.name) brought to version \(next.schemaVersion): \(defect)")
            }
            envelope.schemaVersion = next.schemaVersion
        }
        var stored = event.frameBytes.copy()
        envelope.encode(payload: payload, into: &stored)
        return stored
    }
}
