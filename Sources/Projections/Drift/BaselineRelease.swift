internal import CanonicalJSON
public import Digest
public import EventFormat

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
