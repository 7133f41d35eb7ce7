internal import CLMDB
internal import Glibc

/// A failed LMDB call: its code, kept even where this program does not know it, and the call.
public struct LMDBError: Error, Equatable, Sendable {
    /// LMDB's own code (negative) or an errno (positive).
    public let code: Int32
    /// The C function that failed.
    public let call: String

    /// An error of a call.
    public init(code: Int32, call: String) {
        self.code = code
        self.call = call
    }

    /// The key exists already, or an appended key is not above the last one.
    public static let keyExists = MDB_KEYEXIST
    /// A page that should be there is not.
    public static let pageNotFound = MDB_PAGE_NOTFOUND
    /// A page is not what it should be.
    public static let corrupted = MDB_CORRUPTED
    /// An earlier failure to write made the environment unusable.
    public static let panic = MDB_PANIC
    /// The file is of another version or layout of LMDB.
    public static let versionMismatch = MDB_VERSION_MISMATCH
    /// The file is not LMDB's.
    public static let invalid = MDB_INVALID
    /// The map is full.
    public static let mapFull = MDB_MAP_FULL
    /// Every reader slot is taken.
    public static let readersFull = MDB_READERS_FULL
    /// Another process enlarged the map.
    public static let mapResized = MDB_MAP_RESIZED

    /// Whether it says that pages are not what they must be. A transaction that met such a page
    /// refuses everything after it (`MDB_BAD_TXN`).
    public var isDamage: Bool {
        // Copying pages that are not where they should be reads beyond the map.
        if code == EFAULT, call.hasPrefix("mdb_env_copy") { return true }
        return [
            MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_BAD_TXN, MDB_CURSOR_FULL,
            MDB_PAGE_FULL,
        ].contains(code)
    }

    /// Whether a commit failed for another reason than a lack of room.
    ///
    /// After a failed fsync the kernel forgets which pages were not written: a second attempt would
    /// succeed and mean nothing. Pages that found no room were never promised to anybody.
    public var isFinal: Bool {
        let wantsRoom = [MDB_MAP_FULL, MDB_TXN_FULL, ENOSPC, EDQUOT, EFBIG]
        return call == "mdb_txn_commit" && !wantsRoom.contains(code)
    }
}

extension LMDBError: CustomStringConvertible {
    /// LMDB's own words, the call and the code.
    public var description: String {
        let words = unsafe String(cString: mdb_strerror(code))
        return "\(words) (\(call), code \(code))"
    }
}
