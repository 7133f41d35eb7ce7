public import EventFormat

/// What a verification found.
public struct VerificationReport: Sendable {
    /// One thing that is not as it must be.
    public struct Finding: Sendable, Equatable {
        /// The position concerned; nil where it is an index or the store's head.
        public let position: GlobalPosition?
        /// What is wrong.
        public let message: String
    }

    /// An event that folds pass over.
    public struct Skipped: Sendable, Equatable {
        /// Its position.
        public let position: GlobalPosition
        /// Its type, as a name if this program knows it.
        public let type: String
        /// Why it is passed over.
        public let reason: String
        /// Who decided; nil if that was not said.
        public let by: String?
        /// The position of the decision.
        public let decidedAt: GlobalPosition
    }

    /// Most findings that are kept; damage comes in heaps.
    public static let maximumFindings = 100

    /// How many events were checked.
    public internal(set) var checkedEvents = 0
    /// How many bytes of events were checked.
    public internal(set) var checkedBytes = 0
    /// How many pages of the data file were checked.
    public internal(set) var checkedPages = 0
    /// The events passed over by a recorded decision, and why.
    public internal(set) var skipped: [Skipped] = []
    /// The first findings.
    public private(set) var findings: [Finding] = []
    /// How many findings there were in all.
    public private(set) var findingCount = 0

    /// Whether everything is as it must be.
    public var isClean: Bool { findingCount == 0 }

    /// The lowest position with a finding.
    public var firstBadPosition: GlobalPosition? { findings.compactMap(\.position).min() }

    /// A report that found nothing and checked nothing.
    public init() {}

    /// Notes a finding.
    mutating func note(_ position: GlobalPosition?, _ message: String) {
        findingCount += 1
        if findings.count < Self.maximumFindings {
            findings.append(Finding(position: position, message: message))
        }
    }

    /// Adds what another part of the verification found, and this one did not: by position, the store
    /// as a whole last.
    package mutating func merge(_ other: VerificationReport) {
        checkedEvents += other.checkedEvents
        checkedBytes += other.checkedBytes
        checkedPages += other.checkedPages
        skipped = (skipped + other.skipped).sorted { $0.position < $1.position }
        let news = other.findings.filter { !findings.contains($0) }
        findingCount += other.findingCount - (other.findings.count - news.count)
        // Each part kept its lowest positions, so the lowest of all are among them. The sort keeps
        // the order of findings at one position.
        findings = (findings + news).enumerated().sorted { left, right in
            let positions = [left, right].map { $0.element.position?.number ?? .max }
            return (positions[0], left.offset) < (positions[1], right.offset)
        }.prefix(Self.maximumFindings).map(\.element)
    }
}
