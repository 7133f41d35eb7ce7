internal import CanonicalJSON
internal import EventFormat
internal import Projections

extension FuzzTarget {
    /// Payloads of events of drift and the states that follow from them; the first byte chooses which.
    ///
    /// What was read is written as a part of what was there: members nobody knows are passed over, and
    /// no other is lost or changed. Read again it is the same.
    static let drift = FuzzTarget(name: "drift") { (input) throws(Violation) in
        let rewrite = rewriters[Int(input.first ?? 0) % rewriters.count]
        let bytes = Array(input.dropFirst())
        guard let written = rewrite(bytes) else { return }
        guard let json = try? JSONValue(parsing: bytes),
            let own = try? JSONValue(parsing: written)
        else { throw Violation(description: "what was read is no JSON") }
        try require(own.canonicalBytes == written, "what was read is not written canonically")
        try require(isPart(own, of: json), "\(own.canonicalText) is no part of what was read")
        try require(rewrite(written) == written, "what was written reads as something else")
    }

    /// Each reads bytes and writes what was read; nil where they are refused.
    private static let rewriters: [@Sendable ([UInt8]) -> [UInt8]?] = [
        { try? BaselineRecord($0.rawSpan).event(causation: .none).payload },
        { try? BaselineRelease($0.rawSpan).event.payload },
        { try? DriftCheck($0.rawSpan).event(causation: .none).payload },
        { try? MarketMonitor($0.rawSpan).event(causation: .none).payload },
        { try? Decision($0.rawSpan).event(causation: .none).payload },
        { try? AlertRaised($0.rawSpan).event(causation: .none).payload },
        { try? AlertAcknowledged($0.rawSpan).event.payload },
        { try? AlertResolved($0.rawSpan).event(causation: .none).payload },
        { try? AlertDelivered($0.rawSpan).event.payload },
        { try? TradingResumed($0.rawSpan).event.payload },
        { bytes in
            var state = try? Baselines(bytes)
            return state?.bytes()
        },
        { bytes in
            var state = try? DriftHistory(bytes)
            return state?.bytes()
        },
        { bytes in
            var state = try? Operations(bytes)
            return state?.bytes()
        },
    ]

    /// Whether a document says nothing but what another says too.
    private static func isPart(_ json: JSONValue, of other: JSONValue) -> Bool {
        if let members = json.members {
            return members.allSatisfy { member in
                other[member.name].map { isPart(member.value, of: $0) } ?? false
            }
        }
        if let elements = json.elements, let others = other.elements {
            return elements.count == others.count
                && zip(elements, others).allSatisfy { isPart($0, of: $1) }
        }
        return json == other
    }
}
