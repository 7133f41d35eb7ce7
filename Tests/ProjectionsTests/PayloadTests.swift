import CanonicalJSON
import Digest
import EventFormat
import Labeling
import Market
import Projections
import Testing

/// JSON payloads written and read back, and damaged ones refused.
struct PayloadTests {
    static let configurations: [LabelingConfiguration] = {
        var odd = LabelingConfiguration(takeProfitBps: 12.5, stopLossBps: 7, timeoutMinutes: 33)
        odd.exchange = "nowhere \"é\""
        odd.takeProfitBps = 33
        odd.minPnlBps = -0.1
        return [.scalp, .runner, odd]
    }()

    @Test(arguments: configurations.indices)
    func openingsComeBack(_ index: Int) throws {
        let configuration = Self.configurations[index]
        for startsAt in [
            0, -60_000, 1_735_689_600_000, 9_007_199_254_740_991, LabelState.fromTheBeginning,
        ] as [Int64] {
            let event = LabellingOpening(configuration, startsAt: startsAt).event
            #expect(event.type.defect(in: event.payload.rawSpan) == nil)
            let read = try LabellingOpening(event.payload.rawSpan)
            #expect(read.startsAt == startsAt && read.configuration.hash == configuration.hash)
            #expect(read.configuration.json.canonicalBytes == configuration.json.canonicalBytes)
        }
    }

    @Test(arguments: configurations.indices, [true, false])
    func configurationChangesComeBack(_ index: Int, _ isActive: Bool) throws {
        let configuration = Self.configurations[index]
        let event = ConfigurationChange(configuration, isActive: isActive).event
        #expect(event.type.defect(in: event.payload.rawSpan) == nil)
        let read = try ConfigurationChange(event.payload.rawSpan)
        #expect(read.isActive == isActive && read.configuration.hash == configuration.hash)
    }

    static let completion: UpdateCompletion = {
        var rows = UpdateCompletion.Rows()
        rows.recorded = 60
        rows.duplicates = 5
        rows.revised = 4
        rows.late = 3
        rows.partial = 2
        rows.rejected = 1
        let labelling = UpdateCompletion.Labelling(
            configurationHash: LabelingConfiguration.scalp.hash,
            labelsHash: LabelingConfiguration.scalp.labelsHash, through: -60_000,
            candlesVersion: 17, closed: 9, revised: 8, retracted: 7, open: 6)
        return UpdateCompletion(
            rows: rows, recorded: 60_000...3_600_000,
            gaps: [.init(from: 60_000, through: 120_000, missing: 2)],
            labellings: [labelling, labelling], program: "0.1.0")
    }()

