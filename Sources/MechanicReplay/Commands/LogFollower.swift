internal import EventFormat
internal import EventStorage
internal import SystemIO

/// Prints events as they are committed, by whichever process.
///
/// LMDB wakes nobody: the head is looked at ten times a second, in a read of its own, and what is new
/// is copied out before it is printed. A reader of the output that is slow pins no pages.
struct LogFollower {
    private let store: EventStore
    private let filter: EventFilter
    private let console: Console
    private var printer: RowPrinter

    /// From one look at the head to the next.
    private static let interval = Duration.milliseconds(100)
    /// Most events of one read.
    private static let batch: UInt64 = 512
    /// Widths of a table's columns: hashes come last and may be as long as they are.
    private static let widths = [10, 22, 44, 8, 5, 27, 64]

    init(_ store: EventStore, _ filter: EventFilter, _ output: OutputOptions) {
        self.store = store
        self.filter = filter
        console = output.console
        printer = RowPrinter(
            columns: Log.columns, format: .resolve(output.format, inPipe: .csv),
            widths: Self.widths)
    }

    /// Prints the newest events, then those to come.
    ///
    /// - Parameter duration: when it ends; nil for never.
    mutating func run(newest count: Int, duration: Span?) throws {
        let started = SystemClock.monotonicNanoseconds()
        let end = duration.map { started + $0.milliseconds * 1_000_000 }
        var rows: [[Cell]] = []
        var last = try store.read { view in
            let last = try view.head().position
            try filter.newest(count, through: last, view) { rows.append($0) }
            return last
        }
        console.say("following from position \(last)")
        if store.identity.clock == .simulated { console.say("simulated clock") }
        printer.begin()
        for row in rows.reversed() { printer.add(row) }
        while true {
            let isLast = end.map { SystemClock.monotonicNanoseconds() >= $0 } ?? false
            // Until nothing is left: what was committed before the end is printed.
            while try printNext(after: &last) {}
            if isLast { return }
            let left = end.map { Duration.nanoseconds($0 - SystemClock.monotonicNanoseconds()) }
            SystemClock.sleep(min(Self.interval, left ?? Self.interval))
        }
    }

    /// Prints some events after a position.
    ///
    /// - Returns: whether there may be more.
    private mutating func printNext(after last: inout GlobalPosition) throws -> Bool {
        let filter = filter
        let first = GlobalPosition(last.number + 1)
        let (rows, next) = try store.read { view in
            var rows: [[Cell]] = []
            let end = min(try view.head().position, GlobalPosition(last.number + Self.batch))
            try view.forEachEvent(from: first, through: end) { position, event in
                if let cells = try filter.cells(event, at: position) { rows.append(cells) }
                return true
            }
            return (rows, end)
        }
        for row in rows { printer.add(row) }
        guard next > last else { return false }
        last = next
        return true
    }
}
