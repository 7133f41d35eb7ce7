internal import EventStorage
internal import StoreModel
internal import WriteRecorder

/// A store whose writer is killed again and again, also while it opens, and goes on each time.
struct KillRun {
    private static let sessions = 40

    private let parameters: Case
    private let path: String

    init(_ parameters: Case) {
        self.parameters = parameters
        path = "\(parameters.directory)/store"
    }

    func run(_ counts: inout Counts) throws {
        var random = parameters.random
        var shadow = try Shadow(
            seed: parameters.seed, path: "\(parameters.directory)/reference")
        var acknowledged: UInt64?
        for session in 1...Self.sessions {
            let child = try start(&random)
            let ending = child.wait()
            try require(
                ending == .killed(signal: 9) || ending == .exited(0),
                "the worker: \(ending), \(child.error ?? "no word")")
            counts.add(ending == .exited(0) ? "sessions that ended first" : "kills")
            acknowledged = child.acknowledged ?? acknowledged
            guard let store = try Stores.openRemains(path, mayBeHalfMade: acknowledged == nil)
            else {
                counts.add("kills before there was a store")
                continue
            }
            let isMore = try shadow.check(
                store, acknowledged: acknowledged ?? 0, isDeep: session.isMultiple(of: 10))
            if isMore { counts.add("commits kept before they were acknowledged") }
            acknowledged = shadow.workload.model.commits
        }
        counts.add("commits acknowledged", Int(acknowledged ?? 0))
    }

    /// Starts a worker that is killed by the clock, or kills itself at a call of its own.
    private func start(_ random: inout SplitMix64) throws -> ChildProcess {
        var arguments = ["worker", "--store", path, "--seed", "\(parameters.seed)"]
        arguments += ["--commits", "100000"]
        guard random.chance(50) else {
            let fates = [RECORDER_DIES_BEFORE, RECORDER_DIES_HALFWAY, RECORDER_DIES_AFTER]
            let fate = fates.randomElement(using: &random)!
            let call = Int.random(in: 1...(random.chance(50) ? 12 : 200), using: &random)
            arguments += ["--fate", "\(fate.rawValue)", "--call", "\(call)"]
            return try ChildProcess(arguments)
        }
        let child = try ChildProcess(arguments)
        // A start takes some 20 ms: some die in it, most at work.
        let milliseconds: Int64 = random.chance(30) ? 30 : 100
        child.listen(microseconds: Int64.random(in: 0...milliseconds * 1_000, using: &random))
        child.kill()
        return child
    }
}