    /// Days and stamps of damaged events: each is refused, none costs the machine's memory.
    @Test(
        arguments: [
            (-86_400_000, .max), (0, .min), (200_001 * 86_400_000, 200_001 * 86_400_000),
            (-200_001 * 86_400_000, -200_001 * 86_400_000), (0, 86_400_000), (0, 1),
        ] as [(Int64, Int64)])
    func impossibleStampsAreRefused(day: Int64, stamp: Int64) throws {
        let market = try #require(MarketID("binance/BTC-USDT/1m"))
        let payload = ColumnPayload.encode(
            layout: .candles, dayStart: day, rows: 1,
            word: { column, _ in column == 0 ? UInt64(bitPattern: stamp) : 1.0.bitPattern })
        let stream = MarketStream.candles(market)
        var stored = Frame(
            position: GlobalPosition(1), commit: 1, indexInCommit: 0, eventsInCommit: 1,
            appendedAt: 0, eventHash: .zero
        ).bytes
        let type = EventType.candlesRecorded
        Envelope(
            stream: stream.id, streamVersion: StreamVersion(1), typeNumber: type.number,
            schemaVersion: type.schemaVersion, id: .none, recordedAt: 0, causation: .none,
            correlation: .none, previousHash: .zero
        ).encode(payload: payload, into: &stored)
        var state = MarketState(market: market)
        #expect(throws: FormatError.self) {
            try state.apply(EventView(checked: stored.rawSpan), of: stream)
        }
        #expect(state.window.candles.count == 0)
    }

    @Test func completionsComeBack() throws {
        let event = Self.completion.event(causation: .none)
        #expect(event.type.defect(in: event.payload.rawSpan) == nil)
        #expect(try UpdateCompletion(event.payload.rawSpan) == Self.completion)
        #expect(Self.completion.rows.total == 75 && Self.completion.rows.changes == 67)
    }

    @Test func onlyTheFirstHundredGapsAreListed() throws {
        let gaps = (0..<150).map { UpdateCompletion.Gap(from: $0, through: $0, missing: 2) }
        let completion = UpdateCompletion(rows: .init(), gaps: gaps, labellings: [], program: "1")
        let read = try UpdateCompletion(completion.event(causation: .none).payload.rawSpan)
        #expect(read.gaps == Array(gaps.prefix(100)))
        #expect(read.gapCount == 150 && read.missingCandles == 300)
    }

    /// Every member taken away, and every one of another type.
    @Test func damagedCompletionsAreRefused() throws {
        for json in Self.damaged(Self.completion.json) {
            #expect(throws: FormatError.self, "\(json.canonicalText)") {
                try UpdateCompletion(json: json)
            }
        }
        var negative = Self.completion
        negative.rows.late = -1
        #expect(throws: FormatError.self) { try UpdateCompletion(json: negative.json) }
    }

    @Test func damagedConfigurationsAreRefused() throws {
        let opening = try JSONValue(
            parsing: LabellingOpening(.scalp, startsAt: 60_000).event.payload)
        let change = try JSONValue(
            parsing: ConfigurationChange(.runner, isActive: true).event.payload)
        // A start of null is no damage: everything is an entry.
        for json in Self.damaged(opening) where json["starts_at_ms"] != JSONValue.null {
            #expect(throws: (any Error).self, "\(json.canonicalText)") {
                try LabellingOpening(json.canonicalBytes.rawSpan)
            }
        }
        for json in Self.damaged(change) {
            #expect(throws: (any Error).self, "\(json.canonicalText)") {
                try ConfigurationChange(json.canonicalBytes.rawSpan)
            }
        }
        for bytes in [[], Array("{".utf8), Array("null".utf8), [0xFF]] as [[UInt8]] {
            #expect(throws: (any Error).self) { try LabellingOpening(bytes.rawSpan) }
            #expect(throws: (any Error).self) { try ConfigurationChange(bytes.rawSpan) }
            #expect(throws: (any Error).self) { try UpdateCompletion(bytes.rawSpan) }
        }
    }

    @Test func leavesThatAreNotTheHashesAreRefused() throws {
        let event = LabellingOpening(.scalp, startsAt: 0).event
        let text = String(decoding: event.payload, as: UTF8.self)
        let other = text.replacing("\"take_profit_bps\":15", with: "\"take_profit_bps\":16")
        #expect(other != text)
        let bytes = Array(other.utf8)
        #expect(throws: FormatError.self) { try LabellingOpening(bytes.rawSpan) }
    }

    /// A document without each of its members, also inside, and with null in the place of each.
    private static func damaged(_ json: JSONValue) -> [JSONValue] {
        var damaged: [JSONValue] = []
        if let members = json.members {
            for (index, member) in members.enumerated() {
                var without = members
                without.remove(at: index)
                damaged.append(.object(without))
                for value in [JSONValue.null] + Self.damaged(member.value) {
                    var changed = members
                    changed[index].value = value
                    damaged.append(.object(changed))
                }
            }
        } else if let elements = json.elements {
            for (index, element) in elements.enumerated() {
                for value in [JSONValue.null] + Self.damaged(element) {
                    var changed = elements
                    changed[index] = value
                    damaged.append(.array(changed))
                }
            }
        }
        return damaged
    }
}
