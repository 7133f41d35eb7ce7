import Digest
import EventFormat
import EventStorage
import LMDB
import SystemIO
import Testing

/// What is checked when a store is opened: nothing while the machine runs, what is new after a stop,
/// and always that no older file was put back.
@Suite struct TrustTests {
    let directory = TemporaryDirectory()
    let stream = Make.stream("a")

    private static let otherBoot = "11111111-2222-3333-4444-555555555555"

    private var file: String { directory.path + "/trusted" }

    private func record() throws -> TrustedHead? {
        let bytes = try FileBytes.read(path: file)
        return TrustedHead(bytes.rawSpan)
    }

    /// Opens the store as after a restart of the machine.
    private func openAfterRestart() throws -> EventStore {
        var options = TemporaryDirectory.options()
        options.bootID = Self.otherBoot
        return try EventStore(path: directory.path, options: options)
    }

    private func fill(_ count: Int) throws {
        let store = try directory.create()
        for number in 0..<count { try store.add(Make.json(number), to: stream) }
    }

    /// Changes one byte of the event at a position.
    private func damage(_ position: UInt64) throws {
        let key = Keys.event(GlobalPosition(position))
        try directory.tamper { transaction in
            let events = try transaction.database(Keys.Database.events)
            var bytes: [UInt8] = []
            try transaction.scan(
                events, from: key,
                { (_, value) throws in
                    bytes = value.copy()
                    return false
                }, orThrow: { $0 as any Error })
            bytes[bytes.count - 9] ^= 0x20
            try transaction.put(events, key, bytes)
        }
    }

    @Test func aNewStoreIsTrustedAtItsBeginning() throws {
        try fill(3)
        let record = try #require(try record())
        #expect(record.position == .start)
        #expect(record.bootID == BootID.current())
        #expect(record.store == TemporaryDirectory.id)
    }

    @Test func afterARestartWhatIsNewIsCheckedAndThenTrusted() throws {
        try fill(40)
        let head = try openAfterRestart().head()
        let record = try #require(try record())
        #expect(record.position.number == 40 && record.root == head.root)
        #expect(record.bootID == Self.otherBoot)
    }

    @Test func damageBehindTheRecordIsFoundAfterARestartOnly() throws {
        try fill(40)
        try damage(17)
        // While the machine runs, LMDB's file is as it was written: `verify` looks, opening does not.
        #expect(try directory.open().verify().firstBadPosition?.number == 17)
        let error = #expect(throws: EventStoreError.self) { _ = try openAfterRestart() }
        #expect(error?.code == .corrupted && error?.position?.number == 17)
        #expect(try record()?.bootID == BootID.current(), "what is damaged is not trusted")
    }

    @Test func damageBeforeTheRecordIsLeftToVerify() throws {
        try fill(40)
        _ = try openAfterRestart()
        try damage(17)
        var options = TemporaryDirectory.options()
        options.bootID = "99999999-2222-3333-4444-555555555555"
        #expect(try EventStore(path: directory.path, options: options).verify().isClean == false)
    }

    @Test(arguments: ["", "short", String(repeating: "x", count: 136)])
    func withoutAGoodRecordEverythingIsChecked(_ text: String) throws {
        try fill(40)
        _ = try openAfterRestart()
        try damage(17)
        try FileSystem.writeAtomically(Array(text.utf8), to: file)
        let error = #expect(throws: EventStoreError.self) { _ = try directory.open() }
        #expect(error?.code == .corrupted && error?.position?.number == 17)
        try FileSystem.remove(file)
        let again = #expect(throws: EventStoreError.self) { _ = try directory.open() }
        #expect(again?.code == .corrupted)
    }

    @Test func anOlderFilePutBackIsNoticed() throws {
        try fill(20)
        let older = try FileBytes.read(path: directory.path + "/data.mdb")
        do {
            let store = try directory.open()
            for number in 20..<30 { try store.add(Make.json(number), to: stream) }
        }
        _ = try openAfterRestart()
        try FileSystem.writeAtomically(older, to: directory.path + "/data.mdb")
        let error = #expect(throws: EventStoreError.self) { _ = try directory.open() }
        #expect(error?.code == .corrupted)
        #expect(error?.message.contains("an older file was put back") == true)
        #expect(error?.message.contains("20") == true && error?.message.contains("30") == true)
        // On purpose: the message says what to do.
        try FileSystem.remove(file)
        #expect(try directory.open().head().position.number == 20)
    }

    @Test func anotherHistoryOfTheSameLengthIsNoticed() throws {
        try fill(20)
        let common = try FileBytes.read(path: directory.path + "/data.mdb")
        try directory.open().add(Make.json(20), to: stream)
        _ = try openAfterRestart()
        try FileSystem.writeAtomically(common, to: directory.path + "/data.mdb")
        let kept = try FileBytes.read(path: file)
        try FileSystem.remove(file)
        try directory.open().add(Make.json(21), to: stream)
        try FileSystem.writeAtomically(kept, to: file)
        let error = #expect(throws: EventStoreError.self) { _ = try directory.open() }
        #expect(error?.message.contains("is not the one that was here before") == true)
        // And also when it has grown since, once the machine was started anew.
        try FileSystem.remove(file)
        try directory.open().add(Make.json(22), to: stream)
        try FileSystem.writeAtomically(kept, to: file)
        var options = TemporaryDirectory.options()
        options.bootID = "99999999-2222-3333-4444-555555555555"
        let later = #expect(throws: EventStoreError.self) {
            _ = try EventStore(path: directory.path, options: options)
        }
        #expect(later?.message.contains("is not the one that was here before") == true)
    }

    @Test func anotherStoresFileIsNoticed() throws {
        try fill(5)
        let other = TemporaryDirectory()
        _ = try EventStore.create(
            path: other.path, clock: .real, id: .none, now: someTime,
            options: TemporaryDirectory.options())
        let bytes = try FileBytes.read(path: other.path + "/data.mdb")
        try FileSystem.writeAtomically(bytes, to: directory.path + "/data.mdb")
        let error = #expect(throws: EventStoreError.self) { _ = try directory.open() }
        #expect(error?.message.contains("another store's") == true)
    }

    @Test func everyBitOfTheRecordIsProtected() throws {
        let record = TrustedHead(
            store: TemporaryDirectory.id, position: GlobalPosition(7),
            root: SHA256().hash([1]), bootID: Self.otherBoot)
        let bytes = record.bytes
        let read = TrustedHead(bytes.rawSpan)
        #expect(bytes.count == TrustedHead.byteCount && read == record)
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let damaged = TrustedHead(changed.rawSpan)
            #expect(damaged == nil, "bit \(bit)")
        }
        for count in 0..<bytes.count {
            let cut = Array(bytes[..<count])
            let damaged = TrustedHead(cut.rawSpan)
            #expect(damaged == nil, "\(count) bytes")
        }
    }

    @Test func theRecordFollowsALongLog() throws {
        let store = try directory.create()
        try store.append(at: someTime) { commit in
            for number in 0..<16_400 {
                try commit.append(Make.json(number), to: stream, expecting: .any)
            }
        }
        #expect(try record()?.position.number == 16_400)
    }
}
