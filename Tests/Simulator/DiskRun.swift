internal import EventStorage
internal import Glibc
internal import StoreModel
internal import SystemIO
internal import WriteRecorder

/// The disk is full or broken at the first, second … write or sync of a worker's file.
struct DiskRun {
    /// A way in which a disk fails.
    private struct Fault {
        let name: String
        let fate: write_recorder_fate
        let code: Int32
        let calls: UInt32
        var persists = false
    }

    private static let writes = RECORDER_WRITES.rawValue | RECORDER_WRITES_THROUGH.rawValue
    /// What waits for the disk: the others reach the page cache of a disk that is gone.
    private static let waits = RECORDER_SYNCS.rawValue | RECORDER_WRITES_THROUGH.rawValue

    private static let faults = [
        Fault(name: "full", fate: RECORDER_FAILS, code: ENOSPC, calls: writes),
        Fault(
            name: "full for good", fate: RECORDER_FAILS, code: ENOSPC, calls: writes,
            persists: true),
        Fault(name: "full halfway", fate: RECORDER_WRITES_HALF, code: ENOSPC, calls: writes),
        Fault(name: "write error", fate: RECORDER_FAILS, code: EIO, calls: writes),
        Fault(
            name: "write error after the write", fate: RECORDER_DOES_AND_FAILS, code: EIO,
            calls: writes),
        Fault(name: "sync error", fate: RECORDER_FAILS, code: EIO, calls: waits),
        Fault(
            name: "disk gone", fate: RECORDER_DOES_AND_FAILS, code: EIO, calls: waits,
            persists: true),
    ]

    /// Commits of a worker whose disk fails.
    private static let commits: UInt64 = 3

    private let parameters: Case

    init(_ parameters: Case) { self.parameters = parameters }

    func run(_ counts: inout Counts) throws {
        for fault in Self.faults {
            for call in 1... {
                guard try run(fault, call, &counts) else { break }
                counts.add(fault.name)
            }
        }
    }

    /// One worker; false if it made fewer calls.
    private func run(_ fault: Fault, _ call: Int, _ counts: inout Counts) throws -> Bool {
        let path = "\(parameters.directory)/store"
        defer { if FileSystem.exists(path) { try? FileSystem.removeTree(path) } }
        let child = try ChildProcess(
            [
                "worker", "--store", path, "--seed", "\(parameters.seed)",
                "--commits", "\(Self.commits)", "--fate", "\(fault.fate.rawValue)",
                "--call", "\(call)", "--code", "\(fault.code)", "--calls", "\(fault.calls)",
            ] + (fault.persists ? ["--persists"] : []))
        let ending = child.wait()
        if child.lines.contains("unreached") { return false }
        let place = "\(fault.name) at call \(call)"
        try require(
            ending == .exited(5), "\(place): \(ending), \(child.error ?? "nobody was told")")
        try checkAdvice(child.error ?? "", fault, place)
        let acknowledged = child.acknowledged
        let reference = "\(parameters.directory)/reference"
        defer { try? FileSystem.removeTree(reference) }
        guard let store = try Stores.openRemains(path, mayBeHalfMade: acknowledged == nil) else {
            counts.add("failed before there was a store")
            return true
        }
        var shadow = try Shadow(seed: parameters.seed, path: reference)
        if try shadow.check(store, acknowledged: acknowledged ?? 0, isDeep: true) {
            counts.add("commits kept though they were called failed")
        }
        // The disk is well again: the store goes on where it was.
        var workload = shadow.workload
        for step in workload.nextCommit() { try step.apply(to: store) }
        try store.requireClean()
        try workload.model.checkEverything(store)
        return true
    }

    private func checkAdvice(
        _ line: String, _ fault: Fault, _ place: String
    ) throws(Violation) {
        try require(line.contains("; "), "\(place): no advice in \(line)")
        guard fault.code == ENOSPC, fault.fate == RECORDER_FAILS else { return }
        try require(
            line.hasPrefix("error diskFull") && line.contains("free space"),
            "\(place): no word of a full disk in \(line)")
    }
}
