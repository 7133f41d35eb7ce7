import CanonicalJSON
import Digest
import DriftStatistics
import EventFormat
import Labeling
import Market
import Projections
import Testing

/// Payloads of events of drift: read back as they were written, and refused where they are damaged.
struct DriftPayloadTests {
    /// Whether a member may be null.
    private func isNullable(_ place: JSONValue.Place, _ type: EventType) -> Bool {
        switch place.name {
        case "by": type == .baselineReleased
        case "effective": type == .driftChecked
        case "labels": place.value["labels_hash"] != nil
        case "insufficient", "mean_cost_bps", "note", "p_value", "reason", "replaces",
            "statistic", "trend_score", "value", "volatility_bps", "volatility_ratio":
            true
        default: false
        }
    }

    @Test func everyTypeIsHere() {
        #expect(DriftPayload.all.map(\.type.number) == Array(10...19))
    }

    @Test(arguments: DriftPayload.all) func frozenPayloadsComeBack(_ payload: DriftPayload) throws {
        let bytes = try payload.frozen()
        #expect(try payload.rewrite(bytes) == bytes)
        #expect(payload.type.defect(in: bytes.rawSpan) == nil)
    }

    /// With null in every place that may be null, and with a value in each that was null.
    @Test(arguments: DriftPayload.all) func nullsComeBack(_ payload: DriftPayload) throws {
        var nulls = 0
        for place in try payload.json().places where isNullable(place, payload.type) {
            let other: JSONValue =
                place.value != .null ? .null : ["by", "note"].contains(place.name) ? "x" : 0.5
            let json = place.changed(other)
            guard let refusal = payload.refusal(json) else {
                #expect(try payload.rewrite(json.canonicalBytes) == json.canonicalBytes)
                nulls += 1
                continue
            }
            // What others follow from cannot be another value.
            #expect(
                ["labels", "insufficient", "volatility_ratio", "trend_score"].contains(place.name),
                "\(place.name): \(refusal)")
        }
        let without: Set<UInt16> = [14, 17, 18]
        #expect(nulls > 0 || without.contains(payload.type.number))
    }

    /// Every member taken out, and every one of another kind: the error names event and member.
    @Test(arguments: DriftPayload.all) func damagedPayloadsAreRefused(
        _ payload: DriftPayload
    ) throws {
        var count = 0
        for place in try payload.json().places {
            var others: [JSONValue?] = [nil, .null, [], [:], "é", -1.5, true, [[:]]]
            if isNullable(place, payload.type) { others.remove(at: 1) }
            others.removeAll { $0?.kind == place.value.kind && place.accepts($0!) }
            if place.value == .null { others.removeAll { $0?.kind == 3 || $0?.kind == 2 } }
            for other in others {
                let json = place.changed(other)
                guard json != (try payload.json()) else { continue }
                let refusal = payload.refusal(json)
                count += 1
                #expect(
                    refusal?.hasPrefix("\(payload.type.name): ") == true
                        && refusal?.contains(place.name) == true,
                    "\(place.name) \(other?.canonicalText ?? "left out"): \(refusal ?? "taken")")
            }
        }
        #expect(count > 10)
    }

    @Test(arguments: DriftPayload.all) func whatIsNoObjectIsRefused(_ payload: DriftPayload) {
        for text in ["", "{", "null", "[]", "1", "{}", "\u{FF}", "{\"schema\":2}"] {
            let error = #expect(throws: FormatError.self, "\(text)") {
                try payload.rewrite(Array(text.utf8))
            }
            #expect(error?.description.hasPrefix(payload.type.name) == true)
        }
    }

    static let contradictions: [(EventType, String, String, String)] = [
        (.baselineRecorded, #""until_ms":1762"#, #""until_ms":1662"#, "until_ms"),
        (.baselineRecorded, #""known_by_ms":1763"#, #""known_by_ms":1663"#, "known_by_ms"),
        (.baselineRecorded, #""counts":[4318"#, #""counts":[4319"#, "counts"),
        (.baselineRecorded, #""counts":[4318"#, #""counts":[1e300"#, "counts"),
        (.baselineRecorded, #""counts":[4318"#, #""counts":[9007199254740994"#, "counts"),
        (.baselineRecorded, #""counts":[4318,"#, #""counts":["#, "counts"),
        (.baselineRecorded, #""deciles":[90125.5,"#, #""deciles":["#, "deciles"),
        (.baselineRecorded, #""closes":{"count":43190"#, #""closes":{"count":0"#, "deciles"),
        (.baselineRecorded, #""profitable":19010"#, #""profitable":42012"#, "profitable"),
        (.baselineRecorded, #""labels_hash":"584ea16"#, #""labels_hash":"684ea16"#, "basis"),
        (.baselineRecorded, #""version":19"#, #""version":9007199254740994"#, "version"),
        (.baselineRecorded, #"/1m""#, #"/1x""#, "market"),
        (.driftChecked, #""drifted":2"#, #""drifted":1"#, "drifted"),
        (.driftChecked, #""evaluated":3"#, #""evaluated":4"#, "evaluated"),
        (.driftChecked, #""severity":"critical""#, #""severity":"severe""#, "severity"),
        (.driftChecked, #""drifted":false,"insu"#, #""drifted":true,"insu"#, "drifted"),
        (.driftChecked, #""insufficient":"ref"#, #""insufficient":"raf"#, "insufficient"),
        (.driftChecked, #""stale_minutes":3"#, #""stale_minutes":-3"#, "stale_minutes"),
        (.driftChecked, #""labels":"all""#, #""labels":"ALL""#, "labels"),
        (.driftChecked, #""psi_counts":[0"#, #""psi_counts":[0.5"#, "psi_counts"),
        (.marketMonitored, #""volatility":"high""#, #""volatility":"low""#, "volatility"),
        (.marketMonitored, #""trend":"unknown""#, #""trend":"up""#, "trend"),
        (.marketMonitored, #""profitable":601"#, #""profitable":1290"#, "profitable"),
        (.marketMonitored, #""from_ms":1763"#, #""from_ms":1863"#, "until_ms"),
        (.decisionMade, #""action":"retrain""#, #""action":"sell""#, "action"),
        (.alertRaised, #""alert":4"#, #""alert":4.5"#, "alert"),
        (.tradingResumed, #"584ea16"#, #"584ea1"#, "labels_hashes"),
    ]

    @Test(arguments: contradictions.indices) func contradictionsAreRefused(index: Int) throws {
        let (type, part, other, name) = Self.contradictions[index]
        let payload = DriftPayload.of(type)
        let text = String(decoding: try payload.frozen(), as: UTF8.self)
        let changed = text.replacing(part, with: other, maxReplacements: 1)
        #expect(changed != text)
        let refusal = payload.refusal(try JSONValue(parsing: Array(changed.utf8)))
        #expect(
            refusal?.hasPrefix("\(type.name): ") == true && refusal?.contains(name) == true,
            "\(other): \(refusal ?? "taken")")
    }
}

extension JSONValue {
    /// Which kind of value: 0 null, 1 truth, 2 number, 3 text, 4 array, 5 object.
    fileprivate var kind: Int {
        switch self {
        case .null: 0
        case .bool: 1
        case .number: 2
        case .string: 3
        case .array: 4
        case .object: 5
        }
    }
}

extension JSONValue.Place {
    /// Whether another value of the same kind may stand here too.
    fileprivate func accepts(_ other: JSONValue) -> Bool {
        switch other.kind {
        case 2: value.int64 == nil || ["deciles", "mean_cost_bps", "value"].contains(name)
        case 3: ["by", "cause", "detail", "note", "program", "reason", "sink"].contains(name)
        case 5: false
        default: true
        }
    }
}
