internal import DataFile
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Glibc
internal import SystemIO

extension FuzzTarget {
    /// LMDB's file: the walk ends, and what it counts fits the file.
    static let dataFile = FuzzTarget(name: "datafile") { (input) throws(Violation) in
        let file = MemoryFile(holding: input)
        let path = file.path
        _ = try? DataFileWalk.checkMeta(path: path)
        let trees: Set = [Keys.Database.events, Keys.Database.tree]
        guard let report = try? DataFileWalk.run(path: path, insertOnly: trees) else {
            throw Violation(description: "a file in memory cannot be read")
        }
        try require(report.isSettled, "a file that nobody writes is not settled")
        try require(report.bytes <= input.count, "more bytes were read than there are")
    }

    /// A backup's file as it is, and with the sums it should have, which no mutation finds.
    static let segments = FuzzTarget(name: "segments") { (input) throws(Violation) in
        for bytes in [input, withSums(input)] {
            let file = MemoryFile(holding: bytes)
            guard var segment = try? SegmentReader.open(file.path) else { continue }
            var count: UInt64 = 0
            while (try? segment.next()) == true {
                count += 1
                _ = (segment.event.derivedID(hasher: SHA256()), try? segment.event.envelope())
            }
            try require(count <= segment.header.eventCount, "more events than the header says")
        }
    }

    /// The bytes with the sums of header, events and file put right as far as lengths allow.
    private static func withSums(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        let hasher = SHA256()
        guard bytes.count >= Hash256.byteCount,
            let header = try? SegmentHeader.byteCount(bytes.rawSpan), header <= bytes.count
        else { return bytes }
        bytes.store(hasher.hash(Array(bytes[..<(header - 32)])), at: header - 32)
        var at = header
        while at + SegmentHeader.recordByteCount + Frame.byteCount <= bytes.count - 32 {
            let count = Int(bytes.rawSpan.load(UInt32.self, at: at))
            at += SegmentHeader.recordByteCount
            guard count >= Frame.byteCount, at + count <= bytes.count - 32 else { break }
            let event = Array(bytes[(at + Frame.byteCount)..<(at + count)])
            bytes.store(hasher.hash(event), at: at + Frame.eventHashOffset)
            at += count
        }
        let end = bytes.count - 32
        bytes.store(hasher.hash(Array(bytes[..<end])), at: end)
        return bytes
    }
}

/// A file in memory, without a name of its own: decoders of files take a path.
private struct MemoryFile: ~Copyable {
    private let descriptor: Int32

    /// Ends the process if there is no memory.
    init(holding bytes: [UInt8]) {
        var name = Array("/dev/shm/fuzz-XXXXXX".utf8CString)
        descriptor = unsafe mkstemp(&name)
        precondition(descriptor >= 0, "no file can be made in /dev/shm")
        _ = unsafe unlink(name)
        let written = unsafe bytes.withUnsafeBytes {
            unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0)
        }
        precondition(written == bytes.count, "a file in memory cannot be written")
    }

    deinit { close(descriptor) }

    var path: String { "/proc/self/fd/\(descriptor)" }
}
