internal import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Glibc
internal import StoreModel
internal import SystemIO

/// Reads random ranges of a store that others write, and checks every byte of them, until it is
/// killed.
struct Reader: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads, to be killed.", shouldDisplay: false)

    @Option var store: String
    @Option var seed: UInt64

    func run() throws {
        var random = SplitMix64(seed: seed)
        do {
            let store = try Stores.open(self.store)
            var newest = try store.head()
            while true {
                var events = 0
                for _ in 0..<20 {
                    events += try read(store, &newest, &random)
                    // Eight that never rest would starve each other, a view in hand.
                    usleep(1_000)
                }
                StandardStream.output.write("read \(events)\n")
            }
        } catch {
            StandardStream.output.write("error \(error)\n")
            throw ExitCode(error is Violation ? 3 : 5)
        }
    }

    /// Reads up to 64 events in one view.
    private func read(
        _ store: EventStore, _ newest: inout StoreHead, _ random: inout SplitMix64
    ) throws -> Int {
        try store.read { view in
            let head = try view.head()
            try require(
                head.position >= newest.position && head.commit >= newest.commit,
                "the log ended at \(newest.position), now at \(head.position)")
            newest = head
            guard head.position > .start else { return 0 }
            let first = UInt64.random(in: 1...head.position.number, using: &random)
            var range = EventRange()
            try view.forEachEvent(
                from: GlobalPosition(first), through: GlobalPosition(first + 63)
            ) { position, event in
                try range.take(event, at: position)
                return true
            }
            try range.finish(head)
            return range.count
        }
    }
}

/// Events read one after the other: each whole, and each the one after the one before.
private struct EventRange {
    private let hasher = SHA256()
    private var previous: Frame?
    private var hashes: [StreamID: Hash256] = [:]
    private(set) var count = 0

    mutating func take(_ event: borrowing EventView, at position: GlobalPosition) throws {
        let frame = event.frame
        try require(frame.defect(at: position) == nil, "WRONG READ: the frame of \(position)")
        try require(
            hasher.hash(event.eventBytes) == frame.eventHash, "WRONG READ: the hash of \(position)")
        let envelope = try event.envelope()
        if let expected = hashes[envelope.stream] {
            try require(envelope.previousHash == expected, "WRONG READ: the chain at \(position)")
        }
        hashes[envelope.stream] = frame.eventHash
        if let previous {
            let follows =
                frame.appendedAt > previous.appendedAt
                && (frame.commit == previous.commit
                    || (frame.commit == previous.commit + 1 && frame.indexInCommit == 0))
            try require(follows, "WRONG READ: the order at \(position)")
        }
        previous = frame
        count += 1
    }

    /// A view shows whole commits only.
    func finish(_ head: StoreHead) throws {
        guard let previous, previous.position == head.position else { return }
        try require(
            previous.endOfCommit == head.position && previous.commit == head.commit,
            "WRONG READ: the last commit is not whole")
    }
}
