internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// The walk from one point to another, over all markets that are compared.
struct LogScan {
    private(set) var markets: [MarketScan]
    private let reader: LogReader
    private var streams: [[UInt8]: (stream: MarketStream, index: Int)?] = [:]
    private(set) var tags: [TagName: StateChange.Touch] = [:]

    init(
        _ view: borrowing StoreView, from first: GlobalPosition, to last: GlobalPosition,
        _ options: StateDiff.Options
    ) throws {
        var names: [MarketID] = []
        for (id, _) in try view.streams(prefix: "") {
            guard let market = MarketStream(id)?.market, names.last != market,
                options.market == nil || options.market == market
            else { continue }
            names.append(market)
        }
        var markets: [MarketScan] = []
        for market in names {
            markets.append(try MarketScan(view, market, from: first, to: last, options))
        }
        self.markets = markets
        reader = try LogReader(view)
    }

    /// Where the events stand that hold candles or labels of a range of stamps, or open a labelling,
    /// between two points: found by their days, whatever lies in between.
    ///
    /// - Complexity: O(events of these days + log events).
    func places(
        _ view: borrowing StoreView, of stamps: ClosedRange<Int64>, after first: GlobalPosition,
        through last: GlobalPosition
    ) throws -> [GlobalPosition] {
        let limit = UTCTime.end
        let lower = UTCDay(of: min(max(stamps.lowerBound, -limit), limit)).number
        let upper = UTCDay(of: min(max(stamps.upperBound, -limit), limit)).number
        var places: Set<GlobalPosition> = []
        for market in markets {
            let labels = market.after.labellings.map {
                MarketStream.labels(market.market, hash: $0.hash)
            }
            for stream in [.candles(market.market)] + labels {
                guard let head = try view.head(of: stream.id) else { continue }
                places.formUnion(try view.positions(in: head, days: lower...upper).map(\.position))
                if labels.contains(stream),
                    let opened = try view.position(of: StreamVersion(1), in: head)
                {
                    places.insert(opened)
                }
            }
        }
        return places.filter { $0 > first && $0 <= last }.sorted()
    }

    /// Notes what an event did to the market that it is of.
    ///
    /// - Throws: as ``Projections/LogReader/read(_:at:_:)``.
    mutating func take(_ event: borrowing EventView, at position: GlobalPosition) throws {
        let name = event.streamName.copy()
        if streams[name] == nil { streams[name] = .some(resolve(name)) }
        let found = streams[name]!
        guard found != nil || event.currentType == .tagSet else { return }
        let reader = reader
        try reader.read(event, at: position) { event in
            let touch = StateChange.Touch(event, at: position)
            guard let (stream, index) = found else { return try takeTag(event, touch) }
            try markets[index].take(event, of: stream, touch)
        }
    }

    private mutating func takeTag(
        _ event: borrowing EventView, _ touch: StateChange.Touch
    ) throws {
        let name = try TagChange(event.payload).name
        tags[name, default: StateChange.Touch()].note(touch)
    }

    private func resolve(_ name: [UInt8]) -> (MarketStream, Int)? {
        guard let id = StreamID(String(decoding: name, as: UTF8.self)),
            let stream = MarketStream(id),
            let index = markets.firstIndex(where: { $0.market == stream.market })
        else { return nil }
        return (stream, index)
    }

    /// What became of tags.
    func tagChanges(from old: TagList, to new: TagList) -> [StateChange] {
        tags.keys.sorted().map { name in
            let (before, after) = (old[name], new[name])
            let kind: StateChange.Kind =
                switch (before, after) {
                case (nil, nil): .reverted
                case (nil, _): .set
                case (_, nil): .deleted
                case (let before?, let after?):
                    before.target != after.target
                        ? .moved
                        : before.change.by != after.change.by
                            || before.change.note != after.change.note ? .noted : .reverted
                }
            return StateChange(
                market: nil, hash: nil, part: .tags, kind: kind,
                subject: .tag(name, old: before, new: after), touch: tags[name]!)
        }
    }
}
