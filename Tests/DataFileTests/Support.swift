import DataFile
import LMDB

extension TemporaryDirectory {
    var file: String { "\(path)/data.mdb" }

    /// Opens the environment without waiting for the disk.
    func open() throws -> Environment {
        var options = Environment.Options()
        options.isVolatile = true
        return try Environment(path: path, options: options)
    }

    /// What a walk finds, in words.
    func findings(_ insertOnly: Set<String> = RandomFile.insertOnly) throws -> [String] {
        try DataFileWalk.run(path: file, insertOnly: insertOnly).findings.map(\.description)
    }
}

extension Environment {
    /// Runs `body` in a write transaction and commits.
    func update(_ body: (inout WriteTransaction) throws -> Void) throws {
        try write(
            { (transaction) throws in (result: try body(&transaction), commits: true) },
            orThrow: { $0 as any Error })
    }
}

/// Commits with everything that a store does to its file, and more: appends, values on pages of
/// their own, values that grow and shrink, deletes, trees emptied, the same key twice in a commit.
struct RandomFile {
    static let insertOnly: Set<String> = ["events", "index"]
    private var random: SplitMix64
    private var position: UInt64 = 0

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func commit(_ environment: Environment) throws {
        var random = random
        var position = position
        try environment.update { transaction in
            let events = try transaction.database("events")
            let index = try transaction.database("index")
            let state = try transaction.database("state")
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                position += 1
                let size = Self.size(&random)
                try transaction.put(
                    events, Self.bigEndian(position), Self.value(size, &random), appends: true)
                let key = Self.value(Int.random(in: 1...60, using: &random), &random)
                try transaction.put(index, key, Self.bigEndian(position))
            }
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                let key = Self.bigEndian(UInt64.random(in: 0..<400, using: &random))
                if random.chance(45) {
                    try transaction.delete(state, key)
                } else {
                    try transaction.put(state, key, Self.value(Self.size(&random), &random))
                }
            }
            if random.chance(3) { try transaction.clear(state) }
        }
        self.random = random
        self.position = position
    }

    /// Mostly small, often about the largest that stays on its page, now and then many pages.
    private static func size(_ random: inout SplitMix64) -> Int {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: Int.random(in: 4_000...70_000, using: &random)
        case 1...3: Int.random(in: 1_900...2_200, using: &random)
        default: Int.random(in: 0...300, using: &random)
        }
    }

    static func value(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes.append(UInt8.random(in: 0...255, using: &random)) }
        return bytes
    }

    static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    }
}
