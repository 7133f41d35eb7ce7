/// Why bytes are no sound gzip file.
public enum GzipError: Error, Equatable, Sendable {
    /// The bytes do not begin as gzip files do.
    case notGzip
    /// The file ends inside a member: a broken download.
    case truncated
    /// A member's compressed data is damaged, found at this byte of the file.
    case corrupt(offset: Int)
    /// A member's data does not match its checksum or length, found at this byte of the file.
    case checksumMismatch(offset: Int)
    /// Bytes that are no gzip member follow the last one, from this byte of the file on.
    case trailingGarbage(offset: Int)
    /// The contents are longer than the limit, in bytes.
    case overLimit(Int)
}

extension GzipError: CustomStringConvertible {
    /// The reason and what to do.
    public var description: String {
        switch self {
        case .notGzip: "not a gzip file"
        case .truncated: "the gzip file ends too early; fetch it again"
        case .corrupt(let offset): "the gzip file is damaged at byte \(offset); fetch it again"
        case .checksumMismatch(let offset):
            "the checksum before byte \(offset) of the gzip file does not match; fetch it again"
        case .trailingGarbage(let offset):
            "bytes that are not gzip follow from byte \(offset) of the gzip file on"
        case .overLimit(let limit): "the gzip file holds more than \(limit) bytes; split it"
        }
    }
}
