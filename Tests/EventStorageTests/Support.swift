import Digest
import EventFormat
import EventStorage
import LMDB

/// A clock's time that tests begin with, microseconds UTC.
let someTime: Int64 = 1_763_000_000_000_000

extension TemporaryDirectory {
    /// Makes a store that does not wait for the disk.
    func create(clock: StoreIdentity.Clock = .real) throws(EventStoreError) -> EventStore {
        try EventStore.create(
            path: path, clock: clock, id: Self.id, now: someTime, options: Self.options())
    }

    /// Opens the store.
    func open(acceptsClock: Bool = false) throws(EventStoreError) -> EventStore {
        try EventStore(path: path, options: Self.options(acceptsClock: acceptsClock))
    }

    static var id: EventID { EventID([UInt8](repeating: 0x5A, count: 16).rawSpan) }

    static func options(acceptsClock: Bool = false) -> EventStore.Options {
        var options = EventStore.Options()
        options.isVolatile = true
        options.wait = .milliseconds(50)
        options.acceptsClock = acceptsClock
        return options
    }

    /// Looks at the raw file of a closed store, or changes it.
    func tamper<Result>(_ body: (inout WriteTransaction) throws -> Result) throws -> Result {
        var options = Environment.Options()
        options.isVolatile = true
        return try Environment(path: path, options: options).write(
            { (transaction) throws in (result: try body(&transaction), commits: true) },
            orThrow: { $0 as any Error })
    }
}

/// Events of the tests.
enum Make {
    static func stream(_ name: String) -> StreamID { StreamID(name)! }

    /// A rare event: canonical JSON.
    static func json(_ number: Int, key: [UInt8]? = nil) -> EventData {
        EventData(
            type: .updateCompleted, payload: Array("{\"number\":\(number)}".utf8),
            idempotencyKey: key)
    }

    /// Rows of a day.
    static func candles(day: Int32, rows: Int = 1, first: Int = 0, key: [UInt8]? = nil) -> EventData
    {
        let start = Int64(day) * 86_400_000
        let payload = ColumnPayload.encode(
            layout: .candles, dayStart: start, rows: rows,
            word: { column, row in
                column == 0
                    ? UInt64(bitPattern: start + Int64(row + first) * 60_000)
                    : (Double(column) + Double(row)).bitPattern
            })
        return EventData(type: .candlesRecorded, payload: payload, idempotencyKey: key)
    }
}

extension EventStore {
    /// Appends one event in a commit of its own.
    @discardableResult
    func add(
        _ event: EventData, to stream: StreamID, _ expected: ExpectedVersion = .any,
        at now: Int64 = someTime
    ) throws -> Appended {
        try append(at: now) { commit in
            try commit.append(event, to: stream, expecting: expected)
        }.result
    }

    /// All events, copied.
    func all() throws -> [RecordedEvent] {
        try read { view in
            var events: [RecordedEvent] = []
            try view.forEachEvent(through: try view.head().position) { _, event in
                events.append(try event.recorded())
                return true
            }
            return events
        }
    }

    /// What verify finds, in words; empty if the store is clean.
    func findings() throws -> [String] { try verify().findings.map(\.message) }

    func head(of stream: StreamID) throws -> StreamHead? { try read { try $0.head(of: stream) } }

    func projection(_ key: [UInt8]) throws -> [UInt8]? { try read { try $0.projection(key).bytes } }

    func resolve(_ point: TimePoint) throws -> UInt64 { try read { try $0.resolve(point).number } }
}
