import EventFormat
import EventStorage
import LMDB
import SystemIO
import Testing

/// Projection records: sealed, because no hash of the log covers them, and changed in the shadow.
@Suite struct ProjectionTests {
    let directory = TemporaryDirectory()

    /// A store with records, some of them written twice and some removed.
    private func build() throws {
        let store = try directory.create()
        for round in 0..<3 {
            try store.append(at: someTime) { commit in
                try commit.append(Make.json(round), to: Make.stream("a"), expecting: .any)
                for key in 0..<6 {
                    commit.setProjection(
                        [7, UInt8(key)], [UInt8](repeating: UInt8(round), count: key))
                }
                commit.setProjection([8, UInt8(round)], [1])
                if round > 0 { commit.setProjection([8, UInt8(round - 1)], nil) }
            }
        }
    }

    private func check() throws -> ProjectionsReport {
        try directory.open().read { try $0.checkProjections() }
    }

    private func entries() throws -> [(key: [UInt8], value: [UInt8])] {
        try directory.tamper { transaction in
            var found: [(key: [UInt8], value: [UInt8])] = []
            try transaction.scan(
                try transaction.database(Keys.Database.projections), from: [],
                { (key, value) throws in
                    found.append((key.copy(), value.copy()))
                    return true
                }, orThrow: { $0 as any Error })
            return found
        }
    }

    private func put(_ key: [UInt8], _ value: [UInt8]?) throws {
        try directory.tamper { transaction in
            let database = try transaction.database(Keys.Database.projections)
            if let value {
                try transaction.put(database, key, value)
            } else {
                try transaction.delete(database, key)
            }
        }
    }

    @Test func whatWasWrittenIsSound() throws {
        try build()
        let report = try check()
        // Six of one kind, the last of another, the total.
        #expect(report.records == 8 && report.earlier == 0 && report.findings == [])
        #expect(try entries().count == 8)
    }

    @Test func everyFlippedBitIsFound() throws {
        try build()
        for (key, value) in try entries() {
            for bit in 0..<value.count * 8 {
                var changed = value
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                try put(key, changed)
                #expect(try !check().findings.isEmpty, "\(key), bit \(bit) of the value")
            }
            try put(key, value)
            for bit in 0..<key.count * 8 {
                var changed = key
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                let there = try entries().first { $0.key == changed }?.value
                try put(key, nil)
                try put(changed, value)
                #expect(try !check().findings.isEmpty, "\(key), bit \(bit) of the key")
                try put(changed, there)
                try put(key, value)
            }
            #expect(try check().findings == [])
        }
    }

    @Test func recordsGoneTooManyExchangedAndOldAreFound() throws {
        try build()
        let all = try entries()
        for (key, value) in all {
            try put(key, nil)
            #expect(try !check().findings.isEmpty, "\(key) removed")
            try put(key, [])
            #expect(try !check().findings.isEmpty, "\(key) emptied")
            for (other, stranger) in all where other != key {
                try put(key, stranger)
                #expect(try !check().findings.isEmpty, "\(key) has the value of \(other)")
            }
            try put(key, value)
        }
        try put([1, 7, 99], all[1].value)
        #expect(try !check().findings.isEmpty)
        try put([1, 7, 99], nil)
        // A later record, then the old one put back as it was.
        try directory.open().append(at: someTime) { commit in
            try commit.append(Make.json(9), to: Make.stream("a"), expecting: .any)
            commit.setProjection([7, 3], [9, 9, 9])
        }
        #expect(try check().findings == [])
        let old = try #require(all.first { $0.key == [1, 7, 3] })
        try put(old.key, old.value)
        #expect(try directory.open().projection([7, 3]) == [2, 2, 2])
        #expect(try !check().findings.isEmpty)
    }

    @Test func aDamagedRecordReadsAsDamagedAndIsMendedByWritingIt() throws {
        try build()
        try put([1, 7, 3], [1, 2, 3])
        let store = try directory.open()
        #expect(try store.read { try $0.projection([7, 3]) } == .damaged)
        #expect(try store.read { try $0.projection([7, 9]) } == .missing)
        #expect(try store.read { try $0.projection([7, 2]) } == .value([2, 2]))
        var seen: [[UInt8]: [UInt8]?] = [:]
        try store.read {
            try $0.forEachProjection(prefix: [7]) { key, value in
                if let value { seen[key] = value.copy() } else { seen[key] = .some(nil) }
            }
        }
        #expect(seen.count == 6 && seen[[7, 3]] == .some(nil) && seen[[7, 4]] == [2, 2, 2, 2])
        try store.append(at: someTime) { commit in
            try commit.append(Make.json(9), to: Make.stream("a"), expecting: .any)
            commit.setProjection([7, 3], [5])
        }
        #expect(try store.projection([7, 3]) == [5])
        #expect(try store.read { try $0.checkProjections() }.findings == [])
    }

