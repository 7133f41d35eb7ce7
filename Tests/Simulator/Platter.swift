internal import StoreModel

/// A disk under one file: what is on it for certain, and what was written since the last sync.
///
/// Until a sync any part of it may be there, in any order: whole writes, and of each write any of
/// its sectors of 512 bytes. A sector is old or new, as disks promise. A file that was to become
/// longer may be so without its bytes: then there are zeros.
struct Platter {
    /// Bytes that a disk writes all or not at all.
    private static let sector = 512

    /// A write that may or may not be on the disk.
    private struct Write {
        let offset: Int
        let bytes: [UInt8]

        var end: Int { offset + bytes.count }
    }

    /// What is there for certain.
    private(set) var durable: [UInt8] = []
    private var pending: [Write] = []

    /// How many writes are in the balance.
    var pendingCount: Int { pending.count }

    /// Takes a write.
    mutating func write(_ bytes: [UInt8], at offset: Int) {
        pending.append(Write(offset: offset, bytes: bytes))
    }

    /// Everything written is there.
    mutating func sync() {
        for write in pending { Self.put(write.bytes[...], at: write.offset, in: &durable) }
        pending = []
    }

    /// Calls `body` with every state that power loss may leave: all prefixes of what is pending,
    /// all of it but one write, and so many `samples` of writes and torn writes.
    func forEachState(
        samples: Int, _ random: inout SplitMix64, _ body: ([UInt8]) throws -> Void
    ) throws {
        for count in 0...pending.count {
            try states(pending.indices.map { $0 < count }, body)
        }
        // All but the last is a prefix.
        for omitted in pending.indices.dropLast() {
            try states(pending.indices.map { $0 != omitted }, body)
        }
        guard !pending.isEmpty else { return }
        for _ in 0..<samples { try body(sample(&random)) }
    }

    /// The state with some writes whole and the others not there; in both lengths, if they differ.
    private func states(_ kept: [Bool], _ body: ([UInt8]) throws -> Void) throws {
        var state = durable
        for (write, isKept) in zip(pending, kept) where isKept {
            Self.put(write.bytes[...], at: write.offset, in: &state)
        }
        try body(state)
        let length = pending.map(\.end).max() ?? 0
        guard length > state.count else { return }
        state.append(contentsOf: repeatElement(0, count: length - state.count))
        try body(state)
    }

    private func sample(_ random: inout SplitMix64) -> [UInt8] {
        var state = durable
        for write in pending {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: continue
            case 1: Self.put(write.bytes[...], at: write.offset, in: &state)
            default: tear(write, &random, &state)
            }
        }
        let length = pending.map(\.end).max() ?? 0
        if length > state.count, random.chance(50) {
            state.append(contentsOf: repeatElement(0, count: length - state.count))
        }
        return state
    }

    /// Puts some sectors of a write.
    private func tear(_ write: Write, _ random: inout SplitMix64, _ state: inout [UInt8]) {
        var start = 0
        while start < write.bytes.count {
            let place = write.offset + start
            let end = min(write.bytes.count, start + Self.sector - place % Self.sector)
            if random.chance(50) { Self.put(write.bytes[start..<end], at: place, in: &state) }
            start = end
        }
    }

    private static func put(_ bytes: ArraySlice<UInt8>, at offset: Int, in state: inout [UInt8]) {
        let missing = offset + bytes.count - state.count
        if missing > 0 { state.append(contentsOf: repeatElement(0, count: missing)) }
        state.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
