public import Digest
public import EventFormat
internal import EventStorage
public import Market
internal import Projections

/// What a recorded result rests on: the least set of events that gives it again.
public protocol Blame: Sendable {
    /// The market.
    var market: MarketID { get }
    /// The end of the commit as of which it was asked.
    var position: GlobalPosition { get }
    /// The events, in the order of the log: without any one of them the result does not come out.
    var events: [BlamedEvent] { get }
    /// What else happened to the same rows, in the order of the log; the result does not need it.
    var history: [BlamedEvent] { get }
    /// The program that recorded the result.
    var program: String { get }
    /// The configuration that decided.
    var configurationHash: Hash256 { get }
    /// The labelling.
    var labelsHash: Hash256 { get }

    /// Computes the result from these events and no others.
    ///
    /// - Returns: why they do not give what is recorded; nil if they do, to the last bit.
    /// - Complexity: O(rows of the events).
    func failure(from events: [RecordedEvent]) -> String?
}

extension Blame {
    /// Why the events do not give what is recorded; nil if they do.
    public var failure: String? { failure(from: events.map(\.event)) }

    /// What `body` throws, in words; nil if it throws nothing and finds nothing.
    func reason(_ body: () throws -> String?) -> String? {
        do {
            return try body()
        } catch let error as EventStoreError {
            return error.message
        } catch {
            return "\(error)"
        }
    }
}

/// Why there is nothing to blame: what was asked for is not there.
public struct BlameError: Error, Equatable, CustomStringConvertible {
    /// What was asked, why it is not there, and what is.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Events away from their store: nothing else can be read.
struct LooseEvents {
    private let events: [RecordedEvent]
    private let reader = LogReader()

    /// The events, in any order.
    init(_ events: [RecordedEvent]) {
        self.events = events.sorted { $0.frame.position < $1.frame.position }
    }

    /// Calls `body` with every event in the order of the log, as a fold sees it.
    func forEach(
        _ body: (_ stream: MarketStream, _ event: borrowing EventView) throws -> Void
    ) throws {
        for event in events {
            guard let stream = MarketStream(event.envelope.stream) else {
                throw BlameError("\(event.envelope.stream) is no stream of a market")
            }
            let stored = event.stored
            try reader.read(EventView(checked: stored.rawSpan), at: event.frame.position) {
                try body(stream, $0)
            }
        }
    }
}
