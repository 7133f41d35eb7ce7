internal import EventFormat
internal import EventStorage
internal import LMDB
internal import StoreModel
internal import SystemIO

/// Every LMDB call fails in turn: the first, the second … of making a store, opening it,
/// appending, reading and verifying, until there are no more calls to fail.
struct FaultRun {
    /// Errors of the system and of LMDB that a call may answer with.
    private static let codes: [Int32] = [
        28, 5, 12, 13,  // ENOSPC, EIO, ENOMEM, EACCES
        LMDBError.mapFull, LMDBError.readersFull, LMDBError.panic, LMDBError.corrupted,
        LMDBError.pageNotFound, LMDBError.mapResized, LMDBError.invalid,
        LMDBError.versionMismatch, -30_788, -30_782,  // MDB_TXN_FULL, MDB_BAD_TXN
    ]

    /// What became of a task one of whose calls was to fail.
    private enum Outcome {
        case succeeded
        case failed(EventStoreError)
        case notReached
    }

    private let parameters: Case
    private let path: String
    private var workload: Workload

    init(_ parameters: Case) {
        self.parameters = parameters
        path = "\(parameters.directory)/store"
        workload = Workload(seed: parameters.seed)
    }

    mutating func run(_ counts: inout Counts) throws {
        for code in Self.codes { try failMaking(code, &counts) }
        do {
            let store = try Stores.create(path)
            for _ in 0..<12 { for step in workload.nextCommit() { try step.apply(to: store) } }
        }
        for code in Self.codes {
            try failOpening(code, &counts)
            try failAppending(code, &counts)
            try failReading(code, &counts)
            try failVerifying(code, &counts)
        }
    }

    /// Runs a task whose `call`-th call fails.
    private func attempt(_ call: Int, _ code: Int32, _ task: () throws -> Void) throws -> Outcome {
        Calls.fail(after: call, code: code, amongAll: true)
        do {
            try task()
            return Calls.disarm().pending ? .notReached : .succeeded
        } catch let error as EventStoreError {
            let pending = Calls.disarm().pending
            try require(!pending, "an error before the call failed: \(error.message)")
            try checkAdvice(error, code)
            return .failed(error)
        } catch {
            Calls.disarm()
            throw Violation("call \(call), code \(code): \(type(of: error)) came out: \(error)")
        }
    }

    /// An error says what to do.
    private func checkAdvice(_ error: EventStoreError, _ code: Int32) throws(Violation) {
        let advice = error.message.split(separator: ";").dropFirst().joined(separator: ";")
        try require(!advice.isEmpty, "code \(code): no advice in \(error.message)")
        try require(error.message.contains(path), "code \(code): no path in \(error.message)")
        let expected: EventStoreError.Code? =
            switch code {
            case 28, LMDBError.mapFull: .diskFull
            case LMDBError.corrupted, LMDBError.pageNotFound, LMDBError.invalid: .corrupted
            default: nil
            }
        if let expected { try requireEqual(error.code, expected, "code \(code)") }
    }

    /// The store is what it was, also to a fresh opening.
    private func checkUnharmed() throws -> EventStore {
        let store = try Stores.open(path)
        try workload.model.check(store)
        try store.requireClean()
        return store
    }

    /// Runs a task again and again, each time with another call to fail, until none is left.
    private func everyCall(
        _ name: String, _ counts: inout Counts, _ body: (Int) throws -> Outcome
    ) throws {
        for call in 1... {
            switch try body(call) {
            case .notReached: return
            case .failed: counts.add("\(name) calls failed")
            case .succeeded: counts.add("\(name) failures overcome")
            }
        }
    }

    private func failMaking(_ code: Int32, _ counts: inout Counts) throws {
        try everyCall("making", &counts) { call in
            defer { if FileSystem.exists(path) { try? FileSystem.removeTree(path) } }
            let outcome = try attempt(call, code) { _ = try Stores.create(path) }
            guard case .failed = outcome else { return outcome }
            // What is left is a store, or is recognised as none; then it can be made.
            if try Stores.openRemains(path, mayBeHalfMade: true) == nil {
                _ = try Stores.create(path)
            }
            _ = try checkUnharmed()
            return outcome
        }
    }

    private func failOpening(_ code: Int32, _ counts: inout Counts) throws {
        try everyCall("opening", &counts) { call in
            let outcome = try attempt(call, code) { _ = try Stores.open(path) }
            if case .failed = outcome { _ = try checkUnharmed() }
            return outcome
        }
    }

    private mutating func failAppending(_ code: Int32, _ counts: inout Counts) throws {
        var store = try checkUnharmed()
        var next = workload
        var steps = next.nextCommit()
        var call = 1
        while true {
            // Steps that commit nothing do so undisturbed.
            for step in steps.dropLast() { try step.apply(to: store) }
            let last = steps[steps.count - 1]
            switch try attempt(call, code, { _ = try last.perform(on: store) }) {
            case .failed:
                counts.add("appending calls failed")
                _ = consume store
                store = try checkUnharmed()
                steps = [last]
            case .succeeded:
                counts.add("appending failures overcome")
                workload = next
                steps = next.nextCommit()
            case .notReached:
                workload = next
                try workload.model.checkEverything(store)
                return
            }
            call += 1
        }
    }

    private func failReading(_ code: Int32, _ counts: inout Counts) throws {
        let store = try checkUnharmed()
        try everyCall("reading", &counts) { call in
            try attempt(call, code) { try workload.model.checkEverything(store) }
        }
        try workload.model.checkEverything(store)
    }

    private func failVerifying(_ code: Int32, _ counts: inout Counts) throws {
        let store = try checkUnharmed()
        try everyCall("verifying", &counts) { call in
            var isClean = false
            let outcome = try attempt(call, code) { isClean = try store.verify().isClean }
            if case .succeeded = outcome {
                try require(!isClean, "call \(call), code \(code): verify saw nothing")
            }
            return outcome
        }
        try store.requireClean()
    }
}