    @Test func recordsOfEarlierProgramsAreCountedApart() throws {
        try build()
        try put(Array("Mmarket".utf8), [1, 2, 3])
        let report = try check()
        #expect(report.earlier == 1 && report.findings == [])
        let store = try directory.open()
        #expect(try store.read { try $0.hasEarlierProjection(Array("Mmarket".utf8)) })
        #expect(try store.projection(Array("Mmarket".utf8)) == nil)
    }

    @Test func theShadowIsSeenOnlyWhenItIsPublished() throws {
        try build()
        try put(Array("Mmarket".utf8), [1])
        let store = try directory.open()
        let head = try store.head()
        try store.updateProjections { update in
            update.set([7, 0], [42])
            update.set([9], [43])
        }
        #expect(try store.projection([7, 0]) == [] && store.projection([9]) == nil)
        #expect(try store.read { try $0.projection([9], in: .shadow) } == .value([43]))
        #expect(try store.read { try $0.checkProjections() }.findings == [])
        try store.updateProjections { $0.startOver() }
        #expect(try store.read { try $0.projection([9], in: .shadow) } == .missing)
        try store.read { view in
            // A reader that began before keeps what it saw.
            try Other.publish(store)
            #expect(try view.projection([7, 1]) == .value([2]))
        }
        #expect(try store.projection([7, 1]) == nil && store.projection([7, 0]) == [42])
        let report = try store.read { try $0.checkProjections() }
        #expect(report.records == 2 && report.earlier == 0 && report.findings == [])
        #expect(try store.head() == head && store.findings() == [])
    }

    private enum Other {
        static func publish(_ store: EventStore) throws {
            try store.updateProjections { update in
                update.set([7, 0], [42])
                update.publish()
            }
        }
    }

    @Test func anotherWriterMayComeBetweenTwoUpdates() throws {
        try build()
        let store = try directory.open()
        try store.updateProjections { $0.set([1], [1]) }
        // A lock of one's own on the file would be refused while the store held it.
        let lock = try FileLock.acquire(path: directory.path + "/writer.lock", waiting: .zero)
        let error = #expect(throws: EventStoreError.self) {
            try store.updateProjections { $0.set([1], [2]) }
        }
        #expect(error?.code == .locked)
        _ = consume lock
        try store.updateProjections { $0.set([1], [3]) }
        #expect(try store.read { try $0.projection([1], in: .shadow) } == .value([3]))
    }

    @Test func aFailedUpdateLeavesNoTrace() async {
        await #expect(processExitsWith: .success) {
            let suite = ProjectionTests()
            try suite.build()
            var store: EventStore! = try suite.directory.open()
            try store.updateProjections { update in
                for key in 0..<5 { update.set([7, UInt8(key)], [0, UInt8(key)]) }
            }
            for call in 1...100 {
                Calls.fail(after: call, code: call % 2 == 0 ? 5 : 28)
                var failed = false
                do {
                    try store.updateProjections { update in
                        update.set([7, 0], nil)
                        update.set([7, 1], [4])
                        update.publish()
                    }
                } catch let error as EventStoreError {
                    failed = true
                    // A disk that fails under the commit itself: nothing may follow in this process.
                    if error.code == .broken {
                        store = nil
                        store = try suite.directory.open()
                    }
                }
                #expect(Calls.disarm().pending != failed)
                #expect(try store.read { try $0.checkProjections() }.findings == [], "call \(call)")
                guard failed else {
                    #expect(call > 8)
                    #expect(try store.projection([7, 1]) == [4])
                    #expect(try store.projection([7, 4]) == [0, 4])
                    return
                }
                #expect(try store.projection([7, 1]) == [2], "call \(call)")
                #expect(
                    try store.read { try $0.projection([7, 1], in: .shadow) } == .value([0, 1]))
            }
            Issue.record("the calls are more than the test reaches")
        }
    }
}
