internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// A labelling's stream of drift up to a position, read backwards.
struct DriftTrail {
    /// What an event is, as far as checks depend on it.
    enum Kind: Equatable {
        case check
        /// Somebody chose it: no policy moves it.
        case setBaseline
        case baseline
        case release
    }

    private let stream: MarketStream
    private let head: StreamHead?
    private let reader: LogReader
    /// The newest version up to the position.
    private let newest: UInt64

    /// The stream's name.
    var name: StreamID { stream.id }

    init(
        _ view: borrowing StoreView, _ market: MarketID, _ hash: Hash256,
        through position: GlobalPosition
    ) throws {
        stream = .drift(market, hash: hash)
        reader = try LogReader(view)
        head = try view.head(of: stream.id)
        newest = try head.map { try view.version(after: position, in: $0).number - 1 } ?? 0
    }

    /// The version of a check: the one asked for if it is one, or the newest.
    func check(_ view: borrowing StoreView, _ version: UInt64?) throws -> UInt64? {
        guard let version else {
            return try last(view, before: newest + 1) { $0 == .check }?.version
        }
        guard version > 0, version <= newest else { return nil }
        let found = try last(view, before: version + 1) { _ in true }
        return found?.version == version && found?.kind == .check ? version : nil
    }

    /// The newest event of some kinds before a version; nil if there is none.
    ///
    /// - Complexity: O(events in between).
    func last(
        _ view: borrowing StoreView, before version: UInt64, where isWanted: (Kind) -> Bool
    ) throws -> (version: UInt64, position: GlobalPosition, kind: Kind)? {
        guard let head, version > 1 else { return nil }
        for number in stride(from: version - 1, to: 0, by: -1) {
            guard let position = try view.position(of: StreamVersion(number), in: head),
                let event = try view.event(at: position)
            else { throw History.missing(number, of: stream) }
            var kind: Kind?
            try reader.read(event, at: position) { kind = try Self.kind(of: $0) }
            if let kind, isWanted(kind) { return (number, position, kind) }
        }
        return nil
    }

    /// The position of a version.
    func position(_ view: borrowing StoreView, _ version: UInt64) throws -> GlobalPosition {
        guard let head, let position = try view.position(of: StreamVersion(version), in: head)
        else { throw History.missing(version, of: stream) }
        return position
    }

    private static func kind(of event: borrowing EventView) throws -> Kind? {
        switch event.currentType {
        case .driftChecked: .check
        case .baselineRecorded: try BaselineRecord(event).cause == .set ? .setBaseline : .baseline
        case .baselineReleased: .release
        default: nil
        }
    }
}
