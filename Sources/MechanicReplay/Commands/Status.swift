internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// `status`: what is there.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is in the store.",
        discussion: """
            EXAMPLES
              mechanic-replay status
              mechanic-replay status --as-of -24h --format json
              mechanic-replay status --as-of 2025-10-10T21:20Z --symbol BTC/USDT:USDT

            Severity is that of the newest drift check, the level in force the worst of the
            last checks (`mechanic-replay drift --help` says of how many). Level severe pauses
            trading; a falling level does not end the pause, `mechanic-replay resume` does.
            """)

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: OptionalMarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try store.open()
        let only = try market.market()
        var (states, position, committed, watches) = try store.read { view in
            try only?.mustExist(in: view)
            let position = try view.resolve(asOf.point)
            let found = try Self.markets(view, of: only, position)
            let watches = try found.map { try WatchStatus($0, view, position) }
            let time = position > .start ? try view.frame(at: position).appendedAt : nil
            return (found, position, time, watches)
        }
        output.console.say(rounding: asOf.point, to: position)
        let hasher = SHA256()
        var digests: [(market: MarketID, digests: [MarketState.Digest])] = []
        for index in states.indices {
            digests.append((states[index].market, states[index].digests(hasher: hasher)))
        }
        var printer = output.report
        printer.line("store", "\(store.path) (\(store.identity.id))")
        printer.member("store_id", .string(store.identity.id.description))
        printer.add("position", .integer(Int64(position.number)))
        printer.add("committed_at_us", committed.map { .recorded($0) } ?? .none)
        printer.add(
            "events", .integer(Int64(position.number)), people: Number.grouped(position.number))
        add(states, watches, to: &printer)
        let (isOutdated, skips) = try store.read { try Self.standing($0, only, position) }
        printer.member("rebuild_needed", .bool(isOutdated))
        if isOutdated {
            printer.line(
                "projections",
                "of another version: rebuild needed (`mechanic-replay rebuild`), until then slower")
        }
        printer.member("skipped_events", .integer(skips))
        if skips > 0 { printer.line("skipped events", Number.grouped(skips)) }
        DigestPrinter.add(digests, as: "projections", to: &printer)
        // Several markets may be labelled under several: then each symbol says its own.
        let hashes = Set(states.map { $0.configuration.newest?.hash })
        let hash = hashes.count == 1 ? hashes.first ?? nil : nil
        printer.member("config_hash", hash.map { .string($0.hex) } ?? .null)
        printer.member("paused", .bool(watches.contains(where: \.isPaused)))
        printer.member("alerts", .integer(watches.reduce(0) { $0 + $1.alerts }))
        printer.add("clock", .text(store.identity.clock.name))
        printer.add("lmdb_version", .text(EventStore.lmdbVersion))
        let bytes = store.usedBytes
        printer.add("bytes", .integer(Int64(bytes)), people: Number.bytes(bytes))
        printer.finish()
    }

    /// The states of the markets at a position.
    private static func markets(
        _ view: borrowing StoreView, of only: MarketID?, _ position: GlobalPosition
    ) throws -> [MarketState] {
        try MarketID.all(in: view, by: position).filter { only == nil || $0 == only }.map {
            try MarketState.load(view, market: $0, asOf: .position(position)).state
        }
    }

    /// Whether records of markets are of another version, and how many of the events up to a position
    /// are passed over.
    private static func standing(
        _ view: borrowing StoreView, _ only: MarketID?, _ position: GlobalPosition
    ) throws -> (isOutdated: Bool, skips: Int) {
        let all = try view.skips()
        let skips = all.count
        let markets = try MarketID.all(in: view).filter { only == nil || $0 == only }
        let isOutdated = try markets.contains {
            try MarketRecord.stored(view, $0, skips: skips) == .outdated
        }
        let known = try all.all.count { skip in
            guard let head = try view.head(of: skip.event.stream),
                let place = try view.position(of: skip.event.version, in: head)
            else { return false }
            return place <= position
        }
        return (isOutdated, known)
    }

    private func add(
        _ states: [MarketState], _ watches: [WatchStatus], to printer: inout ReportPrinter
    ) {
        for (state, watch) in zip(states, watches) {
            let market = state.market
            let candles = state.window.candles
            let newest = state.window.newest.map { ", newest \(UTCTime.text(milliseconds: $0))" }
            printer.line(
                "\(market) candles", "\(Number.grouped(candles.count))\(newest ?? "")")
            for labelling in state.labellings {
                let open = labelling.openEntries(state.window).count
                printer.line(
                    "\(market) labels \(labelling.hash.hex.prefix(8))",
                    "\(Number.grouped(labelling.labels.count)) closed, \(Number.grouped(open)) open"
                )
            }
            watch.add(to: &printer)
        }
        printer.member("symbols", .array(zip(states, watches).map { json($0, $1) }))
    }

    private func json(_ state: MarketState, _ watch: WatchStatus) -> JSONValue {
        [
            "market": .string(state.market.description),
            "symbol": .string(state.market.symbol.description),
            "candles": .integer(state.window.candles.count),
            "newest_ms": state.window.newest.map { .integer($0) } ?? .null,
            "config_hash": state.configuration.newest.map { .string($0.hash.hex) } ?? .null,
            "labellings": .array(
                state.labellings.map { labelling in
                    [
                        "labels_hash": .string(labelling.hash.hex),
                        "config_hash": .string(labelling.configuration.hash.hex),
                        "closed": .integer(labelling.labels.count),
                        "open": .integer(labelling.openEntries(state.window).count),
                        "starts_at_ms": labelling.startsAt == LabelState.fromTheBeginning
                            ? .null : .integer(labelling.startsAt),
                        "through_ms": labelling.through.map { .integer($0) } ?? .null,
                    ]
                }),
            "severity": watch.severity.map { .string($0.rawValue) } ?? .null,
            "level": watch.level.map { .string($0.rawValue) } ?? .null,
            "paused": .bool(watch.isPaused), "pauses": watch.pausesJSON,
            "alerts": .integer(watch.alerts),
        ]
    }
}
