/// What a walk through a data file found.
public struct DataFileReport: Sendable {
    /// One thing that is not as LMDB writes it.
    public struct Finding: Sendable, Equatable, CustomStringConvertible {
        /// The page concerned; nil where it is the file as a whole.
        public let page: UInt64?
        /// What is wrong.
        public let message: String

        /// Page and message.
        public var description: String {
            page.map { "page \($0) of data.mdb: \(message)" } ?? "data.mdb: \(message)"
        }
    }

    /// Most findings that are kept; damage comes in heaps.
    public static let maximumFindings = 100

    /// The first findings.
    public private(set) var findings: [Finding] = []
    /// How many findings there were in all.
    public private(set) var findingCount = 0
    /// Pages that belong to the newest commit.
    public internal(set) var pages = 0
    /// Bytes of these pages.
    public internal(set) var bytes = 0
    /// Entries of all trees, the main one and the free list included.
    public internal(set) var entries = 0
    /// Pages on the free list, which were not read.
    public internal(set) var freePages = 0
    /// The named trees, in the order of their names.
    public internal(set) var databases: [String] = []
    /// LMDB's number of the commit that was walked.
    public internal(set) var transaction: UInt64 = 0
    /// Whether the pages of that commit could not change during the walk; findings of a walk that
    /// is not settled say nothing.
    public internal(set) var isSettled = true

    /// Whether everything is as LMDB writes it.
    public var isClean: Bool { findingCount == 0 }

    /// Notes a finding.
    mutating func note(_ page: UInt64?, _ message: String) {
        findingCount += 1
        if findings.count < Self.maximumFindings {
            findings.append(Finding(page: page, message: message))
        }
    }
}
