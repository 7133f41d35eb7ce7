import Digest
import EventFormat
import EventStorage
import LMDB
import Testing

/// Proofs out of a store's rows of hashes.
@Suite struct StoreProofTests {
    let directory = TemporaryDirectory()
    let hasher = SHA256()

    /// Appends small events in commits of several, and returns the leaves of all frames.
    private func fill(_ store: EventStore, _ count: Int) throws -> [Hash256] {
        var number = 0
        while number < count {
            try store.append(at: someTime) { commit in
                for _ in 0..<min(500, count - number) {
                    try commit.append(Make.json(number), to: Make.stream("a"), expecting: .any)
                    number += 1
                }
            }
        }
        return try store.all().map { MerkleFrontier.leaf($0.frame.bytes, hasher: hasher) }
    }

    private func inclusion(
        _ store: EventStore, _ position: UInt64, _ size: UInt64
    ) throws -> StoreView.ProvenEvent {
        try store.read { try $0.inclusionProof(of: GlobalPosition(position), in: size) }
    }

    private func growth(
        _ store: EventStore, _ first: UInt64, _ second: UInt64
    ) throws -> StoreView.ProvenGrowth {
        try store.read { try $0.consistencyProof(from: first, to: second) }
    }

    /// 1,100 events: two tile levels, rows that are full and one that is not.
    @Test(arguments: [1, 2] as [UInt64]) func proofsAtAnySize(seed: UInt64) throws {
        let store = try directory.create()
        let leaves = try fill(store, 1_100)
        var tree = MerkleFrontier()
        var roots = [tree.root(hasher: hasher)]
        for leaf in leaves {
            tree.append(leaf: leaf, hasher: hasher)
            roots.append(tree.root(hasher: hasher))
        }
        #expect(try store.head().root == roots[1_100])
        var random = SplitMix64(seed: seed)
        let borders: [UInt64] = [1, 2, 31, 32, 33, 255, 256, 257, 512, 1_024, 1_099, 1_100]
        let sizes = borders + (0..<40).map { _ in UInt64.random(in: 1...1_100, using: &random) }
        for size in sizes {
            let root = roots[Int(size)]
            #expect(try store.read { try $0.root(at: size) } == root, "size \(size)")
            let checkpoint = try store.read { try $0.checkpoint(at: size, of: store.identity) }
            #expect(checkpoint == Checkpoint(origin: store.identity.origin, size: size, root: root))
            let place = UInt64.random(in: 1...size, using: &random)
            for position in [1, place, size] {
                let proven = try inclusion(store, position, size)
                #expect(proven.root == root)
                #expect(proven.frame.position == GlobalPosition(position))
                let leaf = leaves[Int(position) - 1]
                #expect(
                    proven.proof.proves(leaf: leaf, root: root, hasher: hasher),
                    "seed \(seed): \(position) of \(size)")
            }
            let first = UInt64.random(in: 1...size, using: &random)
            let grown = try growth(store, first, size)
            #expect(grown.firstRoot == roots[Int(first)])
            #expect(grown.secondRoot == root)
            #expect(
                grown.proof.proves(first: roots[Int(first)], second: root, hasher: hasher),
                "seed \(seed): \(first) to \(size)")
        }
        #expect(try store.read { try $0.root(at: 0) } == roots[0])
    }

    @Test func whatIsBeyondTheLogIsRefused() throws {
        let store = try directory.create()
        _ = try fill(store, 40)
        for (position, size) in [(0, 40), (41, 40), (1, 41), (1, 0), (.max, .max), (1, .max)]
            as [(UInt64, UInt64)]
        {
            let error = #expect(throws: EventStoreError.self) {
                _ = try inclusion(store, position, size)
            }
            #expect(error?.code == .invalidPoint, "\(position) of \(size)")
        }
        for (first, second) in [(2, 1), (0, 1), (0, 0), (1, 41), (.max, .max)]
            as [(UInt64, UInt64)]
        {
            let error = #expect(throws: EventStoreError.self) {
                _ = try growth(store, first, second)
            }
            #expect(error?.code == .invalidPoint, "\(first) to \(second)")
        }
        let error = #expect(throws: EventStoreError.self) {
            _ = try store.read { try $0.root(at: 41) }
        }
        #expect(error?.code == .invalidPoint)
    }

    /// Damage under a proof is an error of its own; a proof that is given out holds.
    @Test(arguments: [1, 2] as [UInt64]) func damageGivesNoProof(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let count: UInt64 = 600
        let root = try {
            let store = try directory.create()
            _ = try fill(store, Int(count))
            return try store.head().root
        }()
        let rows = (0..<19).map { Keys.treeRow(level: 0, row: UInt64($0)) }
        let places =
            rows.map { (Keys.Database.tree, $0) }
            + [
                (Keys.Database.tree, Keys.treeRow(level: 1, row: 0)),
                (Keys.Database.meta, Keys.head),
            ]
        var refused = 0
        for round in 0..<60 {
            let position = UInt64.random(in: 1...count, using: &random)
            let event = (Keys.Database.events, Keys.event(GlobalPosition(position)))
            let place = round % 3 == 0 ? event : places.randomElement(using: &random)!
            let before = try value(place.0, place.1)
            var bytes = before
            let bit = Int.random(in: 0..<bytes.count * 8, using: &random)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            if random.next() % 4 == 0 { bytes = Array(bytes.dropLast(bytes.count / 2)) }
            try put(place.0, place.1, bytes)
            do {
                let proven = try inclusion(try directory.open(), position, count)
                let leaf = MerkleFrontier.leaf(proven.frame.bytes, hasher: hasher)
                #expect(proven.root == root, "seed \(seed) round \(round)")
                #expect(proven.proof.proves(leaf: leaf, root: root, hasher: hasher))
                #expect(place.0 != Keys.Database.events, "seed \(seed) round \(round)")
            } catch let error as EventStoreError {
                // A head whose position is damaged may end before the position asked for.
                #expect(error.code == .corrupted || place.0 == Keys.Database.meta, "\(error)")
                refused += 1
            }
            try put(place.0, place.1, before)
        }
        #expect(refused > 20)
        #expect(try directory.open().findings() == [])
    }

    private func value(_ name: String, _ key: [UInt8]) throws -> [UInt8] {
        try directory.tamper { transaction in
            let database = try transaction.database(name)
            return try #require(try transaction.value(database, key)?.copy())
        }
    }

    private func put(_ name: String, _ key: [UInt8], _ value: [UInt8]) throws {
        try directory.tamper { transaction in
            try transaction.put(try transaction.database(name), key, value)
        }
    }

    @Test func aStoreBesideItsCheckpoints() throws {
        let store = try directory.create()
        _ = try fill(store, 40)
        let identity = store.identity
        func compare(_ checkpoint: Checkpoint) throws -> CheckpointComparison {
            try store.read { try $0.compare(with: checkpoint, of: identity) }
        }
        let early = try store.read { try $0.checkpoint(at: 17, of: identity) }
        let empty = try store.read { try $0.checkpoint(at: 0, of: identity) }
        let now = try store.read { try $0.checkpoint(at: 40, of: identity) }
        for kept in [empty, early, now] { #expect(try compare(kept) == .kept(events: 40)) }
        let later = Checkpoint(origin: identity.origin, size: 41, root: .zero)
        #expect(try compare(later) == .shorter(events: 40))
        let huge = Checkpoint(origin: identity.origin, size: .max, root: .zero)
        #expect(try compare(huge) == .shorter(events: 40))
        let other = Checkpoint(origin: identity.origin, size: 17, root: now.root)
        #expect(try compare(other) == .different(root: early.root))
        let stranger = Checkpoint(origin: "mechanic-replay/other", size: 17, root: early.root)
        #expect(try compare(stranger) == .otherStore(origin: "mechanic-replay/other"))
        #expect(identity.origin == "mechanic-replay/5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a")
    }
}
