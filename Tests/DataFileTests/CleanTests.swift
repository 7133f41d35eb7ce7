import DataFile
import LMDB
import SystemIO
import Testing

/// What LMDB writes is never a finding.
@Suite struct CleanTests {
    let directory = TemporaryDirectory()

    @Test func aFreshFileIsClean() throws {
        let environment = try directory.open()
        #expect(try directory.findings() == [])
        try environment.update { _ = try $0.database("events") }
        #expect(try directory.findings() == [])
        let report = try DataFileWalk.run(path: directory.file)
        #expect(report.databases == ["events"] && report.entries == 1 && report.pages == 3)
        #expect(try DataFileWalk.checkMeta(path: directory.file).isClean)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func everyCommitIsClean(seed: UInt64) throws {
        let environment = try directory.open()
        var file = RandomFile(seed: seed)
        for round in 0..<80 {
            try file.commit(environment)
            try #require(try directory.findings() == [], "seed \(seed), commit \(round)")
        }
        let report = try DataFileWalk.run(path: directory.file)
        #expect(report.databases == ["events", "index", "state"])
        #expect(report.freePages > 0 && report.pages > 300)
    }

    /// Readers hold old pages back: the free list grows records, some on pages of their own.
    @Test func aLongFreeListIsClean() throws {
        let environment = try directory.open()
        var file = RandomFile(seed: 77)
        for _ in 0..<50 { try file.commit(environment) }
        try environment.read(
            { (_) throws in
                for round in 0..<60 {
                    try file.commit(environment)
                    try #require(try directory.findings() == [], "commit \(round)")
                }
            }, orThrow: { $0 as any Error })
        try environment.update { try $0.clear(try $0.database("state")) }
        for round in 0..<50 {
            try file.commit(environment)
            try #require(try directory.findings() == [], "commit \(round) later")
        }
    }

    @Test func aCopyIsClean() throws {
        try FileSystem.createDirectory("\(directory.path)/copy")
        do {
            let environment = try directory.open()
            var file = RandomFile(seed: 5)
            for _ in 0..<60 { try file.commit(environment) }
            try environment.copy(to: "\(directory.path)/copy")
        }
        let copy = "\(directory.path)/copy/data.mdb"
        let insertOnly = RandomFile.insertOnly
        let report = try DataFileWalk.run(path: copy, insertOnly: insertOnly)
        #expect(report.findings == [] && report.freePages == 0 && report.transaction == 1)
        var options = Environment.Options()
        options.isVolatile = true
        let environment = try Environment(path: "\(directory.path)/copy", options: options)
        var file = RandomFile(seed: 6)
        for _ in 0..<20 {
            try environment.update { try $0.clear(try $0.database("events")) }
            try environment.update { try $0.put(try $0.database("state"), [1], [2]) }
            #expect(try DataFileWalk.run(path: copy, insertOnly: insertOnly).findings == [])
        }
        try file.commit(environment)
    }

    /// A value that is written and deleted in one commit may leave free pages at the end that no
    /// write ever reached: the file is shorter than the pages that LMDB counts.
    @Test func pagesNeverWrittenAreClean() throws {
        let environment = try directory.open()
        for round in 0..<6 as Range<UInt8> {
            try environment.update { transaction in
                let state = try transaction.database("state")
                try transaction.put(state, [1], [round])
                guard round > 3 else { return }
                try transaction.put(state, [2], [UInt8](repeating: 2, count: 400_000))
                try transaction.delete(state, [2])
            }
            #expect(try directory.findings() == [])
        }
        let report = try DataFileWalk.run(path: directory.file)
        let length = try FileReader(path: directory.file).length()
        #expect(report.freePages > 90)
        #expect(length < (report.pages + report.freePages) * 4_096)
    }

    /// Walks that meet a writer at work either pass or are made again.
    @Test func aWriterIsNoDamage() async throws {
        let directory = directory
        let environment = try directory.open()
        var file = RandomFile(seed: 9)
        for _ in 0..<40 { try file.commit(environment) }
        let writer = Task.detached {
            var file = file
            while !Task.isCancelled { try file.commit(environment) }
        }
        var settled = 0
        for _ in 0..<40 {
            let report = try DataFileWalk.run(
                path: directory.file, insertOnly: RandomFile.insertOnly, attempts: 4)
            if report.isSettled || report.isClean {
                #expect(report.findings == [])
                settled += 1
            }
        }
        writer.cancel()
        try await writer.value
        #expect(settled > 0)
        #expect(try directory.findings() == [])
    }
}
