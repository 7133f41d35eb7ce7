import CanonicalJSON
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

extension ConfigurationLeaf {
    /// Two configurations that differ in this leaf only, such that some label of an hourly random walk
    /// must be another one; nil where this program knows one value only.
    ///
    /// A leaf that is added and not changed here does not compile.
    fileprivate var change: (base: LabelingConfiguration, changed: LabelingConfiguration)? {
        var base = LabelingConfiguration(
            takeProfitBps: 80, stopLossBps: 70, timeoutMinutes: 300)
        base.makerAfterMinutes = 90
        var changed = base
        switch self {
        case .ambiguity, .driftProfile, .labelAlgorithm, .windowDays: return nil
        case .driftAlpha: changed.drift.alpha = 0.01
        case .driftBaseline: changed.drift.baseline = .fixed
        case .driftBaselineDays: changed.drift.baselineDays = 60
        case .driftCheckHours: changed.drift.checkHours = 1
        case .driftCheckRows: changed.drift.checkRows = 100
        case .driftCostRatio: changed.drift.costRatio = 0.5
        case .driftCurrentDays: changed.drift.currentDays = 1
        case .driftHoldChecks: changed.drift.holdChecks = 8
        case .driftLabelShare: changed.drift.labelShare = 0.2
        case .driftLabels: changed.drift.labels = .last1000
        case .driftMinimumLabels: changed.drift.minimumLabels = 50
        case .driftMinimumRows: changed.drift.minimumRows = 500
        case .driftOutsideShare: changed.drift.outsideShare = 0.05
        case .driftPsi: changed.drift.psi = 0.25
        case .buffer: changed.buffer = 1.2
        case .costThresholdBps: changed.costThresholdBps = 40
        case .defaultFeeBps:
            // What an exchange without a schedule charges.
            base.exchange = "nowhere"
            changed.exchange = "nowhere"
            changed.fees = FeeSchedule(entries: changed.fees.entries, defaultBps: 9)
        case .exchange: changed.exchange = "kraken"
        case .fees: changed.fees = FeeSchedule(entries: [], defaultBps: base.fees.defaultBps)
        case .makerAfterMinutes: changed.makerAfterMinutes = 150
        case .minPnlBps: changed.minPnlBps = 40
        case .positionSize: changed.positionSize = 20_000
        case .slippageMultiplier: changed.slippageMultiplier = 0.25
        case .spreadBps: changed.spreadBps = 2
        case .stopLossBps: changed.stopLossBps = 90
        case .takeProfitBps: changed.takeProfitBps = 100
        case .timeoutMinutes: changed.timeoutMinutes = 240
        }
        return (base, changed)
    }
}

/// Which leaves relabel: driven by the list of leaves, so that none can be forgotten.
struct LeafTests {
    static let hourly = MarketID(
        venue: "binance", symbol: Symbol("BTC-USDT:USDT")!, timeframe: Timeframe("1h")!)!

    static let rows: [Candle] = {
        var random = SplitMix64(seed: 4)
        var price = 1_000
        return (0..<200).map { hour in
            let open = price
            price = max(500, price + random.pick(-6...6))
            return Candle(
                time: UTCDay(year: 2024, month: 8, day: 1).start + Int64(hour) * 3_600_000,
                open: Double(open), high: Double(max(open, price) + random.pick(0...4)),
                low: Double(min(open, price) - random.pick(0...4)), close: Double(price),
                volume: Double(random.pick(0...3)))
        }
    }()

    private static func labels(_ configuration: LabelingConfiguration) -> [Label] {
        BatchLabeler.labels(
            of: CandleColumns(rows), timeframe: hourly.timeframe, configuration: configuration
        ).labels
    }

