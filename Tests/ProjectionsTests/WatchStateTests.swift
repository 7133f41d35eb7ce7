import CanonicalJSON
import Digest
import DriftStatistics
import EventFormat
import EventStorage
import Labeling
import Market
import Projections
import Testing

/// The states of baselines, drift and operations: folded, written, read back, and taken from a record.
struct WatchStateTests {
    static let market = MarketID("binance/BTC-USDT:USDT/1m")!
    static let configuration = LabelingConfiguration.scalp
    static let hash = configuration.labelsHash

    /// A state, and the events that it took.
    private struct Fold {
        var state = MarketState(market: market)
        var count: UInt64 = 0

        mutating func apply(_ type: EventType, _ payload: [UInt8], of stream: MarketStream) throws {
            count += 1
            var stored = Frame(
                position: GlobalPosition(count), commit: count, indexInCommit: 0, eventsInCommit: 1,
                appendedAt: 0, eventHash: .zero
            ).bytes
            Envelope(
                stream: stream.id, streamVersion: StreamVersion(count), typeNumber: type.number,
                schemaVersion: type.schemaVersion, id: .none, recordedAt: 0, causation: .none,
                correlation: .none, previousHash: .zero
            ).encode(payload: payload, into: &stored)
            try state.apply(EventView(checked: stored.rawSpan), of: stream)
        }

        mutating func apply(_ event: EventData) throws {
            let isOfDrift = (10...13).contains(event.type.number)
            try apply(
                event.type, event.payload,
                of: isOfDrift ? .drift(market, hash: hash) : .operations(market))
        }

        /// A payload of the frozen ones, with members of other values.
        mutating func apply(_ type: EventType, _ changes: [String: JSONValue] = [:]) throws {
            let json = try DriftPayload.of(type).json()
            let members = json.members!.map { member in
                JSONValue.Member(member.name, changes[member.name] ?? member.value)
            }
            try apply(EventData(type: type, json: .object(members)))
        }
    }

    private func opened() throws -> Fold {
        var fold = Fold()
        try fold.apply(
            .labellingOpened, LabellingOpening(Self.configuration, startsAt: 0).event.payload,
            of: .labels(Self.market, hash: Self.hash))
        return fold
    }

    private func revision(_ stamp: Int64) -> [UInt8] {
        ColumnPayload.encode(
            layout: .candleRevisions, dayStart: UTCDay(of: stamp).start, rows: 1,
            word: { column, _ in
                column == 0 ? UInt64(bitPattern: stamp) : column == 5 ? 0 : (1.0).bitPattern
            }, byte: { _, _ in 1 })
    }

    /// A baseline, a check, a revised minute of each, a decision, and what became of its alerts.
    private func full() throws -> Fold {
        var fold = try opened()
        try fold.apply(.baselineRecorded, ["cause": "set"])
        try fold.apply(.driftChecked)
        for stamp: Int64 in [1_760_140_920_000, 1_760_140_980_000, 1_762_732_980_000] {
            try fold.apply(.candlesRevised, revision(stamp), of: .candles(Self.market))
        }
        try fold.apply(.marketMonitored)
        try fold.apply(.decisionMade, ["level": "warning"])
        try fold.apply(.alertRaised, ["alert": 1, "replaces": .null, "level": "warning"])
        try fold.apply(.alertAcknowledged, ["alert": 1])
        try fold.apply(
            .decisionMade,
            [
                "level": "severe", "severity": "severe", "end_ms": 1_763_341_380_000,
                "intents": [["action": "pause_trading", "cause": "why \"so\""]],
            ])
        try fold.apply(.alertRaised, ["alert": 2, "replaces": 1, "level": "severe"])
        try fold.apply(.alertDelivered, ["alert": 2, "delivered": true])
        try fold.apply(.alertDelivered, ["alert": 2, "sink": "file"])
        return fold
    }

