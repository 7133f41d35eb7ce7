internal import EventStorage
internal import StoreModel
internal import SystemIO

/// One writer among eight readers, each killed about once a second and started again.
///
/// The file may become 5 % larger than by the same writes without readers, a small one four
/// mebibytes: what readers hold while they look is as much in a small file as in a large one.
struct ReaderRun {
    private static let readers = 8
    /// Two hundred commits a second, where the disk does not wait.
    private static let pause = 4_000

    private let parameters: Case

    init(_ parameters: Case) { self.parameters = parameters }

    func run(_ counts: inout Counts) throws {
        var random = parameters.random
        let path = "\(parameters.directory)/store"
        let writer = try ChildProcess([
            "writer", "--store", path, "--seed", "\(parameters.seed)", "--commits", "1000000000",
            "--seconds", "\(parameters.seconds)", "--pause", "\(Self.pause)",
        ])
        while writer.lines.isEmpty, writer.isOpen { writer.listen(microseconds: 1_000) }
        var readers: [ChildProcess] = []
        while writer.isOpen {
            while readers.count < Self.readers {
                let seed = UInt64.random(in: 0...UInt64.max, using: &random)
                readers.append(
                    try ChildProcess(["reader", "--store", path, "--seed", "\(seed)"]))
            }
            // Eight readers, each killed once a second.
            writer.listen(microseconds: Int64.random(in: 0...250_000, using: &random))
            for reader in readers { reader.listen(microseconds: 0) }
            let index = Int.random(in: 0..<readers.count, using: &random)
            try end(readers.remove(at: index), &counts)
        }
        for reader in readers { try end(reader, &counts) }
        let (commits, bytes) = try result(of: writer)
        let alone = try ChildProcess([
            "writer", "--store", "\(parameters.directory)/alone",
            "--seed", "\(parameters.seed)", "--commits", "\(commits)",
        ])
        let (again, bytesAlone) = try result(of: alone)
        try requireEqual(again, commits, "commits of the second writer")
        try Stores.open(path).requireClean()
        try require(
            bytes - bytesAlone <= max(bytesAlone / 20, 4 << 20),
            "\(bytes) bytes with readers, \(bytesAlone) without, after \(commits) commits")
        counts.add("commits", commits)
        counts.add("bytes with readers", bytes)
        counts.add("bytes without", bytesAlone)
    }

    /// Kills a reader; it must have been alive and content.
    private func end(_ reader: ChildProcess, _ counts: inout Counts) throws {
        reader.kill()
        let ending = reader.wait()
        try require(
            ending == .killed(signal: 9),
            "a reader: \(ending), \(reader.error ?? "no word")")
        counts.add("readers killed")
        let events = reader.lines.compactMap { Int($0.dropFirst("read ".count)) }
        counts.add("events read and checked", events.reduce(0, +))
    }

    private func result(of writer: ChildProcess) throws -> (commits: Int, bytes: Int) {
        let ending = writer.wait()
        let words = writer.lines.last?.split(separator: " ") ?? []
        guard ending == .exited(0), words.count == 4, let commits = Int(words[1]),
            let bytes = Int(words[3])
        else { throw Violation("the writer: \(ending), \(writer.error ?? "no word")") }
        return (commits, bytes)
    }
}
