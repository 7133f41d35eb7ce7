import CanonicalJSON
import Digest
import EventFormat
import Projections
import SystemIO
import Testing

/// A type of event of drift: its frozen payload, and how it is read.
struct DriftPayload: CustomTestStringConvertible, Sendable {
    let type: EventType
    /// Reads a payload and writes what was read.
    let rewrite: @Sendable ([UInt8]) throws(FormatError) -> [UInt8]

    var testDescription: String { type.name }

    static let all: [DriftPayload] = [
        DriftPayload(.baselineRecorded) { bytes throws(FormatError) in
            try BaselineRecord(bytes.rawSpan).event(causation: .none).payload
        },
        DriftPayload(.baselineReleased) { bytes throws(FormatError) in
            try BaselineRelease(bytes.rawSpan).event.payload
        },
        DriftPayload(.driftChecked) { bytes throws(FormatError) in
            try DriftCheck(bytes.rawSpan).event(causation: .none).payload
        },
        DriftPayload(.marketMonitored) { bytes throws(FormatError) in
            try MarketMonitor(bytes.rawSpan).event(causation: .none).payload
        },
        DriftPayload(.decisionMade) { bytes throws(FormatError) in
            try Decision(bytes.rawSpan).event(causation: .none).payload
        },
        DriftPayload(.alertRaised) { bytes throws(FormatError) in
            try AlertRaised(bytes.rawSpan).event(causation: .none).payload
        },
        DriftPayload(.alertAcknowledged) { bytes throws(FormatError) in
            try AlertAcknowledged(bytes.rawSpan).event.payload
        },
        DriftPayload(.alertResolved) { bytes throws(FormatError) in
            try AlertResolved(bytes.rawSpan).event(causation: .none).payload
        },
        DriftPayload(.alertDelivered) { bytes throws(FormatError) in
            try AlertDelivered(bytes.rawSpan).event.payload
        },
        DriftPayload(.tradingResumed) { bytes throws(FormatError) in
            try TradingResumed(bytes.rawSpan).event.payload
        },
    ]

    private init(
        _ type: EventType, _ rewrite: @escaping @Sendable ([UInt8]) throws(FormatError) -> [UInt8]
    ) {
        self.type = type
        self.rewrite = rewrite
    }

    static func of(_ type: EventType) -> DriftPayload { all.first { $0.type == type }! }

    /// The payload of the frozen event, which `EventFormatTests` compare with its schema.
    func frozen() throws -> [UInt8] {
        let file = #filePath
        let folder = file[..<file.lastIndex(of: "/")!] + "/../EventFormatTests/Fixtures/"
        let text = try FileBytes.read(path: folder + "\(type.name).v\(type.schemaVersion).hex")
        let digits = text.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        let event = stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
        let stored = [UInt8](repeating: 0, count: Frame.byteCount) + event
        return EventView(checked: stored.rawSpan).payload.copy()
    }

    func json() throws -> JSONValue { try JSONValue(parsing: frozen()) }

    /// What reading says; nil if it takes the payload.
    func refusal(_ json: JSONValue) -> String? {
        do throws(FormatError) {
            _ = try rewrite(json.canonicalBytes)
            return nil
        } catch {
            return error.description
        }
    }
}

extension JSONValue {
    /// A member at the end of a path, and documents in which it is another one.
    struct Place {
        /// Its name, without the places in arrays.
        var name: String
        /// What is there.
        var value: JSONValue
        /// The document with something else there; nil takes the member out.
        var changed: (JSONValue?) -> JSONValue
    }

    /// Every member of a document, those inside others too; of an array's elements the first and the
    /// last.
    var places: [Place] {
        var places: [Place] = []
        for (index, member) in (members ?? []).enumerated() {
            let own = Place(name: member.name, value: member.value) { value in
                var members = self.members!
                if let value { members[index].value = value } else { members.remove(at: index) }
                return .object(members)
            }
            places.append(own)
            places += member.value.places.map { inner in
                Place(name: inner.name.isEmpty ? member.name : inner.name, value: inner.value) {
                    own.changed(inner.changed($0))
                }
            }
        }
        for index in Set([0, (elements?.count ?? 0) - 1]).sorted() {
            guard let elements, elements.indices.contains(index) else { continue }
            let element = elements[index]
            func change(_ value: JSONValue) -> JSONValue {
                var elements = self.elements!
                elements[index] = value
                return .array(elements)
            }
            // An element cannot be missing, only be of another kind.
            places.append(Place(name: "", value: element) { change($0 ?? .null) })
            places += element.places.map { inner in
                Place(name: inner.name, value: inner.value) { change(inner.changed($0)) }
            }
        }
        return places
    }
}
