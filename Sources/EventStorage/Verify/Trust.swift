internal import EventFormat
internal import LMDB
internal import SystemIO

/// What is known of a store's file before it is opened: the record beside it, and this start of the
/// machine.
///
/// LMDB keeps a file whole when its process is killed, and has no checksums: only when the machine
/// itself stopped, or the file came from elsewhere, may pages be other than they were written. The
/// first opening after that checks what is not known to be good yet, in a process of its own if it
/// can, because LMDB may crash on a damaged page.
struct Trust {
    /// How many events may come after the record: what the check after a stop has to read.
    static let interval: UInt64 = 16_384

    private let path: String
    private let bootID: String?
    /// The record; nil where there is none, or a damaged one.
    private(set) var record: TrustedHead?

    init(path: String, options: EventStore.Options) {
        self.path = path
        bootID = options.bootID ?? BootID.current()
        // A pipe of that name would keep the reader waiting for ever.
        let isFile = FileSystem.isRegularFile(Self.file(path))
        let bytes = isFile ? try? FileBytes.read(path: Self.file(path), limit: 1 << 12) : nil
        record = bytes.flatMap { TrustedHead($0.rawSpan) }
    }

    private static func file(_ path: String) -> String { "\(path)/trusted" }

    /// Forgets what was known: another log takes the place of this one on purpose.
    static func remove(_ path: String) throws(SystemError) {
        if FileSystem.exists(file(path)) { try FileSystem.remove(file(path)) }
    }

    /// Whether the file was found good under this start of the machine.
    var isCurrent: Bool { record != nil && record?.bootID == bootID }

    /// Has another process check the store, so that what a damaged page does to LMDB is only an
    /// error here.
    func checkApart(_ verifier: String, _ options: EventStore.Options) throws(EventStoreError) {
        var words = ["verify", "--tail", "--in-process", "--store=\(path)"]
        if options.allowsNetworkFileSystem { words.append("--allow-network-filesystem") }
        let outcome: ChildProcess.Outcome
        do throws(SystemError) {
            outcome = try ChildProcess.run(
                verifier, words, isCaptured: true, limit: .seconds(3_600))
        } catch {
            throw EventStoreError(.inputOutput, "\(path): cannot be checked: \(error)")
        }
        guard outcome.end != .exited(0) else { return }
        let said = String(decoding: outcome.output.prefix { $0 != 0x0A }, as: UTF8.self)
        let what = said.isEmpty ? "the check ended with \(outcome.end)" : said
        // A machine that fails, or a right that is missing, is not a store that is damaged.
        if case .exited(let code) = outcome.end, code != 1 {
            throw EventStoreError(.inputOutput, "\(path) could not be checked: \(what)")
        }
        throw EventStoreError(
            .corrupted,
            "\(path) is damaged since the machine stopped or the file was exchanged: \(what); run "
                + "`mechanic-replay verify --deep`, restore a backup")
    }

    /// Largest file whose pages are all read before it is trusted: about a second from a cold disk.
    private static let walkedBytes = 256 << 20

    /// Checks here what LMDB would crash on, before it opens the file.
    static func checkPages(
        _ path: String, _ options: EventStore.Options
    ) throws(EventStoreError) {
        var report = try EventStore.checkMeta(path: path)
        let length = (try? FileReader(path: "\(path)/data.mdb").length()) ?? 0
        if report.isClean, length <= walkedBytes {
            report = try EventStore.checkPages(path: path, wait: options.wait)
        }
        guard let finding = report.findings.first else { return }
        throw EventStoreError(
            .corrupted,
            "\(path): \(finding.message); run `mechanic-replay verify --deep`, restore a backup")
    }

    /// Compares a store just opened with the record, and checks what came after it if the machine
    /// was started since.
    ///
    /// - Returns: the head, if it was checked now and is to be recorded.
    func check(_ view: borrowing StoreView, _ identity: StoreIdentity) throws -> StoreHead? {
        let head = try view.head()
        if let record {
            try compare(record, head, identity)
            // At the head itself the roots were compared just now.
            let isBehind = record.position < head.position
            let known = isBehind ? try view.head(at: record.position) : head
            guard known.root == record.root else { throw exchanged(record) }
            guard record.bootID != bootID else { return nil }
            try view.checkTail(after: known)
        } else {
            try view.checkTail(after: try view.head(at: .start))
        }
        return head
    }

    private func compare(
        _ record: TrustedHead, _ head: StoreHead, _ identity: StoreIdentity
    ) throws(EventStoreError) {
        guard record.store == identity.id else {
            throw EventStoreError(
                .corrupted,
                "\(path): the file is another store's than the one that was here: if it was "
                    + "exchanged on purpose, remove \(Self.file(path))")
        }
        guard record.position <= head.position else {
            throw EventStoreError(
                .corrupted,
                "\(path): the log ends at position \(head.position), but was seen up to "
                    + "\(record.position): an older file was put back; if that was on purpose, "
                    + "remove \(Self.file(path))")
        }
        guard record.position < head.position || record.root == head.root else {
            throw exchanged(record)
        }
    }

    private func exchanged(_ record: TrustedHead) -> EventStoreError {
        EventStoreError(
            .corrupted,
            "\(path): the log up to position \(record.position) is not the one that was here "
                + "before: it was rewritten or another copy put in its place; run "
                + "`mechanic-replay verify`, restore a backup", position: record.position)
    }

    /// Records that the log is good up to its head. Where it cannot be written the next opening
    /// checks again: no error.
    ///
    /// - Precondition: the head is on the disk, not only in memory: a record that outlives the commit
    ///   it names would call the file an older one.
    mutating func keep(_ head: StoreHead, _ identity: StoreIdentity) {
        guard let bootID, bootID.utf8.count == 36 else { return }
        let record = TrustedHead(
            store: identity.id, position: head.position, root: head.root, bootID: bootID)
        guard record != self.record else { return }
        self.record = record
        try? FileSystem.writeAtomically(record.bytes, to: Self.file(path), isDurable: false)
    }
}

extension EventStore {
    /// Records that the log is good up to a head that was read, and may have been written a moment
    /// ago by another process that still waits for the disk.
    func keepTrust(in head: StoreHead) {
        // What was opened in spite of the record is not what the record is of.
        guard !options.isTrusted else { return }
        do {
            if !options.isVolatile { try environment.sync() }
        } catch {
            return
        }
        var trust = Trust(path: path, options: options)
        trust.keep(head, identity)
    }
}