    @Test func statesAreThoseOfThePage() throws {
        var state = try full().state
        var (baselines, drift, operations) = (state.baselines, state.drift, state.operations)
        let labels = "\"labels_hash\":\"\(Self.hash.hex)\""
        #expect(
            String(decoding: baselines.bytes(), as: UTF8.self)
                == #"[{"cause":"set","digest":"101112131415161718191a1b1c1d1e1f202122232425262728"#
                + #"292a2b2c2d2e2f","from_ms":1760140980000,"known_by_ms":1763337780000,"#
                + labels + #","pinned":true,"stale":2,"until_ms":1762732980000,"version":2,"#
                + #""volatility_bps":6.78125}]"#)
        #expect(
            String(decoding: drift.bytes(), as: UTF8.self)
                == #"[{"baseline":50,"configuration_hash":"\#(Self.configuration.hash.hex)","#
                + #""end_ms":1763337780000,"from_ms":1760140980000,"# + labels
                + #","pinned":true,"revised":2,"severities":"c","#
                + #""severity":"critical","version":3}]"#)
        #expect(
            String(decoding: operations.bytes(), as: UTF8.self)
                == #"{"alert_count":2,"alerts":[{"acknowledged_by":null,"alert":2,"cause":"ks and "#
                + #"psi drifted (2 of 3 tests)","first_seen_ms":1763337780000,"# + labels
                + #","last_seen_ms":1763337780000,"level":"severe","note":null,"sinks":["pager"]"#
                + #"}],"watches":[{"# + labels + #","level":"severe","pause_cause":"why \"so\"","#
                + #""paused_since_ms":1763341380000,"resumed":false}]}"#)
        let digests = state.digests(hasher: SHA256())
        #expect(digests.suffix(3).map(\.name) == ["baselines", "drift", "operations"])
        #expect(
            digests.suffix(3).map(\.digest)
                == [baselines.bytes(), drift.bytes(), operations.bytes()].map { SHA256().hash($0) })
    }

    /// A state that takes a record goes on as the one that was folded.
    @Test func aRecordsStatesAreAdopted() throws {
        var fold = try full()
        var adopted = try opened()
        var (baselines, drift, operations) = (
            fold.state.baselines, fold.state.drift, fold.state.operations
        )
        var bytes = MarketRecordTests.bytes
        bytes.replaceSubrange(144..<176, with: Self.hash.bytes)
        guard case .record(var record) = MarketRecord.read(.value(bytes), skips: 7) else {
            Issue.record("the record is not read")
            return
        }
        record.watch = [baselines.bytes(), drift.bytes(), operations.bytes()]
        try adopted.state.adopt(record)
        #expect(adopted.state.baselines.entries == fold.state.baselines.entries)
        #expect(adopted.state.drift.entries == fold.state.drift.entries)
        #expect(adopted.state.operations.alerts == fold.state.operations.alerts)
        #expect(adopted.state.operations.watches == fold.state.operations.watches)
        #expect(adopted.state.position == record.position)
        #expect(adopted.state.labellings[0].labelsVersion == record.labellings[0].labelsVersion)
        adopted.count = fold.count
        try fold.apply(.baselineReleased)
        try adopted.apply(.baselineReleased)
        let resumed: [String: JSONValue] = ["labels_hashes": [.string(Self.hash.hex)]]
        try fold.apply(.tradingResumed, resumed)
        try adopted.apply(.tradingResumed, resumed)
        try fold.apply(.alertResolved, ["alert": 2])
        try adopted.apply(.alertResolved, ["alert": 2])
        let hasher = SHA256()
        #expect(
            Array(adopted.state.digests(hasher: hasher).suffix(3))
                == Array(fold.state.digests(hasher: hasher).suffix(3)))
        #expect(fold.state.operations.alerts.isEmpty && !fold.state.operations.isPaused)
        #expect(fold.state.operations[Self.hash]?.isResumed == true)
        #expect(fold.state.baselines[Self.hash]?.isPinned == false)
    }

    /// Every member left out or of another kind is refused with the projection's name.
    @Test func damagedStatesAreRefused() throws {
        let state = try full().state
        var (baselines, drift, operations) = (state.baselines, state.drift, state.operations)
        let states: [(String, [UInt8], ([UInt8]) throws -> Void)] = [
            ("baselines", baselines.bytes(), { _ = try Baselines($0) }),
            ("drift", drift.bytes(), { _ = try DriftHistory($0) }),
            ("operations", operations.bytes(), { _ = try Operations($0) }),
        ]
        for (name, bytes, read) in states {
            try read(bytes)
            for place in try JSONValue(parsing: bytes).places {
                for other in [nil, [[]], -0.5] as [JSONValue?] {
                    if other == -0.5 && place.name == "volatility_bps" { continue }
                    let error = #expect(throws: FormatError.self, "\(place.name)") {
                        try read(place.changed(other).canonicalBytes)
                    }
                    #expect(error?.description.hasPrefix(name) == true)
                }
            }
            for text in ["", "[", "7", "{}"] {
                #expect(throws: (any Error).self) { try read(Array(text.utf8)) }
            }
        }
        let text = String(decoding: drift.bytes(), as: UTF8.self)
        let other = text.replacing(#""severities":"c""#, with: #""severities":"cx""#)
        #expect(throws: FormatError.self) { try DriftHistory(Array(other.utf8)) }
    }

    /// Events that contradict those before them.
    @Test func foldsRefuseWhatCannotBe() throws {
        let other = JSONValue.string(String(repeating: "ab", count: 32))
        var fold = try opened()
        let before = fold.state.digests(hasher: SHA256())
        for (type, changes) in [
            (.baselineReleased, [:]), (.baselineReleased, ["labels_hash": other]),
            (.alertRaised, [:]), (.alertRaised, ["alert": 2]), (.alertAcknowledged, [:]),
            (.alertResolved, [:]), (.tradingResumed, [:]),
        ] as [(EventType, [String: JSONValue])] {
            #expect(throws: FormatError.self, "\(type.name)") { try fold.apply(type, changes) }
        }
        // The rows of another market.
        for (type, name) in [(EventType.baselineRecorded, "basis"), (.driftChecked, "current")] {
            let json = try DriftPayload.of(type).json()
            let basis = try #require(json[name]?.members)
            let foreign = basis.map { member in
                JSONValue.Member(
                    member.name, member.name == "market" ? "kraken/BTC-USD/1m" : member.value)
            }
            #expect(throws: FormatError.self) { try fold.apply(type, [name: .object(foreign)]) }
        }
        // Events of drift and operations in each other's streams.
        for type in [EventType.decisionMade, .driftChecked] {
            let payload = try DriftPayload.of(type).frozen()
            let stream = MarketStream.drift(Self.market, hash: Self.hash)
            #expect(throws: FormatError.self) {
                try fold.apply(
                    type, payload, of: type == .decisionMade ? stream : .operations(Self.market))
            }
        }
        #expect(fold.state.digests(hasher: SHA256()) == before)
    }
}
