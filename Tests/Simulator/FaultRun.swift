internal import EventFormat
internal import EventStorage
internal import Glibc
internal import LMDB
internal import StoreModel
internal import SystemIO

/// Every LMDB call fails in turn: the first, the second … of making a store, opening it,
/// appending, reading and verifying, until there are no more calls to fail.
struct FaultRun {
    /// An error of the system or of LMDB, what it is called, and a word of what to do about it.
    private typealias Fault = (code: Int32, kind: EventStoreError.Code, remedy: String)

    private static let faults: [Fault] = [
        (ENOSPC, .diskFull, "free space"),
        (EIO, .inputOutput, "look at the disk"),
        (EACCES, .inputOutput, "the rights"),
        (ENOMEM, .inputOutput, "memory"),
        (LMDBError.mapFull, .diskFull, "free space"),
        (LMDBError.readersFull, .inputOutput, "end some of them"),
        (LMDBError.panic, .broken, "start it again"),
        (LMDBError.mapResized, .inputOutput, "start it again"),
        (LMDBError.corrupted, .corrupted, "verify"),
        (LMDBError.pageNotFound, .corrupted, "verify"),
        (LMDBError.invalid, .corrupted, "verify"),
        (LMDBError.versionMismatch, .unsupportedFormat, "another version"),
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
        for fault in Self.faults { try failMaking(fault, &counts) }
        do {
            let store = try Stores.create(path)
            for _ in 0..<5 { for step in workload.nextCommit() { try step.apply(to: store) } }
        }
        for fault in Self.faults {
            try failOpening(fault, &counts)
            try failAppending(fault, &counts)
            try failReading(fault, &counts)
            try failVerifying(fault, &counts)
        }
    }

    /// Runs a task whose `call`-th call fails.
    private func attempt(
        _ call: Int, _ fault: Fault, _ task: () throws -> Void
    ) throws -> Outcome {
        Calls.fail(after: call, code: fault.code, amongAll: true)
        do {
            try task()
            return Calls.disarm().pending ? .notReached : .succeeded
        } catch let error as EventStoreError {
            let pending = Calls.disarm().pending
            try require(!pending, "an error before the call failed: \(error.message)")
            try checkAdvice(error, fault)
            return .failed(error)
        } catch {
            Calls.disarm()
            throw Violation(
                "call \(call), code \(fault.code): \(type(of: error)) came out: \(error)")
        }
    }

    /// An error names the store and says what to do.
    private func checkAdvice(_ error: EventStoreError, _ fault: Fault) throws(Violation) {
        let message = "code \(fault.code): \(error.message)"
        if error.code == .broken {
            try require(error.message.contains("end the program"), "no remedy: \(message)")
            return
        }
        try requireEqual(error.code, fault.kind, message)
        try require(error.message.contains(path), "no path: \(message)")
        try require(error.message.contains(fault.remedy), "no \(fault.remedy): \(message)")
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
            // By another way, or because verify noted it.
            case .succeeded: counts.add("\(name) calls failed without an error")
            }
        }
    }

    private func failMaking(_ fault: Fault, _ counts: inout Counts) throws {
        try everyCall("making", &counts) { call in
            defer { if FileSystem.exists(path) { try? FileSystem.removeTree(path) } }
            let outcome = try attempt(call, fault) { _ = try Stores.create(path) }
            guard case .failed = outcome else { return outcome }
            // What is left is a store, or is recognised as none; then it can be made.
            if try Stores.openRemains(path, mayBeHalfMade: true) == nil {
                _ = try Stores.create(path)
            }
            _ = try checkUnharmed()
            return outcome
        }
    }

    private func failOpening(_ fault: Fault, _ counts: inout Counts) throws {
        try everyCall("opening", &counts) { call in
            let outcome = try attempt(call, fault) { _ = try Stores.open(path) }
            if case .failed = outcome { _ = try checkUnharmed() }
            return outcome
        }
    }

    private mutating func failAppending(_ fault: Fault, _ counts: inout Counts) throws {
        var store = try checkUnharmed()
        var next = workload
        var steps = next.nextCommit()
        var call = 1
        while true {
            // Steps that commit nothing do so undisturbed.
            for step in steps.dropLast() { try step.apply(to: store) }
            let last = steps[steps.count - 1]
            switch try attempt(call, fault, { _ = try last.perform(on: store) }) {
            case .failed(let error):
                counts.add("appending calls failed")
                if error.code == .broken { try checkBroken(store, last) }
                _ = consume store
                store = try checkUnharmed()
                steps = [last]
            case .succeeded:
                counts.add("appending calls failed without an error")
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

    /// After a failed commit a store takes no more, until it is opened anew.
    private func checkBroken(_ store: EventStore, _ step: Step) throws {
        do {
            _ = try step.perform(on: store)
        } catch let error as EventStoreError where error.code == .broken {
            return
        }
        throw Violation("a broken store took another append")
    }

    private func failReading(_ fault: Fault, _ counts: inout Counts) throws {
        let store = try checkUnharmed()
        try everyCall("reading", &counts) { call in
            try attempt(call, fault) { try workload.model.checkEverything(store) }
        }
        try workload.model.checkEverything(store)
    }

    private func failVerifying(_ fault: Fault, _ counts: inout Counts) throws {
        let store = try checkUnharmed()
        try everyCall("verifying", &counts) { call in
            var isClean = false
            let outcome = try attempt(call, fault) { isClean = try store.verify().isClean }
            if case .succeeded = outcome {
                try require(!isClean, "call \(call), code \(fault.code): verify saw nothing")
            }
            return outcome
        }
        try store.requireClean()
    }
}
