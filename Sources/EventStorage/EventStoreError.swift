public import EventFormat
internal import LMDB

/// What went wrong in a store, where, and what to do about it.
///
/// Equal by ``code`` alone, so that tests and callers need not repeat messages.
public struct EventStoreError: Error, Sendable {
    /// A kind of failure; open, so that kinds can be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        private init(_ name: String) { description = name }

        /// There is no store at the path.
        public static let storeNotFound = Code("storeNotFound")
        /// There is a store at the path already.
        public static let storeExists = Code("storeExists")
        /// The store cannot be made at the path.
        public static let cannotCreate = Code("cannotCreate")
        /// The store is of a later program.
        public static let unsupportedFormat = Code("unsupportedFormat")
        /// A stream has another version than the caller expects.
        public static let wrongExpectedVersion = Code("wrongExpectedVersion")
        /// A stream that must exist does not.
        public static let streamNotFound = Code("streamNotFound")
        /// An idempotency key names another event already.
        public static let keyReused = Code("keyReused")
        /// The payload of an event to be added is not one of its type.
        public static let invalidPayload = Code("invalidPayload")
        /// Bytes are not what the format says.
        public static let corrupted = Code("corrupted")
        /// An event is of a type or version that this program does not know.
        public static let unknownEvent = Code("unknownEvent")
        /// An event cannot be passed over: folds take it, or its bytes are damaged.
        public static let notSkippable = Code("notSkippable")
        /// Another process writes.
        public static let locked = Code("locked")
        /// The clock stands behind the newest event.
        public static let clockBehind = Code("clockBehind")
        /// No room on the disk or in the map.
        public static let diskFull = Code("diskFull")
        /// An earlier commit failed in a way that leaves unknown what is on the disk: this process
        /// must not write again.
        public static let broken = Code("broken")
        /// The system refused to read or write.
        public static let inputOutput = Code("inputOutput")
        /// A point in the log cannot be resolved.
        public static let invalidPoint = Code("invalidPoint")
        /// A tag is set already, or is not one that can be set.
        public static let invalidTag = Code("invalidTag")
        /// The store is open elsewhere, and what was asked needs it alone.
        public static let inUse = Code("inUse")
        /// A backup's file cannot be made, because something has its name.
        public static let fileExists = Code("fileExists")
        /// A file is no backup, is damaged, or is not the next one of its chain.
        public static let invalidBackup = Code("invalidBackup")
        /// Events are sound in themselves but have not the Merkle root that they should have.
        public static let rootMismatch = Code("rootMismatch")
        /// The file system is of a kind that LMDB forbids.
        public static let networkFileSystem = Code("networkFileSystem")
    }

    /// The kind.
    public let code: Code
    /// What happened, where, and what to do.
    public let message: String
    /// The position concerned, if it is one.
    public let position: GlobalPosition?

    /// An error.
    public init(_ code: Code, _ message: String, position: GlobalPosition? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    /// Damage found at a position.
    static func corrupted(_ error: FormatError, at position: GlobalPosition?) -> EventStoreError {
        let place = position.map { "position \($0): " } ?? ""
        return EventStoreError(
            .corrupted, "\(place)\(error.description); run `mechanic-replay verify`",
            position: position)
    }
}

extension EventStoreError: Equatable {
    /// By code.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

extension EventStoreError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}

extension EventStoreError {
    /// LMDB's failure in this store's words.
    init(_ error: LMDBError, path: String) {
        let (code, advice): (Code, String) =
            switch error.code {
            // ENOSPC, EFBIG (a limit of the shell's), EDQUOT.
            case LMDBError.mapFull, 28, 27, 122:
                (
                    .diskFull,
                    "nothing of this append was kept; free space on the disk and run it again"
                )
            case _ where error.isDamage:
                (.corrupted, "the file is damaged: run `mechanic-replay verify`, restore a backup")
            case LMDBError.versionMismatch:
                (.unsupportedFormat, "the file was written by another version of LMDB")
            case LMDBError.panic:
                (.broken, "an earlier write failed: end the program, verify, start it again")
            case _ where error.isFinal:
                (
                    .broken,
                    "the disk failed while a commit was written, so that nothing may be written "
                        + "after it: end the program, run `mechanic-replay verify`, look at the "
                        + "disk, start again"
                )
            case LMDBError.mapResized:
                (.inputOutput, "another program made the file's map larger: start it again")
            case 12:
                (.inputOutput, "memory or address space is short: free some, or raise ulimit -v")
            case LMDBError.readersFull:
                (.inputOutput, "1,024 readers are open: end some of them")
            default:
                (.inputOutput, "nothing was changed; look at the disk and the rights")
            }
        self.init(code, "\(path): \(error.description); \(advice)")
    }
}
