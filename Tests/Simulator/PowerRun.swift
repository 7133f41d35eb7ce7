internal import EventFormat
internal import EventStorage
internal import StoreModel
internal import SystemIO
internal import WriteRecorder

/// A store whose writes are recorded, and then every state in which power loss may leave its file.
struct PowerRun {
    /// Torn and shuffled states drawn for each sync.
    private static let samples = 12

    private let parameters: Case
    private let path: String
    private let record: String
    private var random: SplitMix64
    /// The workload after each commit, where the log ended, and what was trusted.
    private var moments: [(workload: Workload, head: StoreHead, trusted: [UInt8]?)] = []
    private var states = 0

    init(_ parameters: Case) {
        self.parameters = parameters
        path = "\(parameters.directory)/store"
        record = "\(parameters.directory)/record"
        random = parameters.random
    }

    mutating func run(_ counts: inout Counts) throws {
        try work()
        let record = try WriteRecord(path: record)
        var platter = Platter()
        var acknowledged: UInt64?
        var (directoryIsDurable, parentIsDurable) = (false, false)
        for entry in record.entries {
            switch entry {
            case .write(let offset, let bytes, let isThrough):
                platter.write(bytes, at: offset)
                guard isThrough else { break }
                try check(platter, acknowledged)
                // The writes before it may still be pending; LMDB leaves none.
                try require(platter.pendingCount == 1, "a meta page before the pages it names")
                platter.sync()
                counts.add("writes through")
            case .sync:
                try check(platter, acknowledged)
                platter.sync()
                counts.add("syncs")
            case .directorySync: directoryIsDurable = true
            case .parentSync: parentIsDurable = true
            case .mark(let number):
                try require(
                    directoryIsDurable && parentIsDurable,
                    "the store was made and its name may be lost: its directory was not synced")
                acknowledged = number
                try require(platter.pendingCount == 0, "commit \(number) was acknowledged unsynced")
                try check(platter, acknowledged)
            }
        }
        try requireEqual(acknowledged, UInt64(moments.count - 1), "the last mark")
        counts.add("commits", moments.count - 1)
        counts.add("states", states)
    }

    /// Makes a store and appends, under the recorder.
    private mutating func work() throws {
        let watched = unsafe write_recorder_watch(
            "\(path)/data.mdb", path, parameters.directory, record)
        try require(watched == 0, "no record at \(record)")
        defer { write_recorder_stop() }
        var store: EventStore? = try Stores.create(path, isDurable: true)
        write_recorder_mark(0)
        var workload = Workload(seed: parameters.seed)
        try keepMoment(workload, store!)
        for number in 1...UInt64.random(in: 3...10, using: &random) {
            for step in workload.nextCommit() { try step.apply(to: store!) }
            write_recorder_mark(number)
            try keepMoment(workload, store!)
            guard random.chance(20) else { continue }
            store = nil
            store = try Stores.open(path, isDurable: true)
        }
    }

    private mutating func keepMoment(_ workload: Workload, _ store: EventStore) throws {
        let trusted = try? FileBytes.read(path: "\(path)/trusted")
        moments.append((workload, try store.head(), trusted))
    }

    private mutating func check(_ platter: Platter, _ acknowledged: UInt64?) throws {
        var random = random
        var number = states
        try platter.forEachState(samples: Self.samples, &random) { state in
            number += 1
            do {
                try check(state, number, acknowledged)
            } catch {
                throw Violation("state \(number): \(error)")
            }
        }
        (self.random, states) = (random, number)
    }

    /// Opens a state as the file of a store, and holds it against the moment that it shows.
    private func check(_ state: [UInt8], _ number: Int, _ acknowledged: UInt64?) throws {
        let scratch = "\(parameters.directory)/state"
        try FileSystem.createDirectory(scratch)
        try FileSystem.writeScratch(state, to: "\(scratch)/data.mdb")
        try writeUnsynced(scratch, number, acknowledged)
        let store = try Stores.openRemains(
            scratch, mayBeHalfMade: acknowledged == nil, isAfterStart: true)
        guard let store else { return }
        let head = try store.head()
        let first = acknowledged ?? 0
        try require(
            (first...first + 1).contains(head.commit) && head.commit < UInt64(moments.count),
            "\(first) commits were acknowledged, \(head.commit) are there")
        let moment = moments[Int(head.commit)]
        try requireEqual(head, moment.head, "the head, by the one before the loss")
        try moment.workload.model.check(store)
        try store.requireClean()
        guard number.isMultiple(of: 16) else { return }
        // It is a store like any other: the workload goes on in it.
        var workload = moment.workload
        for step in workload.nextCommit() { try step.apply(to: store) }
        try workload.model.checkEverything(store)
        try store.requireClean()
    }

    /// The files that nobody syncs: the record of what is trusted, of any moment before, cut or not
    /// there at all; the table of readers, now and then garbage.
    private func writeUnsynced(
        _ scratch: String, _ number: Int, _ acknowledged: UInt64?
    ) throws {
        var random = SplitMix64(seed: UInt64(number))
        let trusted = acknowledged.flatMap {
            moments[Int.random(in: 0...Int($0), using: &random)].trusted
        }
        if FileSystem.exists("\(scratch)/trusted") { try FileSystem.remove("\(scratch)/trusted") }
        if let trusted, random.chance(70) {
            let length = random.chance(70) ? trusted.count : trusted.count / 2
            try FileSystem.writeScratch(Array(trusted.prefix(length)), to: "\(scratch)/trusted")
        }
        guard random.chance(10) else { return }
        let garbage = (0..<8_192).map { _ in UInt8.random(in: 0...255, using: &random) }
        try FileSystem.writeScratch(garbage, to: "\(scratch)/lock.mdb")
    }
}
