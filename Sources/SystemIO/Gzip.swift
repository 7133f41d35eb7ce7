import CZlib

/// gzip files (RFC 1952) through zlib.
public enum Gzip {
    /// Whether `bytes` begin as a gzip file does.
    public static func isCompressed(_ bytes: [UInt8]) -> Bool { isMember(bytes, at: 0) }

    /// The contents of a gzip file; those of all its members, one after the other.
    ///
    /// Zero bytes after the last member are padding, as gzip(1) has it.
    ///
    /// - Parameter limit: most bytes to hold; a bomb of 1,000 times its size stops there.
    /// - Complexity: about 3 ns a byte of contents.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        guard isCompressed(bytes) else { throw .notGzip }
        guard let inflater = Inflater() else { throw .overLimit(limit) }
        var output: [UInt8] = []
        output.reserveCapacity(firstRoom(bytes, limit: limit))
        var at = 0
        while at < bytes.count {
            guard isMember(bytes, at: at) else {
                if bytes[at...].allSatisfy({ $0 == 0 }) { break }
                throw .trailingGarbage(offset: at)
            }
            try inflater.member(of: bytes, at: &at, into: &output, limit: limit)
        }
        return output
    }

    private static func isMember(_ bytes: [UInt8], at offset: Int) -> Bool {
        bytes.count - offset >= 2 && bytes[offset] == 0x1F && bytes[offset + 1] == 0x8B
    }

    /// Room for what the last member says it holds.
    ///
    /// The number is a stranger's claim: no more than deflate can yield is believed, nor than one
    /// step of growth.
    private static func firstRoom(_ bytes: [UInt8], limit: Int) -> Int {
        let claim = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        let possible = bytes.count.multipliedReportingOverflow(by: 1_032)
        return min(claim, possible.overflow ? claim : possible.partialValue, limit, Inflater.step)
            + Inflater.slack
    }
}

/// zlib's state, used again for every member.
@safe private final class Inflater {
    /// Most bytes of room added at once.
    static let step = 64 << 20
    /// Room past the contents, so that the end of a member is seen without growing for it.
    static let slack = 64

    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil if there is no memory for it.
    init?() {
        unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 bits of window, +16: a gzip header and trailer, whose checksum zlib compares.
        guard
            unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                == Z_OK
        else { return nil }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends the contents of the member at `at`, and moves `at` behind it.
    func member(
        of input: [UInt8], at: inout Int, into output: inout [UInt8], limit: Int
    ) throws(GzipError) {
        unsafe inflateReset(stream)
        while true {
            // One byte above the limit may be written, which tells a longer file from one that fits.
            let headroom = limit - output.count < Int.max ? limit - output.count + 1 : Int.max
            let free = output.capacity - output.count
            let growth = free > 0 ? free : min(max(output.count, 1 << 16), Self.step)
            let status = inflate(input, at: &at, into: &output, room: min(growth, headroom))
            guard output.count <= limit else { throw .overLimit(limit) }
            switch status {
            case Z_STREAM_END: return
            case Z_OK: continue
            // No progress although there is room: it is the input that is missing.
            case Z_BUF_ERROR: throw .truncated
            case Z_MEM_ERROR: throw .overLimit(limit)
            default: throw isChecksum ? .checksumMismatch(offset: at) : .corrupt(offset: at)
            }
        }
    }

    /// One call of zlib; returns its status.
    private func inflate(
        _ input: [UInt8], at: inout Int, into output: inout [UInt8], room: Int
    ) -> Int32 {
        var status = Z_OK
        let start = at
        var consumed = 0
        output.append(addingCapacity: room) { (span: inout OutputSpan<UInt8>) in
            unsafe span.withUnsafeMutableBufferPointer { target, count in
                unsafe input.withUnsafeBufferPointer { source in
                    let given = min(source.count - start, Int(UInt32.max))
                    let space = min(room, Int(UInt32.max))
                    // zlib's `next_in` is not const for old compilers' sake; it is only read.
                    unsafe stream.pointee.next_in = UnsafeMutablePointer(
                        mutating: source.baseAddress! + start)
                    unsafe stream.pointee.avail_in = UInt32(given)
                    unsafe stream.pointee.next_out = target.baseAddress!
                    unsafe stream.pointee.avail_out = UInt32(space)
                    status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                    consumed = unsafe given - Int(stream.pointee.avail_in)
                    count = unsafe space - Int(stream.pointee.avail_out)
                }
            }
        }
        at += consumed
        return status
    }

    /// zlib has one status for all bad data; only its text tells the trailer's check apart.
    private var isChecksum: Bool {
        guard let message = unsafe stream.pointee.msg else { return false }
        let text = unsafe String(cString: message)
        return text == "incorrect data check" || text == "incorrect length check"
    }
}