    @Test(arguments: ConfigurationLeaf.allCases)
    func labelsDependOnExactlyTheLeavesThatSaySo(_ leaf: ConfigurationLeaf) throws {
        guard let (base, changed) = leaf.change else {
            // One value only: there is no other to depend on.
            for other: JSONValue in ["another", 2, 91] {
                #expect(throws: LabelingConfiguration.Invalid.self) {
                    try LabelingConfiguration(json: .object([.init(leaf.name, other)]))
                }
            }
            return
        }
        for other in ConfigurationLeaf.allCases {
            #expect((base[other] == changed[other]) == (other != leaf), "\(other)")
        }
        #expect((Self.labels(base) != Self.labels(changed)) == leaf.altersLabels)
        #expect((base.labelsHash != changed.labelsHash) == leaf.altersLabels)
        #expect(base.hash != changed.hash)
    }

    @Test func labelsDoNotDependOnTheWindow() {
        var shorter = LabelingConfiguration.scalp
        shorter.windowDays = 30
        #expect(Self.labels(shorter) == Self.labels(.scalp) && shorter.hash != shorter.labelsHash)
        #expect(shorter.labelsHash == LabelingConfiguration.scalp.labelsHash)
    }

    @Test(arguments: ConfigurationLeaf.allCases.filter { $0.change != nil })
    func aChangedLeafRelabelsInAStreamOfItsOwnOrNotAtAll(_ leaf: ConfigurationLeaf) throws {
        let (base, changed) = try #require(leaf.change)
        let bench = try Bench(Self.hourly, [])
        _ = try bench.updater.activate(base, at: 0)
        try bench.update(Array(Self.rows[..<150]))
        let before = try bench.events(of: base)
        #expect(try bench.updater.activate(changed, only: true, at: 0).isNew)
        let report = try bench.update([], now: Self.rows[150].time)
        #expect(report.labellings.map(\.configurationHash) == [changed.hash])
        // What was labelled stays as it was.
        #expect(try bench.events(of: base) == before)
        let opened = try bench.events(of: changed)
        #expect((opened > 0) == (leaf.altersLabels || before > 0))
        #expect((report.closed > 0) == leaf.altersLabels)
        #expect(try bench.updater.state().labellings.count == (leaf.altersLabels ? 2 : 1))
        try bench.update(Array(Self.rows[150...]))
        let audit = try bench.audit("\(leaf)")
        let labels = try #require(audit.labels[changed.labelsHash])
        #expect(labels.values.sorted { $0.entryTime < $1.entryTime } == Self.labels(changed))
        try bench.check("\(leaf)")
    }

    @Test func anEqualConfigurationInOtherSpellingAddsNothing() throws {
        let bench = try Bench(Self.hourly, [])
        let base = try #require(ConfigurationLeaf.spreadBps.change).changed
        _ = try bench.updater.activate(base, at: 0)
        try bench.update(Self.rows)
        let position = try bench.store.head().position
        let toml = """
            # the same, written by somebody else
            spread_bps = 2.0
            timeout_minutes = 3e2
            maker_after_minutes = 0x5A
            stop_loss_bps = 7.0e+1
            take_profit_bps = 80.000
            """
        let members = base.json.members!
        for configuration in [
            base, try LabelingConfiguration(json: base.json),
            try LabelingConfiguration(json: .object(members.reversed()), base: .runner),
            try LayeredConfiguration(ConfigurationFile(name: "a.toml", bytes: Array(toml.utf8)))
                .configuration,
        ] {
            for isOnly in [false, true] {
                let change = try bench.updater.activate(configuration, only: isOnly, at: 0)
                #expect(!change.isNew && change.position == position)
            }
            var request = UpdateRequest()
            request.configurations = [configuration]
            let now = (Self.rows.last!.time + 3_600_000) * 1_000
            #expect(try bench.updater.update(request, at: now).newEvents == 0)
        }
        #expect(try bench.store.head().position == position)
    }
}

extension Bench {
    /// How many events the stream of a configuration's labels has.
    func events(of configuration: LabelingConfiguration) throws -> UInt64 {
        let stream = MarketStream.labels(market, hash: configuration.labelsHash).id
        return try store.read { try $0.head(of: stream)?.version.number ?? 0 }
    }
}
